//! Words for the error nodes of the tree, and for the comments and operators of other languages that the grammar lets in.

mod instead;
mod missing;
mod skipped;

use std::collections::HashSet;

pub(super) use instead::{as_word, is_docs, is_named_by_a_word, stray_docs};

use super::balance::Mended;
use super::cst::{Cst, NodeRef, Visit};
use super::grammar::Rule;
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};

/// Most syntax errors of one file. Whoever reads so many starts again at the first.
const ERROR_LIMIT: usize = 500;

/// Reports every error node, then puts all diagnostics of the file in order of the text.
pub(super) fn report(cst: &Cst, file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    let mut reporter = Reporter { file, text, found: Vec::new(), settled: HashSet::new(), swallowed: None };
    cst.visit(|visit| {
        if reporter.found.len() < ERROR_LIMIT {
            reporter.node(visit);
        }
    });
    reporter.finish(diagnostics);
}

/// The parser itself gave up: a net that only hostile input reaches.
pub(super) fn refusal(file: FileId, text: &str, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = match error.location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => text.floor_char_boundary(at),
    };
    Diagnostic::at(Code::TooComplex, Span::new(file, at, at), "the file is too complex to be read", "reading stopped here")
        .help("take apart the expression that stands here")
}

/// Reports the braces that were mended by the indentation of their lines.
pub(super) fn imbalance(file: FileId, text: &str, mended: &Mended, diagnostics: &mut Vec<Diagnostic>) {
    for (open, before) in &mended.unclosed {
        diagnostics.push(
            Diagnostic::at(Code::Unclosed, Span::new(file, *open, open + 1), "this `{` is never closed", "opened here")
                .label(Span::new(file, *before, text.ceil_char_boundary(before + 1)), "by the indentation it ends before this")
                .help("write `}` where it ends"),
        );
    }
    for at in &mended.stray {
        let span = Span::new(file, *at, at + 1);
        diagnostics.push(
            Diagnostic::at(Code::StrayClose, span, "this `}` closes nothing", "closes no block of this indentation")
                .help("remove it"),
        );
    }
    diagnostics.sort_by_key(start);
}

struct Reporter<'a> {
    file: FileId,
    text: &'a str,
    found: Vec<Found>,
    /// Nodes that have been reported together with an outer one, by their start.
    settled: HashSet<usize>,
    /// Where a string begins that takes all the rest of the file.
    swallowed: Option<usize>,
}

struct Found {
    diagnostic: Diagnostic,
    certainty: Certainty,
}

/// How much an error says in the light of another one before it on the same line.
#[derive(Clone, Copy, PartialEq)]
enum Certainty {
    /// It stands by itself.
    Precise,
    /// It may be the echo of an earlier one.
    Guess,
    /// What follows on the same line was read wrongly.
    Derails,
}

impl<'a> Reporter<'a> {
    fn span(&self, node: NodeRef<'_>) -> Span {
        Span::new(self.file, node.start(), node.end())
    }

    fn text(&self, node: NodeRef<'_>) -> &'a str {
        &self.text[node.range()]
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(Found { diagnostic, certainty: Certainty::Precise });
    }

    fn push_guess(&mut self, diagnostic: Diagnostic) {
        self.found.push(Found { diagnostic, certainty: Certainty::Guess });
    }

    fn push_derailing(&mut self, diagnostic: Diagnostic) {
        self.found.push(Found { diagnostic, certainty: Certainty::Derails });
    }

    fn node(&mut self, visit: &Visit<'_, '_>) {
        let node = visit.node;
        match node.kind() {
            Rule::comment => self.comment(visit),
            Rule::infix | Rule::prefix => self.operator(node),
            Rule::compare => self.compare(visit),
            Rule::arg_assign => self.argument_colon(node),
            Rule::record => self.record(visit),
            Rule::string => self.string(node),
            Rule::setting => self.setting(visit),
            Rule::error_reserved => self.reserved(node),
            Rule::error_assign => self.assign(node),
            Rule::error_colon => self.colon(node),
            Rule::error_comma | Rule::error_entry_comma => self.comma(visit),
            Rule::error_not_first => self.not_first(node),
            Rule::error_elif => self.elif(node),
            Rule::error_label => self.label(visit),
            Rule::error_spaced_call => self.spaced_call(node),
            Rule::error_separator => self.separator(node),
            Rule::error_no_value => self.no_value(visit),
            Rule::error_operand | Rule::error_next_item | Rule::error_next_block => self.no_operand(visit),
            Rule::error_no_else => self.no_else(visit),
            Rule::error_no_arguments => self.no_arguments(visit),
            Rule::error_unclosed => self.unclosed_body(visit),
            Rule::error_open_string => self.open_string(visit),
            Rule::error_open_paren | Rule::error_open_bracket | Rule::error_open_brace => self.open_bracket(visit),
            Rule::stray_close => self.stray_close(node),
            Rule::error_item
            | Rule::error_rest
            | Rule::error_value
            | Rule::error_head
            | Rule::error_entry
            | Rule::error_type
            | Rule::error_tail
            | Rule::error_block_head
            | Rule::error_interpolation => self.skipped(visit),
            _ => {}
        }
    }

    /// Drops what only follows from another error, and sorts.
    fn finish(mut self, diagnostics: &mut Vec<Diagnostic>) {
        let literal = diagnostics.drain(..).map(|diagnostic| Found { diagnostic, certainty: Certainty::Precise });
        self.found.extend(literal);
        self.found.sort_by_key(|found| start(&found.diagnostic));
        let mut before: Option<(usize, Certainty)> = None;
        for found in self.found {
            let at = start(&found.diagnostic);
            let echo = before.is_some_and(|(earlier, certainty)| {
                let may_follow = certainty == Certainty::Derails || found.certainty == Certainty::Guess;
                may_follow && !self.text[earlier..at].contains('\n')
            });
            if !echo {
                before = Some((at, found.certainty));
                diagnostics.push(found.diagnostic);
            }
        }
    }

    /// The rest of the line from `at`, without blanks at its end.
    fn line_from(&self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        rest[..rest.find('\n').unwrap_or(rest.len())].trim_end()
    }
}

fn start(diagnostic: &Diagnostic) -> usize {
    diagnostic.span().map_or(0, |span| span.start as usize)
}
