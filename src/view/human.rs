//! For a terminal.

use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use super::layout::{Bar, Drawing, Lane, Layout, Row, What};
use super::style::{Paint, Style, wrapped};
use crate::base::Duration;
use crate::machine::{Outcome, Trace};
use crate::plan::Plan;

/// Rows that are shown one by one.
const MOST_ROWS: usize = 60;
/// Columns below which there is no room for bars.
const NARROW: usize = 56;
/// Columns of bars that are enough.
const WIDE: usize = 100;
/// Failures that the verdict names.
const MOST_CAUSES: usize = 5;
/// Columns of the headings below the timeline.
const HEADING: usize = 13;

/// A timeline with its verdict, in lines of at most the style's width where names allow.
pub fn human(plan: &Plan, trace: &Trace, style: Style) -> String {
    let layout = Layout::new(plan, trace, MOST_ROWS);
    let mut page = Page { style, columns: Columns::of(&layout, style), out: String::new() };
    page.timeline(&layout);
    page.verdict(&layout);
    page.out
}

struct Page {
    style: Style,
    columns: Columns,
    out: String,
}

/// Widths.
struct Columns {
    label: usize,
    /// 0: there are none.
    bars: usize,
    remark: usize,
}

impl Columns {
    fn of(layout: &Layout, style: Style) -> Self {
        let rows = || layout.lanes.iter().flat_map(|lane| &lane.rows);
        let lanes = layout.lanes.iter().map(|lane| 2 + lane.name.width());
        let widest_label = lanes.chain(rows().map(|row| indent(row) + 2 + row.name.width())).max().unwrap_or(0);
        if style.width < NARROW {
            let label = widest_label.min(style.width / 2);
            return Self { label, bars: 0, remark: style.width.saturating_sub(label + 2).max(8) };
        }
        let label = widest_label.min((style.width / 3).max(20));
        let free = style.width - label - 4;
        let of_lanes = layout.lanes.iter().filter(|lane| lane.time.is_some()).map(|lane| &lane.remark);
        let of_rows = rows().filter(|row| !row.is_empty()).map(|row| &row.remark);
        let widest = of_lanes.chain(of_rows).map(|remark| remark.width()).max().unwrap_or(0);
        // Bars get three fifths; what they have beyond 48 columns the remarks may take.
        let remark = widest.min((free * 2 / 5).max(free.saturating_sub(48)));
        Self { label, bars: (free - remark).min(WIDE), remark }
    }
}

