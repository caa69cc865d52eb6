//! Policies beside each other, as tables.

use std::borrow::Cow;

use serde_json::Value;

use super::table;
use crate::base::Duration;
use crate::simulate::{
    BadRow, CloudFigures, Document, Fairness, Figures, GroupFigures, PolicySweep, ResourceFigures, Sweep, TraceFigures, Try,
};

/// Tables for people: how long builds and runs take under each policy, and what machines cost.
pub fn simulation(document: &Document) -> String {
    let mut text = format!("{} on {}: {}\n", document.pipeline, document.cluster, arrivals(document));
    for table in tables(document) {
        text += "\n";
        text += &drawn(table);
    }
    for (at, remark) in remarks(document).iter().enumerate() {
        text += &format!("{}note: {remark}\n", if at == 0 { "\n" } else { "" });
    }
    table::harmless(&text).into_owned()
}

/// A table in which names of others do no harm, as wide as it looks.
fn drawn(mut rows: Vec<Vec<String>>) -> String {
    for cell in rows.iter_mut().flatten() {
        if let Cow::Owned(harmless) = table::harmless(cell) {
            *cell = harmless;
        }
    }
    table::draw(&rows)
}

/// What was played.
pub(super) fn arrivals(document: &Document) -> String {
    let Document { runs, length, seed, seeds, trace, .. } = document;
    let weeks = match seeds {
        1 => format!("seed {seed}"),
        _ => format!("in each of {seeds} weeks, seeds {seed} to {}", seed.wrapping_add(seeds - 1)),
    };
    let mut arrive = Vec::new();
    if *runs > 0 {
        arrive.push(format!(
            "{} runs, made by chance,",
            per(*runs as u64, document.policies.iter().map(|figures| figures.weeks).max().unwrap_or(1))
        ));
    }
    if let Some(trace) = trace {
        arrive.push(format!("{} jobs of {}", trace.jobs, trace.file));
    }
    let arrive = if arrive.is_empty() { "no runs".to_owned() } else { arrive.join(" and ") };
    format!("{arrive} arrive in {}, {weeks}", time(*length))
}

/// Each with its head.
pub(super) fn tables(document: &Document) -> Vec<Vec<Vec<String>>> {
    let mut builds = vec![row(["wait of builds", "", "builds", "mean", "p50", "p95", "p99", "longest", "slowdown"])];
    let mut parts = vec![row(["mean wait", "quiet", "blocked", "buildable", "provisioning"])];
    let mut users = vec![row(["fairness", "users", "served alike", "slowed alike", "contend", "apart"])];
    let mut durations = vec![row(["runs", "", "ended", "failed", "quiet", "blocked", "p50", "p95"])];
    let mut machines = vec![row(["machines", "", "busy", "started", "unused", "wasted", "cost", "starved for"])];
    for figures in &document.policies {
        let mut name = figures.policy.as_str();
        for group in figures.groups.iter().filter(|group| group.builds > 0) {
            builds.push(waits(name, group, figures.weeks));
            name = "";
        }
        parts.extend(figures.groups.first().map(|all| parts_of(figures, all)));
        users.push(fairness(figures));
        let mut name = figures.policy.as_str();
        for runs in &figures.runs {
            let counts = [runs.ended, runs.failed].map(|count| per(count as u64, figures.weeks));
            let [quiet, blocked, p50, p95] = [runs.wait_quiet, runs.wait_blocked, runs.duration_p50, runs.duration_p95].map(time);
            durations.push(row([name, &runs.source, &counts[0], &counts[1], &quiet, &blocked, &p50, &p95]));
            name = "";
        }
        machines.push(machines_of(figures));
        let kinds = figures.machines.iter().filter(|kind| kind.hours > 0.0);
        machines.extend(kinds.map(|kind| row(["", &kind.kind, &percent(kind.utilization)])));
    }
    [builds, parts, users, durations, machines].into_iter().chain(resources(document)).chain(locks(document)).collect()
}

/// A count of one of several weeks.
fn per(count: u64, weeks: u64) -> String {
    ((count as f64 / weeks.max(1) as f64).round() as u64).to_string()
}

fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

fn parts_of(figures: &Figures, all: &GroupFigures) -> Vec<String> {
    let GroupFigures { wait_quiet, wait_blocked, wait_buildable, wait_provisioning, .. } = all;
    let [quiet, blocked, buildable, provisioning] =
        [wait_quiet, wait_blocked, wait_buildable, wait_provisioning].map(|part| time(*part));
    row([&figures.policy, &quiet, &blocked, &buildable, &provisioning])
}

fn fairness(figures: &Figures) -> Vec<String> {
    let Fairness { users, service, slowdown, contended, dominant_gap } = figures.fairness;
    let [service, slowdown] = [service, slowdown].map(|index| format!("{index:.2}"));
    let apart = dominant_gap.map_or("-".to_owned(), percent);
    row([&figures.policy, &users.to_string(), &service, &slowdown, &time(contended), &apart])
}

fn waits(policy: &str, group: &GroupFigures, weeks: u64) -> Vec<String> {
    let mean = match group.wait.half_width {
        Some(half_width) => format!("{} ± {}", time(group.wait.mean), time(half_width)),
        None => time(group.wait.mean),
    };
    let slowdown = format!("{:.2}", group.slowdown.mean);
    let builds = per(group.builds as u64, weeks);
    let [p50, p95, p99, longest] = [group.wait_p50, group.wait_p95, group.wait_p99, group.wait_longest].map(time);
    row([policy, &group.group, &builds, &mean, &p50, &p95, &p99, &longest, &slowdown])
}

fn machines_of(figures: &Figures) -> Vec<String> {
    let busy = percent(figures.utilization);
    let wasted = figures.wasted.map_or("-".to_owned(), percent);
    let sum = |count: fn(&CloudFigures) -> u64| per(figures.clouds.iter().map(count).sum(), figures.weeks);
    let longest = figures.labels.iter().map(|label| label.starved).fold(0.0, f64::max);
    let of = figures.labels.iter().find(|label| label.starved == longest && longest > 0.0);
    let starved = of.map_or("-".to_owned(), |label| match label.label.as_str() {
        "" => time(longest),
        name => format!("{} ({name})", time(longest)),
    });
    let cost = match figures.cost_half_width {
        Some(half_width) => format!("{:.2} ± {half_width:.2}", figures.cost),
        None => format!("{:.2}", figures.cost),
    };
    row([&figures.policy, "all", &busy, &sum(|cloud| cloud.machines), &sum(|cloud| cloud.unused), &wasted, &cost, &starved])
}

/// None where no agent says what it has.
fn resources(document: &Document) -> Option<Vec<Vec<String>>> {
    let of = |figures: &Figures| {
        let ResourceFigures { cpu, memory, gpu } = figures.resources;
        [cpu, memory, gpu].map(|part| part.map_or("-".to_owned(), percent))
    };
    let rows = document.policies.iter().map(|figures| {
        let [cpu, memory, gpu] = of(figures);
        row([&figures.policy, &cpu, &memory, &gpu])
    });
    let rows: Vec<Vec<String>> = [row(["asked for", "cpu", "memory", "gpu"])].into_iter().chain(rows).collect();
    rows.iter().skip(1).flatten().any(|cell| cell.ends_with('%')).then_some(rows)
}

/// None where the pipeline has no locks.
fn locks(document: &Document) -> Option<Vec<Vec<String>>> {
    let mut rows = vec![row(["locks", "", "holders", "held", "wait p50", "p95", "longest"])];
    for figures in &document.policies {
        let mut name = figures.policy.as_str();
        for lock in &figures.locks {
            let [p50, p95, longest] = [lock.wait_p50, lock.wait_p95, lock.wait_longest].map(time);
            let (holders, held) = (per(lock.holders as u64, figures.weeks), percent(lock.held));
            rows.push(row([name, &lock.lock, &holders, &held, &p50, &p95, &longest]));
            name = "";
        }
    }
    (rows.len() > 1).then_some(rows)
}

