//! Loops, conditions and templates to stages and substages, in order.

use std::collections::HashMap;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use super::attrs::Attrs;
use super::eval::{Eval, Failed, Frame, Res, set};
use super::hardware::Mode;
use super::model::{Condition, EnvValue, Script, Stage, Substage};
use super::origins::Origin;
use super::value::{Fields, Value};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::schema::RESERVED_STAGE_NAMES;
use crate::sema::hir::{self, Expr, Node, Pipeline};

/// Most substages of a plan; each copy of a dispatch counts.
pub(super) const MAX_SUBSTAGES: usize = 100_000;

/// What a level hands to those below it.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub(super) attrs: Attrs,
    /// Outermost first.
    pub(super) before: Vec<Script>,
    /// Innermost first.
    pub(super) after: Vec<Script>,
}

impl Scope {
    /// The scope inside a level whose attributes are `attrs`.
    pub(super) fn inner(&self, attrs: &Attrs) -> Self {
        let (before, after) = self.scripts(attrs);
        Self { attrs: attrs.inherited(), before, after }
    }

    /// The scripts around a level with these attributes.
    pub(super) fn scripts(&self, attrs: &Attrs) -> (Vec<Script>, Vec<Script>) {
        let own = |name: &str| attrs.value(name).and_then(Value::as_script).map(|script| Script::clone(script));
        let before = self.before.iter().cloned().chain(own("before")).collect();
        let after = own("after").into_iter().chain(self.after.iter().cloned()).collect();
        (before, after)
    }
}

/// A stage with what is needed to find its substages.
pub(super) struct StageDraft {
    pub(super) stage: Stage,
    /// Where the user can mend it: its name, or the `use` that placed it.
    pub(super) place: Span,
    /// Where its run condition is written.
    pub(super) when: Span,
    /// The substages as written; shards of one family are one.
    pub(super) units: Vec<Unit>,
    /// Substages and families by name.
    pub(super) names: HashMap<EcoString, Named>,
}

/// A substage as written: one, or a family of shards that stand together.
pub(super) struct Unit {
    pub(super) name: EcoString,
    pub(super) first: u32,
    pub(super) count: u32,
}

/// What a name in a stage means: some of its substages, all of one unit.
pub(super) struct Named {
    pub(super) unit: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    place: Span,
}

pub(super) struct Expander<'e, 'a> {
    pub(super) eval: &'e mut Eval<'a>,
    pub(super) stages: Vec<StageDraft>,
    /// The modes in use, in order of first use.
    pub(super) modes: IndexMap<hir::HardwareId, (Arc<Mode>, Span)>,
    pub(super) total: usize,
    /// Bytes of text of all substages.
    pub(super) text: usize,
    pub(super) last_env: Option<LastEnv>,
    pub(super) inputs: HashMap<Vec<EcoString>, [u8; 32]>,
    /// The `before`s that were seen last to leave nothing open: substages beside each other mostly share theirs.
    pub(super) closed: Vec<Script>,
    stage_names: HashMap<EcoString, usize>,
    keys: HashMap<EcoString, Span>,
    /// The `use`s that the walk is in.
    uses: Vec<Span>,
}

/// The environment made last: substages beside each other mostly share theirs.
pub(super) struct LastEnv {
    pub(super) own: Option<Arc<Fields>>,
    pub(super) mode: Option<Arc<Mode>>,
    pub(super) env: Arc<IndexMap<EcoString, EnvValue>>,
    pub(super) bytes: usize,
}

impl<'e, 'a> Expander<'e, 'a> {
    pub(super) fn new(eval: &'e mut Eval<'a>) -> Self {
        Self {
            eval,
            stages: Vec::new(),
            modes: IndexMap::new(),
            total: 0,
            text: 0,
            last_env: None,
            inputs: HashMap::new(),
            closed: Vec::new(),
            stage_names: HashMap::new(),
            keys: HashMap::new(),
            uses: Vec::new(),
        }
    }

