//! One substage by itself: how it ends and what it takes, were nothing to cut it short, and what is left when something may.

use super::super::{End, attempt};
use super::Bounds;
use super::dispatch::{Dispatched, dispatched, quorum};
use super::timeline::{Ends, FAILED, SUCCEEDED, Steps, Timeline, Try, UNSTABLE, tries};
use crate::base::Duration;
use crate::plan::{Retry, Substage};

#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) ends: Ends,
    /// Whether `ends` tells success from unstable, and the figures are exact.
    pub(super) is_known: bool,
    pub(super) attempts: Bounds,
    /// Milliseconds.
    pub(super) busy: Bounds,
    /// The longest that it may take, back-off included, in milliseconds.
    pub(super) longest: i64,
    /// An attempt may have no length.
    pub(super) is_instant: bool,
    copies: u32,
    /// Of one replica.
    most_tries: f64,
    /// Of one replica. Only where it was asked for, and none where it would be too long.
    timeline: Option<Timeline>,
    dispatched: Option<Dispatched>,
}

/// Of a substage that may be cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cut {
    pub(super) attempts: f64,
    pub(super) busy: f64,
    /// The probability that it fails before.
    pub(super) fails: f64,
}

impl Unit {
    /// `is_timed`: time matters for it.
    pub(super) fn new(substage: &Substage, ends: &[(End, f64)], takes: Duration, is_timed: bool) -> Self {
        let tries = tries(substage, ends, takes);
        let dispatch = substage.dispatch.filter(|dispatch| dispatch.copies > 1);
        let timeline = if is_timed || dispatch.is_some() { Timeline::new(&tries, &substage.retry) } else { None };
        let (ends, attempts, busy) = alone(&tries, &substage.retry);
        let mut unit = Self {
            ends,
            is_known: true,
            attempts: Bounds::exactly(attempts),
            busy: Bounds::exactly(busy),
            longest: longest(&tries, &substage.retry),
            is_instant: tries.iter().any(|each| each.takes == 0),
            copies: 1,
            most_tries: if tries.iter().any(|each| each.again) { f64::from(substage.retry.limit) + 1.0 } else { 1.0 },
            timeline,
            dispatched: None,
        };
        if let Some(dispatch) = dispatch {
            unit.dispatch(dispatch.copies, dispatch.need);
        }
        unit
    }

    /// From one replica to all of them.
    fn dispatch(&mut self, copies: u32, need: u32) {
        self.copies = copies;
        let is_told = !self.is_instant || self.most_tries == 1.0;
        self.dispatched = self.timeline.as_ref().filter(|_| is_told).and_then(|timeline| dispatched(timeline, copies, need));
        let (all, pass) = (f64::from(copies), self.ends[SUCCEEDED] + self.ends[UNSTABLE]);
        match (&self.timeline, &self.dispatched) {
            (Some(timeline), Some(dispatched)) => {
                let (attempts, busy) = timeline.until(&dispatched.undecided);
                self.attempts = Bounds::exactly(all * attempts);
                self.busy = Bounds::exactly(all * busy);
                self.ends = total(&dispatched.ends);
            }
            _ => {
                let passes = quorum(copies, need, pass);
                self.is_known = false;
                self.ends = [passes, 0.0, 1.0 - passes];
                self.attempts = Bounds { least: all, most: self.attempts.most * all };
                self.busy = Bounds { least: 0.0, most: self.busy.most * all };
            }
        }
    }

    /// Whether [`Unit::cut`] knows enough. Of attempts without length several share an instant.
    pub(super) fn has_times(&self) -> bool {
        !self.is_instant && !self.instants().is_empty()
    }

    /// The shortest that it may take.
    pub(super) fn shortest(&self) -> i64 {
        self.instants().first().map_or(0, |(at, _)| *at)
    }

    /// The most attempts that it may make.
    pub(super) fn most_attempts(&self) -> f64 {
        f64::from(self.copies) * self.most_tries
    }

    /// The most time that all of them may take.
    pub(super) fn most_busy(&self) -> f64 {
        f64::from(self.copies) * self.longest as f64
    }

    /// The probability that it ends so at an instant, ascending; empty where that is not known.
    pub(super) fn instants(&self) -> &[(i64, Ends)] {
        match (&self.dispatched, &self.timeline) {
            (Some(dispatched), _) => &dispatched.ends,
            (None, Some(timeline)) if self.copies == 1 => &timeline.ends,
            _ => &[],
        }
    }

    /// What is left where `left` is the probability that nothing has cut it by then.
    pub(super) fn cut(&self, left: &Steps) -> Cut {
        let Some(timeline) = &self.timeline else { return Cut::default() };
        let (attempts, busy) = match &self.dispatched {
            Some(dispatched) => timeline.until(&left.and(&dispatched.undecided)),
            None => timeline.until(left),
        };
        let all = f64::from(self.copies);
        // What ends at the very instant of the cut has ended by itself.
        let fails = self.instants().iter().map(|(at, ends)| ends[FAILED] * left.before(*at)).sum();
        Cut { attempts: all * attempts, busy: all * busy, fails }
    }
}

fn total(instants: &[(i64, Ends)]) -> Ends {
    let mut total = Ends::default();
    for (sum, part) in instants.iter().flat_map(|(_, ends)| (0..ends.len()).zip(ends)) {
        total[sum] += part;
    }
    total
}

/// One replica: how it ends, its expected attempts and their time. Attempts are alike, so they make a geometric series that the
/// limit breaks off.
fn alone(tries: &[Try], retry: &Retry) -> (Ends, f64, f64) {
    let again: f64 = tries.iter().filter(|each| each.again).map(|each| each.probability).sum();
    let most = f64::from(retry.limit) + 1.0;
    let (attempts, last) = match again {
        again if again >= 1.0 - 1e-12 => (most, 1.0),
        again => (-(most * again.ln()).exp_m1() / (1.0 - again), ((most - 1.0) * again.ln()).exp()),
    };
    let mut ends = Ends::default();
    for each in tries {
        ends[each.class] += each.probability * if each.again { last } else { attempts };
    }
    let mean: f64 = tries.iter().map(|each| each.probability * each.takes as f64).sum();
    (ends, attempts, attempts * mean)
}

fn longest(tries: &[Try], retry: &Retry) -> i64 {
    let takes = tries.iter().map(|each| each.takes).max().unwrap_or(0);
    if !tries.iter().any(|each| each.again) {
        return takes;
    }
    let attempts = takes.saturating_mul(i64::from(retry.limit) + 1);
    attempts.saturating_add(attempt::waits(retry, retry.limit))
}
