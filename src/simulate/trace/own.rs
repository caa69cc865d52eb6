//! o11n's own format, as CSV or as one JSON object in each line: one row for each attempt or build.

use std::borrow::Cow;
use std::io::BufRead;

use serde_json::{Map, Value};

use super::lines::{each_line, each_record};
use super::{Found, Row, Said, Sink, field};

const NEEDED: &[&str] = &["submit", "duration"];

pub(super) fn read_csv(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, NEEDED, &[], |columns, record| said(&|name| Ok(columns.text(record, name).trim().into())))
}

pub(super) fn read_jsonl(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_line(input, sink, |line| {
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
        said(&|name| match object.get(name) {
            None | Some(Value::Null) => Ok("".into()),
            Some(Value::String(text)) => Ok(text.into()),
            Some(Value::Number(number)) => Ok(number.to_string().into()),
            Some(_) => Err(format!("`{name}` is neither a text nor a number")),
        })
    })
}

/// What a row says whose cells have these names; they are empty where it says nothing.
fn said<'r>(cell: &dyn Fn(&str) -> Result<Cow<'r, str>, String>) -> Said {
    let Some(has_failed) = outcome(&cell("outcome")?)? else { return Ok(Found::NeverRan) };
    let text = |name| cell(name).map(Cow::into_owned);
    Ok(Found::Job(Row {
        at: field::time("submit", &cell("submit")?)?,
        takes: field::length("duration", &cell("duration")?)?,
        job: text("job")?,
        user: text("user")?,
        queue: text("queue")?,
        mode: text("mode")?,
        priority: text("priority")?,
        gpus: field::count(&cell("gpus")?),
        width: field::count(&cell("width")?),
        has_failed,
    }))
}

/// Whether it failed; none where it never ran.
fn outcome(word: &str) -> Result<Option<bool>, String> {
    match word {
        "" | "passed" => Ok(Some(false)),
        "failed" | "lost" | "timed_out" | "aborted" => Ok(Some(true)),
        "withdrawn" => Ok(None),
        other => {
            Err(format!("`outcome` is {}: write passed, failed, lost, timed_out, aborted or withdrawn", field::shown(other)))
        }
    }
}
