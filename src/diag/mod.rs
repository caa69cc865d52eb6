//! What the compiler has to say: one plain value, one catalogue of codes, adapters that draw it.

mod codes;
mod suggest;

pub mod render;

use serde::Serialize;

use crate::base::Span;
pub use codes::{CATALOGUE, Code, Entry};
pub use suggest::{listed, nearest};

/// How bad it is. Only an error stops a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One finding. Text begins in lower case, ends without a full stop and puts code in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where; the first is the primary one: the place where the user can mend it. None for what has no place, e.g. a flag.
    pub labels: Vec<Label>,
    /// Why it matters, or where a value came from.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// The mend, where it is certain.
    pub fix: Option<Fix>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A mend that a machine may apply: all edits or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<(Span, String)>,
}

impl Diagnostic {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), notes: Vec::new(), help: None, fix: None }
    }

    /// A diagnostic with its primary label.
    pub fn at(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(code, message).label(span, label)
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Help that a machine can carry out: replaces `span` by `text`.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![(span, text.into())] });
        self
    }

    /// Says which name was meant, with the fix that writes it at `span`; where none is near, other help.
    pub fn meant<T: Into<String>>(self, span: Span, meant: Option<&str>, otherwise: impl FnOnce() -> T) -> Self {
        match meant {
            Some(meant) => self.fix(format!("write `{meant}`"), span, meant).help(format!("did you mean `{meant}`?")),
            None => self.help(otherwise()),
        }
    }

    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}
