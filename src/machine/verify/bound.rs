//! How long a run takes at most: a bound that no run exceeds, and the runs that come near it.

use std::collections::BTreeMap;

use super::base::{Base, StageBase};
use super::schedule;
use super::ways::{ends, exit};
use crate::machine::attempt::{self, Ended};
use crate::machine::stage::dispatch;
use crate::machine::{Attempt, Behaviour, CLASS_DEFAULT, Fakes};
use crate::plan::{Condition, OnError, Retry, SubstageRef};
use crate::sema::hir::FakeOutcome;

/// More ways for the stages to follow each other than this are not told apart.
const ROUTES: usize = 4_096;

/// How long attempts take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lengths {
    /// Each as long as its timeout, however it ends.
    Timeouts,
    /// As in a scenario.
    Given,
}

/// What stages and substages take at most.
#[derive(Debug)]
pub(super) struct Bounds<'b> {
    base: &'b Base<'b>,
    lengths: Lengths,
    /// By stage and substage.
    rows: Vec<Vec<Longest>>,
    stages: Vec<StageBound>,
}

/// How a substage takes longest.
#[derive(Clone, Debug, Default)]
struct Longest {
    passing: Option<Row>,
    failing: Option<Row>,
    is_unbounded: bool,
}

/// The attempts of a substage, and the time until the last of them ends, in milliseconds.
#[derive(Clone, Debug)]
struct Row {
    time: i64,
    /// How all but the last end.
    again: Option<FakeOutcome>,
    /// How many those are.
    count: u32,
    last: FakeOutcome,
}

/// What a stage takes at most, in milliseconds.
#[derive(Debug, Default)]
struct StageBound {
    /// Where it passes, if it can.
    passed: Option<i64>,
    /// Where something fails under one of these policies.
    failed: Vec<(OnError, i64)>,
}

/// How a stage goes in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Skipped,
    Passed,
    Failed(OnError),
}

/// One way for the stages to follow each other, and what that takes at most.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// By stage. Empty where there are too many ways.
    pub(super) turns: Vec<Turn>,
    pub(super) total: i64,
}

