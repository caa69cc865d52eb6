//! Stages, substages and what places them: `use`, `for`, `if`, `let`, `assert`.

use std::collections::HashSet;

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::{self, Kind};
use crate::sema::checker::{BindingTarget, Checker, State};
use crate::sema::declare::{Entity, Space};
use crate::sema::expr::error;
use crate::sema::hir::{self, Expr, ExprKind, Literal, Node, Settings, TemplateId};
use crate::sema::resolve::Found;
use crate::sema::types::Type;
use crate::syntax::ast::{self, BlockLabel, Body, CallArg, Item, ItemKind, Name};

impl<'a> Checker<'a> {
    /// The body of a template: stages or substages, not both.
    pub(super) fn template_body(&mut self, body: &'a Body) -> Vec<Node> {
        let nodes = self.body(Kind::Template, &body.items, None);
        let mut found = Vec::new();
        placed(&nodes, &self.templates, &mut HashSet::new(), &mut found);
        let stage = found.iter().find(|(what, _)| *what == Kind::Stage);
        let substage = found.iter().find(|(what, _)| *what == Kind::Substage);
        if let (Some((_, stage)), Some((_, substage))) = (stage, substage) {
            self.report(
                Diagnostic::at(
                    Code::MixedTemplate,
                    (*stage).max(*substage),
                    "a template places stages or substages, not both",
                    "the other kind here",
                )
                .label((*stage).min(*substage), "one kind here")
                .help("make two templates of it"),
            );
        }
        nodes
    }

    /// Reads the items of a body. Settings go to `settings`; without it they are out of place.
    pub(super) fn body(&mut self, kind: Kind, items: &'a [Item], settings: Option<&mut Settings>) -> Vec<Node> {
        let mark = self.mark();
        let nodes = self.open_body(kind, items, settings);
        self.leave(mark);
        nodes
    }

    /// As [`Self::body`], but its constants stay in sight.
    pub(super) fn open_body(&mut self, kind: Kind, items: &'a [Item], settings: Option<&mut Settings>) -> Vec<Node> {
        let Some(first) = items.first() else { return Vec::new() };
        self.descend(first.span, |this| this.items(kind, items, settings)).unwrap_or_default()
    }

    fn items(&mut self, kind: Kind, items: &'a [Item], mut settings: Option<&mut Settings>) -> Vec<Node> {
        let mut nodes = Vec::new();
        for item in items {
            match &item.kind {
                ItemKind::Let { name, args: None, ty, value } => {
                    let (ty, value) = self.let_value(ty.as_ref(), value);
                    let local = self.slot();
                    self.bind(name, BindingTarget::Local(local), ty, Some("constant"));
                    nodes.push(Node::Let(local, value));
                }
                ItemKind::Let { name, args: Some(_), .. } => self.report(
                    Diagnostic::at(
                        Code::MisplacedItem,
                        name.span,
                        "functions are declared at the top of a file",
                        "a function here",
                    )
                    .help("move it out of the block"),
                ),
                ItemKind::Block { word, label, body, .. }
                    if word.text == "stage" && matches!(kind, Kind::Pipeline | Kind::Template) =>
                {
                    nodes.extend(self.stage(item, label.as_ref(), body));
                }
                ItemKind::Block { word, label, body, .. }
                    if word.text == "substage" && matches!(kind, Kind::Stage | Kind::Template) =>
                {
                    nodes.extend(self.substage(item, label.as_ref(), body));
                }
                // A misspelt word keeps its content.
                ItemKind::Block { word, label: label @ Some(_), body, .. }
                    if schema::block_by_word(&word.text).is_none() && schema::attribute(kind, &word.text).is_none() =>
                {
                    match self.unknown_block(kind, &word.text, word.span, &|_| false) {
                        Some("stage") => nodes.extend(self.stage(item, label.as_ref(), body)),
                        Some("substage") => nodes.extend(self.substage(item, label.as_ref(), body)),
                        _ => {}
                    }
                }
                ItemKind::Use { path, args } => nodes.extend(self.use_template(kind, path, args, item.span)),
                ItemKind::For(ast::For { var, iter, cond, body }) => {
                    let mark = self.mark();
                    let (iter, local) = self.loop_head(var, iter);
                    let known = self.frame.not_null.len();
                    let cond = cond.as_ref().map(|cond| {
                        let checked = self.check(cond, &Type::Bool);
                        self.assume(cond, true);
                        checked
                    });
                    let body = self.body(kind, &body.items, None);
                    self.frame.not_null.truncate(known);
                    self.leave(mark);
                    nodes.push(Node::For { var: local, iter, cond, body });
                }
                ItemKind::If(ast::If { branches, otherwise }) => nodes.push(self.if_item(kind, branches, otherwise.as_ref())),
                ItemKind::Assert { cond, message } => {
                    let cond = self.check(cond, &Type::Bool);
                    let message = self.check(message, &Type::String);
                    nodes.push(Node::Assert { cond, message, span: item.span });
                }
                _ if kind == Kind::Pipeline && is_pipeline_item(item) => {
                    if settings.is_none() {
                        self.misplaced_in_branch(item);
                    }
                }
                _ => match settings.as_deref_mut() {
                    Some(settings) => {
                        if !self.setting(kind, item, items, settings) {
                            self.misplaced(kind, item);
                        }
                    }
                    None => self.setting_out_of_place(kind, item),
                },
            }
        }
        nodes
    }

