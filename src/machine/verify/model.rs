//! One question about one plan: what a run's state is after each step, as far as the answer depends on it.

use std::collections::{HashMap, HashSet};

use super::base::{Base, StageBase};
use crate::machine::expect::{Check, Fact, When};
use crate::machine::{Expectation, Matched, Outcome};
use crate::plan::{Need, Plan, SubstageRef};

/// Whether a run can miss what is expected.
#[derive(Debug)]
pub(super) struct Model<'b> {
    pub(super) base: &'b Base<'b>,
    pub(super) subject: Subject,
    pub(super) when: Option<Formula>,
    /// Up to the last one that the answer depends on.
    pub(super) stages: Vec<StageModel>,
    /// The substages that are told from others of their group.
    pub(super) sites: HashMap<SubstageRef, SiteModel>,
    /// How many bits a state has.
    pub(super) bits: usize,
    /// The first of the bits for the locks that are held when a stage is aborted.
    pub(super) locks: usize,
}

/// What is not to be as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// What never is as expected.
    Never,
    Pipeline(Outcome),
    Stage(u32, Check),
    Substage(SubstageRef, Check),
}

/// The condition of an expectation over bits: see [`Mark`].
#[derive(Debug)]
pub(super) enum Formula {
    Is(usize),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
    /// Of nothing at all.
    False,
}

/// A bit that is set by how something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// If it failed.
    Failed(usize),
    /// If it did not pass.
    NotPassed(usize),
}

#[derive(Debug, Default)]
pub(super) struct StageModel {
    /// The substages that are looked at, each after what it needs and in the order in which they start.
    pub(super) kept: Vec<u32>,
    pub(super) marks: Vec<Mark>,
    /// Substages whose skipping counts.
    pub(super) heeded: Vec<u32>,
    /// Bits for conditions of later stages: it passed, it failed.
    pub(super) asked: Option<(usize, usize)>,
}

#[derive(Debug, Default)]
pub(super) struct SiteModel {
    /// Gates whose state is kept.
    pub(super) gates: Vec<Gate>,
    /// It has needs, but whether they passed is not kept: either may be.
    pub(super) is_unsure: bool,
    pub(super) feeds: Vec<Feed>,
    pub(super) marks: Vec<Mark>,
}

/// Bits of a need, as the one that has it reads them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    /// A member did not pass.
    pub(super) blocked: usize,
    /// A member had no outcome yet when its stage was aborted.
    pub(super) unsettled: usize,
    /// Nobody reads them later.
    pub(super) is_last: bool,
}

/// Bits of a need, as a member sets them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) blocked: usize,
    /// Only in the stage of the one that needs it.
    pub(super) unsettled: Option<usize>,
    pub(super) loads: bool,
}

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    /// Of what is asked for only. More runs are found than there are.
    Cone,
    /// Of everything that a need or condition reads.
    Whole,
}

/// A need is told by its first member, how many it has, whether it loads, and the stage of the one that has it.
type NeedKey = (SubstageRef, usize, bool, u32);

/// Conditions over more substages do not have the needs of these kept at first.
const FEW: usize = 4;

struct Builder<'b> {
    model: Model<'b>,
    bits_of_need: HashMap<NeedKey, (usize, usize)>,
    last_reader: HashMap<NeedKey, SubstageRef>,
}

impl<'b> Model<'b> {
    pub(super) fn new(base: &'b Base<'b>, expectation: &Expectation, subject: Subject, precision: Precision) -> Self {
        let model = Self { base, subject, when: None, stages: Vec::new(), sites: HashMap::new(), bits: 0, locks: 0 };
        let mut builder = Builder { model, bits_of_need: HashMap::new(), last_reader: HashMap::new() };
        let horizon = horizon(base.plan, expectation, subject);
        builder.model.stages.resize_with(horizon, StageModel::default);
        for stage in 0..horizon {
            if base.stages[stage].is_asked {
                let bits = (builder.bit(), builder.bit());
                builder.model.stages[stage].asked = Some(bits);
            }
        }
        builder.model.when = expectation.when.as_ref().map(|when| builder.formula(when));
        builder.track(expectation, precision);
        builder.place_gates();
        builder.keep();
        builder.model.locks = builder.model.bits;
        builder.model.bits += base.stages[..horizon].iter().map(StageBase::locks).max().unwrap_or(0);
        builder.model
    }

    pub(super) fn sees_pipeline(&self) -> bool {
        matches!(self.subject, Subject::Pipeline(_))
    }
}