impl<'b> Bounds<'b> {
    pub(super) fn new(base: &'b Base<'b>, given: &Fakes<'_>, lengths: Lengths) -> Self {
        let of_stage = |stage: &StageBase| {
            let substages = (0..stage.sites.len() as u32).map(|substage| SubstageRef { stage: stage.index, substage });
            substages.map(|at| longest(base, given, lengths, at)).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<Longest>> = base.stages.iter().map(of_stage).collect();
        let mut bounds = Self { base, lengths, rows, stages: Vec::new() };
        bounds.stages = (0..base.stages.len()).map(|stage| bounds.stage_bound(stage)).collect();
        bounds
    }

    fn stage_bound(&self, stage: usize) -> StageBound {
        let (planned, base, rows) = (&self.base.plan.stages[stage], &self.base.stages[stage], &self.rows[stage]);
        // A deadline ends a stage whatever it would take; a scenario's durations are looked at without.
        let most = match self.lengths {
            Lengths::Timeouts => planned.deadline.map_or(i64::MAX, |deadline| deadline.0),
            Lengths::Given => i64::MAX,
        };
        let bound = |times: &[i64]| schedule::longest(planned, base, times).min(most);
        let passing: Option<Vec<i64>> =
            rows.iter().zip(&base.sites).map(|(row, site)| row.time(site.on_error == OnError::Ignore)).collect();
        let any: Vec<i64> = rows.iter().map(|row| row.time(true).unwrap_or(0)).collect();
        let policies = [OnError::Continue, OnError::Finish, OnError::Abort];
        let can_fail =
            |policy: &OnError| rows.iter().zip(&base.sites).any(|(row, site)| site.on_error == *policy && row.failing.is_some());
        StageBound {
            passed: passing.map(|times| bound(&times)),
            failed: policies.into_iter().filter(can_fail).map(|policy| (policy, bound(&any))).collect(),
        }
    }

    /// The substages of a stage without a timeout, which may take any time.
    pub(super) fn unbounded(&self, stage: usize) -> impl Iterator<Item = SubstageRef> {
        let rows = self.rows[stage].iter().enumerate().filter(|(_, row)| row.is_unbounded);
        rows.map(move |(substage, _)| SubstageRef { stage: stage as u32, substage: substage as u32 })
    }

    /// What a stage takes at most without its deadline, in milliseconds.
    pub(super) fn stage(&self, stage: usize) -> i64 {
        let times: Vec<i64> = self.rows[stage].iter().map(|row| row.time(true).unwrap_or(0)).collect();
        schedule::longest(&self.base.plan.stages[stage], &self.base.stages[stage], &times)
    }

    /// What a stage contributes to a route, in milliseconds.
    pub(super) fn part(&self, stage: usize, turn: Turn) -> i64 {
        let bound = &self.stages[stage];
        match turn {
            Turn::Skipped => 0,
            Turn::Passed => bound.passed.unwrap_or(0),
            Turn::Failed(policy) => bound.failed.iter().find(|(known, _)| *known == policy).map_or(0, |(_, time)| *time),
        }
    }

    /// All ways for the stages to follow each other, the longest first; of those that later stages cannot tell apart, one.
    pub(super) fn routes(&self) -> Vec<Route> {
        /// The two flags, and how those stages went that a condition asks for.
        type Key = (bool, bool, Vec<Turn>);
        let mut routes: BTreeMap<Key, Route> = BTreeMap::new();
        routes.insert((false, false, Vec::new()), Route { turns: Vec::new(), total: 0 });
        for (stage, planned) in self.base.plan.stages.iter().enumerate() {
            let mut next: BTreeMap<Key, Route> = BTreeMap::new();
            for ((is_stopped, is_failing, asked), route) in routes {
                let runs = !planned.substages.is_empty()
                    && planned.when.as_ref().map_or(!is_stopped, |when| self.holds(when, is_failing, &route.turns));
                for turn in self.turns(stage, runs) {
                    let (stops, fails) = match turn {
                        Turn::Skipped | Turn::Passed => (false, false),
                        Turn::Failed(policy) => (policy >= OnError::Finish, true),
                    };
                    let mut asked = asked.clone();
                    if self.base.stages[stage].is_asked {
                        asked.push(if fails { Turn::Failed(OnError::Continue) } else { turn });
                    }
                    let mut longer = route.clone();
                    longer.turns.push(turn);
                    longer.total = longer.total.saturating_add(self.part(stage, turn));
                    let known = next.entry((is_stopped || stops, is_failing || fails, asked)).or_insert_with(|| longer.clone());
                    if longer.total > known.total {
                        *known = longer;
                    }
                }
            }
            if next.len() > ROUTES {
                let total = (0..self.stages.len()).map(|stage| self.most(stage)).fold(0, i64::saturating_add);
                return vec![Route { turns: Vec::new(), total }];
            }
            routes = next;
        }
        let mut routes: Vec<Route> = routes.into_values().collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.total));
        routes
    }

    fn most(&self, stage: usize) -> i64 {
        self.turns(stage, true).into_iter().map(|turn| self.part(stage, turn)).max().unwrap_or(0)
    }

    fn turns(&self, stage: usize, runs: bool) -> Vec<Turn> {
        if !runs {
            return vec![Turn::Skipped];
        }
        let bound = &self.stages[stage];
        let passed = bound.passed.map(|_| Turn::Passed);
        passed.into_iter().chain(bound.failed.iter().map(|(policy, _)| Turn::Failed(*policy))).collect()
    }

    fn holds(&self, condition: &Condition, is_failing: bool, turns: &[Turn]) -> bool {
        let turn = |name: &str| {
            let at = self.base.plan.stages[..turns.len()].iter().position(|stage| stage.name == name)?;
            Some(turns[at])
        };
        match condition {
            Condition::Always => true,
            Condition::Succeeded => !is_failing,
            Condition::Failed => is_failing,
            Condition::StageSucceeded(name) => turn(name) == Some(Turn::Passed),
            Condition::StageFailed(name) => matches!(turn(name), Some(Turn::Failed(_))),
            Condition::Not(inner) => !self.holds(inner, is_failing, turns),
            Condition::And(left, right) => self.holds(left, is_failing, turns) && self.holds(right, is_failing, turns),
            Condition::Or(left, right) => self.holds(left, is_failing, turns) || self.holds(right, is_failing, turns),
        }
    }

    /// The behaviour that makes a route long.
    pub(super) fn behaviour(&self, turns: &[Turn]) -> Slowest<'_> {
        let stages = self.rows.iter().zip(&self.base.stages).enumerate().map(|(index, (rows, base))| {
            let turn = turns.get(index).copied().unwrap_or(Turn::Passed);
            // One failure will do, and of those that abort the last one.
            let culprit = match turn {
                Turn::Failed(policy) => (0..rows.len())
                    .filter(|at| base.sites[*at].on_error == policy)
                    .max_by_key(|at| rows[*at].failing.as_ref().map(|row| row.time)),
                Turn::Skipped | Turn::Passed => None,
            };
            let row = |(at, row): (usize, &'_ Longest)| {
                let is_longer = row.failing.as_ref().map(|row| row.time) > row.passing.as_ref().map(|row| row.time);
                let fails = culprit == Some(at) || base.sites[at].on_error == OnError::Ignore && is_longer;
                let (first, second) = if fails { (&row.failing, &row.passing) } else { (&row.passing, &row.failing) };
                first.as_ref().or(second.as_ref()).cloned()
            };
            rows.iter().enumerate().map(row).collect()
        });
        Slowest { bounds: self, rows: stages.collect() }
    }
}

/// Every substage as long as a route lets it.
#[derive(Debug)]
pub(super) struct Slowest<'b> {
    bounds: &'b Bounds<'b>,
    rows: Vec<Vec<Option<Row>>>,
}

