//! YAML that every reader reads back as it was: the only place that names the YAML crate, the data loader apart.
//!
//! Keys and values that a YAML 1.1 or 1.2 reader would take for something else are quoted by the crate. What it leaves to us:
//! long lines are not folded, and text goes through [`Text`].

use ecow::EcoString;
use serde::{Serialize, Serializer};
use serde_yaml::{DoubleQuoted, FlowMap, FlowSeq, SingleQuoted, ser_options};

/// Text of any content: block style for several lines, unless a reader could stumble over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub EcoString);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_str() {
            text if !is_block_safe(text) => DoubleQuoted(text).serialize(serializer),
            text if reads_best_in_single_quotes(text) => SingleQuoted(text).serialize(serializer),
            text => serializer.serialize_str(text),
        }
    }
}

impl<T: Into<EcoString>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// Plain data whose texts may hold anything; see [`Text`].
#[derive(Debug)]
pub struct Data<'a>(pub &'a serde_json::Value);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            serde_json::Value::String(text) => Text(text.as_str().into()).serialize(serializer),
            serde_json::Value::Array(items) => serializer.collect_seq(items.iter().map(Data)),
            serde_json::Value::Object(map) => serializer.collect_map(map.iter().map(|(key, value)| (key, Data(value)))),
            other => other.serialize(serializer),
        }
    }
}

/// Readers built on libyaml refuse a block whose first line begins with a tab, and disagree on one that begins with blanks.
fn is_block_safe(text: &str) -> bool {
    !text.contains('\n') || !text.trim_start_matches('\n').starts_with([' ', '\t']) && !text.starts_with('\n')
}

/// JSON and filters are full of double quotes, which a double-quoted scalar would have to escape.
fn reads_best_in_single_quotes(text: &str) -> bool {
    text.starts_with(['{', '[', '"'])
        && text.contains(['"', '\\'])
        && text.chars().all(|c| c != '\'' && (matches!(c, ' '..='~') || c.is_alphanumeric()))
}

/// One document, without `---`.
pub fn document(value: &impl Serialize) -> String {
    let mut text = String::new();
    append(&mut text, value);
    text
}

/// Writes one document behind what is there, without `---`.
pub fn append(text: &mut String, value: &impl Serialize) {
    let options = ser_options! { folded_wrap_chars: usize::MAX };
    serde_yaml::to_fmt_writer_with_options(text, value, options).expect("our types have string keys and finite numbers");
}

/// A document read as plain data; says what is wrong with it.
pub fn parse(text: &str) -> Result<serde_json::Value, String> {
    serde_yaml::from_str(text).map_err(|error| match error.without_snippet() {
        serde_yaml::Error::MultipleDocuments { .. } => "it holds more than one document".to_owned(),
        error => error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    })
}

/// A mapping in one line, for short ones that stand in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow<T>(pub T);

impl<T: Serialize> Serialize for Flow<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FlowMap(&self.0).serialize(serializer)
    }
}

/// A list in one line.
pub fn flow_list<T: Serialize, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    FlowSeq(list).serialize(serializer)
}
