//! The one table of the language's words: blocks, attributes, functions, types.
//!
//! The checks, `list`, the reference pages and the editors' word lists are all derived from it. Nothing else may list them.

/// A kind of block: what stands before `{`, or the file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    File,
    Pipeline,
    Stage,
    Substage,
    Hardware,
    K8s,
    Policy,
    Retry,
    Cache,
    Dispatch,
    Artifacts,
    Test,
    Template,
    Cluster,
    Agent,
    Cloud,
    Trigger,
    Target,
    Sample,
    Scenario,
    Property,
}

/// What may stand between a block's word and its `{`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelRule {
    None,
    /// An identifier.
    Word,
    /// An identifier or a string, in which interpolation is welcome.
    Computed,
    String,
}

/// One row: a block that is an item of others (`stage`), not an attribute written as a block (`retry`).
#[derive(Debug)]
pub struct Block {
    pub kind: Kind,
    pub word: &'static str,
    pub label: LabelRule,
    /// The blocks that it may stand in.
    pub inside: &'static [Kind],
    pub doc: &'static str,
}

/// One row: a statement that is no block and no setting.
#[derive(Debug)]
pub struct Statement {
    pub word: &'static str,
    pub inside: &'static [Kind],
    pub doc: &'static str,
}

/// One row: an attribute or field, `name = value` or `name { … }`.
#[derive(Debug)]
pub struct Attribute {
    pub name: &'static str,
    /// The blocks that it may stand in.
    pub on: &'static [Kind],
    pub ty: AttrType,
    /// Whether a substage takes its stage's, and a stage its pipeline's.
    pub inherited: bool,
    /// What holds where it is left out, as the user would write it; empty where that is "nothing".
    pub default: &'static str,
    pub doc: &'static str,
}

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttrType {
    Bool,
    /// From the first to the second, both included.
    Int(i64, i64),
    /// From the first to the second, both included; the second may be infinite.
    Float(f64, f64),
    String,
    /// More than zero.
    Duration,
    /// Zero or more.
    Delay,
    Size,
    Script,
    Enum(&'static [&'static str]),
    List(&'static AttrType),
    /// Keys are words or strings.
    Map(&'static AttrType),
    /// Keys are exit codes, 1 to 255.
    ExitCodes,
    Block(Kind),
    /// `retry = 2` is `retry { limit = 2 }`.
    Retry,
    Hardware,
    Policy,
    /// `succeeded`, `failed("stage")`, joined by `and`, `or`, `not`.
    Condition,
    /// `failed`, `timed_out`, `lost`, `unstable`, `exit(n)`.
    RetryOn,
    /// Whatever an interpolation takes, or a secret.
    EnvValue,
    /// Names, or records with a `name`.
    Cases,
    /// `"stage/substage"`, a literal.
    Path,
    /// A path or glob below the workspace's root, or below `$WORKSPACE` of a run.
    File,
    /// Five fields.
    Cron,
    /// A name of the IANA time zone database.
    TimeZone,
    /// A record of any shape.
    Free,
}

use AttrType as T;
use Kind::{
    Agent, Artifacts, Cache, Cloud, Cluster, Dispatch, File, Hardware, K8s, Pipeline, Policy, Property, Retry, Sample, Scenario,
    Stage, Substage, Target, Template, Test, Trigger,
};

const ANY_LEVEL: &[Kind] = &[Pipeline, Stage, Substage];
const BUNDLED: &[Kind] = &[Pipeline, Stage, Substage, Policy];

pub const ON_ERROR: &[&str] = &["abort", "finish", "continue", "ignore"];
pub const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];
pub const EXIT_CLASSES: &[&str] = &["unstable", "failed", "lost"];
/// Stage names that are fields of the taskbook.
pub const RESERVED_STAGE_NAMES: &[&str] = &["err_no", "msg"];
/// Words that are kept for later versions of the language.
pub const RESERVED_FOR_LATER: &[&str] = &["outputs", "concurrency", "approve", "wait"];
/// Words that can name nothing.
pub const RESERVED_WORDS: &[&str] = &["true", "false", "null", "and", "or", "not", "in", "if", "then", "else", "for"];
/// Variables that every process has; a parameter reads one only where it says so.
pub const COMMON_VARIABLES: &[&str] = &[
    "PATH", "HOME", "USER", "SHELL", "PWD", "LANG", "TZ", "TERM", "CI", "HOSTNAME", "TMPDIR", "LOGNAME", "EDITOR", "OLDPWD",
    "IFS",
];
/// Variables that every body gets, beside those that begin with `O11N_`.
pub const GIVEN_VARIABLES: &[&str] = &["WORKSPACE", "JOB_NAME", "BUILD_ID"];
/// Outcomes that a fake or an expectation may name.
pub const OUTCOMES: &[&str] = &["succeeded", "unstable", "failed", "timed_out", "lost", "cancelled", "skipped", "cached"];
/// The types that need no declaration, `enum`, `list`, `map` and records apart.
pub const PLAIN_TYPES: &[&str] =
    &["bool", "int", "float", "string", "duration", "size", "secret", "script", "hardware", "policy"];

