//! Runs of a pipeline and jobs of a log as one source of work.

use super::runs::Runs;
use super::trace::Replay;
use super::work::{Change, Dropped, Ticket, Work};

/// Where there is a log, runs have the even tickets and its jobs the odd ones.
pub(super) struct Together<'p> {
    pub(super) runs: Runs<'p>,
    pub(super) replay: Option<Replay<'p>>,
    changes: Vec<Change>,
}

impl<'p> Together<'p> {
    pub(super) fn new(runs: Runs<'p>, replay: Option<Replay<'p>>) -> Self {
        Self { runs, replay, changes: Vec::new() }
    }
}

impl Work for Together<'_> {
    fn next(&self) -> Option<i64> {
        self.runs.next().into_iter().chain(self.replay.as_ref().and_then(Work::next)).min()
    }

    fn advance(&mut self, now: i64, changes: &mut Vec<Change>) {
        let Some(replay) = &mut self.replay else { return self.runs.advance(now, changes) };
        let mut take = |found: &mut Vec<Change>, bit: Ticket| {
            changes.extend(found.drain(..).map(|change| match change {
                Change::Asks(ticket, item) => Change::Asks(ticket << 1 | bit, item),
                Change::Ends(ticket) => Change::Ends(ticket << 1 | bit),
            }));
        };
        self.runs.advance(now, &mut self.changes);
        take(&mut self.changes, 0);
        replay.advance(now, &mut self.changes);
        take(&mut self.changes, 1);
    }

    fn begin(&mut self, ticket: Ticket, now: i64) {
        match &mut self.replay {
            None => self.runs.begin(ticket, now),
            Some(replay) if ticket & 1 == 1 => replay.begin(ticket >> 1, now),
            Some(_) => self.runs.begin(ticket >> 1, now),
        }
    }

    fn stop(&mut self, ticket: Ticket, now: i64) {
        match &mut self.replay {
            None => self.runs.stop(ticket, now),
            Some(replay) if ticket & 1 == 1 => replay.stop(ticket >> 1, now),
            Some(_) => self.runs.stop(ticket >> 1, now),
        }
    }

    fn drop(&mut self, ticket: Ticket, why: Dropped) {
        match &mut self.replay {
            None => self.runs.drop(ticket, why),
            Some(replay) if ticket & 1 == 1 => replay.drop(ticket >> 1, why),
            Some(_) => self.runs.drop(ticket >> 1, why),
        }
    }

    fn seed(&self) -> u64 {
        self.runs.seed()
    }
}
