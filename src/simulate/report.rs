//! One load under several policies: the document `o11n/simulation/1`.

use schemars::JsonSchema;
use serde::Serialize;

use super::cluster::Cluster;
use super::kernel::{Record, Tally, simulate};
use super::load::{Load, MOST_RUNS};
use super::locks::Lock;
use super::metrics::{Mean, mean, quantile};
use super::offer::{MOST_EXECUTORS, offered};
use super::policy::Policy;
use super::runs::{Group, Runs};
use crate::machine::Outcome;
use crate::plan::{self, Plan};

/// The schema's name and version, first in every serialised document.
pub const SCHEMA: &str = "o11n/simulation/1";

/// Most builds of one simulation.
const MOST_BUILDS: usize = 20_000_000;
/// Milliseconds that a simulation goes on after the last run arrived.
const DRAIN: i64 = 30 * 86_400_000;
/// Shorter builds count as this long in slowdowns, in milliseconds.
const SHORT: i64 = 10_000;
const HOUR: f64 = 3_600_000.0;

/// A comparison. Times are in seconds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// Always `o11n/simulation/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub cluster: String,
    /// The load's.
    pub seed: u64,
    /// For how long runs arrive.
    pub length: f64,
    /// How many arrive.
    pub runs: usize,
    /// Hardware modes that this cluster does not offer: what asks for them never starts.
    pub not_offered: Vec<String>,
    pub policies: Vec<Figures>,
}

/// What one policy makes of the load.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Figures {
    pub policy: String,
    pub groups: Vec<GroupFigures>,
    pub runs: Vec<RunFigures>,
    /// Builds withdrawn before they started: their run was aborted, or out of time.
    pub withdrawn: u64,
    /// Builds that never started, and builds that had not ended, when nothing could go on any more.
    pub unstarted: u64,
    pub unended: u64,
    /// When it was all over.
    pub until: f64,
    /// Busy executors' time as a part of all executors' that were there.
    pub utilization: f64,
    pub cost: f64,
    pub clouds: Vec<CloudFigures>,
    pub labels: Vec<LabelFigures>,
    /// All that the pipeline has.
    pub locks: Vec<LockFigures>,
}

/// Builds of a group: all, small, big or urgent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GroupFigures {
    pub group: &'static str,
    pub builds: usize,
    /// From the moment at which it was asked for to its start.
    pub wait: Mean,
    pub wait_p50: f64,
    pub wait_p95: f64,
    pub wait_p99: f64,
    pub wait_longest: f64,
    /// (Wait + duration) / duration; at least 1, durations below 10 s count as 10 s.
    pub slowdown: Mean,
}

/// Runs of one source of the load, of those that are over.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunFigures {
    pub source: String,
    pub ended: usize,
    pub failed: usize,
    /// Not among those: runs that were taken for one that waited already.
    pub folded: u64,
    /// From its arrival to its end.
    pub duration_p50: f64,
    pub duration_p95: f64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CloudFigures {
    pub cloud: String,
    pub machines: u64,
    /// Machines that never had a build.
    pub unused: u64,
    /// Machine-hours that were paid for.
    pub hours: f64,
    pub cost: f64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LabelFigures {
    /// Empty: no label.
    pub label: String,
    /// The longest time in which a build waited, no executor was free or on its way, and a cloud had room for one.
    pub starved: f64,
}

/// A lock that runs share. Who waits for it is not in the queue yet, so that no other figure of waiting has it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LockFigures {
    pub lock: String,
    /// How often a substage got it.
    pub holders: usize,
    /// The part of the time in which it was held.
    pub held: f64,
    /// From the moment at which a substage could run to that at which it had all its locks.
    pub wait_p50: f64,
    pub wait_p95: f64,
    pub wait_longest: f64,
}

/// Simulates a load of a plan's runs on a cluster under each policy. The error says why it cannot be.
pub fn compare(plan: &Plan, from: &plan::Cluster, load: &Load, policies: &[Policy]) -> Result<Document, String> {
    let Some((cluster, classes)) = offered(plan, from) else {
        return Err(format!(
            "the cluster `{}` may have more than {MOST_EXECUTORS} executors: give its clouds a smaller `max`",
            from.name
        ));
    };
    let mut document = Document {
        schema: SCHEMA,
        pipeline: plan.pipeline.to_string(),
        cluster: from.name.to_string(),
        seed: load.seed,
        length: load.length.as_seconds(),
        runs: 0,
        not_offered: cluster.classes.iter().filter(|class| class.kinds.is_empty()).map(|class| class.name.clone()).collect(),
        policies: Vec::new(),
    };
    for policy in policies {
        let Some(mut runs) = Runs::new(plan, &cluster, &classes, load) else {
            return Err(format!("more than {MOST_RUNS} runs arrive: shorten the load, or lower its rates"));
        };
        if runs.builds() > MOST_BUILDS {
            return Err(format!("the runs that arrive have {} builds, more than {MOST_BUILDS}: shorten the load", runs.builds()));
        }
        document.runs = runs.total();
        let tally = simulate(&cluster, policy, &mut runs, load.length.0.saturating_add(DRAIN));
        document.policies.push(figures(policy, &cluster, load, &mut runs, &tally));
    }
    Ok(document)
}

