//! Findings of several files, told once and in one order.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::Outcome;
use crate::base::{FileId, SourceMap, Span};
use crate::diag::{Diagnostic, Label};

/// Findings of several analyses, each with its own numbers of files, under one numbering.
#[derive(Debug, Default)]
pub struct Merged {
    sources: SourceMap,
    ids: BTreeMap<EcoString, FileId>,
    diagnostics: Vec<Diagnostic>,
}

impl Merged {
    /// What comes now is of another workspace, where a path may mean another file.
    pub fn leave_workspace(&mut self) {
        self.ids.clear();
    }

    /// All findings, in order, each once.
    pub fn finish(self) -> Outcome {
        Outcome::finish(self.sources, &self.diagnostics, Vec::new())
    }

    pub fn absorb(&mut self, sources: &SourceMap, diagnostics: Vec<Diagnostic>) {
        for mut diagnostic in diagnostics {
            for Label { span, .. } in &mut diagnostic.labels {
                *span = self.adopt(*span, sources);
            }
            for (span, _) in diagnostic.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
                *span = self.adopt(*span, sources);
            }
            self.diagnostics.push(diagnostic);
        }
    }

    fn adopt(&mut self, span: Span, sources: &SourceMap) -> Span {
        let Some(file) = sources.find(span.file) else { return span };
        let known = self.ids.get(&file.path).copied();
        let file = known.unwrap_or_else(|| {
            let id = self.sources.add(file.path.clone(), file.text.clone());
            self.ids.insert(file.path.clone(), id);
            id
        });
        Span { file, ..span }
    }
}
