//! Python source: literals that read back byte for byte, and calls that people can read.

use std::fmt::Write;

/// Lines are at most so long, where they can be parted.
const WIDTH: usize = 120;

/// A text. Several lines stand as they are, between three quotes, if nothing in them can be misread.
pub(super) fn text(text: &str) -> String {
    let is_block = text.contains('\n') && text.chars().all(|c| c == '\n' || c == '\t' || is_shown(c));
    if is_block && !text.contains("\"\"\"") && !text.ends_with(['"', '\\']) {
        let prefix = if text.contains('\\') { "r" } else { "" };
        return format!("{prefix}\"\"\"{text}\"\"\"");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_shown(c) => out.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(out, "\\x{code:02x}"),
                    code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Whether people see it, as itself, in any editor.
fn is_shown(c: char) -> bool {
    matches!(c, ' '..='~') || c.is_alphanumeric() || matches!(c, '\u{3001}'..='\u{303d}' | '\u{ff01}'..='\u{ff60}')
}

pub(super) fn texts<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    list(all.into_iter().map(|item| text(item.as_ref())))
}

pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// A dictionary of texts to what is Python already.
pub(super) fn dict<K: AsRef<str>>(pairs: impl IntoIterator<Item = (K, String)>) -> String {
    let pairs = pairs.into_iter().map(|(key, value)| format!("{}: {value}", text(key.as_ref())));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// Data, indented if it is long.
pub(super) fn data(value: &serde_json::Value, indent: usize) -> String {
    use serde_json::Value;
    let items: (char, Vec<String>, char) = match value {
        Value::Null => return "None".into(),
        Value::Bool(true) => return "True".into(),
        Value::Bool(false) => return "False".into(),
        Value::Number(number) => return number.to_string(),
        Value::String(string) => return text(string),
        Value::Array(list) => ('[', list.iter().map(|item| data(item, indent + 4)).collect(), ']'),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| format!("{}: {}", text(key), data(value, indent + 4)));
            ('{', pairs.collect(), '}')
        }
    };
    enclosed(&items.0.to_string(), &items.1, items.2, indent)
}

/// A call, its arguments in one line if they fit.
pub(super) fn call(callee: &str, arguments: &[(&str, String)], indent: usize) -> String {
    let arguments: Vec<String> =
        arguments.iter().map(|(name, value)| if name.is_empty() { value.clone() } else { format!("{name}={value}") }).collect();
    enclosed(&format!("{callee}("), &arguments, ')', indent)
}

fn enclosed(open: &str, items: &[String], close: char, indent: usize) -> String {
    let inline = items.join(", ");
    if indent + open.len() + inline.len() < WIDTH && !inline.contains('\n') {
        return format!("{open}{inline}{close}");
    }
    let inner = " ".repeat(indent + 4);
    let lines: String = items.iter().map(|item| format!("{inner}{item},\n")).collect();
    format!("{open}\n{lines}{}{close}", " ".repeat(indent))
}

/// Seconds, with a fraction where there is one.
pub(super) fn seconds(duration: crate::base::Duration) -> String {
    let (whole, rest) = (duration.0 / 1_000, duration.0 % 1_000);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}

pub(super) fn timedelta(duration: crate::base::Duration) -> String {
    format!("timedelta(seconds={})", seconds(duration))
}
