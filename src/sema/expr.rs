//! Expressions: names resolved, types found, literals fitted to the type that is expected.

use std::sync::Arc;

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::sema::checker::{BindingTarget, Checker};
use crate::sema::declare::Entity;
use crate::sema::hir::{Expr, ExprKind, HardwareId, LetId, Literal, ParamId, PolicyId, RetryOn, RunWhen};
use crate::sema::resolve::Found;
use crate::sema::types::{Type, shown_word};
use crate::syntax::ast::{self, BinaryOp, Key, Name, UnaryOp};

/// An expression with the type that was found for it.
pub(super) type Typed = (Expr, Type);

impl<'a> Checker<'a> {
    /// Reads an expression where `want` is expected, and reports it if it is something else.
    pub(super) fn check(&mut self, expr: &'a ast::Expr, want: &Type) -> Expr {
        let (checked, ty) = self.infer(expr, Some(want));
        self.coerce(checked, &ty, want)
    }

    /// Reads an expression; `hint` is the type expected here, if there is one. The result may have another type.
    pub(super) fn infer(&mut self, expr: &'a ast::Expr, hint: Option<&Type>) -> Typed {
        let typed = self.descend(expr.span, |this| this.infer_here(expr, hint));
        typed.unwrap_or_else(|| (error(expr.span), Type::Error))
    }