pub const BLOCKS: &[Block] = &[
    block(Pipeline, "pipeline", LabelRule::Word, &[File], "The thing that compiles: stages in order."),
    block(Stage, "stage", LabelRule::Computed, &[Pipeline, Template], "Substages side by side; stages run one after the other."),
    block(Substage, "substage", LabelRule::Computed, &[Stage, Template], "One task on one machine."),
    block(Hardware, "hardware", LabelRule::Word, &[File], "A hardware mode: what a substage gets to run on."),
    block(Policy, "policy", LabelRule::Word, &[File], "A bundle of error handling, taken over with `policy = name`."),
    block(Cluster, "cluster", LabelRule::Word, &[File], "What the infrastructure offers."),
    block(Agent, "agent", LabelRule::String, &[Cluster], "Machines that stand there."),
    block(Cloud, "cloud", LabelRule::String, &[Cluster], "Machines that start on demand."),
    block(
        Trigger,
        "trigger",
        LabelRule::Word,
        &[Pipeline],
        "When the engine starts the pipeline by itself, with which parameters.",
    ),
    block(Target, "target", LabelRule::Word, &[Pipeline], "Settings of one backend."),
    block(Sample, "sample", LabelRule::None, &[Pipeline], "Parameter values that `check`, scenarios and properties start from."),
    block(Scenario, "scenario", LabelRule::String, &[Pipeline], "A unit test of the pipeline."),
    block(Property, "property", LabelRule::String, &[Pipeline], "What must hold whatever fails."),
];

pub const STATEMENTS: &[Statement] = &[
    statement("import", &[File], "Brings in another file's declarations."),
    statement("type", &[File], "Names a type."),
    statement("let", &[File, Pipeline, Stage, Template], "A constant, or with arguments a function."),
    statement("param", &[File, Pipeline], "A parameter, read from a flag, a file or the environment."),
    statement("template", &[File], "Stages or substages to be placed by `use`."),
    statement("use", &[Pipeline, Stage, Template], "Places a template."),
    statement("for", &[Pipeline, Stage, Template], "Repeats stages or substages for each element of a list."),
    statement("if", &[Pipeline, Stage, Template], "Stages or substages under a condition, decided at compile time."),
    statement("assert", &[Pipeline, Stage, Template], "Refuses parameters that make no sense."),
    statement("with", &[Trigger, Scenario, Property], "Sets a parameter."),
    statement("fake", &[Scenario, Property], "Says how a substage ends."),
    statement("takes", &[Scenario, Property], "Says how long a substage takes."),
    statement("expect", &[Scenario, Property], "What must have happened."),
];

const STRINGS: T = T::List(&T::String);
const FILES: T = T::List(&T::File);

