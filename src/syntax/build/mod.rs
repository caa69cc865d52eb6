//! From the lossless tree to the syntax tree. What is missing or skipped becomes `Error`; `report` has words for it.

mod expr;
mod item;
mod literal;
mod string;
mod types;

use ecow::EcoString;

use super::ast;
use super::cst::{Cst, NodeRef};
use super::grammar::Rule;
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};

/// How many expressions may lie in each other, chains of operators included.
const DEPTH_LIMIT: usize = 200;

/// Builds the tree of a file, and reports what the grammar cannot see: literals that are none, escapes, spacing.
pub(super) fn build(cst: &Cst, file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> ast::File {
    let mut builder = Builder { text, file, depth: 0, diagnostics };
    cst.root().map(|root| builder.file(root)).unwrap_or_default()
}

struct Builder<'a> {
    text: &'a str,
    file: FileId,
    /// Expressions and types that the current one lies in.
    depth: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn text(&self, node: NodeRef<'_>) -> &'a str {
        &self.text[node.range()]
    }

    fn span(&self, node: NodeRef<'_>) -> Span {
        Span::new(self.file, node.start(), node.end())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn report_too_deep(&mut self, node: NodeRef<'_>) {
        let span =
            Span::new(self.file, node.start(), node.start() + self.text[node.start()..].chars().next().map_or(0, char::len_utf8));
        let message = format!("this nests more than {DEPTH_LIMIT} levels deep");
        self.report(Diagnostic::at(Code::TooDeep, span, message, "one level too many").help("name a part of it with `let`"));
    }

    /// A node that is a word, or stands where a word belongs.
    fn name(&self, node: NodeRef<'_>) -> ast::Name {
        ast::Name { text: EcoString::from(self.text(node)), span: self.span(node) }
    }

    /// The first name below; where there is none, an empty one at the end of the node.
    fn child_name(&self, node: NodeRef<'_>) -> Option<ast::Name> {
        node.children().find(|child| is_name(child.kind())).map(|child| self.name(child))
    }
}

fn is_name(kind: Rule) -> bool {
    matches!(kind, Rule::word | Rule::error_reserved)
}