    fn infer_here(&mut self, expr: &'a ast::Expr, hint: Option<&Type>) -> Typed {
        let span = expr.span;
        let literal = |literal: Literal, ty: Type| (Expr { kind: ExprKind::Literal(literal), span }, ty);
        let hint = hint.map(Type::without_null);
        match &expr.kind {
            ast::ExprKind::Null => literal(Literal::Null, Type::Null),
            ast::ExprKind::Bool(value) => literal(Literal::Bool(*value), Type::Bool),
            ast::ExprKind::Int(value) => match hint {
                Some(Type::Float) => literal(Literal::Float(*value as f64), Type::Float),
                _ => literal(Literal::Int(*value), Type::Int),
            },
            ast::ExprKind::Float(value) => literal(Literal::Float(*value), Type::Float),
            ast::ExprKind::Duration(value) => literal(Literal::Duration(*value), Type::Duration),
            ast::ExprKind::Size(value) => literal(Literal::Size(*value), Type::Size),
            ast::ExprKind::String(string) => self.string(string, hint),
            ast::ExprKind::Word(word) => self.word(word, span, hint),
            ast::ExprKind::List(elements) => self.list(elements, span, hint),
            ast::ExprKind::Comprehension { elem, var, iter, cond } => {
                self.comprehension(elem, var, iter, cond.as_deref(), span, hint)
            }
            ast::ExprKind::Record(entries) => self.record(entries, span, hint),
            ast::ExprKind::Field(base, name) => self.field(expr, base, name),
            ast::ExprKind::Index(base, index) => self.index(base, index, span),
            ast::ExprKind::Call(callee, args) => self.call(callee, args, span, hint),
            ast::ExprKind::Unary(op, operand) => self.unary(*op, operand, span, hint),
            ast::ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span, hint),
            ast::ExprKind::If { cond, then, otherwise } => self.if_expr(cond, then, otherwise, span, hint),
            ast::ExprKind::Error => (error(span), Type::Error),
        }
    }

    /// Fits a value of type `ty` to `want`, by the few conversions that the language has.
    pub(super) fn coerce(&mut self, expr: Expr, ty: &Type, want: &Type) -> Expr {
        match (ty, want) {
            (Type::Null, Type::Optional(_)) => expr,
            (Type::Int, Type::Float) => {
                let span = expr.span;
                Expr { kind: ExprKind::ToFloat(Box::new(expr)), span }
            }
            // A member of an enum is its string.
            (Type::Enum(_), Type::String) => expr,
            (_, Type::Optional(inner)) if !matches!(ty, Type::Optional(_)) => self.coerce(expr, ty, inner),
            _ if ty.fits(want) => expr,
            (Type::Optional(inner), _) if inner.fits(want) => {
                self.report(maybe_null(expr.span));
                Expr { kind: ExprKind::Error, span: expr.span }
            }
            _ => {
                self.mismatch(expr.span, ty, want);
                Expr { kind: ExprKind::Error, span: expr.span }
            }
        }
    }

    pub(super) fn mismatch(&mut self, span: Span, ty: &Type, want: &Type) {
        let want = want.without_null();
        let found = match ty {
            Type::Null => "`null`".to_owned(),
            other => format!("a value of type `{other}`"),
        };
        let mut diagnostic =
            Diagnostic::at(Code::TypeMismatch, span, format!("expected `{want}`, found {found}"), format!("this is `{ty}`"));
        diagnostic = match (ty, want) {
            (Type::String, Type::Script) => diagnostic
                .help("a string that is not a literal is no script: write the script out and interpolate, or use `raw(…)`"),
            (Type::Int, Type::Duration) => diagnostic.help("write a duration with its unit, such as `90s`, `40m` or `2h`"),
            (Type::Int, Type::Size) => diagnostic.help("write a size with its unit, such as `512MiB` or `64GiB`"),
            (Type::String, Type::Enum(members)) => diagnostic.help(format!("write one of {}", word_list(members))),
            (Type::String, Type::Duration) => diagnostic.help("write the duration without quotes, such as `40m`"),
            (Type::String, Type::Size) => diagnostic.help("write the size without quotes, such as `64GiB`"),
            (Type::List(_), Type::Script) => diagnostic
                .help("a script is one string, in `\"\"\"` for several lines; words without a shell are `command = [\"…\"]`"),
            (Type::String, Type::Int | Type::Float) => diagnostic.help("write the number without quotes"),
            (Type::String, Type::Bool) => diagnostic.help("write `true` or `false`, without quotes"),
            (Type::String, Type::RetryOn | Type::Condition) => diagnostic.help("write the word without quotes"),
            (Type::String, Type::Hardware | Type::Policy) => diagnostic.help("write the name as it is declared, without quotes"),
            (Type::Bool, Type::Condition) => diagnostic.help(
                "`when` looks at how stages ended: `always`, `failed`, `succeeded(\"stage\")`; what values decide stands in `if … { stage … }`",
            ),
            (Type::Float, Type::Int) => diagnostic.help("make it whole with `int(…)`"),
            (_, Type::String) if ty.is_printable() => diagnostic.help("print it into a string: `\"${{ … }}\"`"),
            (_, Type::List(element)) if ty.fits(element) => diagnostic.help("put it in brackets: `[…]`"),
            (Type::Secret, _) => diagnostic.help("a secret can only be a value of `env`, or be handed on as an argument"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    fn word(&mut self, word: &EcoString, span: Span, hint: Option<&Type>) -> Typed {
        let as_word = hint.and_then(|hint| expected_word(word, hint).map(|literal| (literal, hint)));
        if let Some((literal, hint)) = as_word {
            let clash = match self.find_value(word) {
                Some(Found::Bound { ty, .. }) => ty.without_null() == hint,
                Some(Found::Entity(entity)) => {
                    // Only a value of that very type can be meant instead.
                    let (_, ty) = self.entity_value(entity, span);
                    ty.without_null() == hint
                }
                None => false,
            };
            if clash {
                self.report(
                    Diagnostic::at(
                        Code::AmbiguousWord,
                        span,
                        format!("`{word}` is both a member of the expected type and a value of it"),
                        "which one is meant?",
                    )
                    .fix(format!("write `\"{word}\"` for the member"), span, format!("\"{word}\""))
                    .help(format!("write `\"{word}\"` for the member, or rename the value")),
                );
            }
            return (Expr { kind: ExprKind::Literal(literal), span }, hint.clone());
        }
        match self.find_value(word) {
            Some(Found::Bound { target, ty }) => {
                let kind = match target {
                    BindingTarget::Local(local) => ExprKind::Local(local),
                    BindingTarget::Param(param) => ExprKind::Param(param),
                };
                (Expr { kind, span }, self.narrowed(ty, word))
            }
            Some(Found::Entity(entity)) => {
                let (expr, ty) = self.entity_value(entity, span);
                (expr, self.narrowed(ty, word))
            }
            None => {
                match hint.and_then(expected_words) {
                    // What is expected here was reported: this word may well be right.
                    _ if matches!(hint, Some(Type::Error)) => {}
                    Some(words) => self.unknown_member(word, span, &words),
                    None => self.unknown_value(word, span, hint),
                }
                (error(span), Type::Error)
            }
        }
    }

    fn unknown_member(&mut self, word: &EcoString, span: Span, words: &[EcoString]) {
        let in_sight = self.values_in_sight();
        let diagnostic =
            Diagnostic::at(Code::UnknownMember, span, format!("`{word}` is none of {}", word_list(words)), "not one of these");
        let candidates = words.iter().chain(&in_sight).map(EcoString::as_str);
        self.report(
            match familiar_member(word)
                .filter(|meant| words.iter().any(|word| word == meant))
                .or_else(|| nearest(word, candidates))
            {
                Some(meant) => {
                    diagnostic.fix(format!("write `{meant}`"), span, shown_word(meant)).help(format!("did you mean `{meant}`?"))
                }
                None => diagnostic.help(format!("write one of {}", word_list(words))),
            },
        );
    }

    /// The value that a declaration of a file stands for.
    pub(super) fn entity_value(&mut self, entity: Entity, span: Span) -> Typed {
        match entity {
            Entity::Let(index) => (Expr { kind: ExprKind::Let(LetId(index as u32)), span }, self.let_type(index, span)),
            Entity::Param(index) => (Expr { kind: ExprKind::Param(ParamId(index as u32)), span }, self.param_type(index, span)),
            Entity::Hardware(index) => {
                (Expr { kind: ExprKind::Literal(Literal::Hardware(HardwareId(index as u32))), span }, Type::Hardware)
            }
            Entity::Policy(index) => {
                (Expr { kind: ExprKind::Literal(Literal::Policy(PolicyId(index as u32))), span }, Type::Policy)
            }
            Entity::Function(_) => {
                let name = self.name_of(entity);
                self.report(
                    Diagnostic::at(Code::WrongKind, span, format!("`{name}` is a function, not a value"), "not called")
                        .help(format!("call it: `{name}(…)`")),
                );
                (error(span), Type::Error)
            }
            Entity::Module(_) => {
                self.report(
                    Diagnostic::at(Code::WrongKind, span, "a module is not a value", "this is an imported file")
                        .help("name what you want of it: `module.name`"),
                );
                (error(span), Type::Error)
            }
            // Of other name spaces; never found among values.
            Entity::Type(_) | Entity::Template(_) | Entity::Cluster(_) | Entity::Pipeline(_) => (error(span), Type::Error),
        }
    }

    pub(super) fn narrowed(&self, ty: Type, path: &str) -> Type {
        match ty {
            Type::Optional(inner) if self.frame.not_null.iter().any(|known| known == path) => (*inner).clone(),
            other => other,
        }
    }

    fn list(&mut self, elements: &'a [ast::Expr], span: Span, hint: Option<&Type>) -> Typed {
        if let Some(Type::List(element)) = hint {
            let checked = elements.iter().map(|expr| self.check(expr, element)).collect();
            return (Expr { kind: ExprKind::List(checked), span }, Type::List(element.clone()));
        }
        let Some((first, rest)) = elements.split_first() else {
            if !matches!(hint, Some(Type::Error)) && hint.is_none() {
                self.report(
                    Diagnostic::at(
                        Code::UnknownValueType,
                        span,
                        "the type of an empty list cannot be told here",
                        "a list of what?",
                    )
                    .help("write the type: `let name: list<string> = []`"),
                );
            }
            return (Expr { kind: ExprKind::List(Vec::new()), span }, Type::List(Arc::new(Type::Error)));
        };
        let (first, ty) = self.infer(first, None);
        if matches!(ty, Type::Secret) {
            self.report(
                Diagnostic::at(Code::SecretMisuse, first.span, "a secret cannot be part of a list", "a secret here")
                    .help("give each secret to `env` by itself"),
            );
        }
        let mut checked = vec![first];
        checked.extend(rest.iter().map(|expr| self.check(expr, &ty)));
        (Expr { kind: ExprKind::List(checked), span }, Type::List(Arc::new(ty)))
    }

    fn comprehension(
        &mut self,
        elem: &'a ast::Expr,
        var: &'a Name,
        iter: &'a ast::Expr,
        cond: Option<&'a ast::Expr>,
        span: Span,
        hint: Option<&Type>,
    ) -> Typed {
        let element_hint = match hint {
            Some(Type::List(element)) => Some(element.as_ref().clone()),
            _ => None,
        };
        let mark = self.mark();
        let (iter, local) = self.loop_head(var, iter);
        let known = self.frame.not_null.len();
        let cond = cond.map(|cond| {
            let checked = self.check(cond, &Type::Bool);
            self.assume(cond, true);
            Box::new(checked)
        });
        let (elem, ty) = match &element_hint {
            Some(want) => (self.check(elem, want), want.clone()),
            None => self.infer(elem, None),
        };
        self.frame.not_null.truncate(known);
        self.leave(mark);
        let kind = ExprKind::Comprehension { elem: Box::new(elem), var: local, iter: Box::new(iter), cond };
        (Expr { kind, span }, Type::List(Arc::new(ty)))
    }

    /// `x in list`: reads the list and makes the variable known.
    pub(super) fn loop_head(&mut self, var: &'a Name, iter: &'a ast::Expr) -> (Expr, crate::sema::hir::Local) {
        let (list, ty) = self.infer(iter, None);
        let element = match ty {
            Type::List(element) => (*element).clone(),
            Type::Error => Type::Error,
            other => {
                let diagnostic = Diagnostic::at(
                    Code::TypeMismatch,
                    iter.span,
                    format!("`for` goes over a list, not `{other}`"),
                    format!("this is `{other}`"),
                );
                self.report(match other {
                    Type::Map(_) => diagnostic.help("go over `keys(…)` or `values(…)`"),
                    Type::Int => diagnostic.help("go over `range(…)`"),
                    Type::Optional(_) => diagnostic.help("say what to do when it is null: `… ?? []`"),
                    _ => diagnostic.help("give it a list: `[…]`"),
                });
                Type::Error
            }
        };
        let local = self.slot();
        self.bind(var, BindingTarget::Local(local), element, None);
        (list, local)
    }

    fn index(&mut self, base: &'a ast::Expr, index: &'a ast::Expr, span: Span) -> Typed {
        let (list, ty) = self.infer(base, None);
        let (want, result) = match &ty {
            Type::List(element) => (Type::Int, (**element).clone()),
            Type::Map(element) => (Type::String, element.optional()),
            Type::Error => (Type::Error, Type::Error),
            Type::Optional(_) => {
                self.report(maybe_null(list.span));
                (Type::Error, Type::Error)
            }
            other => {
                self.report(
                    Diagnostic::at(
                        Code::BadOperands,
                        base.span,
                        format!("a value of type `{other}` cannot be indexed"),
                        format!("this is `{other}`"),
                    )
                    .help("index a list by a number, or a map by a string"),
                );
                (Type::Error, Type::Error)
            }
        };
        let index = self.check(index, &want);
        (Expr { kind: ExprKind::Index(Box::new(list), Box::new(index)), span }, result)
    }

    fn unary(&mut self, op: UnaryOp, operand: &'a ast::Expr, span: Span, hint: Option<&Type>) -> Typed {
        let (checked, ty) = match op {
            UnaryOp::Not if matches!(hint, Some(Type::Condition)) => (self.check(operand, &Type::Condition), Type::Condition),
            UnaryOp::Not => (self.check(operand, &Type::Bool), Type::Bool),
            UnaryOp::Neg => {
                let (checked, ty) = self.infer(operand, hint);
                if !matches!(ty, Type::Int | Type::Float | Type::Duration | Type::Error) {
                    self.report(
                        Diagnostic::at(
                            Code::BadOperands,
                            span,
                            format!("`-` needs a number or a duration, not `{ty}`"),
                            format!("this is `{ty}`"),
                        )
                        .help("only int, float and duration can be negative"),
                    );
                    return (error(span), Type::Error);
                }
                (checked, ty)
            }
        };
        (Expr { kind: ExprKind::Unary(op, Box::new(checked)), span }, ty)
    }

    fn if_expr(
        &mut self,
        cond: &'a ast::Expr,
        then: &'a ast::Expr,
        otherwise: &'a ast::Expr,
        span: Span,
        hint: Option<&Type>,
    ) -> Typed {
        let checked = self.check(cond, &Type::Bool);
        let known = self.frame.not_null.len();
        self.assume(cond, true);
        let (then_expr, then_ty) = self.infer(then, hint);
        self.frame.not_null.truncate(known);
        self.assume(cond, false);
        let (else_expr, else_ty) = self.infer(otherwise, Some(hint.unwrap_or(&then_ty)));
        self.frame.not_null.truncate(known);
        let ty = match (&then_ty, &else_ty) {
            (Type::Null, other) | (other, Type::Null) => other.optional(),
            (Type::Int, Type::Float) | (Type::Float, Type::Int) => Type::Float,
            (Type::Enum(_), Type::String) | (Type::String, Type::Enum(_)) => Type::String,
            (a, b) if matches!((a, b), (Type::Optional(_), _)) => a.clone(),
            (_, b @ Type::Optional(_)) => b.clone(),
            (a, _) => a.clone(),
        };
        let then_expr = self.coerce(then_expr, &then_ty, &ty);
        let else_expr = self.coerce(else_expr, &else_ty, &ty);
        let kind = ExprKind::If { cond: Box::new(checked), then: Box::new(then_expr), otherwise: Box::new(else_expr) };
        (Expr { kind, span }, ty)
    }

    /// Remembers what a condition's being true (or false) says of null.
    pub(super) fn assume(&mut self, cond: &ast::Expr, holds: bool) {
        match &cond.kind {
            ast::ExprKind::Binary(BinaryOp::And, left, right) if holds => {
                self.assume(left, true);
                self.assume(right, true);
            }
            ast::ExprKind::Binary(BinaryOp::Or, left, right) if !holds => {
                self.assume(left, false);
                self.assume(right, false);
            }
            ast::ExprKind::Unary(UnaryOp::Not, inner) => self.assume(inner, !holds),
            ast::ExprKind::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), left, right) if (*op == BinaryOp::Ne) == holds => {
                let path = match (&left.kind, &right.kind) {
                    (ast::ExprKind::Null, _) => path_text(right),
                    (_, ast::ExprKind::Null) => path_text(left),
                    _ => None,
                };
                self.frame.not_null.extend(path);
            }
            _ => {}
        }
    }
}

