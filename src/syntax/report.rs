//! Words for the error nodes of the tree.

use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};
use crate::syntax::cst::Cst;
use crate::syntax::grammar::Rule;

/// Reports every error node, then puts all diagnostics of the file in order of the text.
pub(super) fn report(cst: &Cst, file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for node in cst.all() {
        if format!("{:?}", node.kind()).starts_with("error_") && !matches!(node.kind(), Rule::error_block) {
            let shown = &text[node.range()];
            diagnostics.push(Diagnostic::at(
                Code::UnexpectedText,
                Span::new(file, node.start(), node.end()),
                format!("unexpected `{}`", shown.lines().next().unwrap_or_default()),
                format!("{:?}", node.kind()),
            ));
        }
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map_or(0, |span| span.start));
}

/// The parser itself gave up: a net that only hostile input reaches.
pub(super) fn refusal(file: FileId, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = match error.location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
    };
    Diagnostic::at(Code::TooComplex, Span::new(file, at, at), "the file is too complex to be read", "reading stopped here")
        .help("take apart the expression that stands here")
}
