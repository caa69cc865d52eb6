//! What is drawn, before any pen: lanes and rows with their times, and what stands below them.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::remark;
use crate::base::{Duration, one_line};
use crate::machine::{Outcome, ReplicaTrace, SubstageTrace, Trace, critical_path, gpu_hours, peak};
use crate::plan::{Plan, Stage, SubstageRef};

/// Replicas of one substage that are shown one by one.
const MOST_REPLICAS: usize = 8;
/// Steps of the critical path that are shown at each end.
const PATH_END: usize = 6;

/// All text is on one line, and safe to print.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) pipeline: String,
    pub(super) outcome: Outcome,
    pub(super) duration: Duration,
    pub(super) lanes: Vec<Lane>,
    /// How many substages ended how, in the order of the outcomes.
    pub(super) counts: Vec<String>,
    /// What made it less than succeeded, in order.
    pub(super) causes: Vec<Cause>,
    /// Paths, and how long each took; what stands for several has no time.
    pub(super) critical_path: Vec<(String, Option<Duration>)>,
    /// By hardware mode.
    pub(super) peak: Vec<(String, u32)>,
    pub(super) gpu_hours: f64,
}

/// A stage.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) outcome: Outcome,
    /// None if skipped.
    pub(super) time: Option<(Duration, Duration)>,
    /// When it started or was skipped.
    pub(super) at: Duration,
    /// Why it was skipped, or how long it took.
    pub(super) remark: String,
    pub(super) rows: Vec<Row>,
}

/// A substage, a replica, or many that ended alike.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) is_replica: bool,
    pub(super) outcome: Outcome,
    pub(super) is_critical: bool,
    pub(super) drawing: Drawing,
    pub(super) remark: String,
}

#[derive(Clone, Debug)]
pub(super) enum Drawing {
    /// In time.
    Bars(Vec<Bar>),
    /// How many ran, from each instant to the next.
    Load(Vec<(Duration, u32)>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    pub(super) start: Duration,
    pub(super) end: Duration,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// For a slot, a lock or a need.
    Waits,
    Attempt(Outcome),
    /// Between two attempts.
    BackOff,
    /// Of all replicas, from the first start to the last end.
    Whole(Outcome),
}

/// A substage that is to blame.
#[derive(Debug)]
pub(super) struct Cause {
    pub(super) path: String,
    pub(super) outcome: Outcome,
    pub(super) remark: String,
}

/// A substage's row, and those of its replicas.
struct Entry {
    row: Row,
    replicas: Vec<Row>,
}

impl Layout {
    /// With more rows than `most`, what is no news is folded into a row for each stage and outcome.
    pub(super) fn new(plan: &Plan, trace: &Trace, most: usize) -> Self {
        let path = critical_path(plan, trace);
        let critical: BTreeSet<SubstageRef> = path.iter().copied().collect();
        let stages = (0..).zip(plan.stages.iter().zip(&trace.stages));
        let mut entries: Vec<Vec<Entry>> = stages
            .map(|(at, (stage, traced))| match traced.time {
                Some(time) => entries(plan, trace, at, stage, time, &critical),
                None => Vec::new(),
            })
            .collect();
        let rows: usize = entries.iter().flatten().map(|entry| 1 + entry.replicas.len()).sum();
        if rows > most {
            entries = entries.into_iter().map(folded).collect();
        }
        let stopper = remark::stopper(plan, trace);
        let mut now = Duration(0);
        let lanes = entries.into_iter().enumerate().map(|(at, entries)| {
            let (name, traced) = (one_line(&plan.stages[at].name), &trace.stages[at]);
            let remark = match traced.time {
                Some((start, end)) => Duration(end.0 - start.0).to_string(),
                None => one_line(&format!("skipped: {}", remark::why_skipped(plan, at, stopper))),
            };
            let rows = entries.into_iter().flat_map(|entry| std::iter::once(entry.row).chain(entry.replicas)).collect();
            let (at, next) = traced.time.unwrap_or((now, now));
            now = next;
            Lane { name, outcome: traced.outcome, time: traced.time, at, remark, rows }
        });
        let took = |at: SubstageRef| (one_line(&plan.path(at)), Some(remark::took(trace, at).unwrap_or_default()));
        let steps: Vec<_> = match path.len().checked_sub(2 * PATH_END).filter(|hidden| *hidden > 1) {
            None => path.into_iter().map(took).collect(),
            Some(hidden) => {
                let first = path[..PATH_END].iter().copied().map(took);
                let last = path[PATH_END + hidden..].iter().copied().map(took);
                first.chain([(format!("({hidden} more)"), None)]).chain(last).collect()
            }
        };
        Self {
            counts: counts(trace),
            pipeline: one_line(&plan.pipeline),
            outcome: trace.outcome,
            duration: trace.duration,
            lanes: lanes.collect(),
            causes: causes(plan, trace),
            critical_path: steps,
            peak: peak(plan, trace).into_iter().map(|(mode, most)| (one_line(mode), most)).collect(),
            gpu_hours: gpu_hours(plan, trace),
        }
    }
}

impl What {
    /// Of what ran.
    pub(super) fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Attempt(outcome) | Self::Whole(outcome) => Some(outcome),
            Self::Waits | Self::BackOff => None,
        }
    }
}

