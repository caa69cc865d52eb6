//! What is missing: commas, values, closing brackets, quotes.

use super::Reporter;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::syntax::cst::{NodeRef, Visit};
use crate::syntax::grammar::Rule;

impl Reporter<'_> {
    /// The blanks between an empty node and the text before it, as far as they lie on the line of that text.
    pub(super) fn gap_before(&self, node: NodeRef<'_>) -> Span {
        let start = self.text[..node.start()].trim_end().len();
        let gap = &self.text[start..node.start()];
        let length = gap.find(['\n', '\r']).unwrap_or(gap.len());
        Span::new(self.file, start, start + length)
    }

    pub(super) fn comma(&mut self, visit: &Visit<'_, '_>) {
        if self.settled.contains(&visit.node.start()) {
            return;
        }
        let gap = visit.previous.map_or_else(
            || self.gap_before(visit.node),
            |previous| {
                let end = previous.end();
                let rest = self.line_from(end);
                let blanks = rest.len() - rest.trim_start().len();
                Span::new(self.file, end, (end + blanks).min(visit.node.start()))
            },
        );
        let mut diagnostic = Diagnostic::at(Code::MissingComma, gap, "a comma is missing", "between these two");
        if self.text[visit.node.start()..].starts_with('[') && gap.start < gap.end {
            diagnostic = diagnostic.note("to take an element out of a list, `[` touches the list: `a[0]`");
        }
        self.push(diagnostic.fix("insert a comma", gap.before(), ","));
    }

    pub(super) fn no_value(&mut self, visit: &Visit<'_, '_>) {
        let name = visit.previous.map_or("this", |key| self.text(key));
        let message = format!("`{name}` has no value");
        self.push(
            Diagnostic::at(Code::UnexpectedText, self.span(visit.node), message, "a value belongs after this")
                .help("write a value, or remove the line"),
        );
    }

    /// `param x int = 3`: the type was read as a setting.
    pub(super) fn setting(&mut self, visit: &Visit<'_, '_>) {
        let Some(param) = visit.previous.filter(|previous| previous.kind() == Rule::param_item) else { return };
        let is_whole = param.children().any(|child| matches!(child.kind(), Rule::ty | Rule::error_type | Rule::assign));
        let gap = Span::new(self.file, param.end(), visit.node.start());
        if !is_whole && !self.text[gap.range()].contains('\n') {
            let message = "`:` is missing between a name and its type";
            self.push(Diagnostic::at(Code::UnexpectedText, gap, message, "between these two").fix("write `:`", gap, ": "));
        }
    }

    pub(super) fn no_operand(&mut self, visit: &Visit<'_, '_>) {
        let Some(operator) = visit.previous else { return };
        let text = self.text(operator);
        let message = format!("a value is missing after `{text}`");
        self.push(
            Diagnostic::at(Code::UnexpectedText, self.span(operator), message, "joins two values")
                .help("write the second value, or remove the operator"),
        );
    }

    pub(super) fn no_else(&mut self, visit: &Visit<'_, '_>) {
        let Some(choice) = visit.parent else { return };
        let span = Span::new(self.file, choice.start(), choice.start() + "if".len());
        self.push(
            Diagnostic::at(Code::UnexpectedText, span, "an `if` that gives a value needs an `else`", "gives nothing otherwise")
                .help("write `if condition then value else other`"),
        );
    }

    pub(super) fn no_arguments(&mut self, visit: &Visit<'_, '_>) {
        let Some(name) = visit.previous else { return };
        let span = self.span(name);
        let text = self.text(name);
        let is_use = visit.parent.is_some_and(|parent| parent.kind() == Rule::use_item);
        let label = if is_use { "is placed by `(…)`" } else { "takes its arguments in `(…)`" };
        self.push(Diagnostic::at(Code::UnexpectedText, span, format!("`(` is missing after `{text}`"), label).fix(
            "write `()`",
            span.after(),
            "()",
        ));
    }

    pub(super) fn unclosed_body(&mut self, visit: &Visit<'_, '_>) {
        let Some(body) = visit.parent.filter(|_| !self.is_swallowed(visit.node)) else { return };
        self.report_open(body.start(), "{", "}");
    }

    pub(super) fn open_bracket(&mut self, visit: &Visit<'_, '_>) {
        let Some(parent) = visit.parent.filter(|_| !self.is_swallowed(visit.node)) else { return };
        let (open, close) = match visit.node.kind() {
            Rule::error_open_paren => ("(", ")"),
            Rule::error_open_bracket => ("[", "]"),
            _ => ("{", "}"),
        };
        // The bracket is the parent's first character, or follows its word.
        let at = self.text[parent.range()].find(open).map_or(parent.start(), |at| parent.start() + at);
        self.report_open(at, open, close);
    }

    /// Whether a string without end took the text up to here: what is open around it may well be closed inside it.
    fn is_swallowed(&self, missing: NodeRef<'_>) -> bool {
        self.swallowed.is_some_and(|string| missing.start() > string)
    }

    fn report_open(&mut self, at: usize, open: &str, close: &str) {
        let span = Span::new(self.file, at, at + 1);
        self.push(
            Diagnostic::at(Code::Unclosed, span, format!("this `{open}` is never closed"), "opened here")
                .help(format!("write `{close}` where it ends")),
        );
    }

    pub(super) fn open_string(&mut self, visit: &Visit<'_, '_>) {
        let Some(string) = visit.parent else { return };
        let is_block = self.text(string).starts_with("\"\"\"");
        let quotes = if is_block { "\"\"\"" } else { "\"" };
        let span = Span::new(self.file, string.start(), string.start() + quotes.len());
        let diagnostic = Diagnostic::at(Code::UnclosedString, span, "this string does not end", "begins here");
        if is_block {
            self.swallowed = Some(span.start as usize);
        }
        self.push_derailing(if is_block {
            diagnostic.help("write `\"\"\"` on a line of its own after the text")
        } else {
            diagnostic.help("end it with `\"` on the same line; a text of several lines stands between `\"\"\"` and `\"\"\"`")
        });
    }

    /// `"${{ a` on one line and `}}"` on the next.
    pub(super) fn string(&mut self, node: NodeRef<'_>) {
        let text = self.text(node);
        if text.starts_with("\"\"\"") || !text.contains('\n') || node.child(Rule::error_open_string).is_some() {
            return;
        }
        let span = Span::new(self.file, node.start(), node.start() + 1);
        self.push(
            Diagnostic::at(Code::UnclosedString, span, "this string does not end on its line", "begins here")
                .help("a text of several lines stands between `\"\"\"` and `\"\"\"`"),
        );
    }

    pub(super) fn stray_close(&mut self, node: NodeRef<'_>) {
        self.push(
            Diagnostic::at(Code::StrayClose, self.span(node), "this `}` closes nothing", "no block is open here")
                .help("remove it"),
        );
    }
}
