//! One JSON document, for tools; `docs/message-formats.md` describes it.
//!
//! A document and not lines, so that "nothing found" is a value too, and so that its form has a name and a version.

use serde::Serialize;

use super::place::Place;
use crate::base::{Position, SourceMap, Span};
use crate::diag::{Diagnostic, Severity};

/// The form's name and version, first in the document.
const SCHEMA: &str = "o11n/diagnostics/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    diagnostics: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    /// The first is the primary one.
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Region<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

/// Line and column from 1, the column in Unicode scalar values; the offset from 0 in bytes.
#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
    offset: usize,
}

pub(super) fn render(diagnostics: &[&Diagnostic], sources: &SourceMap) -> String {
    let diagnostics = diagnostics.iter().map(|diagnostic| finding(diagnostic, sources)).collect();
    let mut text = serde_json::to_string_pretty(&Document { schema: SCHEMA, diagnostics })
        .expect("strings and numbers always have a JSON form");
    text.push('\n');
    text
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Finding<'a> {
    let labels = diagnostic.labels.iter();
    Finding {
        code: diagnostic.code.id(),
        severity: diagnostic.severity(),
        message: &diagnostic.message,
        labels: labels.filter_map(|label| Some(Label { region: region(label.span, sources)?, text: &label.text })).collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            edits: fix
                .edits
                .iter()
                .filter_map(|(span, text)| Some(Edit { region: region(*span, sources)?, replacement: text }))
                .collect(),
        }),
    }
}

fn region(span: Span, sources: &SourceMap) -> Option<Region<'_>> {
    let place = Place::of(span, sources)?;
    let point = |at: Position, offset| Point { line: at.line, column: at.column, offset };
    Some(Region { file: &place.file.path, start: point(place.start, place.range.start), end: point(place.end, place.range.end) })
}