    /// A setting inside a template, a loop or a condition.
    fn setting_out_of_place(&mut self, kind: Kind, item: &'a Item) {
        let mut aside = Settings::new();
        let (name, span) = match &item.kind {
            ItemKind::Setting { key, .. } => (super::expr::key_text(key), super::expr::key_span(key)),
            ItemKind::Block { word, .. } if crate::schema::attribute(kind, &word.text).is_some() => {
                (word.text.clone(), word.span)
            }
            ItemKind::Block { word, label: None, .. } if crate::schema::block_by_word(&word.text).is_none() => {
                self.unknown_block(kind, &word.text, word.span, &|_| false);
                return;
            }
            _ => {
                self.misplaced(kind, item);
                return;
            }
        };
        if kind == Kind::Template {
            self.report(
                Diagnostic::at(Code::MisplacedAttribute, span, format!("`{name}` does not belong in a template"), "not here")
                    .help("set it on the stages or substages inside"),
            );
            return;
        }
        self.setting(kind, item, &[], &mut aside);
        self.report(
            Diagnostic::at(
                Code::MisplacedAttribute,
                span,
                "`for` and `if` go around stages and substages, not around attributes",
                "an attribute here",
            )
            .help(format!("write `{name} = if … then … else …`; `null` counts as left out")),
        );
    }

    fn misplaced_in_branch(&mut self, item: &'a Item) {
        self.report(
            Diagnostic::at(Code::MisplacedItem, item.span, "`for` and `if` go around stages and substages only", "not here")
                .help("move it to the pipeline itself"),
        );
    }

    fn if_item(&mut self, kind: Kind, branches: &'a [(ast::Expr, Body)], otherwise: Option<&'a Body>) -> Node {
        let known = self.frame.not_null.len();
        let mut read = Vec::new();
        for (cond, body) in branches {
            let checked = self.check(cond, &Type::Bool);
            let before = self.frame.not_null.len();
            self.assume(cond, true);
            let nodes = self.body(kind, &body.items, None);
            self.frame.not_null.truncate(before);
            self.assume(cond, false);
            read.push((checked, nodes));
        }
        let otherwise = otherwise.map_or_else(Vec::new, |body| self.body(kind, &body.items, None));
        self.frame.not_null.truncate(known);
        Node::If { branches: read, otherwise }
    }

    fn stage(&mut self, item: &'a Item, label: Option<&'a BlockLabel>, body: &'a Body) -> Option<Node> {
        let (name, span) = self.computed_name(Kind::Stage, item, label);
        let mut settings = Settings::new();
        let body = self.body(Kind::Stage, &body.items, Some(&mut settings));
        Some(Node::Stage(Box::new(hir::Stage { name, settings, body, span })))
    }

    fn substage(&mut self, item: &'a Item, label: Option<&'a BlockLabel>, body: &'a Body) -> Option<Node> {
        let (name, span) = self.computed_name(Kind::Substage, item, label);
        let settings = self.block_settings(Kind::Substage, &body.items);
        let has = |name: &str| settings.iter().find(|setting| setting.attribute.name == name);
        if let (Some(run), Some(command)) = (has("run"), has("command")) {
            let (first, second) = if run.span < command.span { (run.span, command.span) } else { (command.span, run.span) };
            self.report(
                Diagnostic::at(Code::NoBody, second, "a substage has one body: `run` or `command`", "a second body")
                    .label(first, "the first one")
                    .help("keep one of them"),
            );
        } else if has("run").is_none() && has("command").is_none() && settings.len() == body.items.len() {
            // Where an item was refused, that may have been the body.
            self.report(
                Diagnostic::at(Code::NoBody, span, "this substage has nothing to do", "neither `run` nor `command`")
                    .help("write `run = \"…\"` with a shell script, or `command = [\"program\", \"argument\"]`"),
            );
        }
        self.check_shell(&settings);
        Some(Node::Substage(Box::new(hir::Substage { name, settings, span })))
    }

