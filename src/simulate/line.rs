//! A waiting line in order of keys, quick where they come in order already.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A key, then the order of arrival, then what waits.
pub(super) type Entry = (u64, u64, u32);

#[derive(Debug, Default)]
pub(super) struct Line {
    /// Ascending.
    sorted: VecDeque<Entry>,
    others: BinaryHeap<Reverse<Entry>>,
}

impl Line {
    pub(super) fn push(&mut self, entry: Entry) {
        if self.sorted.back().is_none_or(|last| *last <= entry) {
            self.sorted.push_back(entry);
        } else {
            self.others.push(Reverse(entry));
        }
    }

    pub(super) fn first(&self) -> Option<Entry> {
        match (self.sorted.front(), self.others.peek()) {
            (Some(sorted), Some(Reverse(other))) => Some(*sorted.min(other)),
            (sorted, other) => sorted.copied().or(other.map(|Reverse(other)| *other)),
        }
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        let first = self.first()?;
        if self.sorted.front() == Some(&first) { self.sorted.pop_front() } else { self.others.pop().map(|Reverse(other)| other) }
    }
}
