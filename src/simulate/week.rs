//! The figures of one week under one policy.

use std::collections::BTreeMap;

use super::cluster::{Cluster, Kind, Resources};
use super::gap::gap;
use super::kernel::{CloudTally, KindTally, Noticed, Record, Tally};
use super::load::Load;
use super::locks::Lock;
use super::metrics::{jain, mean, quantile};
use super::policy::Policy;
use super::report::{
    CloudFigures, Fairness, Figures, GroupFigures, LabelFigures, LockFigures, MachineFigures, ResourceFigures, RunFigures,
};
use super::runs::{Group, RunRecord};
use super::together::Together;
use super::trace::TRACE;
use crate::machine::Outcome;

/// Shorter builds count as this long in slowdowns, in milliseconds.
const SHORT: i64 = 10_000;
const HOUR: f64 = 3_600_000.0;

pub(super) fn figures(policy: &Policy, cluster: &Cluster, load: &Load, work: &mut Together<'_>, tally: &Tally) -> Figures {
    let records = &tally.records;
    let group = |name: &str, is_in: &dyn Fn(u16, u16) -> bool| {
        let out_of_time = work.runs.out_of_time.iter().filter(|(group, class)| is_in(*group, *class)).count();
        let records = records.iter().filter(|record| is_in(record.group, record.class));
        GroupFigures { out_of_time, ..self::group(name, records) }
    };
    let mut groups = vec![group("all", &|_, _| true)];
    groups.extend(Group::ALL.map(|one| group(one.word(), &|group, _| group == one as u16)));
    let modes = (0..).zip(&cluster.classes);
    let modes = modes.map(|(at, class)| group(&class.name, &|_, class| class == at)).collect();
    let clouds = clouds(cluster, tally);
    let sum = |kinds: &mut dyn Iterator<Item = &KindTally>, part: fn(&KindTally) -> i64| kinds.map(part).sum::<i64>() as f64;
    let (busy, there) = (KindTally::all_busy, |kind: &KindTally| kind.there);
    let all = |part: fn(&KindTally) -> i64| sum(&mut tally.kinds.iter(), part);
    let defined: i64 = tally.kinds.iter().zip(&cluster.kinds).map(|(counted, kind)| defined(kind, counted, tally.until)).sum();
    let started = || tally.kinds.iter().zip(&cluster.kinds).filter(|(_, kind)| kind.cloud.is_some()).map(|(counted, _)| counted);
    let first = records.iter().map(|record| record.submitted).min().unwrap_or(0);
    let last = records.iter().map(|record| record.ended).max().unwrap_or(0);
    let labels = cluster.labels.iter().zip(&tally.starved);
    Figures {
        policy: policy.name.clone(),
        weeks: 1,
        groups,
        modes,
        runs: run_figures(load, work, tally),
        withdrawn: tally.withdrawn,
        stopped: tally.stopped.len() as u64,
        unstarted: tally.unstarted,
        unended: tally.unended,
        too_wide: tally.too_wide,
        until: seconds(tally.until),
        makespan: seconds(last - first),
        utilization: part(all(busy), all(there)),
        utilization_online: part(all(busy), all(|kind| kind.there - kind.starting)),
        utilization_defined: part(all(busy), defined as f64),
        resources: resources(cluster, tally.kinds.iter().zip(&cluster.kinds)),
        wasted: (!clouds.is_empty()).then(|| {
            let paid = sum(&mut started(), there);
            part(paid - sum(&mut started(), busy), paid)
        }),
        cost: clouds.iter().map(|cloud| cloud.cost).fold(0.0, |sum, cost| sum + cost),
        cost_half_width: None,
        fairness: fairness(cluster, tally),
        machines: tally.kinds.iter().zip(&cluster.kinds).map(|(counted, kind)| machines(cluster, kind, counted)).collect(),
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

fn machines(cluster: &Cluster, kind: &Kind, counted: &KindTally) -> MachineFigures {
    let [hours, starting, busy] = [counted.there, counted.starting, counted.all_busy()].map(|time| time as f64 / HOUR);
    let ResourceFigures { cpu, memory, gpu } = resources(cluster, [(counted, kind)].into_iter());
    MachineFigures { kind: kind.name.clone(), hours, starting, busy, utilization: part(busy, hours), cpu, memory, gpu }
}

/// Milliseconds of executors that Jenkins knows of, be they on or off.
fn defined(kind: &Kind, counted: &KindTally, until: i64) -> i64 {
    if kind.demand.is_some() { until * i64::from(kind.count) * i64::from(kind.executors) } else { counted.there }
}

/// What was asked for of these kinds, as parts of what they have. A cloud's machines are made for what is asked for.
fn resources<'k>(cluster: &Cluster, kinds: impl Iterator<Item = (&'k KindTally, &'k Kind)>) -> ResourceFigures {
    let (mut asked, mut had) = ([0.0; 3], [0.0; 3]);
    for (counted, kind) in kinds.filter(|(_, kind)| kind.cloud.is_none()) {
        let has = amounts(&kind.has);
        for at in (0..has.len()).filter(|at| has[*at] > 0.0) {
            let of_class = cluster.classes.iter().zip(&counted.busy).map(|(class, time)| amounts(&class.asks)[at] * *time as f64);
            asked[at] += of_class.sum::<f64>();
            had[at] += has[at] * counted.there as f64 / f64::from(kind.executors.max(1));
        }
    }
    let [cpu, memory, gpu] = std::array::from_fn(|at| (had[at] > 0.0).then(|| asked[at] / had[at]));
    ResourceFigures { cpu, memory, gpu }
}

fn amounts(of: &Resources) -> [f64; 3] {
    [of.cpu.unwrap_or(0), of.memory.unwrap_or(0), of.gpu].map(|amount| amount as f64)
}

fn group<'t>(name: &str, records: impl Iterator<Item = &'t Record>) -> GroupFigures {
    let (mut waits, mut slowdowns) = (Vec::new(), Vec::new());
    let (mut quiet, mut blocked, mut buildable, mut provisioning) = (0, 0, 0, 0);
    for record in records {
        waits.push(record.wait());
        slowdowns.push(slowdown(record));
        quiet += record.buildable - record.submitted;
        blocked += record.blocked;
        buildable += record.started - record.buildable - record.blocked - record.provisioning;
        provisioning += record.provisioning;
    }
    let in_order: Vec<f64> = waits.iter().map(|wait| seconds(*wait)).collect();
    waits.sort_unstable();
    let of_each = |sum: i64| seconds(sum) / waits.len().max(1) as f64;
    GroupFigures {
        group: name.to_owned(),
        builds: waits.len(),
        out_of_time: 0,
        wait: mean(&in_order),
        wait_quiet: of_each(quiet),
        wait_blocked: of_each(blocked),
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

fn fairness(cluster: &Cluster, tally: &Tally) -> Fairness {
    // In order, so that sums come out alike each time.
    let mut users: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
    for record in &tally.records {
        let (service, slow, builds) = users.entry(record.user).or_default();
        *service += seconds(record.ended - record.started) * f64::from(record.width);
        *slow += slowdown(record);
        *builds += 1.0;
    }
    let services: Vec<f64> = users.values().map(|(service, ..)| *service).collect();
    let slowdowns: Vec<f64> = users.values().map(|(_, slow, builds)| slow / builds).collect();
    let gap = gap(cluster, tally);
    Fairness {
        users: users.len(),
        service: jain(&services),
        slowdown: jain(&slowdowns),
        contended: seconds(gap.unwrap_or_default().contended),
        dominant_gap: gap.map(|gap| gap.mean),
    }
}

/// Runs of one source.
struct Arrived<'r> {
    source: &'r str,
    over: Vec<&'r RunRecord>,
    folded: u64,
    lost: u64,
    noticed: Noticed,
    /// All that arrived, those included.
    count: usize,
}

/// The runs of each source, and the jobs of the log.
fn run_figures(load: &Load, work: &Together<'_>, tally: &Tally) -> Vec<RunFigures> {
    let runs = &work.runs;
    let mut figures: Vec<RunFigures> = (0..)
        .zip(&load.sources)
        .map(|(at, source)| {
            let over = runs.over.iter().filter(|run| run.source == at).collect();
            let (folded, lost) = (runs.folded[at as usize], runs.lost[at as usize]);
            let noticed = tally.noticed.get(at as usize).copied().unwrap_or_default();
            run_figures_of(&Arrived { source: &source.name, over, folded, lost, noticed, count: runs.of_source(at) })
        })
        .collect();
    figures.extend(work.replay.as_ref().map(|replay| {
        let over = replay.over.iter().collect();
        let noticed = Noticed::default();
        run_figures_of(&Arrived { source: TRACE, over, folded: 0, lost: 0, noticed, count: replay.total() })
    }));
    figures
}

fn run_figures_of(arrived: &Arrived<'_>) -> RunFigures {
    let Arrived { source, over, folded, lost, noticed, count } = arrived;
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
        wait_quiet: seconds(noticed.quiet) / noticed.count.max(1) as f64,
        wait_blocked: seconds(noticed.blocked) / noticed.count.max(1) as f64,
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
