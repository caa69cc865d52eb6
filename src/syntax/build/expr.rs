//! Expressions: the grammar gives operators and operands in a row, precedence is made here.

use std::iter::Peekable;

use super::{Builder, DEPTH_LIMIT};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{BinaryOp, CallArg, Expr, ExprKind, Name, UnaryOp};
use crate::syntax::cst::{Children, NodeRef};
use crate::syntax::grammar::Rule;

/// How tightly `not` and unary `-` bind; see [`precedence`].
const NOT: u8 = 3;
const NEG: u8 = 8;
const COMPARISON: u8 = 4;

/// How tightly an operator binds; more is tighter.
fn precedence(operator: BinaryOp) -> u8 {
    match operator {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::In
        | BinaryOp::NotIn => COMPARISON,
        BinaryOp::Coalesce => 5,
        BinaryOp::Add | BinaryOp::Sub => 6,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 7,
    }
}

/// Operators and operands of one expression, without comments.
struct Row<'a>(Peekable<Children<'a>>);

impl<'a> Row<'a> {
    fn peek(&mut self) -> Option<NodeRef<'a>> {
        while self.0.next_if(|node| node.kind() == Rule::comment).is_some() {}
        self.0.peek().copied()
    }

    fn next(&mut self) -> Option<NodeRef<'a>> {
        let node = self.peek();
        self.0.next();
        node
    }
}

impl<'a> Builder<'a> {
    /// An `expr` or a `head`.
    pub(super) fn expr(&mut self, node: NodeRef<'_>) -> Expr {
        if self.depth >= DEPTH_LIMIT {
            self.report_too_deep(node);
            return Expr { kind: ExprKind::Error, span: self.span(node) };
        }
        self.depth += 1;
        let mut row = Row(node.children().peekable());
        let first = row.peek();
        let result = match first.filter(|first| matches!(first.kind(), Rule::if_expr | Rule::head_if)) {
            Some(choice) => self.if_expr(choice),
            None => self.binary(&mut row, 0, node),
        };
        self.depth -= 1;
        result
    }

