//! The longest time in which Jenkins' provisioner asks for nothing while something waits, and the same time under a better policy.

use std::collections::BTreeSet;

use super::super::cluster::Cluster;
use super::super::jenkins::{Snapshot, TimeSeries};
use super::super::kernel::{Attempt, Film, Record};
use super::super::policy::Provision;
use super::super::reel::Reel;
use super::pairs::{Key, builds};

/// Milliseconds between two samples of the statistics.
const SAMPLE: i64 = 10_000;
/// What the average of free executors has to be below before anything is asked for.
const LEAST: f32 = 0.1;
/// Most points of a line.
const POINTS: i64 = 300;

/// Times are milliseconds from the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Empty: no label.
    pub label: String,
    pub from: i64,
    pub until: i64,
    /// What is drawn: a little more.
    pub shown: (i64, i64),
    /// The average of free executors at the last sample before.
    pub average: f32,
    /// Samples until it was below 0.1, counted; none where it did not come to that.
    pub samples: Option<u32>,
    /// The average at each sample that is shown, thinned.
    pub averages: Vec<(i64, f32)>,
    /// Free executors at the same samples.
    pub free: Vec<(i64, i32)>,
    /// Under the policy that this happened to, and under the one that does best beside it.
    pub lines: Vec<StretchLine>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StretchLine {
    pub policy: String,
    /// The longest queue of the label in each step of the shown time.
    pub queue: Vec<(i64, u32)>,
    /// Requests for machines in the shown time: of each step, the first.
    pub requests: Vec<i64>,
    /// Builds of the label that were asked for in the stretch, under the other policy those that ended there too; and their mean wait in
    /// milliseconds.
    pub builds: usize,
    pub wait: f64,
}

impl Stretch {
    /// Samples after which an average that began at this one and gets only zeros is below 0.1; none where it is so already.
    pub fn predicted(&self) -> Option<u32> {
        let samples = (f64::from(LEAST) / f64::from(self.average)).ln() / 0.9_f64.ln();
        (self.average >= LEAST).then(|| samples.ceil() as u32)
    }
}

/// None where no policy looks at averages, or nothing had to wait for one.
pub(super) fn of(cluster: &Cluster, reels: &[Reel]) -> Option<Stretch> {
    let labels = || 0..cluster.labels.len();
    let longest = |reel: &Reel| labels().map(|label| (reel.tally.starved[label], label)).max_by_key(|(time, _)| *time);
    let by_average = |reel: &&Reel| reel.policy.provision == Provision::Standard;
    let found = reels.iter().filter(by_average).filter_map(|reel| Some((longest(reel)?, reel)));
    // Of those that are the same, the first.
    let ((starved, label), reel) = found.rev().max_by_key(|((time, _), _)| *time).filter(|((time, _), _)| *time >= SAMPLE)?;
    let film = reel.tally.film.as_ref()?;
    let from = reel.tally.starved_at[label];
    let until = from + starved;
    let margin = (starved / 4).max(6 * SAMPLE);
    let shown = ((from - margin).max(0), until + 2 * margin);
    let series = series(cluster, film, label, shown.1);
    let before = series.partition_point(|(at, ..)| *at < from);
    let average = before.checked_sub(1).map_or(0.0, |last| series[last].1);
    let samples = series[before..].iter().position(|(_, average, _)| *average < LEAST).map(|at| at as u32 + 1);
    let step = (shown.1 - shown.0) / POINTS + 1;
    let visible = series.iter().filter(|(at, ..)| *at >= shown.0);
    let thinned: Vec<_> = visible.step_by((step / SAMPLE + 1) as usize).collect();
    let is_meant =
        |record: &Record| cluster.classes[record.class as usize].label == label && (from..until).contains(&record.submitted);
    let meant: BTreeSet<Key> = builds(reel).into_iter().filter(|(_, record)| is_meant(record)).map(|(key, _)| key).collect();
    let line = |reel: &Reel| line(cluster, reel, label, &meant, shown, step);
    let mut others: Vec<StretchLine> = reels.iter().filter(|other| !std::ptr::eq(*other, reel)).map(line).collect();
    others.retain(|other| other.builds > 0);
    others.sort_by(|one, other| one.wait.total_cmp(&other.wait));
    others.truncate(1);
    Some(Stretch {
        label: cluster.labels[label].clone(),
        from,
        until,
        shown,
        average,
        samples,
        averages: thinned.iter().map(|(at, average, _)| (*at, *average)).collect(),
        free: thinned.iter().map(|(at, _, free)| (*at, *free)).collect(),
        lines: std::iter::once(line(reel)).chain(others).collect(),
    })
}

