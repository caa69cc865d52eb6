//! What a pipeline does, without an engine: the ten rules on virtual time.
//!
//! The dry run, scenarios, `verify` and the figures of reliability are this machine; every target is an encoding of it.

mod admission;
mod attempt;
mod critical_path;
mod difference;
mod expect;
mod fakes;
mod flow;
mod gates;
mod limit;
mod live;
mod paths;
mod queue;
pub mod reliability;
mod report;
mod stage;
mod trace;
pub mod verify;

use std::collections::HashMap;
use std::ops::Range;

pub use critical_path::critical_path;
pub use difference::*;
pub use expect::{Expectation, Miss};
pub use fakes::{CLASS_DEFAULT, Fakes, Layer, parse_outcomes};
pub use limit::run_within_limit;
pub use live::{Change, Live};
pub use paths::{Matched, matching};
pub use queue::Replica;
pub use report::*;
pub use trace::*;

use crate::base::Duration;
use crate::plan::{Plan, Substage, SubstageRef};
use admission::Admission;
use gates::Gates;
use queue::Queue;
use stage::{Progress, dispatch, has_rules_of};

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
    let mut machine = Machine::new(plan);
    machine.play(behaviour);
    machine.trace
}

/// A plan made ready to be run many times. One run leaves nothing to the next but memory.
#[derive(Debug)]
pub struct Machine<'p> {
    plan: &'p Plan,
    /// Stages by name.
    stages: HashMap<&'p str, usize>,
    /// By stage: the number of its first substage, all counted through from 0; one more at the end.
    first: Vec<u32>,
    /// By substage: the number of its first replica.
    first_replica: Vec<u32>,
    /// By substage: one with the same rules. Neighbours mostly share theirs, which so are at hand when many run at once.
    ruled_as: Vec<&'p Substage>,
    gates: Gates<'p>,
    admission: Admission,
    queue: Queue,
    /// Milliseconds from the run's start.
    now: i64,
    undecided: Range<usize>,
    /// The stage decided last.
    stage: usize,
    is_running: bool,
    /// Its substages without an outcome.
    left: usize,
    /// Whether a failure or a deadline hit it.
    has_failed: bool,
    /// Whether one of its substages was.
    is_unstable: bool,
    /// The pipeline's two flags.
    is_stopped: bool,
    is_failing: bool,
    substages: Vec<Progress>,
    replicas: Vec<Phase>,
    /// Substages of which a replica settled in this round.
    settled: Vec<u32>,
    /// Substages that failed by themselves in this round.
    failures: Vec<u32>,
    /// Replicas whose back-off is over in this round.
    due: Vec<Replica>,
    /// Substages whose needs are all in an outcome since the last look.
    considered: Vec<u32>,
    /// What happened to attempts, where they need more than the run to begin; none where they begin as they are due.
    outside: Option<Vec<Change>>,
    trace: Trace,
}

/// How far a substage or a replica is. A substage with a replica in back-off is running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Waiting,
    /// An attempt of the replica is due and has no machine yet; a substage is running then.
    Asking,
    Running,
    BackOff,
    Ended,
}

impl<'p> Machine<'p> {
    /// The plan is one that `plan::build` made: its needs lead to earlier stages or within one, without a ring.
    pub fn new(plan: &'p Plan) -> Self {
        let mut first = vec![0];
        for stage in &plan.stages {
            first.push(first[first.len() - 1] + stage.substages.len() as u32);
        }
        let mut replicas = 0;
        let mut first_replica = Vec::new();
        let mut ruled_as: Vec<&Substage> = Vec::new();
        for (_, substage) in plan.substages() {
            first_replica.push(replicas);
            replicas += dispatch(substage).copies;
            let before = ruled_as.last().copied().filter(|before| has_rules_of(substage, before));
            ruled_as.push(before.unwrap_or(substage));
        }
        let substage = || SubstageTrace { outcome: Outcome::Skipped, ignored: false, reason: None, replicas: Vec::new() };
        let stages = plan.stages.iter().map(|stage| StageTrace {
            outcome: Outcome::Skipped,
            time: None,
            substages: stage.substages.iter().map(|_| substage()).collect(),
        });
        Self {
            plan,
            stages: plan.stages.iter().enumerate().map(|(at, stage)| (stage.name.as_str(), at)).collect(),
            gates: Gates::new(plan, &first),
            admission: Admission::new(plan),
            queue: Queue::default(),
            now: 0,
            undecided: 0..0,
            stage: 0,
            is_running: false,
            left: 0,
            has_failed: false,
            is_unstable: false,
            is_stopped: false,
            is_failing: false,
            substages: vec![Progress::default(); first_replica.len()],
            replicas: vec![Phase::Waiting; replicas as usize],
            settled: Vec::new(),
            failures: Vec::new(),
            due: Vec::new(),
            considered: Vec::new(),
            outside: None,
            trace: Trace { outcome: Outcome::Succeeded, duration: Duration(0), stages: stages.collect() },
            first,
            first_replica,
            ruled_as,
        }
    }

    /// Runs the plan once more; the trace is of this run alone.
    pub fn run(&mut self, behaviour: &dyn Behaviour) -> &Trace {
        self.play(behaviour);
        &self.trace
    }
}
