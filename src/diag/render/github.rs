//! Workflow commands of GitHub: each finding becomes an annotation of its line.

use std::fmt::Write as _;

use super::place::Place;
use crate::base::{SourceMap, visible};
use crate::diag::{Diagnostic, Severity};

pub(super) fn render(diagnostics: &[&Diagnostic], sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out += match diagnostic.severity() {
            Severity::Error => "::error ",
            Severity::Warning => "::warning ",
        };
        let mut properties = Vec::new();
        if let Some(place) = diagnostic.span().and_then(|span| Place::of(span, sources)) {
            properties.push(("file", place.file.path.to_string()));
            properties.push(("line", place.start.line.to_string()));
            properties.push(("endLine", place.end.line.to_string()));
            // Columns are taken only of a place in one line.
            if place.start.line == place.end.line {
                properties.push(("col", place.start.column.to_string()));
                properties.push(("endColumn", place.end.column.to_string()));
            }
        }
        properties.push(("title", format!("{}: {}", diagnostic.code.id(), diagnostic.code.title())));
        let properties: Vec<_> = properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
        out += &properties.join(",");
        out += "::";
        out += &data(&text(diagnostic));
        out.push('\n');
    }
    out
}

/// All that a reader of the annotation gets: it shows no other labels.
fn text(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    let label = diagnostic.labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    if let Some(label) = label {
        let _ = write!(text, ": {label}");
    }
    for note in &diagnostic.notes {
        let _ = write!(text, "\nnote: {note}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    text
}

/// The text after `::`. Of control characters only the line's end has an escape; the others would reach the log raw.
fn data(text: &str) -> String {
    let text: String = text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at `,` and `:`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::diag::Code;

    #[test]
    fn no_text_ends_a_command_or_begins_another() {
        let mut sources = SourceMap::default();
        let file = sources.add("a,b:c%.o11n", "x\ny");
        let diagnostic =
            Diagnostic::at(Code::UnknownName, Span::new(file, 0, 1), "50%\r\n::error::x", "").help("one, two: three");
        assert_eq!(
            render(&[&diagnostic], &sources),
            "::error file=a%2Cb%3Ac%25.o11n,line=1,endLine=1,col=1,endColumn=2,title=E0101%3A a name that is not declared\
             ::50%25␍%0A::error::x%0Ahelp: one, two: three\n"
        );
    }
}