    /// The name of a stage or substage, a string expression, and its place.
    fn computed_name(&mut self, kind: Kind, item: &'a Item, label: Option<&'a BlockLabel>) -> (Expr, Span) {
        match label {
            Some(BlockLabel::Word(name)) => {
                if self.frame.bindings.iter().any(|bound| bound.name == name.text && bound.noun != Some("parameter")) {
                    let computed = format!("\"${{{{ {} }}}}\"", name.text);
                    self.report(
                        Diagnostic::at(
                            Code::BareInterpolatedName,
                            name.span,
                            format!("`{}` is a value in sight, but this is the name as it stands", name.text),
                            "not the value",
                        )
                        .note(format!("if the name itself is meant, write it in quotes: `\"{}\"`", name.text))
                        .fix("take the value as the name", name.span, computed.clone())
                        .help(format!("write `{computed}`")),
                    );
                }
                (Expr { kind: ExprKind::Literal(Literal::String(name.text.clone())), span: name.span }, name.span)
            }
            Some(BlockLabel::String(string)) => {
                let (name, _) = self.string(string, Some(&Type::String));
                (name, string.span)
            }
            None => {
                let word = if kind == Kind::Stage { "stage" } else { "substage" };
                let span = Span { end: item.span.start + word.len() as u32, ..item.span };
                self.report(
                    Diagnostic::at(Code::MissingAttribute, span, format!("this {word} has no name"), "which one?")
                        .help(format!("write `{word} name {{ … }}`")),
                );
                (error(span), span)
            }
        }
    }

    fn use_template(&mut self, kind: Kind, path: &'a [Name], args: &'a [CallArg], span: Span) -> Option<Node> {
        let found = match path {
            [name] => match self.find_in_file(Space::Template, &name.text) {
                Some(Entity::Template(index)) => Some(index),
                _ => {
                    self.unknown_template(name);
                    None
                }
            },
            [module, name] => match self.find_value(&module.text) {
                Some(Found::Entity(Entity::Module(file))) => match self.find_in_module(file, Space::Template, name) {
                    Some(Entity::Template(index)) => Some(index),
                    _ => None,
                },
                Some(_) => {
                    let message = format!("`{}` is no module", module.text);
                    self.report(
                        Diagnostic::at(Code::WrongKind, module.span, message, "not an imported file")
                            .help("write `use module.template(…)`"),
                    );
                    None
                }
                None if self.is_broken(&module.text) => None,
                None => {
                    let message = format!("unknown module `{}`", module.text);
                    self.report(
                        Diagnostic::at(Code::UnknownName, module.span, message, "not imported")
                            .help(format!("import it: `import \"…\" as {}`", module.text)),
                    );
                    None
                }
            },
            _ => {
                self.report(
                    Diagnostic::at(
                        Code::UnknownName,
                        span,
                        "a template is named `template` or `module.template`",
                        "too many dots",
                    )
                    .help("write `use module.template(…)`"),
                );
                None
            }
        };
        let signature = found.and_then(|index| Some((index, self.template_signature(index, span)?)));
        let Some((index, signature)) = signature else {
            for arg in args {
                self.infer(&arg.value, Some(&Type::Error));
            }
            return None;
        };
        let declared = &self.declared.templates[index];
        let ItemKind::Template { args: declared_args, .. } = &declared.item.kind else { return None };
        let args = self.arguments(declared.name, declared.file, declared_args, &signature.args, args, span);
        self.check_placement(kind, index, span);
        Some(Node::Use { template: TemplateId(index as u32), args, span })
    }

    fn unknown_template(&mut self, name: &Name) {
        if self.is_broken(&name.text) {
            return;
        }
        if let Some(other) = self.find_in_file(Space::Value, &name.text) {
            let noun = other.noun();
            let help = if matches!(other, Entity::Function(_)) {
                format!("a function makes a value: `run = {}(…)` in a substage", name.text)
            } else {
                "name a template, or a module's: `module.template(…)`".to_owned()
            };
            let message = format!("`{}` is a {noun}, not a template", name.text);
            self.report(Diagnostic::at(Code::WrongKind, name.span, message, "not a template").help(help));
            return;
        }
        let mut names: Vec<&EcoString> = self.declared.scopes[self.frame.file]
            .keys()
            .take(if self.has_many_mistakes() { 0 } else { usize::MAX })
            .filter(|(space, _)| *space == Space::Template)
            .map(|(_, name)| name)
            .collect();
        names.sort();
        let diagnostic = Diagnostic::at(
            Code::UnknownName,
            name.span,
            format!("unknown template `{}`", name.text),
            "no such template in sight",
        );
        self.diagnostics.push(diagnostic.meant(
            name.span,
            nearest(&name.text, names.iter().map(|name| name.as_str())),
            || "declare it with `template`, or import it",
        ));
    }

