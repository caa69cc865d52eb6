//! Where the time of runs goes and what would shorten it, as tables.

use super::simulate::{row, time};
use super::table;
use crate::simulate::{Advice, ChangeFigures, Experiment, Mean, ModeFigures, PathFigures, Worth};

/// Rows of the path that are shown, at most.
const PATH_SHOWN: usize = 10;
/// What has less of the time of runs than this is not shown.
const LEAST: f64 = 0.005;

/// Tables for people.
pub fn advice(advice: &Advice) -> String {
    let Advice { pipeline, cluster, policy, runs, seeds, seed, length, .. } = advice;
    let weeks = if *seeds == 1 { format!("seed {seed}") } else { format!("{seeds} weeks from seed {seed} on") };
    let mut text = format!("{pipeline} on {cluster} under {policy}: {runs} runs in {}, {weeks}\n", time(*length));
    if *runs == 0 {
        text += "note: no run ended, so nothing can be said\n";
        return if advice.interrupted { text + "note: interrupted\n" } else { text };
    }
    let [p50, p95] = [advice.duration_p50, advice.duration_p95].map(time);
    text += &format!("a run takes {} on average, {p50} at p50, {p95} at p95\n\n", uncertain(advice.duration));
    text += &path(advice);
    text += &modes(advice);
    text += &helps(advice);
    for (at, note) in notes(advice).iter().enumerate() {
        text += &format!("{}note: {note}\n", if at == 0 { "\n" } else { "" });
    }
    text
}

fn uncertain(mean: Mean) -> String {
    mean.half_width.map_or_else(|| time(mean.mean), |half_width| format!("{} ± {}", time(mean.mean), time(half_width)))
}

fn percent(part: f64) -> String {
    if part == 0.0 { "-".to_owned() } else { format!("{:.1} %", part * 100.0) }
}

fn path(advice: &Advice) -> String {
    let mut rows = vec![row(["where the time of runs goes", "part", "waits", "runs", "retries", "locks"])];
    let shown = advice.path.iter().filter(|row| row.part >= LEAST).take(PATH_SHOWN);
    let mut rest = 1.0 - advice.before;
    for PathFigures { path, part, waits, locks, runs, retries, .. } in shown {
        let cells = [part, waits, runs, retries, locks].map(|part| percent(*part));
        rows.push([vec![path.clone()], cells.to_vec()].concat());
        rest -= part;
    }
    let more = advice.path.len() + 1 - rows.len();
    if more > 0 {
        rows.push(row([&format!("{more} more"), &percent(rest.max(0.0))]));
    }
    if advice.before >= LEAST {
        rows.push(row(["before it is noticed", &percent(advice.before)]));
    }
    without_empty(&mut rows);
    table::draw(&rows)
}

