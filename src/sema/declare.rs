//! Collects what each file declares and imports, before anything is given a meaning.

use std::collections::{HashMap, HashSet};

use ecow::EcoString;

use crate::base::{RootPath, Span};
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::sema::load::Unit;
use crate::syntax::ast::{self, BlockLabel, ImportNames, Item, ItemKind, Name};

/// The most names of a file among which one is looked for that could have been meant.
const SUGGESTION_LIMIT: usize = 5_000;

/// Names of different spaces do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Space {
    Type,
    Value,
    Template,
    Cluster,
    Pipeline,
}

/// What a name of a file stands for; the numbers are indices into [`Declarations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Entity {
    Type(usize),
    Let(usize),
    Function(usize),
    Param(usize),
    Hardware(usize),
    Policy(usize),
    Template(usize),
    Cluster(usize),
    Pipeline(usize),
    /// A whole file, by `import … as x`.
    Module(usize),
}

/// A declaration with the file that it stands in.
pub(super) struct Declared<'a> {
    pub file: usize,
    pub name: &'a Name,
    pub item: &'a Item,
}

/// A name as one file sees it.
pub(super) struct Visible {
    pub entity: Entity,
    /// Where the file declares or imports it.
    pub span: Span,
    pub is_import: bool,
}

#[derive(Default)]
pub(super) struct Declarations<'a> {
    pub types: Vec<Declared<'a>>,
    pub lets: Vec<Declared<'a>>,
    pub functions: Vec<Declared<'a>>,
    pub params: Vec<Declared<'a>>,
    pub hardware: Vec<Declared<'a>>,
    pub policies: Vec<Declared<'a>>,
    pub templates: Vec<Declared<'a>>,
    pub clusters: Vec<Declared<'a>>,
    pub pipelines: Vec<Declared<'a>>,
    /// By file.
    pub scopes: Vec<HashMap<(Space, EcoString), Visible>>,
    /// By file: names whose import went wrong. That is reported, so their uses are not.
    pub broken: HashSet<(usize, EcoString)>,
}

impl Entity {
    pub(super) fn space(self) -> Space {
        match self {
            Self::Type(_) => Space::Type,
            Self::Let(_) | Self::Function(_) | Self::Param(_) | Self::Hardware(_) | Self::Policy(_) | Self::Module(_) => {
                Space::Value
            }
            Self::Template(_) => Space::Template,
            Self::Cluster(_) => Space::Cluster,
            Self::Pipeline(_) => Space::Pipeline,
        }
    }

    /// How messages call its kind.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::Let(_) => "constant",
            Self::Function(_) => "function",
            Self::Param(_) => "parameter",
            Self::Hardware(_) => "hardware mode",
            Self::Policy(_) => "policy",
            Self::Template(_) => "template",
            Self::Cluster(_) => "cluster",
            Self::Pipeline(_) => "pipeline",
            Self::Module(_) => "module",
        }
    }
}

