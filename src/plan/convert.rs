//! From data to values by type: data files, files of parameters, texts of flags and variables.

use std::sync::Arc;

use ecow::{EcoString, EcoVec};

use super::data::{Datum, DatumKind, Entry, Format, Malformed, Place};
use super::eval::{Eval, Failed, Frame, Res, VALUE_BYTES};
use super::value::{Fields, Value};
use crate::base::{Duration, FileId, Size, Span};
use crate::diag::nearest;
use crate::sema::types::{Record, Type, shown_word};

/// Most problems that are told of one file.
const MAX_PROBLEMS: usize = 100;

/// What is wrong with a piece of data.
#[derive(Debug)]
pub(super) struct Problem {
    /// In the data's text.
    pub(super) at: Place,
    /// Where in the data, such as `[2].name`; empty at the top.
    pub(super) path: String,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

/// One conversion: where it was asked for, and what it found wrong.
pub(super) struct Conversion {
    /// For the budget.
    pub(super) span: Span,
    /// The file that asks: names of hardware modes and policies are first looked for there.
    pub(super) asking: FileId,
    pub(super) problems: Vec<Problem>,
    path: Vec<Segment>,
}

enum Segment {
    Index(usize),
    Key(EcoString),
}

impl Conversion {
    pub(super) fn new(span: Span) -> Self {
        Self { span, asking: span.file, problems: Vec::new(), path: Vec::new() }
    }

    fn problem(&mut self, at: &Place, message: String, label: impl Into<String>, help: Option<String>) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
                Segment::Key(key) if path.is_empty() => path.push_str(&shown_word(key)),
                Segment::Key(key) => path.push_str(&format!(".{}", shown_word(key))),
            }
        }
        self.problems.push(Problem { at: at.clone(), path, message, label: label.into(), help });
    }

    fn wrong<T>(&mut self, datum: &Datum, ty: &Type, help: Option<String>) -> Res<T> {
        let noun = datum.noun();
        self.problem(&datum.at, format!("expected {}, found {noun}", described(ty)), format!("this is {noun}"), help);
        Err(Failed)
    }
}

/// A type with its article or in backticks.
fn described(ty: &Type) -> String {
    match ty {
        Type::Int => "an int".into(),
        Type::Bool => "a bool".into(),
        Type::Float => "a float".into(),
        Type::String => "a string".into(),
        Type::List(_) => "a list".into(),
        Type::Map(_) => "a map".into(),
        Type::Null => "nothing".into(),
        Type::Optional(inner) => described(inner),
        _ => format!("`{ty}`"),
    }
}

/// How values of a type are written.
fn form(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Bool => "write `true` or `false`".into(),
        Type::Int => "write a whole number such as `3`".into(),
        Type::Float => "write a number such as `1.5`".into(),
        Type::Duration => "write a duration such as `90s`, `40m` or `1h30m`".into(),
        Type::Size => "write a size such as `512MiB` or `4GiB`".into(),
        Type::Enum(members) => {
            format!("one of {}", members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", "))
        }
        _ => return None,
    })
}

/// The text of a flag or variable as data: lists by JSON or commas, records and maps by JSON, the rest as it stands.
pub(super) fn text_datum(text: &str, ty: &Type) -> Result<Datum, Malformed> {
    let cell = |part: &str| Datum { kind: DatumKind::Cell(part.into()), at: 0..0 };
    match ty {
        Type::Optional(_) if text == "null" => Ok(Datum { kind: DatumKind::Null, at: 0..0 }),
        Type::Optional(inner) => text_datum(text, inner),
        Type::List(_) if text.trim().is_empty() => Ok(Datum { kind: DatumKind::List(Vec::new()), at: 0..0 }),
        Type::List(element) if !text.trim_start().starts_with('[') && !matches!(**element, Type::Record(_) | Type::Map(_)) => {
            let parts = text.split(',').map(|part| text_datum(part.trim(), element));
            Ok(Datum { kind: DatumKind::List(parts.collect::<Result<_, _>>()?), at: 0..text.len() })
        }
        Type::List(_) | Type::Map(_) | Type::Record(_) => Format::Json.parse(text),
        Type::String => Ok(Datum { kind: DatumKind::Text(text.into()), at: 0..text.len() }),
        _ => Ok(cell(text)),
    }
}