    /// The expression; where there is none, an error at the end of what it belongs to.
    pub(super) fn expr_or_missing(&mut self, expr: Option<NodeRef<'_>>, parent: NodeRef<'_>) -> Expr {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.missing(parent),
        }
    }

    fn if_expr(&mut self, node: NodeRef<'_>) -> Expr {
        let mut parts = node.children().filter(|child| matches!(child.kind(), Rule::expr | Rule::head));
        let mut part = || self.expr_or_missing(parts.next(), node);
        let (cond, then, otherwise) = (Box::new(part()), Box::new(part()), Box::new(part()));
        Expr { kind: ExprKind::If { cond, then, otherwise }, span: self.span(node) }
    }

    /// Operators that bind at least as tightly as `least`.
    fn binary(&mut self, row: &mut Row<'_>, least: u8, node: NodeRef<'_>) -> Expr {
        let outer_depth = self.depth;
        let mut left = self.operand(row, node);
        let mut chained: Option<Span> = None;
        while let Some(infix) = row.peek().filter(|next| next.kind() == Rule::infix) {
            let Some(operator) = self.binary_operator(self.text(infix)) else { break };
            let binds = precedence(operator);
            if binds < least {
                break;
            }
            row.next();
            // Each link of a chain lies one deeper, since the tree leans to the left.
            self.depth += 1;
            if self.depth >= DEPTH_LIMIT {
                self.report_too_deep(infix);
                while row.next().is_some() {}
                left = Expr { kind: ExprKind::Error, span: left.span };
                break;
            }
            if operator == BinaryOp::Sub {
                self.check_minus(infix);
            }
            let right = self.binary(row, binds + 1, node);
            let span = left.span.to(right.span);
            if binds == COMPARISON {
                if let Some(first) = chained {
                    self.report_chain(infix, first);
                    left = Expr { kind: ExprKind::Error, span };
                    continue;
                }
                chained = Some(self.span(infix));
            }
            left = Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span };
        }
        self.depth = outer_depth;
        left
    }

    fn operand(&mut self, row: &mut Row<'_>, node: NodeRef<'_>) -> Expr {
        let Some(next) = row.next() else { return self.missing(node) };
        match next.kind() {
            Rule::prefix => self.unary(row, next, node),
            Rule::postfix | Rule::head_postfix => self.postfix(next),
            _ => Expr { kind: ExprKind::Error, span: self.span(next) },
        }
    }

    fn unary(&mut self, row: &mut Row<'_>, prefix: NodeRef<'_>, node: NodeRef<'_>) -> Expr {
        if self.depth >= DEPTH_LIMIT {
            self.report_too_deep(prefix);
            while row.next().is_some() {}
            return Expr { kind: ExprKind::Error, span: self.span(prefix) };
        }
        let (operator, binds) = if self.text(prefix) == "-" { (UnaryOp::Neg, NEG) } else { (UnaryOp::Not, NOT) };
        self.depth += 1;
        let operand = self.binary(row, binds, node);
        self.depth -= 1;
        let span = self.span(prefix).to(operand.span);
        Expr { kind: ExprKind::Unary(operator, Box::new(operand)), span }
    }

    fn postfix(&mut self, node: NodeRef<'_>) -> Expr {
        let outer_depth = self.depth;
        let mut children = node.children().filter(|child| child.kind() != Rule::comment);
        let Some(primary) = children.next() else { return self.missing(node) };
        let mut value = self.primary(primary);
        for suffix in children {
            self.depth += 1;
            if self.depth >= DEPTH_LIMIT {
                self.report_too_deep(suffix);
                value = Expr { kind: ExprKind::Error, span: value.span };
                break;
            }
            let span = value.span.to(self.span(suffix));
            let kind = match suffix.kind() {
                Rule::args => ExprKind::Call(Box::new(value), self.args(suffix)),
                Rule::error_spaced_call => {
                    let args = suffix.child(Rule::args).map(|args| self.args(args)).unwrap_or_default();
                    ExprKind::Call(Box::new(value), args)
                }
                Rule::field => ExprKind::Field(Box::new(value), self.field_name(suffix)),
                Rule::index => {
                    let index = self.value(suffix);
                    ExprKind::Index(Box::new(value), Box::new(index))
                }
                _ => ExprKind::Error,
            };
            value = Expr { kind, span };
        }
        self.depth = outer_depth;
        value
    }

    /// A field may be named by a reserved word.
    fn field_name(&self, node: NodeRef<'_>) -> Name {
        node.children().next().map_or_else(|| self.name(node), |name| self.name(name))
    }

    fn primary(&mut self, node: NodeRef<'_>) -> Expr {
        let span = self.span(node);
        let kind = match node.kind() {
            Rule::word => ExprKind::Word(self.text(node).into()),
            Rule::number => self.number(node),
            Rule::string => ExprKind::String(self.string(node)),
            Rule::literal => match self.text(node) {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Null,
            },
            Rule::list => self.list(node),
            Rule::record => self.record(node),
            Rule::paren => self.value(node).kind,
            _ => ExprKind::Error,
        };
        Expr { kind, span }
    }

    fn list(&mut self, node: NodeRef<'_>) -> ExprKind {
        if let Some(comprehension) = node.child(Rule::comprehension) {
            // What was skipped may belong to the last expression.
            if node.child(Rule::error_tail).is_some() {
                return ExprKind::Error;
            }
            let elem = Box::new(self.value(node));
            let mut values = comprehension.children().filter(|child| child.kind() == Rule::expr);
            let iter = Box::new(self.expr_or_missing(values.next(), node));
            let cond = values.next().map(|cond| Box::new(self.expr(cond)));
            return match self.child_name(comprehension) {
                Some(var) => ExprKind::Comprehension { elem, var, iter, cond },
                None => ExprKind::Error,
            };
        }
        let mut elements = Vec::new();
        for child in node.children() {
            match child.kind() {
                Rule::expr => elements.push(self.expr(child)),
                // What was skipped may have held elements, so that nothing is to be said of how many there are.
                Rule::error_tail => elements.push(Expr { kind: ExprKind::Error, span: self.span(child) }),
                _ => {}
            }
        }
        ExprKind::List(elements)
    }

    fn record(&mut self, node: NodeRef<'_>) -> ExprKind {
        if node.child(Rule::error_tail).is_some() {
            return ExprKind::Error;
        }
        let mut entries = Vec::new();
        for entry in node.children().filter(|child| child.kind() == Rule::entry) {
            if let Some(key) = entry.children().next().and_then(|key| self.key(key)) {
                entries.push((key, self.value(entry)));
            }
        }
        ExprKind::Record(entries)
    }

    pub(super) fn args(&mut self, node: NodeRef<'_>) -> Vec<CallArg> {
        let args = node.children().filter(|child| child.kind() == Rule::arg);
        args.map(|arg| CallArg { name: self.child_name(arg), value: self.value(arg) }).collect()
    }

    pub(super) fn binary_operator(&self, text: &str) -> Option<BinaryOp> {
        Some(match text {
            "or" | "||" => BinaryOp::Or,
            "and" | "&&" => BinaryOp::And,
            "==" => BinaryOp::Eq,
            "!=" => BinaryOp::Ne,
            "<" => BinaryOp::Lt,
            "<=" => BinaryOp::Le,
            ">" => BinaryOp::Gt,
            ">=" => BinaryOp::Ge,
            "in" => BinaryOp::In,
            "??" => BinaryOp::Coalesce,
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Sub,
            "*" => BinaryOp::Mul,
            "/" => BinaryOp::Div,
            "%" => BinaryOp::Rem,
            _ if text.starts_with("not") => BinaryOp::NotIn,
            _ => return None,
        })
    }

    /// `a -b` could be two elements or one difference.
    fn check_minus(&mut self, infix: NodeRef<'_>) {
        let bytes = self.text.as_bytes();
        let is_blank = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_whitespace);
        let (before, after) = (is_blank(infix.start().checked_sub(1)), is_blank(Some(infix.end())));
        if before == after {
            return;
        }
        let span = self.span(infix);
        let (missing, place) = if before { (span.after(), "after") } else { (span.before(), "before") };
        self.report(
            Diagnostic::at(Code::BadSpacing, span, format!("a blank is missing {place} `-`"), "a blank on one side only")
                .note("between two values, `-` has a blank on both sides or on neither")
                .fix("write blanks on both sides", missing, " "),
        );
    }

    fn report_chain(&mut self, infix: NodeRef<'_>, first: Span) {
        let text = self.text(infix);
        self.report(
            Diagnostic::at(
                Code::ChainedComparison,
                self.span(infix),
                "comparisons cannot be chained",
                format!("`{text}` compares the outcome of a comparison"),
            )
            .label(first, "the first comparison")
            .help("join two comparisons by `and`: `a < b and b < c`"),
        );
    }
}
