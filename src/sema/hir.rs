//! What analysis hands to planning: every name resolved, every expression typed, every attribute known.
//!
//! Evaluation of it can go wrong only by values (a division by zero, a data file of the wrong shape, a failed `assert`).

use std::fmt;

use ecow::EcoString;
use schemars::JsonSchema;
use serde::Serialize;

use crate::base::{Duration, RootPath, Size, Span};
use crate::schema::{Attribute, Builtin};
use crate::sema::types::Type;
pub use crate::syntax::ast::{BinaryOp, UnaryOp};

/// All declarations that the analysed files hold; the `Vec`s are indexed by the ids.
#[derive(Debug, Default)]
pub struct Program {
    pub lets: Vec<Let>,
    pub functions: Vec<Function>,
    pub params: Vec<Param>,
    pub hardware: Vec<Hardware>,
    pub policies: Vec<Policy>,
    pub templates: Vec<Template>,
    pub clusters: Vec<Cluster>,
    pub pipelines: Vec<Pipeline>,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)] pub struct $name(pub u32);)*
    };
}

ids! {
    /// Index into [`Program::lets`].
    LetId;
    /// Index into [`Program::functions`].
    FunctionId;
    /// Index into [`Program::params`].
    ParamId;
    /// Index into [`Program::hardware`].
    HardwareId;
    /// Index into [`Program::policies`].
    PolicyId;
    /// Index into [`Program::templates`].
    TemplateId;
    /// Index into [`Program::clusters`].
    ClusterId;
    /// Index into [`Program::pipelines`].
    PipelineId;
    /// A slot of the frame of a pipeline, template, function or file-level `let`: an argument, a `let`, a loop's variable.
    Local;
}

/// A constant of a file.
#[derive(Debug)]
pub struct Let {
    pub name: EcoString,
    pub value: Expr,
    /// Slots that its comprehensions need.
    pub frame: u32,
    pub span: Span,
}

