//! A run among others: its attempts begin when somebody finds a machine for them.
//!
//! The ten rules are those of a run by itself. An attempt is due as it would start there, but takes no time of its own until it
//! begins: its timeout counts from then on. Deadlines count the wait too.

use super::{Behaviour, Machine, Phase, Replica, Trace};
use crate::plan::{Plan, SubstageRef};

/// What a run wants of the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An attempt of the replica is due.
    Asks(Replica),
    /// It has ended or needs no machine any more, whether it began or not.
    Ends(Replica),
    /// The substage of this number, of which an attempt was due once, is in an outcome: it needs no lock any more.
    Releases(u32),
}

/// One run. Times are milliseconds from its start, and never go back.
#[derive(Debug)]
pub struct Live<'p>(Machine<'p>);

impl<'p> Live<'p> {
    /// The plan is one that `plan::build` made.
    pub fn new(plan: &'p Plan) -> Self {
        let mut machine = Machine::new(plan);
        machine.outside = Some(Vec::new());
        Self(machine)
    }

    /// Starts a run; one before it leaves nothing.
    pub fn start(&mut self, behaviour: &dyn Behaviour) {
        self.0.open(behaviour);
        self.end();
    }

    /// When something happens by itself; none where all waits for machines, or the run is over.
    pub fn next(&self) -> Option<i64> {
        self.0.queue.time().filter(|_| !self.is_over())
    }

    /// Lets happen what happens until this time, itself included.
    pub fn advance(&mut self, now: i64, behaviour: &dyn Behaviour) {
        while let Some(time) = self.next().filter(|time| *time <= now) {
            self.0.now = time;
            self.0.round(behaviour);
        }
        self.end();
    }

    fn end(&mut self) {
        if self.is_over() {
            self.0.close();
        }
    }

    /// An attempt that is due begins.
    pub fn begin(&mut self, replica: Replica, now: i64, behaviour: &dyn Behaviour) {
        if *self.0.phase(replica) == Phase::Asking {
            self.0.now = now;
            self.0.begin_attempt(replica, behaviour);
        }
    }

    /// An attempt loses its machine and all that it did, and is due again as it was before. That it began counts for nothing.
    pub fn stop(&mut self, replica: Replica, now: i64) {
        if *self.0.phase(replica) == Phase::Running {
            self.0.now = now;
            self.0.take_back(replica);
        }
    }

    /// Hands over what changed since the last time, in order.
    pub fn changes(&mut self) -> impl Iterator<Item = Change> + '_ {
        self.0.outside.iter_mut().flat_map(|changes| changes.drain(..))
    }

    pub fn is_over(&self) -> bool {
        self.0.left == 0
    }

    /// What happened so far; its outcome is that of a run that is over.
    pub fn trace(&self) -> &Trace {
        &self.0.trace
    }

    /// The substage of a replica.
    pub fn place(&self, replica: Replica) -> SubstageRef {
        self.0.place(replica.substage)
    }
}