    /// A template of stages belongs in a pipeline, one of substages in a stage.
    fn check_placement(&mut self, kind: Kind, template: usize, span: Span) {
        let State::Done((_, template)) = &self.templates[template] else { return };
        let mut found = Vec::new();
        placed(&template.body, &self.templates, &mut HashSet::new(), &mut found);
        let has = |kind: Kind| found.iter().any(|(what, _)| *what == kind);
        let wrong = match kind {
            // Reported where it is declared.
            _ if has(Kind::Stage) && has(Kind::Substage) => None,
            Kind::Pipeline => found.iter().find(|(what, _)| *what == Kind::Substage),
            Kind::Stage => found.iter().find(|(what, _)| *what == Kind::Stage),
            _ => None,
        };
        if let Some((what, inside)) = wrong {
            let (places, here) = if *what == Kind::Stage { ("stages", "a stage") } else { ("substages", "a pipeline") };
            let diagnostic = Diagnostic::at(
                Code::MisplacedItem,
                span,
                format!("`{}` places {places}, which do not belong in {here}", template.name),
                "used here",
            )
            .label(*inside, "placed here")
            .help(if *what == Kind::Stage { "use it in the pipeline itself" } else { "use it inside a stage" });
            self.report(diagnostic);
        }
    }

    /// Interpolation is quoted for a shell like sh; another program would read it otherwise.
    fn check_shell(&mut self, settings: &Settings) {
        let shell = settings.iter().find(|setting| setting.attribute.name == "shell");
        let Some(Expr { kind: ExprKind::Literal(Literal::String(shell)), .. }) = shell.map(|setting| &setting.value) else {
            return;
        };
        if super::shell::is_sh_like(shell) {
            return;
        }
        let scripts = settings.iter().filter(|setting| matches!(setting.attribute.name, "run" | "before" | "after"));
        let mut reports = Vec::new();
        for setting in scripts {
            if let ExprKind::Script(pieces) = &setting.value.kind {
                reports.extend(pieces.iter().filter_map(|piece| {
                    match piece {
                        hir::ScriptPiece::Value { expr, .. } => Some(
                            Diagnostic::at(
                                Code::ForeignShell,
                                expr.span,
                                format!("no quoting is known for `{shell}`"),
                                "interpolated here",
                            )
                            .help("pass the value by `env { NAME = … }`, and let the program read the variable"),
                        ),
                        _ => None,
                    }
                }));
            }
        }
        self.diagnostics.extend(reports);
    }
}

fn is_pipeline_item(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Param { .. } => true,
        ItemKind::Block { word, .. } => matches!(word.text.as_str(), "trigger" | "target" | "sample" | "scenario" | "property"),
        _ => false,
    }
}

/// The first stage and the first substage that nodes place, also through templates that are read already.
fn placed(
    nodes: &[Node],
    templates: &[State<(super::checker::Signature, hir::Template)>],
    seen: &mut HashSet<TemplateId>,
    found: &mut Vec<(Kind, Span)>,
) {
    let add = |kind: Kind, span: Span, found: &mut Vec<(Kind, Span)>| {
        if !found.iter().any(|(other, _)| *other == kind) {
            found.push((kind, span));
        }
    };
    for node in nodes {
        match node {
            Node::Stage(stage) => add(Kind::Stage, stage.span, found),
            Node::Substage(substage) => add(Kind::Substage, substage.span, found),
            Node::Use { template, .. } => {
                if let (true, State::Done((_, template))) = (seen.insert(*template), &templates[template.0 as usize]) {
                    placed(&template.body, templates, seen, found);
                }
            }
            Node::For { body, .. } => placed(body, templates, seen, found),
            Node::If { branches, otherwise } => {
                for (_, body) in branches {
                    placed(body, templates, seen, found);
                }
                placed(otherwise, templates, seen, found);
            }
            Node::Let(..) | Node::Assert { .. } => {}
        }
    }
}
