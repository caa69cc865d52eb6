//! A download that goes straight into an interpreter: whatever comes through runs, half a file included.

use super::{program, without_prefix};
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::shell::{SimpleCommand, Terminator};

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    let commands = &script.scan.commands;
    // The download that feeds the pipe which is open at each depth.
    let mut feeding: Vec<(usize, usize)> = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        feeding.retain(|(depth, _)| *depth <= command.depth);
        if let Some(position) = feeding.iter().position(|(depth, _)| *depth == command.depth) {
            let (_, download) = feeding[position];
            if reads_standard_input(command) {
                report(script, &commands[download], command, sink);
            }
            if command.terminator != Terminator::Pipe {
                feeding.remove(position);
            }
        } else if is_download(command) && command.terminator == Terminator::Pipe {
            feeding.push((command.depth, index));
        } else if let Some(download) = nested_download(&commands[..index], command) {
            report(script, download, command, sink);
        }
    }
}

fn report(script: &Script<'_>, download: &SimpleCommand, interpreter: &SimpleCommand, sink: &mut Vec<Diagnostic>) {
    let name = program(without_prefix(&interpreter.words));
    let message = format!("a download goes straight into `{name}`");
    let place = script.command(download);
    let warning = Diagnostic::at(Code::ShellHazard, place, message, "whatever comes through runs");
    sink.push(
        warning
            .note("if the connection breaks, half of the file runs; and nothing says that it is the file you know")
            .help("save it to a file, check its sum with `sha256sum -c`, then run the file"),
    );
}

fn is_download(command: &SimpleCommand) -> bool {
    matches!(program(without_prefix(&command.words)), "curl" | "wget")
}

fn is_interpreter(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "python" | "python3" | "perl" | "ruby" | "node" | "source" | "."
    )
}

/// An interpreter without a file of its own to run.
fn reads_standard_input(command: &SimpleCommand) -> bool {
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

/// The download in an argument of this command: `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`.
fn nested_download<'a>(before: &'a [SimpleCommand], command: &SimpleCommand) -> Option<&'a SimpleCommand> {
    let words = without_prefix(&command.words);
    let name = program(words);
    let start = words.first()?.start;
    // The code of a shell, or the file that it reads, is the first argument that is no option.
    let argument = words[1..].iter().find(|word| !word.text.starts_with('-'))?;
    let takes_code = name == "eval" || is_interpreter(name);
    let inner = before.iter().rev().take_while(|inner| inner.words.first().is_some_and(|word| word.start > start));
    let mut downloads = inner.filter(|inner| is_download(inner) && inner.depth > command.depth);
    downloads.find(|inner| {
        let at = inner.words.first().map_or(0, |word| word.start);
        takes_code && argument.start <= at && at < argument.end
    })
}
