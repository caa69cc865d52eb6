//! The index of the diagnostic codes, from the catalogue.

use super::{NOTICE, cell};
use o11n::diag::CATALOGUE;
use std::fmt::Write;

pub fn render() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Diagnostic codes\n\n`o11n explain CODE` prints the page of a code.\n\n");
    text.push_str("| code | what it is about |\n| --- | --- |\n");
    for entry in CATALOGUE {
        writeln!(text, "| [{0}](../errors/{0}.md) | {1} |", entry.id, cell(entry.title)).expect("a string takes all");
    }
    text
}
