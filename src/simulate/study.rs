//! A load on a cluster, ready to be played under any policy with any seed.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use super::alike::{Alike, alike};
use super::cluster::Cluster;
use super::explain::{self, Explained, Explanation, Scene};
use super::kernel::simulate_watched;
use super::load::{Load, MOST_RUNS};
use super::offer::{MOST_EXECUTORS, offered};
use super::path::Paths;
use super::picture::{self, Pictures};
use super::policy::Policy;
use super::reel::Reel;
use super::report::{Document, Figures, SCHEMA};
use super::runs::Runs;
use super::together::Together;
use super::trace::{Mapping, Replay, Trace, TraceFigures, TraceSource, collect};
use super::{week, weeks};
use crate::base::Duration;
use crate::diag::nearest;
use crate::plan::{self, Plan};

/// Most builds of one simulation.
const MOST_BUILDS: usize = 20_000_000;
/// Milliseconds that a simulation goes on after the last run arrived.
const DRAIN: i64 = 30 * 86_400_000;

/// What is the same for all policies and seeds. It can be shared between threads; a week depends on nothing else.
pub struct Study<'p> {
    plan: &'p Plan,
    name: String,
    cluster: Cluster,
    /// Of each substage, in the plan's order.
    classes: Vec<u32>,
    load: Load,
    mapping: Mapping,
    trace: Option<Arc<Trace>>,
    /// See [`Alike`].
    draws: Option<Vec<Vec<u32>>>,
}

/// One week under one policy.
#[derive(Clone, Debug)]
pub struct Week {
    runs: usize,
    figures: Figures,
    is_cut: bool,
    reel: Option<Reel>,
    paths: Option<Paths>,
}

/// What is kept of a week beside its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Nothing,
    Reel,
    Paths,
}

impl Week {
    /// What was filmed of it.
    pub fn take_reel(&mut self) -> Option<Reel> {
        self.reel.take()
    }

    /// Where the time of its runs went, where that was kept.
    pub fn paths(&self) -> Option<&Paths> {
        self.paths.as_ref()
    }

    /// Whether it was stopped before it was over.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }
}

impl<'p> Study<'p> {
    /// The error says why it cannot be.
    pub fn new(plan: &'p Plan, from: &plan::Cluster, load: Load) -> Result<Self, String> {
        let Some((mut cluster, classes)) = offered(plan, from) else {
            return Err(format!(
                "the cluster `{}` may have more than {MOST_EXECUTORS} executors: give its clouds a smaller `max`",
                from.name
            ));
        };
        cluster.controller = load.controller.clone();
        let mapping = mapping(plan, &cluster, &classes, load.trace.as_ref())?;
        Ok(Self { plan, name: from.name.to_string(), cluster, classes, load, mapping, trace: None, draws: None })
    }

    /// The log that the load names, which is to be read before anything is played.
    pub fn log(&self) -> Option<&TraceSource> {
        self.load.trace.as_ref()
    }

    /// Reads that log: what became of its rows. The error says why it cannot be played.
    pub fn read_log(&mut self, input: &mut dyn BufRead) -> Result<&TraceFigures, String> {
        let Some(source) = &self.load.trace else { return Err("the load names no log".to_owned()) };
        let trace = collect(source, &self.mapping, self.load.length.map(|length| length.0), input)?;
        Ok(&self.trace.insert(Arc::new(trace)).figures)
    }

    /// The same load, with the log that was read, on a cluster that offers the same in other numbers. The error says why it cannot be.
    pub fn resized(&self, from: &plan::Cluster) -> Result<Self, String> {
        Ok(Self { trace: self.trace.clone(), ..Self::new(self.plan, from, self.load.clone())? })
    }