pub const ATTRIBUTES: &[Attribute] = &[
    // What to do when something breaks.
    attr(
        "on_error",
        BUNDLED,
        T::Enum(ON_ERROR),
        true,
        "finish",
        "What a failure does: `abort` stops the pipeline and kills running siblings; `finish` lets them end, then stops; `continue` goes on and ends red; `ignore` stays green.",
    ),
    attr("exit_codes", BUNDLED, T::ExitCodes, true, "{}", "What an exit code means, where it is not plain success or failure."),
    attr(
        "policy",
        ANY_LEVEL,
        T::Policy,
        false,
        "",
        "A bundle whose parts count as written here, under what is written beside it.",
    ),
    attr("retry", BUNDLED, T::Retry, true, "0", "How often, when and after which wait a failed attempt is made again."),
    attr(
        "timeout",
        BUNDLED,
        T::Duration,
        true,
        "",
        "The longest one attempt may take, from the first line of `before` and `run`.",
    ),
    attr("deadline", &[Pipeline, Stage], T::Duration, false, "", "The longest the whole stage or pipeline may take."),
    attr("when", &[Stage], T::Condition, false, "", "When the stage runs; left out: unless the pipeline was stopped."),
    attr("needs", &[Substage], T::List(&T::Path), false, "[]", "Gates: substages that must have passed, or this one is skipped."),
    attr("parallel", &[Pipeline, Stage], T::Int(1, 1_000_000), true, "", "Most substages of the stage at once."),
    // Where it runs.
    attr("hardware", ANY_LEVEL, T::Hardware, true, "", "The hardware mode that it runs on."),
    attr(
        "image",
        &[Pipeline, Stage, Substage, Hardware],
        T::String,
        true,
        "",
        "The container image; the hardware mode's is the default.",
    ),
    attr("priority", ANY_LEVEL, T::Enum(PRIORITIES), true, "normal", "Who starts first."),
    attr(
        "lock",
        &[Substage, Hardware],
        STRINGS,
        false,
        "[]",
        "Held while it runs; one holder at a time among all runs of that backend.",
    ),
    // How often it runs.
    attr(
        "dispatch",
        &[Substage, Stage, Pipeline, Policy],
        T::Block(Dispatch),
        true,
        "",
        "Runs copies at once and passes as soon as enough of them pass.",
    ),
    attr("shards", &[Substage], T::Int(1, 100_000), false, "1", "Splits the substage, and its cases, into that many."),
    attr(
        "cache",
        &[Substage, Stage, Pipeline, Policy],
        T::Block(Cache),
        true,
        "",
        "Does not run again what already succeeded with the same fingerprint.",
    ),
    // What it runs.
    attr(
        "env",
        &[Pipeline, Stage, Substage, Hardware],
        T::Map(&T::EnvValue),
        true,
        "{}",
        "Environment variables; merged, the nearest wins.",
    ),
    attr("before", ANY_LEVEL, T::Script, false, "", "Runs before the body, in the same shell; outer first."),
    attr(
        "after",
        ANY_LEVEL,
        T::Script,
        false,
        "",
        "Runs after the body whatever happened, and never changes the outcome; inner first.",
    ),
    attr("run", &[Substage], T::Script, false, "", "The body: a shell script."),
    attr("shell", ANY_LEVEL, T::String, true, "\"bash\"", "The program that runs the script."),
    attr("command", &[Substage], STRINGS, false, "", "The body as words, without a shell."),
    attr("artifacts", &[Substage], T::Block(Artifacts), false, "", "Files handed to later substages and to people."),
    // What people call it.
    attr("project", ANY_LEVEL, T::String, true, "\"\"", "The taskbook's `project_name`."),
    attr("key", &[Stage], T::String, false, "", "The taskbook's `stage_key`; left out: the name. No two stages share one."),
    attr("test", &[Substage], T::Block(Test), false, "", "The taskbook's fields of a test."),
    // Fields of blocks.
    attr("limit", &[Retry], T::Int(0, 1_000), false, "0", "Retries after the first attempt."),
    attr("on", &[Retry], T::List(&T::RetryOn), false, "[failed, timed_out, lost]", "Which outcomes are tried again."),
    attr("delay", &[Retry], T::Delay, false, "0s", "The wait before the first retry."),
    attr("factor", &[Retry], T::Float(1.0, f64::INFINITY), false, "2", "What each further wait is multiplied by."),
    attr("max_delay", &[Retry], T::Delay, false, "", "The longest wait."),
    attr("inputs", &[Cache], FILES, false, "[]", "Globs of the files that the result depends on."),
    attr("ttl", &[Cache], T::Duration, false, "", "How long a success counts."),
    attr("copies", &[Dispatch], T::Int(1, 1_000), false, "", "How many run at once."),
    attr("need", &[Dispatch], T::Int(1, 1_000), false, "1", "How many must pass."),
    attr("save", &[Artifacts], FILES, false, "[]", "Files for later substages, kept when it passed."),
    attr("keep", &[Artifacts], FILES, false, "[]", "Files for people, always kept."),
    attr("junit", &[Artifacts], FILES, false, "[]", "JUnit reports, always kept."),
    attr("load", &[Artifacts], T::List(&T::Path), false, "[]", "Substages whose saved files to fetch; a need too."),
    attr("level", &[Test], T::String, false, "", "The taskbook's `test_level`."),
    attr("type", &[Test], T::String, false, "", "The taskbook's `test_type`."),
    attr("method", &[Test], T::String, false, "", "The taskbook's `test_method`."),
    attr("encrypt", &[Test], T::String, false, "", "The taskbook's `encrypt_type`."),
    attr("cases", &[Test], T::Cases, false, "[]", "The cases: names, or records with a `name`."),
    // Hardware.
    attr(
        "label",
        &[Hardware, Agent],
        T::String,
        false,
        "\"\"",
        "A mode's label expression (`&& || !`), an agent's set of words.",
    ),
    attr("cpu", &[Hardware, Agent], T::Float(0.0, f64::INFINITY), false, "", "Cores."),
    attr("memory", &[Hardware, Agent], T::Size, false, "", "Memory."),
    attr("gpu", &[Hardware, Agent], T::Int(0, 1_024), false, "", "GPUs."),
    attr("gpu_type", &[Hardware], T::String, false, "", "The kind of GPU, as the cluster names it."),
    attr("disk", &[Hardware], T::Size, false, "", "Scratch disk."),
    attr("os", &[Hardware], T::Enum(&["linux", "windows", "macos"]), false, "linux", "The operating system."),
    attr("arch", &[Hardware, Agent], T::Enum(&["x86_64", "arm64", "arm32"]), false, "", "The processor architecture."),
    attr("k8s", &[Hardware], T::Block(K8s), false, "", "How it runs on Kubernetes; without it the mode is bare metal."),
    attr("cloud", &[K8s], T::String, false, "\"\"", "The Jenkins cloud."),
    attr("container", &[K8s], T::String, false, "\"main\"", "The container that runs the body."),
    attr("node_selector", &[K8s], T::Map(&T::String), false, "{}", "Labels that a node must have."),
    attr("tolerations", &[K8s], STRINGS, false, "[]", "Taints that are tolerated, by key."),
    attr("volumes", &[K8s], T::Map(&T::String), false, "{}", "Mount path to volume claim."),
    attr("resource_template_name", &[K8s], T::String, false, "\"\"", "The name of the taskbook's resource template."),
    attr("resource_template", &[K8s], T::Free, false, "{}", "The taskbook's resource template."),
    attr("yaml", &[K8s], T::String, false, "\"\"", "A piece of a pod manifest, merged in last."),
    // Clusters.
    attr("count", &[Agent], T::Int(1, 1_000_000), false, "1", "How many there are."),
    attr("executors", &[Agent], T::Int(1, 10_000), false, "1", "How many substages one runs at once."),
    attr("provides", &[Cloud], T::List(&T::Hardware), false, "[]", "The hardware modes that it starts."),
    attr("max", &[Cloud], T::Int(1, 1_000_000), false, "", "Most machines at once."),
    attr("each", &[Cloud], T::Int(1, 1_000_000), false, "", "Most machines at once of each hardware mode."),
    attr("startup", &[Agent, Cloud], T::Delay, false, "0s", "How long a machine takes to start, on average."),
    attr("spread", &[Cloud], T::Float(0.0, 10.0), false, "0", "The standard deviation of that, as a part of it."),
    attr("fails", &[Cloud], T::Int(0, 90), false, "0", "How many of a hundred starts fail."),
    attr(
        "idle",
        &[Agent, Cloud],
        T::Delay,
        false,
        "",
        "After which idle time a machine ends; without it an agent never does, one of a cloud after its first substage.",
    ),
    attr("demand", &[Agent], T::Delay, false, "0s", "How long something waits until an agent that has ended starts again."),
    attr("billed", &[Cloud], T::Duration, false, "", "What is begun of it costs as much as all of it."),
    attr(
        "last",
        &[Cloud],
        T::Delay,
        false,
        "",
        "An idle machine ends when this much is left of what is billed, else of an hour, instead of by `idle`.",
    ),
    attr("price", &[Cloud], T::Float(0.0, f64::INFINITY), false, "", "Cost of one machine for an hour."),
    // Triggers.
    attr("cron", &[Trigger], T::List(&T::Cron), false, "[]", "Five fields: minute, hour, day, month, weekday."),
    attr("timezone", &[Trigger], T::TimeZone, false, "\"UTC\"", "The time zone of `cron`, by its IANA name."),
];

