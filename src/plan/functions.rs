//! The functions of the language, total and pure. `load`, `read` and `glob` have expressions of their own.

use std::collections::HashSet;
use std::sync::Arc;

use ecow::{EcoString, EcoVec, eco_format};
use globset::{GlobBuilder, GlobMatcher};

use super::arithmetic::{self, NoResult};
use super::eval::{Eval, Failed, Res, VALUE_BYTES, holds_nul};
use super::model::{Script, ScriptPart};
use super::value::Value;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::schema::Builtin;

/// Calls a function; `spans` are its arguments' places.
pub(super) fn call(eval: &mut Eval<'_>, builtin: Builtin, args: Vec<Value>, spans: &[Span], span: Span) -> Res<Value> {
    let work: usize = args.iter().map(size).sum();
    eval.spend_values(work as u64, span)?;
    let mut args = args.into_iter();
    let mut next = || args.next().unwrap_or(Value::Null);
    match builtin {
        Builtin::Len => length(&next()),
        Builtin::Join => join(eval, &next(), &text(&next())?, span),
        Builtin::Split => split(eval, &text(&next())?, &text(&next())?, span),
        Builtin::Lower => changed(eval, text(&next())?.to_lowercase(), span),
        Builtin::Upper => changed(eval, text(&next())?.to_uppercase(), span),
        Builtin::Trim => changed(eval, text(&next())?.trim().into(), span),
        Builtin::Replace => replace(eval, &text(&next())?, &text(&next())?, &text(&next())?, span),
        Builtin::Contains => Ok(Value::Bool(text(&next())?.contains(text(&next())?.as_str()))),
        Builtin::StartsWith => Ok(Value::Bool(text(&next())?.starts_with(text(&next())?.as_str()))),
        Builtin::EndsWith => Ok(Value::Bool(text(&next())?.ends_with(text(&next())?.as_str()))),
        Builtin::Matches => matches(eval, &text(&next())?, &next(), spans.get(1).copied().unwrap_or(span)),
        Builtin::Range => range(eval, &next(), span),
        Builtin::Keys => Ok(Value::List(fields(&next())?.keys().cloned().map(Value::String).collect())),
        Builtin::Values => Ok(Value::List(fields(&next())?.values().cloned().collect())),
        Builtin::Basename => Ok(Value::String(basename(&text(&next())?).into())),
        Builtin::Dirname => Ok(Value::String(dirname(&text(&next())?).into())),
        Builtin::Stem => Ok(Value::String(stem(&text(&next())?).into())),
        Builtin::Flatten => flatten(eval, &next(), span),
        Builtin::Unique => Ok(unique(&next())),
        Builtin::Sort => Ok(sort(next())),
        Builtin::Min | Builtin::Max => extreme(eval, builtin, &next(), spans.first().copied().unwrap_or(span)),
        Builtin::Any => Ok(Value::Bool(next().elements().contains(&Value::Bool(true)))),
        Builtin::All => Ok(Value::Bool(!next().elements().contains(&Value::Bool(false)))),
        Builtin::Int => int(eval, &next(), span),
        Builtin::Seconds => next().as_duration().map(|duration| Value::Int(duration.0 / 1_000)).ok_or(Failed),
        Builtin::Bytes => {
            let bytes = next().as_size().ok_or(Failed)?.0;
            eval.result(i64::try_from(bytes).map(Value::Int).map_err(|_| NoResult::Overflow), span)
        }
        Builtin::Secret => secret(eval, text(&next())?, span),
        Builtin::Raw => raw(eval, text(&next())?, span),
        Builtin::Load | Builtin::Read | Builtin::Glob => Err(Failed),
    }
}

