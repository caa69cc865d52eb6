//! Reliability: the probability of each outcome of a run and what a run costs, from how often attempts go wrong by themselves.
//!
//! Each attempt ends by its substage's odds, whatever else happens; how long it takes is known, and nothing is cached. All else is
//! the ten rules. What follows is exact where it can be told in reasonable time, else two bounds that it lies between.

mod counted;
mod cut;
mod dispatch;
mod odds;
mod propagated;
mod remedies;
mod report;
mod stage;
mod timeline;
mod unit;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

pub use odds::Odds;
pub use remedies::{Change, Family, Remedy, remedies, worst};
pub use report::*;

use crate::plan::{Plan, SubstageRef};

/// Attempts that going through all runs may look at, where there is no shorter way to exact figures.
const MOST_COUNTED: usize = 100_000;

/// What lies between two numbers; they are the same where it is known exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Bounds {
    pub least: f64,
    pub most: f64,
}

/// What can be expected of a run.
#[derive(Clone, Debug)]
pub struct Reliability {
    /// Probabilities of the three outcomes.
    pub succeeded: Bounds,
    pub unstable: Bounds,
    pub failed: Bounds,
    /// By stage, then by substage.
    pub substages: Vec<Vec<Share>>,
    /// Why some of it is not exact; empty if all of it is.
    pub doubts: BTreeSet<Doubt>,
}

/// What can be expected of one substage in a run; it need not take part in every run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// The probability that it makes an attempt.
    pub runs: Bounds,
    /// Expected attempts of all its replicas.
    pub attempts: Bounds,
    /// Expected time of all its attempts, in milliseconds; back-off does not count.
    pub busy: Bounds,
    /// The probability that it fails by itself and makes the run fail: `on_error` is not `ignore`.
    pub breaks: Bounds,
}

/// Why figures are bounds; a number is a stage's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// What an abort cuts off depends on who starts when, and somebody waits for a slot, a lock or a need.
    Abort(u32),
    /// The stage's deadline may pass while somebody waits for a slot, a lock or a need.
    Deadline(u32),
    /// The pipeline's deadline may pass in this stage.
    PipelineDeadline(u32),
    /// What passed before an abort decides what runs in a later stage.
    Needs(u32),
    /// A dispatch with too many courses.
    Dispatch(SubstageRef),
    /// More combinations of outcomes than are followed up.
    Combinations(u32),
}

impl Bounds {
    pub fn exactly(value: f64) -> Self {
        Self { least: value, most: value }
    }

    /// But for rounding.
    pub fn is_exact(self) -> bool {
        self.most - self.least <= 1e-9 * self.most.abs().max(1e-3)
    }

    fn add(&mut self, other: Self) {
        self.least += other.least;
        self.most += other.most;
    }

    fn times(self, factor: f64) -> Self {
        Self { least: self.least * factor, most: self.most * factor }
    }
}

impl Reliability {
    pub fn attempts(&self) -> Bounds {
        sum(self.substages.iter().flatten().map(|share| share.attempts))
    }

    /// The time of all attempts, each as often as its hardware mode has GPUs.
    pub fn gpu_hours(&self, plan: &Plan) -> Bounds {
        sum(plan.places().map(|at| self.share(at).gpu_hours(plan, at)))
    }

    pub fn share(&self, at: SubstageRef) -> &Share {
        &self.substages[at.stage as usize][at.substage as usize]
    }
}

fn sum(bounds: impl Iterator<Item = Bounds>) -> Bounds {
    bounds.fold(Bounds::default(), |mut sum, each| {
        sum.add(each);
        sum
    })
}

impl Share {
    pub fn gpu_hours(&self, plan: &Plan, at: SubstageRef) -> Bounds {
        let gpus = plan.substage(at).hardware.as_ref().and_then(|hardware| hardware.gpu).unwrap_or(0);
        self.busy.times(f64::from(gpus) / 3_600_000.0)
    }
}

/// What can be expected of a run of this plan, by odds that are made for it.
pub fn reliability(plan: &Plan, odds: &Odds) -> Reliability {
    let propagated = propagated(plan, odds);
    if propagated.doubts.is_empty() {
        return propagated;
    }
    counted(plan, odds, MOST_COUNTED).unwrap_or(propagated)
}

/// The same without going through runs one by one: quick for any plan, but not always exact.
pub fn propagated(plan: &Plan, odds: &Odds) -> Reliability {
    propagated::Propagation::new(plan, odds).run()
}

/// The same by going through all runs one by one: always exact. None if they have more attempts than `most`.
pub fn counted(plan: &Plan, odds: &Odds, most: usize) -> Option<Reliability> {
    counted::count(plan, odds, most)
}
