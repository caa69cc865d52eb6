//! A script that ends inside a quote, a bracket or a here-document. With an interpolation it is an error already.

use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    let Some(unclosed) = script.scan.unclosed.filter(|_| script.scan.holes.is_empty()) else { return };
    let message = format!("the script ends {}", unclosed.what());
    let warning = Diagnostic::at(Code::ShellHazard, script.span, message, "the shell waits for more here");
    sink.push(
        warning
            .note("`before` and `run` are joined to one script, so what comes after is read as part of it")
            .help("close it in the same string; or set `shell`, if this is not for a shell"),
    );
}
