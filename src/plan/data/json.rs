//! JSON with places. `serde_json` keeps none, so the structure is walked here and only the literals are left to it.

use super::{Datum, DatumKind, Entry, MAX_NESTING, MAX_VALUES, Malformed, Place};
use std::collections::HashSet;

pub(super) fn parse(text: &str) -> Result<Datum, Malformed> {
    let mut walker = Walker { text, at: 0, values: 0 };
    walker.skip_blanks();
    let datum = walker.value(0)?;
    walker.skip_blanks();
    if walker.at < text.len() { Err(walker.unexpected("the end of the file")) } else { Ok(datum) }
}

struct Walker<'t> {
    text: &'t str,
    at: usize,
    values: usize,
}

impl Walker<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> Malformed {
        let next = self.text[self.at..].chars().next();
        let found = next.map_or("the end of the file".to_owned(), |c| format!("`{}`", c.escape_debug()));
        Malformed::new(format!("expected {wanted}, found {found}"), self.at..self.at + next.map_or(0, char::len_utf8))
    }

    fn value(&mut self, depth: usize) -> Result<Datum, Malformed> {
        let start = self.at;
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Malformed::too_many(start..start));
        }
        if depth >= MAX_NESTING {
            return Err(Malformed::new(format!("this nests deeper than {MAX_NESTING} levels"), start..start));
        }
        let kind = match self.peek() {
            Some(b'[') => self.list(depth)?,
            Some(b'{') => self.map(depth)?,
            Some(b'"') => DatumKind::Text(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Datum { kind, at: start..self.at })
    }

    fn word(&mut self) -> Result<DatumKind, Malformed> {
        for (word, kind) in [("true", DatumKind::Bool(true)), ("false", DatumKind::Bool(false)), ("null", DatumKind::Null)] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn number(&mut self) -> Result<DatumKind, Malformed> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'))).unwrap_or(rest.len());
        let literal = &rest[..end];
        let place = self.at..self.at + end;
        let digits = literal.trim_start_matches('-');
        if digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit() {
            let at = place.end - digits.len() + 1;
            return Err(Malformed::new("a number does not begin with a zero", at..at + 1));
        }
        self.at = place.end;
        let is_int = !literal.contains(['.', 'e', 'E']);
        let kind = match is_int {
            true => serde_json::from_str(literal).map(DatumKind::Int),
            false => serde_json::from_str(literal).map(DatumKind::Float),
        };
        kind.map_err(|_| Malformed::new(format!("`{literal}` is no number, or out of range"), place))
    }

    fn string(&mut self) -> Result<String, Malformed> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(b'\n') | None => return Err(Malformed::new("this string does not end", start..start + 1)),
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        let place: Place = start..self.at;
        serde_json::from_str(&self.text[place.clone()])
            .map_err(|_| Malformed::new("this string holds an escape or a character that it may not hold", place))
    }

    fn list(&mut self, depth: usize) -> Result<DatumKind, Malformed> {
        let mut elements = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(DatumKind::List(elements));
        }
        loop {
            self.skip_blanks();
            elements.push(self.value(depth + 1)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
        self.at += 1;
        Ok(DatumKind::List(elements))
    }

    fn map(&mut self, depth: usize) -> Result<DatumKind, Malformed> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = HashSet::new();
        self.at += 1;
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(DatumKind::Map(entries));
        }
        loop {
            self.skip_blanks();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = ecow::EcoString::from(self.string()?);
            let key_at = start..self.at;
            if !keys.insert(key.clone()) {
                return Err(Malformed::new(format!("the key {key:?} is given twice"), key_at));
            }
            self.skip_blanks();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            self.skip_blanks();
            entries.push(Entry { key, key_at, value: self.value(depth + 1)? });
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
        self.at += 1;
        Ok(DatumKind::Map(entries))
    }
}
