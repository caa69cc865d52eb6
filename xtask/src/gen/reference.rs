//! The reference pages, from the one table of the language's words.

use super::{NOTICE, cell};
use o11n::schema::{ATTRIBUTES, AttrType, Attribute, BLOCKS, FUNCTIONS, Kind, STATEMENTS};
use std::fmt::Write;

const TAKES_ALL: &str = "a string takes all that is written to it";

pub fn attributes() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Blocks, statements and attributes\n\n");
    text.push_str("## Blocks\n\n| block | stands in | |\n| --- | --- | --- |\n");
    for block in BLOCKS {
        writeln!(text, "| `{}` | {} | {} |", block.word, nouns(block.inside), cell(block.doc)).expect(TAKES_ALL);
    }
    text.push_str("\n## Statements\n\n| statement | stands in | |\n| --- | --- | --- |\n");
    for statement in STATEMENTS {
        writeln!(text, "| `{}` | {} | {} |", statement.word, nouns(statement.inside), cell(statement.doc)).expect(TAKES_ALL);
    }
    text.push_str("\n## Attributes\n\n| attribute | stands in | type | default | |\n| --- | --- | --- | --- | --- |\n");
    for attribute in ATTRIBUTES {
        writeln!(text, "{}", row(attribute)).expect(TAKES_ALL);
    }
    text
}

pub fn functions() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Functions\n\n");
    text.push_str("All are pure, and fail with a message, never by a crash.\n\n| function | |\n| --- | --- |\n");
    for function in FUNCTIONS {
        writeln!(text, "| `{}{}` | {} |", function.name, cell(function.signature), cell(function.doc)).expect(TAKES_ALL);
    }
    text
}

fn row(attribute: &Attribute) -> String {
    let default = if attribute.default.is_empty() { String::new() } else { format!("`{}`", cell(attribute.default)) };
    let inherited = if attribute.inherited { " Inherited." } else { "" };
    let Attribute { name, on, ty, doc, .. } = attribute;
    format!("| `{name}` | {} | {} | {default} | {}{inherited} |", nouns(on), type_name(*ty), cell(doc))
}

fn nouns(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.noun()).collect::<Vec<_>>().join(", ")
}

/// A type as a reader of the reference knows it.
fn type_name(ty: AttrType) -> String {
    match ty {
        AttrType::Bool => "bool".into(),
        AttrType::Int(low, i64::MAX) => format!("int ≥ {low}"),
        AttrType::Int(low, high) => format!("int, {low} to {high}"),
        AttrType::Float(low) => format!("float ≥ {low}"),
        AttrType::String => "string".into(),
        AttrType::Duration => "duration > 0".into(),
        AttrType::Delay => "duration".into(),
        AttrType::Size => "size".into(),
        AttrType::Script => "script".into(),
        AttrType::Enum(members) => members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(" "),
        AttrType::List(element) => format!("list of {}", type_name(*element)),
        AttrType::Map(value) => format!("map to {}", type_name(*value)),
        AttrType::ExitCodes => "map of exit codes".into(),
        AttrType::Block(kind) => format!("block {}", kind.noun()),
        AttrType::Retry => "int or block `retry`".into(),
        AttrType::Hardware => "hardware".into(),
        AttrType::Policy => "policy".into(),
        AttrType::Condition => "run condition".into(),
        AttrType::RetryOn => "outcomes or `exit(n)`".into(),
        AttrType::EnvValue => "printable value or secret".into(),
        AttrType::Cases => "names or records".into(),
        AttrType::Path => "`\"stage/substage\"`".into(),
        AttrType::Free => "record".into(),
    }
}