impl Row {
    /// Whether nothing is drawn of it.
    pub(super) fn is_empty(&self) -> bool {
        match &self.drawing {
            Drawing::Bars(bars) => bars.is_empty(),
            Drawing::Load(load) => load.is_empty(),
        }
    }

    pub(super) fn bars(&self) -> &[Bar] {
        match &self.drawing {
            Drawing::Bars(bars) => bars,
            Drawing::Load(_) => &[],
        }
    }
}

fn entries(
    plan: &Plan,
    trace: &Trace,
    at: u32,
    stage: &Stage,
    time: (Duration, Duration),
    critical: &BTreeSet<SubstageRef>,
) -> Vec<Entry> {
    let substages = (0..).zip(stage.substages.iter().zip(&trace.stages[at as usize].substages));
    substages
        .map(|(index, (substage, traced))| {
            let place = SubstageRef { stage: at, substage: index };
            let bars = match traced.replicas.as_slice() {
                [] => Vec::new(),
                [replica] => bars(replica, traced, time),
                replicas => whole(replicas, traced, time),
            };
            let row = Row {
                name: one_line(&substage.name),
                is_replica: false,
                outcome: traced.outcome,
                is_critical: critical.contains(&place),
                drawing: Drawing::Bars(bars),
                remark: one_line(&remark::of_substage(plan, trace, place)),
            };
            Entry { row, replicas: replicas(traced, time) }
        })
        .collect()
}

/// Of a dispatch that started.
fn replicas(traced: &SubstageTrace, time: (Duration, Duration)) -> Vec<Row> {
    let replicas = traced.replicas.as_slice();
    if replicas.len() < 2 || remark::time(traced).is_none() {
        return Vec::new();
    }
    let rows = replicas.iter().enumerate().map(|(index, replica)| Row {
        name: format!("#{}", index + 1),
        is_replica: true,
        outcome: replica.outcome,
        is_critical: false,
        drawing: Drawing::Bars(bars(replica, traced, time)),
        remark: remark::of_replica(replica),
    });
    if replicas.len() <= MOST_REPLICAS {
        return rows.collect();
    }
    let folded = folded(rows.map(|row| Entry { row, replicas: Vec::new() }).collect());
    folded.into_iter().map(|entry| Row { is_replica: true, ..entry.row }).collect()
}

/// The attempts of a replica with what lies before and between them.
fn bars(replica: &ReplicaTrace, traced: &SubstageTrace, (stage_start, stage_end): (Duration, Duration)) -> Vec<Bar> {
    let start = replica.attempts.first().map_or(stage_end, |first| first.start);
    let mut bars = vec![Bar { start: stage_start, end: start, what: What::Waits }];
    let mut ended = start;
    for (index, attempt) in replica.attempts.iter().enumerate() {
        if index > 0 {
            bars.push(Bar { start: ended, end: attempt.start, what: What::BackOff });
        }
        bars.push(Bar { start: attempt.start, end: attempt.end, what: What::Attempt(attempt.outcome) });
        ended = attempt.end;
    }
    if replica.attempts.last().is_some_and(|last| last.outcome != replica.outcome) {
        // A back-off that was cut: by the stage's end, or by the replica that decided the dispatch.
        let cut = if remark::is_cut(traced) { stage_end } else { remark::time(traced).map_or(ended, |(_, end)| end) };
        bars.push(Bar { start: ended, end: cut, what: What::BackOff });
    }
    bars.retain(|bar| matches!(bar.what, What::Attempt(_)) || bar.start < bar.end);
    bars
}

fn whole(replicas: &[ReplicaTrace], traced: &SubstageTrace, time: (Duration, Duration)) -> Vec<Bar> {
    let Some((start, end)) = remark::time(traced) else { return bars(&replicas[0], traced, time) };
    let mut bars = vec![Bar { start, end, what: What::Whole(traced.outcome) }];
    if time.0 < start {
        bars.insert(0, Bar { start: time.0, end: start, what: What::Waits });
    }
    bars
}

/// Whether an attempt of it failed or warns; without one nothing fails.
fn is_news(entry: &Entry) -> bool {
    let fails = |outcome: Outcome| outcome.is_failure() || outcome == Outcome::Unstable;
    let mut bars = std::iter::once(&entry.row).chain(&entry.replicas).flat_map(Row::bars);
    bars.any(|bar| matches!(bar.what, What::Attempt(outcome) if fails(outcome)))
}

