//! Expectations of scenarios and properties: their names are found once in a plan, then any trace of it is judged without text.

use super::paths::{Matched, matching};
use super::trace::{Outcome, StageTrace, SubstageTrace, Trace};
use crate::base::Duration;
use crate::plan::{Plan, SubstageRef};
use crate::sema::hir::{self, BinaryOp, ExpectCondition};

/// An expectation on the runs of one plan.
#[derive(Clone, Debug)]
pub struct Expectation {
    pub(super) fact: Fact,
    pub(super) when: Option<When>,
}

#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// Of each of these stages.
    Stages(Vec<u32>, Check),
    /// Of each of these substages.
    Substages(Vec<SubstageRef>, Check),
    Pipeline(Outcome),
    Duration(BinaryOp, Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Outcome(Outcome),
    Ran(bool),
    Attempts(u64),
}

#[derive(Clone, Debug)]
pub(super) enum When {
    /// One of these failed.
    Failed(Matched),
    /// There are some, and all of them passed.
    Succeeded(Matched),
    Not(Box<When>),
    And(Box<When>, Box<When>),
    Or(Box<When>, Box<When>),
}

/// Where a trace is not as expected; the trace says what happened instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Nothing that the expectation names is in the plan.
    NotInPlan,
    /// An index into `Plan::stages`.
    Stage(u32),
    Substage(SubstageRef),
    Pipeline,
    Duration,
}

impl Expectation {
    /// Finds what the expectation names.
    pub fn resolve(plan: &Plan, expect: &hir::Expect) -> Self {
        let fact = match &expect.fact {
            hir::Fact::Path(path, check) => {
                let check = match check {
                    hir::Check::Outcome(word) => Check::Outcome(outcome(word)),
                    hir::Check::Ran(ran) => Check::Ran(*ran),
                    hir::Check::Attempts(count) => Check::Attempts(*count),
                };
                match matching(plan, path) {
                    Matched::Stages(stages) => Fact::Stages(stages, check),
                    Matched::Substages(substages) => Fact::Substages(substages, check),
                }
            }
            hir::Fact::Pipeline(word) => Fact::Pipeline(outcome(word)),
            hir::Fact::Duration(op, bound) => Fact::Duration(*op, *bound),
        };
        Self { fact, when: expect.when.as_ref().map(|when| When::resolve(plan, when)) }
    }

    /// Whether a trace of the plan is as expected; if not, the first place where it is not.
    pub fn check(&self, trace: &Trace) -> Result<(), Miss> {
        self.misses(trace).next().map_or(Ok(()), Err)
    }

    /// Every place where a trace is not as expected. Where its condition does not hold, nothing is expected.
    pub fn misses(&self, trace: &Trace) -> impl Iterator<Item = Miss> {
        let is_due = self.when.as_ref().is_none_or(|when| when.holds(trace));
        let (stages, substages, single): (&[u32], &[SubstageRef], Option<Miss>) = match &self.fact {
            Fact::Stages(stages, check) => (stages, &[], missing(stages, *check)),
            Fact::Substages(substages, check) => (&[], substages, missing(substages, *check)),
            Fact::Pipeline(outcome) => (&[], &[], (trace.outcome != *outcome).then_some(Miss::Pipeline)),
            Fact::Duration(op, bound) => (&[], &[], (!compares(*op, trace.duration, *bound)).then_some(Miss::Duration)),
        };
        let check = match self.fact {
            Fact::Stages(_, check) | Fact::Substages(_, check) => Some(check),
            Fact::Pipeline(_) | Fact::Duration(..) => None,
        };
        let stages = stages.iter().filter(move |at| check.is_some_and(|check| !check.stage(&trace.stages[**at as usize])));
        let substages = substages.iter().filter(move |at| check.is_some_and(|check| !check.substage(trace.substage(**at))));
        let misses = stages.map(|at| Miss::Stage(*at)).chain(substages.map(|at| Miss::Substage(*at))).chain(single);
        misses.filter(move |_| is_due)
    }
}

/// What is expected of nothing at all has not happened, but that it does not run.
fn missing<T>(found: &[T], check: Check) -> Option<Miss> {
    (found.is_empty() && !matches!(check, Check::Ran(false))).then_some(Miss::NotInPlan)
}

fn outcome(word: &str) -> Outcome {
    Outcome::from_word(word).expect("analysis lets only outcomes through")
}

fn compares(op: BinaryOp, left: Duration, right: Duration) -> bool {
    match op {
        BinaryOp::Lt => left < right,
        BinaryOp::Le => left <= right,
        BinaryOp::Gt => left > right,
        BinaryOp::Ge => left >= right,
        BinaryOp::Ne => left != right,
        _ => left == right,
    }
}

impl Check {
    fn stage(self, stage: &StageTrace) -> bool {
        match self {
            Self::Outcome(outcome) => stage.outcome == outcome,
            Self::Ran(ran) => (stage.outcome != Outcome::Skipped) == ran,
            // The language has none of a stage.
            Self::Attempts(_) => false,
        }
    }

    fn substage(self, substage: &SubstageTrace) -> bool {
        match self {
            Self::Outcome(outcome) => substage.outcome == outcome,
            Self::Ran(ran) => (substage.attempts() > 0) == ran,
            Self::Attempts(count) => substage.attempts() == count,
        }
    }
}

impl When {
    fn resolve(plan: &Plan, condition: &ExpectCondition) -> Self {
        let inner = |condition| Box::new(Self::resolve(plan, condition));
        match condition {
            ExpectCondition::Failed(path) => Self::Failed(matching(plan, path)),
            ExpectCondition::Succeeded(path) => Self::Succeeded(matching(plan, path)),
            ExpectCondition::Not(condition) => Self::Not(inner(condition)),
            ExpectCondition::And(left, right) => Self::And(inner(left), inner(right)),
            ExpectCondition::Or(left, right) => Self::Or(inner(left), inner(right)),
        }
    }

    /// Finds all substages that it asks for.
    pub(super) fn substages(&self, found: &mut dyn FnMut(SubstageRef)) {
        match self {
            Self::Failed(Matched::Substages(substages)) | Self::Succeeded(Matched::Substages(substages)) => {
                substages.iter().copied().for_each(found);
            }
            Self::Failed(_) | Self::Succeeded(_) => {}
            Self::Not(inner) => inner.substages(found),
            Self::And(left, right) | Self::Or(left, right) => {
                left.substages(found);
                right.substages(found);
            }
        }
    }

    fn holds(&self, trace: &Trace) -> bool {
        match self {
            Self::Failed(Matched::Stages(stages)) => stages.iter().any(|at| trace.stages[*at as usize].outcome.is_failure()),
            Self::Failed(Matched::Substages(substages)) => substages.iter().any(|at| trace.substage(*at).outcome.is_failure()),
            Self::Succeeded(Matched::Stages(stages)) => {
                !stages.is_empty() && stages.iter().all(|at| trace.stages[*at as usize].outcome.passes())
            }
            Self::Succeeded(Matched::Substages(substages)) => {
                let passed = |substage: &SubstageTrace| substage.outcome.passes() || substage.ignored;
                !substages.is_empty() && substages.iter().all(|at| passed(trace.substage(*at)))
            }
            Self::Not(inner) => !inner.holds(trace),
            Self::And(left, right) => left.holds(trace) && right.holds(trace),
            Self::Or(left, right) => left.holds(trace) || right.holds(trace),
        }
    }
}
