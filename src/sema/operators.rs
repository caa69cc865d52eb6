//! Operators between two values.

use std::sync::Arc;

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::sema::checker::Checker;
use crate::sema::expr::{Typed, error, maybe_null};
use crate::sema::hir::{Expr, ExprKind};
use crate::sema::types::Type;
use crate::syntax::ast::{self, BinaryOp};

impl<'a> Checker<'a> {
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &'a ast::Expr,
        right: &'a ast::Expr,
        span: Span,
        hint: Option<&Type>,
    ) -> Typed {
        let is_text = matches!(hint.map(Type::without_null), Some(Type::String))
            && !matches!(op, BinaryOp::Add | BinaryOp::Coalesce)
            && (self.has_unknown_word(left) || self.has_unknown_word(right));
        if is_text {
            self.report(
                Diagnostic::at(Code::TypeMismatch, span, "expected `string`, found words without quotes", "not in quotes")
                    .help("put all of it in quotes"),
            );
            return (error(span), Type::Error);
        }
        let (left, right, ty) = match op {
            BinaryOp::And | BinaryOp::Or => {
                let want = if matches!(hint, Some(Type::Condition)) { Type::Condition } else { Type::Bool };
                let checked = self.check(left, &want);
                // The right side is read only where the left one holds (`and`) or does not (`or`).
                let known = self.frame.not_null.len();
                self.assume(left, op == BinaryOp::And);
                let right = self.check(right, &want);
                self.frame.not_null.truncate(known);
                (checked, right, want)
            }
            BinaryOp::Coalesce => {
                let (left, left_ty) = self.infer(left, hint);
                let inner = left_ty.without_null().clone();
                let (right, right_ty) =
                    self.infer(right, Some(if matches!(inner, Type::Null) { hint.unwrap_or(&inner) } else { &inner }));
                let ty = match (&inner, &right_ty) {
                    (Type::Null, other) => other.clone(),
                    (_, Type::Optional(_) | Type::Null) => inner.optional(),
                    _ => inner,
                };
                let right = self.coerce(right, &right_ty, &ty);
                (left, right, ty)
            }
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In | BinaryOp::NotIn => {
                let (left, right) = self.comparison(op, left, right, span);
                (left, right, Type::Bool)
            }
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let (left, left_ty) = self.infer(left, None);
                let (right, right_ty) = self.infer(right, Some(&left_ty));
                let (left, right, ty) = self.numbers(left, left_ty, right, right_ty);
                let ordered = matches!(ty, Some(Type::Int | Type::Float | Type::Duration | Type::Size | Type::Error));
                if !ordered {
                    return self.bad_operands(
                        op,
                        &left,
                        &right,
                        span,
                        &format!("`{}` orders int, float, duration and size", op.symbol()),
                    );
                }
                (left.0, right.0, Type::Bool)
            }
            BinaryOp::Add => return self.sum(left, right, span, hint),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return self.arithmetic(op, left, right, span),
        };
        (Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span }, ty)
    }

    /// `== != in not in`: each side takes the type it expects from the other.
    fn comparison(&mut self, op: BinaryOp, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> (Expr, Expr) {
        let is_in = matches!(op, BinaryOp::In | BinaryOp::NotIn);
        let right_first = self.takes_type_from_other(left)
            && (!self.takes_type_from_other(right) || self.is_unknown(left) || self.expects_word(right, left));
        let ((left, left_ty), (right, right_ty)) = if right_first {
            let right = self.infer(right, None);
            (self.infer(left, expected_on_left(&right.1, is_in).as_ref()), right)
        } else {
            let left = self.infer(left, None);
            let hint = if is_in { Type::List(Arc::new(left.1.without_null().clone())) } else { left.1.clone() };
            let right = self.infer(right, Some(&hint));
            (left, right)
        };
        if matches!(left_ty, Type::Secret) || matches!(right_ty, Type::Secret) {
            self.report(
                Diagnostic::at(Code::SecretMisuse, span, "a secret cannot be compared", "its value is not known here")
                    .help("decide by a parameter instead"),
            );
            return (error(span), error(span));
        }
        let comparable = if is_in {
            match &right_ty {
                Type::List(element) => same_kind(&left_ty, element),
                Type::Map(_) => same_kind(&left_ty, &Type::String),
                other => matches!(other, Type::Error),
            }
        } else {
            same_kind(&left_ty, &right_ty)
        };
        if !comparable {
            let why = match (is_in, &right_ty) {
                (true, Type::String) => "for a part of a string there is `contains(string, part)`",
                (true, _) => "`in` looks for an element of a list, or a key of a map",
                _ => "both sides of a comparison must be of one type",
            };
            self.bad_operands(op, &(left.clone(), left_ty), &(right.clone(), right_ty), span, why);
        }
        (left, right)
    }

    /// Whether an operand may mean something else once the type of the other side is known: a word, or a list of such.
    fn takes_type_from_other(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::List(elements) => elements.first().is_none_or(|first| self.takes_type_from_other(first)),
            ast::ExprKind::Null => true,
            _ => is_word(expr),
        }
    }

    /// Whether the type of `typed` has `word` as a member.
    fn expects_word(&mut self, typed: &'a ast::Expr, word: &ast::Expr) -> bool {
        let ast::ExprKind::Word(word) = &word.kind else { return false };
        if !is_word(typed) || self.is_unknown(typed) {
            return false;
        }
        match self.infer(typed, None).1.without_null() {
            Type::Enum(members) => members.contains(word),
            Type::List(element) => matches!(&**element, Type::Enum(members) if members.contains(word)),
            _ => false,
        }
    }

    /// Whether there is a word in it that means nothing.
    fn has_unknown_word(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Word(word) => !self.is_broken(word) && self.find_value(word).is_none(),
            ast::ExprKind::Binary(_, left, right) => self.has_unknown_word(left) || self.has_unknown_word(right),
            ast::ExprKind::Field(inner, _) | ast::ExprKind::Unary(_, inner) => self.has_unknown_word(inner),
            _ => false,
        }
    }

    /// Whether an operand means nothing by itself.
    fn is_unknown(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Word(word) => self.find_value(word).is_none(),
            _ => false,
        }
    }

    fn sum(&mut self, left: &'a ast::Expr, right: &'a ast::Expr, span: Span, hint: Option<&Type>) -> Typed {
        let left = self.infer(left, hint);
        let reached = match (&left.1, hint) {
            (Type::Error | Type::Null, Some(hint)) => hint.clone(),
            (Type::Enum(_), _) => Type::String,
            (other, _) => other.clone(),
        };
        let right = self.infer(right, Some(&reached));
        let joined = match (&left.1, &right.1) {
            (Type::Error, other) | (other, Type::Error) => Some(other.clone()),
            (Type::String | Type::Enum(_), Type::String | Type::Enum(_)) => Some(Type::String),
            (Type::List(a), Type::List(_)) if right.1.fits(&left.1) => {
                Some(Type::List(if matches!(**a, Type::Error) { element_of(&right.1) } else { a.clone() }))
            }
            (Type::Map(_), Type::Map(_)) if right.1.fits(&left.1) => Some(left.1.clone()),
            (Type::Script, Type::Script) => Some(Type::Script),
            _ => None,
        };
        if let Some(ty) = joined {
            return (Expr { kind: ExprKind::Binary(BinaryOp::Add, Box::new(left.0), Box::new(right.0)), span }, ty);
        }
        let (left, right, ty) = self.numbers(left.0, left.1, right.0, right.1);
        match ty {
            Some(ty @ (Type::Int | Type::Float | Type::Duration | Type::Size)) => {
                (Expr { kind: ExprKind::Binary(BinaryOp::Add, Box::new(left.0), Box::new(right.0)), span }, ty)
            }
            _ => {
                let text = |ty: &Type| matches!(ty, Type::String | Type::Enum(_));
                let why = if text(&left.1) || text(&right.1) {
                    "to print a value into a string, interpolate: `\"… ${{ value }} …\"`"
                } else {
                    "`+` adds numbers, durations and sizes, and joins strings, lists, maps and scripts"
                };
                self.bad_operands(BinaryOp::Add, &left, &right, span, why)
            }
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &'a ast::Expr, right: &'a ast::Expr, span: Span) -> Typed {
        use Type::{Duration, Error, Float, Int, Size};
        let left = self.infer(left, None);
        let right = self.infer(right, None);
        let is_number = |ty: &Type| matches!(ty, Int | Float);
        let ty = match (op, &left.1, &right.1) {
            (_, Error, _) | (_, _, Error) => Some(Error),
            (BinaryOp::Rem, Int, Int) => Some(Int),
            (BinaryOp::Sub, Duration, Duration) => Some(Duration),
            (BinaryOp::Sub, Size, Size) => Some(Size),
            (BinaryOp::Mul, Duration, number) | (BinaryOp::Mul, number, Duration) if is_number(number) => Some(Duration),
            (BinaryOp::Mul, Size, number) | (BinaryOp::Mul, number, Size) if is_number(number) => Some(Size),
            (BinaryOp::Div, Duration, Duration) | (BinaryOp::Div, Size, Size) => Some(Int),
            (BinaryOp::Div, quantity @ (Duration | Size), number) if is_number(number) => Some(quantity.clone()),
            (BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, a, b) if is_number(a) && is_number(b) => {
                let (left, right, ty) = self.numbers(left.0, left.1, right.0, right.1);
                let ty = ty.expect("two numbers have a common type");
                return (Expr { kind: ExprKind::Binary(op, Box::new(left.0), Box::new(right.0)), span }, ty);
            }
            _ => None,
        };
        match ty {
            Some(ty) => (Expr { kind: ExprKind::Binary(op, Box::new(left.0), Box::new(right.0)), span }, ty),
            None => {
                let why = match op {
                    BinaryOp::Rem => "`%` is for ints",
                    BinaryOp::Sub => "`-` is for numbers, two durations or two sizes",
                    BinaryOp::Mul => "`*` is for numbers, or a duration or size with a number",
                    _ => "`/` is for numbers, a duration or size with a number, or two of these",
                };
                self.bad_operands(op, &left, &right, span, why)
            }
        }
    }

    /// Two operands of one type: an int beside a float becomes one. `None` where they have none in common.
    fn numbers(&mut self, left: Expr, left_ty: Type, right: Expr, right_ty: Type) -> (Typed, Typed, Option<Type>) {
        match (&left_ty, &right_ty) {
            (Type::Int, Type::Float) => {
                let left = self.coerce(left, &Type::Int, &Type::Float);
                ((left, Type::Float), (right, Type::Float), Some(Type::Float))
            }
            (Type::Float, Type::Int) => {
                let right = self.coerce(right, &Type::Int, &Type::Float);
                ((left, Type::Float), (right, Type::Float), Some(Type::Float))
            }
            (a, b) => {
                let ty = if matches!(a, Type::Error) || matches!(b, Type::Error) {
                    Some(Type::Error)
                } else {
                    (a == b).then(|| a.clone())
                };
                ((left, left_ty), (right, right_ty), ty)
            }
        }
    }

    fn bad_operands(&mut self, op: BinaryOp, left: &Typed, right: &Typed, span: Span, why: &str) -> Typed {
        if !matches!(left.1, Type::Error) && !matches!(right.1, Type::Error) {
            let null = [left, right].into_iter().find(|(_, ty)| matches!(ty, Type::Optional(_)));
            self.report(match null {
                Some((expr, _)) => maybe_null(expr.span),
                None => Diagnostic::at(
                    Code::BadOperands,
                    span,
                    format!("`{}` does not go between `{}` and `{}`", op.symbol(), left.1, right.1),
                    "these do not fit together",
                )
                .help(why),
            });
        }
        (error(span), Type::Error)
    }
}

/// What the left side of `==` or `in` is expected to be, by the type of the right one.
fn expected_on_left(right: &Type, is_in: bool) -> Option<Type> {
    match (right, is_in) {
        (Type::List(element), true) => Some((**element).clone()),
        (Type::Map(_), true) => Some(Type::String),
        (other, false) => Some(other.clone()),
        (_, true) => None,
    }
}

/// Whether values of the two types can be equal; null may be compared with what may be null.
fn same_kind(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Null, Type::Null | Type::Optional(_)) | (Type::Optional(_), Type::Null) => true,
        (Type::Null, _) | (_, Type::Null) => matches!(a, Type::Error) || matches!(b, Type::Error),
        (Type::Int | Type::Float, Type::Int | Type::Float) => true,
        (Type::Enum(_), Type::String) | (Type::String, Type::Enum(_)) => true,
        (Type::Script | Type::Secret | Type::Condition | Type::RetryOn, _) => false,
        (a, b) => a.without_null().fits(b.without_null()) || b.without_null().fits(a.without_null()),
    }
}

fn is_word(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Word(_))
}

fn element_of(ty: &Type) -> Arc<Type> {
    match ty {
        Type::List(element) => element.clone(),
        _ => Arc::new(Type::Error),
    }
}
