//! The search: from the first stage on, whatever takes the fewest fakes first, each state once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::base::{Site, Width};
use super::model::{Formula, Mark, Model, SiteModel, StageModel, Subject};
use crate::machine::Outcome;
use crate::machine::expect::Check;
use crate::plan::{Condition, OnError, SubstageRef};

/// What a run needs that nothing does by itself: fakes, then how simple they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cost {
    pub(super) fakes: u32,
    detail: u32,
}

/// What is taken at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// Nothing to choose.
    Only,
    /// The stage runs to its end.
    Runs,
    /// The stage runs and is aborted.
    Aborts,
    /// It ends by itself after so many attempts.
    Ends { at: SubstageRef, outcome: Outcome, attempts: u64, moment: Moment },
    /// It has begun so many attempts when its stage is aborted.
    IsCut { at: SubstageRef, attempts: u64 },
}

/// When a substage ends, in a stage that is aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    /// At the very instant.
    Then,
    /// It is what aborts.
    Aborting,
}

/// A run so far, as far as the answer depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    stage: u32,
    /// 0 before the stage is decided; then the substages it keeps, from 1; then its end.
    place: u32,
    is_stopped: bool,
    is_failing: bool,
    is_unstable: bool,
    running: Running,
    bits: Box<[u64]>,
}

/// The stage that runs so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Running {
    /// Whether this is a run in which it is aborted.
    aborts: bool,
    /// Whether what aborts it is among those looked at.
    has_aborter: bool,
    is_unstable: bool,
    strictest: Option<OnError>,
    /// Those that have a slot just before the abort.
    slots: u32,
}

/// How a substage ended, as others see it.
#[derive(Clone, Copy)]
struct Ended {
    outcome: Outcome,
    ignored: bool,
    attempts: u64,
    /// Whether others could follow before the abort.
    is_settled: bool,
}

/// A state to be looked at.
#[derive(Debug)]
struct Open {
    state: State,
    before: u32,
    pick: Pick,
}

/// Which of the open states is looked at next: the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    cost: Cost,
    /// The number of the last choice that cost something: of runs that cost the same, the one that deviates first is the first to be
    /// followed to its end.
    deviation: u64,
    /// The stage and the substage that it has come to.
    furthest: Reverse<(u32, u32)>,
    number: u64,
}

/// What a search comes to.
#[derive(Debug)]
pub(super) enum Found {
    /// A run that is not as expected, choice by choice. No other that was not found yet needs fewer fakes.
    Run(Vec<Pick>),
    /// There is none further.
    Nothing,
    /// Too many states. All runs with fewer fakes than this were looked at.
    Limit { fakes: u32 },
}

/// A search that can be asked for one run after the other.
#[derive(Debug)]
pub(super) struct Search<'m> {
    model: &'m Model<'m>,
    open: BTreeMap<Place, Open>,
    pushed: u64,
    /// How often each state was looked at.
    seen: HashMap<State, u32>,
    /// How often a state may be: by each way in which it is reached, a run of its own is found.
    visits: u32,
    /// What led where: the number of the one before, and the choice.
    taken: Vec<(u32, Pick)>,
}

impl<'m> Search<'m> {
    pub(super) fn new(model: &'m Model<'m>, visits: u32) -> Self {
        let bits = vec![0; model.bits.div_ceil(64)].into();
        let state = State {
            stage: 0,
            place: 0,
            is_stopped: false,
            is_failing: false,
            is_unstable: false,
            running: Running::default(),
            bits,
        };
        let place = Place { cost: Cost::default(), deviation: 0, furthest: Reverse((0, 0)), number: 0 };
        let first = Open { state, before: u32::MAX, pick: Pick::Only };
        Self { model, open: BTreeMap::from([(place, first)]), pushed: 0, seen: HashMap::new(), visits, taken: Vec::new() }
    }

