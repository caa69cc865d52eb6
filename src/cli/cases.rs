//! The files of a command line with what is run of them: scenarios and properties.

use super::defect::guarded;
use super::driver::{self, Merged, Outcome};
use super::output::{Exit, MessageFormat, Stream};
use super::parallel;
use super::workspace::Selection;
use crate::base::{RootPath, SourceMap, glob};
use crate::diag::Diagnostic;
use crate::sema::Analysis;

/// A file, read.
pub(super) struct File<'s> {
    pub(super) selection: &'s Selection,
    pub(super) path: &'s RootPath,
    pub(super) analysis: Analysis,
}

/// Reads all files.
pub(super) fn read(selections: &[Selection]) -> Vec<File<'_>> {
    let all: Vec<_> = selections.iter().flat_map(|selection| selection.files.iter().map(move |path| (selection, path))).collect();
    parallel::map(&all, |(selection, path)| File {
        selection,
        path,
        analysis: guarded(|| driver::analyze(&selection.world, path))
            .unwrap_or_else(|defect| Analysis { diagnostics: vec![*defect], ..Analysis::default() }),
    })
}

/// Whether `--filter` means this.
pub(super) fn is_wanted(id: &str, wanted: &str) -> bool {
    if wanted.contains('*') { glob(wanted, id) } else { id.contains(wanted) }
}

impl File<'_> {
    pub(super) fn has_errors(&self) -> bool {
        self.analysis.diagnostics.iter().any(Diagnostic::is_error)
    }

    pub(super) fn mistakes(&self) -> Vec<Diagnostic> {
        self.analysis.diagnostics.iter().filter(|found| found.is_error()).cloned().collect()
    }

    /// `file::pipeline::name`.
    pub(super) fn id(&self, pipeline: &str, name: &str) -> String {
        // It is told on one line.
        format!("{}::{pipeline}::{name}", self.path).replace(char::is_control, " ")
    }
}

/// Shows the mistakes of files, and what is said of what was run of them, each with its file and in the order of the files.
pub(super) fn tell<'o>(
    format: MessageFormat,
    files: &[File<'_>],
    outcomes: impl Iterator<Item = (&'o RootPath, &'o Outcome)>,
    unread: Vec<Diagnostic>,
) -> Exit {
    let mut merged = Merged::default();
    let mut workspace = None;
    let mut outcomes = outcomes.peekable();
    for file in files {
        if workspace.replace(file.selection.world.root()) != Some(file.selection.world.root()) {
            merged.leave_workspace();
        }
        merged.absorb(&file.analysis.sources, file.mistakes());
        while let Some((_, outcome)) = outcomes.next_if(|(path, _)| std::ptr::eq(*path, file.path)) {
            merged.absorb(&outcome.sources, outcome.diagnostics.clone());
        }
    }
    merged.absorb(&SourceMap::default(), unread);
    let outcome = merged.finish();
    let shown = format.show(&outcome.diagnostics, &outcome.sources, Stream::Stdout);
    Exit::of(&outcome.diagnostics).max(shown)
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