/// The number of stages that a run must be followed through.
fn horizon(plan: &Plan, expectation: &Expectation, subject: Subject) -> usize {
    fn of_condition(when: &When) -> u32 {
        match when {
            When::Failed(matched) | When::Succeeded(matched) => match matched {
                Matched::Stages(stages) => stages.last().map_or(0, |stage| stage + 1),
                Matched::Substages(substages) => substages.last().map_or(0, |at| at.stage + 1),
            },
            When::Not(inner) => of_condition(inner),
            When::And(left, right) | When::Or(left, right) => of_condition(left).max(of_condition(right)),
        }
    }
    let asked = expectation.when.as_ref().map_or(0, of_condition);
    match subject {
        Subject::Pipeline(_) => plan.stages.len(),
        Subject::Never => asked as usize,
        Subject::Stage(stage, _) | Subject::Substage(SubstageRef { stage, .. }, _) => asked.max(stage + 1) as usize,
    }
}

impl Builder<'_> {
    fn bit(&mut self) -> usize {
        self.model.bits += 1;
        self.model.bits - 1
    }

    fn site(&mut self, at: SubstageRef) -> &mut SiteModel {
        self.model.sites.entry(at).or_default()
    }

    fn formula(&mut self, when: &When) -> Formula {
        match when {
            When::Failed(matched) => self.marked(matched, Mark::Failed),
            When::Succeeded(matched) => match self.marked(matched, Mark::NotPassed) {
                Formula::False => Formula::False,
                not_all => Formula::Not(Box::new(not_all)),
            },
            When::Not(inner) => Formula::Not(Box::new(self.formula(inner))),
            When::And(left, right) => Formula::And(Box::new(self.formula(left)), Box::new(self.formula(right))),
            When::Or(left, right) => Formula::Or(Box::new(self.formula(left)), Box::new(self.formula(right))),
        }
    }

    /// A bit that each of these may set.
    fn marked(&mut self, matched: &Matched, mark: fn(usize) -> Mark) -> Formula {
        let bit = self.bit();
        let is_empty = match matched {
            Matched::Stages(stages) => {
                for stage in stages {
                    self.model.stages[*stage as usize].marks.push(mark(bit));
                }
                stages.is_empty()
            }
            Matched::Substages(substages) => {
                for at in substages {
                    self.site(*at).marks.push(mark(bit));
                }
                substages.is_empty()
            }
        };
        if is_empty { Formula::False } else { Formula::Is(bit) }
    }

    /// Finds the substages whose needs are kept, and those that these need in turn.
    fn track(&mut self, expectation: &Expectation, precision: Precision) {
        let plan = self.model.base.plan;
        let mut open: Vec<SubstageRef> = match self.model.subject {
            Subject::Substage(at, _) => vec![at],
            _ => Vec::new(),
        };
        let observed = open.clone();
        if precision == Precision::Whole {
            open.extend((0..self.model.stages.len()).flat_map(|stage| all_of(plan, stage)));
        } else if let Some(when) = &expectation.when {
            few_of_condition(when, &mut open);
        }
        for at in observed {
            self.site(at);
        }
        let mut tracked = HashSet::new();
        let mut seen: HashSet<NeedKey> = HashSet::new();
        while let Some(at) = open.pop() {
            if !tracked.insert(at) {
                continue;
            }
            for need in needs(plan, at) {
                let key = key(need, at.stage);
                self.site(at);
                let last = self.last_reader.entry(key).or_insert(at);
                let place = |at: SubstageRef| (at.stage, self.model.base.stages[at.stage as usize].turns[at.substage as usize]);
                if place(at) > place(*last) {
                    *last = at;
                }
                if seen.insert(key) {
                    open.extend(need.members.iter().copied());
                }
            }
        }
        let unsure: Vec<SubstageRef> = self.model.sites.keys().filter(|at| !tracked.contains(at)).copied().collect();
        for at in unsure {
            self.site(at).is_unsure = needs(plan, at).next().is_some();
        }
    }

    /// Gives each need that is kept its bits, and tells its members.
    fn place_gates(&mut self) {
        let plan = self.model.base.plan;
        let mut readers: Vec<SubstageRef> =
            self.model.sites.iter().filter(|(_, site)| !site.is_unsure).map(|(at, _)| *at).collect();
        readers.sort_unstable();
        for at in readers {
            for need in needs(plan, at) {
                let key = key(need, at.stage);
                let Some(last) = self.last_reader.get(&key).copied() else { continue };
                let known = self.bits_of_need.get(&key).copied();
                let (blocked, unsettled) = known.unwrap_or_else(|| (self.bit(), self.bit()));
                if known.is_none() {
                    self.bits_of_need.insert(key, (blocked, unsettled));
                    for member in need.members.iter() {
                        let unsettled = (member.stage == at.stage).then_some(unsettled);
                        self.site(*member).feeds.push(Feed { blocked, unsettled, loads: need.loads });
                    }
                }
                self.site(at).gates.push(Gate { blocked, unsettled, is_last: last == at });
            }
        }
    }

    /// Chooses the substages that are looked at. Of those that nothing tells apart, a few have all the effect that more would
    /// have: one may fail and another be unstable; where they wait for each other, as many as have slots may be cut as well.
    fn keep(&mut self) {
        let mut sites: Vec<Vec<u32>> = vec![Vec::new(); self.model.stages.len()];
        for at in self.model.sites.keys() {
            if let Some(sites) = sites.get_mut(at.stage as usize) {
                sites.push(at.substage);
            }
        }
        for ((stage, model), mut heeded) in self.model.base.stages.iter().zip(&mut self.model.stages).zip(sites) {
            heeded.sort_unstable_by_key(|substage| stage.turns[*substage as usize]);
            let is_site = |substage: u32| {
                let turn = |substage: u32| stage.turns[substage as usize];
                heeded.binary_search_by_key(&turn(substage), |site| turn(*site)).is_ok()
            };
            model.kept = match stage.width.enough() {
                Some(enough) => some_in_order(stage, enough, is_site),
                None => {
                    let few =
                        stage.groups.iter().flat_map(|group| group.iter().copied().filter(|other| !is_site(*other)).take(2));
                    let mut kept: Vec<u32> = few.chain(heeded.iter().copied()).collect();
                    kept.sort_unstable_by_key(|substage| stage.turns[*substage as usize]);
                    kept
                }
            };
            model.heeded = heeded;
        }
    }
}