    /// The next run with fewer fakes than `below`; `budget` is how many states may still be looked at.
    pub(super) fn next(&mut self, budget: &mut u64, below: Option<u32>) -> Found {
        while let Some((Place { cost, deviation, .. }, Open { state, before, pick })) = self.open.pop_first() {
            if below.is_some_and(|below| cost.fakes >= below) {
                break;
            }
            if self.is_done(&state) {
                continue;
            }
            if *budget == 0 {
                return Found::Limit { fakes: cost.fakes };
            }
            *budget -= 1;
            let here = self.taken.len() as u32;
            self.taken.push((before, pick));
            if state.stage as usize == self.model.stages.len() {
                let is_missed = self.model.is_missed(&state);
                *self.seen.entry(state).or_default() += 1;
                if is_missed {
                    return Found::Run(self.path(here));
                }
                continue;
            }
            for (pick, more, state) in self.model.follow(&state) {
                if !self.is_done(&state) {
                    self.pushed += 1;
                    let number = self.pushed;
                    let deviation = if more == Cost::default() { deviation } else { number };
                    let cost = Cost { fakes: cost.fakes + more.fakes, detail: cost.detail.saturating_add(more.detail) };
                    let furthest = Reverse((state.stage, state.place));
                    self.open.insert(Place { cost, deviation, furthest, number }, Open { state, before: here, pick });
                }
            }
            *self.seen.entry(state).or_default() += 1;
        }
        Found::Nothing
    }

    fn is_done(&self, state: &State) -> bool {
        self.seen.get(state).is_some_and(|visits| *visits >= self.visits)
    }

    fn path(&self, mut last: u32) -> Vec<Pick> {
        let mut picks = Vec::new();
        while let Some((before, pick)) = self.taken.get(last as usize) {
            picks.push(*pick);
            last = *before;
        }
        picks.reverse();
        picks
    }
}

type Next = (Pick, Cost, State);

impl Model<'_> {
    /// Whether a run that is over is not as expected. What has a subject of its own has been left out where that is as expected.
    fn is_missed(&self, state: &State) -> bool {
        let is_missed = match self.subject {
            Subject::Pipeline(expected) => verdict(state.is_failing, state.is_unstable) != expected,
            Subject::Never | Subject::Stage(..) | Subject::Substage(..) => true,
        };
        is_missed && self.when.as_ref().is_none_or(|when| when.holds(state))
    }

    fn follow(&self, state: &State) -> Vec<Next> {
        let stage = &self.stages[state.stage as usize];
        match (state.place as usize).checked_sub(1) {
            None => self.decide(state, stage),
            Some(place) => match stage.kept.get(place) {
                Some(&substage) => Step::new(self, state, SubstageRef { stage: state.stage, substage }).follow(),
                None => self.close(state, stage).into_iter().collect(),
            },
        }
    }

    fn decide(&self, state: &State, stage: &StageModel) -> Vec<Next> {
        let index = state.stage as usize;
        let planned = &self.base.plan.stages[index];
        let runs = match &planned.when {
            None => !state.is_stopped,
            Some(condition) => self.holds(condition, state),
        };
        let mut next = state.clone();
        if !runs || planned.substages.is_empty() {
            let ended = Ended { outcome: Outcome::Skipped, ignored: false, attempts: 0, is_settled: true };
            for &substage in &stage.heeded {
                if !self.end(&mut next, SubstageRef { stage: state.stage, substage }, ended) {
                    return Vec::new();
                }
            }
            return self.leave(next, stage, Outcome::Skipped).into_iter().collect();
        }
        next.place = 1;
        next.running = Running::default();
        let mut all = vec![(Pick::Runs, Cost::default(), next.clone())];
        if self.base.stages[index].can_abort {
            next.running.aborts = true;
            all.push((Pick::Aborts, Cost::default(), next));
        }
        all
    }

    fn holds(&self, condition: &Condition, state: &State) -> bool {
        let ended = |name: &str| {
            let at = self.base.plan.stages[..state.stage as usize].iter().position(|stage| stage.name == name)?;
            self.stages[at].asked
        };
        match condition {
            Condition::Always => true,
            Condition::Succeeded => !state.is_failing,
            Condition::Failed => state.is_failing,
            Condition::StageSucceeded(name) => ended(name).is_some_and(|(passed, _)| state.has(passed)),
            Condition::StageFailed(name) => ended(name).is_some_and(|(_, failed)| state.has(failed)),
            Condition::Not(inner) => !self.holds(inner, state),
            Condition::And(left, right) => self.holds(left, state) && self.holds(right, state),
            Condition::Or(left, right) => self.holds(left, state) || self.holds(right, state),
        }
    }

    /// The stage that runs ends.
    fn close(&self, state: &State, stage: &StageModel) -> Option<Next> {
        if state.running.aborts && !state.running.has_aborter {
            return None;
        }
        let mut next = state.clone();
        let strictest = state.running.strictest;
        next.is_failing |= strictest.is_some();
        next.is_stopped |= strictest >= Some(OnError::Finish);
        let outcome = verdict(strictest.is_some(), state.running.is_unstable);
        next.is_unstable |= self.sees_pipeline() && outcome == Outcome::Unstable;
        self.leave(next, stage, outcome)
    }

    /// Goes on to the next stage, unless this one is as expected.
    fn leave(&self, mut state: State, stage: &StageModel, outcome: Outcome) -> Option<Next> {
        if let Subject::Stage(subject, check) = self.subject
            && subject == state.stage
        {
            let is_met = match check {
                Check::Outcome(expected) => outcome == expected,
                Check::Ran(ran) => (outcome != Outcome::Skipped) == ran,
                // The language has none of a stage.
                Check::Attempts(_) => false,
            };
            if is_met {
                return None;
            }
        }
        for mark in &stage.marks {
            state.mark(*mark, outcome.is_failure(), outcome.passes());
        }
        if let Some((passed, failed)) = stage.asked {
            let end = if outcome.is_failure() { failed } else { passed };
            state.set(end, outcome != Outcome::Skipped);
        }
        state.running = Running::default();
        (self.locks..self.bits).for_each(|bit| state.set(bit, false));
        state.stage += 1;
        state.place = 0;
        Some((Pick::Only, Cost::default(), state))
    }

    /// Notes how a substage ended; false where it is as expected, so that nothing further matters.
    fn end(&self, state: &mut State, at: SubstageRef, ended: Ended) -> bool {
        if let Subject::Substage(subject, check) = self.subject
            && subject == at
        {
            let is_met = match check {
                Check::Outcome(expected) => ended.outcome == expected,
                Check::Ran(ran) => (ended.attempts > 0) == ran,
                Check::Attempts(count) => ended.attempts == count,
            };
            if is_met {
                return false;
            }
        }
        let Some(site) = self.sites.get(&at) else { return true };
        for gate in site.gates.iter().filter(|gate| gate.is_last) {
            state.set(gate.blocked, false);
            state.set(gate.unsettled, false);
        }
        for feed in &site.feeds {
            if !ended.outcome.passes() && (feed.loads || !ended.ignored) {
                state.set(feed.blocked, true);
            }
            if let (Some(unsettled), false) = (feed.unsettled, ended.is_settled) {
                state.set(unsettled, true);
            }
        }
        for mark in &site.marks {
            state.mark(*mark, ended.outcome.is_failure(), ended.outcome.passes() || ended.ignored);
        }
        true
    }
}