impl<'a> Declarations<'a> {
    pub(super) fn collect(units: &'a [Unit], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut all = Self::default();
        for (file, unit) in units.iter().enumerate() {
            all.scopes.push(HashMap::new());
            for item in &unit.ast.items {
                if let Some((name, entity)) = all.entity(file, item) {
                    all.bind(file, name, Visible { entity, span: name.span, is_import: false }, diagnostics);
                }
            }
        }
        for (file, unit) in units.iter().enumerate() {
            let items = unit.ast.items.iter().filter_map(|item| match &item.kind {
                ItemKind::Import { path, names } => Some((path, names)),
                _ => None,
            });
            for ((path, names), target) in items.zip(&unit.imports) {
                if let ImportNames::Error = names {
                    // Most likely it was to be called like its file.
                    let path = path.as_plain().unwrap_or_default();
                    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".o11n");
                    all.broken.insert((file, stem.into()));
                }
                all.import(file, names, *target, units, diagnostics);
            }
        }
        all
    }

    /// Adds the declaration that an item makes, if it makes one.
    fn entity(&mut self, file: usize, item: &'a Item) -> Option<(&'a Name, Entity)> {
        let add = |list: &mut Vec<Declared<'a>>, name: &'a Name| {
            list.push(Declared { file, name, item });
            list.len() - 1
        };
        Some(match &item.kind {
            ItemKind::Type { name, .. } => (name, Entity::Type(add(&mut self.types, name))),
            ItemKind::Let { name, args: None, .. } => (name, Entity::Let(add(&mut self.lets, name))),
            ItemKind::Let { name, args: Some(_), .. } => (name, Entity::Function(add(&mut self.functions, name))),
            ItemKind::Param { name, .. } => (name, Entity::Param(add(&mut self.params, name))),
            ItemKind::Template { name, .. } => (name, Entity::Template(add(&mut self.templates, name))),
            ItemKind::Block { word, label: Some(BlockLabel::Word(name)), .. } => match word.text.as_str() {
                "hardware" => (name, Entity::Hardware(add(&mut self.hardware, name))),
                "policy" => (name, Entity::Policy(add(&mut self.policies, name))),
                "cluster" => (name, Entity::Cluster(add(&mut self.clusters, name))),
                "pipeline" => (name, Entity::Pipeline(add(&mut self.pipelines, name))),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn bind(&mut self, file: usize, name: &ast::Name, visible: Visible, diagnostics: &mut Vec<Diagnostic>) {
        let key = (visible.entity.space(), name.text.clone());
        if let Some(first) = self.scopes[file].get(&key) {
            diagnostics.push(
                Diagnostic::at(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is declared twice", name.text),
                    "declared again here",
                )
                .label(first.span, "first declared here")
                .help("give one of them another name"),
            );
            return;
        }
        self.scopes[file].insert(key, visible);
    }

    fn import(
        &mut self,
        file: usize,
        names: &'a ImportNames,
        target: Option<usize>,
        units: &[Unit],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        match (names, target) {
            (ImportNames::Module(name), Some(target)) => {
                self.bind(file, name, Visible { entity: Entity::Module(target), span: name.span, is_import: true }, diagnostics);
            }
            (ImportNames::Names(names), Some(target)) => {
                for name in names {
                    let found: Vec<Entity> = [Space::Type, Space::Value, Space::Template, Space::Cluster, Space::Pipeline]
                        .into_iter()
                        .filter_map(|space| self.exported(target, space, &name.text))
                        .collect();
                    if found.is_empty() {
                        let scope = Some(&self.scopes[target]).filter(|scope| scope.len() <= SUGGESTION_LIMIT);
                        let mut names: Vec<&str> = scope
                            .into_iter()
                            .flatten()
                            .filter(|(_, visible)| !visible.is_import)
                            .map(|((_, name), _)| name.as_str())
                            .collect();
                        names.sort_unstable();
                        names.dedup();
                        diagnostics.push(not_exported(&units[target].path, &names, name));
                        self.broken.insert((file, name.text.clone()));
                    }
                    for entity in found {
                        self.bind(file, name, Visible { entity, span: name.span, is_import: true }, diagnostics);
                    }
                }
            }
            // What could not be read is reported; its names must not be "unknown" as well.
            (ImportNames::Module(name), None) => {
                self.broken.insert((file, name.text.clone()));
            }
            (ImportNames::Names(names), None) => {
                self.broken.extend(names.iter().map(|name| (file, name.text.clone())));
            }
            (ImportNames::Error, _) => {}
        }
    }

    /// What a file declares itself; what it imports is not handed on.
    pub(super) fn exported(&self, file: usize, space: Space, name: &EcoString) -> Option<Entity> {
        self.scopes[file].get(&(space, name.clone())).filter(|visible| !visible.is_import).map(|visible| visible.entity)
    }

    /// The names that a file declares in one space, sorted.
    pub(super) fn exported_names(&self, file: usize, space: Space) -> Vec<&EcoString> {
        let mut names: Vec<_> = self.scopes[file]
            .iter()
            .filter(|((of, _), visible)| *of == space && !visible.is_import)
            .map(|((_, name), _)| name)
            .collect();
        names.sort();
        names
    }
}

/// A name that a file does not declare; `names` are those that it does, sorted.
pub(super) fn not_exported(path: &RootPath, names: &[&str], name: &Name) -> Diagnostic {
    let message = format!("`{path}` declares no `{}`", name.text);
    Diagnostic::at(Code::NotExported, name.span, message, "not declared there").meant(
        name.span,
        nearest(&name.text, names.iter().copied()),
        || {
            if names.is_empty() {
                "it declares nothing of this kind".to_owned()
            } else {
                format!("it declares {}", listed(names))
            }
        },
    )
}
