//! The state of analysis: what is declared, what is known of it so far, and the block that is being read.

use std::collections::{BTreeSet, HashSet};

use ecow::EcoString;

use crate::base::{RootPath, Span};
use crate::diag::{Code, Diagnostic};
use crate::schema::TargetSettings;
use crate::sema::declare::{Declarations, Declared, Entity, Space};
use crate::sema::hir::{self, Local, ParamId};
use crate::sema::load::Unit;
use crate::sema::types::Type;

/// How many declarations may wait for each other's types at once: a bound for the stack.
const CHAIN_LIMIT: usize = 150;
/// How many expressions and blocks may lie in each other, through all the declarations that wait: a bound for the stack too.
const LEVEL_LIMIT: usize = 1_000;
/// After so many diagnostics no more names are looked for that could have been meant.
const SUGGESTION_LIMIT: usize = 500;

/// What is known of a declaration.
pub(super) enum State<T> {
    Waiting,
    /// Its turn has come and has not ended: meeting it again is a ring.
    Visiting,
    Done(T),
}

/// A function or template as callers see it.
#[derive(Clone)]
pub(super) struct Signature {
    pub args: std::rc::Rc<Vec<hir::Arg>>,
    pub result: Type,
}

pub(super) struct Checker<'a> {
    pub units: &'a [Unit],
    pub declared: &'a Declarations<'a>,
    pub targets: &'a [TargetSettings],
    pub diagnostics: Vec<Diagnostic>,
    /// What the plan says of values, as far as literals tell it: said here where there will be no plan.
    pub unplanned: Vec<Diagnostic>,

    pub types: Vec<State<Type>>,
    pub lets: Vec<State<(Type, hir::Let)>>,
    pub functions: Vec<State<(Signature, hir::Function)>>,
    /// File-level parameters first, in order of declaration; then those of pipelines.
    pub params: Vec<State<hir::Param>>,
    pub hardware: Vec<State<hir::Hardware>>,
    pub policies: Vec<State<hir::Policy>>,
    pub templates: Vec<State<(Signature, hir::Template)>>,

    /// What each entity refers to.
    pub references: std::collections::BTreeMap<Entity, BTreeSet<Entity>>,
    /// Names of files that something refers to: file, space and name.
    pub used: HashSet<(usize, Space, EcoString)>,
    /// The declarations in progress, outermost first, each with the place that asked for it.
    pub chain: Vec<(Entity, Span)>,
    pub frame: Frame,
    /// Expressions and blocks that are being read, one in the other.
    pub levels: usize,
    /// Whether there were too many once; that is reported once.
    pub is_too_deep: bool,
}

/// The declaration that is being read.
#[derive(Default)]
pub(super) struct Frame {
    pub file: usize,
    pub bindings: Vec<Binding>,
    /// Slots handed out.
    pub size: u32,
    /// Paths (`x`, `x.y`) that a condition has shown not to be null.
    pub not_null: Vec<String>,
    pub references: BTreeSet<Entity>,
}

/// A name of a block: an argument, a `let`, a loop's variable, a pipeline's parameter.
pub(super) struct Binding {
    pub name: EcoString,
    pub target: BindingTarget,
    pub ty: Type,
    pub span: Span,
    pub is_used: bool,
    /// How messages call it; none where being unused is no fault.
    pub noun: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub(super) enum BindingTarget {
    Local(Local),
    Param(ParamId),
}

impl<'a> Checker<'a> {
    pub(super) fn new(units: &'a [Unit], declared: &'a Declarations<'a>, targets: &'a [TargetSettings]) -> Self {
        fn waiting<T>(list: &[Declared]) -> Vec<State<T>> {
            list.iter().map(|_| State::Waiting).collect()
        }
        Self {
            units,
            declared,
            targets,
            diagnostics: Vec::new(),
            unplanned: Vec::new(),
            types: waiting(&declared.types),
            lets: waiting(&declared.lets),
            functions: waiting(&declared.functions),
            params: waiting(&declared.params),
            hardware: waiting(&declared.hardware),
            policies: waiting(&declared.policies),
            templates: waiting(&declared.templates),
            references: Default::default(),
            used: HashSet::new(),
            chain: Vec::new(),
            frame: Frame::default(),
            levels: 0,
            is_too_deep: false,
        }
    }

    /// Whoever reads so many mistakes starts again at the first: further ones come without suggestions, which cost most.
    pub(super) fn has_many_mistakes(&self) -> bool {
        self.diagnostics.len() + self.unplanned.len() >= SUGGESTION_LIMIT
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn path(&self) -> &'a RootPath {
        &self.units[self.frame.file].path
    }

    /// Reads something that lies in what is being read. `None` when it lies too deep; that is reported.
    pub(super) fn descend<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.levels >= LEVEL_LIMIT {
            if !self.is_too_deep {
                self.is_too_deep = true;
                let message = format!("more than {LEVEL_LIMIT} expressions and blocks lie in each other");
                self.report(
                    Diagnostic::at(Code::TooComplex, span, message, "one too many")
                        .help("take it apart: let fewer things be made of each other"),
                );
            }
            return None;
        }
        self.levels += 1;
        let value = read(self);
        self.levels -= 1;
        Some(value)
    }

