//! YAML with places, read by 1.2's rules: `yes`, `no` and `on` are text.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use super::{Datum, DatumKind, Entry, MAX_VALUES, Malformed, Place};

thread_local! {
    /// Values read so far from the text being parsed: aliases count each time.
    static VALUES: Cell<usize> = const { Cell::new(0) };
}

/// Deepest nesting: the library takes much stack for each level.
const MAX_YAML_NESTING: usize = 32;
/// Most values that aliases repeat.
const MAX_REPLAYED: usize = 200_000;
const TOO_MANY: &str = "too many values";

pub(super) fn parse(text: &str) -> Result<Datum, Malformed> {
    if text.trim().is_empty() {
        return Ok(Datum { kind: DatumKind::Null, at: 0..0 });
    }
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_events: MAX_VALUES * 3,
            max_nodes: MAX_VALUES,
            max_depth: MAX_YAML_NESTING,
            max_recorded_anchor_events: MAX_VALUES,
        },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: MAX_REPLAYED },
        strict_booleans: true,
        with_snippet: false,
    };
    VALUES.set(0);
    match serde_yaml::from_str_with_options::<Spanned<Node>>(text, options) {
        Ok(root) => Ok(datum(root, text.len())),
        Err(error) => {
            let at = error.location().map_or(0..0, |location| place(location, text.len()));
            let at = text.floor_char_boundary(at.start)..text.ceil_char_boundary(at.end);
            if VALUES.get() > MAX_VALUES { Err(Malformed::too_many(at)) } else { Err(Malformed::new(said(&error), at)) }
        }
    }
}

/// The library's words without the place, which the label shows, and without its own names.
fn said(error: &serde_yaml::Error) -> String {
    if let serde_yaml::Error::MultipleDocuments { .. } = error.without_snippet() {
        return "a second document begins here, and a data file is one; give each a file of its own".to_owned();
    }
    let text = error.without_snippet().to_string();
    let text = text.lines().next().unwrap_or_default();
    let text = text.split(" at line ").next().unwrap_or_default();
    let text = text.split_once(": ").filter(|(head, _)| head.starts_with("line ")).map_or(text, |(_, rest)| rest);
    text.trim_end_matches(['.', ':', ' ']).to_owned()
}

fn place(location: Location, end: usize) -> Place {
    let start = location.span().byte_offset().map_or(0, |offset| offset as usize).min(end);
    let length = location.span().byte_len().map_or(0, |length| length as usize);
    start..start.saturating_add(length).min(end)
}

#[derive(Debug)]
enum Node {
    Scalar(DatumKind),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

/// Nesting is limited by the budget above, so this recursion is shallow.
fn datum(node: Spanned<Node>, end: usize) -> Datum {
    let mut at = place(node.referenced, end);
    let kind = match node.value {
        Node::Scalar(kind) => kind,
        Node::List(elements) => DatumKind::List(elements.into_iter().map(|element| datum(element, end)).collect()),
        Node::Map(entries) => DatumKind::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry { key_at: place(key.referenced, end), key: key.value.into(), value: datum(value, end) })
                .collect(),
        ),
    };
    // The place of a block is only its beginning, which may be empty: its first word shows it better.
    if at.is_empty() {
        match &kind {
            DatumKind::List(list) => at = list.first().map_or(at, |first| first.at.clone()),
            DatumKind::Map(entries) => at = entries.first().map_or(at, |first| first.key_at.clone()),
            _ => {}
        }
    }
    Datum { kind, at }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = VALUES.get() + 1;
        VALUES.set(count);
        if count > MAX_VALUES {
            return Err(D::Error::custom(TOO_MANY));
        }
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        // What is beyond an int is a float, and then of the wrong type where an int is expected.
        Ok(Node::Scalar(i64::try_from(value).map_or(DatumKind::Float(value as f64), DatumKind::Int)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Text(value.into())))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(DatumKind::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}
