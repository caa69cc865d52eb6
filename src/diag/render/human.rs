//! For people, drawn by miette.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceSpan};

use super::excerpt::Excerpt;
use crate::base::{SourceMap, Span, printable};
use crate::diag::{Diagnostic, Severity};

/// Findings that are drawn; of the others only the number is told.
const SHOWN: usize = 50;

pub(super) fn render(diagnostics: &[&Diagnostic], sources: &SourceMap, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_show_related_as_nested(true);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        // Writing to a string fails only if a part of the report says so; then the bare message is better than nothing.
        if handler.render_report(&mut out, &Report::new(diagnostic, sources)).is_err() {
            out += &format!("{}: {}\n", diagnostic.code.id(), printable(&diagnostic.message));
        }
        for note in &diagnostic.notes {
            out += &footer("note", note, colour);
        }
        let fix = diagnostic.fix.as_ref().map(|fix| &fix.title);
        if let Some(help) = diagnostic.help.as_ref().or(fix) {
            out += &footer("help", help, colour);
        }
        out.push('\n');
    }
    if diagnostics.len() > SHOWN {
        out += &format!("and {} more\n", diagnostics.len() - SHOWN);
    }
    out
}

/// A line below the source. miette draws help alone, and above what is said of other files.
fn footer(word: &str, text: &str, colour: bool) -> String {
    let word = if colour { format!("\x1b[36m{word}:\x1b[0m") } else { format!("{word}:") };
    let text = printable(text).replace('\n', "\n        ");
    format!("  {word} {text}\n")
}

/// A diagnostic, or what it says of another file, in miette's terms.
#[derive(Debug)]
struct Report {
    message: String,
    code: Option<String>,
    severity: miette::Severity,
    excerpt: Option<Excerpt>,
    labels: Vec<(SourceSpan, String)>,
    related: Vec<Report>,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let home = diagnostic.span().map(|span| span.file);
        let (here, elsewhere): (Vec<_>, Vec<_>) = diagnostic.labels.iter().partition(|label| Some(label.span.file) == home);
        let spans: Vec<Span> = here.iter().map(|label| label.span).collect();
        let (excerpt, drawn) = excerpt(&spans, sources);
        let (word, severity) = match diagnostic.severity() {
            Severity::Error => ("error", miette::Severity::Error),
            Severity::Warning => ("warning", miette::Severity::Warning),
        };
        Self {
            message: printable(&diagnostic.message),
            code: Some(format!("{word}[{}]", diagnostic.code.id())),
            severity,
            excerpt,
            labels: drawn.into_iter().zip(here.iter().map(|label| printable(&label.text))).collect(),
            related: elsewhere.iter().map(|label| Self::elsewhere(label.span, &label.text, sources)).collect(),
        }
    }

    fn elsewhere(span: Span, text: &str, sources: &SourceMap) -> Self {
        let (excerpt, drawn) = excerpt(&[span], sources);
        Self {
            message: printable(text),
            code: None,
            severity: miette::Severity::Advice,
            excerpt,
            labels: drawn.into_iter().map(|span| (span, String::new())).collect(),
            related: Vec::new(),
        }
    }
}

/// The lines around spans of one file.
fn excerpt(spans: &[Span], sources: &SourceMap) -> (Option<Excerpt>, Vec<SourceSpan>) {
    let Some(file) = spans.first().and_then(|span| sources.find(span.file)) else {
        return (None, Vec::new());
    };
    let ranges: Vec<_> = spans.iter().map(|span| span.range()).collect();
    let (excerpt, drawn) = Excerpt::new(file, &ranges);
    (Some(excerpt), drawn)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as _)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.labels.iter().enumerate().map(|(index, (span, text))| {
            let text = (!text.is_empty()).then(|| text.clone());
            if index == 0 { LabeledSpan::new_primary_with_span(text, *span) } else { LabeledSpan::new_with_span(text, *span) }
        });
        (!self.labels.is_empty()).then(|| Box::new(labels) as _)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        let related = self.related.iter().map(|report| report as &dyn miette::Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related) as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    #[test]
    fn wide_characters_are_underlined_and_other_files_follow() {
        let mut sources = SourceMap::default();
        let main = sources.add("流水线.o11n", "import \"lib.o11n\" { 测试级别 }\n\tlet a = \"测试\" + 测试级别\n");
        let lib = sources.add("lib.o11n", "// one\nlet 测试级别 = 1\n");
        let diagnostic =
            Diagnostic::at(Code::BadOperands, Span::new(main, 55, 67), "`+` joins no `string` and `int`", "an `int`")
                .label(Span::new(main, 44, 52), "a `string`")
                .label(Span::new(lib, 11, 23), "declared here")
                .note("nothing is converted by itself")
                .help("write `\"测试${{ 测试级别 }}\"`");
        let expected = r#"
error[E0202]

  × `+` joins no `string` and `int`
   ╭─[流水线.o11n:2:17]
 1 │ import "lib.o11n" { 测试级别 }
 2 │     let a = "测试" + 测试级别
   ·             ───┬──   ────┬───
   ·                │         ╰── an `int`
   ·                ╰── a `string`
   ╰────
  ╰─▶   ☞ declared here
         ╭─[lib.o11n:2:5]
       1 │ // one
       2 │ let 测试级别 = 1
         ·     ────────
         ╰────
  note: nothing is converted by itself
  help: write `"测试${{ 测试级别 }}"`

"#;
        assert_eq!(render(&[&diagnostic], &sources, false), expected.trim_start());
    }
}
