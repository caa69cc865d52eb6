//! What must hold of every pipeline, without anybody asking.

use super::bound::{Bounds, Lengths, Turn};
use super::realise::Counterexample;
use super::{Finding, Space, Verdict};
use crate::base::Duration;
use crate::machine::expect::{Check, Fact, When};
use crate::machine::limit::{Limited, MOST_ATTEMPTS};
use crate::machine::{Behaviour, Expectation, Machine, Matched, Outcome, SubstageTrace, Trace};
use crate::plan::{Condition, OnError, Plan, RetryOn, Stage, Substage, SubstageRef};

/// Routes that are run to see how long the worst case is.
const ROUTES: usize = 16;

/// One of the laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// A failure under `abort`, `finish` or `continue` makes the pipeline fail.
    FailuresShow,
    /// A stage with `when = always` that has substages runs.
    AlwaysRuns,
    /// Nothing runs again once it has succeeded; what is unstable only where `retry.on` names it.
    SuccessIsLast,
    /// With every attempt at its timeout, deadlines are kept.
    DeadlinesSuffice,
}

/// Where a law does not hold, or may not.
#[derive(Clone, Debug)]
pub enum Breach {
    /// A run that breaks it.
    Run(Law, Box<Counterexample>),
    /// A substage that may run again after a success, and a run in which it does.
    Again(SubstageRef, Box<Counterexample>),
    /// A stage with `when = always` of which nothing may run: an index into `Plan::stages`.
    Idle(u32, Box<Counterexample>),
    Late(Late),
    /// There are too many states: see [`Verdict::Cut`].
    Cut(Law, u32),
    /// See [`Verdict::Open`].
    Open(Law),
}

/// A deadline that the worst case does not keep, or may not.
#[derive(Clone, Debug)]
pub struct Late {
    /// An index into `Plan::stages`; none for the pipeline.
    pub stage: Option<u32>,
    pub deadline: Duration,
    /// A run takes as long. If this is not more than the deadline, nothing is shown.
    pub at_least: Duration,
    /// No run takes longer.
    pub at_most: Duration,
    /// Of a pipeline: what each stage that runs adds to it at most, in order.
    pub parts: Vec<(u32, Duration)>,
}

/// What came of the laws.
#[derive(Clone, Debug, Default)]
pub struct LawFinding {
    pub breaches: Vec<Breach>,
    /// A substage without a timeout, where a deadline could not be compared for it.
    pub untimed: Option<SubstageRef>,
    pub explored: u64,
}