    /// Expands the whole pipeline; returns its own attributes.
    pub(super) fn pipeline(&mut self, pipeline: &'a Pipeline, frame: &mut Frame) -> Attrs {
        self.lets(&pipeline.body, frame);
        let attrs = self.eval.layer(Attrs::default(), &pipeline.settings, frame);
        let scope = Scope::default().inner(&attrs);
        self.items(&pipeline.body, frame, &scope);
        attrs
    }

    /// The stages, and the hardware modes in use with the place of their first use.
    pub(super) fn finish(self) -> (Vec<StageDraft>, Vec<(Arc<Mode>, Span)>) {
        (self.stages, self.modes.into_values().collect())
    }

    /// Where the user can mend what is made at `span`: there, or where a template was used.
    pub(super) fn place(&self, span: Span) -> Span {
        self.uses.first().copied().unwrap_or(span)
    }

    /// Evaluates the `let`s of a block, which all of the block sees.
    fn lets(&mut self, nodes: &'a [Node], frame: &mut Frame) {
        for node in nodes {
            if let Node::Let(local, value) = node {
                // A failed one is null; the error is reported, so no plan comes of it.
                let value = self.eval.eval(value, frame).unwrap_or(Value::Null);
                set(frame, *local, value);
            }
        }
    }

    fn block(&mut self, nodes: &'a [Node], at: Span, frame: &mut Frame, scope: &Scope) {
        if self.eval.deeper(at).is_ok() {
            self.lets(nodes, frame);
            self.items(nodes, frame, scope);
            self.eval.shallower();
        }
    }

    fn items(&mut self, nodes: &'a [Node], frame: &mut Frame, scope: &Scope) {
        for node in nodes {
            if self.is_over() {
                return;
            }
            match node {
                Node::Let(..) => {}
                Node::Stage(stage) => self.stage(stage, frame, scope),
                // What failed has been reported; the next one may have errors of its own.
                Node::Substage(substage) => drop(self.substage(substage, frame, scope)),
                Node::Use { template, args, span } => self.place_template(*template, args, *span, frame, scope),
                Node::For { var, iter, cond, body } => drop(self.repeat(*var, iter, cond.as_ref(), body, frame, scope)),
                Node::If { branches, otherwise } => self.branch(branches, otherwise, frame, scope),
                Node::Assert { cond, message, span } => self.assert(cond, message, *span, frame),
            }
        }
    }

    /// Whether a limit is reached, so that nothing more is made.
    fn is_over(&self) -> bool {
        self.eval.is_exhausted() || self.total > MAX_SUBSTAGES
    }

    fn repeat(
        &mut self,
        var: hir::Local,
        iter: &'a Expr,
        cond: Option<&'a Expr>,
        body: &'a [Node],
        frame: &mut Frame,
        scope: &Scope,
    ) -> Res<()> {
        let Value::List(elements) = self.eval.eval(iter, frame)? else { return Err(Failed) };
        for element in elements {
            if self.is_over() {
                return Err(Failed);
            }
            self.eval.spend_steps(1, iter.span)?;
            set(frame, var, element);
            if let Some(cond) = cond
                && !self.eval.is_true(cond, frame)?
            {
                continue;
            }
            self.block(body, iter.span, frame, scope);
        }
        Ok(())
    }

    fn branch(&mut self, branches: &'a [(Expr, Vec<Node>)], otherwise: &'a [Node], frame: &mut Frame, scope: &Scope) {
        for (cond, body) in branches {
            match self.eval.is_true(cond, frame) {
                Ok(true) => return self.block(body, cond.span, frame, scope),
                Ok(false) => {}
                Err(Failed) => return,
            }
        }
        if let Some((first, _)) = branches.first() {
            self.block(otherwise, first.span, frame, scope);
        }
    }

