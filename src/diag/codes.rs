//! The one catalogue of diagnostic codes. A code is never reused or renumbered; `docs/errors/CODE.md` explains it.
//!
//! Ranges: 00 syntax, 01 names and imports, 02 types and values, 03 structure, 04 hardware and clusters, 05 error policy,
//! 06 what a target cannot keep, 07 parameters, 08 data files, 09 input, output and internal, 10 runs without an engine.
//! `E` is an error, `W` a warning.

use super::Severity;

/// One row of the catalogue.
#[derive(Debug)]
pub struct Entry {
    pub code: Code,
    /// Such as `E0203`.
    pub id: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// The explaining page, in Markdown.
    pub page: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident = $id:ident, $title:literal;)*) => {
        /// A stable code of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant),* }

        /// Every code there is, in order of the enum.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            code: Code::$variant,
            id: stringify!($id),
            title: $title,
            page: include_str!(concat!("../../docs/errors/", stringify!($id), ".md")),
        }),*];
    };
}

catalogue! {
    // Syntax
    UnexpectedText = E0001, "text that the grammar does not expect here";
    Unclosed = E0002, "a bracket or block that is never closed";
    StrayClose = E0003, "a closing bracket that closes nothing";
    UnclosedString = E0004, "a string that does not end";
    BadEscape = E0005, "an escape that is none";
    BadLiteral = E0006, "a number, duration or size that is none";
    TooDeep = E0007, "nesting beyond the limit";
    FileTooLarge = E0008, "a file beyond the limit";
    NotText = E0009, "a file that is not UTF-8 text";
    MissingComma = E0010, "a comma that is missing";
    BadSpacing = E0011, "a blank that changes the meaning";
    ColonForEquals = E0012, "`:` where `=` belongs, or the reverse";
    ChainedComparison = E0013, "comparisons in a chain";
    ReservedWord = E0014, "a reserved word used as a name";
    TooComplex = E0015, "a file that takes too many steps to read";
    BareInterpolatedName = E0016, "a name in the wrong form";
    ForeignSyntax = E0017, "syntax of another language";
    StrayDocs = E0018, "a documenting comment that documents nothing";
    // Names and imports
    UnknownName = E0101, "a name that is not declared";
    DuplicateName = E0102, "a name declared twice";
    HiddenName = E0103, "a name that hides another";
    ImportNotFound = E0104, "an import that is not there";
    ImportOutside = E0105, "a path that leaves the workspace";
    ImportRing = E0106, "files that import each other";
    NotExported = E0107, "an imported name that the file does not declare";
    Recursion = E0108, "a declaration that needs itself";
    UnknownPath = E0109, "a stage or substage that does not exist";
    UnknownFunction = E0110, "a function that does not exist";
    UnknownField = E0111, "a field that does not exist";
    AmbiguousWord = E0112, "a word with two meanings";
    ParameterClash = E0113, "two parameters of one name";
    UnknownType = E0114, "a type that does not exist";
    WrongKind = E0115, "a name of another kind";
    UnusedName = W0101, "a name that nothing uses";
    // Types and values
    TypeMismatch = E0201, "a value of the wrong type";
    BadOperands = E0202, "an operator between types that it does not join";
    UnknownMember = E0203, "a word that is no member of the enum";
    NotPrintable = E0204, "a value that cannot be interpolated";
    SecretMisuse = E0205, "a secret where it could leak";
    BadArguments = E0206, "arguments that do not match";
    UnknownValueType = E0207, "a value whose type cannot be told";
    OutOfRange = E0208, "a value outside its range";
    BadArithmetic = E0210, "arithmetic that has no result";
    AssertFailed = E0211, "an assertion that does not hold";
    EvaluationLimit = E0212, "an evaluation beyond the limit";
    MaybeNull = E0213, "a value that may be null";
    UnsafeInterpolation = E0214, "an interpolation where no quoting is safe";
    ForeignShell = E0215, "an interpolation for a shell that is not sh-like";
    ShellHazard = W0201, "a shell line that is known to bite";
    RawScript = W0202, "a string turned into a script";
    NestedInterpreter = W0203, "a value quoted once inside two interpreters";
    // Structure
    UnknownBlock = E0301, "a block that does not exist";
    UnknownAttribute = E0302, "an attribute that does not exist";
    MissingAttribute = E0303, "an attribute that is missing";
    MisplacedAttribute = E0304, "an attribute that does not belong here";
    DuplicateAttribute = E0305, "an attribute set twice";
    MisplacedItem = E0306, "an item that does not belong here";
    NameCollision = E0307, "two stages or substages of one name";
    NeedsRing = E0308, "needs that wait for each other";
    LaterStage = E0309, "a reference to a later stage";
    ReservedStageName = E0310, "a stage name that the taskbook reserves";
    NoBody = E0311, "a substage without one body";
    BadStageName = E0312, "a name that no stage can have";
    ReservedForLater = E0313, "a word reserved for later";
    MixedTemplate = E0314, "a template of stages and substages";
    TooManySubstages = E0315, "more substages than the limit";
    BadCron = E0316, "a schedule that is none";
    ShardedDispatch = E0317, "shards and a dispatch on one substage";
    EmptyStage = W0301, "a stage or a pipeline with nothing in it";
    OpenGate = W0302, "a need that is not in this plan";
    IdleShards = W0303, "more shards than cases";
    EmptyLoad = W0304, "a load from a substage that saves nothing";
    // Hardware and clusters
    UnsetField = E0401, "a hardware field that is not set";
    BadLabel = E0402, "a label expression that cannot be read";
    NotOffered = W0401, "a hardware mode that no cluster offers";
    GpuWithoutLimits = W0402, "a GPU that Kubernetes is not asked for";
    // Error policy
    HopelessDispatch = E0501, "a dispatch that cannot reach its need";
    MissedExpectation = E0503, "an expectation that does not hold";
    BrokenProperty = E0504, "a property that does not hold";
    BrokenLaw = E0505, "a law that does not hold";
    LateWorstCase = E0506, "a deadline that the worst case exceeds";
    Undecided = E0507, "a property or law that is not decided";
    TightDeadline = W0501, "a deadline that the attempts cannot fit in";
    IdleAlways = W0502, "a stage that always runs, and may do nothing";
    // Targets
    Refused = E0601, "a feature that the target refuses";
    MangledCollision = E0602, "names that become one in the target";
    TooLarge = E0603, "an output that the engine would refuse";
    UnknownTarget = E0604, "a target that does not exist";
    BrokenTarget = E0605, "an external target that fails";
    Approximated = W0601, "a feature that the target keeps only nearly";
    NearLimit = W0602, "an output that is close to the engine's limit";
    HiddenTarget = W0603, "an external target that a built-in one hides";
    // Parameters
    MissingParameter = E0701, "a required parameter without a value";
    BadParameterValue = E0702, "a parameter value that does not fit its type";
    UnknownParameter = E0703, "a parameter that the pipeline does not have";
    CommonVariable = E0704, "a parameter named like a variable that every process has";
    OwnVariable = E0705, "a parameter that reads a variable of o11n";
    NoSuchPipeline = E0706, "a pipeline that cannot be told";
    // Data files
    DataNotFound = E0801, "a data file, or an input of a cache, that cannot be read";
    MalformedData = E0802, "a data file that does not parse";
    DataShape = E0803, "data of the wrong shape";
    // Input, output, internal
    Unreadable = E0901, "a file that cannot be read";
    Unwritable = E0902, "a file that cannot be written";
    Internal = E0999, "a defect in o11n";
    // Runs without an engine
    BadFake = E1001, "a fake that says nothing";
    AmbiguousFake = E1002, "a variable that fakes two things";
    UnusedFake = W1001, "a variable that fakes nothing";
}

impl Code {
    pub fn entry(self) -> &'static Entry {
        // The catalogue is generated in the order of the enum.
        &CATALOGUE[self as usize]
    }

    pub fn id(self) -> &'static str {
        self.entry().id
    }

    pub fn title(self) -> &'static str {
        self.entry().title
    }

    pub fn severity(self) -> Severity {
        if self.id().starts_with('E') { Severity::Error } else { Severity::Warning }
    }

    /// The number that the taskbook's `err_no` carries: `E0203` is 203.
    pub fn number(self) -> u32 {
        self.id()[1..].parse().expect("a code is a letter and digits")
    }

    /// The code with this identifier, in any case of letters.
    pub fn parse(id: &str) -> Option<Self> {
        CATALOGUE.iter().find(|entry| entry.id.eq_ignore_ascii_case(id)).map(|entry| entry.code)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