/// What the tables do not say.
pub(super) fn remarks(document: &Document) -> Vec<String> {
    let mut remarks = Vec::new();
    let mut add = |remark: String| remarks.push(remark);
    if document.interrupted {
        for Figures { policy, weeks, until, .. } in &document.policies {
            match document.seeds {
                1 => add(format!("interrupted: {policy} was played until {}", time(*until))),
                seeds => add(format!("interrupted: the figures of {policy} are those of {weeks} of {seeds} weeks")),
            }
        }
        if document.policies.is_empty() {
            add("interrupted before anything was known".to_owned());
        }
    }
    if let Some(TraceFigures { file, never_ran, outside, too_late, bad, first_bad, wide, .. }) = &document.trace {
        if let Some(BadRow { line, why }) = first_bad.first() {
            add(format!("{file}: {bad} rows cannot be read and are left out, the first in line {line}: {why}"));
        }
        if never_ran + outside > 0 {
            add(format!("{file}: {never_ran} jobs never ran, and {outside} lie outside of the chosen time"));
        }
        if *too_late > 0 {
            add(format!("{file}: {too_late} jobs would arrive after 366 days and are left out; choose others with `from`"));
        }
        if *wide > 0 {
            add(format!("{file}: {wide} jobs had several processors or GPUs; without `per_executor`, each takes one executor"));
        }
    }
    for mode in &document.not_offered {
        add(format!("the cluster offers no `{mode}`, so what asks for it never starts"));
    }
    for Figures { policy, runs, clouds, unstarted, unended, too_wide, withdrawn, stopped, .. } in &document.policies {
        for run in runs.iter().filter(|run| run.lost > 0) {
            let (lost, source) = (run.lost, &run.source);
            add(format!("{policy}: runs of `{source}` that Jenkins forgot as it broke down: {lost}"));
        }
        for cloud in clouds.iter().filter(|cloud| cloud.failed > 0) {
            let CloudFigures { cloud, machines, failed, .. } = cloud;
            add(format!("{policy}: of {machines} machines that `{cloud}` started, {failed} never came"));
        }
        for run in runs.iter().filter(|run| run.folded > 0) {
            let (folded, source) = (run.folded, &run.source);
            add(format!("{policy}: runs of `{source}` that arrived while another waited, and were taken for that one: {folded}"));
        }
        if unstarted + unended > 0 {
            add(format!("{policy}: {unstarted} builds never started and {unended} never ended; no other figure counts them"));
        }
        if *too_wide > 0 {
            add(format!("{policy}: {too_wide} of those take more executors at once than the cluster can have for them"));
        }
        if *stopped > 0 {
            add(format!("{policy}: builds lost what they had done {stopped} times, as others took back their executors"));
        }
        if *withdrawn > 0 {
            add(format!(
                "{policy}: {withdrawn} builds were withdrawn before they started, as their runs were aborted or out of time"
            ));
        }
    }
    remarks
}

/// One line for each figure: `policy,table,name,figure,value,half_width`.
pub fn simulation_csv(document: &Document) -> String {
    let mut lines = Vec::new();
    for figures in &document.policies {
        let Ok(Value::Object(tables)) = serde_json::to_value(figures) else { continue };
        let mut add = |table: &str, name: &str, figure: &str, value: &Value| {
            let (value, half_width) = match value {
                Value::Object(mean) => (&mean["mean"], &mean["half_width"]),
                value => (value, &Value::Null),
            };
            let number = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
            let cells = [figures.policy.as_str(), table, name, figure].map(str::to_owned);
            lines.push(cells.into_iter().chain([number(value), number(half_width)]).collect());
        };
        for (table, rows) in &tables {
            match rows {
                Value::Array(rows) => {
                    for row in rows.iter().filter_map(Value::as_object) {
                        // The first field of each row is its name.
                        let name = row.values().next().and_then(Value::as_str).unwrap_or_default();
                        row.iter().skip(1).for_each(|(figure, value)| add(table, name, figure, value));
                    }
                }
                Value::Object(row) => row.iter().for_each(|(figure, value)| add(table, "", figure, value)),
                Value::String(_) => {}
                value => add("all", "", table, value),
            }
        }
    }
    csv(&["policy", "table", "name", "figure", "value", "half_width"], &lines)
}

