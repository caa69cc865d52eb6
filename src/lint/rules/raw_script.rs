//! `raw(x)`, where `x` is not spelt out: whatever is in it runs.

use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Expr, ExprKind};

pub(in crate::lint) fn check(call: &Expr, argument: &Expr, sink: &mut Vec<Diagnostic>) {
    if matches!(argument.kind, ExprKind::Literal(_) | ExprKind::Error) {
        return;
    }
    let message = "`raw` turns a string that is not a literal into shell text";
    let help = match argument.kind {
        ExprKind::Concat(_) => "give the literal to `run` without `raw`: then each value is quoted for its place",
        _ => "interpolate the value into a script literal, or pass it by `env`: then it is quoted",
    };
    let warning = Diagnostic::at(Code::RawScript, call.span, message, "whatever is in it runs as a command");
    sink.push(warning.note("a value that comes from a parameter is written by whoever starts the pipeline").help(help));
}
