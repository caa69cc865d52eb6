//! Probabilities over time: when a replica starts its attempts and how it ends, and how much of that is left when something may
//! cut it short.

use std::collections::BTreeMap;

use super::super::{Attempt, End, Outcome, attempt};
use crate::base::Duration;
use crate::plan::{Retry, Substage};

/// Instants that a timeline may have.
const MOST_INSTANTS: usize = 4_096;
/// A mass of probability that no figure shows.
const NEGLIGIBLE: f64 = 1e-18;

/// Probabilities to end as `succeeded`, `unstable`, or by a failure.
pub(super) type Ends = [f64; 3];
pub(super) const SUCCEEDED: usize = 0;
pub(super) const UNSTABLE: usize = 1;
pub(super) const FAILED: usize = 2;

/// One of the ways in which an attempt ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try {
    pub(super) probability: f64,
    /// An index into [`Ends`].
    pub(super) class: usize,
    /// Milliseconds.
    pub(super) takes: i64,
    /// Another attempt follows if the limit allows it.
    pub(super) again: bool,
}

/// The ways in which an attempt of the substage ends.
pub(super) fn tries(substage: &Substage, ends: &[(End, f64)], takes: Duration) -> Vec<Try> {
    let tries = ends.iter().map(|(end, probability)| {
        let ended = attempt::end(substage, Attempt { end: *end, takes });
        let class = match ended.outcome {
            Outcome::Unstable => UNSTABLE,
            outcome if outcome.passes() => SUCCEEDED,
            _ => FAILED,
        };
        let again = attempt::is_tried_again(&substage.retry, 1, ended.outcome, ended.code);
        Try { probability: *probability, class, takes: ended.takes, again }
    });
    tries.collect()
}

/// One replica from its start at 0, were nothing to cut it short.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    tries: Vec<Try>,
    /// The probability that an attempt starts at an instant, ascending.
    starts: Vec<(i64, f64)>,
    /// The probability that it ends so at an instant, ascending.
    pub(super) ends: Vec<(i64, Ends)>,
}

impl Timeline {
    /// None if it has too many instants.
    pub(super) fn new(tries: &[Try], retry: &Retry) -> Option<Self> {
        let mut starts: BTreeMap<i64, f64> = BTreeMap::new();
        let mut ends: BTreeMap<i64, Ends> = BTreeMap::new();
        let mut current = BTreeMap::from([(0i64, 1.0)]);
        for number in 1..=retry.limit.saturating_add(1) {
            let mut next = BTreeMap::new();
            for (start, mass) in current {
                *starts.entry(start).or_insert(0.0) += mass;
                for each in tries {
                    let (end, mass) = (start.saturating_add(each.takes), mass * each.probability);
                    if each.again && number <= retry.limit {
                        *next.entry(end.saturating_add(attempt::wait(retry, number))).or_insert(0.0) += mass;
                    } else {
                        ends.entry(end).or_default()[each.class] += mass;
                    }
                }
            }
            if starts.len() + ends.len() > MOST_INSTANTS {
                return None;
            }
            current = next;
            if current.values().sum::<f64>() < NEGLIGIBLE {
                break;
            }
        }
        Some(Self { tries: tries.to_vec(), starts: starts.into_iter().collect(), ends: ends.into_iter().collect() })
    }

    /// Expected attempts and their time, where `left` is the probability that it is not cut by then.
    pub(super) fn until(&self, left: &Steps) -> (f64, f64) {
        let (mut attempts, mut busy) = (0.0, 0.0);
        for (start, mass) in &self.starts {
            // The first attempts start before anything can be cut.
            attempts += mass * if *start == 0 { 1.0 } else { left.at(*start) };
            let times = self.tries.iter().map(|each| each.probability * left.area(*start, start.saturating_add(each.takes)));
            busy += mass * times.sum::<f64>();
        }
        (attempts, busy)
    }
}

/// A function of time that is 1 at first and changes in steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// From each instant on, ascending, this is the value.
    steps: Vec<(i64, f64)>,
    /// The area before each of the steps.
    areas: Vec<f64>,
}

impl Steps {
    pub(super) fn new(steps: Vec<(i64, f64)>) -> Self {
        let (mut area, mut since, mut value) = (0.0, 0, 1.0);
        let mut areas = Vec::with_capacity(steps.len());
        for (at, next) in &steps {
            area += value * length(since, *at);
            areas.push(area);
            (since, value) = (*at, *next);
        }
        Self { steps, areas }
    }

    /// The value at an instant, what changes then included.
    pub(super) fn at(&self, time: i64) -> f64 {
        self.value(self.steps.partition_point(|(at, _)| *at <= time))
    }

    /// The value right before an instant.
    pub(super) fn before(&self, time: i64) -> f64 {
        self.value(self.steps.partition_point(|(at, _)| *at < time))
    }

    /// The area between two instants.
    fn area(&self, from: i64, to: i64) -> f64 {
        self.area_until(to) - self.area_until(from)
    }

    fn area_until(&self, time: i64) -> f64 {
        let count = self.steps.partition_point(|(at, _)| *at <= time);
        let (area, since) = if count == 0 { (0.0, 0) } else { (self.areas[count - 1], self.steps[count - 1].0) };
        area + self.value(count) * length(since, time)
    }

    /// The value after so many steps.
    fn value(&self, count: usize) -> f64 {
        if count == 0 { 1.0 } else { self.steps[count - 1].1 }
    }

    /// Of two things, the probability that neither has happened.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut instants: Vec<i64> = self.steps.iter().chain(&other.steps).map(|(at, _)| *at).collect();
        instants.sort_unstable();
        instants.dedup();
        Self::new(instants.into_iter().map(|at| (at, self.at(at) * other.at(at))).collect())
    }
}

fn length(from: i64, to: i64) -> f64 {
    to as f64 - from as f64
}
