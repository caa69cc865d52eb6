//! Policies beside each other, as tables.

use super::table;
use crate::base::Duration;
use crate::simulate::{Document, Figures, GroupFigures};

/// Tables for people: how long builds and runs take under each policy, and what machines cost.
pub fn simulation(document: &Document) -> String {
    let Document { pipeline, cluster, runs, length, seed, .. } = document;
    let mut text = format!("{pipeline} on {cluster}: {runs} runs arrive in {}, seed {seed}\n", time(*length));
    let mut builds = vec![row(["wait of builds", "", "builds", "mean", "p50", "p95", "p99", "longest", "slowdown"])];
    let mut durations = vec![row(["runs", "", "ended", "failed", "p50", "p95"])];
    let mut machines = vec![row(["machines", "busy", "started", "unused", "cost", "starved for"])];
    for figures in &document.policies {
        let mut name = figures.policy.as_str();
        for group in figures.groups.iter().filter(|group| group.builds > 0) {
            builds.push(waits(name, group));
            name = "";
        }
        let mut name = figures.policy.as_str();
        for runs in &figures.runs {
            let counts = [runs.ended.to_string(), runs.failed.to_string()];
            durations.push(row([name, &runs.source, &counts[0], &counts[1], &time(runs.duration_p50), &time(runs.duration_p95)]));
            name = "";
        }
        machines.push(machines_of(figures));
    }
    let locks = locks(document);
    for table in [builds, durations, machines].into_iter().chain(locks) {
        text += "\n";
        text += &table::draw(&table);
    }
    let remarks = remarks(document);
    if remarks.is_empty() { text } else { format!("{text}\n{remarks}") }
}

fn waits(policy: &str, group: &GroupFigures) -> Vec<String> {
    let mean = match group.wait.half_width {
        Some(half_width) => format!("{} ± {}", time(group.wait.mean), time(half_width)),
        None => time(group.wait.mean),
    };
    let slowdown = format!("{:.2}", group.slowdown.mean);
    let builds = group.builds.to_string();
    let [p50, p95, p99, longest] = [group.wait_p50, group.wait_p95, group.wait_p99, group.wait_longest].map(time);
    row([policy, group.group, &builds, &mean, &p50, &p95, &p99, &longest, &slowdown])
}

fn machines_of(figures: &Figures) -> Vec<String> {
    let busy = format!("{:.1} %", figures.utilization * 100.0);
    let sum = |count: fn(&crate::simulate::CloudFigures) -> u64| figures.clouds.iter().map(count).sum::<u64>().to_string();
    let longest = figures.labels.iter().map(|label| label.starved).fold(0.0, f64::max);
    let of = figures.labels.iter().find(|label| label.starved == longest && longest > 0.0);
    let starved = of.map_or("-".to_owned(), |label| match label.label.as_str() {
        "" => time(longest),
        name => format!("{} ({name})", time(longest)),
    });
    let cost = format!("{:.2}", figures.cost);
    row([&figures.policy, &busy, &sum(|cloud| cloud.machines), &sum(|cloud| cloud.unused), &cost, &starved])
}

/// None where the pipeline has no locks.
fn locks(document: &Document) -> Option<Vec<Vec<String>>> {
    let mut rows = vec![row(["locks", "", "holders", "held", "wait p50", "p95", "longest"])];
    for figures in &document.policies {
        let mut name = figures.policy.as_str();
        for lock in &figures.locks {
            let [p50, p95, longest] = [lock.wait_p50, lock.wait_p95, lock.wait_longest].map(time);
            let (holders, held) = (lock.holders.to_string(), format!("{:.1} %", lock.held * 100.0));
            rows.push(row([name, &lock.lock, &holders, &held, &p50, &p95, &longest]));
            name = "";
        }
    }
    (rows.len() > 1).then_some(rows)
}

/// What the tables do not say.
fn remarks(document: &Document) -> String {
    let mut remarks = String::new();
    let mut add = |remark: String| remarks += &format!("note: {remark}\n");
    for mode in &document.not_offered {
        add(format!("the cluster offers no `{mode}`, so what asks for it never starts"));
    }
    for Figures { policy, runs, unstarted, unended, withdrawn, .. } in &document.policies {
        for run in runs.iter().filter(|run| run.folded > 0) {
            let (folded, source) = (run.folded, &run.source);
            add(format!("{policy}: runs of `{source}` that arrived while another waited, and were taken for that one: {folded}"));
        }
        if unstarted + unended > 0 {
            add(format!("{policy}: {unstarted} builds never started and {unended} never ended; no other figure counts them"));
        }
        if *withdrawn > 0 {
            add(format!(
                "{policy}: {withdrawn} builds were withdrawn before they started, as their runs were aborted or out of time"
            ));
        }
    }
    remarks
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Seconds, to the second; to a tenth where it is little.
fn time(seconds: f64) -> String {
    let step = if seconds < 60.0 { 100.0 } else { 1_000.0 };
    let milliseconds = ((seconds * 1_000.0 / step).round() * step) as i64;
    if milliseconds < 60_000 && milliseconds % 1_000 != 0 {
        return format!("{:.1}s", milliseconds as f64 / 1_000.0);
    }
    Duration(milliseconds).to_string()
}
