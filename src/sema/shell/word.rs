//! Words and simple commands, as the scanner builds them.

use super::Hazard;
use super::known::{Code, Interpreter, Treatment};

/// Stands for a value in the text of a [`Word`].
pub(super) const HOLE_TEXT: char = '\u{FFFC}';

/// A word of a command, quotes removed, expansions left as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// Offset of its first character in the script, where each interpolation counts as one byte.
    pub start: usize,
    /// Offset after its last character.
    pub end: usize,
    /// Some of it is quoted or escaped.
    pub is_quoted: bool,
    /// It has an interpolation.
    pub has_hole: bool,
    /// It has an expansion outside of quotes.
    pub has_bare_expansion: bool,
}

impl Word {
    /// The word exactly as written, unquoted, without expansions: how reserved words are recognised.
    pub fn is_plain(&self, text: &str) -> bool {
        !self.is_quoted && !self.has_hole && self.text == text
    }
}

/// A command with its arguments; assignments before it and redirections are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    pub words: Vec<Word>,
    /// The last text that `<<<` gives it to read.
    pub here_string: Option<Word>,
    /// Offset of what ends it.
    pub end: usize,
    /// What stands after it.
    pub terminator: Terminator,
    /// How many `$(…)`, `(…)` and `case` bodies it stands in.
    pub depth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// `|` or `|&`
    Pipe,
    And,
    Or,
    /// `;`, `&`, a line break, a bracket.
    Other,
    /// The end of the script.
    End,
}

/// The word that is being read. Bytes, because pieces of characters come one by one.
#[derive(Debug, Default)]
pub(super) struct OpenWord {
    pub(super) started: bool,
    pub(super) text: Vec<u8>,
    pub(super) start: usize,
    pub(super) quoted: bool,
    pub(super) has_hole: bool,
    pub(super) has_bare_expansion: bool,
    /// A bare `{` is open.
    pub(super) in_braces: bool,
    pub(super) shape: Shape,
}

impl OpenWord {
    pub(super) fn begin(&mut self, at: usize) {
        if !self.started {
            self.started = true;
            self.start = at;
        }
    }

    pub(super) fn finish(&mut self, end: usize) -> Word {
        let word = std::mem::take(self);
        Word {
            text: String::from_utf8_lossy(&word.text).into_owned(),
            start: word.start,
            end,
            is_quoted: word.quoted,
            has_hole: word.has_hole,
            has_bare_expansion: word.has_bare_expansion,
        }
    }

    /// Exactly this text, with no quotes, expansions or holes.
    pub(super) fn is_plain(&self, text: &[u8]) -> bool {
        self.started && !self.quoted && !self.has_hole && self.text == text
    }

    /// Adds a byte of the word's text.
    pub(super) fn push(&mut self, byte: u8, quoted: bool) {
        self.shape = match self.shape {
            Shape::Name if quoted => Shape::Other,
            Shape::Name if is_name_byte(byte) && !(self.text.is_empty() && byte.is_ascii_digit()) => Shape::Name,
            Shape::Name if !self.text.is_empty() => match byte {
                b'=' => Shape::Assigned(self.text.len()),
                b'+' => Shape::Plus(self.text.len()),
                b'[' => Shape::Index(self.text.len()),
                _ => Shape::Other,
            },
            Shape::Name => Shape::Other,
            Shape::Index(name) if !quoted && byte == b']' => Shape::AfterIndex(name),
            Shape::AfterIndex(name) | Shape::Plus(name) if !quoted && byte == b'=' => Shape::Assigned(name),
            Shape::AfterIndex(name) if !quoted && byte == b'+' => Shape::Plus(name),
            Shape::AfterIndex(_) | Shape::Plus(_) => Shape::Other,
            shape => shape,
        };
        if !quoted {
            match byte {
                b'{' => self.in_braces = true,
                b'}' => self.in_braces = false,
                _ => {}
            }
        }
        self.text.push(byte);
    }

    /// The name that it assigns to: of `NAME=…`, `NAME+=…`, `NAME[…]=…`.
    pub(super) fn assigned_name(&self) -> Option<&[u8]> {
        match self.shape {
            Shape::Assigned(length) => self.text.get(..length),
            _ => None,
        }
    }
}