impl Space<'_> {
    /// Whether the laws hold. `limit`: states that may be looked at.
    pub fn laws(&self, limit: u64) -> LawFinding {
        let mut found = LawFinding::default();
        let plan = self.base.plan;
        for (law, expectation) in [(Law::FailuresShow, failures_show(plan)), (Law::AlwaysRuns, always_runs(plan))] {
            self.note(self.verify(&expectation, limit.saturating_sub(found.explored)), &mut found, law, |shown| {
                Breach::Run(law, shown)
            });
        }
        for stage in (0..).zip(&plan.stages).filter(|(_, stage)| may_idle(stage)).map(|(index, _)| index) {
            let finding = self.verify(&something_runs(plan, stage), limit.saturating_sub(found.explored));
            self.note(finding, &mut found, Law::AlwaysRuns, |shown| Breach::Idle(stage, shown));
        }
        for (at, substage) in places(plan) {
            if tries_successes_again(substage) {
                let finding = self
                    .shown(&runs(at), limit.saturating_sub(found.explored), &|trace| runs_again(substage, trace.substage(at)));
                self.note(finding, &mut found, Law::SuccessIsLast, |shown| Breach::Again(at, shown));
            }
        }
        self.deadlines(&mut found);
        found
    }

    fn note(&self, finding: Finding, found: &mut LawFinding, law: Law, breach: impl FnOnce(Box<Counterexample>) -> Breach) {
        found.explored += finding.explored;
        found.breaches.extend(match finding.verdict {
            Verdict::Holds => None,
            Verdict::Broken(shown) => Some(breach(shown)),
            Verdict::Cut { fakes } => Some(Breach::Cut(law, fakes)),
            Verdict::Open => Some(Breach::Open(law)),
        });
    }

    fn deadlines(&self, found: &mut LawFinding) {
        let plan = self.base.plan;
        if plan.deadline.is_none() && plan.stages.iter().all(|stage| stage.deadline.is_none()) {
            return;
        }
        let bounds = Bounds::new(&self.base, self.given, Lengths::Timeouts);
        let mut is_timed = true;
        for (index, stage) in (0..).zip(&plan.stages) {
            let untimed = bounds.unbounded(index as usize).next();
            match (stage.deadline, untimed) {
                (Some(deadline), None) => found.breaches.extend(late_stage(plan, &bounds, index, deadline).map(Breach::Late)),
                (None, None) => {}
                // Nothing but its own deadline ends it.
                (Some(_), Some(at)) => found.untimed = found.untimed.or(Some(at)),
                (None, Some(at)) => {
                    is_timed = false;
                    found.untimed = found.untimed.or(plan.deadline.map(|_| at));
                }
            }
        }
        if let Some(deadline) = plan.deadline.filter(|_| is_timed) {
            found.breaches.extend(late_pipeline(plan, &bounds, deadline).map(Breach::Late));
        }
        found.explored += plan.stages.len() as u64;
    }
}

fn late_stage(plan: &Plan, bounds: &Bounds<'_>, index: u32, deadline: Duration) -> Option<Late> {
    let at_most = Duration(bounds.stage(index as usize));
    (at_most > deadline).then(|| {
        let mut alone = plan.clone();
        alone.deadline = None;
        // The machine is to run this stage, and nothing of what it needs before.
        for (other, stage) in (0..).zip(&mut alone.stages) {
            stage.when = if other == index { Some(Condition::Always) } else { Some(Condition::Not(Box::new(Condition::Always))) };
            stage.deadline = None;
            for substage in &mut stage.substages {
                substage.needs.retain(|need| need.members.first().is_some_and(|member| member.stage == index));
            }
        }
        let at_least = duration(&mut Machine::new(&alone), &bounds.behaviour(&[]));
        Late { stage: Some(index), deadline, at_least, at_most, parts: Vec::new() }
    })
}

fn late_pipeline(plan: &Plan, bounds: &Bounds<'_>, deadline: Duration) -> Option<Late> {
    let routes = bounds.routes();
    let longest = routes.first()?;
    let at_most = Duration(longest.total);
    (at_most > deadline).then(|| {
        let mut endless = plan.clone();
        endless.deadline = None;
        let mut machine = Machine::new(&endless);
        let runs = routes.iter().take(ROUTES).map(|route| duration(&mut machine, &bounds.behaviour(&route.turns)));
        let at_least = runs.max().unwrap_or_default();
        let parts = (0..).zip(&longest.turns).filter(|(_, turn)| **turn != Turn::Skipped);
        let parts = parts.map(|(stage, turn)| (stage, Duration(bounds.part(stage as usize, *turn)))).collect();
        Late { stage: None, deadline, at_least, at_most, parts }
    })
}

/// How long a run takes; 0 where it has more attempts than can be made.
fn duration(machine: &mut Machine<'_>, behaviour: &dyn Behaviour) -> Duration {
    let limited = Limited::new(behaviour, MOST_ATTEMPTS);
    let duration = machine.run(&limited).duration;
    if limited.is_exhausted() { Duration(0) } else { duration }
}

