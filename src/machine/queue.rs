//! What is to come: one queue, in the order in which an instant takes it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One replica of a substage. Substages are numbered through the whole plan, replicas from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Replica {
    pub substage: u32,
    pub number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An attempt ends, by itself or by its timeout.
    End(Replica),
    /// Of the stage with this number.
    StageDeadline(u32),
    PipelineDeadline,
    /// A back-off is over.
    Retry(Replica),
}

/// Bits of a number in a key. A plan has far fewer substages, copies counted.
const NUMBER: u32 = 31;

impl Event {
    /// Keys are ordered as the steps of an instant are: by kind, then by substage, then by replica.
    fn key(self) -> u64 {
        let (kind, upper, lower) = match self {
            Self::End(Replica { substage, number }) => (0, substage, number),
            Self::StageDeadline(stage) => (1, stage, 0),
            Self::PipelineDeadline => (2, 0, 0),
            Self::Retry(Replica { substage, number }) => (3, substage, number),
        };
        kind << (2 * NUMBER) | u64::from(upper) << NUMBER | u64::from(lower)
    }

    fn of(key: u64) -> Self {
        let number = |bits: u64| (bits & ((1 << NUMBER) - 1)) as u32;
        let (upper, lower) = (number(key >> NUMBER), number(key));
        let replica = Replica { substage: upper, number: lower };
        match key >> (2 * NUMBER) {
            0 => Self::End(replica),
            1 => Self::StageDeadline(upper),
            2 => Self::PipelineDeadline,
            _ => Self::Retry(replica),
        }
    }

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
    /// By their keys, which are small and quick to compare: of a large stage, all that runs is in here.
    events: BinaryHeap<Reverse<(i64, u64)>>,
}

impl Queue {
    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    pub(super) fn push(&mut self, time: i64, event: Event) {
        self.events.push(Reverse((time, event.key())));
    }

    /// The next instant at which something happens.
    pub(super) fn time(&self) -> Option<i64> {
        self.events.peek().map(|Reverse((time, _))| *time)
    }

    /// Takes the next event if it happens now and is of the kind that it is the turn of.
    pub(super) fn take<T>(&mut self, now: i64, kind: impl FnOnce(Event) -> Option<T>) -> Option<T> {
        let Reverse((time, key)) = *self.events.peek()?;
        let taken = if time == now { kind(Event::of(key)) } else { None };
        if taken.is_some() {
            self.events.pop();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Replica};

    #[test]
    fn keys_keep_events_and_their_order() {
        let replica = |substage, number| Replica { substage, number };
        let most = (1 << 31) - 1;
        let in_order = [
            Event::End(replica(0, 0)),
            Event::End(replica(0, most)),
            Event::End(replica(1, 0)),
            Event::End(replica(most, most)),
            Event::StageDeadline(0),
            Event::StageDeadline(most),
            Event::PipelineDeadline,
            Event::Retry(replica(0, 0)),
            Event::Retry(replica(most, most)),
        ];
        assert!(in_order.windows(2).all(|pair| pair[0].key() < pair[1].key()));
        assert!(in_order.iter().all(|event| Event::of(event.key()) == *event));
    }
}