/// What is news first and in full, then a row for all others that ended alike.
fn folded(entries: Vec<Entry>) -> Vec<Entry> {
    let mut shown = Vec::new();
    let mut alike: IndexMap<Outcome, Vec<Entry>> = IndexMap::new();
    for entry in entries {
        if is_news(&entry) {
            shown.push(entry);
        } else {
            alike.entry(entry.row.outcome).or_default().push(entry);
        }
    }
    for (outcome, members) in alike {
        match <[Entry; 1]>::try_from(members) {
            Ok([only]) => shown.push(only),
            Err(members) => shown.push(Entry { row: fold(outcome, &members), replicas: Vec::new() }),
        }
    }
    shown
}

fn fold(outcome: Outcome, members: &[Entry]) -> Row {
    let attempts = |entry: &Entry| {
        let rows = std::iter::once(&entry.row).chain(&entry.replicas);
        let bars = rows.flat_map(Row::bars).filter(|bar| matches!(bar.what, What::Attempt(_)));
        bars.copied().collect::<Vec<Bar>>()
    };
    let bars: Vec<Bar> = members.iter().flat_map(attempts).collect();
    let load = load(&bars);
    let most = load.iter().map(|(_, running)| *running).max().unwrap_or(0);
    let lengths = || bars.iter().map(|bar| Duration(bar.end.0 - bar.start.0));
    let mut said = Vec::new();
    if let (Some(least), Some(longest)) = (lengths().min(), lengths().max()) {
        said.push(if most > 1 { format!("up to {most} at once") } else { "one at a time".to_owned() });
        said.push(if least == longest { format!("{least} each") } else { format!("{least} to {longest} each") });
    }
    let why = members[0].row.remark.split_once(": ").map(|(_, why)| why);
    let is_why_of_all = members.iter().all(|entry| entry.row.remark.split_once(": ").map(|(_, why)| why) == why);
    said.extend(why.filter(|_| is_why_of_all).map(str::to_owned));
    Row {
        name: format!("{} {}", members.len(), remark::spoken(outcome)),
        is_replica: false,
        outcome,
        is_critical: members.iter().any(|entry| entry.row.is_critical),
        drawing: Drawing::Load(load),
        remark: said.join(", "),
    }
}

/// How many of the bars run, from each instant at which that changes.
fn load(bars: &[Bar]) -> Vec<(Duration, u32)> {
    let mut changes: Vec<(Duration, i32)> = bars.iter().flat_map(|bar| [(bar.start, 1), (bar.end, -1)]).collect();
    changes.sort_unstable();
    let mut load: Vec<(Duration, u32)> = Vec::new();
    let mut running = 0;
    for (at, change) in changes {
        running += change;
        let now = u32::try_from(running).unwrap_or(0);
        match load.last_mut() {
            Some(last) if last.0 == at => last.1 = now,
            _ => load.push((at, now)),
        }
    }
    load
}

fn counts(trace: &Trace) -> Vec<String> {
    let mut counts: BTreeMap<Outcome, [usize; 2]> = BTreeMap::new();
    for traced in trace.stages.iter().flat_map(|stage| &stage.substages) {
        let [all, ignored] = counts.entry(traced.outcome).or_default();
        *all += 1;
        *ignored += usize::from(traced.ignored);
    }
    let said = counts.into_iter().map(|(outcome, [all, ignored])| match ignored {
        0 => format!("{all} {}", remark::spoken(outcome)),
        _ if all == ignored => format!("{all} {} (ignored)", remark::spoken(outcome)),
        _ => format!("{all} {} ({ignored} ignored)", remark::spoken(outcome)),
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { vec!["no substages".to_owned()] } else { said }
}

/// Of a failed run what failed under a policy that counts, and what a deadline hit; of an unstable one what was unstable.
fn causes(plan: &Plan, trace: &Trace) -> Vec<Cause> {
    let is_cause = |traced: &SubstageTrace| match trace.outcome {
        Outcome::Failed => traced.outcome.is_failure() && !traced.ignored,
        Outcome::Unstable => traced.outcome == Outcome::Unstable,
        _ => false,
    };
    let met_deadline = remark::met_deadline(plan, trace);
    let mut causes = Vec::new();
    for (stage, traced) in (0..).zip(&trace.stages) {
        let all = || (0..).map(|substage| SubstageRef { stage, substage }).zip(&traced.substages);
        let mut found: Vec<SubstageRef> = all().filter(|(_, traced)| is_cause(traced)).map(|(at, _)| at).collect();
        if !found.iter().any(|at| remark::is_late(trace.substage(*at))) {
            // The deadline found nobody running.
            found.extend(all().find(|(_, traced)| remark::is_late(traced)).map(|(at, _)| at));
        }
        causes.extend(found.into_iter().map(|at| Cause {
            path: one_line(&plan.path(at)),
            outcome: trace.substage(at).outcome,
            remark: one_line(&remark::of_cause(plan, trace, at)),
        }));
        if met_deadline == Some(stage as usize) {
            let deadline = plan.deadline.unwrap_or_default();
            causes.push(Cause {
                path: one_line(&plan.stages[stage as usize].name),
                outcome: Outcome::TimedOut,
                remark: format!("as it ended, the pipeline ran into its deadline of {deadline}"),
            });
        }
    }
    causes
}