    fn place_template(&mut self, id: hir::TemplateId, args: &'a [Expr], span: Span, frame: &mut Frame, scope: &Scope) {
        if self.eval.spend_steps(1, span).is_err() {
            return;
        }
        let template = &self.eval.program.templates[id.0 as usize];
        let mut inner: Frame = args.iter().map(|arg| self.eval.eval(arg, frame).unwrap_or(Value::Null)).collect();
        inner.resize((template.frame as usize).max(inner.len()), Value::Null);
        self.uses.push(span);
        self.block(&template.body, span, &mut inner, scope);
        self.uses.pop();
    }

    fn assert(&mut self, cond: &'a Expr, message: &'a Expr, span: Span, frame: &mut Frame) {
        if !matches!(self.eval.is_true(cond, frame), Ok(false)) {
            return;
        }
        let Ok(message) = self.eval.text(message, frame) else { return };
        let origins = self.eval.origins(cond);
        let given = origins.iter().find_map(|origin| Some((origin.place?, origin.name.clone())));
        // The parameter's value is what the user can mend, where it has a place.
        let mut diagnostic = match given {
            Some((place, name)) => Diagnostic::at(Code::AssertFailed, place, message, format!("the value of `{name}`"))
                .label(cond.span, "this does not hold"),
            None => Diagnostic::at(Code::AssertFailed, cond.span, message, "this does not hold"),
        };
        if let Some(used) = self.uses.first() {
            diagnostic = diagnostic.label(*used, "placed here");
        }
        diagnostic.notes = origins.iter().map(Origin::note).collect();
        debug_assert!(span.file == cond.span.file, "an assertion stands in one file");
        self.eval.report(diagnostic);
    }

    fn stage(&mut self, declared: &'a hir::Stage, frame: &mut Frame, scope: &Scope) {
        let name = self.eval.text(&declared.name, frame);
        self.lets(&declared.body, frame);
        let attrs = self.eval.layer(scope.attrs.clone(), &declared.settings, frame);
        let name = name.and_then(|name| self.stage_name(name, declared));
        let Ok(name) = name else {
            // Its substages are evaluated all the same, for their errors.
            self.stages.push(self.draft(EcoString::new(), &attrs, declared));
            self.items(&declared.body, frame, &scope.inner(&attrs));
            self.stages.pop();
            return;
        };
        let draft = self.draft(name, &attrs, declared);
        self.key(&draft.stage, &attrs, declared.span);
        self.stages.push(draft);
        self.items(&declared.body, frame, &scope.inner(&attrs));
        let draft = self.stages.last().expect("pushed above, and what it holds is popped again");
        if draft.stage.substages.is_empty() && !self.is_over() && !self.eval.has_errors() {
            let message = format!("the stage `{}` has no substages, so it is skipped", draft.stage.name);
            let place = draft.place;
            self.eval.report(
                Diagnostic::at(Code::EmptyStage, place, message, "nothing is left in it")
                    .help("remove it, or look at the condition or the list that leaves nothing"),
            );
        }
    }

    fn draft(&self, name: EcoString, attrs: &Attrs, declared: &hir::Stage) -> StageDraft {
        let span = declared.span;
        let when_set = declared.settings.iter().find(|setting| setting.attribute.name == "when");
        let count = |name: &str| attrs.value(name).and_then(Value::as_int).and_then(|count| count.try_into().ok());
        let when = match attrs.value("when") {
            Some(Value::Condition(condition, _)) => Some(Condition::clone(condition)),
            _ => None,
        };
        let stage = Stage {
            key: attrs.value("key").and_then(Value::as_string).cloned().unwrap_or_else(|| name.clone()),
            name,
            when,
            parallel: count("parallel"),
            deadline: attrs.value("deadline").and_then(Value::as_duration),
            substages: Vec::new(),
            span,
            origins: attrs.origins(),
        };
        let when_at = when_set.map_or(span, |setting| setting.value.span);
        StageDraft { stage, place: self.place(span), when: when_at, units: Vec::new(), names: HashMap::new() }
    }