/// The averages as the provisioner had them, up to a time: when, the average of free executors, how many were free.
fn series(cluster: &Cluster, film: &Film, label: usize, until: i64) -> Vec<(i64, f32, i32)> {
    let mut rest = film.samples.get(label).map_or(&[] as &[_], Vec::as_slice).iter().peekable();
    let mut now = Snapshot::default();
    let mut series = Vec::new();
    // Where Jenkins begins anew, so do they.
    let restarts = || cluster.controller.restarts.iter().map(|(at, _)| *at);
    for (begin, end) in std::iter::once(0).chain(restarts()).zip(restarts().chain([i64::MAX])) {
        let mut average = TimeSeries::new(0.0, 0.9, 1);
        let first = begin + cluster.controller.timers.statistics;
        for at in (0..).map(|tick| first + tick * SAMPLE).take_while(|at| *at < end && *at <= until) {
            while let Some((_, next)) = rest.next_if(|(changed, _)| *changed <= at) {
                now = *next;
            }
            average.update(now.available as f32);
            series.push((at, average.latest(), now.available));
        }
    }
    series
}

fn line(cluster: &Cluster, reel: &Reel, label: usize, meant: &BTreeSet<Key>, shown: (i64, i64), step: i64) -> StretchLine {
    let is_of_label = |class: u16| cluster.classes[class as usize].label == label;
    let mut changes: Vec<(i64, i32)> = Vec::new();
    for Attempt { record, since, .. } in reel.tally.attempts().filter(|attempt| is_of_label(attempt.record.class)) {
        if record.started > since && since < shown.1 && record.started > shown.0 {
            changes.extend([(since.max(shown.0), 1), (record.started, -1)]);
        }
    }
    changes.sort_unstable();
    let waits: Vec<i64> =
        builds(reel).into_iter().filter(|(key, _)| meant.contains(key)).map(|(_, record)| record.wait()).collect();
    let serves = |kind: usize| cluster.classes.iter().any(|class| class.label == label && class.kinds.contains(&kind));
    let lives = reel.tally.film.iter().flat_map(|film| &film.lives);
    let mut requests: Vec<i64> = lives
        .filter(|life| (shown.0..shown.1).contains(&life.requested))
        .filter(|life| reel.tally.kind_of(life.node).is_some_and(serves))
        .map(|life| life.requested)
        .collect();
    requests.sort_unstable();
    // As many as can be told apart.
    requests.dedup_by_key(|at| (*at - shown.0) / step);
    StretchLine {
        policy: reel.policy.name.clone(),
        queue: steps(&changes, shown, step),
        requests,
        builds: waits.len(),
        wait: waits.iter().sum::<i64>() as f64 / waits.len().max(1) as f64,
    }
}

/// The most that there are in each step.
fn steps(changes: &[(i64, i32)], shown: (i64, i64), step: i64) -> Vec<(i64, u32)> {
    let mut rest = changes.iter().peekable();
    let mut now = 0;
    let starts = (0..).map(|number| shown.0 + number * step).take_while(|start| *start < shown.1);
    let most = |start: i64| {
        while let Some((_, change)) = rest.next_if(|(at, _)| *at <= start) {
            now += change;
        }
        let mut most = now;
        while let Some((_, change)) = rest.next_if(|(at, _)| *at < start + step) {
            now += change;
            most = most.max(now);
        }
        (start, most.unsigned_abs())
    };
    starts.map(most).collect()
}
