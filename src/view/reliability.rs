//! What can be expected of a run, as tables.

use super::table;
use crate::machine::reliability::{Bounds, Document, Figures, RemedyFigures, SubstageFigures};

/// Stands between the least and the most.
const BETWEEN: char = '–';

/// Tables for people: the run, the substages that break most runs, what would help.
pub fn reliability(document: &Document, top: usize) -> String {
    let Figures { succeeded, unstable, failed, attempts, gpu_hours } = document.run;
    let mut run = vec![
        row(["succeeded", &percent(succeeded)]),
        row(["unstable", &percent(unstable)]),
        row(["failed", &percent(failed)]),
        row(["attempts", &number(attempts)]),
        row(["GPU-hours", &number(gpu_hours)]),
    ];
    let mut worst: Vec<&SubstageFigures> = document.substages.iter().collect();
    worst.sort_by(|left, right| right.breaks.most.total_cmp(&left.breaks.most));
    let more = worst.len().saturating_sub(top);
    let mut parts = vec![row(["breaks runs", "", "of failed", "runs", "attempts", "GPU-hours"])];
    parts.extend(worst.into_iter().take(top).map(|SubstageFigures { path, runs, attempts, gpu_hours, breaks }| {
        let of_failed = ratio(*breaks, failed).map_or("-".to_owned(), percent);
        row([path, &percent(*breaks), &of_failed, &percent(*runs), &number(*attempts), &number(*gpu_hours)])
    }));
    let mut helps = vec![row(["what would help", "", "succeeded", "attempts", "GPU-hours"])];
    helps.extend(document.remedies.iter().map(|RemedyFigures { path, change, run: with, .. }| {
        let succeeded = percent(with.succeeded) + &difference(with.succeeded, succeeded, 100.0);
        let attempts = number(with.attempts) + &difference(with.attempts, attempts, 1.0);
        let gpu_hours = number(with.gpu_hours) + &difference(with.gpu_hours, gpu_hours, 1.0);
        row([path, change, &succeeded, &attempts, &gpu_hours])
    }));
    if gpu_hours.most == 0.0 {
        run.truncate(4);
        parts.iter_mut().chain(&mut helps).for_each(|row| drop(row.pop()));
    }
    let more = if more == 0 { String::new() } else { format!("and {more} more: `--top {}` shows them\n", top + more) };
    let mut text = format!("{}, a run by these odds\n\n{}", document.pipeline, table::draw(&run));
    for (table, more) in [(&parts, more), (&helps, String::new())] {
        // A heading alone says nothing.
        if table.len() > 1 {
            text += &format!("\n{}{more}", table::draw(table));
        }
    }
    let is_vague = text.contains(BETWEEN);
    let doubts = document.doubts.iter().filter(|_| is_vague).map(|doubt| format!("between two figures, since {doubt}"));
    let remarks: String = doubts.chain(document.notes.iter().cloned()).map(|remark| format!("note: {remark}\n")).collect();
    if remarks.is_empty() { text } else { format!("{text}\n{remarks}") }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// One share of another.
fn ratio(part: Bounds, whole: Bounds) -> Option<Bounds> {
    (whole.least > 0.0).then(|| Bounds { least: part.least / whole.most, most: (part.most / whole.least).min(1.0) })
}

fn percent(bounds: Bounds) -> String {
    match bounds.most {
        some if bounds.is_exact() && some > 0.0 && some < 0.000_05 => "<0.01 %".to_owned(),
        some if bounds.is_exact() && some < 1.0 - 1e-9 && some > 0.999_95 => ">99.99 %".to_owned(),
        _ => number(Bounds { least: bounds.least * 100.0, most: bounds.most * 100.0 }) + " %",
    }
}

/// One figure, or two that differ as shown.
fn number(bounds: Bounds) -> String {
    let [least, most] = [bounds.least, bounds.most].map(|value| format!("{:.2}", value.abs()));
    if least == most { most } else { format!("{least}{BETWEEN}{most}") }
}

/// How much more it is; nothing where that cannot be told.
fn difference(with: Bounds, without: Bounds, unit: f64) -> String {
    if with.is_exact() && without.is_exact() { format!(" ({:+.2})", (with.most - without.most) * unit) } else { String::new() }
}
