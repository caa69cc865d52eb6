//! The running stage: its substages, their replicas and attempts.

use std::ops::Range;

use super::queue::{Event, Replica};
use super::{AttemptTrace, Behaviour, Change, Machine, Outcome, Phase, Reason, ReplicaTrace, SubstageTrace, attempt};
use crate::base::Duration;
use crate::plan::{Dispatch, OnError, Substage, SubstageRef};

/// How far a substage is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    /// Replicas.
    passed: u32,
    /// Replicas that ended otherwise, by themselves.
    failed: u32,
    /// Whether one that passed is unstable.
    has_unstable: bool,
}

/// How many replicas a substage has, and how many must pass.
pub(super) fn dispatch(substage: &Substage) -> Dispatch {
    substage.dispatch.unwrap_or(Dispatch { copies: 1, need: 1 })
}

/// Whether all that a run asks of the one, it could ask of the other.
pub(super) fn has_rules_of(one: &Substage, other: &Substage) -> bool {
    one.dispatch == other.dispatch
        && one.retry == other.retry
        && one.timeout == other.timeout
        && one.exit_codes == other.exit_codes
        && one.on_error == other.on_error
}

impl<'p> Machine<'p> {
    /// The stage starts: what is cached is at once, the others may be considered.
    pub(super) fn open_stage(&mut self, behaviour: &dyn Behaviour) {
        let stage = &self.plan.stages[self.stage];
        self.admission.open(stage.parallel);
        let substages = self.substages_of(self.stage);
        for substage in substages.clone() {
            if behaviour.is_cached(self.place(substage)) {
                self.end(substage, Outcome::Cached, None);
            }
        }
        self.considered.clear();
        self.considered.extend(substages.filter(|substage| self.gates.is_settled(*substage)));
    }

    /// Of those whose needs are all in an outcome, some are skipped for it, which may be what others wait for; the rest wants to
    /// start.
    pub(super) fn skip_blocked(&mut self) {
        let substages = self.substages_of(self.stage);
        while let Some(substage) = self.considered.pop() {
            if !substages.contains(&substage) || self.substages[substage as usize].phase != Phase::Waiting {
                continue;
            }
            match self.gates.blocking(substage) {
                Some(need) => self.end(substage, Outcome::Skipped, Some(Reason::Need(need))),
                None => self.admission.ask(substage),
            }
        }
    }

    pub(super) fn start_ready(&mut self, behaviour: &dyn Behaviour) {
        while let Some(substage) = self.admission.next() {
            self.substages[substage as usize].phase = Phase::Running;
            self.place_replicas(substage);
            for number in 0..dispatch(self.rules(substage)).copies {
                self.start_attempt(Replica { substage, number }, behaviour);
            }
        }
    }

    fn start_attempt(&mut self, replica: Replica, behaviour: &dyn Behaviour) {
        let Some(changes) = &mut self.outside else { return self.begin_attempt(replica, behaviour) };
        changes.push(Change::Asks(replica));
        *self.phase(replica) = Phase::Asking;
    }

    pub(super) fn begin_attempt(&mut self, replica: Replica, behaviour: &dyn Behaviour) {
        let (now, place) = (self.now, self.place(replica.substage));
        let rules = self.rules(replica.substage);
        let attempts = &mut self.traced(replica.substage).replicas[replica.number as usize].attempts;
        let ended = attempt::end(rules, behaviour.attempt(place, replica.number + 1, attempts.len() as u32 + 1));
        let end = now.saturating_add(ended.takes);
        // It stands as it will end; what cuts it short rewrites it.
        attempts.push(AttemptTrace { outcome: ended.outcome, code: ended.code, start: Duration(now), end: Duration(end) });
        *self.phase(replica) = Phase::Running;
        self.queue.push(end, Event::End(replica));
    }

    /// An attempt that runs has not begun. Its end, which stands in the queue, is none any more.
    pub(super) fn take_back(&mut self, replica: Replica) {
        self.traced(replica.substage).replicas[replica.number as usize].attempts.pop();
        *self.phase(replica) = Phase::Asking;
    }

