//! A log line by line, in bounded memory.

use std::io::{BufRead, ErrorKind};

use csv::{ReaderBuilder, StringRecord};

use super::{Found, Said, Sink};

/// Most bytes of a line, and of a log.
const MOST_LINE: usize = 64 << 10;
const MOST_BYTES: u64 = 4 << 30;

/// Hands on each line that is not blank, with its number from 1.
pub(super) fn each_line(input: &mut dyn BufRead, sink: &mut dyn Sink, mut said: impl FnMut(&str) -> Said) -> Result<(), String> {
    let mut bytes = Vec::new();
    let mut read = 0;
    for number in 1.. {
        bytes.clear();
        let length = read_line(input, &mut bytes)?;
        if length == 0 {
            return Ok(());
        }
        read += length;
        if read > MOST_BYTES {
            return Err(format!("it has more than {MOST_BYTES} bytes"));
        }
        let row = match std::str::from_utf8(&bytes) {
            _ if bytes.len() > MOST_LINE => Err(format!("the line has more than {MOST_LINE} bytes")),
            Err(_) => Err("it is not UTF-8 text".to_owned()),
            // A mark of the byte order is no part of the first name.
            Ok(line) => match line.trim_start_matches('\u{feff}').trim() {
                "" => Ok(Found::Nothing),
                line => said(line),
            },
        };
        sink.take(number, row)?;
    }
    Ok(())
}

/// How long the next line is; of a long one, only so much as shows that it is too long.
fn read_line(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> Result<u64, String> {
    let mut length = 0;
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.to_string()),
        };
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = end.map_or(buffer.len(), |end| end + 1);
        let room = (MOST_LINE + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&buffer[..part.min(room)]);
        let is_over = end.is_some() || part == 0;
        input.consume(part);
        length += part as u64;
        if is_over || length > MOST_BYTES {
            return Ok(length);
        }
    }
}

/// A log whose columns have names.
pub(super) struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// The text of a column, empty where there is none.
    pub(super) fn text<'r>(&self, record: &'r StringRecord, name: &str) -> &'r str {
        let at = self.names.iter().position(|known| known == name);
        at.and_then(|at| record.get(at)).unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// Reads a table with commas, one row a line. Its first row names the columns, unless it has none of these and `usual` says what they are.
pub(super) fn each_record(
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    needed: &[&str],
    usual: &[&str],
    said: impl Fn(&Columns, &StringRecord) -> Said,
) -> Result<(), String> {
    let mut columns: Option<Columns> = None;
    let mut missing = None;
    let found = each_line(input, sink, |line| {
        let record = record(line)?;
        if let Some(columns) = &columns {
            return said(columns, &record);
        }
        let named = Columns { names: record.iter().map(|name| name.trim().to_lowercase()).collect() };
        if usual.is_empty() || needed.iter().any(|name| named.has(name)) {
            missing = needed.iter().find(|name| !named.has(name)).copied();
            columns = Some(named);
            return Ok(Found::Nothing);
        }
        let usual = Columns { names: usual.iter().map(|name| (*name).to_owned()).collect() };
        let first = said(&usual, &record);
        columns = Some(usual);
        first
    });
    match missing {
        Some(missing) => Err(format!("its first row names no column `{missing}`; it needs {}", needed.join(", "))),
        None => found,
    }
}

fn record(line: &str) -> Result<StringRecord, String> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(512).from_reader(line.as_bytes());
    let mut record = StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => Ok(record),
        Err(error) => Err(error.to_string()),
    }
}
