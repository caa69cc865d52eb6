//! One line a finding, for logs, drawn by codespan-reporting.

use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Line, Label, Severity as Level};
use codespan_reporting::files::{Error, Files, Location};
use codespan_reporting::term::{Config, DisplayStyle, emit_into_string};

use super::place::Place;
use crate::base::{FileId, SourceFile, SourceMap, Span, one_line};
use crate::diag::{Diagnostic, Severity};

pub(super) fn render(diagnostics: &[&Diagnostic], sources: &SourceMap) -> String {
    let config = Config { display_style: DisplayStyle::Short, ..Config::default() };
    let files = Sources(sources);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity() {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        };
        let message = one_line(&diagnostic.message);
        let mut line = Line::new(level).with_code(diagnostic.code.id()).with_message(&message);
        if let Some((span, place)) = diagnostic.span().and_then(|span| Some((span, Place::of(span, sources)?))) {
            line = line.with_label(Label::primary(span.file, place.range));
        }
        match emit_into_string(&config, &files, &line) {
            Ok(drawn) => out += &drawn,
            Err(_) => out += &format!("{}: {message}\n", diagnostic.code.id()),
        }
    }
    out
}

/// The source map in codespan's terms.
struct Sources<'a>(&'a SourceMap);

impl<'a> Sources<'a> {
    fn file(&self, id: FileId) -> Result<&'a SourceFile, Error> {
        self.0.find(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Sources<'a> {
    type FileId = FileId;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<String, Error> {
        Ok(one_line(&self.file(id)?.path))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: FileId, offset: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line_of(offset) - 1)
    }

    fn line_range(&'a self, id: FileId, index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let max = file.line_count() - 1;
        if index > max { Err(Error::LineTooLarge { given: index, max }) } else { Ok(file.line(index + 1)) }
    }

    fn location(&'a self, id: FileId, offset: usize) -> Result<Location, Error> {
        let place = Place::of(Span::new(id, offset, offset), self.0).ok_or(Error::FileMissing)?;
        Ok(Location { line_number: place.start.line, column_number: place.start.column })
    }
}
