//! What follows from a trace and its plan: the document `o11n/trace/1`, reasons in words, peaks, GPU-hours.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::critical_path::critical_path;
use super::{AttemptTrace, Outcome, Reason, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use crate::base::Duration;
use crate::plan::{Plan, Stage, Substage};

/// The schema's name and version, first in every serialised trace.
pub const TRACE_SCHEMA: &str = "o11n/trace/1";

/// A trace as tools read it. Times are in seconds from the run's start.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Document {
    /// Always `o11n/trace/1`.
    pub schema: &'static str,
    pub pipeline: String,
    /// `succeeded`, `unstable` or `failed`.
    pub outcome: Outcome,
    /// The end of the last stage that ran; 0 if none did.
    pub duration: f64,
    /// In the plan's order.
    pub stages: Vec<StageReport>,
    /// Paths of substages, in time: each kept the next from starting, and the last ended with the run.
    pub critical_path: Vec<String>,
    /// By hardware mode: the most replicas that ran at once.
    pub peak: IndexMap<String, u32>,
    pub gpu_hours: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StageReport {
    pub name: String,
    /// `succeeded`, `unstable`, `failed` or `skipped`.
    pub outcome: Outcome,
    /// None if skipped.
    pub start: Option<f64>,
    /// None if skipped.
    pub end: Option<f64>,
    pub substages: Vec<SubstageReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SubstageReport {
    pub name: String,
    pub outcome: Outcome,
    /// Whether it failed by itself and counted as success.
    pub ignored: bool,
    /// For people: why it ended so, where the outcome alone does not say.
    pub reason: Option<String>,
    /// One without `dispatch`; none if skipped or cached.
    pub replicas: Vec<ReplicaReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReplicaReport {
    pub outcome: Outcome,
    /// Empty where it never started.
    pub attempts: Vec<AttemptReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AttemptReport {
    /// `succeeded`, `unstable`, `failed`, `timed_out`, `lost` or `cancelled`.
    pub outcome: Outcome,
    /// The exit code, whatever it means here; none if it did not end by exiting.
    pub code: Option<u8>,
    pub start: f64,
    pub end: f64,
}

impl Document {
    pub fn new(plan: &Plan, trace: &Trace) -> Self {
        let stages = plan.stages.iter().zip(&trace.stages);
        Self {
            schema: TRACE_SCHEMA,
            pipeline: plan.pipeline.to_string(),
            outcome: trace.outcome,
            duration: trace.duration.as_seconds(),
            stages: stages.map(|(stage, traced)| StageReport::new(plan, trace, stage, traced)).collect(),
            critical_path: critical_path(plan, trace).into_iter().map(|at| plan.path(at)).collect(),
            peak: peak(plan, trace).into_iter().map(|(mode, most)| (mode.to_owned(), most)).collect(),
            gpu_hours: gpu_hours(plan, trace),
        }
    }
}

impl StageReport {
    fn new(plan: &Plan, trace: &Trace, stage: &Stage, traced: &StageTrace) -> Self {
        let substages = stage.substages.iter().zip(&traced.substages);
        Self {
            name: stage.name.to_string(),
            outcome: traced.outcome,
            start: traced.time.map(|(start, _)| start.as_seconds()),
            end: traced.time.map(|(_, end)| end.as_seconds()),
            substages: substages
                .map(|(substage, traced)| SubstageReport {
                    name: substage.name.to_string(),
                    outcome: traced.outcome,
                    ignored: traced.ignored,
                    reason: traced.reason.map(|reason| reason.text(plan, trace, stage, substage)),
                    replicas: traced.replicas.iter().map(ReplicaReport::new).collect(),
                })
                .collect(),
        }
    }
}

impl ReplicaReport {
    fn new(traced: &ReplicaTrace) -> Self {
        let attempt = |traced: &AttemptTrace| AttemptReport {
            outcome: traced.outcome,
            code: traced.code,
            start: traced.start.as_seconds(),
            end: traced.end.as_seconds(),
        };
        Self { outcome: traced.outcome, attempts: traced.attempts.iter().map(attempt).collect() }
    }
}

impl Reason {
    /// In words, for a substage of this stage.
    pub fn text(self, plan: &Plan, trace: &Trace, stage: &Stage, substage: &Substage) -> String {
        let of = |limit: Option<Duration>| limit.map_or(String::new(), |limit| format!(" of {limit}"));
        match self {
            Self::Exit(code) => format!("exit {code}"),
            Self::Timeout => format!("ran into its timeout{}", of(substage.timeout)),
            Self::StageDeadline => format!("the stage ran into its deadline{}", of(stage.deadline)),
            Self::PipelineDeadline => format!("the pipeline ran into its deadline{}", of(plan.deadline)),
            Self::Abort(by) => format!("{} aborted the stage", plan.path(by)),
            Self::When => "the stage did not run".to_owned(),
            Self::Need(at) => {
                let SubstageTrace { outcome, ignored, .. } = trace.substage(at);
                let ignored = if *ignored { ", ignored" } else { "" };
                format!("needs {} ({}{ignored})", plan.path(at), outcome.word())
            }
            Self::Quorum { passed, need } => {
                let copies = substage.dispatch.map_or(1, |dispatch| dispatch.copies);
                format!("{passed} of {copies} passed, and {need} must")
            }
        }
    }
}

/// By hardware mode, in the plan's order: the most replicas that ran at once. A back-off is no running, and neither is an attempt
/// that takes no time; where all attempts on a mode are such, it is 0.
pub fn peak<'p>(plan: &'p Plan, trace: &Trace) -> IndexMap<&'p str, u32> {
    let mut changes: IndexMap<&str, Vec<(Duration, i32)>> = IndexMap::new();
    for (substage, attempt) in attempts(plan, trace) {
        let Some(hardware) = &substage.hardware else { continue };
        let changes = changes.entry(hardware.name.as_str()).or_default();
        // At one instant what ends makes room before what starts.
        changes.extend([(attempt.start, 1), (attempt.end, -1)]);
    }
    let most = |mut changes: Vec<(Duration, i32)>| {
        changes.sort_unstable();
        let running = changes.iter().scan(0, |running, (_, change)| {
            *running += change;
            Some(*running)
        });
        running.max().unwrap_or(0).max(0) as u32
    };
    changes.into_iter().map(|(mode, changes)| (mode, most(changes))).collect()
}

/// The time of all attempts, each as often as its hardware mode has GPUs.
pub fn gpu_hours(plan: &Plan, trace: &Trace) -> f64 {
    let milliseconds = |(substage, attempt): (&Substage, &AttemptTrace)| {
        let gpus = substage.hardware.as_ref().and_then(|hardware| hardware.gpu).unwrap_or(0);
        (attempt.end.0 - attempt.start.0) as f64 * f64::from(gpus)
    };
    // The sum of nothing is -0.
    0.0 + attempts(plan, trace).map(milliseconds).sum::<f64>() / 3_600_000.0
}

/// All attempts, each with its substage.
fn attempts<'p, 't>(plan: &'p Plan, trace: &'t Trace) -> impl Iterator<Item = (&'p Substage, &'t AttemptTrace)> {
    let stages = plan.stages.iter().zip(&trace.stages);
    let substages = stages.flat_map(|(stage, traced)| stage.substages.iter().zip(&traced.substages));
    substages.flat_map(|(substage, traced)| {
        traced.replicas.iter().flat_map(|replica| &replica.attempts).map(move |attempt| (substage, attempt))
    })
}
