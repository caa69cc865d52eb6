//! What is the same in all runs of a stage: in which order its substages are looked at, what each needs, and how far time matters.

use std::collections::{BTreeSet, HashMap};

use super::cut;
use super::odds::Odds;
use super::timeline::FAILED;
use super::unit::Unit;
use super::{Bounds, Doubt, Share};
use crate::plan::{Condition, OnError, Plan, Stage, SubstageRef};

/// A set of gates that are open, as bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Gates(Vec<u64>);

impl Gates {
    pub(super) fn open(&mut self, gate: u32) {
        let (word, bit) = (gate as usize / 64, gate % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    pub(super) fn close(&mut self, gate: u32) {
        if let Some(word) = self.0.get_mut(gate as usize / 64) {
            *word &= !(1 << (gate % 64));
        }
        self.trim();
    }

    pub(super) fn has(&self, gate: u32) -> bool {
        self.0.get(gate as usize / 64).is_some_and(|word| word >> (gate % 64) & 1 == 1)
    }

    pub(super) fn keep(&mut self, kept: &Self) {
        self.0.truncate(kept.0.len());
        for (word, kept) in self.0.iter_mut().zip(&kept.0) {
            *word &= kept;
        }
        self.trim();
    }

    /// One set has one form.
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

/// How far time matters for a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Nothing is cut.
    Free,
    /// All start at once, so what is cut when is known.
    Known,
    /// Somebody waits; an abort cuts something, not known what.
    Aborts,
    /// What this stage is in for, and all behind it, cannot be told.
    Unknown(Doubt),
}

/// How long a stage takes at most, by how long its substages take.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Somebody may wait for a slot, a lock or a sibling.
    has_waiting: bool,
    has_shared_locks: bool,
    slots: Option<i64>,
    /// Where each takes as short as it can: all work, and the longest chain of needs.
    work: i64,
    chain: i64,
    /// The stage's deadline, where it is not known otherwise what that cuts.
    pub(super) deadline: Option<i64>,
    /// Attempts without length, which begin too late where they begin with a deadline.
    pub(super) has_instants: bool,
}

impl Clock {
    /// What is noted of a stage in which a substage, beside what was noted, takes so long.
    pub(super) fn note(&self, spent: i64, unit: &Unit, takes: i64) -> i64 {
        if self.has_waiting { spent.saturating_add(takes - unit.shortest()) } else { spent.max(takes) }
    }

    /// The longest that the stage takes by what was noted. No list of tasks takes longer than their longest chain of needs and
    /// all their work by its share of the slots (Graham 1966); with locks, than one after the other.
    pub(super) fn longest(&self, spent: i64) -> i64 {
        if !self.has_waiting {
            return spent;
        }
        let (work, chain) = (self.work.saturating_add(spent), self.chain.saturating_add(spent));
        match self.slots {
            _ if self.has_shared_locks => work,
            Some(slots) => work.min(chain.saturating_add(work / slots)),
            None => chain,
        }
    }

    /// Whether the stage keeps its deadline for certain.
    pub(super) fn keeps_deadline(&self, spent: i64) -> bool {
        let longest = self.longest(spent);
        self.deadline.is_none_or(|deadline| longest < deadline || longest == deadline && !self.has_instants)
    }
}

/// One substage of a stage.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its place in the stage.
    pub(super) at: usize,
    /// The gates that must be open for it.
    pub(super) needs: Vec<u32>,
    /// The gates that its passing opens, and those that its ignored failure opens.
    pub(super) passing: Vec<u32>,
    pub(super) ignored: Vec<u32>,
    /// The gates that nobody looks at after it.
    pub(super) spent: Vec<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) units: Vec<Unit>,
    /// What needs another of the stage comes behind it.
    pub(super) members: Vec<Member>,
    /// Those whose failure cuts all others.
    pub(super) aborting: Vec<usize>,
    pub(super) time: Time,
    pub(super) clock: Clock,
    /// The gates that later stages look at which run although the pipeline was stopped.
    pub(super) kept_if_stopped: Gates,
    /// Those, and the gates that this stage looks at itself.
    pub(super) kept_within: Gates,
    /// A later stage that runs although the pipeline was stopped looks at gates of this one.
    pub(super) is_needed_if_stopped: bool,
    /// There is no later stage that runs although the pipeline was stopped.
    pub(super) is_last_if_stopped: bool,
    /// Earlier stages whose outcome decides whether this one or a later one runs.
    pub(super) remembered: Vec<bool>,
    /// What each substage contributes where it runs and is not cut.
    pub(super) shares: Vec<Share>,
}

