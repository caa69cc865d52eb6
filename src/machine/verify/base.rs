//! What a plan is to every question asked of it: how each substage can end, and which are alike.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::Count;
use super::ways::{self, Ways};
use crate::machine::{Behaviour, Fakes};
use crate::plan::{Condition, OnError, Plan, Stage, SubstageRef};

/// A plan, with what is given of its attempts.
#[derive(Debug)]
pub(super) struct Base<'p> {
    pub(super) plan: &'p Plan,
    pub(super) stages: Vec<StageBase>,
    /// All lists of ends of all replicas of all substages.
    pub(super) combinations: Count,
}

#[derive(Debug)]
pub(super) struct StageBase {
    /// Its number.
    pub(super) index: u32,
    /// By substage.
    pub(super) sites: Vec<Site>,
    /// Substages, those before others that these need; else as they start.
    pub(super) order: Vec<u32>,
    /// By substage: its place in this order.
    pub(super) turns: Vec<u32>,
    /// The substages of each group, in this order.
    pub(super) groups: Vec<Vec<u32>>,
    pub(super) width: Width,
    /// Whether one of its substages needs another.
    pub(super) has_needs: bool,
    /// Whether a substage can fail and abort it.
    pub(super) can_abort: bool,
    /// Whether the `when` of a stage asks how it ended.
    pub(super) is_asked: bool,
}

/// One substage.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) ways: Rc<Ways>,
    pub(super) on_error: OnError,
    /// Those of one stage with the same number are alike, but for needs and for the order in which they start.
    pub(super) group: u32,
    /// Of the locks that several of its stage hold, those that it does.
    pub(super) locks: Vec<u32>,
    /// Faked as cached.
    pub(super) is_cached: bool,
}

/// Which substages of a stage that can be aborted can wait while others run, beside those that need one which has not ended. In
/// another stage it makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// None.
    All,
    /// In the order in which they start, the rest once as many run.
    Slots(u32),
    /// In the order in which they start, those whose lock is held. None has two.
    Locks,
    /// Those with locks, and all where slots are few as well: which of them, is more than is kept.
    Loose { has_slots: bool },
}

impl Width {
    /// How many of a row of substages that are alike have all the effect that more would have, where their order counts: one may
    /// fail, another be unstable, and those that run may be cut.
    pub(super) fn enough(self) -> Option<u32> {
        match self {
            Self::All | Self::Loose { .. } => None,
            Self::Slots(slots) => Some(slots.saturating_add(2)),
            Self::Locks => Some(3),
        }
    }
}

impl<'p> Base<'p> {
    pub(super) fn new(plan: &'p Plan, given: &Fakes<'_>) -> Self {
        let mut known: HashMap<Ways, Rc<Ways>> = HashMap::new();
        let mut groups: HashMap<(*const Ways, OnError, bool, Vec<u32>), u32> = HashMap::new();
        let mut combinations = Count::ONE;
        let mut stages = Vec::with_capacity(plan.stages.len());
        for (index, stage) in (0..).zip(&plan.stages) {
            let mut sites = Vec::with_capacity(stage.substages.len());
            for ((substage, planned), locks) in (0..).zip(&stage.substages).zip(shared_locks(stage)) {
                let at = SubstageRef { stage: index, substage };
                let copies = planned.dispatch.map_or(1, |dispatch| dispatch.copies);
                let free = (1..=copies).filter(|replica| given.outcomes(at, *replica).is_none()).count() as u32;
                combinations = combinations.times(ways::sequences(planned).power(free));
                let ways = Ways::new(planned, |replica| given.outcomes(at, replica));
                let ways = Rc::clone(known.entry(ways).or_insert_with_key(|ways| Rc::new(ways.clone())));
                let next = groups.len() as u32;
                let group =
                    *groups.entry((Rc::as_ptr(&ways), planned.on_error, given.is_cached(at), locks.clone())).or_insert(next);
                sites.push(Site { ways, on_error: planned.on_error, group, locks, is_cached: given.is_cached(at) });
            }
            let can_abort = sites.iter().any(|site| site.aborts());
            let order = order(stage, index);
            let has_needs = (0..sites.len() as u32).any(|substage| inner_needs(stage, index, substage).next().is_some());
            let width = if can_abort { width(stage, &sites, has_needs) } else { Width::All };
            let (turns, groups) = placed(&order, &sites);
            stages.push(StageBase { index, sites, order, turns, groups, width, has_needs, can_abort, is_asked: false });
        }
        for stage in &plan.stages {
            if let Some(condition) = &stage.when {
                mark_asked(condition, plan, &mut stages);
            }
        }
        Self { plan, stages, combinations }
    }

    pub(super) fn site(&self, at: SubstageRef) -> &Site {
        &self.stages[at.stage as usize].sites[at.substage as usize]
    }
}