    /// A back-off is over, unless it was cut short.
    pub(super) fn retry(&mut self, replica: Replica, behaviour: &dyn Behaviour) {
        if *self.phase(replica) == Phase::BackOff {
            self.start_attempt(replica, behaviour);
        }
    }

    /// An attempt is at its end, unless it was cut short: the replica goes into back-off, or has its outcome and counts.
    pub(super) fn settle(&mut self, replica: Replica) {
        if *self.phase(replica) != Phase::Running {
            return;
        }
        let now = self.now;
        let attempts = &self.traced(replica.substage).replicas[replica.number as usize].attempts;
        // One that was taken back may have begun anew, and ends later.
        if attempts.last().is_none_or(|attempt| attempt.end.0 != now) {
            return;
        }
        if let Some(changes) = &mut self.outside {
            changes.push(Change::Ends(replica));
        }
        let Replica { substage, number } = replica;
        let rules = self.rules(substage);
        let trace = &mut self.traced(substage).replicas[number as usize];
        let count = trace.attempts.len() as u32;
        let Some(AttemptTrace { outcome, code, .. }) = trace.attempts.last().copied() else { return };
        if let Some(wait) = attempt::back_off(&rules.retry, count, outcome, code) {
            *self.phase(replica) = Phase::BackOff;
            self.queue.push(self.now.saturating_add(wait), Event::Retry(replica));
            return;
        }
        trace.outcome = outcome;
        *self.phase(replica) = Phase::Ended;
        let progress = &mut self.substages[substage as usize];
        if outcome.passes() {
            progress.passed += 1;
            progress.has_unstable |= outcome == Outcome::Unstable;
        } else {
            progress.failed += 1;
        }
        if self.settled.last() != Some(&substage) {
            self.settled.push(substage);
        }
    }

    /// Of the substages of which a replica settled, some are decided.
    pub(super) fn decide_settled(&mut self) {
        while let Some(substage) = self.settled.pop() {
            let Progress { passed, failed, has_unstable, .. } = self.substages[substage as usize];
            let rules = self.rules(substage);
            let Dispatch { copies, need } = dispatch(rules);
            let (outcome, reason) = if passed >= need {
                let unstable = if has_unstable { self.first_unstable(substage, need) } else { None };
                let outcome = if unstable.is_some() { Outcome::Unstable } else { Outcome::Succeeded };
                (outcome, unstable.map(Reason::Exit))
            } else if failed > copies - need {
                self.failures.push(substage);
                self.failure(substage, rules, passed)
            } else {
                continue;
            };
            self.stop_replicas(substage, Outcome::Cancelled);
            self.is_unstable |= outcome == Outcome::Unstable;
            self.end(substage, outcome, reason);
        }
    }

    /// The code of the first unstable replica among the first that make the substage pass: by time, then by number.
    fn first_unstable(&mut self, substage: u32, need: u32) -> Option<u8> {
        let passed = self.traced(substage).replicas.iter().filter(|replica| replica.outcome.passes());
        let mut last: Vec<AttemptTrace> = passed.filter_map(|replica| replica.attempts.last().copied()).collect();
        // They stand by number; what ends at one instant may have settled in several rounds of it.
        last.sort_by_key(|attempt| attempt.end);
        last.iter().take(need as usize).find(|attempt| attempt.outcome == Outcome::Unstable)?.code
    }

    /// How a substage that failed by itself ends.
    fn failure(&mut self, substage: u32, rules: &Substage, passed: u32) -> (Outcome, Option<Reason>) {
        let trace = self.traced(substage);
        trace.ignored = rules.on_error == OnError::Ignore;
        if let Some(Dispatch { need, .. }) = rules.dispatch {
            return (Outcome::Failed, Some(Reason::Quorum { passed, need }));
        }
        let last = trace.replicas.last().and_then(|replica| replica.attempts.last());
        let (outcome, code) = last.map_or((Outcome::Failed, None), |last| (last.outcome, last.code));
        let timeout = (outcome == Outcome::TimedOut).then_some(Reason::Timeout);
        (outcome, code.map(Reason::Exit).or(timeout))
    }

