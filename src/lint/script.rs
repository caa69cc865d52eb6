//! A script literal as rules see it: its commands, and where they stand in the source.

use std::ops::Range;

use crate::base::{SourceFile, SourceMap, Span};
use crate::sema::hir::ScriptPiece;
use crate::sema::shell::{self, Scan, SimpleCommand};

pub(super) struct Script<'a> {
    pub(super) pieces: &'a [ScriptPiece],
    pub(super) scan: Scan,
    /// The attribute whose value ends with this script.
    pub(super) attribute: Option<&'static str>,
    /// The literal.
    pub(super) span: Span,
    file: &'a SourceFile,
}

impl<'a> Script<'a> {
    pub(super) fn read(sources: &'a SourceMap, span: Span, pieces: &'a [ScriptPiece], attribute: Option<&'static str>) -> Self {
        Self { pieces, scan: shell::scan(pieces.iter().map(shell::Piece::from)), attribute, span, file: sources.get(span.file) }
    }

    /// The source of a command, from its first word.
    pub(super) fn command(&self, command: &SimpleCommand) -> Span {
        let start = command.words.first().map_or(command.end, |word| word.start);
        self.place(start..command.end)
    }

    /// Where a piece of the script's text stands in the source: exactly, where its line tells, else the whole line or literal.
    ///
    /// The text is not the source: indentation is gone, escapes are done.
    pub(super) fn place(&self, range: Range<usize>) -> Span {
        if !self.file.text[self.span.range()].starts_with("\"\"\"") {
            return self.find(&range, self.span.range()).unwrap_or(self.span);
        }
        let (anchor_line, anchor) = self.anchor(range.start);
        let breaks = self.scan.text[anchor..range.start].matches('\n').count();
        let line = (anchor_line + breaks).min(self.file.line_count());
        let within = self.file.line(line);
        let text = &self.file.text[within.clone()];
        let start = within.start + text.len() - text.trim_start().len();
        let whole = Span::new(self.span.file, start, within.start + text.trim_end().len().max(start - within.start));
        self.find(&range, within).unwrap_or(whole)
    }

    /// The text of the range, if the source has it between these offsets.
    fn find(&self, range: &Range<usize>, within: Range<usize>) -> Option<Span> {
        let wanted = self.scan.text.get(range.clone())?;
        let wanted = wanted.lines().next()?.trim_end();
        let at = self.file.text[within.clone()].find(wanted)?;
        let start = within.start + at;
        (!wanted.is_empty()).then(|| Span::new(self.span.file, start, start + wanted.len()))
    }

    /// A line of the source and the offset of the text that stands there: the last interpolation before `offset`, else the
    /// first line after the opening quotes.
    fn anchor(&self, offset: usize) -> (usize, usize) {
        let mut at = 0;
        let mut anchor = (self.file.position(self.span.start as usize).line + 1, 0);
        for piece in self.pieces {
            match piece {
                ScriptPiece::Text(text) => at += text.len(),
                ScriptPiece::Value { expr, .. } | ScriptPiece::Splice(expr) => {
                    at += 1;
                    if at <= offset {
                        anchor = (self.file.position(expr.span.end as usize).line, at);
                    }
                }
            }
        }
        anchor
    }
}
