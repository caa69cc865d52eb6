//! As one page, for a browser or a mail: no script, nothing loaded, readable without colours.

use std::fmt::Write as _;

use super::axis::ticks;
use super::human::hours;
use super::layout::{Bar, Drawing, Lane, Layout, Row, What};
use super::remark::spoken;
use super::style::sign;
use crate::base::Duration;
use crate::machine::{Outcome, Trace};
use crate::plan::Plan;

/// Rows that are shown one by one.
const MOST_ROWS: usize = 2_000;
/// Failures that the verdict names.
const MOST_CAUSES: usize = 20;
/// Letters that the axis has room for.
const AXIS: usize = 90;
const STYLE: &str = include_str!("page.css");

/// The run as an HTML document.
pub fn html(plan: &Plan, trace: &Trace) -> String {
    let layout = Layout::new(plan, trace, MOST_ROWS);
    let mut page = Page { duration: layout.duration, out: String::new() };
    page.head(&layout);
    page.summary(&layout);
    page.timeline(&layout);
    page.out += "</main>\n</body>\n</html>\n";
    page.out
}

struct Page {
    duration: Duration,
    out: String,
}

impl Page {
    fn head(&mut self, layout: &Layout) {
        let (name, word) = (escaped(&layout.pipeline), layout.outcome.word());
        self.out += &head(&format!("{name}: {word}"), "");
    }

    fn put(&mut self, text: &str) {
        self.out += text;
    }

    fn summary(&mut self, layout: &Layout) {
        let outcome = layout.outcome;
        self.put(&format!("<h1><bdi>{}</bdi> <small>dry run</small></h1>\n", escaped(&layout.pipeline)));
        self.put(&format!(
            "<p class=\"verdict {}\">{} after {}<span>{}</span></p>\n",
            outcome.word(),
            shown(outcome),
            layout.duration,
            layout.counts.join(", ")
        ));
        if !layout.causes.is_empty() {
            self.put("<ul class=\"causes\">\n");
            for cause in layout.causes.iter().take(MOST_CAUSES) {
                let (path, remark) = (escaped(&cause.path), escaped(&cause.remark));
                self.put(&format!("<li>{} <bdi>{path}</bdi>: <bdi>{remark}</bdi></li>\n", mark(cause.outcome)));
            }
            if layout.causes.len() > MOST_CAUSES {
                self.put(&format!("<li>and {} more</li>\n", layout.causes.len() - MOST_CAUSES));
            }
            self.put("</ul>\n");
        }
        self.put("<dl>\n");
        let steps: Vec<String> = layout
            .critical_path
            .iter()
            .map(|(path, took)| {
                let took = took.map(|took| format!(" <span>{took}</span>")).unwrap_or_default();
                format!("<li><bdi>{}</bdi>{took}</li>", escaped(path))
            })
            .collect();
        if !steps.is_empty() {
            self.put(&format!("<div><dt>Critical path</dt><dd><ol>{}</ol></dd></div>\n", steps.concat()));
        }
        let peak: Vec<String> =
            layout.peak.iter().map(|(mode, most)| format!("<li>{most} × <bdi>{}</bdi></li>", escaped(mode))).collect();
        if !peak.is_empty() {
            self.put(&format!("<div><dt>Peak</dt><dd><ul>{}</ul></dd></div>\n", peak.concat()));
        }
        self.put(&format!("<div><dt>GPU-hours</dt><dd>{}</dd></div>\n</dl>\n", hours(layout.gpu_hours)));
    }

    fn timeline(&mut self, layout: &Layout) {
        self.put(
            "<table>\n<caption>Timeline</caption>\n<thead><tr><th scope=\"col\">Substage</th><th scope=\"col\">Outcome</th>",
        );
        self.put("<th scope=\"col\" class=\"time\"><span class=\"spoken\">Time</span><div class=\"axis\" aria-hidden=\"true\">");
        for (at, label) in ticks(self.duration, AXIS) {
            let left = self.percent(at);
            // A label at the end would run into the next column.
            if left <= 92.0 {
                self.put(&format!("<span style=\"left:{left}%\">{label}</span>"));
            }
        }
        self.put("</div></th><th scope=\"col\">Remark</th></tr></thead>\n");
        for lane in &layout.lanes {
            self.lane(lane);
        }
        self.put("</table>\n<p class=\"legend\"><i class=\"waits\"></i> waits for its turn <i class=\"back-off\"></i> waits to try again ");
        self.put("<i class=\"attempt failed\"></i> an attempt that did not pass. Names on the critical path are bold.</p>\n");
    }