    /// The same load for a plan and a cluster that differ in numbers of shards, slots or machines. Where there are more or fewer shards,
    /// each needs `fixed` anyway, and the rest is divided evenly. The error says why it cannot be.
    pub fn changed<'q>(&self, plan: &'q Plan, from: &plan::Cluster, fixed: Duration) -> Result<Study<'q>, String> {
        let Some(Alike { odds, draws }) = alike(self.plan, &self.load.odds, plan, fixed) else {
            return Err("other substages come of it".to_owned());
        };
        let study = Study::new(plan, from, Load { odds, ..self.load.clone() })?;
        Ok(Study { trace: self.trace.clone(), draws: Some(draws), ..study })
    }

    pub(super) fn plan(&self) -> &'p Plan {
        self.plan
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn seed(&self) -> u64 {
        self.load.seed
    }

    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Of each substage, in the plan's order.
    pub(super) fn classes(&self) -> &[u32] {
        &self.classes
    }

    /// Milliseconds for which something arrives.
    pub(super) fn length(&self) -> i64 {
        let trace = || self.trace.as_ref().map_or(0, |trace| trace.length());
        self.load.length.map_or_else(trace, |length| length.0)
    }

    /// Plays the week of a seed, counted from the load's. `goes_on` is told how much of the week is over, from 0 to 1, and says whether
    /// to go on.
    pub fn play(&self, policy: &Policy, number: u64, goes_on: &dyn Fn(f64) -> bool) -> Result<Week, String> {
        self.played(policy, number, Keep::Nothing, goes_on)
    }

    /// The same, and keeps it whole.
    pub fn film(&self, policy: &Policy, number: u64, goes_on: &dyn Fn(f64) -> bool) -> Result<Week, String> {
        self.played(policy, number, Keep::Reel, goes_on)
    }

    /// The same, and keeps where the time of its runs went.
    pub fn follow(&self, policy: &Policy, number: u64, goes_on: &dyn Fn(f64) -> bool) -> Result<Week, String> {
        self.played(policy, number, Keep::Paths, goes_on)
    }

    fn played(&self, policy: &Policy, number: u64, keep: Keep, goes_on: &dyn Fn(f64) -> bool) -> Result<Week, String> {
        let is_filmed = keep == Keep::Reel;
        let Self { plan, cluster, classes, load, .. } = self;
        let (seed, predicts) = (load.seed.wrapping_add(number), policy.settings.predicts);
        let Some(mut runs) = Runs::new(plan, cluster, classes, self.draws.as_deref(), load, predicts, seed) else {
            return Err(format!("more than {MOST_RUNS} runs arrive: shorten the load, or lower its rates"));
        };
        if runs.builds() > MOST_BUILDS {
            return Err(format!("the runs that arrive have {} builds, more than {MOST_BUILDS}: shorten the load", runs.builds()));
        }
        let count = runs.total();
        let replay = self.trace.as_ref().map(|trace| Replay::new(trace, load, predicts, seed));
        runs.asked = is_filmed.then(Vec::new);
        runs.paths = (keep == Keep::Paths).then(|| Paths::new(plan));
        let mut work = Together::new(runs, replay);
        let length = self.length();
        let last = work.replay.iter().flat_map(|replay| replay.arrivals()).last().unwrap_or(0);
        let until = length.max(last).saturating_add(DRAIN);
        let mut goes_on = |now: i64| goes_on((now as f64 / length.max(1) as f64).min(1.0));
        let tally = simulate_watched(cluster, policy, &mut work, until, is_filmed, &mut goes_on);
        let figures = week::figures(policy, cluster, load, &mut work, &tally);
        let is_cut = tally.is_cut;
        let reel = is_filmed.then(|| Reel::new(policy, tally, &mut work));
        let paths = work.runs.paths.take();
        Ok(Week { runs: count, figures, is_cut, reel, paths })
    }

    /// Pictures of the same week under several policies.
    pub fn pictures(&self, reels: &[Reel]) -> Pictures {
        picture::of(self.plan, &self.cluster, &self.load, reels)
    }

    /// Why one build waited in the same week under several policies. The error says that there is no such build.
    pub fn explain(&self, build: &str, reels: &[Reel]) -> Result<Explanation, String> {
        let Self { plan, cluster, load, .. } = self;
        let scenes = || reels.iter().map(|reel| Scene { plan, cluster, load, reel });
        let policies: Vec<Explained> = scenes().map(|scene| scene.explained(build)).collect();
        if let (Some(scene), true) = (scenes().next(), policies.iter().all(|one| one.attempts.is_empty())) {
            return Err(scene.unknown(build));
        }
        Ok(Explanation {
            schema: explain::SCHEMA,
            pipeline: self.plan.pipeline.to_string(),
            cluster: self.name.clone(),
            seed: self.load.seed,
            build: build.to_owned(),
            policies,
        })
    }

    /// What the weeks of each policy say together. Where some were played to their end, others do not count.
    pub fn document(&self, seeds: u64, played: Vec<Vec<Week>>) -> Document {
        let interrupted = played.iter().any(|weeks| weeks.len() as u64 != seeds || weeks.iter().any(|week| week.is_cut));
        let mut runs = 0;
        let policies = played.into_iter().filter(|weeks| !weeks.is_empty()).map(|mut weeks| {
            if weeks.iter().any(|week| !week.is_cut) {
                weeks.retain(|week| !week.is_cut);
            } else {
                weeks.truncate(1);
            }
            runs = runs.max(weeks.iter().map(|week| week.runs).sum());
            weeks::together(weeks.into_iter().map(|week| week.figures).collect())
        });
        let policies = policies.collect();
        let classes = self.cluster.classes.iter();
        Document {
            schema: SCHEMA,
            pipeline: self.plan.pipeline.to_string(),
            cluster: self.name.clone(),
            seed: self.load.seed,
            seeds,
            length: Duration(self.length()).as_seconds(),
            runs,
            trace: self.trace.as_ref().map(|trace| trace.figures.clone()),
            not_offered: classes.filter(|class| class.kinds.is_empty()).map(|class| class.name.clone()).collect(),
            interrupted,
            policies,
        }
    }
}

/// What jobs of a log are in the cluster.
fn mapping(plan: &Plan, cluster: &Cluster, classes: &[u32], source: Option<&TraceSource>) -> Result<Mapping, String> {
    let Some(source) = source else { return Ok(Mapping::default()) };
    let modes: HashMap<String, u32> = (0..).zip(&cluster.classes).map(|(number, class)| (class.name.clone(), number)).collect();
    let class = |mode: &String| {
        modes.get(mode).copied().ok_or_else(|| {
            let names = || cluster.classes.iter().map(|class| class.name.as_str());
            let help = match nearest(mode, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            };
            format!(
                "`trace` of the load is wrong: no substage of the pipeline has the hardware mode `{}`; {help}",
                mode.escape_debug()
            )
        })
    };
    let queues: Result<HashMap<String, u32>, String> =
        source.modes.iter().map(|(queue, mode)| Ok((queue.clone(), class(mode)?))).collect();
    // Where there is one mode only, nothing has to be said.
    let only = (cluster.classes.len() == 1).then_some(0);
    let paths = plan.places().map(|at| plan.path(at).to_string());
    Ok(Mapping {
        all: source.mode.as_ref().map(class).transpose()?.or(only),
        gpu: source.gpu_mode.as_ref().map(class).transpose()?,
        queues: queues?,
        substages: paths.zip(classes.iter().copied()).collect(),
        labels: cluster.classes.iter().map(|class| cluster.labels[class.label].clone()).collect(),
        per_executor: source.per_executor,
        modes,
    })
}
