//! `set +e` that nothing takes back: from there on no failing command fails the body.

use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::shell::SimpleCommand;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    let mut open: Option<&SimpleCommand> = None;
    for command in script.scan.commands.iter().filter(|command| command.depth == 0) {
        match sets_errexit(command) {
            Some(true) => open = None,
            Some(false) => open = open.or(Some(command)),
            None => {}
        }
    }
    let Some(command) = open else { return };
    // A body that looks at the exit status takes care of it by itself.
    if script.scan.text[command.end..].contains("$?") {
        return;
    }
    let message = "after `set +e` no failing command fails this script";
    sink.push(
        Diagnostic::at(Code::ShellHazard, script.command(command), message, "nothing sets it back")
            .note("only the last command decides the outcome then")
            .help("write `set -e` after the commands that may fail, or `COMMAND || status=$?`"),
    );
}

/// Whether `set` switches `-e` on or off, if it does.
fn sets_errexit(command: &SimpleCommand) -> Option<bool> {
    let texts: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let (first, rest) = texts.split_first()?;
    if *first != "set" {
        return None;
    }
    let mut found = None;
    for (index, text) in rest.iter().enumerate() {
        let names_it = rest.get(index + 1) == Some(&"errexit");
        match text.split_at_checked(1)? {
            ("-", letters) if letters.contains('e') || letters.ends_with('o') && names_it => found = Some(true),
            ("+", letters) if letters.contains('e') || letters.ends_with('o') && names_it => found = Some(false),
            _ => {}
        }
    }
    found
}
