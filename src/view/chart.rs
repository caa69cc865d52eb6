//! Curves on a page: SVG that takes any width, with its labels as text beside it, so that they stay readable.

use std::fmt::Write as _;

use super::html::escaped;

/// Units of the drawing; it is stretched to its place.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 100.0;

/// An area to draw in.
pub(super) struct Chart {
    /// Times at its sides.
    span: (i64, i64),
    /// The values at its bottom and top.
    values: (f64, f64),
    is_log: bool,
    shapes: String,
}

impl Chart {
    /// From nothing to a value.
    pub(super) fn new(span: (i64, i64), top: f64) -> Self {
        Self { span, values: (0.0, top.max(f64::MIN_POSITIVE)), is_log: false, shapes: String::new() }
    }

    /// Between two values above 0, each step of which is a factor.
    pub(super) fn log(span: (i64, i64), values: (f64, f64)) -> Self {
        Self { span, values, is_log: true, shapes: String::new() }
    }

    fn x(&self, at: i64) -> f64 {
        let (from, to) = self.span;
        let share = (at - from) as f64 / (to - from).max(1) as f64;
        tenth(share.clamp(0.0, 1.0) * WIDTH)
    }

    fn y(&self, value: f64) -> f64 {
        let (bottom, top) = self.values;
        let share =
            if self.is_log { (value.max(bottom) / bottom).ln() / (top / bottom).ln() } else { (value - bottom) / (top - bottom) };
        tenth((1.0 - share.clamp(0.0, 1.0)) * HEIGHT)
    }

    /// Points joined by lines; where there is none, there is a gap.
    pub(super) fn line(&mut self, class: &str, points: impl Iterator<Item = (i64, Option<f64>)>) {
        let mut path = String::new();
        let mut is_open = false;
        for (at, value) in points {
            let Some(value) = value else {
                is_open = false;
                continue;
            };
            let (x, y) = (self.x(at), self.y(value));
            // A point alone is seen by its round ends.
            let _ = if is_open { write!(path, "L{x} {y}") } else { write!(path, "M{x} {y}h.1") };
            is_open = true;
        }
        if !path.is_empty() {
            let _ = write!(self.shapes, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }

    /// A time that is marked.
    pub(super) fn stretch(&mut self, class: &str, from: i64, to: i64) {
        let (left, right) = (self.x(from), self.x(to));
        let _ = write!(
            self.shapes,
            "<rect class=\"{class}\" x=\"{left}\" y=\"0\" width=\"{}\" height=\"100\"/>",
            tenth(right - left)
        );
    }

    /// An instant that is marked, down from the top by a part of the height.
    pub(super) fn instant(&mut self, class: &str, at: i64, (from, to): (f64, f64)) {
        let x = self.x(at);
        let _ = write!(self.shapes, "<path class=\"{class}\" d=\"M{x} {}V{}\"/>", tenth(from * HEIGHT), tenth(to * HEIGHT));
    }

    /// A value that is marked.
    pub(super) fn level(&mut self, class: &str, value: f64) {
        let y = self.y(value);
        let _ = write!(self.shapes, "<path class=\"{class}\" d=\"M0 {y}H1000\"/>");
    }

    /// What is said where the pointer rests on this time.
    pub(super) fn says(&mut self, from: i64, to: i64, text: &str) {
        let (left, right) = (self.x(from), self.x(to));
        let _ = write!(
            self.shapes,
            "<rect class=\"hit\" x=\"{left}\" y=\"0\" width=\"{}\" height=\"100\"><title>{}</title></rect>",
            tenth(right - left),
            escaped(text)
        );
    }

    /// With words for whoever does not see it, labels of values, and labels of times.
    pub(super) fn drawn(self, words: &str, values: &[(f64, String)], times: &[(i64, String)]) -> String {
        let mut out = String::from("<div class=\"chart\"><div class=\"values\" aria-hidden=\"true\">");
        for (value, label) in values {
            let _ = write!(out, "<span style=\"top:{}%\">{}</span>", self.y(*value), escaped(label));
        }
        let words = escaped(words);
        let _ = write!(
            out,
            "</div><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{words}\">{}</svg>",
            self.shapes
        );
        out += "<div class=\"axis\" aria-hidden=\"true\">";
        for (at, label) in times {
            let left = self.x(*at) / WIDTH * 100.0;
            // A label at the end would run out of the page.
            if left <= 94.0 {
                let _ = write!(out, "<span style=\"left:{}%\">{}</span>", tenth(left), escaped(label));
            }
        }
        out + "</div></div>\n"
    }
}

/// To a tenth.
fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The least of 1, 2 and 5 times a power of ten that is at least this.
pub(super) fn round_up(value: f64) -> f64 {
    if value <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{Chart, round_up};

    #[test]
    fn a_gap_is_left_open_and_a_point_alone_is_seen() {
        let mut chart = Chart::new((0, 10), 4.0);
        chart.line("p0", [(0, Some(0.0)), (5, Some(4.0)), (6, None), (10, Some(2.0))].into_iter());
        assert_eq!(chart.shapes, "<path class=\"p0\" d=\"M0 100h.1L500 0M1000 50h.1\"/>");
    }

    #[test]
    fn a_logarithm_makes_factors_steps() {
        let chart = Chart::log((0, 1), (0.01, 100.0));
        assert_eq!([0.001, 0.01, 1.0, 100.0].map(|value| chart.y(value)), [100.0, 100.0, 50.0, 0.0]);
    }

    #[test]
    fn tops_are_round() {
        assert_eq!([0.0, 1.0, 1.5, 2.0, 3.0, 7.0, 11.0, 400.0].map(round_up), [1.0, 1.0, 2.0, 2.0, 5.0, 10.0, 20.0, 500.0]);
    }
}