/// What the word looks like so far, as far as an assignment is concerned; numbers are the length of the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// Only letters, digits and `_`, or nothing yet.
    #[default]
    Name,
    /// `NAME[`
    Index(usize),
    /// `NAME[…]`
    AfterIndex(usize),
    /// `NAME+`
    Plus(usize),
    /// `NAME=`
    Assigned(usize),
    Other,
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// What a list of commands ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    Top,
    /// `$(…)`, `<(…)`
    Substitution,
    /// `(…)`, and the brackets of a function's head
    Subshell,
    /// `x=(…)`
    Array,
    CasePattern,
    CaseBody,
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The name of a command, a reserved word or an assignment.
    Command,
    Argument,
    CaseSubject,
    CaseIn,
    LoopName,
    LoopIn,
    FunctionName,
}

/// A list of commands, and how far the current one is read.
#[derive(Debug)]
pub(super) struct List {
    pub(super) kind: ListKind,
    pub(super) word: OpenWord,
    pub(super) expect: Expect,
    /// The next word is the operand of a redirection.
    pub(super) redirects: bool,
    /// That redirection is `<<<`.
    pub(super) redirects_text: bool,
    /// The operand of `<<<`.
    pub(super) here_string: Option<Word>,
    /// Words of the current command.
    pub(super) words: Vec<Word>,
    pub(super) treatment: Treatment,
    /// The next word is a variable's name, after `-v`.
    pub(super) names_next: bool,
    /// `declare -i` or `-n`.
    pub(super) declares_integer: bool,
    /// After a prefix such as `sudo`: options may come before the command.
    pub(super) prefixed: bool,
    pub(super) interpreter: Option<Interpreter>,
    /// The next word is the interpreter's code.
    pub(super) code_next: bool,
    /// Words of `ssh` that are no options.
    pub(super) operands: usize,
    /// Inside `[[ … ]]`.
    pub(super) test: Option<Test>,
}

/// The current part of a `[[ … ]]`, up to `&&` or `||`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    /// The first interpolation of this part.
    pub(super) first_hole: usize,
    pub(super) hazard: Option<Hazard>,
}

impl List {
    pub(super) fn new(kind: ListKind) -> Self {
        Self {
            kind,
            word: OpenWord::default(),
            expect: if kind == ListKind::Array { Expect::Argument } else { Expect::Command },
            redirects: false,
            redirects_text: false,
            here_string: None,
            words: Vec::new(),
            treatment: Treatment::Plain,
            names_next: false,
            declares_integer: false,
            prefixed: false,
            interpreter: None,
            code_next: false,
            operands: 0,
            test: None,
        }
    }

    /// Forgets the current command, which is given back.
    pub(super) fn reset(&mut self) -> Self {
        let fresh = Self::new(self.kind);
        std::mem::replace(self, fresh)
    }

    /// Why a value in the current word cannot be quoted, as far as this list knows.
    pub(super) fn hazard(&self) -> Option<Hazard> {
        if self.kind == ListKind::CasePattern {
            return Some(Hazard::CasePattern);
        }
        if let Some(test) = self.test {
            return test.hazard.or(self.names_next.then_some(Hazard::VariableName));
        }
        if self.redirects {
            return None;
        }
        if self.kind == ListKind::Array {
            return (self.word.text.first() == Some(&b'[')).then_some(Hazard::Arithmetic);
        }
        match (self.expect, self.treatment) {
            (Expect::Command, _) if matches!(self.word.shape, Shape::Index(_)) => Some(Hazard::Arithmetic),
            (Expect::Command, _) => {
                let name = self.word.assigned_name()?;
                super::known::is_evaluated_variable(name).then_some(Hazard::Evaluated("the shell"))
            }
            (Expect::Argument, Treatment::Evaluates(name)) => Some(Hazard::Evaluated(name)),
            (Expect::Argument, Treatment::Declares) if self.declares_integer => Some(Hazard::Arithmetic),
            (Expect::Argument, Treatment::Declares) => match self.word.assigned_name() {
                None => Some(Hazard::VariableName),
                Some(name) if super::known::is_evaluated_variable(name) => Some(Hazard::Evaluated("the shell")),
                Some(_) => None,
            },
            (Expect::Argument, Treatment::NamesAfterV) if self.names_next || self.word.text.starts_with(b"-v") => {
                Some(Hazard::VariableName)
            }
            (Expect::LoopName | Expect::FunctionName, _) => Some(Hazard::VariableName),
            _ => None,
        }
    }

    /// The interpreter that will read the current word as code.
    pub(super) fn reads_as_code(&self, quoted: bool) -> Option<&'static str> {
        let interpreter = self.interpreter.filter(|_| self.expect == Expect::Argument && !self.redirects)?;
        let is_code = match interpreter.code {
            Code::AfterOption(_) => self.code_next,
            Code::Quoted => quoted,
            Code::AfterHost => self.operands > 0,
        };
        is_code.then_some(interpreter.name)
    }
}
