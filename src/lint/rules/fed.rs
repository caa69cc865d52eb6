//! What an interpreter reads as code from elsewhere: by a pipe, or from a substitution.

use super::{program, without_prefix};
use crate::sema::shell::{SimpleCommand, Terminator};

/// Pairs of a source and the interpreter that runs what it writes.
pub(super) fn by_commands(
    commands: &[SimpleCommand],
    is_source: fn(&SimpleCommand) -> bool,
) -> Vec<(&SimpleCommand, &SimpleCommand)> {
    let mut fed = Vec::new();
    // The source that feeds the pipe which is open at each depth.
    let mut feeding: Vec<(usize, &SimpleCommand)> = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        feeding.retain(|(depth, _)| *depth <= command.depth);
        if let Some(position) = feeding.iter().position(|(depth, _)| *depth == command.depth) {
            if reads_standard_input(command) {
                fed.push((feeding[position].1, command));
            }
            if command.terminator != Terminator::Pipe {
                feeding.remove(position);
            }
        } else if is_source(command) && command.terminator == Terminator::Pipe {
            feeding.push((command.depth, command));
        } else if let Some(source) = nested(&commands[..index], command, is_source) {
            fed.push((source, command));
        }
    }
    fed
}

fn is_interpreter(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "python" | "python3" | "perl" | "ruby" | "node" | "source" | "."
    )
}

/// An interpreter without a file of its own to run.
pub(super) fn reads_standard_input(command: &SimpleCommand) -> bool {
    let words = without_prefix(&command.words);
    if !is_interpreter(program(words)) {
        return false;
    }
    let takes_code = |text: &str| text.starts_with('-') && !text.starts_with("--") && (text.contains('c') || text.contains('e'));
    match words[1..]
        .iter()
        .map(|word| word.text.as_str())
        .find(|text| !text.starts_with('-') || *text == "-" || text.contains('s') || takes_code(text))
    {
        None | Some("-" | "/dev/stdin") => true,
        Some(text) => text.starts_with('-') && !text.starts_with("--") && text.contains('s') && !takes_code(text),
    }
}

/// The source in an argument of this command: `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`.
fn nested<'a>(
    before: &'a [SimpleCommand],
    command: &SimpleCommand,
    is_source: fn(&SimpleCommand) -> bool,
) -> Option<&'a SimpleCommand> {
    let words = without_prefix(&command.words);
    let name = program(words);
    let start = words.first()?.start;
    // The code of a shell, or the file that it reads, is the first argument that is no option.
    let argument = words[1..].iter().find(|word| !word.text.starts_with('-'))?;
    let takes_code = name == "eval" || is_interpreter(name);
    let inner = before.iter().rev().take_while(|inner| inner.words.first().is_some_and(|word| word.start > start));
    let mut sources = inner.filter(|inner| is_source(inner) && inner.depth > command.depth);
    sources.find(|inner| {
        let at = inner.words.first().map_or(0, |word| word.start);
        takes_code && argument.start <= at && at < argument.end
    })
}