/// Without columns in which nothing is.
fn without_empty(rows: &mut [Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    for column in (1..columns).rev() {
        if rows.iter().skip(1).all(|row| row.get(column).is_none_or(|cell| cell == "-")) {
            rows.iter_mut().filter(|row| row.len() > column).for_each(|row| drop(row.remove(column)));
        }
    }
}

fn modes(advice: &Advice) -> String {
    let mut rows = vec![row(["what runs wait for", "part", "wait", "p95", "busy"])];
    for ModeFigures { mode, part, wait, wait_p95, machines } in advice.modes.iter().filter(|mode| mode.part >= LEAST) {
        let busy: Vec<String> = machines.iter().map(|kind| format!("{} {:.0} %", kind.kind, kind.busy * 100.0)).collect();
        rows.push(row([&format!("machines of {mode}"), &percent(*part), &time(wait.mean), &time(*wait_p95), &busy.join(", ")]));
    }
    for limit in advice.limits.iter().filter(|limit| limit.part >= LEAST) {
        rows.push(row([&format!("stage {}: parallel = {}", limit.stage, limit.parallel), &percent(limit.part)]));
    }
    if rows.len() == 1 { String::new() } else { format!("\n{}", table::draw(&rows)) }
}

fn helps(advice: &Advice) -> String {
    let base = advice.duration.mean;
    let mut rows = vec![row(["what would shorten it", "mean", "p95", "cost"])];
    let recommended = advice.tried.iter().filter(|one| one.worth.recommended);
    for Experiment { changes, worth } in recommended {
        rows.push(help(&changes.iter().map(changed).collect::<Vec<_>>().join(", "), worth, advice));
    }
    if rows.len() == 1 {
        let tried = advice.tried.len();
        return match advice.tried.first() {
            None if advice.interrupted => String::new(),
            None => "\nnothing was found that could be changed\n".to_owned(),
            Some(best) => format!(
                "\nnothing of {tried} that was tried shortens it for certain; {} comes nearest: {}\n",
                best.changes.iter().map(changed).collect::<Vec<_>>().join(", "),
                relative(best.worth.duration_change, base)
            ),
        };
    }
    let mut text = format!("\n{}", table::draw(&rows));
    if advice.steps.len() > 1 {
        let mut steps = vec![row(["one after the other", "mean", "p95", "cost"])];
        steps.extend(advice.steps.iter().enumerate().map(|(at, Experiment { changes, worth })| {
            let change = changes.iter().map(changed).collect::<Vec<_>>().join(", ");
            help(&if at == 0 { change } else { format!("and {change}") }, worth, advice)
        }));
        text += &format!("\n{}", table::draw(&steps));
    }
    text
}

fn changed(change: &ChangeFigures) -> String {
    let ChangeFigures { of, attribute, from, to, unsplit, .. } = change;
    let condition = if *unsplit { ", if it can be split" } else { "" };
    format!("{of}{condition}: {attribute} = {from} -> {to}")
}

fn help(what: &str, worth: &Worth, advice: &Advice) -> Vec<String> {
    let mean = relative(worth.duration_change, advice.duration.mean);
    let p95 = relative(Mean { half_width: None, ..worth.duration_p95_change }, advice.duration_p95);
    let cost = worth.cost_change.mean;
    let cost = if cost.abs() < 0.005 { "-".to_owned() } else { format!("{cost:+.2}") };
    row([what, &mean, &p95, &cost])
}

/// A change as a part of what it was.
fn relative(change: Mean, of: f64) -> String {
    let part = |seconds: f64| if of > 0.0 { seconds / of * 100.0 } else { 0.0 };
    let change_of = format!("{:+.1} %", part(change.mean));
    change.half_width.map_or(change_of.clone(), |half_width| format!("{change_of} ± {:.1}", part(half_width)))
}

fn notes(advice: &Advice) -> Vec<String> {
    let mut notes = Vec::new();
    let is_tried = |attribute: &str| advice.tried.iter().flat_map(|one| &one.changes).any(|change| change.attribute == attribute);
    if is_tried("shards") {
        notes.push(match advice.fixed {
            0.0 => {
                "with more shards, each is taken to need less time in proportion; what each needs anyway, say with `--fixed 30s`"
                    .to_owned()
            }
            fixed => format!("with more shards, the work is divided evenly but for {} that each needs anyway", time(fixed)),
        });
    }
    for change in advice.steps.iter().flat_map(|one| &one.changes) {
        if let Some(computed) = &change.computed {
            let ChangeFigures { of, attribute, file, line, .. } = change;
            notes.push(format!(
                "{of}: `{attribute}` is `{computed}` in {file}:{line}, so change what that comes from; `--diff` leaves it"
            ));
        }
    }
    for untried in &advice.untried {
        notes.push(format!("{}: `{}` was left as it is: {}", untried.of, untried.attribute, untried.why));
    }
    if advice.tried.iter().any(|one| one.worth.recommended && one.worth.duration_change.half_width.is_none()) {
        notes.push("so few runs do not say how sure this is: `--seeds 5` plays five weeks".to_owned());
    }
    if advice.left_out > 0 {
        notes.push(format!("{} further changes were not tried", advice.left_out));
    }
    if advice.unended > 0 {
        notes.push(format!("{} runs never end; no figure counts them", advice.unended));
    }
    if advice.interrupted {
        let Advice { weeks, seeds, .. } = advice;
        let known =
            if weeks == seeds { String::new() } else { format!("the figures are those of {weeks} of {seeds} weeks, and ") };
        notes.push(format!("interrupted: {known}not all was tried"));
    }
    notes
}
