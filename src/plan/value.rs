//! What an expression evaluates to. Clones are cheap: text, lists and maps are shared.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ecow::{EcoString, EcoVec};
use indexmap::IndexMap;

use super::model::{Condition, Script};
use crate::base::{Duration, Size};
use crate::sema::hir::{HardwareId, PolicyId, Program, RetryOn};

/// The entries of a record or a map, in order.
pub(super) type Fields = IndexMap<EcoString, Value>;

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// Always finite.
    Float(f64),
    Duration(Duration),
    Size(Size),
    /// Also a member of an enum.
    String(EcoString),
    /// The name of a credential.
    Secret(EcoString),
    Script(Arc<Script>),
    Hardware(HardwareId),
    Policy(PolicyId),
    List(EcoVec<Value>),
    /// A record or a map; in a record, absent and null are the same.
    Map(Arc<Fields>),
    /// With how deep it nests.
    Condition(Arc<Condition>, u16),
    RetryOn(RetryOn),
}

impl Value {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn as_string(&self) -> Option<&EcoString> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    pub(super) fn as_duration(&self) -> Option<Duration> {
        if let Self::Duration(value) = self { Some(*value) } else { None }
    }

    pub(super) fn as_size(&self) -> Option<Size> {
        if let Self::Size(value) = self { Some(*value) } else { None }
    }

    pub(super) fn as_script(&self) -> Option<&Arc<Script>> {
        if let Self::Script(value) = self { Some(value) } else { None }
    }

    pub(super) fn as_fields(&self) -> Option<&Arc<Fields>> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// The elements; none for what is no list.
    pub(super) fn elements(&self) -> &[Value] {
        if let Self::List(list) = self { list } else { &[] }
    }

    /// A field that is set.
    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.as_fields()?.get(name).filter(|value| !value.is_null())
    }

    /// The elements as text; none for what is no list of strings.
    pub(super) fn strings(&self) -> Vec<EcoString> {
        self.elements().iter().filter_map(|value| value.as_string().cloned()).collect()
    }

    /// Appends the shortest literal, text without its quotes. False for what cannot be printed.
    pub(super) fn print(&self, out: &mut EcoString) -> bool {
        use std::fmt::Write;
        let written = match self {
            Self::Bool(value) => write!(out, "{value}"),
            Self::Int(value) => write!(out, "{value}"),
            // Never with an exponent, which no literal has.
            Self::Float(value) => write!(out, "{value}"),
            Self::Duration(value) => write!(out, "{value}"),
            Self::Size(value) => write!(out, "{value}"),
            Self::String(value) => {
                out.push_str(value);
                Ok(())
            }
            _ => return false,
        };
        written.is_ok()
    }

    /// The printed form; text is shared.
    pub(super) fn printed(&self) -> Option<EcoString> {
        if let Self::String(text) = self {
            return Some(text.clone());
        }
        let mut out = EcoString::new();
        self.print(&mut out).then_some(out)
    }

    /// As JSON; durations and sizes as their literals, or as seconds and bytes.
    pub(super) fn to_json(&self, program: &Program, quantities: Quantities) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null | Self::Condition(..) => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Float(value) => Json::from(*value),
            Self::Duration(value) if quantities == Quantities::Numbers => {
                if value.0 % 1_000 == 0 {
                    Json::from(value.0 / 1_000)
                } else {
                    Json::from(value.as_seconds())
                }
            }
            Self::Size(value) if quantities == Quantities::Numbers => Json::from(value.0),
            Self::Duration(value) => Json::String(value.to_string()),
            Self::Size(value) => Json::String(value.to_string()),
            Self::String(value) => Json::String(value.to_string()),
            // A secret shows nothing but that it is one.
            Self::Secret(name) => Json::String(format!("secret({name:?})")),
            Self::Script(script) => Json::String(script.text().to_string()),
            Self::Hardware(id) => Json::String(program.hardware[id.0 as usize].name.to_string()),
            Self::Policy(id) => Json::String(program.policies[id.0 as usize].name.to_string()),
            Self::List(list) => list.iter().map(|value| value.to_json(program, quantities)).collect(),
            Self::Map(fields) => Json::Object(
                fields
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| (key.to_string(), value.to_json(program, quantities)))
                    .collect(),
            ),
            Self::RetryOn(on) => serde_json::to_value(on).unwrap_or(Json::Null),
        }
    }
}