fn verdict(has_failed: bool, is_unstable: bool) -> Outcome {
    match (has_failed, is_unstable) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Unstable,
        (false, false) => Outcome::Succeeded,
    }
}

impl State {
    fn has(&self, bit: usize) -> bool {
        self.bits[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn set(&mut self, bit: usize, value: bool) {
        let mask = 1 << (bit % 64);
        if value { self.bits[bit / 64] |= mask } else { self.bits[bit / 64] &= !mask }
    }

    fn mark(&mut self, mark: Mark, has_failed: bool, has_passed: bool) {
        match mark {
            Mark::Failed(bit) if has_failed => self.set(bit, true),
            Mark::NotPassed(bit) if !has_passed => self.set(bit, true),
            Mark::Failed(_) | Mark::NotPassed(_) => {}
        }
    }
}

impl Formula {
    fn holds(&self, state: &State) -> bool {
        match self {
            Self::False => false,
            Self::Is(bit) => state.has(*bit),
            Self::Not(inner) => !inner.holds(state),
            Self::And(left, right) => left.holds(state) && right.holds(state),
            Self::Or(left, right) => left.holds(state) || right.holds(state),
        }
    }
}

/// The ways in which one substage can go on from a state.
struct Step<'m> {
    model: &'m Model<'m>,
    state: &'m State,
    at: SubstageRef,
    base: &'m Site,
    site: Option<&'m SiteModel>,
    width: Width,
    all: Vec<Next>,
}

impl<'m> Step<'m> {
    fn new(model: &'m Model<'m>, state: &'m State, at: SubstageRef) -> Self {
        let width = model.base.stages[at.stage as usize].width;
        Self { model, state, at, base: model.base.site(at), site: model.sites.get(&at), width, all: Vec::new() }
    }

