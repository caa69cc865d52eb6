//! An end to runs that a plan lets go on for hours: copies times retries times substages.

use std::cell::Cell;

use super::{Attempt, Behaviour, End, run};
use crate::base::Duration;
use crate::diag::{Code, Diagnostic};
use crate::machine::Trace;
use crate::plan::{Plan, SubstageRef};

/// Attempts of one run, at most.
pub(super) const MOST_ATTEMPTS: u64 = 1_000_000;

/// Runs a plan once, or says that it makes too many attempts.
pub fn run_within_limit(plan: &Plan, behaviour: &dyn Behaviour) -> Result<Trace, Box<Diagnostic>> {
    let limited = Limited::new(behaviour, MOST_ATTEMPTS);
    let trace = run(plan, &limited);
    if !limited.is_exhausted() {
        return Ok(trace);
    }
    let message = format!("this run makes more than {MOST_ATTEMPTS} attempts");
    let diagnostic = Diagnostic::at(Code::EvaluationLimit, plan.span, message, "the limit is reached in this pipeline");
    Err(Box::new(diagnostic.help("let fewer substages fail, or lower the `limit` of their `retry`")))
}

/// A behaviour with so many attempts and no more.
pub(super) struct Limited<'b> {
    behaviour: &'b dyn Behaviour,
    left: Cell<u64>,
    is_exhausted: Cell<bool>,
}

impl<'b> Limited<'b> {
    pub(super) fn new(behaviour: &'b dyn Behaviour, most: u64) -> Self {
        Self { behaviour, left: Cell::new(most), is_exhausted: Cell::new(false) }
    }

    /// Attempts that were not made.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Whether more attempts were to be made; then the run means nothing.
    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted.get()
    }
}

impl Behaviour for Limited<'_> {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.behaviour.is_cached(at)
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                self.behaviour.attempt(at, replica, attempt)
            }
            // What is left ends at once, for nobody will see it.
            None => {
                self.is_exhausted.set(true);
                Attempt { end: End::Exit(0), takes: Duration(0) }
            }
        }
    }
}
