//! Builds that wait for another build of their project: Jenkins' list of blocked items, and what is folded into another.

use super::super::line::{Entry, Line};
use super::super::work::{Item, Ticket};

/// What is known of a project.
#[derive(Debug, Default)]
struct Known {
    /// Items that are buildable or run.
    ahead: u32,
    /// In the order of submission, as Jenkins has it whenever it goes through its list.
    blocked: Line,
    /// Its item that has not started, with its number.
    unstarted: Option<(u64, Ticket)>,
}

#[derive(Debug, Default)]
pub(super) struct Projects {
    known: Vec<Known>,
    /// Those in which something may have become free.
    freed: Vec<u32>,
}

impl Projects {
    fn of(&mut self, item: &Item) -> Option<(&mut Known, u32)> {
        let number = item.project?.number;
        let at = number as usize;
        if self.known.len() <= at {
            self.known.resize_with(at + 1, Known::default);
        }
        Some((&mut self.known[at], number))
    }

    /// The item that this one is taken for, if there is one that may still be.
    pub(super) fn twin(&mut self, item: &Item) -> Option<(u64, Ticket)> {
        let folds = item.project.is_some_and(|project| project.folds);
        self.of(item).filter(|_| folds)?.0.unstarted
    }

    /// An item is asked for.
    pub(super) fn ask(&mut self, item: &Item, id: u64, ticket: Ticket) {
        if let Some((known, _)) = self.of(item) {
            known.unstarted = Some((id, ticket));
        }
    }

    /// An item could become buildable; whether another keeps it from that.
    pub(super) fn block(&mut self, item: &Item, submitted: i64, id: u64, ticket: Ticket) -> bool {
        let is_alone = item.project.is_some_and(|project| project.is_alone);
        let Some((known, _)) = self.of(item).filter(|_| is_alone) else { return false };
        let is_blocked = known.ahead > 0 || known.blocked.first().is_some();
        if is_blocked {
            // Times are not negative.
            known.blocked.push((submitted.unsigned_abs(), id, ticket));
        }
        is_blocked
    }

    /// An item becomes buildable, or starts without an executor.
    pub(super) fn enter(&mut self, item: &Item) {
        if let Some((known, _)) = self.of(item) {
            known.ahead += 1;
        }
    }

    /// An item starts: from now on, none is folded into it.
    pub(super) fn start(&mut self, item: &Item) {
        if let Some((known, _)) = self.of(item) {
            known.unstarted = None;
        }
    }

    /// An item leaves; `was_ahead` says whether it was buildable or ran.
    pub(super) fn leave(&mut self, item: &Item, id: u64, was_ahead: bool) {
        let Some((known, number)) = self.of(item) else { return };
        known.unstarted = known.unstarted.filter(|(known, _)| *known != id);
        if was_ahead {
            known.ahead -= 1;
            self.freed.push(number);
        }
    }

    /// Takes those that nothing blocks any more, in Jenkins' order; `is_there` says which of them were not withdrawn.
    pub(super) fn unblock(&mut self, is_there: impl Fn(u64, Ticket) -> bool) -> Vec<Ticket> {
        let mut free: Vec<Entry> = Vec::new();
        self.freed.sort_unstable();
        self.freed.dedup();
        for number in self.freed.drain(..) {
            let known = &mut self.known[number as usize];
            while let Some(entry) = known.blocked.first().filter(|_| known.ahead == 0) {
                known.blocked.pop();
                if is_there(entry.1, entry.2) {
                    free.push(entry);
                    break;
                }
            }
        }
        free.sort_unstable();
        free.into_iter().map(|(.., ticket)| ticket).collect()
    }
}
