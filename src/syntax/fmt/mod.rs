//! The one layout of a file.
//!
//! Two blanks a level, single blanks around `=` and operators, at most one empty line, comments where they were. A block
//! that was written on one line stays there while it fits. Lists, records and arguments are on one line if they fit, else one
//! element a line. The syntax tree stays the same, except that a record given to an attribute that is a block becomes a block.

mod doc;
mod expr;
mod item;
mod sequence;
mod types;

use super::cst::NodeRef;
use super::grammar::Rule;
use crate::base::FileId;
use crate::diag::Diagnostic;

/// The longest line that is not broken, in columns.
const WIDTH: usize = 100;

/// Lays a file out anew.
///
/// # Errors
/// What the parser has to say, if that is anything: text that cannot be read is not touched.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parse = super::parse(FileId(0), text);
    let Some(root) = parse.cst.root().filter(|_| parse.diagnostics.is_empty()) else {
        return Err(parse.diagnostics);
    };
    let mut out = Formatter { text }.file(root).print(WIDTH);
    if !out.is_empty() {
        out.push('\n');
    }
    Ok(out)
}

struct Formatter<'a> {
    text: &'a str,
}

impl<'a> Formatter<'a> {
    fn text(&self, node: NodeRef<'_>) -> &'a str {
        &self.text[node.range()]
    }

    /// The text of a comment. Blanks at its end are nobody's.
    fn comment(&self, node: NodeRef<'_>) -> &'a str {
        self.text(node).trim_end()
    }
}

/// The nodes right below, comments apart.
fn parts(node: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    node.children().filter(|child| child.kind() != Rule::comment)
}
