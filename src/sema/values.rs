//! Values of attributes, fitted to the types of the schema.

use std::sync::Arc;

use ecow::EcoString;

use crate::base::{Duration, Size, Span};
use crate::diag::{Code, Diagnostic};
use crate::schema::{self, AttrType, Kind};
use crate::sema::checker::Checker;
use crate::sema::expr::{error, key_span, key_text};
use crate::sema::formats;
use crate::sema::hir::{Expr, ExprKind, Literal, Settings};
use crate::sema::settings::key_name;
use crate::sema::types::Type;
use crate::syntax::ast::{self, Body, ItemKind, Key};

/// The two ways to write a nested block: `x = { a: b }` and `x { a = b }`.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    Expr(&'a ast::Expr),
    Body(&'a Body),
}

impl<'a> Checker<'a> {
    pub(super) fn value(&mut self, ty: &'static AttrType, written: Written<'a>, name: Span) -> Expr {
        match (ty, written) {
            (AttrType::Block(kind), written) => self.nested(*kind, written, name),
            (AttrType::Retry, Written::Expr(expr)) if !is_record(expr) => self.retry_limit(expr),
            (AttrType::Retry, written) => self.nested(Kind::Retry, written, name),
            (AttrType::Map(_) | AttrType::ExitCodes | AttrType::Free, written) => self.map(ty, written),
            (_, Written::Expr(expr)) => self.plain(ty, expr),
            (_, Written::Body(body)) => {
                self.report(
                    Diagnostic::at(Code::TypeMismatch, name, "this attribute is not a block", "written as a block")
                        .help("set it: `name = value`"),
                );
                error(body.span)
            }
        }
    }

    /// `retry = 2`: a record with the limit alone.
    fn retry_limit(&mut self, expr: &'a ast::Expr) -> Expr {
        let limit = schema::attribute(Kind::Retry, "limit").expect("the schema has retry's limit");
        match &expr.kind {
            ast::ExprKind::Null => Expr { kind: ExprKind::Literal(Literal::Null), span: expr.span },
            ast::ExprKind::If { cond, then, otherwise } => {
                let cond = Box::new(self.check(cond, &Type::Bool));
                let then = Box::new(self.value(&AttrType::Retry, Written::Expr(then), expr.span));
                let otherwise = Box::new(self.value(&AttrType::Retry, Written::Expr(otherwise), expr.span));
                Expr { kind: ExprKind::If { cond, then, otherwise }, span: expr.span }
            }
            _ => {
                let value = self.plain(&limit.ty, expr);
                Expr { kind: ExprKind::Record(vec![(limit.name.into(), value)]), span: expr.span }
            }
        }
    }

    /// A nested block of attributes, as a record of them.
    fn nested(&mut self, kind: Kind, written: Written<'a>, name: Span) -> Expr {
        match written {
            Written::Body(body) => {
                let settings = self.block_settings(kind, &body.items);
                self.check_nested(kind, &settings, name);
                record(settings, body.span)
            }
            Written::Expr(expr) => match &expr.kind {
                ast::ExprKind::Null => Expr { kind: ExprKind::Literal(Literal::Null), span: expr.span },
                ast::ExprKind::Record(entries) => {
                    let mut settings = Settings::new();
                    for (key, value) in entries {
                        let is_set = |name: &str| entries.iter().any(|(key, _)| key_text(key) == name);
                        self.entry(kind, key_name(key), Written::Expr(value), &is_set, &mut settings);
                    }
                    self.check_nested(kind, &settings, name);
                    record(settings, expr.span)
                }
                ast::ExprKind::If { cond, then, otherwise } => {
                    let cond = Box::new(self.check(cond, &Type::Bool));
                    let then = Box::new(self.nested(kind, Written::Expr(then), name));
                    let otherwise = Box::new(self.nested(kind, Written::Expr(otherwise), name));
                    Expr { kind: ExprKind::If { cond, then, otherwise }, span: expr.span }
                }
                _ => {
                    let (_, ty) = self.infer(expr, None);
                    if !matches!(ty, Type::Error) {
                        let fields: Vec<&str> = schema::attributes(kind).map(|row| row.name).collect();
                        self.report(
                            Diagnostic::at(
                                Code::TypeMismatch,
                                expr.span,
                                format!("{} is a block, not a value of type `{ty}`", kind.noun()),
                                format!("this is `{ty}`"),
                            )
                            .help(format!(
                                "write a block: `{} {{ {} = … }}`",
                                kind.noun().trim_matches('`'),
                                fields[0]
                            )),
                        );
                    }
                    error(expr.span)
                }
            },
        }
    }

