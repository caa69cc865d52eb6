//! Results of scenarios as JUnit XML, which CI systems show. No clock takes part: the same results give the same bytes.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use super::test::Tested;
use crate::diag::Code;
use crate::diag::render::{Format, render};

/// A suite for each file, a case for each scenario.
pub(super) fn report(tested: &[Tested<'_>]) -> String {
    let mut bytes = Vec::new();
    document(&mut Writer::new_with_indent(&mut bytes, b' ', 2), tested).expect("memory takes all that is written");
    String::from_utf8(bytes).expect("only text is written") + "\n"
}

type Xml<'w> = Writer<&'w mut Vec<u8>>;

fn document(xml: &mut Xml<'_>, tested: &[Tested<'_>]) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = with_counts(xml.create_element("testsuites"), tested);
    root.write_inner_content(|xml| {
        for suite in tested.chunk_by(|a, b| a.file == b.file) {
            let name = allowed(suite[0].file.as_str());
            let element = with_counts(xml.create_element("testsuite").with_attribute(("name", name.as_str())), suite);
            element.write_inner_content(|xml| suite.iter().try_for_each(|test| case(xml, test)))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn with_counts<'a, 'w>(element: ElementWriter<'a, &'w mut Vec<u8>>, tested: &[Tested<'_>]) -> ElementWriter<'a, &'w mut Vec<u8>> {
    let count = |verdict: Verdict| tested.iter().filter(|test| verdict_of(test) == verdict).count().to_string();
    element
        .with_attribute(("tests", tested.len().to_string().as_str()))
        .with_attribute(("failures", count(Verdict::Failure).as_str()))
        .with_attribute(("errors", count(Verdict::Error).as_str()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Pass,
    /// An expectation does not hold.
    Failure,
    /// It could not be run.
    Error,
}

fn verdict_of(test: &Tested<'_>) -> Verdict {
    match test.outcome.diagnostics.as_slice() {
        [] => Verdict::Pass,
        [only] if only.code == Code::MissedExpectation => Verdict::Failure,
        _ => Verdict::Error,
    }
}

fn case(xml: &mut Xml<'_>, test: &Tested<'_>) -> io::Result<()> {
    let file = allowed(test.file.as_str());
    let (class, name) = match test.name {
        Some((pipeline, scenario)) => (format!("{file}::{}", allowed(pipeline)), allowed(scenario)),
        None => (file.clone(), file.clone()),
    };
    let line = test.line.map(|line| line.to_string());
    let element = xml
        .create_element("testcase")
        .with_attribute(("classname", class.as_str()))
        .with_attribute(("name", name.as_str()))
        .with_attribute(("file", file.as_str()))
        .with_attributes(line.as_deref().map(|line| ("line", line)));
    let word = match verdict_of(test) {
        Verdict::Pass => return element.write_empty().map(drop),
        Verdict::Failure => "failure",
        Verdict::Error => "error",
    };
    let found = &test.outcome.diagnostics;
    let first = &found[0];
    let drawn = allowed(&render(Format::Human { colour: false }, found, &test.outcome.sources));
    element.write_inner_content(|xml| {
        let element = xml
            .create_element(word)
            .with_attribute(("message", allowed(&first.message).as_str()))
            .with_attribute(("type", first.code.id()));
        element.write_text_content(BytesText::new(&drawn)).map(drop)
    })?;
    Ok(())
}

/// Without characters that no XML may hold, not even escaped.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(c) { c } else { '\u{fffd}' }).collect()
}