impl Slowest<'_> {
    /// How its attempts end, the last one for all further; none where that is nothing but a success.
    pub(super) fn written(&self, at: SubstageRef) -> Option<Vec<FakeOutcome>> {
        let row = self.rows[at.stage as usize][at.substage as usize].as_ref()?;
        let mut ends: Vec<FakeOutcome> = row.again.into_iter().cycle().take(row.count as usize).collect();
        ends.push(row.last);
        (ends != [FakeOutcome::Succeeded]).then_some(ends)
    }
}

impl Behaviour for Slowest<'_> {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.bounds.base.site(at).is_cached
    }

    fn attempt(&self, at: SubstageRef, _: u32, attempt: u32) -> Attempt {
        let row = self.rows[at.stage as usize][at.substage as usize].as_ref();
        let end = row.and_then(|row| if attempt <= row.count { row.again } else { Some(row.last) });
        let takes = self.bounds.base.plan.substage(at).timeout.unwrap_or(CLASS_DEFAULT);
        Attempt { end: exit(end.unwrap_or(FakeOutcome::Succeeded)), takes }
    }
}

impl Longest {
    fn time(&self, may_fail: bool) -> Option<i64> {
        let passing = self.passing.as_ref().map(|row| row.time);
        if may_fail { passing.max(self.failing.as_ref().map(|row| row.time)) } else { passing }
    }

    fn offer(&mut self, passes: bool, row: Row) {
        let known = if passes { &mut self.passing } else { &mut self.failing };
        if known.as_ref().is_none_or(|known| row.time > known.time) {
            *known = Some(row);
        }
    }
}

fn longest(base: &Base<'_>, given: &Fakes<'_>, lengths: Lengths, at: SubstageRef) -> Longest {
    let substage = base.plan.substage(at);
    let mut longest = Longest::default();
    if base.site(at).is_cached {
        longest.offer(true, Row { time: 0, again: None, count: 0, last: FakeOutcome::Succeeded });
        return longest;
    }
    longest.is_unbounded = matches!(lengths, Lengths::Timeouts) && substage.timeout.is_none();
    let mut is_free_known = false;
    for replica in 1..=dispatch(substage).copies {
        let (fakes, duration) = (given.outcomes(at, replica), given.duration(at, replica));
        // All replicas of which nothing is given are alike.
        if fakes.is_none() && duration.is_none() && std::mem::replace(&mut is_free_known, true) {
            continue;
        }
        let takes = match lengths {
            Lengths::Timeouts => substage.timeout.unwrap_or_default(),
            Lengths::Given => duration.unwrap_or(CLASS_DEFAULT),
        };
        let judge = |end: FakeOutcome, attempt: u32| {
            let Ended { outcome, code, takes } = attempt::end(substage, Attempt { end: exit(end), takes });
            let wait = attempt::back_off(&substage.retry, attempt, outcome, code);
            Judged { passes: outcome.passes(), takes, wait }
        };
        match fakes {
            Some(fakes) => follow(fakes, &substage.retry, &judge, &mut longest),
            None => free(&ends(substage), &substage.retry, &judge, &mut longest),
        }
    }
    longest
}

/// What an end makes of an attempt.
struct Judged {
    passes: bool,
    /// Milliseconds.
    takes: i64,
    /// Before the next attempt, if there is one.
    wait: Option<i64>,
}

/// All attempts, each but the last with the longest end that is tried again.
fn free(ends: &[FakeOutcome], retry: &Retry, judge: &dyn Fn(FakeOutcome, u32) -> Judged, longest: &mut Longest) {
    let tried = ends.iter().filter(|end| judge(**end, 1).wait.is_some());
    // Of several that are as long, the simplest.
    let again = tried.rev().max_by_key(|end| judge(**end, 1).takes).copied();
    let count = if again.is_some() { retry.limit } else { 0 };
    let each = again.map_or(0, |end| judge(end, 1).takes);
    let before = each.saturating_mul(i64::from(count)).saturating_add(attempt::waits(retry, count));
    for last in ends {
        let Judged { passes, takes, .. } = judge(*last, 1);
        longest.offer(passes, Row { time: before.saturating_add(takes), again, count, last: *last });
    }
}

/// What fakes say, attempt by attempt, the last one for all further.
fn follow(fakes: &[FakeOutcome], retry: &Retry, judge: &dyn Fn(FakeOutcome, u32) -> Judged, longest: &mut Longest) {
    let mut time = 0i64;
    for (attempt, end) in (1..).zip(fakes) {
        let Judged { passes, takes, wait } = judge(*end, attempt);
        time = time.saturating_add(takes);
        let rest = i64::from(retry.limit).saturating_add(1) - i64::from(attempt);
        let is_last = attempt as usize == fakes.len();
        match wait {
            Some(wait) if !is_last => time = time.saturating_add(wait),
            // The last one is tried again, to the limit.
            Some(_) => {
                let waits = attempt::waits(retry, retry.limit) - attempt::waits(retry, attempt - 1);
                let time = time.saturating_add(takes.saturating_mul(rest)).saturating_add(waits);
                longest.offer(passes, Row { time, again: None, count: 0, last: *end });
            }
            None => {
                longest.offer(passes, Row { time, again: None, count: 0, last: *end });
                return;
            }
        }
    }
}
