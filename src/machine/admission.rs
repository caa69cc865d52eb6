//! Who may start: slots, locks, and the order among those that wait for them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use crate::plan::{Plan, Priority};

/// The greater goes first: the higher priority, then the earlier declared.
type Turn = (Priority, Reverse<u32>);

/// The slots of the running stage and all locks.
///
/// Each that wants to start is in `ready`, or waits at one lock that was held when it was looked at. A lock that becomes free
/// calls only the first of those that wait at it; if that one cannot start for another lock, the next is called. So a start
/// costs no look at all the others.
#[derive(Debug)]
pub(super) struct Admission {
    /// By substage: its locks.
    wanted: Vec<Vec<u32>>,
    priorities: Vec<Priority>,
    locks: Vec<Lock>,
    slots: u32,
    ready: BinaryHeap<Turn>,
}

#[derive(Debug, Default)]
struct Lock {
    is_held: bool,
    waiting: BinaryHeap<Turn>,
}

impl Admission {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut numbers = HashMap::new();
        let mut number = |name| {
            let next = numbers.len() as u32;
            *numbers.entry(name).or_insert(next)
        };
        let wanted = plan.substages().map(|(_, substage)| substage.lock.iter().map(&mut number).collect()).collect();
        let priorities = plan.substages().map(|(_, substage)| substage.priority).collect();
        let locks = numbers.iter().map(|_| Lock::default()).collect();
        Self { wanted, priorities, locks, slots: 0, ready: BinaryHeap::new() }
    }

    /// A stage starts, and nothing holds anything.
    pub(super) fn open(&mut self, parallel: Option<u32>) {
        self.slots = parallel.unwrap_or(u32::MAX);
    }

    /// From now on the substage wants to start.
    pub(super) fn ask(&mut self, substage: u32) {
        self.ready.push((self.priorities[substage as usize], Reverse(substage)));
    }

    /// The next that has a slot and all its locks; it holds them from now on.
    pub(super) fn next(&mut self) -> Option<u32> {
        while self.slots > 0 {
            let turn = self.ready.pop()?;
            let substage = turn.1.0;
            let wanted = &self.wanted[substage as usize];
            let Some(held) = wanted.iter().find(|lock| self.locks[**lock as usize].is_held) else {
                wanted.iter().for_each(|lock| self.locks[*lock as usize].is_held = true);
                self.slots -= 1;
                return Some(substage);
            };
            self.locks[*held as usize].waiting.push(turn);
            for lock in wanted {
                let lock = &mut self.locks[*lock as usize];
                if !lock.is_held {
                    self.ready.extend(lock.waiting.pop());
                }
            }
        }
        None
    }

    /// Gives back what a substage holds.
    pub(super) fn release(&mut self, substage: u32) {
        self.slots += 1;
        for lock in &self.wanted[substage as usize] {
            let lock = &mut self.locks[*lock as usize];
            lock.is_held = false;
            self.ready.extend(lock.waiting.pop());
        }
    }

    /// None of these wants to start any more.
    pub(super) fn dismiss(&mut self, substages: Range<u32>) {
        self.ready.clear();
        for lock in self.wanted[substages.start as usize..substages.end as usize].iter().flatten() {
            self.locks[*lock as usize].waiting.clear();
        }
    }
}
