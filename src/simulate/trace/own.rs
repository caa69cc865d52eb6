//! o11n's own format, as CSV or as one JSON object in each line: one row for each attempt or build.

use std::io::BufRead;

use serde::Deserialize;

use super::lines::{each_line, each_record};
use super::{Found, Row, Sink, field};

const NEEDED: &[&str] = &["submit", "duration"];

pub(super) fn read_csv(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, NEEDED, &[], |columns, record| {
        let cell = |name| columns.text(record, name).trim();
        let [job, user, queue, mode, priority] = ["job", "user", "queue", "mode", "priority"].map(|name| cell(name).to_owned());
        let has_failed = outcome(cell("outcome"))?;
        let Some(has_failed) = has_failed else { return Ok(Found::NeverRan) };
        Ok(Found::Job(Row {
            at: field::time("submit", cell("submit"))?,
            takes: field::length("duration", cell("duration"))?,
            job,
            user,
            queue,
            mode,
            priority,
            gpus: field::count(cell("gpus")),
            width: field::count(cell("width")),
            has_failed,
        }))
    })
}

/// A time is a number of seconds or a text, and so is a duration.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number of seconds, or a text")]
enum Cell {
    Number(f64),
    Text(String),
}

impl Cell {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Deserialize)]
struct Object {
    submit: Cell,
    duration: Cell,
    #[serde(default)]
    job: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    queue: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    gpus: f64,
    #[serde(default)]
    width: f64,
    #[serde(default)]
    outcome: String,
}

pub(super) fn read_jsonl(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_line(input, sink, |line| {
        let object: Object = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let Some(has_failed) = outcome(&object.outcome)? else { return Ok(Found::NeverRan) };
        Ok(Found::Job(Row {
            at: field::time("submit", &object.submit.text())?,
            takes: field::length("duration", &object.duration.text())?,
            job: object.job,
            user: object.user,
            queue: object.queue,
            mode: object.mode,
            priority: object.priority,
            gpus: object.gpus,
            width: object.width,
            has_failed,
        }))
    })
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
