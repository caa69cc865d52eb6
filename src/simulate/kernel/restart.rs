//! Jenkins begins anew: what its queue has saved, and what it measured and asked for is gone.
//!
//! Builds that run go on, as those of a Pipeline do. Read literally, Jenkins puts the buildable items back in reverse. A clean stop saves
//! the queue; else it is saved a minute after a change, so that a crash loses what came since: a run that has not started is gone, and one
//! that goes on asks again, behind all others.

use super::super::line::Line;
use super::super::work::{Dropped, Ticket, Work};
use super::{Kernel, State};

/// Milliseconds from a change of the queue to its being saved.
const SAVE: i64 = 60_000;

impl<W: Work> Kernel<'_, '_, W> {
    /// When that is next; never where it is not Jenkins that schedules.
    pub(super) fn restart_at(&self) -> Option<i64> {
        self.policy.manners.tick?;
        self.cluster.controller.restarts.get(self.restarts).map(|(at, _)| *at)
    }

    /// The queue changes.
    pub(super) fn touch(&mut self) {
        if self.unsaved.is_none_or(|since| self.now >= since + SAVE) {
            self.unsaved = Some(self.now);
        }
    }

    pub(super) fn restart(&mut self) {
        let is_crash = self.cluster.controller.restarts[self.restarts].1;
        self.restarts += 1;
        self.began = self.now;
        let unsaved = self.unsaved.filter(|since| is_crash && self.now < since + SAVE).unwrap_or(i64::MAX);
        self.unsaved = None;
        self.order = self.policy.order.make(&self.policy.settings, self.cluster);
        self.line_up_again(unsaved);
        for ticket in 0..self.jobs.len() {
            let job = &self.jobs[ticket];
            let is_queued = matches!(job.state, State::Waiting | State::Blocked);
            if is_queued && job.item.class.is_none() && job.submitted >= unsaved {
                self.lose(ticket as Ticket);
            }
        }
        self.machines.begin_anew(self.now);
        for node in self.provisioner.begin_anew(self.now) {
            let forgotten = self.machines.forget(self.cluster, node, self.now);
            self.tally.ended(self.cluster, forgotten, self.now);
        }
        self.retention_at = self.now + self.cluster.controller.timers.retention;
    }

    /// Puts all buildable items back.
    fn line_up_again(&mut self, unsaved: i64) {
        let is_buildable = |ticket: &usize| self.jobs[*ticket].state == State::Buildable;
        let mut tickets: Vec<usize> = (0..self.jobs.len()).filter(is_buildable).collect();
        tickets.sort_unstable_by_key(|ticket| (self.jobs[*ticket].key, self.jobs[*ticket].id));
        self.lines.iter_mut().for_each(|line| *line = Line::default());
        for ticket in &tickets {
            let job = &self.jobs[*ticket];
            self.lengths[job.item.class.unwrap_or_default() as usize] -= job.item.width;
            self.buildable -= 1;
            if let Some(wide) = &mut self.wide {
                wide.leave(&job.item, job.key, (job.id, *ticket as Ticket), self.now);
            }
        }
        let (lost, saved): (Vec<usize>, Vec<usize>) =
            tickets.into_iter().partition(|ticket| self.jobs[*ticket].submitted >= unsaved);
        for ticket in saved.into_iter().rev().chain(lost) {
            let class = self.jobs[ticket].item.class.unwrap_or_default();
            self.line_up(ticket as Ticket, class);
        }
    }

    /// A run that has not started is gone.
    fn lose(&mut self, ticket: Ticket) {
        let job = &mut self.jobs[ticket as usize];
        job.state = State::Gone;
        self.projects.leave(&job.item, job.id, false);
        self.work.drop(ticket, Dropped::Lost);
    }
}
