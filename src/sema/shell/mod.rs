//! Where the interpolations of a script literal stand in the shell's text.
//!
//! A value is safe only when it is quoted for its place: as a word, inside `"…"`, inside `'…'`. This module finds the place, and
//! names the places where no quoting helps, because the shell reads the text a second time or by other rules. It reads what
//! bash, dash and other sh-like shells agree on; where they differ or the text is broken, it errs towards the error. It is
//! total, and linear in the length of the text.

mod bare;
mod finish;
mod hazard;
mod known;
mod scan;
mod word;

pub use hazard::{Hazard, Unclosed};
pub use word::{SimpleCommand, Terminator, Word};

use crate::sema::hir::{Quote, ScriptPiece};

/// A part of a script literal, as far as this module needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Shell text, cooked.
    Text(&'a str),
    /// A value, to be quoted.
    Value,
    /// Another script, taken over as it is.
    Splice,
}

impl<'a> From<&'a ScriptPiece> for Piece<'a> {
    fn from(piece: &'a ScriptPiece) -> Self {
        match piece {
            ScriptPiece::Text(text) => Self::Text(text),
            ScriptPiece::Value { .. } => Self::Value,
            ScriptPiece::Splice(_) => Self::Splice,
        }
    }
}

/// Where a value or a splice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How to quote it; without meaning for a splice.
    pub quote: Quote,
    /// It is a bare word of its own: only there may a list stand.
    pub is_whole_word: bool,
    /// The program that reads the text around it as code once more, such as `bash` of `bash -c "…"`.
    pub interpreter: Option<&'static str>,
}

/// What a script literal looks like to the shell.
#[derive(Debug, Default)]
pub struct Scan {
    /// All of the text; each interpolation is one byte, a control character.
    pub text: String,
    /// One for each `Value` and `Splice`, in order.
    pub holes: Vec<Result<Place, Hazard>>,
    /// What the text leaves open at its end, so that it cannot be joined with other text.
    pub unclosed: Option<Unclosed>,
    /// The simple commands, in the order in which they end.
    pub commands: Vec<SimpleCommand>,
}

/// Reads the pieces of one script literal.
pub fn scan<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> Scan {
    scan::Scanner::new(pieces).run()
}

/// Whether this shell reads quotes as POSIX says: only then can a value be quoted for it.
pub fn is_sh_like(shell: &str) -> bool {
    let program = shell.rsplit('/').next().unwrap_or(shell);
    matches!(program, "sh" | "bash" | "dash" | "ash" | "ksh" | "ksh93" | "mksh" | "zsh")
}

#[cfg(test)]
mod tests;
