//! TOML with places. Dates are text.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Datum, DatumKind, Entry, MAX_NESTING, Malformed};

pub(super) fn parse(text: &str) -> Result<Datum, Malformed> {
    let table = DeTable::parse(text).map_err(|error| {
        Malformed::new(error.message().lines().next().unwrap_or("this is not TOML"), error.span().unwrap_or(0..0))
    })?;
    let at = table.span();
    Ok(Datum { kind: entries(table.into_inner(), 0)?, at })
}

fn entries(table: DeTable<'_>, depth: usize) -> Result<DatumKind, Malformed> {
    let mut entries: Vec<Entry> = Vec::with_capacity(table.len());
    for (key, value) in table {
        let key_at = key.span();
        entries.push(Entry { key: key.into_inner().as_ref().into(), key_at, value: datum(value, depth + 1)? });
    }
    // Tables are sorted by their keys; the file's order is what people see.
    entries.sort_by_key(|entry| entry.key_at.start);
    Ok(DatumKind::Map(entries))
}

fn datum(value: Spanned<DeValue<'_>>, depth: usize) -> Result<Datum, Malformed> {
    let at = value.span();
    if depth >= MAX_NESTING {
        return Err(Malformed::new(format!("this nests deeper than {MAX_NESTING} levels"), at));
    }
    let kind = match value.into_inner() {
        DeValue::String(text) => DatumKind::Text(text.as_ref().into()),
        DeValue::Boolean(value) => DatumKind::Bool(value),
        DeValue::Datetime(value) => DatumKind::Text(value.to_string().into()),
        DeValue::Integer(value) => {
            let parsed = i64::from_str_radix(value.as_str(), value.radix());
            DatumKind::Int(parsed.map_err(|_| Malformed::new("this number is out of range", at.clone()))?)
        }
        DeValue::Float(value) => match value.as_str().parse::<f64>() {
            Ok(value) if value.is_finite() => DatumKind::Float(value),
            _ => return Err(Malformed::new("this number is out of range", at)),
        },
        DeValue::Array(elements) => {
            DatumKind::List(elements.into_iter().map(|element| datum(element, depth + 1)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => entries(table, depth)?,
    };
    Ok(Datum { kind, at })
}
