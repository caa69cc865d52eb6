//! A value in an argument that another interpreter reads as code: it is quoted for the shell, not for that one.

use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::hir::ScriptPiece;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    let values = script.pieces.iter().filter_map(|piece| match piece {
        ScriptPiece::Value { expr, .. } | ScriptPiece::Splice(expr) => Some(expr),
        ScriptPiece::Text(_) => None,
    });
    for (value, hole) in values.zip(&script.scan.holes) {
        let Some(name) = hole.ok().and_then(|place| place.interpreter) else { continue };
        let message = format!("the value is quoted for the shell, but `{name}` reads it once more, as code");
        let warning = Diagnostic::at(Code::NestedInterpreter, value.span, message, format!("part of the code for `{name}`"));
        sink.push(warning.note("a quote, a blank or a `;` in the value changes what the code means").help(help(name)));
    }
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
