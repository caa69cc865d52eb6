//! Names that nothing uses, and items that cannot stand at the top of a file.

use crate::diag::{Code, Diagnostic};
use crate::schema::{self, Kind};
use crate::sema::checker::{Checker, unused};
use crate::sema::declare::Entity;
use crate::syntax::ast::ItemKind;

impl Checker<'_> {
    /// Imports that nothing uses; and, in a file that declares a pipeline (a library's names are for others), constants,
    /// functions, types, policies and templates.
    pub(super) fn report_unused_names(&mut self) {
        let mut found = Vec::new();
        for (file, scope) in self.declared.scopes.iter().enumerate() {
            if self.units[file].path.as_str().starts_with("std/") {
                continue;
            }
            let has_pipeline = self.declared.pipelines.iter().any(|pipeline| pipeline.file == file);
            for ((space, name), visible) in scope {
                let counts = match visible.entity {
                    _ if visible.is_import => true,
                    Entity::Let(_)
                    | Entity::Function(_)
                    | Entity::Type(_)
                    | Entity::Policy(_)
                    | Entity::Template(_)
                    | Entity::Param(_) => has_pipeline && file == 0,
                    Entity::Hardware(_) | Entity::Cluster(_) | Entity::Pipeline(_) | Entity::Module(_) => false,
                };
                if counts && !name.starts_with('_') && !self.used.contains(&(file, *space, name.clone())) {
                    // Clusters are in sight by being imported.
                    if !matches!(visible.entity, Entity::Cluster(_) | Entity::Pipeline(_)) {
                        found.push(if visible.is_import {
                            Diagnostic::at(
                                Code::UnusedName,
                                visible.span,
                                format!("the import `{name}` is never used"),
                                "nothing refers to it",
                            )
                            .help("remove it from the import")
                        } else {
                            unused(visible.entity.noun(), name, visible.span)
                        });
                    }
                }
            }
        }
        found.sort_by_key(|diagnostic| diagnostic.span());
        self.diagnostics.append(&mut found);
    }

    /// Reports what stands at the top of a file and does not belong there.
    pub(super) fn misplaced_at_top(&mut self) {
        let units = self.units;
        for (file, unit) in units.iter().enumerate() {
            self.frame.file = file;
            for item in &unit.ast.items {
                match &item.kind {
                    ItemKind::Block { word, label, .. } => match schema::block_by_word(&word.text) {
                        Some(row) if row.inside.contains(&Kind::File) => {
                            if !matches!(label, Some(crate::syntax::ast::BlockLabel::Word(_))) {
                                self.block_name(item, label.as_ref());
                            }
                        }
                        _ => self.misplaced(Kind::File, item),
                    },
                    ItemKind::Setting { key, .. } => {
                        let name = super::expr::key_text(key);
                        let span = super::expr::key_span(key);
                        self.report(
                            Diagnostic::at(
                                Code::MisplacedItem,
                                span,
                                format!("`{name}` is set outside of any block"),
                                "not in a block",
                            )
                            .help(format!(
                                "a constant is `let {name} = …`; an attribute belongs in a pipeline, stage or substage"
                            )),
                        );
                    }
                    ItemKind::Import { .. }
                    | ItemKind::Type { .. }
                    | ItemKind::Let { .. }
                    | ItemKind::Param { .. }
                    | ItemKind::Template { .. }
                    | ItemKind::Error => {}
                    _ => self.misplaced(Kind::File, item),
                }
            }
        }
    }
}
