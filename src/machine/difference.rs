//! Two versions of a pipeline beside each other: what changes, and what a normal run of each costs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Trace, gpu_hours, peak};
use crate::plan::Plan;
use crate::plan::diff::{Changes, diff};

/// The schema's name and version.
pub const DIFF_SCHEMA: &str = "o11n/diff/1";

/// The difference as tools read it. Times are in seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// Always `o11n/diff/1`.
    pub schema: &'static str,
    /// Whether nothing changes.
    pub same: bool,
    pub before: Version,
    pub after: Version,
    pub changes: Changes,
}

/// One version: its size, and a run of it in which everything succeeds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    pub pipeline: String,
    pub stages: usize,
    /// Each shard counted.
    pub substages: usize,
    pub duration: f64,
    pub gpu_hours: f64,
    /// By hardware mode: the most replicas that run at once.
    pub peak: IndexMap<String, u32>,
}

impl Difference {
    pub fn new(old: (&Plan, &Trace), new: (&Plan, &Trace)) -> Self {
        let changes = diff(old.0, new.0);
        Self {
            schema: DIFF_SCHEMA,
            same: changes.is_empty(),
            before: Version::new(old.0, old.1),
            after: Version::new(new.0, new.1),
            changes,
        }
    }
}

impl Version {
    fn new(plan: &Plan, trace: &Trace) -> Self {
        Self {
            pipeline: plan.pipeline.to_string(),
            stages: plan.stages.len(),
            substages: plan.substages().count(),
            duration: trace.duration.as_seconds(),
            gpu_hours: gpu_hours(plan, trace),
            peak: peak(plan, trace).into_iter().map(|(mode, most)| (mode.to_owned(), most)).collect(),
        }
    }
}