    /// What a nested block cannot do without.
    fn check_nested(&mut self, kind: Kind, settings: &Settings, name: Span) {
        if kind == Kind::Dispatch && !settings.iter().any(|setting| matches!(setting.attribute.name, "copies" | "need")) {
            self.report(
                Diagnostic::at(Code::MissingAttribute, name, "a dispatch needs `copies`", "how many copies?")
                    .help("write `dispatch { copies = 3  need = 2 }`"),
            );
        }
    }

    /// A map, or a record of any shape.
    fn map(&mut self, ty: &'static AttrType, written: Written<'a>) -> Expr {
        match written {
            Written::Body(body) => {
                let mut fields = Vec::new();
                let mut keys = Vec::new();
                for item in &body.items {
                    match &item.kind {
                        ItemKind::Setting { key, value } => {
                            keys.push(key);
                            let value = self.map_value(ty, key, Written::Expr(value));
                            fields.push((key_text(key), value));
                        }
                        ItemKind::Block { word, label: None, body, .. } if matches!(ty, AttrType::Free) => {
                            let value = self.map(ty, Written::Body(body));
                            fields.push((word.text.clone(), value));
                        }
                        ItemKind::Error => {}
                        _ => self.report(
                            Diagnostic::at(Code::MisplacedItem, item.span, "only entries stand here", "not an entry")
                                .help("write `NAME = value`"),
                        ),
                    }
                }
                self.report_twice(keys.into_iter());
                Expr { kind: ExprKind::Record(fields), span: body.span }
            }
            Written::Expr(expr) => match &expr.kind {
                ast::ExprKind::Null => Expr { kind: ExprKind::Literal(Literal::Null), span: expr.span },
                ast::ExprKind::Record(entries) => {
                    self.report_twice(entries.iter().map(|(key, _)| key));
                    let fields = entries
                        .iter()
                        .map(|(key, value)| (key_text(key), self.map_value(ty, key, Written::Expr(value))))
                        .collect();
                    Expr { kind: ExprKind::Record(fields), span: expr.span }
                }
                ast::ExprKind::If { cond, then, otherwise } => {
                    let cond = Box::new(self.check(cond, &Type::Bool));
                    let then = Box::new(self.map(ty, Written::Expr(then)));
                    let otherwise = Box::new(self.map(ty, Written::Expr(otherwise)));
                    Expr { kind: ExprKind::If { cond, then, otherwise }, span: expr.span }
                }
                ast::ExprKind::Binary(ast::BinaryOp::Add, left, right) => {
                    let left = Box::new(self.map(ty, Written::Expr(left)));
                    let right = Box::new(self.map(ty, Written::Expr(right)));
                    Expr { kind: ExprKind::Binary(ast::BinaryOp::Add, left, right), span: expr.span }
                }
                _ => self.map_of_any(ty, expr),
            },
        }
    }

    /// A map that is not written out: a variable, a call.
    fn map_of_any(&mut self, ty: &'static AttrType, expr: &'a ast::Expr) -> Expr {
        let (checked, found) = self.infer(expr, None);
        let fits = match (ty, found.without_null()) {
            (_, Type::Error) | (AttrType::Free, Type::Map(_) | Type::Record(_)) => true,
            (AttrType::Map(AttrType::EnvValue), Type::Map(element)) => element.is_printable(),
            (AttrType::Map(AttrType::String), Type::Map(element)) => element.fits(&Type::String),
            _ => false,
        };
        if fits {
            return checked;
        }
        self.report(
            Diagnostic::at(
                Code::TypeMismatch,
                expr.span,
                format!("expected entries, found a value of type `{found}`"),
                format!("this is `{found}`"),
            )
            .help("write the entries out: `{ NAME = value }`"),
        );
        error(expr.span)
    }

