//! `export NAME=$(command)`: the command's failure is lost, because `export` succeeds.

use super::program;
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    for command in &script.scan.commands {
        let declares = program(&command.words);
        if !matches!(declares, "export" | "local" | "declare" | "typeset" | "readonly") {
            continue;
        }
        for word in &command.words[1..] {
            let source = &script.scan.text[word.start..word.end];
            let Some((name, value)) = source.split_once('=') else { continue };
            if !value.trim_start_matches('"').starts_with("$(") || value.trim_start_matches('"').starts_with("$((") {
                continue;
            }
            let message = format!("a failure of this command goes unnoticed: `{declares}` succeeds all the same");
            let warning =
                Diagnostic::at(Code::ShellHazard, script.place(word.start..word.end), message, "its exit status is lost");
            sink.push(warning.help(format!("write `{name}=$(…)` first, then `{declares} {name}`")));
        }
    }
}
