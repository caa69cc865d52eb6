//! What happened on an engine, in the words of the machine.

use o11n::machine::Outcome;

/// One run, as the engine tells it. Stages and substages are those of the plan, in its order.
#[derive(Debug, PartialEq)]
pub struct Observed {
    pub outcome: Outcome,
    pub stages: Vec<ObservedStage>,
}

#[derive(Debug, PartialEq)]
pub struct ObservedStage {
    pub outcome: Outcome,
    pub substages: Vec<ObservedSubstage>,
}

#[derive(Debug, PartialEq)]
pub struct ObservedSubstage {
    pub outcome: Outcome,
    /// For each replica its attempts.
    pub replicas: Vec<Vec<ObservedAttempt>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ObservedAttempt {
    pub outcome: Outcome,
    /// Of one that ended by itself.
    pub code: Option<u8>,
    /// Seconds from the run's start.
    pub start: f64,
    pub end: f64,
}