impl StageBase {
    /// How many locks several of its substages hold, where it can be aborted.
    pub(super) fn locks(&self) -> usize {
        let highest = self.sites.iter().flat_map(|site| &site.locks).max();
        if self.can_abort { highest.map_or(0, |lock| *lock as usize + 1) } else { 0 }
    }
}

impl Site {
    /// Whether it can fail and abort its stage.
    fn aborts(&self) -> bool {
        self.on_error == OnError::Abort && !self.is_cached && self.ways.all.iter().any(|way| way.outcome.is_failure())
    }
}

fn mark_asked(condition: &Condition, plan: &Plan, stages: &mut [StageBase]) {
    match condition {
        Condition::Always | Condition::Succeeded | Condition::Failed => {}
        Condition::StageSucceeded(name) | Condition::StageFailed(name) => {
            if let Some(at) = plan.stages.iter().position(|stage| stage.name == *name) {
                stages[at].is_asked = true;
            }
        }
        Condition::Not(inner) => mark_asked(inner, plan, stages),
        Condition::And(left, right) | Condition::Or(left, right) => {
            mark_asked(left, plan, stages);
            mark_asked(right, plan, stages);
        }
    }
}

/// What a substage needs of its own stage. All members of a need are of one stage.
pub(super) fn inner_needs(stage: &Stage, index: u32, substage: u32) -> impl Iterator<Item = &Arc<[SubstageRef]>> {
    let needs = stage.substages[substage as usize].needs.iter().map(|need| &need.members);
    needs.filter(move |members| members.first().is_some_and(|member| member.stage == index))
}

fn width(stage: &Stage, sites: &[Site], has_needs: bool) -> Width {
    let count = sites.len() as u32;
    let slots = stage.parallel.filter(|slots| *slots < count);
    let has_locks = sites.iter().any(|site| !site.locks.is_empty());
    let shares_all =
        sites.first().is_some_and(|first| first.locks.iter().any(|lock| sites.iter().all(|site| site.locks.contains(lock))));
    if !has_locks && slots.is_none() {
        return Width::All;
    }
    if has_needs {
        return Width::Loose { has_slots: slots.is_some() };
    }
    match slots {
        _ if shares_all => Width::Slots(1),
        Some(slots) if slots == 1 || !has_locks => Width::Slots(slots),
        None if sites.iter().all(|site| site.locks.len() < 2) => Width::Locks,
        _ => Width::Loose { has_slots: slots.is_some() },
    }
}

/// By substage, those of its locks that another of the stage holds too.
fn shared_locks(stage: &Stage) -> Vec<Vec<u32>> {
    let mut holders: HashMap<&str, u32> = HashMap::new();
    for lock in stage.substages.iter().flat_map(|substage| &substage.lock) {
        *holders.entry(lock).or_default() += 1;
    }
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut number = |lock| {
        let next = numbers.len() as u32;
        *numbers.entry(lock).or_insert(next)
    };
    let shared = |lock: &&EcoString| holders[lock.as_str()] > 1;
    stage
        .substages
        .iter()
        .map(|substage| substage.lock.iter().filter(shared).map(|lock| number(lock.as_str())).collect())
        .collect()
}

/// By substage its turn, and the substages of each group by turn.
fn placed(order: &[u32], sites: &[Site]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut turns = vec![0; order.len()];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut number_of: HashMap<u32, usize> = HashMap::new();
    for (turn, &substage) in (0..).zip(order) {
        turns[substage as usize] = turn;
        let number = *number_of.entry(sites[substage as usize].group).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Vec::new());
        }
        groups[number].push(substage);
    }
    (turns, groups)
}

/// By priority, then as declared; but none before what it needs.
fn order(stage: &Stage, index: u32) -> Vec<u32> {
    let mut turns: Vec<u32> = (0..stage.substages.len() as u32).collect();
    turns.sort_by_key(|substage| Reverse(stage.substages[*substage as usize].priority));
    let mut is_placed = vec![false; turns.len()];
    // Many may need one long list.
    let mut all_placed = HashSet::new();
    let mut order = Vec::with_capacity(turns.len());
    for turn in turns {
        let mut stack = vec![turn];
        while let Some(&next) = stack.last() {
            if is_placed[next as usize] {
                stack.pop();
                continue;
            }
            let before = stack.len();
            for members in inner_needs(stage, index, next) {
                if !all_placed.contains(&members.as_ptr()) {
                    let open = stack.len();
                    stack.extend(members.iter().map(|member| member.substage).filter(|needed| !is_placed[*needed as usize]));
                    if stack.len() == open {
                        all_placed.insert(members.as_ptr());
                    }
                }
            }
            if stack.len() == before {
                is_placed[next as usize] = true;
                order.push(next);
                stack.pop();
            }
        }
    }
    order
}
