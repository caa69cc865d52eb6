//! The runtime: one file in Groovy, of which each pipeline gets what it needs.
//!
//! A line `//+ feature …` begins lines that are there if one of the features is used, `//- else` those for when none is, `//-`
//! ends both.

use std::collections::BTreeSet;

const RUNTIME: &str = include_str!("runtime.groovy");

/// What a pipeline uses of the runtime.
pub(in crate::target) type Features = BTreeSet<&'static str>;

/// The runtime's lines for these features.
pub(in crate::target) fn text(features: &Features) -> String {
    let mut out = String::with_capacity(RUNTIME.len());
    // Of each condition around a line: whether it holds.
    let mut around: Vec<bool> = Vec::new();
    for line in RUNTIME.lines() {
        let mark = line.trim_start();
        if let Some(wanted) = mark.strip_prefix("//+ ") {
            around.push(wanted.split(' ').any(|feature| features.contains(feature)));
        } else if mark == "//- else" {
            if let Some(holds) = around.last_mut() {
                *holds = !*holds;
            }
        } else if mark == "//-" {
            around.pop();
        } else if around.iter().all(|holds| *holds) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What it may have.
#[cfg(test)]
pub(in crate::target) fn features() -> impl Iterator<Item = &'static str> {
    let marks = RUNTIME.lines().filter_map(|line| line.trim_start().strip_prefix("//+ "));
    marks.flat_map(|mark| mark.split(' ')).collect::<BTreeSet<_>>().into_iter()
}

/// The names of its methods, whether there or not.
pub(in crate::target) fn names() -> impl Iterator<Item = &'static str> {
    names_in(RUNTIME)
}

/// The names of the methods in a text.
pub(in crate::target) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (head, rest) = line.split_once('(')?;
        let is_method = !head.starts_with([' ', '/', '@']) && rest.ends_with('{');
        is_method.then(|| head.split(' ').next_back()).flatten().filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::{Features, features, names, text};

    #[test]
    fn marks_are_balanced_and_leave_nothing_behind() {
        let all: Features = features().collect();
        for features in [Features::new(), all] {
            let text = text(&features);
            assert!(!text.contains("//+") && !text.contains("//-"));
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
        }
        assert!(names().any(|name| name == "runStage") && names().any(|name| name == "cases"));
    }
}
