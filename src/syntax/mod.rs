//! From text to tree and back: the only place that names the parser generator.

pub mod ast;
pub mod fmt;

mod block_string;
mod build;
mod cst;
mod grammar;
mod labels;
mod nesting;
mod report;
mod second;

use pest::Parser;

use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};
pub use cst::{Cst, Leaf, LeafKind};
use grammar::{Grammar, Rule};

/// The largest source, in bytes.
pub const FILE_LIMIT: usize = 8 << 20;
/// How deep brackets and blocks may lie in each other.
pub const NESTING_LIMIT: usize = 64;

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
    if let Some(at) = nesting::too_deep(text, NESTING_LIMIT) {
        let message = format!("brackets and blocks nest more than {NESTING_LIMIT} levels deep");
        let span = Span::new(file, at, at + 1);
        parse
            .diagnostics
            .push(Diagnostic::at(Code::TooDeep, span, message, "one level too many").help("name an inner part with `let`"));
        return parse;
    }
    match Grammar::parse(Rule::file, text) {
        Ok(pairs) => {
            parse.cst = Cst::new(text, pairs);
            parse.ast = build::build(&parse.cst, file, text, &mut parse.diagnostics);
            report::report(&parse.cst, file, text, &mut parse.diagnostics);
        }
        Err(error) => parse.diagnostics.push(report::refusal(file, text, &error)),
    }
    parse
}