    fn lane(&mut self, lane: &Lane) {
        let bars = lane.time.map(|(start, end)| Bar { start, end, what: What::Whole(lane.outcome) });
        let drawn = self.bars(bars.as_slice());
        self.put("<tbody>\n");
        self.row("lane", (&lane.name, "rowgroup"), lane.outcome, &drawn, &lane.remark);
        for row in &lane.rows {
            let drawn = match &row.drawing {
                Drawing::Bars(bars) => self.bars(bars),
                Drawing::Load(load) => self.load(load, row.outcome),
            };
            self.row(class(row), (&row.name, "row"), row.outcome, &drawn, &row.remark);
        }
        self.put("</tbody>\n");
    }

    fn row(&mut self, class: &str, (name, scope): (&str, &str), outcome: Outcome, drawn: &str, remark: &str) {
        let (name, remark) = (escaped(name), escaped(remark));
        let outcome = format!("<td class=\"{}\">{}</td>", outcome.word(), shown(outcome));
        self.put(&format!(
            "<tr class=\"{class}\"><th scope=\"{scope}\"><bdi>{name}</bdi></th>{outcome}<td class=\"time\">{drawn}</td><td><bdi>{remark}</bdi></td></tr>\n"
        ));
    }

    fn bars(&self, bars: &[Bar]) -> String {
        if bars.is_empty() || self.duration <= Duration(0) {
            return String::new();
        }
        let mut out = String::from("<div class=\"bars\">");
        for bar in bars {
            let (class, what) = match bar.what {
                What::Waits => ("waits".to_owned(), "waits"),
                What::BackOff => ("back-off".to_owned(), "waits to try again"),
                What::Attempt(outcome) => (format!("attempt {}", outcome.word()), spoken(outcome)),
                What::Whole(outcome) => (format!("whole {}", outcome.word()), spoken(outcome)),
            };
            let (left, right) = (self.percent(bar.start), self.percent(bar.end));
            let says = format!("{what}, {} to {}", bar.start, bar.end);
            // Writing to a string cannot fail.
            let _ = write!(
                out,
                "<i class=\"{class}\" style=\"left:{left}%;width:{}%\" role=\"img\" aria-label=\"{says}\" title=\"{says}\"></i>",
                rounded(right - left)
            );
        }
        out + "</div>"
    }

    /// The number of those that run, as an area over time.
    fn load(&self, load: &[(Duration, u32)], outcome: Outcome) -> String {
        let most = load.iter().map(|(_, running)| *running).max().unwrap_or(0);
        if most == 0 || self.duration <= Duration(0) {
            return String::new();
        }
        let mut path = String::new();
        let mut height = 0.0;
        for (at, running) in load {
            let x = self.percent(*at);
            let y = rounded(100.0 * f64::from(*running) / f64::from(most));
            let start = if path.is_empty() { "M" } else { "L" };
            let _ = write!(path, "{start}{x} {} L{x} {} ", 100.0 - height, 100.0 - y);
            height = y;
        }
        let says = format!("up to {most} at once");
        format!(
            "<svg class=\"load {}\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{says}\"><title>{says}</title><path d=\"{}Z\"/></svg>",
            outcome.word(),
            path
        )
    }

    fn percent(&self, at: Duration) -> f64 {
        rounded(100.0 * at.0 as f64 / self.duration.0.max(1) as f64)
    }
}

/// All before a page's own content; the title is escaped already.
pub(super) fn head(title: &str, more_style: &str) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
    out += "<meta name=\"color-scheme\" content=\"light dark\">\n";
    out + &format!("<title>{title}</title>\n<style>\n{STYLE}{more_style}</style>\n</head>\n<body>\n<main>\n")
}

fn class(row: &Row) -> &'static str {
    match (row.is_replica, row.is_critical) {
        (true, _) => "replica",
        (false, true) => "critical",
        (false, false) => "",
    }
}

/// To a thousandth.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// An outcome with its sign; a reader that speaks hears the word alone.
fn shown(outcome: Outcome) -> String {
    format!("<span aria-hidden=\"true\">{}</span> {}", sign(outcome, true), spoken(outcome))
}

/// The sign alone, with the word for whoever does not see it.
fn mark(outcome: Outcome) -> String {
    let word = outcome.word();
    format!("<span class=\"{word}\" role=\"img\" aria-label=\"{}\">{}</span>", spoken(outcome), sign(outcome, true))
}

/// Text for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            _ => out.push(c),
        }
    }
    out
}