    fn stage_name(&mut self, name: EcoString, declared: &hir::Stage) -> Res<EcoString> {
        let place = self.place(declared.span);
        let at = declared.span;
        if RESERVED_STAGE_NAMES.contains(&name.as_str()) {
            let message = format!("no stage can be named `{name}`");
            return self.eval.fail(
                Diagnostic::at(Code::ReservedStageName, at, message, "reserved by the taskbook")
                    .help("the taskbook has a field of this name beside the stages; name the stage otherwise"),
            );
        }
        bad_name(&name, true).map_or(Ok(()), |why| self.eval.fail(misnamed("stage", &name, at, why)))?;
        if let Some(first) = self.stage_names.get(&name) {
            let first = self.stages.get(*first).map(|draft| draft.place);
            return self.eval.fail(collision(format!("two stages are named `{name}`"), place, first));
        }
        self.stage_names.insert(name.clone(), self.stages.len());
        Ok(name)
    }

    fn key(&mut self, stage: &Stage, attrs: &Attrs, span: Span) {
        let at = attrs.span("key").unwrap_or(self.place(span));
        match self.keys.get(&stage.key) {
            Some(first) => {
                let message = format!("two stages have the key `{}`", stage.key.escape_debug());
                let diagnostic = collision(message, at, Some(*first)).help("give one of them a `key` of its own");
                self.eval.report(diagnostic);
            }
            None => drop(self.keys.insert(stage.key.clone(), at)),
        }
    }

    /// Takes a substage's name, or the name of a family, in the current stage.
    pub(super) fn take_name(&mut self, name: EcoString, unit: u32, first: u32, count: u32, span: Span) -> Res<()> {
        let place = self.place(span);
        let draft = self.current();
        if let Some(taken) = draft.names.get(&name) {
            let message = format!("two substages of the stage `{}` are named `{name}`", draft.stage.name);
            let taken = taken.place;
            return self.eval.fail(collision(message, place, Some(taken)));
        }
        draft.names.insert(name, Named { unit, first, count, place });
        Ok(())
    }

    /// The stage that is being filled.
    pub(super) fn current(&mut self) -> &mut StageDraft {
        self.stages.last_mut().expect("analysis lets substages stand in stages only")
    }

    /// Adds an expanded substage to the current stage.
    pub(super) fn add(&mut self, substage: Substage) {
        self.current().stage.substages.push(substage);
    }
}

fn collision(message: String, at: Span, first: Option<Span>) -> Diagnostic {
    let mut diagnostic = Diagnostic::at(Code::NameCollision, at, message, "the second one");
    match first {
        Some(first) if first == at => {
            diagnostic.labels[0].text = "made twice here".into();
            diagnostic.help = Some("put what differs into the name, as in `\"name-${{ value }}\"`".into());
        }
        Some(first) => diagnostic = diagnostic.label(first, "the first one").help("name one of them otherwise"),
        None => {}
    }
    diagnostic
}

pub(super) fn misnamed(what: &str, name: &str, at: Span, why: &str) -> Diagnostic {
    let message = match name {
        "" => format!("a {what} has no name"),
        name => format!("no {what} can be named `{}`", name.escape_debug()),
    };
    Diagnostic::at(Code::BadStageName, at, message, why)
        .help("a name is one line of text, with no blank at its ends; a stage's holds no `/`")
}

/// Why no stage, or no substage, can have this name.
pub(super) fn bad_name(name: &str, is_stage: bool) -> Option<&'static str> {
    if name.is_empty() {
        Some("this is empty")
    } else if is_stage && name.contains('/') {
        Some("a `/` parts a stage from its substages")
    } else if name.contains(char::is_control) {
        Some("it holds a control character")
    } else if name.trim() != name {
        Some("it begins or ends with a blank")
    } else {
        None
    }
}
