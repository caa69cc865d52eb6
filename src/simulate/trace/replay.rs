//! Jobs of a log as work.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::chance::Chance;
use super::super::history::History;
use super::super::load::Load;
use super::super::policy::Predicts;
use super::super::runs::{Group, RunRecord, urgency};
use super::super::work::{Change, Item, Ticket, Work};
use super::collect::{Job, Trace};
use crate::machine::Outcome;
use crate::plan::Priority;

/// Marks the numbers of a log's jobs among what was asked for.
pub(in super::super) const OF_LOG: u32 = 1 << 31;

/// A log being played. Each job takes one executor.
pub(in super::super) struct Replay<'t> {
    trace: &'t Trace,
    /// When each arrives, and its place in the log, in order.
    arrivals: Vec<(i64, u32)>,
    arrived: usize,
    /// Which source its jobs are, and the number of its first user.
    source: u16,
    first_user: u32,
    /// Milliseconds from which a job is a big one.
    big: i64,
    running: BinaryHeap<Reverse<(i64, Ticket)>>,
    /// By ticket: when the job arrived, and its place in the log.
    owners: Vec<(i64, u32)>,
    free_tickets: Vec<Ticket>,
    /// Of jobs of one name, or of one user.
    histories: Vec<History>,
    pub(in super::super) over: Vec<RunRecord>,
}

impl<'t> Replay<'t> {
    /// Its jobs are a source of their own, after those of the load.
    pub(in super::super) fn new(trace: &'t Trace, load: &Load, predicts: Predicts, seed: u64) -> Self {
        let chance = Chance::new(seed).at(u64::MAX - 1);
        let shaken = |number: u32, at: i64| {
            let by = (chance.at(number.into()).uniform() * 2.0 - 1.0) * trace.shake as f64;
            // What would arrive before the beginning arrives as long after it, so that not all come at once.
            (at + by as i64).abs()
        };
        let mut arrivals: Vec<(i64, u32)> =
            (0..).zip(&trace.jobs).map(|(number, job)| (shaken(number, job.at), number)).collect();
        arrivals.sort_unstable();
        Self {
            trace,
            arrivals,
            arrived: 0,
            source: load.sources.len() as u16,
            first_user: load.users(),
            big: load.big.0,
            running: BinaryHeap::new(),
            owners: Vec::new(),
            free_tickets: Vec::new(),
            histories: (0..trace.histories).map(|_| History::new(predicts)).collect(),
            over: Vec::new(),
        }
    }

    /// When each job arrives, in milliseconds, in order.
    pub(in super::super) fn arrivals(&self) -> impl Iterator<Item = i64> {
        self.arrivals.iter().map(|(at, _)| *at)
    }

    pub(in super::super) fn total(&self) -> usize {
        self.arrivals.len()
    }

    fn job(&self, ticket: Ticket) -> &'t Job {
        &self.trace.jobs[self.owners[ticket as usize].1 as usize]
    }

    fn item(&self, job: &Job, number: u32) -> Item {
        let group = match job.priority {
            Priority::Urgent | Priority::High => Group::Urgent,
            _ if job.takes >= self.big => Group::Big,
            _ => Group::Small,
        };
        Item {
            class: Some(job.class),
            place: job.place,
            priority: urgency(job.priority),
            user: self.first_user + job.user,
            queue: self.source,
            width: job.width,
            estimate: self.histories[job.history as usize].estimate(),
            group: group as u16,
            what: OF_LOG | number,
            is_quiet: !job.is_substage,
            project: None,
        }
    }
}

impl Work for Replay<'_> {
    fn next(&self) -> Option<i64> {
        let end = self.running.peek().map(|Reverse((at, _))| *at);
        end.into_iter().chain(self.arrivals.get(self.arrived).map(|(at, _)| *at)).min()
    }

    fn advance(&mut self, now: i64, changes: &mut Vec<Change>) {
        while let Some(Reverse((at, ticket))) = self.running.peek().copied()
            && at <= now
        {
            self.running.pop();
            let job = self.job(ticket);
            let outcome = if job.has_failed { Outcome::Failed } else { Outcome::Succeeded };
            self.histories[job.history as usize].end(ticket, job.takes, outcome);
            self.over.push(RunRecord { source: self.source, submitted: self.owners[ticket as usize].0, ended: at, outcome });
            changes.push(Change::Ends(ticket));
            self.free_tickets.push(ticket);
        }
        while let Some((at, number)) = self.arrivals.get(self.arrived).copied().filter(|(at, _)| *at <= now) {
            self.arrived += 1;
            let item = self.item(&self.trace.jobs[number as usize], number);
            let ticket = match self.free_tickets.pop() {
                Some(ticket) => {
                    self.owners[ticket as usize] = (at, number);
                    ticket
                }
                None => {
                    self.owners.push((at, number));
                    self.owners.len() as Ticket - 1
                }
            };
            changes.push(Change::Asks(ticket, item));
        }
    }

    fn stop(&mut self, ticket: Ticket, _: i64) {
        self.running.retain(|Reverse((_, running))| *running != ticket);
    }

    fn begin(&mut self, ticket: Ticket, now: i64) {
        let job = self.job(ticket);
        self.histories[job.history as usize].begin(ticket);
        self.running.push(Reverse((now + job.takes, ticket)));
    }
}
