//! Adapters that draw diagnostics: for people, for logs, for machines. They decide nothing.
//!
//! Every format has the same findings in the same order ([`arranged`]), whatever order the checks had, and takes any span:
//! one that lies outside its file is drawn at the nearest place inside.

mod excerpt;
mod github;
mod human;
mod json;
mod place;
mod sarif;
mod short;

use super::Diagnostic;
use crate::base::SourceMap;

/// The formats that diagnostics can be had in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Sources with what is wrong drawn under them.
    Human { colour: bool },
    /// One line each.
    Short,
    /// One JSON document.
    Json,
    /// One SARIF 2.1.0 document.
    Sarif,
    /// Workflow commands of GitHub, one line each.
    Github,
}

/// The text of all findings. Without findings, the formats for machines still give their document and the others nothing.
pub fn render(format: Format, diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let arranged = arranged(diagnostics, sources);
    match format {
        Format::Human { colour } => human::render(&arranged, sources, colour),
        Format::Short => short::render(&arranged, sources),
        Format::Json => json::render(&arranged, sources),
        Format::Sarif => sarif::render(&arranged, sources),
        Format::Github => github::render(&arranged, sources),
    }
}

/// In the order of file, place and code, what has no place first; what is said twice is said once.
pub fn arranged<'a>(diagnostics: &'a [Diagnostic], sources: &SourceMap) -> Vec<&'a Diagnostic> {
    let mut arranged: Vec<_> = diagnostics.iter().collect();
    arranged.sort_by_cached_key(|diagnostic| {
        let place = diagnostic.span().and_then(|span| Some((sources.find(span.file)?.path.clone(), span.start, span.end)));
        (place, diagnostic.code, diagnostic.message.clone())
    });
    arranged.dedup();
    arranged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileId, Span};
    use crate::diag::Code;

    const ALL: [Format; 5] = [Format::Human { colour: false }, Format::Short, Format::Json, Format::Sarif, Format::Github];

    fn in_one_file(text: &str, spans: &[(usize, usize)]) -> (SourceMap, Vec<Diagnostic>) {
        let mut sources = SourceMap::default();
        let file = sources.add("ci.o11n", text);
        let at = |&(start, end): &(usize, usize)| {
            Diagnostic::at(Code::UnknownName, Span::new(file, start, end), "unknown name `x`", "not declared")
        };
        let diagnostics = spans.iter().map(at).collect();
        (sources, diagnostics)
    }

    #[test]
    fn order_is_by_place_and_repeats_are_dropped() {
        let (sources, diagnostics) = in_one_file("let a = x\nlet b = x\n", &[(18, 19), (8, 9), (18, 19)]);
        assert_eq!(
            render(Format::Short, &diagnostics, &sources),
            "ci.o11n:1:9: error[E0101]: unknown name `x`\nci.o11n:2:9: error[E0101]: unknown name `x`\n"
        );
    }

    #[test]
    fn odd_spans_are_drawn_somewhere_and_never_panic() {
        for text in ["", "\n", "测试", "a\r\nb", "\u{1b}[31m\u{202e}x\0", "no end"] {
            let (sources, mut diagnostics) = in_one_file(text, &[(0, 0), (1, 2), (3, 1), (0, 999), (500, 600), (6, 6), (2, 2)]);
            diagnostics[0].labels[0].span.file = FileId(7);
            for diagnostic in &mut diagnostics[1..4] {
                let span = diagnostic.labels[0].span;
                let labelled = diagnostic.clone().label(span, "").label(Span::new(span.file, 1, 3), "a\nb\u{1b}");
                *diagnostic = labelled.fix("delete it", span, "\0");
            }
            for format in ALL {
                let drawn = render(format, &diagnostics, &sources);
                assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\0']), "{format:?} of {text:?}: {drawn:?}");
                assert!(drawn.contains("unknown name"), "{format:?} of {text:?}");
            }
        }
    }

    #[test]
    fn a_huge_line_is_cut_around_the_place() {
        let text = format!("let a = [{}x]", "1, ".repeat(400_000));
        let at = text.len() - 2;
        let (sources, diagnostics) = in_one_file(&text, &[(at, at + 1)]);
        let drawn = render(ALL[0], &diagnostics, &sources);
        assert!(drawn.len() < 2_000 && drawn.contains("x]"), "{drawn}");
        assert!(drawn.contains("ci.o11n:1:1200010"), "{drawn}");
    }

    #[test]
    fn many_findings_are_summed_up_for_people_only() {
        let spans: Vec<_> = (0..500).map(|at| (at, at + 1)).collect();
        let (sources, diagnostics) = in_one_file(&"x".repeat(600), &spans);
        assert!(render(ALL[0], &diagnostics, &sources).ends_with("and 450 more\n"));
        assert_eq!(render(Format::Short, &diagnostics, &sources).lines().count(), 500);
    }
}
