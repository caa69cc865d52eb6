//! Records and maps: literals of them, and their fields.

use std::sync::Arc;

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::schema::{self, AttrType, Kind};
use crate::sema::checker::Checker;
use crate::sema::declare::{Entity, Space};
use crate::sema::expr::{Typed, error, key_span, key_text, maybe_null, path_text};
use crate::sema::hir::{Expr, ExprKind};
use crate::sema::resolve::Found;
use crate::sema::settings::set_twice;
use crate::sema::types::{Field, Record, Type};
use crate::syntax::ast::{self, Key, Name};

impl<'a> Checker<'a> {
    pub(super) fn record(&mut self, entries: &'a [(Key, ast::Expr)], span: Span, hint: Option<&Type>) -> Typed {
        self.report_twice(entries.iter().map(|(key, _)| key));
        match hint {
            Some(Type::Record(record)) => {
                let record = record.clone();
                (self.record_of(entries, span, &record), Type::Record(record))
            }
            Some(Type::Map(element)) => {
                let fields = entries.iter().map(|(key, value)| (key_text(key), self.check(value, element))).collect();
                (Expr { kind: ExprKind::Record(fields), span }, Type::Map(element.clone()))
            }
            _ => self.record_by_itself(entries, span),
        }
    }

    fn record_of(&mut self, entries: &'a [(Key, ast::Expr)], span: Span, record: &Arc<Record>) -> Expr {
        let mut given: Vec<(EcoString, Expr)> = Vec::new();
        let mut misspelt: Vec<&str> = Vec::new();
        for (key, value) in entries {
            let text = key_text(key);
            match record.field(&text) {
                Some(field) => {
                    let want = if field.is_optional || field.default.is_some() { field.ty.optional() } else { field.ty.clone() };
                    given.push((text, self.check(value, &want)));
                }
                None => {
                    let shown = Type::Record(record.clone());
                    let diagnostic = Diagnostic::at(
                        Code::UnknownField,
                        key_span(key),
                        format!("`{shown}` has no field `{text}`"),
                        "no such field",
                    );
                    let meant = nearest(&text, record.fields.iter().map(|field| field.name.as_str()));
                    misspelt.extend(meant);
                    self.report(diagnostic.meant(key_span(key), meant, || format!("it has {}", field_list(record))));
                    self.infer(value, Some(&Type::Error));
                }
            }
        }
        let missing: Vec<&str> = record
            .fields
            .iter()
            .filter(|field| !field.is_optional && field.default.is_none() && !given.iter().any(|(name, _)| *name == field.name))
            .map(|field| field.name.as_str())
            .filter(|name| !misspelt.contains(name))
            .collect();
        if !missing.is_empty() {
            let is = if missing.len() == 1 { "is" } else { "are" };
            let list = listed(missing.iter().map(|name| format!("`{name}`")));
            self.report(
                Diagnostic::at(
                    Code::MissingAttribute,
                    span,
                    format!("{list} of `{}` {is} left out", Type::Record(record.clone())),
                    "left out here",
                )
                .help(format!("add `{}: …`", missing[0])),
            );
        }
        for field in &record.fields {
            if let (Some(default), false) = (&field.default, given.iter().any(|(name, _)| *name == field.name)) {
                given.push((field.name.clone(), default.clone()));
            }
        }
        Expr { kind: ExprKind::Record(given), span }
    }

    /// A record where nothing is expected: words make a record, strings a map.
    fn record_by_itself(&mut self, entries: &'a [(Key, ast::Expr)], span: Span) -> Typed {
        let is_map = entries.iter().any(|(key, _)| !matches!(key, Key::Word(_)));
        let mut fields: Vec<(EcoString, Expr)> = Vec::new();
        let mut types: Vec<Field> = Vec::new();
        for (key, value) in entries {
            let (checked, ty) = match types.first() {
                Some(first) if is_map => {
                    let want = first.ty.clone();
                    (self.check(value, &want), want)
                }
                _ => self.infer(value, None),
            };
            if matches!(ty, Type::Secret) {
                self.report(
                    Diagnostic::at(
                        Code::SecretMisuse,
                        checked.span,
                        "a secret cannot be part of a record or map",
                        "a secret here",
                    )
                    .help("give each secret to `env` by itself"),
                );
            }
            fields.push((key_text(key), checked));
            types.push(Field { name: key_text(key), ty, is_optional: false, default: None, span: key_span(key) });
        }
        let ty = match (is_map, types.first()) {
            (true, Some(first)) => Type::Map(Arc::new(first.ty.clone())),
            _ => Type::Record(Arc::new(Record { name: None, fields: types })),
        };
        (Expr { kind: ExprKind::Record(fields), span }, ty)
    }

