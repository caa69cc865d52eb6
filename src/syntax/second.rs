//! The second look: reads a piece again without the error rules, to learn where it goes wrong and what was expected.

use std::ops::Range;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::grammar::{Grammar, Rule};
use super::labels;

/// Where strict reading stopped.
pub(super) struct Stop {
    pub at: usize,
    /// In words, most telling first.
    pub expected: Vec<&'static str>,
}

/// What stands between items.
pub(super) const ITEM: &str = "a setting or a block";

/// Punctuation worth naming, in the order of the message. What opens a value is not among it.
const PUNCTUATION: [(&str, &str); 9] = [
    ("=", "`=`"),
    (":", "`:`"),
    ("{", "`{`"),
    (",", "`,`"),
    (")", "`)`"),
    ("]", "`]`"),
    ("}", "`}`"),
    (">", "`>`"),
    ("}}", "`}}`"),
];

/// Reads `range` of `text` as `rule`. None if nothing is wrong with it.
pub(super) fn look(rule: Rule, text: &str, range: Range<usize>) -> Option<Stop> {
    // Process-wide, but it only adds detail to errors, and costs time only while it is on.
    pest::set_error_detail(true);
    let result = Grammar::parse(rule, &text[range.clone()]);
    pest::set_error_detail(false);
    let error = result.err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let rules = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let tokens: Vec<String> = error
        .parse_attempts()
        .map(|attempts| attempts.expected_tokens())
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    Some(Stop { at: range.start + at, expected: words(rules, &tokens) })
}

fn words(rules: &[Rule], tokens: &[String]) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for word in rules.iter().filter_map(|rule| labels::expected(*rule)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.contains(&ITEM) {
        return vec![ITEM];
    }
    let is_value = words.contains(&"a value") || words.contains(&"a type");
    if is_value {
        // Whatever else fits is a value as well.
        words.retain(|word| !matches!(*word, "a name" | "a string" | "a number" | "an argument" | "`not`" | "`if`"));
    }
    // After a whole value an operator could follow: then `<` and `=` say little.
    let is_after_value = rules.contains(&Rule::infix);
    for (token, word) in PUNCTUATION {
        let is_part = is_value && matches!(token, "{" | ":" | "=") || is_after_value && token == ">";
        if !is_part && !words.contains(&word) && tokens.iter().any(|expected| expected == token) {
            words.push(word);
        }
    }
    // Kinds of things first, then what is to be written as it is.
    words.sort_by_key(|word| (word.starts_with('`'), *word != "`=`"));
    words
}

/// `a`, `b` or `c`.
pub(super) fn join(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}