fn places(plan: &Plan) -> impl Iterator<Item = (SubstageRef, &Substage)> {
    let places = |(stage, planned): (u32, &'_ Stage)| {
        (0..planned.substages.len() as u32).map(move |substage| SubstageRef { stage, substage }).collect::<Vec<_>>()
    };
    (0..).zip(&plan.stages).flat_map(places).map(|at| (at, plan.substage(at)))
}

/// `expect pipeline = failed`, when something failed that is not ignored.
fn failures_show(plan: &Plan) -> Expectation {
    let counted = places(plan).filter(|(_, substage)| substage.on_error != OnError::Ignore).map(|(at, _)| at).collect();
    Expectation { fact: Fact::Pipeline(Outcome::Failed), when: Some(When::Failed(Matched::Substages(counted))) }
}

/// `expect "…" ran` of each stage with `when = always` that has substages.
fn always_runs(plan: &Plan) -> Expectation {
    let stages = (0..).zip(&plan.stages).filter(|(_, stage)| is_always(stage)).map(|(index, _)| index).collect();
    // Of none, nothing is expected.
    let any = When::Succeeded(Matched::Stages(Vec::new()));
    let is_empty = plan.stages.iter().all(|stage| !is_always(stage));
    Expectation { fact: Fact::Stages(stages, Check::Ran(true)), when: is_empty.then_some(any) }
}

fn is_always(stage: &Stage) -> bool {
    stage.when == Some(Condition::Always) && !stage.substages.is_empty()
}

/// Whether all of a stage that always runs may be skipped for needs.
fn may_idle(stage: &Stage) -> bool {
    is_always(stage) && stage.substages.iter().all(|substage| substage.needs.iter().any(|need| !need.members.is_empty()))
}

/// That not everything of a stage is skipped.
fn something_runs(plan: &Plan, stage: u32) -> Expectation {
    let substages = (0..plan.stages[stage as usize].substages.len() as u32).map(|substage| SubstageRef { stage, substage });
    let neither = |at: SubstageRef| {
        let one = || Matched::Substages(vec![at]);
        let (failed, passed) = (Box::new(When::Failed(one())), Box::new(When::Succeeded(one())));
        When::And(Box::new(When::Not(failed)), Box::new(When::Not(passed)))
    };
    let all = substages.map(neither).reduce(|left, right| When::And(Box::new(left), Box::new(right)));
    Expectation { fact: Fact::Substages(Vec::new(), Check::Ran(true)), when: all }
}

/// That a substage does not run: what breaks it is a run in which it does.
fn runs(at: SubstageRef) -> Expectation {
    Expectation { fact: Fact::Substages(vec![at], Check::Ran(false)), when: None }
}

/// Whether a success of it is tried again.
fn tries_successes_again(substage: &Substage) -> bool {
    substage.retry.limit > 0 && substage.retry.on.contains(&RetryOn::Exit(0))
}

/// Whether a substage ran again after a success.
fn runs_again(substage: &Substage, trace: &SubstageTrace) -> bool {
    let attempts = trace.replicas.iter().filter_map(|replica| replica.attempts.split_last());
    attempts.flat_map(|(_, before)| before).any(|attempt| match attempt.outcome {
        Outcome::Succeeded => true,
        Outcome::Unstable => {
            let names = |on: &RetryOn| *on == RetryOn::Unstable || attempt.code.map(RetryOn::Exit) == Some(*on);
            !substage.retry.on.iter().any(names)
        }
        _ => false,
    })
}

/// The laws that a trace breaks, deadlines apart.
pub fn broken(plan: &Plan, trace: &Trace) -> Vec<Law> {
    let kept = [
        (Law::FailuresShow, failures_show(plan).check(trace).is_ok()),
        (Law::AlwaysRuns, always_runs(plan).check(trace).is_ok()),
        (Law::SuccessIsLast, !places(plan).any(|(at, substage)| runs_again(substage, trace.substage(at)))),
    ];
    kept.into_iter().filter(|(_, kept)| !kept).map(|(law, _)| law).collect()
}