    fn map_value(&mut self, ty: &'static AttrType, key: &'a Key, written: Written<'a>) -> Expr {
        let Written::Expr(expr) = written else { return error(key_span(key)) };
        if let Key::String(literal) = key
            && literal.as_plain().is_none()
        {
            self.report(
                Diagnostic::at(Code::TypeMismatch, literal.span, "a key is fixed", "interpolated here")
                    .help("write the key as a plain string"),
            );
        }
        match ty {
            AttrType::ExitCodes => {
                if !matches!(key, Key::Int(1..=255, _)) {
                    self.report(
                        Diagnostic::at(
                            Code::OutOfRange,
                            key_span(key),
                            format!("`{}` is no exit code", key_text(key)),
                            "not from 1 to 255",
                        )
                        .help("exit codes go from 1 to 255; 0 is success and nothing else"),
                    );
                }
                self.plain(&AttrType::Enum(schema::EXIT_CLASSES), expr)
            }
            AttrType::Map(element) => {
                if matches!(element, AttrType::EnvValue) {
                    self.unplanned.extend(formats::judge_variable(&key_text(key), expr.span));
                    self.check_variable(key);
                }
                self.plain(element, expr)
            }
            _ => self.infer(expr, None).0,
        }
    }

    /// Variables that every body gets from o11n cannot be set.
    fn check_variable(&mut self, key: &Key) {
        let name = key_text(key);
        if name.starts_with("O11N_") || schema::GIVEN_VARIABLES.contains(&name.as_str()) {
            self.report(
                Diagnostic::at(Code::OwnVariable, key_span(key), format!("every body gets `{name}` from o11n"), "set here")
                    .help("give the variable another name"),
            );
        }
    }

    /// An attribute that is one value.
    fn plain(&mut self, ty: &'static AttrType, expr: &'a ast::Expr) -> Expr {
        match ty {
            AttrType::EnvValue => return self.env_value(expr),
            AttrType::Cases => return self.cases(expr),
            _ => {}
        }
        let checked = self.check(expr, &value_type(ty).optional());
        self.check_range(ty, &checked);
        checked
    }

    /// A value of `env`: whatever can be printed, or a secret.
    fn env_value(&mut self, expr: &'a ast::Expr) -> Expr {
        let (checked, ty) = self.infer(expr, None);
        let inner = ty.without_null();
        if inner.is_printable() || matches!(inner, Type::Secret | Type::Null) {
            return checked;
        }
        self.report(
            Diagnostic::at(
                Code::TypeMismatch,
                expr.span,
                format!("an environment variable cannot hold a value of type `{ty}`"),
                format!("this is `{ty}`"),
            )
            .help("give it a string, int, float, bool, duration, size, enum or secret; a list with `join(list, \" \")`"),
        );
        error(expr.span)
    }

    /// Test cases: names, or records with a `name`.
    fn cases(&mut self, expr: &'a ast::Expr) -> Expr {
        let (checked, ty) = self.infer(expr, Some(&Type::List(Arc::new(Type::Error))));
        // A hint of unknown elements makes the list's type unknown too: infer again to see what they are.
        let (checked, ty) = match (&expr.kind, &ty) {
            (ast::ExprKind::List(elements), _) if !elements.is_empty() => self.infer(expr, None),
            _ => (checked, ty),
        };
        let fits = match ty.without_null() {
            Type::List(element) => match &**element {
                Type::String | Type::Enum(_) | Type::Error => true,
                Type::Record(record) => record.field("name").is_some_and(|name| name.ty.fits(&Type::String)),
                _ => false,
            },
            Type::Null | Type::Error => true,
            _ => false,
        };
        if fits {
            return checked;
        }
        self.report(
            Diagnostic::at(
                Code::TypeMismatch,
                expr.span,
                format!("cases are names, or records with a `name`; found `{ty}`"),
                format!("this is `{ty}`"),
            )
            .help("write `[\"a\", \"b\"]`, `glob(\"…\")` or `[{ name: \"a\", path: \"…\" }]`"),
        );
        error(expr.span)
    }