/// All stages of a plan.
pub(super) fn courses(plan: &Plan, odds: &Odds) -> Vec<Course> {
    let numbers = Numbers::new(plan);
    let mut courses: Vec<Course> = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        let units = units(plan, index, odds);
        let aborting = aborting(stage, &units);
        let members = numbers.members(plan, index);
        let mut clock = clock(stage, index, &members, &units);
        let time = time(index, &units, &aborting, &clock);
        if time == Time::Known {
            clock.deadline = None;
        }
        let shares = (0..units.len()).map(|at| share(stage, &units, &aborting, time, at)).collect();
        courses.push(Course {
            units,
            members,
            aborting,
            time,
            clock,
            kept_if_stopped: Gates::default(),
            kept_within: Gates::default(),
            is_needed_if_stopped: false,
            is_last_if_stopped: true,
            remembered: Vec::new(),
            shares,
        });
    }
    look_back(plan, &mut courses);
    courses
}

/// What each stage leaves for the ones behind it, from the last to the first.
fn look_back(plan: &Plan, courses: &mut [Course]) {
    let (mut seen, mut kept_if_stopped) = (BTreeSet::new(), Gates::default());
    let (mut needed_if_stopped, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (index, (stage, course)) in plan.stages.iter().zip(courses).enumerate().rev() {
        course.kept_if_stopped.clone_from(&kept_if_stopped);
        course.kept_within.clone_from(&kept_if_stopped);
        course.members.iter().flat_map(|member| &member.needs).for_each(|gate| course.kept_within.open(*gate));
        course.is_last_if_stopped = plan.stages[index + 1..].iter().all(|stage| stage.when.is_none());
        course.is_needed_if_stopped = needed_if_stopped.contains(&(index as u32));
        for member in course.members.iter_mut().rev() {
            member.spent = member.needs.iter().chain(&member.passing).copied().filter(|gate| seen.insert(*gate)).collect();
        }
        if let Some(condition) = &stage.when {
            spoken_of(condition, &mut names);
            needed_if_stopped.extend(needs(stage).map(|member| member.stage));
            course.members.iter().flat_map(|member| &member.needs).for_each(|gate| kept_if_stopped.open(*gate));
        }
        course.remembered = plan.stages[..index].iter().map(|stage| names.contains(stage.name.as_str())).collect();
    }
}

fn units(plan: &Plan, index: usize, odds: &Odds) -> Vec<Unit> {
    let stage = &plan.stages[index];
    let may_cut = stage.substages.len() > 1 && stage.substages.iter().any(|substage| substage.on_error == OnError::Abort);
    let is_timed = may_cut || stage.deadline.is_some() || plan.deadline.is_some();
    let at = |substage: usize| SubstageRef { stage: index as u32, substage: substage as u32 };
    let units = stage.substages.iter().enumerate();
    units.map(|(substage, planned)| Unit::new(planned, &odds.ends(at(substage)), odds.duration(at(substage)), is_timed)).collect()
}

/// An abort without siblings cuts nobody.
fn aborting(stage: &Stage, units: &[Unit]) -> Vec<usize> {
    let may_abort = |at: &usize| stage.substages[*at].on_error == OnError::Abort && units[*at].ends[FAILED] > 0.0;
    if stage.substages.len() > 1 { (0..units.len()).filter(may_abort).collect() } else { Vec::new() }
}

fn clock(stage: &Stage, index: usize, members: &[Member], units: &[Unit]) -> Clock {
    let own = |at: usize| {
        let needed = stage.substages[at].needs.iter().flat_map(|need| need.members.iter());
        needed.filter(|needed| needed.stage as usize == index).map(|needed| needed.substage as usize)
    };
    let mut ends = vec![0i64; units.len()];
    for member in members {
        let start = own(member.at).map(|needed| ends[needed]).max().unwrap_or(0);
        ends[member.at] = start.saturating_add(units[member.at].shortest());
    }
    let mut locks = BTreeSet::new();
    let has_shared_locks = stage.substages.iter().flat_map(|substage| &substage.lock).any(|lock| !locks.insert(lock));
    let slots = stage.parallel.filter(|slots| (*slots as usize) < units.len()).map(i64::from);
    Clock {
        has_waiting: has_shared_locks || slots.is_some() || members.iter().any(|member| own(member.at).next().is_some()),
        has_shared_locks,
        slots,
        work: units.iter().fold(0i64, |work, unit| work.saturating_add(unit.shortest())),
        chain: ends.into_iter().max().unwrap_or(0),
        deadline: stage.deadline.map(|deadline| deadline.0),
        has_instants: units.iter().any(|unit| unit.is_instant),
    }
}

fn needs(stage: &Stage) -> impl Iterator<Item = SubstageRef> {
    stage.substages.iter().flat_map(|substage| &substage.needs).flat_map(|need| need.members.iter().copied())
}

fn time(index: usize, units: &[Unit], aborting: &[usize], clock: &Clock) -> Time {
    if let Some(substage) = units.iter().position(|unit| !unit.is_known) {
        return Time::Unknown(Doubt::Dispatch(SubstageRef { stage: index as u32, substage: substage as u32 }));
    }
    let most = units.iter().fold(0, |spent, unit| clock.note(spent, unit, unit.longest));
    match () {
        () if aborting.is_empty() && clock.keeps_deadline(most) => Time::Free,
        () if !clock.has_waiting && cut::is_feasible(units, aborting) => Time::Known,
        () if aborting.is_empty() => Time::Free,
        () => Time::Aborts,
    }
}

/// What a substage contributes where it runs.
fn share(stage: &Stage, units: &[Unit], aborting: &[usize], time: Time, at: usize) -> Share {
    let unit = &units[at];
    let breaks = if stage.substages[at].on_error == OnError::Ignore { 0.0 } else { unit.ends[FAILED] };
    // At least where none of the others aborts, which is independent of how it ends itself.
    let sure: f64 = match time {
        Time::Aborts => aborting.iter().filter(|other| **other != at).map(|other| 1.0 - units[*other].ends[FAILED]).product(),
        Time::Unknown(_) => 0.0,
        Time::Free | Time::Known => 1.0,
    };
    let within = |bounds: Bounds| Bounds { least: bounds.least * sure, most: bounds.most };
    Share {
        runs: within(Bounds::exactly(1.0)),
        attempts: within(unit.attempts),
        busy: within(unit.busy),
        breaks: within(Bounds::exactly(breaks)),
    }
}

/// The stages that a condition names.
fn spoken_of<'c>(condition: &'c Condition, names: &mut BTreeSet<&'c str>) {
    match condition {
        Condition::Always | Condition::Succeeded | Condition::Failed => {}
        Condition::StageSucceeded(name) | Condition::StageFailed(name) => drop(names.insert(name)),
        Condition::Not(inner) => spoken_of(inner, names),
        Condition::And(left, right) | Condition::Or(left, right) => {
            spoken_of(left, names);
            spoken_of(right, names);
        }
    }
}