impl Type {
    /// `T` of `T?`.
    pub(super) fn without_null(&self) -> &Type {
        match self {
            Self::Optional(inner) => inner,
            other => other,
        }
    }

    /// `T?`, once.
    pub(super) fn optional(&self) -> Type {
        match self {
            Self::Optional(_) | Self::Null | Self::Error => self.clone(),
            other => Self::Optional(Arc::new(other.clone())),
        }
    }

    /// Whether an interpolation takes it.
    pub(super) fn is_printable(&self) -> bool {
        matches!(
            self,
            Self::String | Self::Int | Self::Float | Self::Bool | Self::Duration | Self::Size | Self::Enum(_) | Self::Error
        )
    }

    /// Whether a value of this type is one of the other, without conversion; what was reported fits everything.
    pub(super) fn fits(&self, want: &Type) -> bool {
        match (self, want) {
            (Self::Error, _) | (_, Self::Error) => true,
            (Self::Null, Self::Optional(_)) => true,
            (Self::List(a), Self::List(b)) | (Self::Map(a), Self::Map(b)) | (Self::Optional(a), Self::Optional(b)) => a.fits(b),
            (a, Self::Optional(b)) => a.fits(b),
            (a, b) => a == b,
        }
    }
}

pub(super) fn error(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}

pub(super) fn maybe_null(span: Span) -> Diagnostic {
    Diagnostic::at(Code::MaybeNull, span, "this may be null here", "not always there")
        .help("give a value for that case with `?? …`, or ask first: `if x != null { … }`")
}

