//! Pipelines and clusters: what only they hold, and the parameters that reach them.

use std::collections::{BTreeSet, HashSet};

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::schema::{self, Kind, LabelRule};
use crate::sema::checker::{BindingTarget, Checker, State};
use crate::sema::declare::Entity;
use crate::sema::hir::{self, ClusterId, Declared, Expr, ExprKind, Literal, Node, ParamId, Settings, TemplateId};
use crate::sema::types::Type;
use crate::syntax::ast::{self, BlockLabel, Item, ItemKind, Key, Name};

impl<'a> Checker<'a> {
    pub(super) fn read_pipeline(&mut self, index: usize) -> hir::Pipeline {
        let declared = &self.declared.pipelines[index];
        let name = declared.name;
        let items: &'a [Item] = match &declared.item.kind {
            ItemKind::Block { body, .. } => &body.items,
            _ => &[],
        };
        let read = self.enter(Entity::Pipeline(index), declared.file, name.span, |this| this.pipeline_items(items));
        let (mut pipeline, frame) = read.expect("a pipeline is read from the top, so nothing waits for it");
        pipeline.frame = frame;
        pipeline.name = name.text.clone();
        pipeline.docs = declared.item.docs.clone();
        pipeline.span = name.span;
        pipeline
    }

    fn pipeline_items(&mut self, items: &'a [Item]) -> hir::Pipeline {
        let own: Vec<ParamId> = items.iter().filter_map(|item| self.own_param(item)).collect();
        let mut settings = Settings::new();
        let mark = self.mark();
        let body = self.open_body(Kind::Pipeline, items, Some(&mut settings));
        let takes = self.takes(items);
        self.leave(mark);
        let targets = self.targets(items);
        let params = self.reaching_params(&own);

        let sample = self.sample(items, &params);
        let triggers = self.triggers(items, &params);
        let declared = self.declared_stages(&body);
        let scenarios = self.scenarios(items, &params, &declared, takes);
        hir::Pipeline {
            name: EcoString::new(),
            docs: None,
            params,
            sample,
            settings,
            triggers,
            targets,
            body,
            scenarios,
            declared,
            clusters: (0..self.declared.clusters.len()).map(|index| ClusterId(index as u32)).collect(),
            frame: 0,
            span: self.frame_span(),
            path: self.path().clone(),
        }
    }

    /// A span of the file that is being read, for fields that the caller fills.
    fn frame_span(&self) -> Span {
        self.chain.last().map(|(_, span)| *span).expect("a pipeline is in progress")
    }

    fn own_param(&mut self, item: &'a Item) -> Option<ParamId> {
        let ItemKind::Param { name, ty, env, default } = &item.kind else { return None };
        let mut param = self.read_param(name, ty.as_ref(), env.as_ref(), default.as_ref());
        param.docs = item.docs.clone();
        param.frame = self.frame.size;
        let id = ParamId(self.params.len() as u32);
        self.bind(name, BindingTarget::Param(id), param.ty.clone(), Some("parameter"));
        self.params.push(State::Done(param));
        Some(id)
    }

    /// Its own parameters, then those of files that something in it refers to.
    fn reaching_params(&mut self, own: &[ParamId]) -> Vec<ParamId> {
        let mut reached: BTreeSet<Entity> = BTreeSet::new();
        let mut open: Vec<Entity> = self.frame.references.iter().copied().collect();
        while let Some(entity) = open.pop() {
            if reached.insert(entity) {
                open.extend(self.references.get(&entity).into_iter().flatten());
            }
        }
        let mut params = own.to_vec();
        for entity in reached {
            let Entity::Param(index) = entity else { continue };
            let id = ParamId(index as u32);
            let (name, span) = {
                let param = self.param(id);
                (param.name.clone(), param.span)
            };
            if let Some(other) =
                params.iter().map(|&other| self.param(other)).find(|other| other.name == name).map(|other| other.span)
            {
                self.report(
                    Diagnostic::at(
                        Code::ParameterClash,
                        other,
                        format!("two parameters `{name}` reach this pipeline"),
                        "one is declared here",
                    )
                    .label(span, "the other here")
                    .help("rename one of them: both are set by the same name"),
                );
                continue;
            }
            params.push(id);
        }
        self.check_variables(&params);
        params
    }

    /// One variable cannot set two parameters.
    fn check_variables(&mut self, params: &[ParamId]) {
        for (index, &id) in params.iter().enumerate() {
            let param = self.param(id);
            let other = params[..index]
                .iter()
                .map(|&other| self.param(other))
                .find(|other| other.env == param.env && other.name != param.name);
            if let Some(other) = other {
                let message = format!("`{}` and `{}` are both read from `{}`", other.name, param.name, param.env);
                let clash = Diagnostic::at(Code::ParameterClash, param.span, message, "the second one")
                    .label(other.span, "the first one")
                    .help("rename one of them, or give it a variable of its own, after its type: `env \"…\"`");
                self.report(clash);
            }
        }
    }

    pub(super) fn param(&self, id: ParamId) -> &hir::Param {
        match &self.params[id.0 as usize] {
            State::Done(param) => param,
            State::Waiting | State::Visiting => unreachable!("parameters of files are read before pipelines"),
        }
    }

    fn sample(&mut self, items: &'a [Item], params: &[ParamId]) -> Vec<(ParamId, Expr)> {
        let mut sample = Vec::new();
        for item in items {
            let ItemKind::Block { word, body, .. } = &item.kind else { continue };
            if word.text != "sample" {
                continue;
            }
            for entry in &body.items {
                match &entry.kind {
                    ItemKind::Setting { key: Key::Word(name), value } => {
                        self.param_value(name, value, params, &mut sample);
                    }
                    ItemKind::Error => {}
                    _ => self.misplaced(Kind::Sample, entry),
                }
            }
        }
        sample
    }

    /// `name = value` for one of the pipeline's parameters.
    pub(super) fn param_value(
        &mut self,
        name: &'a Name,
        value: &'a ast::Expr,
        params: &[ParamId],
        into: &mut Vec<(ParamId, Expr)>,
    ) {
        let Some(&id) = params.iter().find(|&&id| self.param(id).name == name.text) else {
            let names: Vec<EcoString> = params.iter().map(|&id| self.param(id).name.clone()).collect();
            let diagnostic = Diagnostic::at(
                Code::UnknownParameter,
                name.span,
                format!("this pipeline has no parameter `{}`", name.text),
                "no such parameter",
            );
            self.report(match nearest(&name.text, names.iter().map(EcoString::as_str)) {
                Some(meant) => {
                    diagnostic.fix(format!("write `{meant}`"), name.span, meant).help(format!("did you mean `{meant}`?"))
                }
                None if names.is_empty() => diagnostic.help("it has no parameters"),
                None => diagnostic.help(format!("it has {}", listed(&names))),
            });
            self.infer(value, Some(&Type::Error));
            return;
        };
        let ty = self.param(id).ty.clone();
        let value = self.check(value, &ty);
        if into.iter().any(|(other, _)| *other == id) {
            self.report(
                Diagnostic::at(Code::DuplicateAttribute, name.span, format!("`{}` is set twice", name.text), "again here")
                    .help("keep one of them"),
            );
            return;
        }
        into.push((id, value));
    }

    fn triggers(&mut self, items: &'a [Item], params: &[ParamId]) -> Vec<hir::Trigger> {
        let mut triggers: Vec<hir::Trigger> = Vec::new();
        for item in items {
            let ItemKind::Block { word, label, body, .. } = &item.kind else { continue };
            if word.text != "trigger" {
                continue;
            }
            let Some((name, span)) = self.block_name(item, label.as_ref()) else { continue };
            if let Some(first) = triggers.iter().find(|trigger| trigger.name == name).map(|trigger| trigger.span) {
                self.report(duplicate(&name, span, first));
            }
            let mut settings = Settings::new();
            let mut with = Vec::new();
            for entry in &body.items {
                match &entry.kind {
                    ItemKind::With { name, value } => self.param_value(name, value, params, &mut with),
                    _ if self.setting(Kind::Trigger, entry, &body.items, &mut settings) => {}
                    _ => self.misplaced(Kind::Trigger, entry),
                }
            }
            if !settings.iter().any(|setting| setting.attribute.name == "cron") {
                self.report(
                    Diagnostic::at(
                        Code::MissingAttribute,
                        span,
                        format!("the trigger `{name}` never starts anything"),
                        "no `cron`",
                    )
                    .help("write when it starts: `cron = [\"0 2 * * *\"]`"),
                );
            }
            triggers.push(hir::Trigger { name, settings, with, span });
        }
        triggers
    }

    fn targets(&mut self, items: &'a [Item]) -> Vec<(EcoString, Settings, Span)> {
        let mut targets: Vec<(EcoString, Settings, Span)> = Vec::new();
        for item in items {
            let ItemKind::Block { word, label, body, .. } = &item.kind else { continue };
            if word.text != "target" {
                continue;
            }
            let Some((name, span)) = self.block_name(item, label.as_ref()) else { continue };
            if let Some(first) = targets.iter().find(|(other, ..)| *other == name).map(|(_, _, span)| *span) {
                self.report(duplicate(&name, span, first));
                continue;
            }
            let known = self.targets;
            match known.iter().find(|target| target.name == name) {
                Some(target) => {
                    let settings = self.target_settings(target.attributes, &body.items);
                    targets.push((name, settings, span));
                }
                None => {
                    let diagnostic =
                        Diagnostic::at(Code::UnknownTarget, span, format!("unknown target `{name}`"), "no such target");
                    let names = known.iter().map(|target| target.name);
                    self.report(diagnostic.meant(span, nearest(&name, names.clone()), || {
                        let all: Vec<_> = names.map(|name| format!("`{name}`")).collect();
                        format!("the targets are {}", all.join(", "))
                    }));
                }
            }
        }
        targets
    }

    /// The name of a block by the schema's rule for its label; reports what is missing or too much.
    pub(super) fn block_name(&mut self, item: &'a Item, label: Option<&'a BlockLabel>) -> Option<(EcoString, Span)> {
        let ItemKind::Block { word, .. } = &item.kind else { return None };
        let rule = schema::block_by_word(&word.text).map_or(LabelRule::Word, |row| row.label);
        match (label, rule) {
            (Some(BlockLabel::Word(name)), LabelRule::Word) => Some((name.text.clone(), name.span)),
            (Some(BlockLabel::String(string)), LabelRule::String) => match string.as_plain() {
                Some(text) => Some((text, string.span)),
                None => {
                    self.report(
                        Diagnostic::at(Code::TypeMismatch, string.span, "this name is fixed", "interpolated here")
                            .help("write the name as a plain string"),
                    );
                    None
                }
            },
            (Some(BlockLabel::Word(name)), _) => {
                self.report(
                    Diagnostic::at(
                        Code::TypeMismatch,
                        name.span,
                        format!("`{}` is named by a string", word.text),
                        "not in quotes",
                    )
                    .fix("put it in quotes", name.span, format!("\"{}\"", name.text))
                    .help(format!("write `{} \"{}\" {{`", word.text, name.text)),
                );
                Some((name.text.clone(), name.span))
            }
            (Some(BlockLabel::String(string)), _) => {
                let text = string.as_plain().unwrap_or_default();
                self.report(
                    Diagnostic::at(Code::TypeMismatch, string.span, format!("`{}` is named by a word", word.text), "in quotes")
                        .help(format!("write `{} name {{` with letters, digits and `_`", word.text)),
                );
                Some((text, string.span))
            }
            (None, _) => {
                self.report(
                    Diagnostic::at(Code::MissingAttribute, word.span, format!("this `{}` has no name", word.text), "which one?")
                        .help(match rule {
                            LabelRule::String => format!("write `{} \"name\" {{ … }}`", word.text),
                            _ => format!("write `{} name {{ … }}`", word.text),
                        }),
                );
                None
            }
        }
    }

    pub(super) fn read_cluster(&mut self, index: usize) -> hir::Cluster {
        let declared = &self.declared.clusters[index];
        let name = declared.name;
        let items: &'a [Item] = match &declared.item.kind {
            ItemKind::Block { body, .. } => &body.items,
            _ => &[],
        };
        let read = self.enter(Entity::Cluster(index), declared.file, name.span, |this| {
            let (mut agents, mut clouds) = (Vec::new(), Vec::new());
            for item in items {
                match &item.kind {
                    ItemKind::Block { word, label, body, .. } if matches!(word.text.as_str(), "agent" | "cloud") => {
                        let Some((name, span)) = this.block_name(item, label.as_ref()) else { continue };
                        let kind = if word.text == "agent" { Kind::Agent } else { Kind::Cloud };
                        let settings = this.block_settings(kind, &body.items);
                        let list = if kind == Kind::Agent { &mut agents } else { &mut clouds };
                        list.push(hir::Machines { name, settings, span });
                    }
                    ItemKind::Error => {}
                    ItemKind::Block { word, label: None, .. } if schema::block_by_word(&word.text).is_none() => {
                        this.unknown_block(Kind::Cluster, &word.text, word.span, &|_| false);
                    }
                    _ => this.misplaced(Kind::Cluster, item),
                }
            }
            (agents, clouds)
        });
        let ((agents, clouds), frame) = read.unwrap_or_default();
        hir::Cluster { name: name.text.clone(), agents, clouds, frame, span: name.span }
    }

    /// Every stage and substage that the source declares, whatever the conditions; computed parts of names as `*`.
    fn declared_stages(&self, nodes: &[Node]) -> Vec<Declared> {
        let mut stages = Vec::new();
        self.walk(nodes, &mut HashSet::new(), &mut |node| {
            if let Node::Stage(stage) = node {
                let mut substages = Vec::new();
                self.walk(&stage.body, &mut HashSet::new(), &mut |node| {
                    if let Node::Substage(substage) = node {
                        substages.push(name_pattern(&substage.name));
                    }
                });
                stages.push(Declared { stage: name_pattern(&stage.name), substages });
            }
        });
        stages
    }

    /// Visits the stages and substages among nodes, through loops, conditions and templates; each template once.
    fn walk(&self, nodes: &[Node], seen: &mut HashSet<TemplateId>, visit: &mut dyn FnMut(&Node)) {
        for node in nodes {
            match node {
                Node::Stage(_) | Node::Substage(_) => visit(node),
                Node::Use { template, .. } => {
                    if let (true, State::Done((_, template))) = (seen.insert(*template), &self.templates[template.0 as usize]) {
                        self.walk(&template.body, seen, visit);
                    }
                }
                Node::For { body, .. } => self.walk(body, seen, visit),
                Node::If { branches, otherwise } => {
                    for (_, body) in branches {
                        self.walk(body, seen, visit);
                    }
                    self.walk(otherwise, seen, visit);
                }
                Node::Let(..) | Node::Assert { .. } => {}
            }
        }
    }
}

/// A name as a glob: what is computed becomes `*`.
fn name_pattern(name: &Expr) -> EcoString {
    match &name.kind {
        ExprKind::Literal(Literal::String(text)) => text.clone(),
        ExprKind::Concat(parts) => parts.iter().map(name_pattern).collect::<Vec<_>>().concat().into(),
        _ => "*".into(),
    }
}

fn duplicate(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::at(Code::DuplicateName, span, format!("`{name}` is declared twice"), "declared again here")
        .label(first, "first declared here")
        .help("give one of them another name")
}
