//! As a Gantt chart in Mermaid's language, which many wikis and forges draw.

use super::layout::{Bar, Drawing, Lane, Layout, Row, What};
use super::style::sign;
use crate::base::Duration;
use crate::machine::{Outcome, Trace};
use crate::plan::Plan;

/// Rows that are shown one by one.
const MOST_ROWS: usize = 120;
/// Mermaid draws no text of more than 50,000 characters; here in bytes, with room for the end.
const MOST_TEXT: usize = 48_000;
/// Characters of a name that are shown.
const MOST_NAME: usize = 60;
const DAY: i64 = 86_400_000;
/// Days that fit into a year of four digits.
const MOST_DAYS: i64 = 2_900_000;

/// The run as a `gantt` diagram. It starts at midnight of a new year, since Mermaid knows no times without a day.
pub fn mermaid(plan: &Plan, trace: &Trace) -> String {
    let layout = Layout::new(plan, trace, MOST_ROWS);
    let (sign, word) = (sign(layout.outcome, true), layout.outcome.word());
    let axis = if layout.duration.0 < DAY { "%H:%M:%S" } else { "day %-j, %H:%M" };
    let title = format!("{sign} {}: {word} after {}", shortened(&layout.pipeline), layout.duration);
    let mut out =
        format!("gantt\n    title {}\n    dateFormat YYYY-MM-DD HH:mm:ss.SSS\n    axisFormat {axis}\n", escaped(&title));
    let mut hidden = 0;
    for lane in &layout.lanes {
        let is_full = |out: &String| out.len() > MOST_TEXT;
        if is_full(&out) {
            hidden += 1 + lane.rows.len();
            continue;
        }
        section(&mut out, lane);
        for row in &lane.rows {
            if is_full(&out) {
                hidden += 1;
            } else {
                tasks(&mut out, row, lane);
            }
        }
    }
    if hidden > 0 {
        task(&mut out, Outcome::Skipped, &format!("and {hidden} more rows"), "milestone", layout.duration, layout.duration);
    }
    out
}

fn section(out: &mut String, lane: &Lane) {
    *out += &format!("    section {} {}\n", sign(lane.outcome, true), escaped(&shortened(&lane.name)));
    if lane.rows.is_empty() {
        // A section shows only with a task in it.
        task(out, lane.outcome, &lane.remark, "milestone", lane.at, lane.at);
    }
}

/// A row's attempts, or the whole of what has no attempts of its own.
fn tasks(out: &mut String, row: &Row, lane: &Lane) {
    let name = if row.is_replica { format!("- {}", row.name) } else { shortened(&row.name) };
    let drawn: Vec<(Bar, Outcome)> = match &row.drawing {
        Drawing::Bars(bars) => bars.iter().filter_map(|bar| Some((*bar, bar.what.outcome()?))).collect(),
        Drawing::Load(load) => {
            let whole = load.first().zip(load.last());
            let bar = whole.map(|((start, _), (end, _))| Bar { start: *start, end: *end, what: What::Whole(row.outcome) });
            bar.map(|bar| (bar, row.outcome)).into_iter().collect()
        }
    };
    if drawn.is_empty() {
        task(out, row.outcome, &format!("{name}: {}", row.remark), "milestone", lane.at, lane.at);
    }
    for (index, (bar, outcome)) in drawn.iter().enumerate() {
        let number = if drawn.len() > 1 { format!(", attempt {}", index + 1) } else { String::new() };
        let tag = match outcome {
            Outcome::Failed | Outcome::TimedOut | Outcome::Lost => "crit",
            Outcome::Unstable => "active",
            Outcome::Cancelled => "crit, done",
            Outcome::Succeeded | Outcome::Skipped | Outcome::Cached => "done",
        };
        task(out, *outcome, &format!("{name}{number}"), tag, bar.start, bar.end);
    }
}

/// The sign before a name keeps it from being read as a keyword.
fn task(out: &mut String, outcome: Outcome, text: &str, tag: &str, start: Duration, end: Duration) {
    *out += &format!("    {} {} :{tag}, {}, {}\n", sign(outcome, true), escaped(text), time(start), time(end));
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(MOST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// Text that ends no statement and opens none: but for letters, digits and a few harmless signs all is written as an entity.
fn escaped(text: &str) -> String {
    let is_harmless = |c: char| c.is_alphanumeric() || " -_.,/()=…".contains(c);
    let is_sign = |c: char| !c.is_ascii() && "✓✗◷⊘○↺".contains(c);
    let mut out = String::new();
    for c in text.chars() {
        if is_harmless(c) || is_sign(c) {
            out.push(c);
        } else {
            out += &format!("#{};", u32::from(c));
        }
    }
    out
}

/// From the first midnight of 2001 on: a month far from any change of clocks.
fn time(at: Duration) -> String {
    let (days, rest) = (at.0.max(0) / DAY, at.0.max(0) % DAY);
    let (year, month, day) = date(days.min(MOST_DAYS));
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", rest % 1_000)
}

/// Year, month and day, so many days after the first of 2001, a year that begins the 400 of the calendar.
fn date(days: i64) -> (i64, i64, i64) {
    let (mut year, mut rest) = (2001 + days / 146_097 * 400, days % 146_097);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while rest >= 365 + i64::from(is_leap(year)) {
        rest -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, expected) in [
            (0, (2001, 1, 1)),
            (31, (2001, 2, 1)),
            (364, (2001, 12, 31)),
            (365 * 3 + 59, (2004, 2, 29)),
            (146_096, (2400, 12, 31)),
            (146_097, (2401, 1, 1)),
        ] {
            assert_eq!(date(days), expected, "{days}");
        }
        assert_eq!(time(Duration(DAY + 3_661_007)), "2001-01-02 01:01:01.007");
        assert!(time(Duration(i64::MAX)).starts_with("9"));
    }
}
