//! The figures of one week under one policy.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::kernel::{CloudTally, KindTally, Record, Tally};
use super::load::Load;
use super::locks::Lock;
use super::metrics::{jain, mean, quantile};
use super::policy::Policy;
use super::report::{CloudFigures, Fairness, Figures, GroupFigures, LabelFigures, LockFigures, MachineFigures, RunFigures};
use super::runs::{Group, RunRecord};
use super::together::Together;
use super::trace::TRACE;
use crate::machine::Outcome;

/// Shorter builds count as this long in slowdowns, in milliseconds.
const SHORT: i64 = 10_000;
const HOUR: f64 = 3_600_000.0;

pub(super) fn figures(policy: &Policy, cluster: &Cluster, load: &Load, work: &mut Together<'_>, tally: &Tally) -> Figures {
    let records = &tally.records;
    let mut groups = vec![group("all", records.iter())];
    groups.extend(Group::ALL.map(|group| self::group(group.word(), records.iter().filter(move |one| one.group == group as u16))));
    let modes = (0..).zip(&cluster.classes);
    let modes = modes.map(|(at, class)| group(&class.name, records.iter().filter(move |record| record.class == at)));
    let clouds = clouds(cluster, tally);
    let sum = |kinds: &mut dyn Iterator<Item = &KindTally>, part: fn(&KindTally) -> i64| kinds.map(part).sum::<i64>() as f64;
    let (busy, there) = (|kind: &KindTally| kind.busy, |kind: &KindTally| kind.there);
    let started = || tally.kinds.iter().zip(&cluster.kinds).filter(|(_, kind)| kind.cloud.is_some()).map(|(counted, _)| counted);
    let first = records.iter().map(|record| record.submitted).min().unwrap_or(0);
    let last = records.iter().map(|record| record.ended).max().unwrap_or(0);
    let labels = cluster.labels.iter().zip(&tally.starved);
    Figures {
        policy: policy.name.clone(),
        weeks: 1,
        groups,
        modes: modes.collect(),
        runs: run_figures(load, work),
        withdrawn: tally.withdrawn,
        out_of_time: work.runs.out_of_time,
        stopped: tally.stopped,
        unstarted: tally.unstarted,
        unended: tally.unended,
        until: seconds(tally.until),
        makespan: seconds(last - first),
        utilization: part(sum(&mut tally.kinds.iter(), busy), sum(&mut tally.kinds.iter(), there)),
        wasted: (!clouds.is_empty()).then(|| {
            let paid = sum(&mut started(), there);
            part(paid - sum(&mut started(), busy), paid)
        }),
        cost: clouds.iter().map(|cloud| cloud.cost).fold(0.0, |sum, cost| sum + cost),
        cost_half_width: None,
        fairness: fairness(records),
        machines: tally.kinds.iter().zip(&cluster.kinds).map(|(counted, kind)| machines(&kind.name, counted)).collect(),
        clouds,
        labels: labels.map(|(label, starved)| LabelFigures { label: label.clone(), starved: seconds(*starved) }).collect(),
        locks: work.runs.locks.all(tally.until).map(|lock| lock_figures(lock, tally.until)).collect(),
    }
}

fn lock_figures(lock: &Lock, until: i64) -> LockFigures {
    let mut waits = lock.waits.clone();
    waits.sort_unstable();
    let [wait_p50, wait_p95, wait_longest] = [0.5, 0.95, 1.0].map(|share| seconds(quantile(&waits, share)));
    let held = part(lock.held as f64, until as f64);
    LockFigures { lock: lock.name.clone(), holders: waits.len(), held, wait_p50, wait_p95, wait_longest }
}

fn clouds(cluster: &Cluster, tally: &Tally) -> Vec<CloudFigures> {
    let clouds = cluster.clouds.iter().zip(&tally.clouds);
    let figures = clouds.map(|(cloud, counted)| {
        let hours = counted.time as f64 / HOUR;
        let cost = hours * cloud.price;
        let CloudTally { machines, unused, failed, .. } = *counted;
        CloudFigures { cloud: cloud.name.clone(), machines, unused, failed, hours, cost }
    });
    figures.collect()
}

