//! The pipeline: instants, stages, the two flags, deadlines, the verdict.

use std::cmp::Reverse;

use super::queue::Event;
use super::{Behaviour, Machine, Outcome, Phase, Reason};
use crate::base::Duration;
use crate::plan::{Condition, OnError};

impl Machine<'_> {
    pub(super) fn play(&mut self, behaviour: &dyn Behaviour) {
        self.open(behaviour);
        // A stage that nothing will ever end waits for itself, and no plan has such a ring.
        while self.left > 0
            && let Some(time) = self.queue.time()
        {
            self.now = time;
            self.round(behaviour);
        }
        self.close();
    }

    /// The run starts.
    pub(super) fn open(&mut self, behaviour: &dyn Behaviour) {
        self.reset();
        if let Some(deadline) = self.plan.deadline {
            self.queue.push(deadline.0, Event::PipelineDeadline);
        }
        self.proceed(behaviour);
    }

    /// The run is over.
    pub(super) fn close(&mut self) {
        let is_unstable = self.trace.stages.iter().any(|stage| stage.outcome == Outcome::Unstable);
        self.trace.outcome = verdict(self.is_failing, is_unstable);
    }

    /// One instant, or one more round of it: ends, what they settle, deadlines, policies, and what follows.
    pub(super) fn round(&mut self, behaviour: &dyn Behaviour) {
        while let Some(replica) = self.queue.take(self.now, Event::end) {
            self.settle(replica);
        }
        self.decide_settled();
        while let Some(deadline) = self.queue.take(self.now, Event::deadline) {
            self.expire(deadline);
        }
        self.apply_policies();
        self.proceed(behaviour);
    }

    /// A stage's deadline, or the pipeline's, which it has kept if it has nothing left.
    fn expire(&mut self, deadline: Event) {
        let reason = match deadline {
            Event::StageDeadline(stage) if stage as usize != self.stage || self.left == 0 => return,
            Event::StageDeadline(_) => Reason::StageDeadline,
            _ if self.left == 0 && self.undecided.is_empty() => return,
            _ => Reason::PipelineDeadline,
        };
        self.is_stopped = true;
        self.is_failing = true;
        if self.left > 0 {
            self.has_failed = true;
            self.cut(Outcome::TimedOut, reason);
        }
    }

    /// What the failures of this round do.
    fn apply_policies(&mut self) {
        let mut abort = None;
        while let Some(substage) = self.failures.pop() {
            match self.rules(substage).on_error {
                OnError::Ignore => continue,
                OnError::Continue => {}
                OnError::Finish => self.is_stopped = true,
                OnError::Abort => {
                    self.is_stopped = true;
                    // The first declared is named.
                    abort = abort.max(Some(Reverse(substage)));
                }
            }
            self.is_failing = true;
            self.has_failed = true;
        }
        if let Some(Reverse(by)) = abort {
            self.cut(Outcome::Cancelled, Reason::Abort(self.place(by)));
        }
    }

    /// Ends a stage with nothing left, decides the next, tries again what is due, skips and starts, until nothing changes.
    fn proceed(&mut self, behaviour: &dyn Behaviour) {
        loop {
            while self.left == 0 {
                self.end_stage();
                let Some(stage) = self.undecided.next() else { return };
                self.decide(stage, behaviour);
            }
            // All that are due start before one that takes no time ends.
            while let Some(replica) = self.queue.take(self.now, Event::retry) {
                self.due.push(replica);
            }
            while let Some(replica) = self.due.pop() {
                self.retry(replica, behaviour);
            }
            self.skip_blocked();
            if self.left > 0 {
                self.start_ready(behaviour);
                return;
            }
        }
    }

    /// Starts the stage, or skips it.
    fn decide(&mut self, stage: usize, behaviour: &dyn Behaviour) {
        let planned = &self.plan.stages[stage];
        self.stage = stage;
        self.left = planned.substages.len();
        let runs = match &planned.when {
            None => !self.is_stopped,
            Some(condition) => self.holds(condition),
        };
        if !runs || planned.substages.is_empty() {
            let trace = &mut self.trace.stages[stage];
            trace.outcome = Outcome::Skipped;
            trace.time = None;
            for substage in self.substages_of(stage) {
                self.end(substage, Outcome::Skipped, Some(Reason::When));
            }
            return;
        }
        self.is_running = true;
        self.trace.stages[stage].time = Some((Duration(self.now), Duration(self.now)));
        if let Some(deadline) = planned.deadline {
            self.queue.push(self.now.saturating_add(deadline.0), Event::StageDeadline(stage as u32));
        }
        self.has_failed = false;
        self.is_unstable = false;
        self.open_stage(behaviour);
    }

    fn end_stage(&mut self) {
        if !std::mem::take(&mut self.is_running) {
            return;
        }
        let now = Duration(self.now);
        let trace = &mut self.trace.stages[self.stage];
        trace.outcome = verdict(self.has_failed, self.is_unstable);
        trace.time = trace.time.map(|(start, _)| (start, now));
        self.trace.duration = now;
    }

    fn holds(&self, condition: &Condition) -> bool {
        // It names an earlier stage, or one that is not in this plan.
        let outcome = |name: &str| self.stages.get(name).map(|stage| self.trace.stages[*stage].outcome);
        match condition {
            Condition::Always => true,
            Condition::Succeeded => !self.is_failing,
            Condition::Failed => self.is_failing,
            Condition::StageSucceeded(name) => matches!(outcome(name), Some(Outcome::Succeeded | Outcome::Unstable)),
            Condition::StageFailed(name) => outcome(name) == Some(Outcome::Failed),
            Condition::Not(inner) => !self.holds(inner),
            Condition::And(left, right) => self.holds(left) && self.holds(right),
            Condition::Or(left, right) => self.holds(left) || self.holds(right),
        }
    }

    fn reset(&mut self) {
        self.queue.clear();
        self.gates.reset();
        self.substages.fill(Default::default());
        self.replicas.fill(Phase::Waiting);
        self.now = 0;
        self.undecided = 0..self.plan.stages.len();
        self.left = 0;
        self.is_running = false;
        self.is_stopped = false;
        self.is_failing = false;
        self.trace.duration = Duration(0);
        for substage in self.trace.stages.iter_mut().flat_map(|stage| &mut stage.substages) {
            substage.ignored = false;
        }
    }
}

fn verdict(has_failed: bool, is_unstable: bool) -> Outcome {
    match (has_failed, is_unstable) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Unstable,
        (false, false) => Outcome::Succeeded,
    }
}