    /// A literal outside its range; what is computed is judged when its value is known.
    fn check_range(&mut self, ty: &AttrType, expr: &Expr) {
        match (ty, &expr.kind) {
            (AttrType::List(element), ExprKind::List(list)) => list.iter().for_each(|expr| self.check_range(element, expr)),
            (_, ExprKind::Literal(Literal::String(text))) => {
                let suggests = !self.has_many_mistakes();
                self.unplanned.extend(formats::judge(ty, text, expr.span, suggests));
            }
            _ => {}
        }
        let problem = match (ty, literal(expr)) {
            (AttrType::Int(least, most), Some(Literal::Int(value))) if !(*least..=*most).contains(&value) => {
                Some(format!("a whole number from {least} to {most}"))
            }
            (AttrType::Float(least, most), Some(Literal::Float(value))) if !(*least..=*most).contains(&value) => {
                Some(if most.is_finite() {
                    format!("a number from {least} to {most}")
                } else {
                    format!("a number of at least {least}")
                })
            }
            (AttrType::Duration, Some(Literal::Duration(Duration(value)))) if value <= 0 => {
                Some("a duration of more than zero".to_owned())
            }
            (AttrType::Delay, Some(Literal::Duration(Duration(value)))) if value < 0 => {
                Some("a duration, zero or more".to_owned())
            }
            (AttrType::Size, Some(Literal::Size(Size(0)))) => Some("a size of more than zero".to_owned()),
            _ => None,
        };
        if let Some(expected) = problem {
            self.report(
                Diagnostic::at(Code::OutOfRange, expr.span, format!("this must be {expected}"), "out of range")
                    .help(format!("write {expected}")),
            );
        }
    }
}

/// The language's type of an attribute that is one value.
fn value_type(ty: &AttrType) -> Type {
    match ty {
        AttrType::Bool => Type::Bool,
        AttrType::Int(..) => Type::Int,
        AttrType::Float(..) => Type::Float,
        AttrType::String | AttrType::Path | AttrType::File | AttrType::Cron | AttrType::TimeZone => Type::String,
        AttrType::Duration | AttrType::Delay => Type::Duration,
        AttrType::Size => Type::Size,
        AttrType::Script => Type::Script,
        AttrType::Enum(members) => Type::Enum(members.iter().map(|member| EcoString::from(*member)).collect()),
        AttrType::List(element) => Type::List(Arc::new(value_type(element))),
        AttrType::Hardware => Type::Hardware,
        AttrType::Policy => Type::Policy,
        AttrType::Condition => Type::Condition,
        AttrType::RetryOn => Type::RetryOn,
        // Read by functions of their own.
        AttrType::Map(_)
        | AttrType::ExitCodes
        | AttrType::Block(_)
        | AttrType::Retry
        | AttrType::EnvValue
        | AttrType::Cases
        | AttrType::Free => Type::Error,
    }
}

fn record(settings: Settings, span: Span) -> Expr {
    let fields = settings.into_iter().map(|setting| (setting.attribute.name.into(), setting.value)).collect();
    Expr { kind: ExprKind::Record(fields), span }
}

fn is_record(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Record(_))
}

/// The literal that an expression is, a negative one included.
fn literal(expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some(literal.clone()),
        ExprKind::Unary(ast::UnaryOp::Neg, inner) => match literal(inner)? {
            Literal::Int(value) => Some(Literal::Int(value.checked_neg()?)),
            Literal::Float(value) => Some(Literal::Float(-value)),
            Literal::Duration(Duration(value)) => Some(Literal::Duration(Duration(-value))),
            _ => None,
        },
        _ => None,
    }
}
