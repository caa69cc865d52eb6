//! The reference pages, from the one table of the language's words.

use super::{NOTICE, cell};
use o11n::schema::{self, ATTRIBUTES, AttrType, Attribute, BLOCKS, Block, FUNCTIONS, Kind, LabelRule, STATEMENTS};
use std::fmt::Write;

const TAKES_ALL: &str = "a string takes all that is written to it";

/// The levels whose attributes are inherited; they share one table.
const LEVELS: &[Kind] = &[Kind::Pipeline, Kind::Stage, Kind::Substage];

/// Blocks with attributes of their own, in the order of the page, and how a heading calls them.
const SECTIONS: &[(Kind, &str)] = &[
    (Kind::Retry, "`retry`"),
    (Kind::Dispatch, "`dispatch`"),
    (Kind::Cache, "`cache`"),
    (Kind::Artifacts, "`artifacts`"),
    (Kind::Test, "`test`"),
    (Kind::Policy, "`policy NAME`"),
    (Kind::Hardware, "`hardware NAME`"),
    (Kind::K8s, "`k8s`"),
    (Kind::Agent, "`agent \"NAME\"`"),
    (Kind::Cloud, "`cloud \"NAME\"`"),
    (Kind::Trigger, "`trigger NAME`"),
];

pub fn attributes() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Blocks and attributes\n\n");
    text.push_str("A block is `word name { … }`. Each is listed with what it may stand in.\n\n");
    text.push_str("| block | stands in | meaning |\n| --- | --- | --- |\n");
    for block in BLOCKS {
        writeln!(text, "| `{}` | {} | {} |", form(block), nouns(block.inside), cell(block.doc)).expect(TAKES_ALL);
    }
    text.push_str("\n## Statements\n\n| statement | stands in | meaning |\n| --- | --- | --- |\n");
    for statement in STATEMENTS {
        writeln!(text, "| `{}` | {} | {} |", statement.word, nouns(statement.inside), cell(statement.doc)).expect(TAKES_ALL);
    }
    text.push_str("\n## Attributes of pipelines, stages and substages\n\n");
    text.push_str("P, S and s say where one stands. *Inherited*: a substage takes its stage's, a stage its pipeline's; the nearest wins, blocks and `env` merge.\n\n");
    text.push_str("| attribute | on | type | default | meaning |\n| --- | --- | --- | --- | --- |\n");
    for row in ATTRIBUTES.iter().filter(|row| row.on.iter().any(|kind| LEVELS.contains(kind))) {
        writeln!(text, "| `{}` | {} | {} | {} | {} |", row.name, levels(row), type_name(row.ty), default(row), meaning(row))
            .expect(TAKES_ALL);
    }
    for (kind, heading) in SECTIONS {
        section(&mut text, *kind, heading);
    }
    text
}

pub fn functions() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Functions\n\n");
    text.push_str("All are pure, and see nothing but the workspace. One that has no result, such as `max([])`, is an error with a place.\n\n");
    text.push_str("| function | result |\n| --- | --- |\n");
    for function in FUNCTIONS {
        writeln!(text, "| `{}{}` | {} |", function.name, cell(function.signature), cell(function.doc)).expect(TAKES_ALL);
    }
    text
}

/// The table of one block's own attributes.
fn section(text: &mut String, kind: Kind, heading: &str) {
    write!(text, "\n## {heading}\n\n| attribute | type | default | meaning |\n| --- | --- | --- | --- |\n").expect(TAKES_ALL);
    for row in schema::attributes(kind) {
        writeln!(text, "| `{}` | {} | {} | {} |", row.name, type_name(row.ty), default(row), cell(row.doc)).expect(TAKES_ALL);
    }
}

/// A block's word with what names it.
fn form(block: &Block) -> String {
    match block.label {
        LabelRule::None => block.word.into(),
        LabelRule::Word => format!("{} NAME", block.word),
        LabelRule::Computed => format!("{0} NAME`, `{0} \"NAME\"", block.word),
        LabelRule::String => format!("{} \"NAME\"", block.word),
    }
}

/// Such as `P S s`.
fn levels(row: &Attribute) -> String {
    let letters = LEVELS.iter().zip(["P", "S", "s"]).filter(|(kind, _)| row.on.contains(kind));
    letters.map(|(_, letter)| letter).collect::<Vec<_>>().join(" ")
}

fn default(row: &Attribute) -> String {
    if row.default.is_empty() { String::new() } else { format!("`{}`", cell(row.default)) }
}

fn meaning(row: &Attribute) -> String {
    let inherited = if row.inherited { " *Inherited.*" } else { "" };
    format!("{}{inherited}", cell(row.doc))
}

fn nouns(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.noun()).collect::<Vec<_>>().join(", ")
}

/// A type as a reader of the reference knows it.
fn type_name(ty: AttrType) -> String {
    match ty {
        AttrType::Bool => "bool".into(),
        AttrType::Int(low, high) => format!("int, {low} to {high}"),
        AttrType::Float(low, high) if high.is_finite() => format!("float, {low} to {high}"),
        AttrType::Float(low, _) => format!("float, {low} or more"),
        AttrType::String => "string".into(),
        AttrType::Duration => "duration, more than 0".into(),
        AttrType::Delay => "duration".into(),
        AttrType::Size => "size".into(),
        AttrType::Script => "script".into(),
        AttrType::Enum(members) => members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(" "),
        AttrType::List(AttrType::String) => "list of strings".into(),
        AttrType::List(AttrType::File) => "list of paths or globs".into(),
        AttrType::List(AttrType::Cron) => "list of schedules".into(),
        AttrType::List(AttrType::Hardware) => "list of hardware modes".into(),
        AttrType::List(element) => format!("list of {}", type_name(*element)),
        AttrType::Map(value) => format!("map to {}", type_name(*value)),
        AttrType::ExitCodes => "map of exit codes (1 to 255) to `unstable` `failed` `lost`".into(),
        AttrType::Block(_) => "block, see below".into(),
        AttrType::Retry => "int, or a block, see below".into(),
        AttrType::Hardware => "a hardware mode".into(),
        AttrType::Policy => "a policy".into(),
        AttrType::Condition => {
            "`succeeded` `failed` `always` `succeeded(\"stage\")` `failed(\"stage\")`, joined by `and` `or` `not`".into()
        }
        AttrType::RetryOn => "`failed` `timed_out` `lost` `unstable` `exit(n)`".into(),
        AttrType::EnvValue => "string, number, bool, duration, size, enum or secret".into(),
        AttrType::Cases => "list of names, or of records with a `name`".into(),
        AttrType::Path => "`\"stage/substage\"`".into(),
        AttrType::File => "path".into(),
        AttrType::Cron => "schedule".into(),
        AttrType::TimeZone => "time zone".into(),
        AttrType::Free => "record of any shape".into(),
    }
}
