//! Expressions and strings.

use super::doc::{Doc, concat, group, indent, text};
use super::sequence::{inner_comments, only};
use super::{Formatter, parts};
use crate::syntax::block_string::{self, Piece};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

impl Formatter<'_> {
    /// An `expr` or a `head`.
    pub(super) fn expr(&self, node: NodeRef<'_>) -> Doc {
        if let Some(choice) = parts(node).next().filter(|first| matches!(first.kind(), Rule::if_expr | Rule::head_if)) {
            return self.if_expr(choice);
        }
        self.chain(&parts(node).collect::<Vec<_>>())
    }

    /// Operators and operands in a row: where it is too long it breaks before the loosest operators.
    fn chain(&self, row: &[NodeRef<'_>]) -> Doc {
        let loosest = row.iter().filter(|part| part.kind() == Rule::infix).map(|infix| self.looseness(*infix)).max();
        let Some(loosest) = loosest else {
            return concat(row.iter().map(|part| self.operand(*part)).collect::<Vec<_>>());
        };
        let is_break = |part: &NodeRef<'_>| part.kind() == Rule::infix && self.looseness(*part) == loosest;
        let mut operands = row.split(is_break).map(|operand| self.chain(operand));
        let first = operands.next().unwrap_or(Doc::Nil);
        let operators = row.iter().filter(|part| is_break(part));
        let rest: Vec<Doc> = operators
            .zip(operands)
            .map(|(infix, operand)| concat([Doc::Line(" "), text(format!("{} ", self.infix(*infix))), operand]))
            .collect();
        group(concat([first, indent(concat(rest))]))
    }

    fn operand(&self, part: NodeRef<'_>) -> Doc {
        match (part.kind(), self.text(part)) {
            (Rule::prefix, "-") => text("-"),
            (Rule::prefix, _) => text("not "),
            _ => self.postfix(part),
        }
    }

    /// `not  in` has one blank.
    fn infix(&self, node: NodeRef<'_>) -> &str {
        let operator = self.text(node);
        if operator.starts_with("not") { "not in" } else { operator }
    }

    /// The reverse of precedence.
    fn looseness(&self, infix: NodeRef<'_>) -> u8 {
        match self.text(infix) {
            "or" => 6,
            "and" => 5,
            "??" => 3,
            "+" | "-" => 2,
            "*" | "/" | "%" => 1,
            _ => 4,
        }
    }

    /// Each branch on a line: `if … then …`, `else if … then …`, `else …`.
    fn if_expr(&self, node: NodeRef<'_>) -> Doc {
        let mut branches = Vec::new();
        let mut choice = node;
        loop {
            let word = if branches.is_empty() { "if " } else { "else if " };
            let mut values = parts(choice).filter(|part| matches!(part.kind(), Rule::expr | Rule::head));
            let mut value = |word: &'static str| values.next().map_or(Doc::Nil, |value| concat([text(word), self.expr(value)]));
            let (cond, then) = (value(word), value("then "));
            branches.push(group(concat([cond, indent(concat([Doc::Line(" "), then]))])));
            let Some(otherwise) = values.next() else { break };
            match only(otherwise, Rule::if_expr).or_else(|| only(otherwise, Rule::head_if)) {
                Some(next) => choice = next,
                None => {
                    branches.push(concat([text("else "), self.expr(otherwise)]));
                    break;
                }
            }
        }
        let mut branches = branches.into_iter();
        let first = branches.next().unwrap_or(Doc::Nil);
        let rest = branches.flat_map(|branch| [Doc::Line(" "), branch]).collect::<Vec<_>>();
        group(concat([first, indent(concat(rest))]))
    }

    fn postfix(&self, node: NodeRef<'_>) -> Doc {
        let docs: Vec<Doc> = parts(node)
            .map(|part| match part.kind() {
                Rule::string => self.string(part),
                Rule::list => self.list(part),
                Rule::record => self.bracketed(part, ("{", " ", "}"), |kind| kind == Rule::entry, |entry| self.entry(entry)),
                Rule::paren => concat([text("("), self.inner_expr(part), text(")")]),
                Rule::args => self.args(part),
                Rule::index => concat([text("["), self.inner_expr(part), text("]")]),
                _ => text(self.text(part)),
            })
            .collect();
        concat(docs)
    }

    pub(super) fn inner_expr(&self, node: NodeRef<'_>) -> Doc {
        node.child(Rule::expr).map_or(Doc::Nil, |expr| self.expr(expr))
    }

    fn list(&self, node: NodeRef<'_>) -> Doc {
        let Some(comprehension) = node.child(Rule::comprehension) else {
            return self.bracketed(node, ("[", "", "]"), |kind| kind == Rule::expr, |element| self.expr(element));
        };
        let mut values = parts(comprehension).filter(|part| part.kind() == Rule::expr);
        let variable = comprehension.child(Rule::word).map_or("", |word| self.text(word));
        let iter = values.next().map_or(Doc::Nil, |iter| self.expr(iter));
        let cond = values.next().map_or(Doc::Nil, |cond| concat([Doc::Line(" "), text("if "), self.expr(cond)]));
        let inner =
            concat([Doc::Line(""), self.inner_expr(node), Doc::Line(" "), text(format!("for {variable} in ")), iter, cond]);
        group(concat([text("["), indent(inner), Doc::Line(""), text("]")]))
    }

    fn entry(&self, node: NodeRef<'_>) -> Doc {
        let key = parts(node).next().map_or(Doc::Nil, |key| self.key(key));
        concat([key, text(": "), self.inner_expr(node)])
    }

    pub(super) fn key(&self, node: NodeRef<'_>) -> Doc {
        if node.kind() == Rule::string { self.string(node) } else { text(self.text(node)) }
    }

    /// The arguments of a call. A single list, record or block string needs no level of its own.
    pub(super) fn args(&self, node: NodeRef<'_>) -> Doc {
        let has_comments = node.children().any(|child| child.kind() == Rule::comment || inner_comments(child).next().is_some());
        let single = only(node, Rule::arg).filter(|_| !has_comments);
        let hugged = single
            .and_then(|arg| only(arg, Rule::expr))
            .and_then(|expr| only(expr, Rule::postfix))
            .filter(|value| [Rule::list, Rule::record, Rule::string].into_iter().any(|kind| only(*value, kind).is_some()));
        if let Some(value) = hugged {
            return concat([text("("), self.postfix(value), text(")")]);
        }
        self.bracketed(node, ("(", "", ")"), |kind| kind == Rule::arg, |arg| self.arg(arg))
    }

    fn arg(&self, node: NodeRef<'_>) -> Doc {
        let name = node.child(Rule::word).map_or(Doc::Nil, |name| text(format!("{} = ", self.text(name))));
        concat([name, self.inner_expr(node)])
    }

    pub(super) fn string(&self, node: NodeRef<'_>) -> Doc {
        if self.text(node).starts_with("\"\"\"") {
            return self.block_string(node);
        }
        let mut out = String::from("\"");
        for part in parts(node) {
            out.push_str(&self.piece_of_string(part));
        }
        out.push('"');
        text(out)
    }

    /// The text begins on a line of its own, one level deeper, and so do the last quotes.
    fn block_string(&self, node: NodeRef<'_>) -> Doc {
        let block = block_string::read(self.text, node);
        let mut docs = vec![text("\"\"\"")];
        let mut lines = Vec::new();
        for line in &block.lines {
            lines.push(Doc::Hard);
            for piece in line {
                lines.push(text(match piece {
                    Piece::Text(text, _) => (*text).to_owned(),
                    Piece::Escaped(node) | Piece::Value(node) => self.piece_of_string(*node),
                }));
            }
        }
        lines.extend([Doc::Hard, text("\"\"\"")]);
        docs.push(indent(concat(lines)));
        concat(docs)
    }

    /// As written, but for the blanks of an interpolation, unless it holds comments or block strings.
    fn piece_of_string(&self, node: NodeRef<'_>) -> String {
        let written = self.text(node);
        if node.kind() != Rule::interpolation || written.contains('\n') {
            return written.to_owned();
        }
        format!("${{{{ {} }}}}", self.inner_expr(node).print(usize::MAX))
    }
}
