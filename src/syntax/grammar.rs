//! The generated parser. `Rule` names every rule of `grammar/o11n.pest`; the tree uses it as the kind of its nodes.

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "../grammar/o11n.pest"]
pub(super) struct Grammar;
