//! What would shorten runs: where their time goes, and what changes would be worth; the document `o11n/advice/1`.

mod change;
mod gain;

use schemars::JsonSchema;
use serde::Serialize;

use super::metrics::{Mean, mean, mean_of_independent, quantile};
use super::path::{Paths, Spent};
use super::policy::Policy;
use super::study::{Study, Week};
use super::weeks;
use crate::base::Duration;
use crate::plan;
pub use change::{MOST as MOST_TRIED, Resize};
pub use gain::worth;

/// The schema's name and version, first in every serialised document.
const SCHEMA: &str = "o11n/advice/1";

/// Where the time of runs goes, and what would shorten it. Times are in seconds, parts are of the time of all runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Advice {
    /// Always `o11n/advice/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub cluster: String,
    pub policy: String,
    /// The first one.
    pub seed: u64,
    /// How many weeks were played, each with a seed of its own: this one and those after it.
    pub seeds: u64,
    /// Of how many of them these are the figures.
    pub weeks: u64,
    /// For how long runs arrive.
    pub length: f64,
    /// What each shard needs anyway, where their number changes.
    pub fixed: f64,
    /// Runs that ended, in all weeks; those that did not are in no other figure.
    pub runs: usize,
    pub unended: u64,
    /// From a run's arrival to its end; the mean of the weeks. How sure it is, weeks say, or of one week its runs.
    pub duration: Mean,
    pub duration_p50: f64,
    pub duration_p95: f64,
    /// What clouds cost in a week.
    pub cost: f64,
    /// The part before a run is noticed: its quiet period, and another that it may not run beside.
    pub before: f64,
    /// The critical path, the greatest part first: together with `before`, all parts are 1.
    pub path: Vec<PathFigures>,
    /// Stages whose `parallel` holds the path.
    pub limits: Vec<LimitFigures>,
    /// Hardware modes, those for which paths wait longest first.
    pub modes: Vec<ModeFigures>,
    /// The best first.
    pub tried: Vec<Experiment>,
    /// What is recommended, one after the other: each shortens runs further beside those before it. What it is worth is that of all up to it.
    pub steps: Vec<Experiment>,
    /// Changes that were not tried, as there were too many.
    pub left_out: usize,
    /// Changes that could not be tried.
    pub untried: Vec<Untried>,
    pub interrupted: bool,
}

/// A substage on the paths of runs; all shards of a family are one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PathFigures {
    pub path: String,
    /// All that follows together.
    pub part: f64,
    /// Waits for machines.
    pub waits: f64,
    /// Waits for locks that other runs held.
    pub locks: f64,
    pub runs: f64,
    /// Attempts that were tried again, and the time between.
    pub retries: f64,
    /// The part of runs on whose path it is; of shards, how many on average.
    pub paths: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LimitFigures {
    pub stage: String,
    pub parallel: u32,
    /// In which something on the path could have run, but for the limit. Meanwhile others are on the path.
    pub part: f64,
}

/// Builds of a hardware mode, and what it runs on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ModeFigures {
    pub mode: String,
    /// In which paths wait for its machines.
    pub part: f64,
    pub wait: Mean,
    pub wait_p95: f64,
    pub machines: Vec<KindFigures>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct KindFigures {
    pub kind: String,
    /// Busy executors' time as a part of all that were there.
    pub busy: f64,
}

/// Changes that were tried, and what came of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Experiment {
    pub changes: Vec<ChangeFigures>,
    #[serde(flatten)]
    pub worth: Worth,
}

/// One attribute with another number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeFigures {
    /// What has it: `test/unit`, `stage test`, `agent "gpu"`.
    pub of: String,
    pub attribute: String,
    pub from: u32,
    pub to: u32,
    pub file: String,
    /// From 1.
    pub line: usize,
    /// Nothing says yet that it can be split: its script has to be taught to do a part. So this is not among the steps.
    pub unsplit: bool,
    /// What stands there instead of a number, so that it has to be changed by hand; none where `--diff` shows the change.
    pub computed: Option<String>,
}

/// A number that cannot be changed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Untried {
    pub of: String,
    pub attribute: String,
    pub why: String,
}

/// With changes instead of without them, in the same weeks, by the runs that end either way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Worth {
    pub duration: f64,
    pub duration_p95: f64,
    /// Less than 0 where runs are shorter, with how sure that is.
    pub duration_change: Mean,
    pub duration_p95_change: Mean,
    pub cost_change: Mean,
    /// Runs that never end with it.
    pub unended: u64,
    /// Runs are shorter by at least a hundredth of their time, and that is no chance; none of those that ended before never ends.
    pub recommended: bool,
}

/// Weeks of a study under one policy, as they are.
pub struct Base<'b> {
    study: &'b Study<'b>,
    weeks: &'b [Week],
    paths: Paths,
}

impl<'b> Base<'b> {
    /// Weeks that were followed and played to their end.
    pub fn new(study: &'b Study<'b>, weeks: &'b [Week]) -> Self {
        let mut paths = Paths::new(study.plan());
        weeks.iter().filter_map(Week::paths).for_each(|of_week| paths.join(of_week));
        Self { study, weeks, paths }
    }

