//! A counterexample as a scenario to paste beside the property that it breaks.

use std::fmt::Write;

use crate::base::SourceMap;
use crate::machine::verify::Counterexample;
use crate::sema::hir::{Expect, Pipeline, Program, Scenario};

/// Where a scenario is to stand.
pub(super) struct Paste<'a> {
    pub(super) program: &'a Program,
    pub(super) sources: &'a SourceMap,
    pub(super) pipeline: &'a Pipeline,
}

impl Paste<'_> {
    /// The scenario that a run of a property makes, with the property's own values, fakes and durations before it.
    pub(super) fn of_property(&self, property: &Scenario, number: usize, expects: &[&Expect], shown: &Counterexample) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (param, value) in &property.with {
            let name = &self.program.params[param.0 as usize].name;
            lines.push(format!("with {name} = {}", self.sources.text(value.span)));
        }
        for (path, outcomes, _) in &property.fakes {
            lines.push(fake(path, outcomes));
        }
        for (path, value, _) in &property.takes {
            lines.push(format!("takes {} = {}", literal(path), self.sources.text(value.span)));
        }
        let suffix = if number == 0 { String::new() } else { format!(" ({})", number + 1) };
        let expects: Vec<&str> = expects.iter().map(|expect| self.sources.text(expect.span)).collect();
        self.scenario(&format!("{}: broken{suffix}", property.name), lines, shown, &expects)
    }

    /// A scenario that expects what it should.
    pub(super) fn of_law(&self, name: &str, shown: &Counterexample, expect: &str) -> String {
        self.scenario(name, Vec::new(), shown, &[expect])
    }

    fn scenario(&self, name: &str, mut lines: Vec<String>, shown: &Counterexample, expects: &[&str]) -> String {
        lines.extend(shown.fakes.iter().map(|(path, outcomes)| fake(path, outcomes)));
        lines.extend(shown.takes.iter().map(|(path, duration)| format!("takes {} = {duration}", literal(path))));
        lines.extend(expects.iter().map(ToString::to_string));
        let is_taken = |name: &str| self.pipeline.scenarios.iter().any(|known| known.name == name);
        let mut free = name.to_owned();
        let mut number = 1;
        while is_taken(&free) {
            number += 1;
            free = format!("{name} {number}");
        }
        let mut text = format!("scenario {} {{\n", literal(&free));
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
        text + "}"
    }
}

fn fake<T: std::fmt::Display>(path: &str, outcomes: &[T]) -> String {
    match outcomes {
        [only] => format!("fake {} = {only}", literal(path)),
        _ => {
            let all: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
            format!("fake {} = [{}]", literal(path), all.join(", "))
        }
    }
}

/// A string literal.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for part in text.chars() {
        match part {
            '"' | '\\' => out.extend(['\\', part]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            _ if part.is_control() => {
                let _ = write!(out, "\\u{{{:X}}}", u32::from(part));
            }
            _ => out.push(part),
        }
    }
    // No text may become an interpolation.
    out.replace("${{", "$${{") + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_means_its_text() {
        for text in ["plain", "say \"no\"", "a\\b", "${{ x }}", "$$${{", "line\nbreak\u{7}", "部署"] {
            let source = format!("let x = {}", literal(text));
            let parsed = crate::syntax::parse(crate::base::FileId(0), &source);
            let strings = format!("{:?}", parsed.ast);
            assert!(parsed.diagnostics.is_empty(), "{source}");
            assert!(strings.contains(&format!("{text:?}")), "{source}\n{strings}");
        }
    }
}
