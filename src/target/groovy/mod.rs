//! Groovy as Jenkins reads it: literals that come out as they went in, names, and the runtime that keeps the rules there.

pub(super) mod capabilities;
pub(super) mod runtime;

use std::collections::HashSet;
use std::fmt::Write;

/// The longest literal, in bytes: the class file takes 65,535, and an escape is two characters of what is read.
const LONGEST_LITERAL: usize = 16 << 10;
/// The longest part of a name that is worth reading.
const LONGEST_NAME: usize = 80;

/// The character that Groovy takes for the end of the file, wherever it stands and however it is written.
const END: char = '\u{ffff}';

/// A text: in single quotes on one line, in triple quotes on several, in pieces where it is long. Neither kind knows `$`.
pub(in crate::target) fn text(text: &str) -> String {
    let mut parts = Vec::new();
    for (index, between) in text.split(END).enumerate() {
        if index > 0 {
            parts.push("String.valueOf((char) 65535)".to_owned());
        }
        parts.extend(pieces(between).into_iter().map(literal));
    }
    if parts.len() == 1 { parts.into_iter().collect() } else { format!("({})", parts.join(" +\n")) }
}

fn literal(text: &str) -> String {
    let is_long = text.contains('\n');
    let quotes = if is_long { "'''" } else { "'" };
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(quotes);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            // Only three of them end a long one.
            '\'' if is_long && chars.peek().is_some_and(|next| *next != '\'') => out.push(c),
            '\'' => out.push_str("\\'"),
            '\r' => out.push_str("\\r"),
            '\n' | '\t' => out.push(c),
            // Some readers take these for ends of lines, or drop them.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push_str(quotes);
    out
}

/// The text cut into pieces that are short enough, after a line's end where there is one.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST_LITERAL {
        let most = (0..=LONGEST_LITERAL).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let end = rest[..most].rfind('\n').map_or(most, |at| at + 1);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// A list of texts, on one line if it is short.
pub(in crate::target) fn list(items: &[String], indent: usize) -> String {
    let line = format!("[{}]", items.join(", "));
    if line.len() <= 100 && !line.contains('\n') {
        return line;
    }
    let pad = " ".repeat(indent);
    format!("[\n{}{pad}]", items.iter().map(|item| format!("{pad}  {item},\n")).collect::<String>())
}

/// A list or a map, of as many literals as its size takes.
pub(in crate::target) fn chunked(items: &[String]) -> String {
    /// Groovy under Jenkins takes 125 entries of a map, and 250 of a list.
    const MOST: usize = 100;
    items.chunks(MOST).map(|some| format!("[{}]", some.join(", "))).collect::<Vec<_>>().join(" + ")
}

/// What may stand in a comment: Groovy reads `\u` there too.
pub(in crate::target) fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\\' | '\u{2028}' | '\u{2029}' | END) { ' ' } else { c }).collect()
}

/// Seconds as a number of Groovy's.
pub(in crate::target) fn seconds(duration: crate::base::Duration) -> String {
    match (duration.0 / 1_000, duration.0 % 1_000) {
        // Groovy's whole numbers are 32 bits unless told otherwise.
        (whole, 0) if whole > i64::from(i32::MAX) => format!("{whole}L"),
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// Hands out names of methods, each once: letters and digits of ASCII and `_`. A letter that ASCII lacks is `u` and its hex code
/// point; a second one of a kind gets a number.
#[derive(Debug)]
pub(in crate::target) struct Names(HashSet<String>);

impl Names {
    /// `taken`: names that are somebody else's.
    pub(in crate::target) fn new<'a>(taken: impl Iterator<Item = &'a str>) -> Self {
        Self(taken.map(str::to_owned).collect())
    }

    pub(in crate::target) fn unique(&mut self, words: &[&str]) -> String {
        let wanted = words.iter().map(|word| mangle(word)).collect::<Vec<_>>().join("_");
        let wanted: String = wanted.chars().take(LONGEST_NAME).collect();
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }
}

fn mangle(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if c.is_alphanumeric() {
            let _ = write!(out, "u{:x}", u32::from(c));
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    if out.is_empty() { "x".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{Names, literal, seconds, text};
    use crate::base::Duration;

    #[test]
    fn literals_escape_what_groovy_reads() {
        assert_eq!(literal(r"it's $HOME \n"), r"'it\'s $HOME \\n'");
        assert_eq!(literal("it's\n'''b'"), "'''it's\n\\'\\''b\\''''");
        assert_eq!(literal("a\r\u{1}"), "'a\\r\\u0001'");
        assert_eq!(text("a\u{ffff}"), "('a' +\nString.valueOf((char) 65535) +\n'')");
    }

    #[test]
    fn long_texts_are_cut_at_the_ends_of_lines() {
        let long = text(&"0123456789\n".repeat(3_000));
        assert_eq!(long.matches("''' +\n'''").count(), 2);
        assert!(long.starts_with("('''0123456789\n") && long.ends_with("0123456789\n''')"));
    }

    #[test]
    fn names_differ() {
        let mut names = Names::new(["body"].into_iter());
        assert_eq!(names.unique(&["body"]), "body_2");
        assert_eq!(names.unique(&["test", "a-b"]), "test_a_b");
        assert_eq!(names.unique(&["test", "a b"]), "test_a_b_2");
        assert_eq!(names.unique(&["测", "-"]), "u6d4b_x");
    }

    #[test]
    fn seconds_are_as_short_as_they_can_be() {
        assert_eq!(seconds(Duration(90_000)), "90");
        assert_eq!(seconds(Duration(1_500)), "1.5");
        assert_eq!(seconds(Duration(5)), "0.005");
    }
}
