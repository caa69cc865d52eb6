//! Where a span is, for readers that know lines and columns; and text made safe to print.

use crate::base::{Position, SourceFile, SourceMap, Span};

/// A span that lies inside its file for sure.
pub(super) struct Place<'a> {
    pub(super) file: &'a SourceFile,
    /// In bytes.
    pub(super) range: std::ops::Range<usize>,
    pub(super) start: Position,
    /// After the last character.
    pub(super) end: Position,
}

impl<'a> Place<'a> {
    /// `None` where the file is unknown.
    pub(super) fn of(span: Span, sources: &'a SourceMap) -> Option<Self> {
        let file = sources.find(span.file)?;
        let range = inside(&file.text, span.range());
        Some(Self { file, start: file.position(range.start), end: file.position(range.end), range })
    }
}

/// The nearest range that lies in the text, on character boundaries, and does not run backwards.
pub(super) fn inside(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.min(text.len()));
    start..end.max(start)
}

/// What a character is printed as: those that steer a terminal, or turn the direction of the text, become visible.
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
        _ => c,
    }
}

/// Text of one or more lines, safe to print.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

/// Text on one line, safe to print.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { visible(c) }).collect()
}