pub(super) fn key_text(key: &Key) -> EcoString {
    match key {
        Key::Word(name) => name.text.clone(),
        Key::String(string) => string.as_plain().unwrap_or_default(),
        Key::Int(value, _) => ecow::eco_format!("{value}"),
    }
}

pub(super) fn key_span(key: &Key) -> Span {
    match key {
        Key::Word(name) => name.span,
        Key::String(string) => string.span,
        Key::Int(_, span) => *span,
    }
}

/// `x` and `x.y`, as narrowing remembers them.
pub(super) fn path_text(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::Word(word) => Some(word.to_string()),
        ast::ExprKind::Field(base, name) => Some(format!("{}.{}", path_text(base)?, name.text)),
        _ => None,
    }
}

/// What a bare word means where this type is expected.
fn expected_word(word: &str, hint: &Type) -> Option<Literal> {
    match hint {
        Type::Enum(members) => members.iter().find(|member| *member == word).map(|member| Literal::String(member.clone())),
        Type::Condition => Some(Literal::RunWhen(match word {
            "always" => RunWhen::Always,
            "succeeded" => RunWhen::Succeeded,
            "failed" => RunWhen::Failed,
            _ => return None,
        })),
        Type::RetryOn => Some(Literal::RetryOn(match word {
            "failed" => RetryOn::Failed,
            "timed_out" => RetryOn::TimedOut,
            "lost" => RetryOn::Lost,
            "unstable" => RetryOn::Unstable,
            _ => return None,
        })),
        _ => None,
    }
}