impl<'a> Eval<'a> {
    /// The value of this type that the data stands for. Problems are collected, so that all of a file are told at once.
    pub(super) fn convert(&mut self, datum: &Datum, ty: &'a Type, cx: &mut Conversion) -> Res<Value> {
        self.spend_values(1, cx.span)?;
        self.spend_bytes(VALUE_BYTES, cx.span)?;
        match (ty, &datum.kind) {
            (Type::Optional(_) | Type::Null, DatumKind::Null) => Ok(Value::Null),
            (Type::Optional(_), DatumKind::Cell(text)) if text.is_empty() => Ok(Value::Null),
            (Type::Optional(inner), _) => self.convert(datum, inner, cx),
            (Type::Bool, DatumKind::Bool(value)) => Ok(Value::Bool(*value)),
            (Type::Int, DatumKind::Int(value)) => Ok(Value::Int(*value)),
            (Type::Float, DatumKind::Int(value)) => Ok(Value::Float(*value as f64)),
            (Type::Float, DatumKind::Float(value)) if value.is_finite() => Ok(Value::Float(*value)),
            (Type::Bool | Type::Int | Type::Float, DatumKind::Cell(text)) => self.scalar(text, datum, ty, cx),
            (
                Type::String | Type::Duration | Type::Size | Type::Enum(_) | Type::Hardware | Type::Policy,
                DatumKind::Text(text) | DatumKind::Cell(text),
            ) => self.scalar(text, datum, ty, cx),
            (Type::List(element), DatumKind::List(elements)) => self.convert_list(elements, element, cx),
            (Type::Map(element), DatumKind::Map(entries)) => self.convert_map(entries, element, cx),
            (Type::Record(record), DatumKind::Map(entries)) => self.convert_record(datum, entries, record, cx),
            (Type::Duration, _) => cx.wrong(datum, ty, Some("write a duration in quotes, such as `\"40m\"`".into())),
            (Type::Size, _) => cx.wrong(datum, ty, Some("write a size in quotes, such as `\"4GiB\"`".into())),
            (Type::String | Type::Enum(_), DatumKind::Int(_) | DatumKind::Float(_) | DatumKind::Bool(_)) => {
                cx.wrong(datum, ty, Some("put it in quotes".into()))
            }
            (Type::Secret | Type::Script | Type::Condition | Type::RetryOn, _) => {
                cx.problem(&datum.at, format!("no data can be a `{ty}`"), "here", None);
                Err(Failed)
            }
            _ => cx.wrong(datum, ty, form(ty)),
        }
    }