/// How JSON shows durations and sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantities {
    /// `"2h"`, `"4GiB"`.
    Literals,
    /// Seconds and bytes.
    Numbers,
}

impl PartialEq for Value {
    /// By content; an int equals the float of the same value, an absent field a null one.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Size(a), Self::Size(b)) => a == b,
            (Self::String(a), Self::String(b)) | (Self::Secret(a), Self::Secret(b)) => a == b,
            (Self::Script(a), Self::Script(b)) => Arc::ptr_eq(a, b) || a.text() == b.text(),
            (Self::Hardware(a), Self::Hardware(b)) => a == b,
            (Self::Policy(a), Self::Policy(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b) || equal_fields(a, b),
            (Self::Condition(a, _), Self::Condition(b, _)) => a == b,
            (Self::RetryOn(a), Self::RetryOn(b)) => a == b,
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => self.as_float() == other.as_float(),
            _ => false,
        }
    }
}

impl Eq for Value {}

fn equal_fields(a: &Fields, b: &Fields) -> bool {
    let covers = |a: &Fields, b: &Fields| {
        a.iter().all(|(key, value)| match b.get(key) {
            Some(other) => value == other,
            None => value.is_null(),
        })
    };
    covers(a, b) && covers(b, a)
}

impl Hash for Value {
    /// Equal values hash alike; maps and scripts, which are rarely looked for, by their kind only.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Int(_) | Self::Float(_) => {
                let value = self.as_float().unwrap_or_default();
                (if value == 0.0 { 0.0 } else { value }).to_bits().hash(state);
            }
            Self::Bool(value) => value.hash(state),
            Self::Duration(value) => value.hash(state),
            Self::Size(value) => value.hash(state),
            Self::String(value) | Self::Secret(value) => value.hash(state),
            Self::Hardware(id) => id.hash(state),
            Self::Policy(id) => id.hash(state),
            Self::List(list) => list.iter().for_each(|value| value.hash(state)),
            Self::Map(fields) => {
                // Entries in any order are equal, so their hashes are summed.
                let sum = fields.iter().filter(|(_, value)| !value.is_null()).fold(0u64, |sum, entry| {
                    let mut inner = std::hash::DefaultHasher::new();
                    entry.hash(&mut inner);
                    sum.wrapping_add(inner.finish())
                });
                sum.hash(state);
            }
            Self::Null | Self::Script(_) | Self::Condition(..) => std::mem::discriminant(self).hash(state),
            Self::RetryOn(on) => on.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_their_shortest_literal() {
        let printed = |value: Value| value.printed().unwrap().to_string();
        assert_eq!(printed(Value::Float(2.0)), "2");
        assert_eq!(printed(Value::Float(0.1)), "0.1");
        assert_eq!(printed(Value::Float(1e21)), "1000000000000000000000");
        assert_eq!(printed(Value::Duration(Duration(5_400_000))), "1h30m");
        assert_eq!(printed(Value::Size(Size(1 << 30))), "1GiB");
        assert_eq!(Value::Secret("X".into()).printed(), None);
    }

    #[test]
    fn a_null_field_equals_an_absent_one() {
        let with = Value::Map(Arc::new([("a".into(), Value::Int(1)), ("b".into(), Value::Null)].into_iter().collect()));
        let without = Value::Map(Arc::new([("a".into(), Value::Float(1.0))].into_iter().collect()));
        assert_eq!(with, without);
        let hash = |value: &Value| {
            let mut hasher = std::hash::DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&with), hash(&without));
    }
}