/// The gates of a plan, each with a number: that a substage passed, and that it passed or was ignored.
struct Numbers(HashMap<(SubstageRef, bool), u32>);

impl Numbers {
    fn new(plan: &Plan) -> Self {
        let mut numbers = HashMap::new();
        for (_, substage) in plan.substages() {
            for need in &substage.needs {
                for member in need.members.iter() {
                    let next = numbers.len() as u32;
                    numbers.entry(Self::gate(plan, *member, need.loads)).or_insert(next);
                }
            }
        }
        Self(numbers)
    }

    /// Where no failure is ignored both gates are one.
    fn gate(plan: &Plan, at: SubstageRef, loads: bool) -> (SubstageRef, bool) {
        (at, loads || plan.substage(at).on_error != OnError::Ignore)
    }

    /// The gates that a substage looks at.
    fn needs(&self, plan: &Plan, at: SubstageRef) -> Vec<u32> {
        let needs = plan.substage(at).needs.iter();
        let gates = needs.flat_map(|need| need.members.iter().map(|member| Self::gate(plan, *member, need.loads)));
        let gates: BTreeSet<u32> = gates.map(|gate| self.0[&gate]).collect();
        gates.into_iter().collect()
    }

    /// The substages of a stage, each right behind what it needs, so that few gates are looked at again later.
    fn members(&self, plan: &Plan, index: usize) -> Vec<Member> {
        let stage = &plan.stages[index];
        let own = |at: usize| {
            let needed = stage.substages[at].needs.iter().flat_map(|need| need.members.iter());
            needed.filter(|member| member.stage as usize == index).map(|member| member.substage as usize)
        };
        let needed: BTreeSet<usize> = (0..stage.substages.len()).flat_map(own).collect();
        // Those that nobody needs draw the others in.
        let mut open: Vec<usize> = (0..stage.substages.len()).rev().filter(|at| !needed.contains(at)).collect();
        let mut is_placed = vec![false; stage.substages.len()];
        let mut members = Vec::new();
        while let Some(&at) = open.last() {
            let missing: Vec<usize> = own(at).filter(|needed| !is_placed[*needed]).collect();
            if !is_placed[at] && !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            open.pop();
            if !std::mem::replace(&mut is_placed[at], true) {
                let place = SubstageRef { stage: index as u32, substage: at as u32 };
                let opens = |loads: bool| self.0.get(&(place, loads)).copied();
                members.push(Member {
                    at,
                    needs: self.needs(plan, place),
                    passing: opens(true).into_iter().chain(opens(false)).collect(),
                    ignored: opens(false).into_iter().collect(),
                    spent: Vec::new(),
                });
            }
        }
        members
    }
}
