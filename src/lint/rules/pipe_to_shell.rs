//! A download that goes straight into an interpreter: whatever comes through runs, half a file included.

use super::{fed, program, without_prefix};
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::shell::SimpleCommand;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    for (download, interpreter) in fed::by_commands(&script.scan.commands, is_download) {
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
}

fn is_download(command: &SimpleCommand) -> bool {
    matches!(program(without_prefix(&command.words)), "curl" | "wget")
}