fn machines(kind: &str, counted: &KindTally) -> MachineFigures {
    let [hours, starting, busy] = [counted.there, counted.starting, counted.busy].map(|time| time as f64 / HOUR);
    MachineFigures { kind: kind.to_owned(), hours, starting, busy, utilization: part(busy, hours) }
}

fn group<'t>(name: &str, records: impl Iterator<Item = &'t Record>) -> GroupFigures {
    let (mut waits, mut slowdowns) = (Vec::new(), Vec::new());
    let (mut quiet, mut buildable, mut provisioning) = (0, 0, 0);
    for record in records {
        waits.push(record.wait());
        slowdowns.push(slowdown(record));
        quiet += record.buildable - record.submitted;
        buildable += record.started - record.buildable - record.provisioning;
        provisioning += record.provisioning;
    }
    let in_order: Vec<f64> = waits.iter().map(|wait| seconds(*wait)).collect();
    waits.sort_unstable();
    let of_each = |sum: i64| seconds(sum) / waits.len().max(1) as f64;
    GroupFigures {
        group: name.to_owned(),
        builds: waits.len(),
        wait: mean(&in_order),
        wait_quiet: of_each(quiet),
        wait_buildable: of_each(buildable),
        wait_provisioning: of_each(provisioning),
        wait_p50: seconds(quantile(&waits, 0.5)),
        wait_p95: seconds(quantile(&waits, 0.95)),
        wait_p99: seconds(quantile(&waits, 0.99)),
        wait_p95_half_width: None,
        wait_longest: seconds(quantile(&waits, 1.0)),
        slowdown: mean(&slowdowns),
    }
}

fn slowdown(record: &Record) -> f64 {
    let (wait, takes) = (record.wait(), record.ended - record.started);
    ((wait + takes) as f64 / takes.max(SHORT) as f64).max(1.0)
}

fn fairness(records: &[Record]) -> Fairness {
    // In order, so that sums come out alike each time.
    let mut users: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
    for record in records {
        let (service, slow, builds) = users.entry(record.user).or_default();
        *service += seconds(record.ended - record.started) * f64::from(record.width);
        *slow += slowdown(record);
        *builds += 1.0;
    }
    let services: Vec<f64> = users.values().map(|(service, ..)| *service).collect();
    let slowdowns: Vec<f64> = users.values().map(|(_, slow, builds)| slow / builds).collect();
    Fairness { users: users.len(), service: jain(&services), slowdown: jain(&slowdowns) }
}

/// Runs of one source.
struct Arrived<'r> {
    source: &'r str,
    over: Vec<&'r RunRecord>,
    folded: u64,
    lost: u64,
    /// All that arrived, those included.
    count: usize,
}

/// The runs of each source, and the jobs of the log.
fn run_figures(load: &Load, work: &Together<'_>) -> Vec<RunFigures> {
    let runs = &work.runs;
    let mut figures: Vec<RunFigures> = (0..)
        .zip(&load.sources)
        .map(|(at, source)| {
            let over = runs.over.iter().filter(|run| run.source == at).collect();
            let (folded, lost) = (runs.folded[at as usize], runs.lost[at as usize]);
            run_figures_of(&Arrived { source: &source.name, over, folded, lost, count: runs.of_source(at) })
        })
        .collect();
    figures.extend(work.replay.as_ref().map(|replay| {
        let over = replay.over.iter().collect();
        run_figures_of(&Arrived { source: TRACE, over, folded: 0, lost: 0, count: replay.total() })
    }));
    figures
}

fn run_figures_of(arrived: &Arrived<'_>) -> RunFigures {
    let Arrived { source, over, folded, lost, count } = arrived;
    let mut durations: Vec<i64> = over.iter().map(|run| run.ended - run.submitted).collect();
    let in_order: Vec<f64> = durations.iter().map(|duration| seconds(*duration)).collect();
    durations.sort_unstable();
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| seconds(quantile(&durations, share)));
    RunFigures {
        source: (*source).to_owned(),
        ended: durations.len(),
        failed: over.iter().filter(|run| run.outcome == Outcome::Failed).count(),
        folded: *folded,
        lost: *lost,
        unended: count - durations.len() - (folded + lost) as usize,
        duration: mean(&in_order),
        duration_p50: p50,
        duration_p95: p95,
        duration_p99: p99,
    }
}

/// A part of a whole, 0 where there is none.
fn part(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}