#[derive(Debug)]
pub struct Function {
    pub name: EcoString,
    /// Arguments are the first slots, in order.
    pub args: Vec<Arg>,
    pub body: Expr,
    pub frame: u32,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Arg {
    pub name: EcoString,
    pub ty: Type,
    pub default: Option<Expr>,
    pub span: Span,
}

/// A parameter of a file or of a pipeline.
#[derive(Debug)]
pub struct Param {
    pub name: EcoString,
    pub docs: Option<EcoString>,
    pub ty: Type,
    /// The environment variable that it is read from.
    pub env: EcoString,
    pub default: Option<Expr>,
    /// Slots that the default's comprehensions need.
    pub frame: u32,
    /// The name.
    pub span: Span,
}

#[derive(Debug)]
pub struct Hardware {
    pub name: EcoString,
    pub docs: Option<EcoString>,
    pub extends: Option<HardwareId>,
    pub settings: Settings,
    pub frame: u32,
    pub span: Span,
}

#[derive(Debug)]
pub struct Policy {
    pub name: EcoString,
    pub settings: Settings,
    pub frame: u32,
    pub span: Span,
}

#[derive(Debug)]
pub struct Template {
    pub name: EcoString,
    pub docs: Option<EcoString>,
    /// Arguments are the first slots, in order.
    pub args: Vec<Arg>,
    pub body: Vec<Node>,
    pub frame: u32,
    pub span: Span,
}

#[derive(Debug)]
pub struct Cluster {
    pub name: EcoString,
    pub agents: Vec<Machines>,
    pub clouds: Vec<Machines>,
    pub frame: u32,
    pub span: Span,
}

/// One `agent` or `cloud` block.
#[derive(Debug)]
pub struct Machines {
    pub name: EcoString,
    pub settings: Settings,
    pub span: Span,
}

#[derive(Debug)]
pub struct Pipeline {
    pub name: EcoString,
    pub docs: Option<EcoString>,
    /// Its own, and those of files that it reaches, in the order in which `list` shows them.
    pub params: Vec<ParamId>,
    pub sample: Vec<(ParamId, Expr)>,
    pub settings: Settings,
    pub triggers: Vec<Trigger>,
    /// Settings of backends: the backend's name, its settings, the place of the name.
    pub targets: Vec<(EcoString, Settings, Span)>,
    pub body: Vec<Node>,
    pub scenarios: Vec<Scenario>,
    /// Every stage that the source declares for it, also those that a condition may leave out, in source order.
    pub declared: Vec<Declared>,
    /// Clusters in sight.
    pub clusters: Vec<ClusterId>,
    pub frame: u32,
    /// The name.
    pub span: Span,
    /// The file that declares it.
    pub path: RootPath,
}

/// A stage as declared, to tell "not in this plan" from "no such stage". Names are globs: `*` for each interpolation.
#[derive(Debug)]
pub struct Declared {
    pub stage: EcoString,
    pub substages: Vec<EcoString>,
}

#[derive(Debug)]
pub struct Trigger {
    pub name: EcoString,
    pub settings: Settings,
    pub with: Vec<(ParamId, Expr)>,
    pub span: Span,
}

/// A unit test, or with `is_property` what must hold for all outcomes.
#[derive(Debug)]
pub struct Scenario {
    pub name: EcoString,
    pub is_property: bool,
    pub with: Vec<(ParamId, Expr)>,
    /// Path, maybe with `#n`, and outcomes, attempt by attempt.
    pub fakes: Vec<(EcoString, Vec<FakeOutcome>, Span)>,
    /// Path and duration, which sees the constants of the pipeline.
    pub takes: Vec<(EcoString, Expr, Span)>,
    pub expects: Vec<Expect>,
    pub span: Span,
}

impl Scenario {
    /// The word of the language.
    pub fn kind(&self) -> &'static str {
        if self.is_property { "property" } else { "scenario" }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FakeOutcome {
    Exit(u8),
    Succeeded,
    TimedOut,
    Lost,
    Cached,
}

impl FakeOutcome {
    /// Those with a word of their own.
    pub const WORDS: [(&'static str, Self); 4] =
        [("succeeded", Self::Succeeded), ("timed_out", Self::TimedOut), ("lost", Self::Lost), ("cached", Self::Cached)];

    /// The one of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, outcome)| *outcome)
    }
}

impl fmt::Display for FakeOutcome {
    /// As the source would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit({code})"),
            Self::Succeeded => f.write_str("succeeded"),
            Self::TimedOut => f.write_str("timed_out"),
            Self::Lost => f.write_str("lost"),
            Self::Cached => f.write_str("cached"),
        }
    }
}

#[derive(Debug)]
pub struct Expect {
    pub fact: Fact,
    pub when: Option<ExpectCondition>,
    pub span: Span,
}

/// What must hold of a run.
#[derive(Debug)]
pub enum Fact {
    /// Of each stage, or each substage, that the path matches.
    Path(EcoString, Check),
    /// The outcome of the whole: one of [`crate::schema::OUTCOMES`].
    Pipeline(EcoString),
    /// How long the whole takes, compared with this.
    Duration(BinaryOp, Duration),
}

#[derive(Debug)]
pub enum Check {
    /// One of [`crate::schema::OUTCOMES`].
    Outcome(EcoString),
    /// It is not skipped; a substage has an attempt.
    Ran(bool),
    /// Of a substage, those of all its replicas.
    Attempts(u64),
}

/// The condition of an expectation: over stages and substages.
#[derive(Debug)]
pub enum ExpectCondition {
    Succeeded(EcoString),
    Failed(EcoString),
    Not(Box<ExpectCondition>),
    And(Box<ExpectCondition>, Box<ExpectCondition>),
    Or(Box<ExpectCondition>, Box<ExpectCondition>),
}

/// A piece of a pipeline's, stage's or template's body, in source order.
#[derive(Debug)]
pub enum Node {
    Stage(Box<Stage>),
    Substage(Box<Substage>),
    /// Evaluated when its block is entered, in order.
    Let(Local, Expr),
    Use {
        template: TemplateId,
        args: Vec<Expr>,
        span: Span,
    },
    For {
        var: Local,
        iter: Expr,
        cond: Option<Expr>,
        body: Vec<Node>,
    },
    If {
        branches: Vec<(Expr, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    Assert {
        cond: Expr,
        message: Expr,
        span: Span,
    },
}

#[derive(Debug)]
pub struct Stage {
    /// A string expression.
    pub name: Expr,
    pub settings: Settings,
    /// `let`s stand here too, and are seen by `settings`.
    pub body: Vec<Node>,
    /// The name.
    pub span: Span,
}

#[derive(Debug)]
pub struct Substage {
    /// A string expression.
    pub name: Expr,
    pub settings: Settings,
    /// The name.
    pub span: Span,
}

/// The attributes of a block, in source order; each at most once.
pub type Settings = Vec<Setting>;

#[derive(Debug)]
pub struct Setting {
    pub attribute: &'static Attribute,
    /// A nested block is a [`ExprKind::Record`] whose fields are the nested attributes; `null` counts as left out. A map is a
    /// `Record` too.
    pub value: Expr,
    /// The attribute's name.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Literal(Literal),
    Local(Local),
    Let(LetId),
    Param(ParamId),
    List(Vec<Expr>),
    /// A record or a map, keys in source order. Records have the defaults of fields left out filled in by analysis; optional
    /// fields left out are absent.
    Record(Vec<(EcoString, Expr)>),
    Comprehension {
        elem: Box<Expr>,
        var: Local,
        iter: Box<Expr>,
        cond: Option<Box<Expr>>,
    },
    /// A field of a record; absent and null are the same.
    Field(Box<Expr>, EcoString),
    /// A field of a hardware mode, through what it extends; an error (`UnsetField`) where none sets it.
    HardwareField(Box<Expr>, EcoString),
    /// Of a list: out of range is an error. Of a map: null where there is none.
    Index(Box<Expr>, Box<Expr>),
    Builtin(Builtin, Vec<Expr>),
    /// `load("…")` into a type.
    Load {
        path: Box<Expr>,
        ty: Type,
        from: RootPath,
    },
    /// `read("…")`, `glob("…")`: the path is relative to the file that writes it.
    Read {
        path: Box<Expr>,
        from: RootPath,
    },
    Glob {
        pattern: Box<Expr>,
        from: RootPath,
    },
    Call(FunctionId, Vec<Expr>),
    /// `failed("stage")` (true) or `succeeded("stage")` (false), as a run condition.
    StageCondition {
        is_failed: bool,
        stage: Box<Expr>,
    },
    /// On run conditions `not`, `and` and `or` build a condition.
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// A string with interpolations; each part is printed.
    Concat(Vec<Expr>),
    /// A script literal.
    Script(Vec<ScriptPiece>),
    /// A float from an int, because a float is expected.
    ToFloat(Box<Expr>),
    /// A string from an enum or from any printable value, because a string is expected.
    ToString(Box<Expr>),
    /// Reported already; evaluation never meets it in a program without errors.
    Error,
}

/// A part of a script literal.
#[derive(Clone, Debug)]
pub enum ScriptPiece {
    Text(EcoString),
    /// A printable value, or in a bare place a list of them, to be quoted for its place.
    Value {
        expr: Expr,
        quote: Quote,
    },
    /// Another script, taken over as it is.
    Splice(Expr),
}

/// Where in the shell's text an interpolation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// A word, or part of one; text that means nothing to a shell may stay as it is.
    Bare,
    /// As `Bare`, but where even such text could be taken for a keyword, an assignment or a file descriptor: always in quotes.
    Word,
    /// Inside `"…"`.
    Double,
    /// Inside `'…'`.
    Single,
}

/// A value that the source spells out.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string, and a member of an enum.
    String(EcoString),
    Duration(Duration),
    Size(Size),
    Hardware(HardwareId),
    Policy(PolicyId),
    RunWhen(RunWhen),
    RetryOn(RetryOn),
}

/// The words of a run condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunWhen {
    Always,
    Succeeded,
    Failed,
}

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn {
    Failed,
    TimedOut,
    Lost,
    Unstable,
    /// The raw exit code, whatever `exit_codes` makes of it.
    Exit(u8),
}