    /// A substage is in an outcome.
    pub(super) fn end(&mut self, substage: u32, outcome: Outcome, reason: Option<Reason>) {
        let phase = std::mem::replace(&mut self.substages[substage as usize].phase, Phase::Ended);
        if phase == Phase::Running {
            self.admission.release(substage);
            if let Some(changes) = &mut self.outside {
                changes.push(Change::Releases(substage));
            }
        }
        let trace = self.traced(substage);
        trace.outcome = outcome;
        trace.reason = reason;
        if matches!(outcome, Outcome::Skipped | Outcome::Cached) {
            trace.replicas.clear();
        }
        self.left -= 1;
        let passes = |at: SubstageRef, loads: bool| {
            let SubstageTrace { outcome, ignored, .. } = self.trace.substage(at);
            outcome.passes() || (*ignored && !loads)
        };
        self.gates.settle(substage, passes, &mut self.considered);
    }

    /// Ends all that has no outcome yet: what runs so, what waits as cancelled.
    pub(super) fn cut(&mut self, running: Outcome, reason: Reason) {
        let substages = self.substages_of(self.stage);
        for substage in substages.clone() {
            match self.substages[substage as usize].phase {
                Phase::Ended => continue,
                Phase::Waiting => {
                    self.place_replicas(substage);
                    self.end(substage, Outcome::Cancelled, Some(reason));
                }
                Phase::Asking | Phase::Running | Phase::BackOff => {
                    self.stop_replicas(substage, running);
                    self.end(substage, running, Some(reason));
                }
            }
        }
        self.admission.dismiss(substages);
    }

    /// What runs or waits of a substage's replicas ends now.
    fn stop_replicas(&mut self, substage: u32, outcome: Outcome) {
        let now = Duration(self.now);
        let first = self.first_replica[substage as usize] as usize;
        let place = self.place(substage);
        let trace = &mut self.trace.stages[place.stage as usize].substages[place.substage as usize];
        for (number, (replica, phase)) in (0..).zip(trace.replicas.iter_mut().zip(&mut self.replicas[first..])) {
            let phase = std::mem::replace(phase, Phase::Ended);
            if phase == Phase::Ended {
                continue;
            }
            if let (Phase::Asking | Phase::Running, Some(changes)) = (phase, &mut self.outside) {
                changes.push(Change::Ends(Replica { substage, number }));
            }
            replica.outcome = outcome;
            if let (Phase::Running, Some(attempt)) = (phase, replica.attempts.last_mut()) {
                *attempt = AttemptTrace { outcome, code: None, end: now, ..*attempt };
            }
        }
    }

    /// As many as it has copies, none of them started.
    fn place_replicas(&mut self, substage: u32) {
        let copies = dispatch(self.rules(substage)).copies as usize;
        let replicas = &mut self.traced(substage).replicas;
        for replica in replicas.iter_mut() {
            replica.outcome = Outcome::Cancelled;
            replica.attempts.clear();
        }
        replicas.resize_with(copies, || ReplicaTrace { outcome: Outcome::Cancelled, attempts: Vec::new() });
    }

    pub(super) fn substages_of(&self, stage: usize) -> Range<u32> {
        self.first[stage]..self.first[stage + 1]
    }

    pub(super) fn place(&self, substage: u32) -> SubstageRef {
        SubstageRef { stage: self.stage as u32, substage: substage - self.first[self.stage] }
    }

    /// The substage's dispatch, retry, timeout, exit codes and policy; the rest may be another's.
    pub(super) fn rules(&self, substage: u32) -> &'p Substage {
        self.ruled_as[substage as usize]
    }

    fn traced(&mut self, substage: u32) -> &mut SubstageTrace {
        let place = self.place(substage);
        &mut self.trace.stages[place.stage as usize].substages[place.substage as usize]
    }

    pub(super) fn phase(&mut self, replica: Replica) -> &mut Phase {
        &mut self.replicas[(self.first_replica[replica.substage as usize] + replica.number) as usize]
    }
}
