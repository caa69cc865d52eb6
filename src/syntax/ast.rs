//! The syntax tree: what the text says, with no meaning yet.
//!
//! Blocks are uniform: `word label… { items }`. Which words, labels and items are right where is said by `schema`, and
//! judged by `sema`, so that a misspelt block keeps its content.

use ecow::EcoString;

use crate::base::{Duration, Size, Span};

/// One source file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The `//!` lines, joined.
    pub docs: Option<EcoString>,
    pub items: Vec<Item>,
}

/// A word in the text: an identifier, with the place where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: EcoString,
    pub span: Span,
}

/// Anything that may stand in a file or in a block.
#[derive(Clone, Debug)]
pub struct Item {
    /// The `///` lines before it, joined.
    pub docs: Option<EcoString>,
    pub kind: ItemKind,
    /// From the first word to the last character, without docs.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `import "path" as x` or `import "path" { a, b }`
    Import {
        path: StringLit,
        names: ImportNames,
    },
    /// `type Name = T`
    Type {
        name: Name,
        ty: TypeExpr,
    },
    /// `let name: T = expr`; with `args` a function.
    Let {
        name: Name,
        args: Option<Vec<Arg>>,
        ty: Option<TypeExpr>,
        value: Expr,
    },
    /// `param name: T env "X" = default`
    Param {
        name: Name,
        ty: Option<TypeExpr>,
        env: Option<StringLit>,
        default: Option<Expr>,
    },
    /// `template name(args) { … }`
    Template {
        name: Name,
        args: Vec<Arg>,
        body: Body,
    },
    /// `use a.b(args)`
    Use {
        path: Vec<Name>,
        args: Vec<CallArg>,
    },
    /// `name = expr`, and the entries of a map: `"b c" = 2`, `80 = unstable`
    Setting {
        key: Key,
        value: Expr,
    },
    /// `word label extends other { … }`: `stage x { … }`, `retry { … }`, `hardware a extends b { … }`, `agent "bm" { … }`
    Block {
        word: Name,
        label: Option<BlockLabel>,
        extends: Option<Name>,
        body: Body,
    },
    For(For),
    If(If),
    /// `assert cond, "message"`
    Assert {
        cond: Expr,
        message: Expr,
    },
    /// `with name = value`, in a trigger, a scenario or a property
    With {
        name: Name,
        value: Expr,
    },
    /// `fake "stage/substage" = …`
    Fake {
        path: StringLit,
        outcome: Expr,
    },
    /// `takes "stage/substage" = 5m`
    Takes {
        path: StringLit,
        duration: Expr,
    },
    Expect(Expect),
    /// Text that could not be read; it has been reported.
    Error,
}

#[derive(Clone, Debug)]
pub enum ImportNames {
    /// `as x`
    Module(Name),
    /// `{ a, b }`
    Names(Vec<Name>),
    /// Neither could be read; it has been reported.
    Error,
}

/// A parameter of a function or template.
#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Name,
    pub ty: Option<TypeExpr>,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Key {
    Word(Name),
    String(StringLit),
    Int(i64, Span),
}

#[derive(Clone, Debug)]
pub enum BlockLabel {
    Word(Name),
    String(StringLit),
}

/// What stands between braces.
#[derive(Clone, Debug)]
pub struct Body {
    pub items: Vec<Item>,
    /// The braces included.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct For {
    pub var: Name,
    pub iter: Expr,
    pub cond: Option<Expr>,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub struct If {
    /// `if` and each `else if`.
    pub branches: Vec<(Expr, Body)>,
    pub otherwise: Option<Body>,
}

/// `expect SUBJECT CHECK when COND`
#[derive(Clone, Debug)]
pub struct Expect {
    pub subject: Subject,
    pub check: Check,
    pub when: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Subject {
    Path(StringLit),
    Pipeline(Span),
    Duration(Span),
}

#[derive(Clone, Debug)]
pub enum Check {
    /// `= outcome`
    Outcome(Expr),
    /// `ran` (true) or `not ran` (false)
    Ran(bool),
    /// `attempts = 3`
    Attempts(Expr),
    /// `<= 2h`, after `duration`
    Compare(BinaryOp, Expr),
    /// Could not be read; it has been reported.
    Error,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Duration(Duration),
    Size(Size),
    String(StringLit),
    /// A bare word: a variable, an enum's member, a policy, … by context.
    Word(EcoString),
    List(Vec<Expr>),
    /// `[elem for var in iter if cond]`
    Comprehension {
        elem: Box<Expr>,
        var: Name,
        iter: Box<Expr>,
        cond: Option<Box<Expr>>,
    },
    /// `{ key: value }`: a record or a map, by context.
    Record(Vec<(Key, Expr)>),
    Field(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<CallArg>),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// Text that could not be read; it has been reported.
    Error,
}

#[derive(Clone, Debug)]
pub struct CallArg {
    /// `name = value`
    pub name: Option<Name>,
    pub value: Expr,
}

/// A string literal. Literal parts are cooked: escapes done, a block string's indentation gone, its line ends `\n`. A block string has
/// at least one part a line, so that places in it can be told.
#[derive(Clone, Debug)]
pub struct StringLit {
    pub parts: Vec<StringPart>,
    /// `"""…"""`
    pub is_block: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StringPart {
    Text(EcoString, Span),
    /// `${{ expr }}`; the span has the braces too.
    Interpolation(Expr, Span),
}

impl StringLit {
    /// The text, where nothing is interpolated.
    pub fn as_plain(&self) -> Option<EcoString> {
        match self.parts.as_slice() {
            [] => Some(EcoString::new()),
            [StringPart::Text(text, _)] => Some(text.clone()),
            parts => parts
                .iter()
                .map(|part| match part {
                    StringPart::Text(text, _) => Some(text.as_str()),
                    StringPart::Interpolation(..) => None,
                })
                .collect::<Option<Vec<_>>>()
                .map(|texts| texts.concat().into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Neg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    /// `??`
    Coalesce,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl BinaryOp {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Coalesce => "??",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}

#[derive(Clone, Debug)]
pub struct TypeExpr {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// A built-in or declared name, maybe of a module: `int`, `Suite`, `lib.Suite`
    Named(Vec<Name>),
    List(Box<TypeExpr>),
    Map(Box<TypeExpr>),
    Enum(Vec<Name>),
    Record(Vec<FieldDecl>),
    Optional(Box<TypeExpr>),
    Error,
}

/// `name?: T = default`
#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub name: Name,
    pub is_optional: bool,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}