fn indent(row: &Row) -> usize {
    if row.is_replica { 4 } else { 2 }
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out += text.trim_end();
        self.out.push('\n');
    }

    fn quiet(&self, text: &str) -> String {
        self.style.paint(text, Paint::Quiet)
    }

    fn timeline(&mut self, layout: &Layout) {
        let canvas = Canvas { width: self.columns.bars, duration: layout.duration, style: self.style };
        let [above, line] = canvas.axis().map(|line| self.quiet(&line));
        let title = self.style.paint(&layout.pipeline, Paint::Strong);
        let margin = self.columns.label + 2;
        match margin.checked_sub(layout.pipeline.width() + 1) {
            Some(gap) => self.line(&format!("{title} {}{above}", " ".repeat(gap))),
            None => {
                self.line(&title);
                self.line(&format!("{}{above}", " ".repeat(margin)));
            }
        }
        self.line(&format!("{}{line}", " ".repeat(margin)));
        for lane in &layout.lanes {
            self.lane(lane, canvas);
        }
    }

    fn lane(&mut self, lane: &Lane, canvas: Canvas) {
        let whole =
            lane.time.filter(|(start, end)| start < end).map(|(start, end)| Bar { start, end, what: What::Whole(lane.outcome) });
        let drawing = Drawing::Bars(whole.into_iter().collect());
        let paint = if lane.time.is_some() { Paint::Strong } else { Paint::Quiet };
        self.row(0, lane.outcome, (&lane.name, paint), canvas.draw(&drawing, lane.outcome), &lane.remark);
        for row in &lane.rows {
            let paint = match row.outcome {
                _ if row.is_critical => Paint::Strong,
                Outcome::Cancelled | Outcome::Skipped => Paint::Quiet,
                _ => Paint::Plain,
            };
            self.row(indent(row), row.outcome, (&row.name, paint), canvas.draw(&row.drawing, row.outcome), &row.remark);
        }
    }

    fn row(
        &mut self,
        indent: usize,
        outcome: Outcome,
        (name, paint): (&str, Paint),
        (bars, drawn): (String, usize),
        remark: &str,
    ) {
        let Columns { label, bars: width, remark: room } = self.columns;
        let name = self.style.fitted(name, label.saturating_sub(indent + 2));
        let used = indent + 2 + name.width();
        let mut line = format!("{}{} {}", " ".repeat(indent), self.style.sign(outcome), self.style.paint(&name, paint));
        line += &" ".repeat(label.saturating_sub(used) + 2);
        // Where nothing is drawn the remark has the bars' place too.
        let (before, room) = match drawn {
            0 => (label + 2, self.style.width.saturating_sub(label + 2).max(room)),
            _ => (label + width + 4, room),
        };
        if drawn > 0 {
            line += &bars;
            line += &" ".repeat(width - drawn + 2);
        }
        let paint = match outcome {
            Outcome::Succeeded | Outcome::Cancelled | Outcome::Skipped | Outcome::Cached => Paint::Quiet,
            outcome => Paint::of(outcome),
        };
        let mut lines = wrapped(remark, room).into_iter();
        line += &self.style.paint(&lines.next().unwrap_or_default(), paint);
        self.line(&line);
        for further in lines {
            let further = self.style.paint(&further, paint);
            self.line(&format!("{}{further}", " ".repeat(before)));
        }
    }

    fn verdict(&mut self, layout: &Layout) {
        self.line("");
        let word = self.style.paint(layout.outcome.word(), Paint::of(layout.outcome));
        let sign = self.style.sign(layout.outcome);
        let mut counts = layout.counts.clone();
        if let Some(first) = counts.first_mut() {
            *first = format!("after {}: {first}", layout.duration);
        }
        let room = self.style.width.saturating_sub(3 + layout.outcome.word().len());
        for (index, line) in joined(&counts, ",", room).into_iter().enumerate() {
            self.line(&if index == 0 { format!("{sign} {word} {line}") } else { format!("  {line}") });
        }
        for cause in layout.causes.iter().take(MOST_CAUSES) {
            let sign = self.style.sign(cause.outcome);
            let text = format!("{}: {}", cause.path, cause.remark);
            for (index, line) in wrapped(&text, self.style.width.saturating_sub(4)).into_iter().enumerate() {
                let mark = if index == 0 { sign.as_str() } else { " " };
                self.line(&format!("  {mark} {line}"));
            }
        }
        if layout.causes.len() > MOST_CAUSES {
            self.line(&format!("  and {} more", layout.causes.len() - MOST_CAUSES));
        }
        self.line("");
        let (arrow, times) = if self.style.unicode { (" →", "×") } else { (" ->", "x") };
        let step = |(path, took): &(String, Option<Duration>)| took.map_or_else(|| path.clone(), |took| format!("{path} {took}"));
        self.fact("critical path", &layout.critical_path.iter().map(step).collect::<Vec<_>>(), arrow);
        let peak: Vec<String> = layout.peak.iter().map(|(mode, most)| format!("{most} {times} {mode}")).collect();
        self.fact("peak", &peak, ",");
        self.fact("GPU-hours", &[hours(layout.gpu_hours)], "");
        self.legend(!layout.critical_path.is_empty());
    }

    /// A list under a heading.
    fn fact(&mut self, name: &str, items: &[String], separator: &str) {
        let width = self.style.width.saturating_sub(HEADING + 2);
        for (index, line) in joined(items, separator, width).into_iter().enumerate() {
            let name = self.quiet(&format!("{:HEADING$}", if index == 0 { name } else { "" }));
            self.line(&format!("{name}  {line}"));
        }
    }

    /// What the signs mean that say nothing by themselves.
    fn legend(&mut self, has_path: bool) {
        let [back_off, waits] = if self.style.unicode { ["╌╌", "··"] } else { ["~~", ".."] };
        let known = [(back_off, "waits to try again"), (waits, "waits for its turn")];
        let mut said: Vec<String> = known
            .iter()
            .filter(|(sign, _)| self.out.contains(sign))
            .map(|(sign, text)| self.quiet(&format!("{sign} {text}")))
            .collect();
        if self.style.colour && has_path {
            said.push(self.style.paint("bold", Paint::Strong) + &self.quiet(" on the critical path"));
        }
        if !said.is_empty() {
            self.line("");
            self.line(&said.join("   "));
        }
    }
}

/// Lines of at most this width. No item is broken over two lines that fits on one.
fn joined(items: &[String], separator: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item = if index + 1 < items.len() { format!("{item}{separator}") } else { item.clone() };
        match lines.last_mut().filter(|line| line.width() + 1 + item.width() <= width) {
            Some(line) => *line += &format!(" {item}"),
            None => lines.extend(wrapped(&item, width)),
        }
    }
    lines
}

/// At most two decimals.
pub(super) fn hours(hours: f64) -> String {
    let text = format!("{hours:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