    fn follow(mut self) -> Vec<Next> {
        let gates = self.site.map_or(&[][..], |site| &site.gates);
        let is_unsettled = gates.iter().any(|gate| self.state.has(gate.unsettled));
        let is_blocked = gates.iter().any(|gate| self.state.has(gate.blocked));
        let is_unsure = self.site.is_some_and(|site| site.is_unsure);
        let aborts = self.state.running.aborts;
        if self.base.is_cached {
            self.pushes_over(Outcome::Cached, true);
        } else if is_unsettled {
            self.pushes_over(Outcome::Cancelled, false);
        } else if is_blocked {
            self.pushes_over(Outcome::Skipped, true);
        } else {
            if is_unsure {
                self.pushes_over(Outcome::Skipped, true);
            }
            let is_locked = aborts && self.base.locks.iter().any(|lock| self.state.has(self.model.locks + *lock as usize));
            let (must_wait, may_wait) = match self.width {
                Width::All => (false, false),
                Width::Slots(slots) => (self.state.running.slots == slots, false),
                Width::Locks => (is_locked, false),
                Width::Loose { has_slots } => (false, has_slots || !self.base.locks.is_empty()),
            };
            if aborts && (must_wait || may_wait || is_unsure) {
                self.pushes_over(Outcome::Cancelled, false);
            }
            if !(aborts && must_wait) {
                self.starts(is_locked);
            }
        }
        self.all
    }

    /// It has no attempt.
    fn pushes_over(&mut self, outcome: Outcome, is_settled: bool) {
        self.push(Pick::Only, Cost::default(), Ended { outcome, ignored: false, attempts: 0, is_settled });
    }

    /// It starts; where another holds a lock of its, it must end before that starts.
    fn starts(&mut self, is_locked: bool) {
        let base = self.base;
        let meets_abort = self.state.running.aborts && !is_locked;
        for way in &base.ways.all {
            let moments: &[Moment] = match (base.on_error == OnError::Abort && way.outcome.is_failure(), meets_abort) {
                (true, true) => &[Moment::Aborting],
                (true, false) => &[],
                (false, true) => &[Moment::Before, Moment::Then],
                (false, false) => &[Moment::Before],
            };
            for moment in moments {
                if let Some(attempts) = self.attempts(way.least, |count| base.ways.attempts_but(*way, count)) {
                    self.ends(way.outcome, attempts, *moment);
                }
            }
        }
        if meets_abort {
            let (least, most) = base.ways.cut;
            if let Some(attempts) = self.attempts(least, |count| (least..=most).take(2).find(|attempts| *attempts != count)) {
                let cost = Cost { fakes: u32::from(attempts > least), detail: 3 };
                let ended = Ended { outcome: Outcome::Cancelled, ignored: false, attempts, is_settled: false };
                self.push(Pick::IsCut { at: self.at, attempts }, cost, ended);
            }
        }
    }

    /// The fewest attempts, or another number where the subject must not have this one.
    fn attempts(&self, least: u64, but: impl Fn(u64) -> Option<u64>) -> Option<u64> {
        match self.model.subject {
            Subject::Substage(at, Check::Attempts(count)) if at == self.at => but(count),
            _ => Some(least),
        }
    }

    fn ends(&mut self, outcome: Outcome, attempts: u64, moment: Moment) {
        let cost = if self.base.ways.is_default(outcome, attempts) {
            Cost::default()
        } else {
            let is_plain = matches!(outcome, Outcome::Succeeded | Outcome::Failed);
            Cost { fakes: 1, detail: if is_plain { 1 } else { 2 } }
        };
        let ignored = outcome.is_failure() && self.base.on_error == OnError::Ignore;
        let ended = Ended { outcome, ignored, attempts, is_settled: moment == Moment::Before };
        self.push(Pick::Ends { at: self.at, outcome, attempts, moment }, cost, ended);
    }

    fn push(&mut self, pick: Pick, cost: Cost, ended: Ended) {
        let mut next = self.state.clone();
        next.place += 1;
        let running = &mut next.running;
        if ended.outcome.is_failure() && !ended.ignored {
            running.strictest = running.strictest.max(Some(self.base.on_error));
        }
        let sees_unstable = self.model.sees_pipeline()
            || matches!(self.model.subject, Subject::Stage(stage, Check::Outcome(_)) if stage == self.at.stage);
        running.is_unstable |= sees_unstable && ended.outcome == Outcome::Unstable;
        if running.aborts {
            running.has_aborter |= matches!(pick, Pick::Ends { moment: Moment::Aborting, .. });
            // It has its slot and locks when the abort comes.
            let holds = matches!(pick, Pick::IsCut { .. } | Pick::Ends { moment: Moment::Then | Moment::Aborting, .. });
            running.slots += u32::from(holds && matches!(self.width, Width::Slots(_)));
            if holds {
                self.base.locks.iter().for_each(|lock| next.set(self.model.locks + *lock as usize, true));
            }
        }
        if self.model.end(&mut next, self.at, ended) {
            self.all.push((pick, cost, next));
        }
    }
}