    /// Reports keys that stand twice.
    pub(super) fn report_twice<'k>(&mut self, keys: impl Iterator<Item = &'k Key>) {
        let mut seen: std::collections::HashMap<EcoString, Span> = Default::default();
        for key in keys {
            if let Some(first) = seen.insert(key_text(key), key_span(key)) {
                self.report(set_twice(&key_text(key), key_span(key), first));
            }
        }
    }

    pub(super) fn field(&mut self, expr: &'a ast::Expr, base: &'a ast::Expr, name: &'a Name) -> Typed {
        if let ast::ExprKind::Word(word) = &base.kind
            && let Some(Found::Entity(Entity::Module(file))) = self.find_value(word)
        {
            return match self.find_in_module(file, Space::Value, name) {
                Some(entity) => self.entity_value(entity, expr.span),
                None => (error(expr.span), Type::Error),
            };
        }
        let (checked, ty) = self.infer(base, None);
        let span = expr.span;
        let path = path_text(expr);
        match &ty {
            Type::Error => (error(span), Type::Error),
            Type::Record(record) => match record.field(&name.text) {
                Some(field) => {
                    let ty = if field.is_optional { field.ty.optional() } else { field.ty.clone() };
                    let ty = path.map_or(ty.clone(), |path| self.narrowed(ty, &path));
                    (Expr { kind: ExprKind::Field(Box::new(checked), name.text.clone()), span }, ty)
                }
                None => {
                    let diagnostic = Diagnostic::at(
                        Code::UnknownField,
                        name.span,
                        format!("`{ty}` has no field `{}`", name.text),
                        "no such field",
                    );
                    self.report(diagnostic.meant(
                        name.span,
                        nearest(&name.text, record.fields.iter().map(|field| field.name.as_str())),
                        || format!("it has {}", field_list(record)),
                    ));
                    (error(span), Type::Error)
                }
            },
            Type::Hardware => match schema::attribute(Kind::Hardware, &name.text).and_then(|row| simple_type(&row.ty)) {
                Some(ty) => (Expr { kind: ExprKind::HardwareField(Box::new(checked), name.text.clone()), span }, ty),
                None => {
                    let names =
                        schema::attributes(Kind::Hardware).filter(|row| simple_type(&row.ty).is_some()).map(|row| row.name);
                    let message = format!("a hardware mode has no field `{}` that can be read", name.text);
                    let diagnostic = Diagnostic::at(Code::UnknownField, name.span, message, "no such field");
                    self.report(
                        diagnostic.meant(name.span, nearest(&name.text, names.clone()), || format!("it has {}", listed(names))),
                    );
                    (error(span), Type::Error)
                }
            },
            Type::Optional(_) => {
                self.report(maybe_null(checked.span));
                (error(span), Type::Error)
            }
            Type::Map(_) => {
                self.report(
                    Diagnostic::at(Code::UnknownField, name.span, "a map has no fields", "read as a field")
                        .fix("index the map", base.span.after().to(name.span), format!("[\"{}\"]", name.text))
                        .help(format!("write `[\"{}\"]`", name.text)),
                );
                (error(span), Type::Error)
            }
            other => {
                self.report(
                    Diagnostic::at(
                        Code::UnknownField,
                        name.span,
                        format!("a value of type `{other}` has no fields"),
                        "read as a field",
                    )
                    .help("only records and hardware modes have fields"),
                );
                (error(span), Type::Error)
            }
        }
    }
}

fn field_list(record: &Record) -> String {
    listed(record.fields.iter().map(|field| format!("`{}`", field.name)))
}

/// The language's type of an attribute whose value expressions may read.
fn simple_type(ty: &AttrType) -> Option<Type> {
    Some(match ty {
        AttrType::String => Type::String,
        AttrType::Int(..) => Type::Int,
        AttrType::Float(..) => Type::Float,
        AttrType::Size => Type::Size,
        AttrType::Enum(members) => Type::Enum(members.iter().map(|member| EcoString::from(*member)).collect()),
        _ => return None,
    })
}
