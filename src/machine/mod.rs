//! What a pipeline does, without an engine: the ten rules on virtual time.
//!
//! The dry run, scenarios, `verify` and the figures of reliability are this machine; every target is an encoding of it.

mod expect;
mod paths;
mod trace;

pub use expect::{Expectation, Miss};
pub use paths::{Matched, matching};
pub use trace::*;

use crate::base::Duration;
use crate::plan::{Plan, SubstageRef};

/// How attempts end by themselves, and how long they take: all that a plan leaves to the outside world. The same question always
/// has the same answer.
pub trait Behaviour {
    /// Whether the cache has this substage's success. Asked of substages that may use the cache or that are faked as cached.
    fn is_cached(&self, at: SubstageRef) -> bool;

    /// One attempt of one replica, both counted from 1; a substage without `dispatch` is its replica 1.
    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt;
}

/// One attempt, were nothing to cut it short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    pub end: End,
    /// At least 0. One that takes longer than the attempt's timeout is timed out, whatever its end.
    pub takes: Duration,
}

/// How an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    Exit(u8),
    /// Runs into its timeout; without one, ends so after `takes`.
    TimedOut,
    /// Ends after `takes` by the infrastructure's fault.
    Lost,
}

/// Runs a plan once.
pub fn run(plan: &Plan, behaviour: &dyn Behaviour) -> Trace {
    let _ = (plan, behaviour);
    unreachable!("the engine is not there yet")
}