    /// Reads a declaration in a frame of its own. `None` when it waits for itself, or for too many others; that is reported.
    /// Returns what `read` made, and how many slots it needs.
    pub(super) fn enter<T>(
        &mut self,
        entity: Entity,
        file: usize,
        asked: Span,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<(T, u32)> {
        if self.chain.len() >= CHAIN_LIMIT {
            self.report(
                Diagnostic::at(
                    Code::TooComplex,
                    asked,
                    format!("more than {CHAIN_LIMIT} declarations wait for each other"),
                    "one too many",
                )
                .help("make the chain shorter: let fewer of them be made of each other"),
            );
            return None;
        }
        self.chain.push((entity, asked));
        let outer = std::mem::replace(&mut self.frame, Frame { file, ..Frame::default() });
        let value = read(self);
        let inner = std::mem::replace(&mut self.frame, outer);
        self.report_unused(inner.bindings);
        self.references.entry(entity).or_default().extend(inner.references);
        self.chain.pop();
        Some((value, inner.size))
    }

    /// Reports a declaration that needs itself.
    pub(super) fn report_recursion(&mut self, entity: Entity, asked: Span) {
        let first = self.chain.iter().position(|(other, _)| *other == entity).unwrap_or(0);
        let names: Vec<EcoString> =
            self.chain[first..].iter().map(|(entity, _)| *entity).chain([entity]).map(|entity| self.name_of(entity)).collect();
        let noun = entity.noun();
        self.report(
            Diagnostic::at(Code::Recursion, asked, format!("the {noun} `{}` needs itself", names[0]), "needed again here")
                .note(names.join(" → "))
                .help("every file compiles to a finite plan: declarations may not go round in a ring"),
        );
    }

    pub(super) fn name_of(&self, entity: Entity) -> EcoString {
        let name = |list: &[Declared], index: usize| list[index].name.text.clone();
        match entity {
            Entity::Type(index) => name(&self.declared.types, index),
            Entity::Let(index) => name(&self.declared.lets, index),
            Entity::Function(index) => name(&self.declared.functions, index),
            Entity::Param(index) => name(&self.declared.params, index),
            Entity::Hardware(index) => name(&self.declared.hardware, index),
            Entity::Policy(index) => name(&self.declared.policies, index),
            Entity::Template(index) => name(&self.declared.templates, index),
            Entity::Cluster(index) => name(&self.declared.clusters, index),
            Entity::Pipeline(index) => name(&self.declared.pipelines, index),
            Entity::Module(file) => self.units[file].path.as_str().into(),
        }
    }

    /// A new slot of the frame.
    pub(super) fn slot(&mut self) -> Local {
        self.frame.size += 1;
        Local(self.frame.size - 1)
    }

    /// Makes a name known until [`Checker::leave`].
    pub(super) fn bind(&mut self, name: &crate::syntax::ast::Name, target: BindingTarget, ty: Type, noun: Option<&'static str>) {
        let outer = self.frame.bindings.iter().find(|binding| binding.name == name.text);
        // All parameters of a pipeline stand in one block.
        if let (Some(first), Some("parameter")) = (outer.filter(|outer| outer.noun == noun), noun) {
            let span = first.span;
            self.report(
                Diagnostic::at(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is declared twice", name.text),
                    "declared again here",
                )
                .label(span, "first declared here")
                .help("give one of them another name"),
            );
            return;
        }
        let outer = outer.map(|binding| binding.span);
        let file_level =
            || self.declared.scopes[self.frame.file].get(&(Space::Value, name.text.clone())).map(|visible| visible.span);
        if let Some(span) = outer.or_else(file_level) {
            self.report(
                Diagnostic::at(
                    Code::HiddenName,
                    name.span,
                    format!("`{}` hides another `{}`", name.text, name.text),
                    "declared here",
                )
                .label(span, "hidden: declared here")
                .help("give one of them another name"),
            );
        }
        self.frame.bindings.push(Binding { name: name.text.clone(), target, ty, span: name.span, is_used: false, noun });
    }

    /// Where the block that begins now begins, for [`Checker::leave`].
    pub(super) fn mark(&self) -> usize {
        self.frame.bindings.len()
    }

    /// Forgets the names bound since `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        let ended = self.frame.bindings.split_off(mark);
        self.report_unused(ended);
    }

    fn report_unused(&mut self, bindings: Vec<Binding>) {
        for binding in bindings {
            if let (false, Some(noun)) = (binding.is_used || binding.name.starts_with('_'), binding.noun) {
                self.report(unused(noun, &binding.name, binding.span));
            }
        }
    }
}

pub(super) fn unused(noun: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::at(Code::UnusedName, span, format!("the {noun} `{name}` is never used"), "nothing refers to it")
        .help(format!("remove it, or call it `_{name}` to keep it"))
}
