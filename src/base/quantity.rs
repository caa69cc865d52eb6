//! Durations and sizes: values with a literal form.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A span of time in whole milliseconds. Serialised as seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Size(pub u64);

/// Units of a duration literal, largest first, in milliseconds.
const DURATION_UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
/// Units of a size literal, largest first, in bytes.
const SIZE_UNITS: [(&str, u64); 5] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Duration {
    /// Reads a literal such as `90s`, `1h30m` or `1_000ms`: units from large to small, each at most once. `None` if it is
    /// none, or too large.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut units = DURATION_UNITS.iter();
        let mut total = 0i64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '_'))?;
            let letters = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
            let amount: i64 = parse_digits(&rest[..digits])?;
            let (_, unit) = units.find(|(name, _)| *name == &rest[digits..letters])?;
            total = total.checked_add(amount.checked_mul(*unit)?)?;
            rest = &rest[letters..];
        }
        (!text.is_empty()).then_some(Self(total))
    }

    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }
}

impl Size {
    /// Reads a literal such as `512MiB`; `None` if it is none, or too large.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '_'))?;
        let amount: u64 = parse_digits(&text[..digits])?;
        let (_, unit) = SIZE_UNITS.iter().find(|(name, _)| *name == &text[digits..])?;
        amount.checked_mul(*unit).map(Self)
    }
}

/// The digits of a number literal: `_` separates, but neither begins nor ends it.
pub(crate) fn parse_digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let separated = text.starts_with('_') || text.ends_with('_');
    if separated { None } else { text.replace('_', "").parse().ok() }
}

impl fmt::Display for Duration {
    /// The shortest literal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (name, unit) in DURATION_UNITS {
            let unit = unit.unsigned_abs();
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Size {
    /// The literal in the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) =
            SIZE_UNITS.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit)).unwrap_or(&("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

impl Serialize for Duration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1_000 == 0 { serializer.serialize_i64(self.0 / 1_000) } else { serializer.serialize_f64(self.as_seconds()) }
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "description": "seconds" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back() {
        for text in ["90s", "5m", "1h30m", "1d", "250ms", "2h1s"] {
            let value = Duration::parse(text).unwrap();
            assert_eq!(Duration::parse(&value.to_string()), Some(value), "{text}");
        }
        assert_eq!(Duration::parse("90s").unwrap().to_string(), "1m30s");
        for bad in ["", "5", "m", "30m1h", "1h1h", "_5m", "5_m", "9999999999999d", "1.5h"] {
            assert_eq!(Duration::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_read_back() {
        assert_eq!(Size::parse("1536MiB").unwrap().to_string(), "1536MiB");
        assert_eq!(Size::parse("2048MiB").unwrap().to_string(), "2GiB");
        for bad in ["", "5", "5GB", "GiB", "99999999999TiB"] {
            assert_eq!(Size::parse(bad), None, "{bad}");
        }
    }
}
