//! From text to tree and back: the only place that names the parser generator.

pub mod ast;
