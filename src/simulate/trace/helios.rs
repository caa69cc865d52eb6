//! The job logs of the Helios traces.

use std::io::BufRead;

use super::lines::each_record;
use super::{Found, Row, Sink, field};

const NEEDED: &[&str] = &["submit_time", "duration", "state"];

pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, NEEDED, &[], |columns, record| {
        let cell = |name| columns.text(record, name);
        if field::is_unknown(cell("duration")) {
            return Ok(Found::NeverRan);
        }
        Ok(Found::Job(Row {
            at: field::time("submit_time", cell("submit_time"))?,
            takes: field::length("duration", cell("duration"))?,
            user: cell("user").to_owned(),
            queue: cell("vc").to_owned(),
            gpus: field::count(cell("gpu_num")),
            width: field::count(cell("gpu_num")),
            has_failed: cell("state") != "COMPLETED",
            ..Row::default()
        }))
    })
}
