//! The Standard Workload Format: 18 columns between blanks, -1 for what is not known.

use std::io::BufRead;

use super::lines::each_line;
use super::{Found, Row, Said, Sink, field};

const COLUMNS: usize = 18;

pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_line(input, sink, said)
}

fn said(line: &str) -> Said {
    if line.starts_with(';') {
        return Ok(Found::Nothing);
    }
    let cells: Vec<&str> = line.split_ascii_whitespace().collect();
    if cells.len() < COLUMNS {
        return Err(format!("it has {} columns, and a job has {COLUMNS}", cells.len()));
    }
    // The format counts from 1.
    let cell = |column: usize| if field::is_unknown(cells[column - 1]) { "" } else { cells[column - 1] };
    // What a job was checkpointed into is told of once more, for the whole job.
    let is_part = ["2", "3", "4"].contains(&cell(11));
    if is_part {
        return Ok(Found::Nothing);
    }
    if cell(4).is_empty() {
        return Ok(Found::NeverRan);
    }
    let either = |a: usize, b: usize| if cell(a).is_empty() { cell(b) } else { cell(a) };
    Ok(Found::Job(Row {
        at: field::time("submit time", cell(2))?,
        takes: field::length("run time", cell(4))?,
        job: cell(14).to_owned(),
        user: cell(12).to_owned(),
        queue: either(15, 16).to_owned(),
        width: field::count(either(5, 8)),
        has_failed: ["0", "5"].contains(&cell(11)),
        ..Row::default()
    }))
}