/// The sites, and of each row of others of one group that stand together at most so many.
fn some_in_order(stage: &StageBase, enough: u32, is_site: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut kept = Vec::new();
    let mut row = (None, 0);
    for &substage in &stage.order {
        let group = (!is_site(substage)).then_some(stage.sites[substage as usize].group);
        row = if group.is_some() && group == row.0 { (group, row.1 + 1) } else { (group, 1) };
        if group.is_none() || row.1 <= enough {
            kept.push(substage);
        }
    }
    kept
}

fn all_of(plan: &Plan, stage: usize) -> impl Iterator<Item = SubstageRef> {
    (0..plan.stages[stage].substages.len() as u32).map(move |substage| SubstageRef { stage: stage as u32, substage })
}

pub(super) fn few_of_condition(when: &When, found: &mut Vec<SubstageRef>) {
    match when {
        When::Failed(Matched::Substages(substages)) | When::Succeeded(Matched::Substages(substages)) => {
            if substages.len() <= FEW {
                found.extend(substages);
            }
        }
        When::Failed(_) | When::Succeeded(_) => {}
        When::Not(inner) => few_of_condition(inner, found),
        When::And(left, right) | When::Or(left, right) => {
            few_of_condition(left, found);
            few_of_condition(right, found);
        }
    }
}

/// The gates of a substage that are not open by themselves.
pub(super) fn needs(plan: &Plan, at: SubstageRef) -> impl Iterator<Item = &Need> {
    plan.substage(at).needs.iter().filter(|need| !need.members.is_empty())
}

fn key(need: &Need, stage: u32) -> NeedKey {
    (need.members[0], need.members.len(), need.loads, stage)
}

/// What each expectation asks of one thing after the other.
pub(super) fn subjects(expectation: &Expectation) -> Vec<Subject> {
    let subjects: Vec<Subject> = match &expectation.fact {
        Fact::Pipeline(outcome) => vec![Subject::Pipeline(*outcome)],
        Fact::Stages(stages, check) => stages.iter().map(|stage| Subject::Stage(*stage, *check)).collect(),
        Fact::Substages(substages, check) => substages.iter().map(|at| Subject::Substage(*at, *check)).collect(),
        Fact::Duration(..) => return Vec::new(),
    };
    let is_absent = subjects.is_empty()
        && !matches!(expectation.fact, Fact::Stages(_, Check::Ran(false)) | Fact::Substages(_, Check::Ran(false)));
    if is_absent { vec![Subject::Never] } else { subjects }
}
