//! A load on a cluster, ready to be played under any policy with any seed.

use super::cluster::Cluster;
use super::kernel::simulate_watched;
use super::load::{Load, MOST_RUNS};
use super::offer::{MOST_EXECUTORS, offered};
use super::policy::Policy;
use super::report::{Document, Figures, SCHEMA};
use super::runs::Runs;
use super::{week, weeks};
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
}

/// One week under one policy.
#[derive(Clone, Debug)]
pub struct Week {
    runs: usize,
    figures: Figures,
    is_cut: bool,
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
        Ok(Self { plan, name: from.name.to_string(), cluster, classes, load })
    }

    /// Plays the week of a seed, counted from the load's. `goes_on` is told how much of the week is over, from 0 to 1, and says whether
    /// to go on.
    pub fn play(&self, policy: &Policy, number: u64, goes_on: &dyn Fn(f64) -> bool) -> Result<Week, String> {
        let Self { plan, cluster, classes, load, .. } = self;
        let seed = load.seed.wrapping_add(number);
        let Some(mut runs) = Runs::new(plan, cluster, classes, load, seed) else {
            return Err(format!("more than {MOST_RUNS} runs arrive: shorten the load, or lower its rates"));
        };
        if runs.builds() > MOST_BUILDS {
            return Err(format!("the runs that arrive have {} builds, more than {MOST_BUILDS}: shorten the load", runs.builds()));
        }
        let length = load.length.0;
        let until = length.saturating_add(DRAIN);
        let mut goes_on = |now: i64| goes_on((now as f64 / length.max(1) as f64).min(1.0));
        let tally = simulate_watched(cluster, policy, &mut runs, until, &mut goes_on);
        let figures = week::figures(policy, cluster, load, &mut runs, &tally);
        Ok(Week { runs: runs.total(), figures, is_cut: tally.is_cut })
    }

    /// What the weeks of each policy say together. Where some were played to their end, others do not count.
    pub fn document(&self, seeds: u64, played: Vec<Vec<Week>>) -> Document {
        let runs = played.iter().map(|weeks| weeks.iter().map(|week| week.runs).sum()).max().unwrap_or(0);
        let interrupted = played.iter().any(|weeks| weeks.len() as u64 != seeds || weeks.iter().any(|week| week.is_cut));
        let policies = played.into_iter().filter(|weeks| !weeks.is_empty()).map(|mut weeks| {
            if weeks.iter().any(|week| !week.is_cut) {
                weeks.retain(|week| !week.is_cut);
            } else {
                weeks.truncate(1);
            }
            weeks::together(weeks.into_iter().map(|week| week.figures).collect())
        });
        let classes = self.cluster.classes.iter();
        Document {
            schema: SCHEMA,
            pipeline: self.plan.pipeline.to_string(),
            cluster: self.name.clone(),
            seed: self.load.seed,
            seeds,
            length: self.load.length.as_seconds(),
            runs,
            not_offered: classes.filter(|class| class.kinds.is_empty()).map(|class| class.name.clone()).collect(),
            interrupted,
            policies: policies.collect(),
        }
    }
}
