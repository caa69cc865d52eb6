//! Locks that runs share: what Jenkins' plugin lockable-resources does with its `lock` step.
//!
//! A substage asks for all its locks at once, and waits outside of the queue, holding none, until all are free. Of those that wait, the
//! first that can have all is next. As among the substages of one run (`machine`), who waits is known to one lock that was held when
//! it was looked at, so that a lock that becomes free calls one, not all.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::plan::Plan;

/// What asks for the locks of its substage; the earliest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    since: i64,
    number: u64,
    /// The place and the number of its run.
    pub(super) place: u32,
    pub(super) run: u64,
    pub(super) substage: u32,
}

#[derive(Debug)]
pub(super) struct Locks {
    /// By substage, through the whole plan: its locks.
    wanted: Vec<Vec<usize>>,
    locks: Vec<Lock>,
    claims: u64,
    /// Those that may have what they ask for.
    ready: BinaryHeap<Reverse<Claim>>,
}

/// One lock, and what became of it. Times are milliseconds.
#[derive(Debug)]
pub(super) struct Lock {
    pub(super) name: String,
    held_since: Option<i64>,
    waiting: BinaryHeap<Reverse<Claim>>,
    /// For how long it was held.
    pub(super) held: i64,
    /// How long each that got it had waited.
    pub(super) waits: Vec<i64>,
}

impl Locks {
    pub(super) fn new(plan: &Plan) -> Self {
        let (mut numbers, mut locks) = (HashMap::new(), Vec::new());
        let mut number = |name: &str| {
            *numbers.entry(name.to_owned()).or_insert_with(|| {
                let name = name.to_owned();
                locks.push(Lock { name, held_since: None, waiting: BinaryHeap::new(), held: 0, waits: Vec::new() });
                locks.len() - 1
            })
        };
        let wanted = plan.substages().map(|(_, substage)| substage.lock.iter().map(|name| number(name)).collect()).collect();
        Self { wanted, locks, claims: 0, ready: BinaryHeap::new() }
    }

    /// Whether the substage has any.
    pub(super) fn are_wanted(&self, substage: u32) -> bool {
        !self.wanted[substage as usize].is_empty()
    }

    pub(super) fn claim(&mut self, place: u32, run: u64, substage: u32, now: i64) {
        self.claims += 1;
        self.ready.push(Reverse(Claim { since: now, number: self.claims, place, run, substage }));
    }

    /// The next that has all its locks from now on; of those that were withdrawn, none.
    pub(super) fn next(&mut self, now: i64, is_wanted: impl Fn(&Claim) -> bool) -> Option<Claim> {
        while let Some(Reverse(claim)) = self.ready.pop() {
            let wanted = &self.wanted[claim.substage as usize];
            if is_wanted(&claim) {
                let Some(held) = wanted.iter().find(|lock| self.locks[**lock].held_since.is_some()) else {
                    for lock in wanted {
                        self.locks[*lock].held_since = Some(now);
                        self.locks[*lock].waits.push(now - claim.since);
                    }
                    return Some(claim);
                };
                self.locks[*held].waiting.push(Reverse(claim));
            }
            for lock in wanted {
                let lock = &mut self.locks[*lock];
                if lock.held_since.is_none() {
                    self.ready.extend(lock.waiting.pop());
                }
            }
        }
        None
    }

    /// Gives back what a substage holds.
    pub(super) fn release(&mut self, substage: u32, now: i64) {
        for lock in &self.wanted[substage as usize] {
            let lock = &mut self.locks[*lock];
            lock.held += lock.held_since.take().map_or(0, |since| now - since);
            self.ready.extend(lock.waiting.pop());
        }
    }

    /// All of them, in the order of the plan, when it is over: nothing is held any more.
    pub(super) fn all(&mut self, now: i64) -> impl Iterator<Item = &Lock> {
        for lock in &mut self.locks {
            lock.held += lock.held_since.take().map_or(0, |since| now - since);
        }
        self.locks.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Substages 0 and 1 want the lock `a`, 2 wants `a` and `b`, 3 wants `b`.
    fn locks() -> Locks {
        let lock =
            |name: &str| Lock { name: name.to_owned(), held_since: None, waiting: BinaryHeap::new(), held: 0, waits: Vec::new() };
        let wanted = vec![vec![0], vec![0], vec![0, 1], vec![1]];
        Locks { wanted, locks: vec![lock("a"), lock("b")], claims: 0, ready: BinaryHeap::new() }
    }

    fn next(locks: &mut Locks, now: i64) -> Option<u64> {
        locks.next(now, |_| true).map(|claim| claim.run)
    }

    #[test]
    fn the_first_that_can_have_all_is_next() {
        let mut locks = locks();
        for (run, substage) in [(1, 0), (2, 2), (3, 3), (4, 1)] {
            locks.claim(0, run, substage, 0);
        }
        // The second lacks `a` and holds nothing, so the third may have `b`.
        assert_eq!([next(&mut locks, 0), next(&mut locks, 0), next(&mut locks, 0)], [Some(1), Some(3), None]);
        locks.release(0, 10);
        // The second still lacks `b`, so the fourth has `a`.
        assert_eq!([next(&mut locks, 10), next(&mut locks, 10)], [Some(4), None]);
        locks.release(3, 20);
        assert_eq!(next(&mut locks, 20), None);
        locks.release(1, 30);
        assert_eq!([next(&mut locks, 30), next(&mut locks, 30)], [Some(2), None]);
        locks.release(2, 40);
        let figures: Vec<_> = locks.all(40).map(|lock| (lock.held, lock.waits.clone())).collect();
        assert_eq!(figures, [(40, vec![0, 10, 30]), (30, vec![0, 30])]);
    }

    #[test]
    fn who_was_withdrawn_is_passed_over() {
        let mut locks = locks();
        for run in 1..=4 {
            locks.claim(0, run, 0, 0);
        }
        assert_eq!(next(&mut locks, 0), Some(1));
        assert_eq!(next(&mut locks, 0), None);
        locks.release(0, 5);
        assert_eq!(locks.next(5, |claim| claim.run > 3).map(|claim| claim.run), Some(4));
    }
}