fn figures(policy: &Policy, cluster: &Cluster, load: &Load, runs: &mut Runs<'_>, tally: &Tally) -> Figures {
    let standing = cluster.kinds.iter().filter(|kind| kind.cloud.is_none());
    let standing: i64 = standing.map(|kind| i64::from(kind.count) * i64::from(kind.executors)).sum();
    let there = standing as f64 * tally.until as f64 + tally.paid.iter().sum::<i64>() as f64;
    let busy: f64 = tally.records.iter().map(|record| (record.ended - record.started) as f64 * f64::from(record.width)).sum();
    let clouds: Vec<CloudFigures> = cluster
        .clouds
        .iter()
        .zip(&tally.clouds)
        .map(|(cloud, counted)| {
            let hours = counted.time as f64 / HOUR;
            let cost = hours * cloud.price;
            CloudFigures { cloud: cloud.name.clone(), machines: counted.machines, unused: counted.unused, hours, cost }
        })
        .collect();
    let labels = cluster.labels.iter().zip(&tally.starved);
    let mut groups = vec![group("all", tally.records.iter())];
    groups.extend(Group::ALL.map(|group| self::group(group.word(), of(tally, group))));
    Figures {
        policy: policy.name.clone(),
        groups,
        runs: (0..).zip(&load.sources).map(|(at, source)| run_figures(&source.name, at, runs)).collect(),
        withdrawn: tally.withdrawn,
        unstarted: tally.unstarted,
        unended: tally.unended,
        until: seconds(tally.until),
        utilization: if there > 0.0 { busy / there } else { 0.0 },
        cost: clouds.iter().map(|cloud| cloud.cost).fold(0.0, |sum, cost| sum + cost),
        clouds,
        labels: labels.map(|(label, starved)| LabelFigures { label: label.clone(), starved: seconds(*starved) }).collect(),
        locks: runs.locks.all(tally.until).map(|lock| lock_figures(lock, tally.until)).collect(),
    }
}

fn lock_figures(lock: &Lock, until: i64) -> LockFigures {
    let mut waits = lock.waits.clone();
    waits.sort_unstable();
    let held = if until > 0 { lock.held as f64 / until as f64 } else { 0.0 };
    let [wait_p50, wait_p95, wait_longest] = [0.5, 0.95, 1.0].map(|share| seconds(quantile(&waits, share)));
    LockFigures { lock: lock.name.clone(), holders: waits.len(), held, wait_p50, wait_p95, wait_longest }
}

fn of(tally: &Tally, group: Group) -> impl Iterator<Item = &Record> {
    tally.records.iter().filter(move |record| record.group == group as u16)
}

fn group<'t>(name: &'static str, records: impl Iterator<Item = &'t Record>) -> GroupFigures {
    let (mut waits, mut slowdowns) = (Vec::new(), Vec::new());
    for record in records {
        let (wait, takes) = (record.started - record.submitted, record.ended - record.started);
        waits.push(wait);
        slowdowns.push(((wait + takes) as f64 / takes.max(SHORT) as f64).max(1.0));
    }
    let in_order: Vec<f64> = waits.iter().map(|wait| seconds(*wait)).collect();
    waits.sort_unstable();
    GroupFigures {
        group: name,
        builds: waits.len(),
        wait: mean(&in_order),
        wait_p50: seconds(quantile(&waits, 0.5)),
        wait_p95: seconds(quantile(&waits, 0.95)),
        wait_p99: seconds(quantile(&waits, 0.99)),
        wait_longest: seconds(quantile(&waits, 1.0)),
        slowdown: mean(&slowdowns),
    }
}

fn run_figures(source: &str, at: u16, runs: &Runs<'_>) -> RunFigures {
    let over = || runs.over.iter().filter(|run| run.source == at);
    let mut durations: Vec<i64> = over().map(|run| run.ended - run.submitted).collect();
    durations.sort_unstable();
    RunFigures {
        source: source.to_owned(),
        ended: durations.len(),
        failed: over().filter(|run| run.outcome == Outcome::Failed).count(),
        folded: runs.folded[at as usize],
        duration_p50: seconds(quantile(&durations, 0.5)),
        duration_p95: seconds(quantile(&durations, 0.95)),
    }
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}
