//! The lines of a source that a diagnostic needs, as miette reads them: long lines cut, control characters made visible.
//!
//! It keeps the cost of drawing one finding apart from the size of the file, and the terminal from what the file holds.

use std::collections::BTreeSet;
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::place;
use crate::base::{SourceFile, one_line, visible};

/// Bytes that a line may have to be shown whole.
const LONG: usize = 400;
/// Bytes that are shown of a longer one: before the place, and from there on.
const AROUND: (usize, usize) = (80, 200);
/// Lines that a span may cover to be drawn whole; of a longer one its first line is.
const TALL: usize = 12;

/// Some lines of one file.
#[derive(Debug)]
pub(super) struct Excerpt {
    path: String,
    text: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// From 1, in the file.
    number: usize,
    /// Where it begins in the excerpt.
    at: usize,
    /// The part of the file that it shows.
    shown: Range<usize>,
    /// The column (from 1) of the first character shown.
    column: usize,
    /// Place in the file and place in the excerpt of each character shown.
    characters: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines around `spans`, and what each of the spans is in the excerpt.
    pub(super) fn new(file: &SourceFile, spans: &[Range<usize>]) -> (Self, Vec<SourceSpan>) {
        let spans: Vec<_> = spans.iter().map(|span| clipped(file, place::inside(&file.text, span.clone()))).collect();
        let mut numbers = BTreeSet::new();
        for (_, lines) in &spans {
            numbers.extend(lines.clone());
            let around = [lines.start() - 1, lines.end() + 1].into_iter().filter(|line| (1..=file.line_count()).contains(line));
            numbers.extend(around.filter(|&line| !file.text[file.line(line)].trim_ascii().is_empty()));
        }
        let mut excerpt = Self { path: one_line(&file.path), text: String::new(), lines: Vec::new() };
        for number in numbers {
            let starts = spans.iter().filter(|(_, lines)| lines.contains(&number)).map(|(span, _)| span.start);
            excerpt.push(file, number, starts.min());
        }
        let drawn = spans
            .iter()
            .map(|(span, lines)| {
                let start = excerpt.locate(*lines.start(), span.start);
                let end = excerpt.locate(*lines.end(), span.end);
                SourceSpan::from((start, end.saturating_sub(start)))
            })
            .collect();
        (excerpt, drawn)
    }

    fn push(&mut self, file: &SourceFile, number: usize, focus: Option<usize>) {
        let whole = file.line(number);
        let shown = if whole.len() <= LONG {
            whole.clone()
        } else {
            let focus = focus.unwrap_or(whole.start).clamp(whole.start, whole.end);
            let start = file.text.floor_char_boundary(focus.saturating_sub(AROUND.0)).max(whole.start);
            start..file.text.ceil_char_boundary((focus + AROUND.1).min(whole.end))
        };
        let at = self.text.len();
        if shown.start > whole.start {
            self.text.push('…');
        }
        let mut characters = Vec::new();
        for (offset, c) in file.text[shown.clone()].char_indices() {
            characters.push((shown.start + offset, self.text.len()));
            self.text.push(visible(c));
        }
        characters.push((shown.end, self.text.len()));
        if shown.end < whole.end {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { number, at, column: file.position(shown.start).column, shown, characters });
    }

    /// Where a place of the file is in the excerpt; what was cut off is at the cut.
    fn locate(&self, number: usize, offset: usize) -> usize {
        let found = self.lines.binary_search_by_key(&number, |line| line.number);
        let line = &self.lines[found.expect("the lines of every span are in the excerpt")];
        if offset < line.shown.start {
            return line.at;
        }
        let next = line.characters.partition_point(|&(at, _)| at < offset);
        line.characters.get(next).or(line.characters.last()).map_or(line.at, |&(_, at)| at)
    }

    /// The column in the file of a place in the excerpt.
    fn column(&self, line: &Line, at: usize) -> usize {
        line.column + line.characters.partition_point(|&(_, there)| there < at)
    }

    /// The index of the line that a place in the excerpt is in.
    fn line_at(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.at <= at).saturating_sub(1)
    }
}

/// A span of a sane height, and the lines that it is in.
fn clipped(file: &SourceFile, span: Range<usize>) -> (Range<usize>, std::ops::RangeInclusive<usize>) {
    let first = file.line_of(span.start);
    // A span that ends with its line's end is in that line alone.
    let last = file.line_of(if span.end > span.start { span.end - 1 } else { span.end }).max(first);
    if last - first >= TALL {
        let end = file.line(first).end.max(span.start);
        (span.start..end, first..=first)
    } else {
        (span, first..=last)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let mut first = self.line_at(start);
        let mut last = self.line_at(if end > start { end - 1 } else { end });
        let line = self.lines.get(first).ok_or(MietteError::OutOfBounds)?;
        let column = if before == 0 { self.column(line, start) - 1 } else { 0 };
        let follows = |next: usize| self.lines[next].number == self.lines[next - 1].number + 1;
        for _ in 0..before {
            first -= usize::from(first > 0 && follows(first));
        }
        for _ in 0..after {
            last += usize::from(last + 1 < self.lines.len() && follows(last + 1));
        }
        let range = self.lines[first].at..self.lines.get(last + 1).map_or(self.text.len(), |next| next.at);
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            &self.text.as_bytes()[range.clone()],
            SourceSpan::from((range.start, range.len())),
            self.lines[first].number - 1,
            column,
            last + 1 - first,
        )))
    }
}
