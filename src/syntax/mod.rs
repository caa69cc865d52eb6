//! From text to tree and back: the only place that names the parser generator.

pub mod ast;
pub mod fmt;

mod balance;
mod block_string;
mod brackets;
mod build;
mod cst;
mod grammar;
mod labels;
mod report;
mod second;

use std::num::NonZeroUsize;

use pest::Parser;

use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};
use balance::Mended;
pub use cst::{Cst, Leaf, LeafKind};
use grammar::{Grammar, Rule};

/// The largest source, in bytes.
pub const FILE_LIMIT: usize = 8 << 20;
/// How deep brackets and blocks may lie in each other.
pub const NESTING_LIMIT: usize = 64;

/// The most steps of the parser: a net, several times what a file of the largest size takes.
const CALL_LIMIT: usize = 2_000_000_000;

/// What parsing makes of a text; there is always a tree.
#[derive(Debug, Default)]
pub struct Parse {
    pub cst: Cst,
    pub ast: ast::File,
    /// In order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a whole file. Never fails: what cannot be read is reported and left out of the tree.
pub fn parse(file: FileId, text: &str) -> Parse {
    let mut parse = Parse::default();
    if text.len() > FILE_LIMIT {
        let message = format!("the file has {} bytes; at most {FILE_LIMIT} can be read", text.len());
        let start = Span::new(file, 0, 0);
        parse
            .diagnostics
            .push(Diagnostic::at(Code::FileTooLarge, start, message, "in this file").help("split it, and `import` the parts"));
        return parse;
    }
    if let Some(at) = brackets::too_deep(text, NESTING_LIMIT) {
        let message = format!("brackets and blocks nest more than {NESTING_LIMIT} levels deep");
        let span = Span::new(file, at, at + 1);
        parse
            .diagnostics
            .push(Diagnostic::at(Code::TooDeep, span, message, "one level too many").help("name an inner part with `let`"));
        return parse;
    }
    pest::set_call_limit(NonZeroUsize::new(CALL_LIMIT));
    match Grammar::parse(Rule::file, text) {
        Ok(pairs) => parse.cst = Cst::new(text, pairs),
        Err(error) => {
            parse.diagnostics.push(report::refusal(file, text, &error));
            return parse;
        }
    }
    match mended(&parse.cst, text) {
        Some((cst, mended)) => {
            parse.cst = cst;
            parse.fill(file, &mended.text);
            report::imbalance(file, text, &mended, &mut parse.diagnostics);
        }
        None => parse.fill(file, text),
    }
    parse
}

/// The tree of the text with its braces mended, where that tells better what was meant.
fn mended(cst: &Cst, text: &str) -> Option<(Cst, Mended)> {
    let is_unbalanced = cst.has(|kind| matches!(kind, Rule::error_unclosed | Rule::stray_close));
    let mended = is_unbalanced.then(|| balance::mend(text)).flatten()?;
    let cst = Cst::new(&mended.text, Grammar::parse(Rule::file, &mended.text).ok()?);
    Some((cst, mended))
}

impl Parse {
    /// Builds the syntax tree, and says what there is to say, from the lossless one.
    fn fill(&mut self, file: FileId, text: &str) {
        self.ast = build::build(&self.cst, file, text, &mut self.diagnostics);
        report::report(&self.cst, file, text, &mut self.diagnostics);
    }
}
