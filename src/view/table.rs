//! Columns of text for people.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::style::wrapped;

/// Columns below which text is not broken any further.
const LEAST_TEXT: usize = 24;

/// Text of others, with nothing in it that a terminal obeys: control characters and what turns the direction of text are written out.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(is_obeyed) {
        return text.into();
    }
    text.chars().map(|c| if is_obeyed(c) { c.escape_debug().to_string() } else { c.to_string() }).collect()
}

/// Rows with their cells below each other, two blanks apart; wide characters count twice.
pub fn draw(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// The same in lines of at most this width where the other columns leave room: the last column is broken between words.
pub fn draw_within(rows: &[Vec<String>], width: usize) -> String {
    let last = rows.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let beside: usize = (0..last).map(|column| widest(column) + 2).sum();
    let room = width.saturating_sub(beside).max(LEAST_TEXT);
    let mut broken = Vec::new();
    for row in rows {
        let Some((text, others)) = row.split_last().filter(|_| row.len() > last) else {
            broken.push(row.clone());
            continue;
        };
        let lines = wrapped(text, room);
        let first = lines.first().cloned().unwrap_or_default();
        broken.push(others.iter().cloned().chain([first]).collect());
        broken.extend(lines.into_iter().skip(1).map(|line| vec![String::new(); last].into_iter().chain([line]).collect()));
    }
    draw(&broken)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up_also_with_wide_characters() {
        let rows = [["测试", "1"], ["a", "2"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(super::draw(&rows), "测试  1\na     2\n");
    }
}
