//! The rules.

use super::script::Script;
use crate::diag::Diagnostic;
use crate::sema::shell::Word;

mod errors_off;
mod fed;
mod hidden_outcome;
mod masked_failure;
mod nested_interpreter;
mod pipe_to_shell;
pub(super) mod raw_script;
mod reckless_removal;
mod unclosed_script;

type Rule = fn(&Script<'_>, &mut Vec<Diagnostic>);

/// Rules that look at one script literal.
pub(super) const OF_SCRIPTS: &[Rule] = &[
    errors_off::check,
    hidden_outcome::check,
    masked_failure::check,
    nested_interpreter::check,
    pipe_to_shell::check,
    reckless_removal::check,
    unclosed_script::check,
];

/// The words of a command without `sudo` and other prefixes, their options and assignments.
fn without_prefix(words: &[Word]) -> &[Word] {
    let prefixes = ["sudo", "env", "command", "exec", "nohup", "time", "nice"];
    let mut rest = words;
    while rest.first().is_some_and(|word| prefixes.contains(&word.text.as_str())) {
        let skipped = rest[1..].iter().take_while(|word| word.text.starts_with('-') || word.text.contains('=')).count();
        rest = &rest[1 + skipped..];
    }
    rest
}

/// The program's name without its folder.
fn program(words: &[Word]) -> &str {
    words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or(&word.text))
}
