//! A value in what another interpreter reads as code, an argument or its input: it is quoted for the shell, not for that one.

use std::ops::Range;

use super::{fed, program, without_prefix};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::hir::ScriptPiece;
use crate::sema::shell::SimpleCommand;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    if script.scan.holes.is_empty() {
        return;
    }
    let mut inputs = inputs(script).into_iter().peekable();
    // Those that the walk is in: they lie in each other, or apart.
    let mut open: Vec<(Range<usize>, &str)> = Vec::new();
    for ((at, span), hole) in values(script).zip(&script.scan.holes) {
        while let Some(input) = inputs.next_if(|(range, _)| range.start <= at) {
            open.retain(|(range, _)| range.end > input.0.start);
            open.push(input);
        }
        let input = open.iter().rev().find(|(range, _)| range.contains(&at)).map(|(_, name)| *name);
        let Ok(place) = hole else { continue };
        let Some(name) = place.interpreter.or(input) else { continue };
        let message = format!("the value is quoted for the shell, but `{name}` reads it once more, as code");
        let warning = Diagnostic::at(Code::NestedInterpreter, span, message, format!("part of the code for `{name}`"));
        sink.push(warning.note("a quote, a blank or a `;` in the value changes what the code means").help(help(name)));
    }
}

/// The values in order, each with its offset in the scanned text.
fn values<'s>(script: &'s Script<'_>) -> impl Iterator<Item = (usize, Span)> + 's {
    let mut end = 0;
    script.pieces.iter().filter_map(move |piece| match piece {
        ScriptPiece::Text(text) => {
            end += text.len();
            None
        }
        ScriptPiece::Value { expr, .. } | ScriptPiece::Splice(expr) => {
            end += 1;
            Some((end - 1, expr.span))
        }
    })
}

/// Pieces of the text that an interpreter reads as its code, with its name: `echo … | sh`, `bash <(echo …)`, `sh <<< …`. In
/// order of their beginnings.
fn inputs<'s>(script: &'s Script<'_>) -> Vec<(Range<usize>, &'s str)> {
    let mut inputs = Vec::new();
    for (printer, interpreter) in fed::by_commands(&script.scan.commands, is_printer) {
        let start = printer.words.first().map_or(printer.end, |word| word.start);
        inputs.push((start..printer.end, program(without_prefix(&interpreter.words))));
    }
    for command in &script.scan.commands {
        if let Some(text) = command.here_string.as_ref().filter(|_| fed::reads_standard_input(command)) {
            inputs.push((text.start..text.end, program(without_prefix(&command.words))));
        }
    }
    inputs.sort_by_key(|(range, _)| range.start);
    inputs
}

fn is_printer(command: &SimpleCommand) -> bool {
    matches!(program(without_prefix(&command.words)), "echo" | "printf")
}

fn help(name: &str) -> &'static str {
    match name {
        "awk" | "gawk" | "mawk" => "pass it by `env`, and read `ENVIRON[\"NAME\"]` in the code",
        "jq" => "give it as an argument: `jq --arg name VALUE '… $name …'`",
        "sed" => "make sure that it holds no `/`, `&` or `\\`, or use a program that takes it as an argument",
        "ssh" => {
            "send a script by standard input, `ssh HOST sh -s -- VALUE <script.sh`, or check the value with `assert matches(…)`"
        }
        _ => "give it to the code as an argument (`bash -c 'echo \"$1\"' _ VALUE`) or by `env`",
    }
}
