//! The places where no quoting makes a value safe, and what to say of them.

use std::fmt;

/// Why a value cannot be quoted for its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hazard {
    Comment,
    HereDocument,
    /// `$(( ))`, `(( ))`, `[[ a -eq b ]]`, an index of an array, a variable declared with `-i`.
    Arithmetic,
    /// `${…}`
    Expansion,
    /// `$'…'`
    DollarQuote,
    /// `[[ … =~ … ]]`
    Regex,
    CasePattern,
    Backticks,
    /// An argument of a command that reads it as shell text once more: `eval`, `trap`.
    Evaluated(&'static str),
    /// The name of a variable, or part of it.
    VariableName,
    /// Right after `$NAME`, whose name it would lengthen.
    AfterVariable,
    /// Right after a backslash, which would take the quote's meaning away.
    AfterBackslash,
    /// Right after a `$`, with which its first character would be read.
    AfterDollar,
    /// After a `'` in a `${…}` in double quotes, which only bash pairs.
    Ambiguous,
    /// A script that is not at the start of a command, or has text after it on its line.
    SplicePlace,
}

/// What a text leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclosed {
    Quote,
    HereDocument,
    Bracket,
    /// The last line ends with a backslash.
    Backslash,
}

impl Hazard {
    /// The place, to follow "an interpolation ".
    fn place(self) -> String {
        match self {
            Self::Comment => "in a comment".into(),
            Self::HereDocument => "in a here-document".into(),
            Self::Arithmetic => "in shell arithmetic".into(),
            Self::Expansion => "in `${…}`".into(),
            Self::DollarQuote => "in `$'…'`".into(),
            Self::Regex => "on the right of `=~`".into(),
            Self::CasePattern => "in a `case` pattern".into(),
            Self::Backticks => "in backticks".into(),
            Self::Evaluated(command) => format!("in what `{command}` evaluates"),
            Self::VariableName => "in the name of a shell variable".into(),
            Self::AfterVariable => "right after a shell variable".into(),
            Self::AfterBackslash => "right after a backslash".into(),
            Self::AfterDollar => "right after a `$`".into(),
            Self::Ambiguous => "after a `'` in a quoted `${…}`".into(),
            Self::SplicePlace => "of a script inside a command".into(),
        }
    }

    /// Why no quoting is safe there.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Comment => "a line break in the value would end the comment, and the rest would run",
            Self::HereDocument => "a line of the value could end the here-document, and the rest would run",
            Self::Arithmetic => "the shell evaluates the value as an expression, which can run commands",
            Self::Expansion => "the shell reads the value by the rules of the expansion",
            Self::DollarQuote => "the shell reads escapes in the value",
            Self::Regex => "the shell reads the value as a pattern",
            Self::CasePattern => "the shell reads the value as a pattern, and `)` would end it",
            Self::Backticks => "the shell reads the text between backticks twice",
            Self::Evaluated(_) => "the shell reads the value a second time, as commands",
            Self::VariableName => "the shell evaluates what it takes for a name, which can run commands",
            Self::AfterVariable => "the value would become part of the variable's name",
            Self::AfterBackslash => "the backslash would take away the meaning of the value's quotes",
            Self::AfterDollar => "the `$` and the value would be read together",
            Self::Ambiguous => "shells do not agree on whether a quote is open here",
            Self::SplicePlace => "its text would be read as part of the command around it",
        }
    }

    /// What to write instead.
    pub fn help(self) -> &'static str {
        match self {
            Self::Comment => "take it out of the comment, or turn the comment into one of o11n's, before the string",
            Self::AfterVariable => "put the variable's name in braces: `${NAME}`",
            Self::AfterBackslash => "leave out the backslash: the value is quoted already",
            Self::AfterDollar => "leave out the `$`: the value is quoted already",
            Self::Ambiguous => "put the text of the `${…}` into a variable first",
            Self::SplicePlace => "place the script where a command begins, with nothing after it on its line",
            Self::Backticks => "write `$(…)` instead of backticks",
            Self::VariableName => "write the name out, and pass the value by `env`",
            Self::CasePattern | Self::Regex => "pass it by `env`, and compare with `\"$NAME\"`",
            Self::HereDocument | Self::Arithmetic | Self::Expansion | Self::DollarQuote | Self::Evaluated(_) => {
                "pass it by `env`, and read the variable there"
            }
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

impl Unclosed {
    /// What is open, to follow "the script ends ".
    pub fn what(self) -> &'static str {
        match self {
            Self::Quote => "inside a quote that is not closed",
            Self::HereDocument => "inside a here-document",
            Self::Bracket => "inside a bracket that is not closed",
            Self::Backslash => "with a backslash",
        }
    }
}
