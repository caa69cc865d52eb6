//! The attributes of one level: its own, its policy's, its parent's; blocks and maps merge, the rest replaces.

use std::collections::HashMap;
use std::sync::Arc;

use super::eval::{Eval, Failed, Frame, Res};
use super::value::{Fields, Value};
use crate::base::{Duration, Span};
use crate::diag::{Code, Diagnostic};
use crate::schema::{ATTRIBUTES, AttrType, Attribute, Kind};
use crate::sema::formats;
use crate::sema::hir::{Expr, ExprKind, Setting, Settings};

/// What holds on a level, each attribute at most once.
#[derive(Clone, Debug, Default)]
pub(super) struct Attrs {
    entries: Vec<Entry>,
    /// A setting of the level itself has failed, so that what is missing may be missing for it.
    pub(super) has_failed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) attribute: &'static Attribute,
    pub(super) value: Value,
    /// Where its name was written, the nearest if on several levels.
    pub(super) span: Span,
}

/// The rows of the schema by block and name.
pub(super) type Rows = HashMap<(Kind, &'static str), &'static Attribute>;

pub(super) fn rows() -> Rows {
    ATTRIBUTES.iter().flat_map(|row| row.on.iter().map(move |kind| ((*kind, row.name), row))).collect()
}

impl Attrs {
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.attribute.name == name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.get(name).map(|entry| &entry.value)
    }

    pub(super) fn span(&self, name: &str) -> Option<Span> {
        self.get(name).map(|entry| entry.span)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// What the level below takes over.
    pub(super) fn inherited(&self) -> Self {
        let entries = self.entries.iter().filter(|entry| entry.attribute.inherited).cloned().collect();
        Self { entries, has_failed: false }
    }

    /// Where each attribute was written.
    pub(super) fn origins(&self) -> Vec<(&'static str, Span)> {
        self.entries.iter().map(|entry| (entry.attribute.name, entry.span)).collect()
    }

    /// Lays a nearer setting over this level. A null is a setting left out; it switches a block of its own off.
    pub(super) fn lay(&mut self, attribute: &'static Attribute, value: Value, span: Span) {
        let at = self.entries.iter().position(|entry| entry.attribute.name == attribute.name);
        if value.is_null() {
            let switches_off = matches!(attribute.ty, AttrType::Block(Kind::Dispatch | Kind::Cache));
            if let (true, Some(at)) = (switches_off, at) {
                self.entries.remove(at);
            }
            return;
        }
        // `retry = 0` clears all that is known of retries.
        let replaces = attribute.ty == AttrType::Retry
            && value.as_fields().is_some_and(|fields| fields.len() == 1 && fields.get("limit") == Some(&Value::Int(0)));
        match at {
            Some(at) => {
                let entry = &mut self.entries[at];
                entry.span = span;
                match (&mut entry.value, value) {
                    (Value::Map(outer), Value::Map(inner)) if !replaces => merge(outer, &inner),
                    (outer, value) => *outer = value,
                }
            }
            None => self.entries.push(Entry { attribute, value, span }),
        }
    }
}

/// Lays the fields of `inner` over those of `outer`.
fn merge(outer: &mut Arc<Fields>, inner: &Arc<Fields>) {
    if outer.is_empty() {
        *outer = inner.clone();
        return;
    }
    let fields = Arc::make_mut(outer);
    for (name, value) in inner.iter().filter(|(_, value)| !value.is_null()) {
        match (fields.get_mut(name), value) {
            (Some(Value::Map(outer)), Value::Map(inner)) => merge(outer, inner),
            (Some(outer), value) => *outer = value.clone(),
            (None, value) => drop(fields.insert(name.clone(), value.clone())),
        }
    }
}

impl<'a> Eval<'a> {
    /// Lays a block's settings over a level: first those of its policy, then its own.
    pub(super) fn layer(&mut self, mut level: Attrs, settings: &'a Settings, frame: &mut Frame) -> Attrs {
        if let Some(setting) = settings.iter().find(|setting| setting.attribute.ty == AttrType::Policy)
            && let Ok(Value::Policy(id)) = self.eval(&setting.value, frame)
        {
            let policy = &self.program.policies[id.0 as usize];
            let mut inner = vec![Value::Null; policy.frame as usize];
            for setting in &policy.settings {
                match self.setting(setting, &mut inner) {
                    Ok(value) => level.lay(setting.attribute, value, setting.span),
                    Err(Failed) => level.has_failed = true,
                }
            }
        }
        for setting in settings {
            match self.setting(setting, frame) {
                Ok(value) => level.lay(setting.attribute, value, setting.span),
                Err(Failed) => level.has_failed = true,
            }
        }
        level
    }

    /// The value of one setting, judged by its type's range.
    fn setting(&mut self, setting: &'a Setting, frame: &mut Frame) -> Res<Value> {
        let value = self.eval(&setting.value, frame)?;
        self.judge(&setting.attribute.ty, setting.attribute.name, &value, &setting.value)?;
        Ok(value)
    }

    /// Checks the ranges that a type of the schema sets, down to the fields of blocks.
    fn judge(&mut self, ty: &AttrType, name: &str, value: &Value, expr: &'a Expr) -> Res<()> {
        let range = match (ty, value) {
            (_, Value::Null) => return Ok(()),
            (AttrType::Int(least, most), Value::Int(value)) if !(least..=most).contains(&value) => {
                format!("is between {least} and {most}, this is {value}")
            }
            (AttrType::Float(least, most), value) if value.as_float().is_some_and(|value| !(*least..=*most).contains(&value)) => {
                let this = value.printed().unwrap_or_default();
                let range = if most.is_finite() { format!("between {least} and {most}") } else { format!("at least {least}") };
                format!("is {range}, this is {this}")
            }
            (AttrType::Duration, Value::Duration(value)) if value.0 <= 0 => format!("is more than zero, this is {value}"),
            (AttrType::Delay, Value::Duration(value)) if *value < Duration(0) => {
                format!("is not less than zero, this is {value}")
            }
            (AttrType::File | AttrType::Cron | AttrType::TimeZone, Value::String(text)) => {
                let Some(wrong) = formats::judge(ty, text, expr.span, !self.has_many_mistakes()) else { return Ok(()) };
                let wrong = self.with_origins(wrong, expr);
                return self.fail(wrong);
            }
            (_, Value::String(text)) if text.contains('\0') => "cannot hold a NUL character".to_owned(),
            (AttrType::List(inner), Value::List(list)) => {
                let elements = if let ExprKind::List(elements) = &expr.kind { elements.as_slice() } else { &[] };
                let mut is_right = Ok(());
                for (index, value) in list.iter().enumerate() {
                    is_right = self.judge(inner, name, value, elements.get(index).unwrap_or(expr)).and(is_right);
                }
                return is_right;
            }
            (AttrType::Block(kind), Value::Map(fields)) => return self.judge_fields(*kind, fields, expr),
            (AttrType::Retry, Value::Map(fields)) => return self.judge_fields(Kind::Retry, fields, expr),
            (AttrType::Map(inner), Value::Map(fields)) => {
                let mut is_right = Ok(());
                for (key, value) in fields.iter() {
                    let place = field_expr(expr, key);
                    if **inner == AttrType::EnvValue
                        && let Some(wrong) = formats::judge_variable(key, place.span)
                    {
                        is_right = self.fail(wrong);
                    }
                    is_right = self.judge(inner, name, value, place).and(is_right);
                }
                return is_right;
            }
            (AttrType::ExitCodes, Value::Map(fields)) => {
                let is_code = |key: &str| key.parse::<u8>().is_ok_and(|code| code > 0);
                match fields.keys().find(|key| !is_code(key)) {
                    Some(key) => format!("maps exit codes from 1 to 255, this maps `{}`", key.escape_debug()),
                    None => return Ok(()),
                }
            }
            _ => return Ok(()),
        };
        let label = "out of range";
        let diagnostic = self.with_origins(Diagnostic::at(Code::OutOfRange, expr.span, format!("`{name}` {range}"), label), expr);
        self.fail(diagnostic)
    }

    fn judge_fields(&mut self, kind: Kind, fields: &Fields, expr: &'a Expr) -> Res<()> {
        let mut is_right = Ok(());
        for (name, value) in fields {
            let row = self.rows.get(&(kind, name.as_str())).copied();
            if let Some(row) = row
                && self.judge(&row.ty, row.name, value, field_expr(expr, name)).is_err()
            {
                is_right = Err(Failed);
            }
        }
        is_right
    }
}

/// The expression of a field, where the source spells the record out.
fn field_expr<'e>(expr: &'e Expr, name: &str) -> &'e Expr {
    match &expr.kind {
        ExprKind::Record(entries) => entries.iter().find(|(key, _)| key == name).map_or(expr, |(_, value)| value),
        _ => expr,
    }
}
