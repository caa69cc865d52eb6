//! What a strategy that starts machines is told, and what it answers.

use super::statistics::Snapshot;

/// The state of one label when its provisioner looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    pub now: Snapshot,
    /// The finest averages of the same counts.
    pub queue: f32,
    pub available: f32,
    pub connecting: f32,
    /// Executors that were asked for and are not there yet, and their average.
    pub planned: i32,
    pub planned_average: f32,
    /// Executors that strategies before this one asked for in this round.
    pub added: i32,
}

/// Whether strategies after this one are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Consult,
    Completed,
}

/// What a strategy did: the executors that it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub executors: i32,
    pub decision: Decision,
}

/// The clouds that may start machines for the label, in order.
pub trait Clouds {
    /// How many there are.
    fn count(&self) -> usize;

    /// Asks one for so many executors, maybe none; says how many will come, at most what it has room for.
    fn provision(&mut self, cloud: usize, executors: i32) -> i32;
}