/// What a backend lets its `target NAME { … }` block hold; made by the targets, given to analysis.
#[derive(Clone, Copy, Debug)]
pub struct TargetSettings {
    pub name: &'static str,
    pub attributes: &'static [Attribute],
}

/// Functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    Len,
    Join,
    Split,
    Lower,
    Upper,
    Trim,
    Replace,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Range,
    Keys,
    Values,
    Basename,
    Dirname,
    Stem,
    Flatten,
    Unique,
    Sort,
    Min,
    Max,
    Any,
    All,
    Int,
    Seconds,
    Bytes,
    Load,
    Read,
    Glob,
    Secret,
    Raw,
}

/// One row: a function.
#[derive(Debug)]
pub struct Function {
    pub builtin: Builtin,
    pub name: &'static str,
    /// For people: arguments and result.
    pub signature: &'static str,
    pub doc: &'static str,
}

pub const FUNCTIONS: &[Function] = &[
    function(Builtin::Len, "len", "(string | list | map) -> int", "Characters, elements or entries."),
    function(
        Builtin::Join,
        "join",
        "(list, separator: string) -> string",
        "The elements, printed, with the separator between them.",
    ),
    function(Builtin::Split, "split", "(string, separator: string) -> list<string>", "The parts between separators."),
    function(Builtin::Lower, "lower", "(string) -> string", "In lower case."),
    function(Builtin::Upper, "upper", "(string) -> string", "In upper case."),
    function(Builtin::Trim, "trim", "(string) -> string", "Without white space at both ends."),
    function(Builtin::Replace, "replace", "(string, from: string, to: string) -> string", "With every `from` replaced."),
    function(Builtin::Contains, "contains", "(string, part: string) -> bool", "Whether the part occurs."),
    function(Builtin::StartsWith, "starts_with", "(string, part: string) -> bool", "Whether it begins so."),
    function(Builtin::EndsWith, "ends_with", "(string, part: string) -> bool", "Whether it ends so."),
    function(
        Builtin::Matches,
        "matches",
        "(string, glob: string | list<string>) -> bool",
        "Whether a glob matches the whole string.",
    ),
    function(Builtin::Range, "range", "(int) -> list<int>", "0, 1, … up to but without the number."),
    function(Builtin::Keys, "keys", "(map) -> list<string>", "The keys, in order."),
    function(Builtin::Values, "values", "(map) -> list", "The values, in the order of the keys."),
    function(Builtin::Basename, "basename", "(string) -> string", "What follows the last `/`."),
    function(Builtin::Dirname, "dirname", "(string) -> string", "What precedes the last `/`; `.` where there is none."),
    function(Builtin::Stem, "stem", "(string) -> string", "The base name without its last extension."),
    function(Builtin::Flatten, "flatten", "(list<list>) -> list", "One list of all elements."),
    function(Builtin::Unique, "unique", "(list) -> list", "Each element once, at its first place."),
    function(Builtin::Sort, "sort", "(list) -> list", "In ascending order."),
    function(Builtin::Min, "min", "(list) -> element", "The least; an error for an empty list."),
    function(Builtin::Max, "max", "(list) -> element", "The greatest; an error for an empty list."),
    function(Builtin::Any, "any", "(list<bool>) -> bool", "Whether one is true."),
    function(Builtin::All, "all", "(list<bool>) -> bool", "Whether none is false."),
    function(Builtin::Int, "int", "(float | string) -> int", "Toward zero; an error for what is no number."),
    function(Builtin::Seconds, "seconds", "(duration) -> int", "Whole seconds."),
    function(Builtin::Bytes, "bytes", "(size) -> int", "Bytes."),
    function(Builtin::Load, "load", "(path: string) -> the expected type", "The content of a YAML, JSON, TOML or CSV file."),
    function(Builtin::Read, "read", "(path: string) -> string", "The text of a file."),
    function(Builtin::Glob, "glob", "(pattern: string) -> list<string>", "Files of the workspace, sorted, relative to its root."),
    function(Builtin::Secret, "secret", "(name: string) -> secret", "A credential of the engine, by its name."),
    function(Builtin::Raw, "raw", "(string) -> script", "The string as shell text, without quoting."),
];

