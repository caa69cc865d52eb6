//! The job lists of the Tiresias simulator.

use std::io::BufRead;

use super::lines::each_record;
use super::{Found, Row, Sink, field};

const NEEDED: &[&str] = &["submit_time", "duration"];

pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, NEEDED, &[], |columns, record| {
        let cell = |name| columns.text(record, name);
        let gpus = field::count(cell("num_gpu"));
        Ok(Found::Job(Row {
            at: field::time("submit_time", cell("submit_time"))?,
            takes: field::length("duration", cell("duration"))?,
            job: cell("model_name").to_owned(),
            gpus,
            width: gpus,
            ..Row::default()
        }))
    })
}
