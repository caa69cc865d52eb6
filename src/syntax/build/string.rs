//! Strings: escapes, interpolation, and the indentation of block strings.

use super::Builder;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{Expr, ExprKind, StringLit, StringPart};
use crate::syntax::block_string::{self, Piece};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    pub(super) fn string(&mut self, node: NodeRef<'_>) -> StringLit {
        let is_block = self.text(node).starts_with("\"\"\"");
        let parts = if is_block { self.block_parts(node) } else { self.line_parts(node) };
        StringLit { parts, is_block, span: self.span(node) }
    }

    fn interpolation(&mut self, node: NodeRef<'_>) -> StringPart {
        let span = self.span(node);
        let value = match node.child(Rule::expr) {
            Some(expr) => self.expr(expr),
            None => Expr { kind: ExprKind::Error, span },
        };
        StringPart::Interpolation(value, span)
    }

    fn line_parts(&mut self, node: NodeRef<'_>) -> Vec<StringPart> {
        let mut parts = Vec::new();
        for child in node.children() {
            let span = self.span(child);
            match child.kind() {
                Rule::text => push_text(&mut parts, self.text(child), span),
                Rule::escaped_open => push_text(&mut parts, "${{", span),
                Rule::escape => {
                    let mut buffer = [0; 4];
                    let cooked = self.escape(child).encode_utf8(&mut buffer);
                    push_text(&mut parts, cooked, span);
                }
                Rule::interpolation => parts.push(self.interpolation(child)),
                _ => {}
            }
        }
        parts
    }

    /// What an escape stands for; itself where it stands for nothing, which is reported.
    fn escape(&mut self, node: NodeRef<'_>) -> char {
        let text = &self.text(node)[1..];
        let known = match text {
            "n" => Some('\n'),
            "t" => Some('\t'),
            "r" => Some('\r'),
            "\"" => Some('"'),
            "\\" => Some('\\'),
            _ => text
                .strip_prefix("u{")
                .and_then(|hex| hex.strip_suffix('}'))
                .filter(|hex| hex.len() <= 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32),
        };
        known.unwrap_or_else(|| {
            self.report_escape(node, text);
            char::REPLACEMENT_CHARACTER
        })
    }

    fn report_escape(&mut self, node: NodeRef<'_>, text: &str) {
        let span = self.span(node);
        let diagnostic = Diagnostic::at(Code::BadEscape, span, format!("`\\{text}` is no escape"), "stands for nothing");
        self.report(if text.starts_with("u{") {
            diagnostic.help("a character is written by its number, as in `\\u{1F600}`: up to six hexadecimal digits")
        } else {
            diagnostic.note("the escapes are `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\` and `\\u{1F600}`").fix(
                "write a backslash",
                span.before(),
                "\\",
            )
        });
    }

    /// The parts of a block string, one a line at least. A line end is `\n` whatever it is in the file.
    fn block_parts(&mut self, node: NodeRef<'_>) -> Vec<StringPart> {
        let block = block_string::read(self.text, node);
        if !block.opens_rightly {
            self.report_opening(node);
        }
        let mut parts = Vec::new();
        for (index, line) in block.lines.iter().enumerate() {
            if index > 0 {
                self.push_line_end(&mut parts, line);
            }
            for (position, piece) in line.iter().enumerate() {
                let begins_line = position == 0;
                match piece {
                    Piece::Text(text, at) => {
                        let span = Span::new(self.file, *at, at + text.len());
                        push_block_text(&mut parts, text, span, begins_line);
                    }
                    Piece::Escaped(node) => push_block_text(&mut parts, "${{", self.span(*node), begins_line),
                    Piece::Value(node) => parts.push(self.interpolation(*node)),
                }
            }
        }
        parts
    }

    fn report_opening(&mut self, node: NodeRef<'_>) {
        let quotes = Span::new(self.file, node.start(), node.start() + 3);
        self.report(
            Diagnostic::at(
                Code::UnexpectedText,
                quotes,
                "a block string begins on the line after its quotes",
                "a newline is missing after these",
            )
            .help("begin the text on the next line, or write it in `\"…\"` if it is one line"),
        );
    }

    /// Puts a line end behind what came before.
    fn push_line_end(&self, parts: &mut Vec<StringPart>, line: &[Piece<'_, '_>]) {
        if let Some(StringPart::Text(text, span)) = parts.last_mut() {
            text.push('\n');
            span.end += 1;
        } else {
            let at = line.first().map_or(0, Piece::start);
            let previous_end = parts.last().map_or(at, |part| match part {
                StringPart::Text(_, span) | StringPart::Interpolation(_, span) => span.end as usize,
            });
            parts.push(StringPart::Text("\n".into(), Span::new(self.file, previous_end, previous_end + 1)));
        }
    }
}

/// Text of a line in quotes; neighbours become one part.
fn push_text(parts: &mut Vec<StringPart>, text: &str, span: Span) {
    if let Some(StringPart::Text(last, at)) = parts.last_mut() {
        last.push_str(text);
        *at = at.to(span);
    } else {
        parts.push(StringPart::Text(text.into(), span));
    }
}

/// Text of a block string; each line begins a part of its own, so that a place in it can be found again.
fn push_block_text(parts: &mut Vec<StringPart>, text: &str, span: Span, begins_line: bool) {
    if begins_line { parts.push(StringPart::Text(text.into(), span)) } else { push_text(parts, text, span) }
}