/// The attribute `name` of blocks of this kind.
pub fn attribute(kind: Kind, name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|row| row.name == name && row.on.contains(&kind))
}

/// All attributes of blocks of this kind, in the table's order.
pub fn attributes(kind: Kind) -> impl Iterator<Item = &'static Attribute> + Clone {
    ATTRIBUTES.iter().filter(move |row| row.on.contains(&kind))
}

pub fn block_by_word(word: &str) -> Option<&'static Block> {
    BLOCKS.iter().find(|row| row.word == word)
}

pub fn function_by_name(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|row| row.name == name)
}

impl Kind {
    /// How messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            File => "a file",
            Pipeline => "a pipeline",
            Stage => "a stage",
            Substage => "a substage",
            Hardware => "a hardware mode",
            K8s => "`k8s`",
            Policy => "a policy",
            Retry => "`retry`",
            Cache => "`cache`",
            Dispatch => "`dispatch`",
            Artifacts => "`artifacts`",
            Test => "`test`",
            Template => "a template",
            Cluster => "a cluster",
            Agent => "an agent",
            Cloud => "a cloud",
            Trigger => "a trigger",
            Target => "`target`",
            Sample => "`sample`",
            Scenario => "a scenario",
            Property => "a property",
        }
    }
}

const fn block(kind: Kind, word: &'static str, label: LabelRule, inside: &'static [Kind], doc: &'static str) -> Block {
    Block { kind, word, label, inside, doc }
}

