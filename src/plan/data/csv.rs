//! CSV with places: a list of records, named by the first line.

use std::collections::HashSet;

use ::csv::{ReaderBuilder, StringRecord};
use ecow::EcoString;

use super::{Datum, DatumKind, Entry, MAX_VALUES, Malformed, Place};

pub(super) fn parse(text: &str) -> Result<Datum, Malformed> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut names: Vec<(EcoString, Place)> = Vec::new();
    let mut rows = Vec::new();
    let mut values = 0;
    loop {
        let start = reader.position().byte() as usize;
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(Malformed::new(error.to_string(), start..start)),
        }
        let start = record.position().map_or(start, |position| position.byte() as usize);
        let end = reader.position().byte() as usize;
        let places = fields(text, start, end, record.len());
        values += record.len();
        if values > MAX_VALUES {
            return Err(Malformed::too_many(start..start));
        }
        if names.is_empty() {
            names = record.iter().map(EcoString::from).zip(places).collect();
            let mut seen = HashSet::new();
            if let Some((name, at)) = names.iter().find(|(name, _)| !seen.insert(name)) {
                return Err(Malformed::new(format!("the column {name:?} is there twice"), at.clone()));
            }
            continue;
        }
        let line = start..places.last().map_or(start, |place| place.end);
        if record.len() != names.len() {
            let message = format!("this line has {} fields, the first line {}", record.len(), names.len());
            return Err(Malformed::new(message, line));
        }
        let cells = names.iter().zip(record.iter().zip(places)).map(|((name, name_at), (cell, at))| Entry {
            key: name.clone(),
            key_at: name_at.clone(),
            value: Datum { kind: DatumKind::Cell(cell.into()), at },
        });
        rows.push(Datum { kind: DatumKind::Map(cells.collect()), at: line });
    }
    Ok(Datum { kind: DatumKind::List(rows), at: 0..text.len() })
}

/// The places of the fields of a record that begins at `start`: the reader tells only where records begin.
fn fields(text: &str, start: usize, end: usize, count: usize) -> Vec<Place> {
    let bytes = text.as_bytes();
    // Empty lines before a record belong to its range.
    let from = start + bytes[start..end].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let mut places = Vec::with_capacity(count);
    let mut is_quoted = false;
    let mut start = from;
    for at in from..=end.min(bytes.len()) {
        let byte = bytes.get(at).copied().filter(|_| at < end);
        match byte {
            Some(b'"') => is_quoted = !is_quoted,
            Some(b',') if !is_quoted => {
                places.push(start..at);
                start = at + 1;
            }
            Some(b'\n' | b'\r') if !is_quoted => {
                places.push(start..at);
                break;
            }
            None => {
                places.push(start..at);
                break;
            }
            Some(_) => {}
        }
    }
    // A stray quote can hide fields from this walk; what is left shares the end.
    places.resize(count, start..start);
    places
}