    /// What could be tried of these attributes, the most promising first, and how much more there is.
    pub fn changes(&self, from: &plan::Cluster, attributes: &[&str]) -> (Vec<Resize>, usize) {
        change::changes(self.study, from, &self.paths, attributes)
    }

    /// What it is worth to have the other weeks instead, those of the same seeds.
    pub fn worth(&self, with: &[Week]) -> Worth {
        worth(self.weeks, with)
    }

    /// All but what was tried.
    pub fn advice(&self, policy: &Policy, seeds: u64, fixed: Duration) -> Advice {
        let (study, paths) = (self.study, &self.paths);
        let figures = weeks::together(self.weeks.iter().map(|week| week.figures().clone()).collect());
        let itself = self.worth(self.weeks);
        let mut durations: Vec<i64> = paths.runs.iter().map(|(_, duration)| *duration).collect();
        durations.sort_unstable();
        let duration = match self.weeks {
            [only] => only.paths().map(mean_of_runs).unwrap_or_default(),
            weeks => {
                mean_of_independent(&weeks.iter().filter_map(Week::paths).map(|of| mean_of_runs(of).mean).collect::<Vec<f64>>())
            }
        };
        let part = |time: i64| if paths.total() > 0 { time as f64 / paths.total() as f64 } else { 0.0 };
        let waited = change::waited(study.cluster(), study.classes(), paths);
        let mut modes: Vec<ModeFigures> = study
            .cluster()
            .classes
            .iter()
            .zip(waited)
            .zip(figures.modes)
            .map(|((class, waited), of_mode)| ModeFigures {
                mode: class.name.clone(),
                part: part(waited),
                wait: of_mode.wait,
                wait_p95: of_mode.wait_p95,
                machines: class
                    .kinds
                    .iter()
                    .map(|kind| &figures.machines[*kind])
                    .map(|kind| KindFigures { kind: kind.kind.clone(), busy: kind.utilization })
                    .collect(),
            })
            .collect();
        modes.sort_by(|one, other| other.part.total_cmp(&one.part));
        let limits = study.plan().stages.iter().zip(&paths.turns).filter(|(_, waited)| **waited > 0);
        let mut limits: Vec<LimitFigures> = limits
            .filter_map(|(stage, waited)| {
                let (stage, parallel) = (stage.name.to_string(), stage.slots()?);
                Some(LimitFigures { stage, parallel, part: part(*waited) })
            })
            .collect();
        limits.sort_by(|one, other| other.part.total_cmp(&one.part));
        Advice {
            schema: SCHEMA,
            pipeline: study.plan().pipeline.to_string(),
            cluster: study.name().to_owned(),
            policy: policy.name.clone(),
            seed: study.seed(),
            seeds,
            weeks: self.weeks.len() as u64,
            length: Duration(study.length()).as_seconds(),
            fixed: fixed.as_seconds(),
            runs: paths.runs.len(),
            unended: itself.unended,
            duration,
            duration_p50: Duration(quantile(&durations, 0.5)).as_seconds(),
            duration_p95: itself.duration_p95,
            cost: figures.cost,
            before: part(paths.before),
            path: self.path(part),
            limits,
            modes,
            tried: Vec::new(),
            steps: Vec::new(),
            left_out: 0,
            untried: Vec::new(),
            interrupted: false,
        }
    }

    fn path(&self, part: impl Fn(i64) -> f64) -> Vec<PathFigures> {
        let plan = self.study.plan();
        let mut rows: Vec<PathFigures> = Vec::new();
        let runs = self.paths.runs.len().max(1) as f64;
        for ((stage, substage), spent) in plan.substages().zip(&self.paths.substages) {
            let path = format!("{}/{}", stage.name, substage.unit());
            // Shards stand together.
            if rows.last().is_none_or(|last| last.path != path) {
                rows.push(PathFigures { path, ..PathFigures::default() });
            }
            let Some(row) = rows.last_mut() else { continue };
            let Spent { locks, machine, runs: ran, retries, paths } = *spent;
            row.part += part(spent.sum());
            row.waits += part(machine);
            row.locks += part(locks);
            row.runs += part(ran);
            row.retries += part(retries);
            row.paths += paths as f64 / runs;
        }
        rows.retain(|row| row.paths > 0.0);
        rows.sort_by(|one, other| other.part.total_cmp(&one.part));
        rows
    }
}

/// In the order in which they arrive.
fn mean_of_runs(paths: &Paths) -> Mean {
    let mut runs = paths.runs.clone();
    runs.sort_unstable();
    let sure = mean(&runs.iter().map(|(_, duration)| Duration(*duration).as_seconds()).collect::<Vec<f64>>());
    // Of whole milliseconds, so that it is the same to the last bit wherever the same runs are compared.
    Mean { mean: Duration(paths.total()).as_seconds() / runs.len().max(1) as f64, ..sure }
}
