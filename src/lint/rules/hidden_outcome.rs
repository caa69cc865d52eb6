//! A body that is one command with `|| true`: it always succeeds, whatever happened.

use super::program;
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::shell::Terminator;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    // Cleaning up with `|| true` at the end of a longer body is fine: what matters ran before it.
    let commands: Vec<_> = script.scan.commands.iter().filter(|command| command.depth == 0).collect();
    let [work @ .., last] = commands.as_slice() else { return };
    let Some((alternative, pipeline)) = work.split_last() else { return };
    let is_whole_body = script.attribute == Some("run")
        && alternative.terminator == Terminator::Or
        && pipeline.iter().all(|command| command.terminator == Terminator::Pipe);
    if is_whole_body && matches!(program(&last.words), "true" | ":") && last.words.len() == 1 {
        let warning =
            Diagnostic::at(Code::ShellHazard, script.command(last), "this body succeeds whatever happens", "hides the outcome");
        sink.push(
            warning
                .note("a substage that cannot fail reports nothing: no retry, no red mark, no message")
                .help("leave it out, and say `on_error = ignore` or `exit_codes { 1 = unstable }`: the outcome is kept then"),
        );
    }
}
