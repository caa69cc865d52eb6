//! What is to come: one queue, in the order in which an instant takes it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One replica of a substage. Substages are numbered through the whole plan, replicas from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Replica {
    pub(super) substage: u32,
    pub(super) number: u32,
}

/// Ordered as the steps of an instant are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// An attempt ends, by itself or by its timeout.
    End(Replica),
    /// Of the stage with this number.
    StageDeadline(u32),
    PipelineDeadline,
    /// A back-off is over.
    Retry(Replica),
}

impl Event {
    pub(super) fn end(self) -> Option<Replica> {
        if let Self::End(replica) = self { Some(replica) } else { None }
    }

    pub(super) fn deadline(self) -> Option<Self> {
        matches!(self, Self::StageDeadline(_) | Self::PipelineDeadline).then_some(self)
    }

    pub(super) fn retry(self) -> Option<Replica> {
        if let Self::Retry(replica) = self { Some(replica) } else { None }
    }
}

/// Times are milliseconds from the run's start.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: BinaryHeap<Reverse<(i64, Event)>>,
}

impl Queue {
    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    pub(super) fn push(&mut self, time: i64, event: Event) {
        self.events.push(Reverse((time, event)));
    }

    /// The next instant at which something happens.
    pub(super) fn time(&self) -> Option<i64> {
        self.events.peek().map(|Reverse((time, _))| *time)
    }

    /// Takes the next event if it happens now and is of the kind that it is the turn of.
    pub(super) fn take<T>(&mut self, now: i64, kind: impl FnOnce(Event) -> Option<T>) -> Option<T> {
        let Reverse((time, event)) = *self.events.peek()?;
        let taken = if time == now { kind(event) } else { None };
        if taken.is_some() {
            self.events.pop();
        }
        taken
    }
}
