//! Where a span is, for readers that know lines and columns.

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