/// What was tried to find the smallest cluster, and which it is.
pub fn sweep(sweep: &Sweep) -> String {
    let Sweep { pipeline, cluster, of, length, seed, seeds, .. } = sweep;
    let weeks = if *seeds == 1 { format!("seed {seed}") } else { format!("{seeds} weeks from seed {seed} on") };
    let mut text = format!("{pipeline} on {cluster}: how many of `{of}`? {}, {weeks}\n\n", time(*length));
    let conditions = sweep.conditions.iter().map(|condition| condition.condition.clone());
    let mut rows = vec![[row([of]), conditions.collect(), row(["", "busy", "cost"])].concat()];
    rows[0].insert(0, String::new());
    for found in &sweep.policies {
        let mut name = found.policy.as_str();
        for tried in &found.tried {
            let values = tried.values.iter().zip(&sweep.conditions).map(|(value, condition)| match value {
                None => "-".to_owned(),
                Some(value) if condition.is_time => time(*value),
                Some(value) => format!("{value:.2}"),
            });
            let reached = match tried {
                Try { reached: true, .. } => "yes",
                Try { unfinished: 0, .. } => "no",
                _ => "no: not all ended",
            };
            let rest = row([reached, &percent(tried.utilization), &format!("{:.2}", tried.cost)]);
            rows.push([row([name, &tried.machines.to_string()]), values.collect(), rest].concat());
            name = "";
        }
    }
    text += &drawn(rows);
    text.push('\n');
    for PolicySweep { policy, smallest, tried, is_uneven } in &sweep.policies {
        let of_smallest = tried.iter().find(|one| Some(one.machines) == *smallest);
        text += &match (of_smallest, tried.last()) {
            (Some(Try { machines, cost, .. }), _) => format!("{policy}: {machines} of `{of}`, at a cost of {cost:.2}\n"),
            (None, Some(most)) => format!("{policy}: no number that was tried reaches it, up to {} of `{of}`\n", most.machines),
            (None, None) => format!("{policy}: nothing is known\n"),
        };
        if *is_uneven {
            text += "note: more machines once missed what fewer reach";
            let has_fewer = tried.first().is_some_and(|one| Some(one.machines) != *smallest);
            text += if has_fewer { ", so that even fewer may be enough; more `--seeds` say more\n" } else { "\n" };
        }
    }
    if sweep.interrupted {
        text += "note: interrupted: smaller numbers may do\n";
    }
    table::harmless(&text).into_owned()
}

/// One line for each number of machines that was tried.
pub fn sweep_csv(sweep: &Sweep) -> String {
    let conditions = sweep.conditions.iter().map(|condition| condition.condition.as_str());
    let head: Vec<&str> =
        ["policy", "machines"].into_iter().chain(conditions).chain(["unfinished", "utilization", "cost", "reached"]).collect();
    let line = |policy: &str, tried: &Try| {
        let values = tried.values.iter().map(|value| value.map_or(String::new(), |value| value.to_string()));
        let Try { machines, unfinished, utilization, cost, reached, .. } = tried;
        let rest = [unfinished.to_string(), utilization.to_string(), cost.to_string(), reached.to_string()];
        [policy.to_owned(), machines.to_string()].into_iter().chain(values).chain(rest).collect()
    };
    let lines: Vec<Vec<String>> =
        sweep.policies.iter().flat_map(|found| found.tried.iter().map(|tried| line(&found.policy, tried))).collect();
    csv(&head, &lines)
}

fn csv(head: &[&str], lines: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(head);
    lines.iter().for_each(|line| drop(writer.write_record(line)));
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Seconds, to the second; to a tenth where it is little.
pub(super) fn time(seconds: f64) -> String {
    let step = if seconds < 60.0 { 100.0 } else { 1_000.0 };
    let milliseconds = ((seconds * 1_000.0 / step).round() * step) as i64;
    if milliseconds < 60_000 && milliseconds % 1_000 != 0 {
        return format!("{:.1}s", milliseconds as f64 / 1_000.0);
    }
    Duration(milliseconds).to_string()
}