/// A credential's name, as every engine can take it.
fn secret(eval: &mut Eval<'_>, name: EcoString, span: Span) -> Res<Value> {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    };
    if name.split('/').count() <= 2 && name.split('/').all(is_part) {
        return Ok(Value::Secret(name));
    }
    let message = format!("no secret can be named `{}`", name.escape_debug());
    let help = "write the name of a credential, `NAME` or `group/NAME`, with ASCII letters, digits, `_`, `-` and `.`";
    eval.fail(Diagnostic::at(Code::OutOfRange, span, message, "not the name of a credential").help(help))
}

/// How much there is to look at.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / VALUE_BYTES,
        Value::List(list) => list.len(),
        Value::Map(fields) => fields.len(),
        _ => 1,
    }
}

fn text(value: &Value) -> Res<EcoString> {
    value.as_string().cloned().ok_or(Failed)
}

fn fields(value: &Value) -> Res<Arc<super::value::Fields>> {
    value.as_fields().cloned().ok_or(Failed)
}

fn changed(eval: &mut Eval<'_>, text: EcoString, span: Span) -> Res<Value> {
    eval.spend_bytes(text.len(), span)?;
    Ok(Value::String(text))
}

fn length(value: &Value) -> Res<Value> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(fields) => fields.len(),
        _ => return Err(Failed),
    };
    Ok(Value::Int(length as i64))
}

fn join(eval: &mut Eval<'_>, list: &Value, separator: &str, span: Span) -> Res<Value> {
    let list = list.elements();
    eval.spend_bytes(list.len().saturating_mul(separator.len()), span)?;
    let mut out = EcoString::new();
    for (index, element) in list.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        if let Value::String(text) = element {
            eval.spend_bytes(text.len(), span)?;
        }
        if !element.print(&mut out) {
            return Err(Failed);
        }
    }
    Ok(Value::String(out))
}

/// An empty separator stands between any two characters.
fn split(eval: &mut Eval<'_>, text: &str, separator: &str, span: Span) -> Res<Value> {
    let parts: EcoVec<Value> = if separator.is_empty() {
        eval.spend_bytes(text.len() * VALUE_BYTES, span)?;
        text.chars().map(|c| Value::String(eco_format!("{c}"))).collect()
    } else {
        eval.spend_bytes((text.matches(separator).count() + 1) * VALUE_BYTES + text.len(), span)?;
        text.split(separator).map(|part| Value::String(part.into())).collect()
    };
    Ok(Value::List(parts))
}

/// Nothing occurs nowhere: an empty `from` changes nothing.
fn replace(eval: &mut Eval<'_>, text: &str, from: &str, to: &str, span: Span) -> Res<Value> {
    if from.is_empty() {
        return Ok(Value::String(text.into()));
    }
    let growth = text.matches(from).count().saturating_mul(to.len());
    eval.spend_bytes(growth.saturating_add(text.len()), span)?;
    Ok(Value::String(text.replace(from, to).into()))
}

