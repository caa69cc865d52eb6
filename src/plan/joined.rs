//! Scripts that are joined: what one leaves open takes in what comes after it, whose values are then read in the wrong place.

use std::sync::Arc;

use super::eval::{Eval, Res};
use super::model::{Script, ScriptPart};
use super::value::Value;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::sema::shell::{Piece, Unclosed, scan};

/// Bytes of text that count as one value where they are read once more.
const BYTES_A_VALUE: usize = 16;

/// Whether a value of the source is quoted somewhere in it.
pub(super) fn has_value(script: &Script) -> bool {
    script.parts.iter().any(|part| matches!(part, ScriptPart::Value(_)))
}

/// What a script leaves open at its end, for a shell that is sh-like: for any other there are no values.
pub(super) fn open_end(script: &Script) -> Option<Unclosed> {
    scan(script.parts.iter().map(|part| Piece::Text(part.as_str()))).unclosed
}

/// What to say of a script with an open end; `what` names it.
pub(super) fn diagnostic(at: Span, what: &str, unclosed: Unclosed) -> Diagnostic {
    let message = format!("{what} ends {}", unclosed.what());
    Diagnostic::at(Code::UnsafeInterpolation, at, message, "what the shell reads next belongs in there")
        .note("a value in what comes after it is quoted for another place, and could run as a command")
        .help("close it where it was opened, in the same script")
}

/// Scripts that have been joined, and have no value after them so far.
#[derive(Default)]
pub(super) struct Joint(Vec<(Arc<Script>, Span)>);

impl Joint {
    /// Of one value, if it is a script.
    pub(super) fn of(value: &Value, at: Span) -> Self {
        Self(if let Value::Script(script) = value { vec![(script.clone(), at)] } else { Vec::new() })
    }

    /// Joins a value with those before it, if it is a script.
    pub(super) fn add(&mut self, value: &Value, at: Span, eval: &mut Eval<'_>) -> Res<()> {
        if let Value::Script(script) = value {
            if has_value(script) {
                self.settle(eval)?;
            }
            self.0.push((script.clone(), at));
        }
        Ok(())
    }

    /// A value comes after all that has been joined.
    pub(super) fn settle(&mut self, eval: &mut Eval<'_>) -> Res<()> {
        for (script, at) in self.0.drain(..) {
            // A constant is mostly joined many times in a row.
            if eval.closed.as_ref().is_some_and(|known| Arc::ptr_eq(known, &script)) {
                continue;
            }
            let length: usize = script.parts.iter().map(|part| part.as_str().len()).sum();
            eval.spend_values((length / BYTES_A_VALUE) as u64, at)?;
            if let Some(unclosed) = open_end(&script) {
                return eval.fail(diagnostic(at, "the script", unclosed));
            }
            eval.closed = Some(script);
        }
        Ok(())
    }
}
