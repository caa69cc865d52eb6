//! Meaning: imports, names, types, structure. All errors of all files at once.

pub mod hir;
pub mod shell;
pub mod types;

use crate::base::SourceMap;
use crate::diag::Diagnostic;

/// What analysis found: the program, and all there is to say of it.
#[derive(Debug, Default)]
pub struct Analysis {
    pub sources: SourceMap,
    pub program: hir::Program,
    pub diagnostics: Vec<Diagnostic>,
}
