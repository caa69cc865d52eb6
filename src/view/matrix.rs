//! What several targets make of several constructs: signs in columns, read at a glance on any width.

use super::style::{Paint, Style};
use crate::target::capability::Level;

/// A line for each head, that leads down to its column of signs; then the rows, the words beside the signs.
pub fn matrix(heads: &[String], rows: &[(Vec<Option<Level>>, String)], style: Style) -> String {
    let rule = style.paint(if style.unicode { "│" } else { "|" }, Paint::Quiet) + " ";
    let mut out = String::new();
    for (at, head) in heads.iter().enumerate() {
        out += &rule.repeat(at);
        out += &style.fitted(head, style.width.saturating_sub(2 * at));
        out.push('\n');
    }
    let beside = 2 * heads.len() + 1;
    for (levels, words) in rows {
        for level in levels {
            out += &sign(*level, style);
            out.push(' ');
        }
        out += &format!(" {}\n", style.fitted(words, style.width.saturating_sub(beside)));
    }
    out
}

/// The signs in words.
pub fn legend(style: Style) -> String {
    let levels = [Level::Kept, Level::Approximated, Level::Refused];
    levels.map(|level| format!("{} {}", sign(Some(level), style), level.word())).join("   ")
}

pub(super) fn paint(level: Level) -> Paint {
    match level {
        Level::Kept => Paint::Good,
        Level::Approximated => Paint::Warning,
        Level::Refused => Paint::Bad,
    }
}

fn sign(level: Option<Level>, style: Style) -> String {
    let Some(level) = level else { return style.paint("?", Paint::Quiet) };
    let (sign, ascii) = match level {
        Level::Kept => ("✓", "+"),
        Level::Approximated => ("~", "~"),
        Level::Refused => ("✗", "x"),
    };
    style.paint(if style.unicode { sign } else { ascii }, paint(level))
}