const fn statement(word: &'static str, inside: &'static [Kind], doc: &'static str) -> Statement {
    Statement { word, inside, doc }
}

const fn attr(
    name: &'static str,
    on: &'static [Kind],
    ty: AttrType,
    inherited: bool,
    default: &'static str,
    doc: &'static str,
) -> Attribute {
    Attribute { name, on, ty, inherited, default, doc }
}

const fn function(builtin: Builtin, name: &'static str, signature: &'static str, doc: &'static str) -> Function {
    Function { builtin, name, signature, doc }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Infix words could be read as the next item, or the reverse.
    #[test]
    fn no_word_that_begins_an_item_is_an_infix_word() {
        let words = BLOCKS.iter().map(|row| row.word).chain(ATTRIBUTES.iter().map(|row| row.name));
        for word in words.chain(STATEMENTS.iter().map(|row| row.word)) {
            assert!(!["and", "or", "in", "not", "then", "else"].contains(&word), "{word}");
        }
    }

    #[test]
    fn every_row_is_unique() {
        for (index, row) in ATTRIBUTES.iter().enumerate() {
            for other in &ATTRIBUTES[..index] {
                let shared = row.on.iter().any(|kind| other.on.contains(kind));
                assert!(!(shared && row.name == other.name), "{} is declared twice", row.name);
            }
        }
    }
}
