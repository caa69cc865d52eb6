//! The phases in order, without a terminal: what every subcommand and the tests of the pages and cases stand on.

mod merged;

use ecow::EcoString;

pub use merged::Merged;

use crate::base::{FileId, RootPath, SourceMap, World};
use crate::diag::Diagnostic;
use crate::diag::render::arranged;
use crate::sema::{self, Analysis};
use crate::syntax::ast::{BlockLabel, ItemKind};
use crate::target::Artifact;
use crate::{syntax, target};

/// The extension of source files.
pub const EXTENSION: &str = ".o11n";

/// What came of a file or of several.
#[derive(Debug, Default)]
pub struct Outcome {
    pub sources: SourceMap,
    /// In order, each once.
    pub diagnostics: Vec<Diagnostic>,
    pub artifacts: Vec<Artifact>,
}

impl Outcome {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    fn finish(sources: SourceMap, diagnostics: &[Diagnostic], artifacts: Vec<Artifact>) -> Self {
        let diagnostics = arranged(diagnostics, &sources).into_iter().cloned().collect();
        Self { sources, diagnostics, artifacts }
    }
}

/// Analysis, and what is known to bite.
pub fn analyze(world: &dyn World, file: &RootPath) -> Analysis {
    sema::analyze(world, file, &target::settings())
}

/// Checks a file as it stands.
pub fn check(world: &dyn World, file: &RootPath, _: Option<&str>) -> Outcome {
    let mut analysis = analyze(world, file);
    let found = std::mem::take(&mut analysis.diagnostics);
    Outcome::finish(analysis.sources, &found, Vec::new())
}

/// The source files of a workspace that declare a pipeline of this name, or any pipeline at all.
pub fn find_pipelines(world: &dyn World, files: &[RootPath], name: Option<&str>) -> Vec<(RootPath, EcoString)> {
    let mut found = Vec::new();
    for path in files.iter().filter(|path| path.as_str().ends_with(EXTENSION)) {
        let Ok(bytes) = world.read(path, syntax::FILE_LIMIT as u64) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if !text.contains("pipeline") || name.is_some_and(|name| !text.contains(name)) {
            continue;
        }
        for item in syntax::parse(FileId(0), &text).ast.items {
            if let ItemKind::Block { word, label: Some(BlockLabel::Word(label)), .. } = item.kind
                && word.text == "pipeline"
                && name.is_none_or(|name| label.text == name)
            {
                found.push((path.clone(), label.text));
            }
        }
    }
    found
}