    fn scalar(&mut self, text: &EcoString, datum: &Datum, ty: &'a Type, cx: &mut Conversion) -> Res<Value> {
        let number = text.trim();
        let value = match ty {
            Type::String => {
                self.spend_bytes(text.len(), cx.span)?;
                Some(Value::String(text.clone()))
            }
            Type::Bool => number.parse().ok().map(Value::Bool),
            Type::Int => number.parse().ok().map(Value::Int),
            Type::Float => number.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float),
            Type::Duration => Duration::parse(number).map(Value::Duration),
            Type::Size => Size::parse(number).map(Value::Size),
            Type::Enum(members) => members.iter().find(|member| *member == text).cloned().map(Value::String),
            Type::Hardware => {
                let modes = &self.program.hardware;
                let found = named(modes.iter().map(|mode| (&mode.name, mode.span)), text, cx.asking);
                found.map(|index| Value::Hardware(crate::sema::hir::HardwareId(index as u32)))
            }
            Type::Policy => {
                let policies = &self.program.policies;
                let found = named(policies.iter().map(|policy| (&policy.name, policy.span)), text, cx.asking);
                found.map(|index| Value::Policy(crate::sema::hir::PolicyId(index as u32)))
            }
            _ => None,
        };
        if let Some(value) = value {
            return Ok(value);
        }
        let members: Vec<EcoString> = match ty {
            Type::Enum(members) => members.to_vec(),
            Type::Hardware => self.program.hardware.iter().map(|mode| mode.name.clone()).collect(),
            Type::Policy => self.program.policies.iter().map(|policy| policy.name.clone()).collect(),
            _ => Vec::new(),
        };
        let meant = nearest(text, members.iter().map(EcoString::as_str)).map(str::to_owned);
        let help = meant.map(|meant| format!("did you mean `{meant}`?")).or_else(|| form(ty));
        let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
        if shown.len() < text.len() && text.chars().nth(60).is_some() {
            shown.push('…');
        }
        let shown = if shown.is_empty() { "an empty text".to_owned() } else { format!("`{shown}`") };
        let (message, label) = match ty {
            Type::Hardware => (format!("there is no hardware mode {shown}"), "not declared".to_owned()),
            Type::Policy => (format!("there is no policy {shown}"), "not declared".to_owned()),
            Type::Enum(_) => (format!("{shown} is no member of `{ty}`"), "not a member".to_owned()),
            _ => (format!("{shown} is no {ty}"), format!("not {}", described(ty))),
        };
        cx.problem(&datum.at, message, label, help);
        Err(Failed)
    }

    fn convert_list(&mut self, elements: &[Datum], ty: &'a Type, cx: &mut Conversion) -> Res<Value> {
        let mut list = EcoVec::with_capacity(elements.len());
        let mut is_whole = true;
        for (index, element) in elements.iter().enumerate() {
            cx.path.push(Segment::Index(index));
            match self.convert(element, ty, cx) {
                Ok(value) => list.push(value),
                Err(Failed) => is_whole = false,
            }
            cx.path.pop();
            if self.is_exhausted() {
                return Err(Failed);
            }
        }
        if is_whole { Ok(Value::List(list)) } else { Err(Failed) }
    }

    fn convert_map(&mut self, entries: &[Entry], ty: &'a Type, cx: &mut Conversion) -> Res<Value> {
        let mut fields = Fields::with_capacity(entries.len());
        let mut is_whole = true;
        for entry in entries {
            match self.convert_entry(entry, ty, cx) {
                Ok(value) => drop(fields.insert(entry.key.clone(), value)),
                Err(Failed) => is_whole = false,
            }
            if self.is_exhausted() {
                return Err(Failed);
            }
        }
        if is_whole { Ok(Value::Map(Arc::new(fields))) } else { Err(Failed) }
    }

    fn convert_entry(&mut self, entry: &Entry, ty: &'a Type, cx: &mut Conversion) -> Res<Value> {
        self.spend_bytes(entry.key.len() + 2 * VALUE_BYTES, cx.span)?;
        cx.path.push(Segment::Key(entry.key.clone()));
        let value = self.convert(&entry.value, ty, cx);
        cx.path.pop();
        value
    }

    /// Fields come in the order of the type; what is left out gets its default.
    fn convert_record(&mut self, datum: &Datum, entries: &[Entry], record: &'a Record, cx: &mut Conversion) -> Res<Value> {
        let mut fields = Fields::with_capacity(record.fields.len());
        let mut is_whole = true;
        for entry in entries.iter().filter(|entry| record.field(&entry.key).is_none()) {
            let names = record.fields.iter().map(|field| field.name.as_str());
            let meant = nearest(&entry.key, names.clone()).map(str::to_owned);
            let help = match &meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            };
            let owner = record.name.as_ref().map_or(String::new(), |name| format!(" of `{name}`"));
            cx.problem(&entry.key_at, format!("`{}` is no field{owner}", entry.key), "unknown field", Some(help));
            is_whole = false;
        }
        let mut missing = Vec::new();
        for field in &record.fields {
            let value = match entries.iter().find(|entry| entry.key == field.name) {
                Some(entry) if matches!(entry.value.kind, DatumKind::Null) && (field.is_optional || field.default.is_some()) => {
                    None
                }
                // An empty cell is a field left out, but for text, which may be empty.
                Some(Entry { value: Datum { kind: DatumKind::Cell(text), .. }, .. })
                    if text.is_empty() && (field.is_optional || field.default.is_some()) =>
                {
                    None
                }
                Some(entry) => Some(self.convert_entry(entry, &field.ty, cx)),
                None => None,
            };
            let value = match (value, &field.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.eval(default, &mut Frame::new()),
                (None, None) if field.is_optional || matches!(field.ty, Type::Optional(_)) => continue,
                (None, None) => {
                    missing.push(format!("`{}`", field.name));
                    continue;
                }
            };
            match value {
                Ok(value) => drop(fields.insert(field.name.clone(), value)),
                Err(Failed) => is_whole = false,
            }
        }
        if !missing.is_empty() {
            let list = missing.join(", ");
            cx.problem(&datum.at, format!("the record has no {list}"), format!("{list} missing here"), None);
            is_whole = false;
        }
        if is_whole { Ok(Value::Map(Arc::new(fields))) } else { Err(Failed) }
    }
}

/// The declaration of this name: the asking file's own, else the first.
fn named<'p>(declared: impl Iterator<Item = (&'p EcoString, Span)>, name: &str, asking: FileId) -> Option<usize> {
    let mut found = None;
    for (index, (candidate, span)) in declared.enumerate() {
        if candidate == name && (found.is_none() || span.file == asking) {
            found = Some(index);
            if span.file == asking {
                break;
            }
        }
    }
    found
}