/// A glob as `glob` and `matches` read it: `*` stays within a folder, `**` does not.
pub(super) fn glob_matcher(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

fn matches(eval: &mut Eval<'_>, text: &str, globs: &Value, span: Span) -> Res<Value> {
    let one = std::slice::from_ref(globs);
    let globs = if let Value::List(list) = globs { list.as_slice() } else { one };
    for glob in globs {
        let pattern = glob.as_string().ok_or(Failed)?;
        // A pattern is compiled, which costs more than a look.
        eval.spend_values(16 + pattern.len() as u64, span)?;
        match glob_matcher(pattern) {
            Ok(matcher) if matcher.is_match(text) => return Ok(Value::Bool(true)),
            Ok(_) => {}
            Err(why) => return eval.fail(bad_glob(pattern, &why, span)),
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn bad_glob(pattern: &str, why: &str, span: Span) -> Diagnostic {
    let message = format!("`{pattern}` is not a glob: {why}");
    Diagnostic::at(Code::BadArguments, span, message, "cannot be read").help("a glob knows `*`, `**`, `?`, `[ab]` and `{a,b}`")
}

fn range(eval: &mut Eval<'_>, end: &Value, span: Span) -> Res<Value> {
    let end = end.as_int().ok_or(Failed)?.max(0);
    let count = usize::try_from(end).unwrap_or(usize::MAX);
    eval.spend_bytes(count.saturating_mul(VALUE_BYTES), span)?;
    Ok(Value::List((0..end).map(Value::Int).collect()))
}

fn basename(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn dirname(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// The dot that begins a hidden file's name begins no extension.
fn stem(path: &str) -> &str {
    let name = basename(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn flatten(eval: &mut Eval<'_>, lists: &Value, span: Span) -> Res<Value> {
    let count: usize = lists.elements().iter().map(|list| list.elements().len()).sum();
    eval.spend_bytes(count * VALUE_BYTES, span)?;
    Ok(Value::List(lists.elements().iter().flat_map(|list| list.elements().iter().cloned()).collect()))
}

fn unique(list: &Value) -> Value {
    let mut seen = HashSet::new();
    Value::List(list.elements().iter().filter(|element| seen.insert(*element)).cloned().collect())
}

fn sort(list: Value) -> Value {
    match list {
        Value::List(mut elements) => {
            elements.make_mut().sort_by(|a, b| arithmetic::order(a, b).unwrap_or(std::cmp::Ordering::Equal));
            Value::List(elements)
        }
        other => other,
    }
}

fn extreme(eval: &mut Eval<'_>, builtin: Builtin, list: &Value, span: Span) -> Res<Value> {
    let by_order = |a: &&Value, b: &&Value| arithmetic::order(a, b).unwrap_or(std::cmp::Ordering::Equal);
    let elements = list.elements().iter();
    let found = if builtin == Builtin::Min { elements.min_by(by_order) } else { elements.max_by(by_order) };
    match found {
        Some(value) => Ok(value.clone()),
        None => {
            let word = if builtin == Builtin::Min { "least" } else { "greatest" };
            eval.fail(Diagnostic::at(Code::BadArithmetic, span, format!("an empty list has no {word} element"), "this is empty"))
        }
    }
}

fn int(eval: &mut Eval<'_>, value: &Value, span: Span) -> Res<Value> {
    let number = match value {
        Value::Int(value) => return Ok(Value::Int(*value)),
        Value::Float(value) => *value,
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(value) => return Ok(Value::Int(value)),
            Err(_) => match text.trim().parse::<f64>() {
                // Words such as `inf` and `nan` are no numbers here.
                Ok(value) if value.is_finite() => value,
                _ => {
                    let message = format!("{text:?} is not a number");
                    return eval.fail(Diagnostic::at(Code::BadArithmetic, span, message, "cannot become an `int`"));
                }
            },
        },
        _ => return Err(Failed),
    };
    let whole = number.trunc();
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole);
    eval.result(if fits { Ok(Value::Int(whole as i64)) } else { Err(NoResult::Overflow) }, span)
}

fn raw(eval: &mut Eval<'_>, text: EcoString, span: Span) -> Res<Value> {
    if text.contains('\0') {
        return eval.fail(holds_nul(span));
    }
    Ok(Value::Script(Arc::new(Script { parts: vec![ScriptPart::Value(text)] })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_apart() {
        assert_eq!((basename("a/b.c"), dirname("a/b.c"), stem("a/b.tar.gz")), ("b.c", "a", "b.tar"));
        assert_eq!((basename("b"), dirname("b"), stem(".bashrc")), ("b", ".", ".bashrc"));
        assert_eq!((basename("a/"), dirname("/a")), ("", "/"));
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        let matches = |pattern: &str, text: &str| glob_matcher(pattern).unwrap().is_match(text);
        assert!(matches("a/*.py", "a/x.py") && !matches("a/*.py", "a/b/x.py") && matches("a/**/*.py", "a/b/c/x.py"));
        assert!(matches("a/**/*.py", "a/x.py"));
        assert!(glob_matcher("[").is_err());
    }
}