/// The words that a type expects, for messages.
fn expected_words(hint: &Type) -> Option<Vec<EcoString>> {
    let words = |words: &[&str]| Some(words.iter().map(|word| EcoString::from(*word)).collect());
    match hint {
        Type::Enum(members) => Some(members.to_vec()),
        Type::Condition => words(&["succeeded", "failed", "always"]),
        Type::RetryOn => words(&["failed", "timed_out", "lost", "unstable"]),
        _ => None,
    }
}

/// What other tools call a member.
fn familiar_member(word: &str) -> Option<&'static str> {
    Some(match word {
        "aarch64" | "armv8" => "arm64",
        "amd64" | "x64" | "x86" => "x86_64",
        "arm" | "armv7" | "armhf" => "arm32",
        "ubuntu" | "debian" | "centos" => "linux",
        "darwin" | "osx" => "macos",
        "win" | "win64" => "windows",
        "medium" | "default" => "normal",
        "critical" => "urgent",
        "yellow" | "warning" => "unstable",
        "red" | "failure" | "error" => "failed",
        "green" | "success" | "passed" => "succeeded",
        _ => return None,
    })
}

pub(super) fn word_list(words: &[EcoString]) -> String {
    listed(words.iter().map(|word| format!("`{}`", shown_word(word))))
}
