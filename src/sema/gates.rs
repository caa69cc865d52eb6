//! Needs and run conditions of a program that cannot be planned for another mistake's sake.
//!
//! The plan judges them when all values are known. Without a plan, what is certain from the source alone is said here, in the
//! same words, so that all mistakes of a file are told at once.

use std::collections::HashSet;

use super::hir::{Declared, Expr, ExprKind, Literal, Node, Pipeline, Program, Setting, Stage, Substage, TemplateId};
use super::scenario::{may_match, shard_family};
use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};

/// A need that names nothing.
pub fn unknown_substage(span: Span, path: &str, help: String) -> Diagnostic {
    Diagnostic::at(Code::UnknownPath, span, format!("there is no substage `{path}`"), "unknown").help(help)
}

/// A need of a stage that runs later.
pub fn later_need(span: Span, path: &str, own: &str) -> Diagnostic {
    Diagnostic::at(Code::LaterStage, span, format!("`{path}` is in a later stage"), format!("needed in the stage `{own}`"))
        .note("stages run one after the other, in the order in which they are written")
        .help("name a substage of an earlier stage or of the same one, or move the stage")
}

/// A condition that names nothing.
pub fn unknown_stage(span: Span, stage: &str, meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::at(Code::UnknownPath, span, format!("there is no stage `{stage}`"), "unknown stage");
    match meant {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}

/// A condition on a stage that has not ended; `which` is it.
pub fn later_condition(span: Span, stage: &str, which: &str) -> Diagnostic {
    let message = format!("`when` looks at `{stage}`, which is {which}");
    Diagnostic::at(Code::LaterStage, span, message, "it has not ended when this is decided")
        .help("a run condition can only look at stages that are written before")
}

/// Reports what is certain whatever the values are.
pub(super) fn check(program: &Program, sink: &mut Vec<Diagnostic>) {
    for pipeline in &program.pipelines {
        let mut gates = Gates { program, pipeline, at: 0, seen: HashSet::new(), sink };
        gates.stages(&pipeline.body);
    }
}

/// A walk over one pipeline, in the order of [`Pipeline::declared`].
struct Gates<'a> {
    program: &'a Program,
    pipeline: &'a Pipeline,
    /// The index of the next stage.
    at: usize,
    seen: HashSet<TemplateId>,
    sink: &'a mut Vec<Diagnostic>,
}

impl<'a> Gates<'a> {
    fn stages(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            match node {
                Node::Stage(stage) => self.stage(stage),
                Node::Use { template, .. } if self.seen.insert(*template) => {
                    self.stages(&self.program.templates[template.0 as usize].body);
                }
                Node::For { body, .. } => self.stages(body),
                Node::If { branches, otherwise } => {
                    branches.iter().for_each(|(_, body)| self.stages(body));
                    self.stages(otherwise);
                }
                Node::Use { .. } | Node::Substage(_) | Node::Let(..) | Node::Assert { .. } => {}
            }
        }
    }

    fn stage(&mut self, stage: &'a Stage) {
        if let Some(when) = setting(&stage.settings, "when") {
            self.condition(when);
        }
        let mut open: Vec<&[Node]> = vec![&stage.body];
        while let Some(nodes) = open.pop() {
            for node in nodes {
                match node {
                    Node::Substage(substage) => self.substage(substage),
                    Node::For { body, .. } => open.push(body),
                    Node::If { branches, otherwise } => {
                        open.extend(branches.iter().map(|(_, body)| body.as_slice()));
                        open.push(otherwise);
                    }
                    Node::Stage(_) | Node::Use { .. } | Node::Let(..) | Node::Assert { .. } => {}
                }
            }
        }
        self.at += 1;
    }

    fn condition(&mut self, condition: &Expr) {
        match &condition.kind {
            ExprKind::StageCondition { stage, .. } => {
                let Some(name) = literal(stage) else { return };
                let places: Vec<usize> = self.places(name).map(|(at, _)| at).collect();
                let names = self.pipeline.declared.iter().map(|declared| declared.stage.as_str());
                self.sink.extend(if places.is_empty() {
                    Some(unknown_stage(condition.span, name, nearest(name, names.filter(|name| !name.contains('*')))))
                } else if places.iter().all(|at| *at >= self.at) {
                    let which = if places.contains(&self.at) { "the stage itself" } else { "a later stage" };
                    Some(later_condition(condition.span, name, which))
                } else {
                    None
                });
            }
            ExprKind::Unary(_, inner) => self.condition(inner),
            ExprKind::Binary(_, left, right) => {
                self.condition(left);
                self.condition(right);
            }
            _ => {}
        }
    }

    fn substage(&mut self, substage: &Substage) {
        let loads = setting(&substage.settings, "artifacts").and_then(|artifacts| match &artifacts.kind {
            ExprKind::Record(fields) => fields.iter().find(|(name, _)| name == "load").map(|(_, value)| value),
            _ => None,
        });
        for paths in setting(&substage.settings, "needs").into_iter().chain(loads) {
            let ExprKind::List(paths) = &paths.kind else { continue };
            for path in paths {
                if let Some((stage, name)) = literal(path).and_then(|text| text.split_once('/')) {
                    self.need(path.span, stage, name);
                }
            }
        }
    }

    fn need(&mut self, span: Span, stage: &str, substage: &str) {
        let family = shard_family(substage);
        let has =
            |declared: &Declared| declared.substages.iter().any(|known| may_match(substage, known) || may_match(family, known));
        let places: Vec<usize> = self.places(stage).filter(|(_, declared)| has(declared)).map(|(at, _)| at).collect();
        let path = format!("{stage}/{substage}");
        if places.is_empty() {
            let declared = self.pipeline.declared.iter();
            let known: Vec<String> = declared
                .flat_map(|declared| declared.substages.iter().map(move |name| format!("{}/{name}", declared.stage)))
                .filter(|known| !known.contains('*'))
                .collect();
            let help = match nearest(&path, known.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "a path is `\"stage/substage\"`".to_owned(),
            };
            self.sink.push(unknown_substage(span, &path, help));
        } else if places.iter().all(|at| *at > self.at) {
            let own = self.pipeline.declared.get(self.at).map_or("", |declared| declared.stage.as_str());
            self.sink.push(later_need(span, &path, own));
        }
    }

    /// The declared stages that can have this name.
    fn places(&self, stage: &str) -> impl Iterator<Item = (usize, &'a Declared)> {
        self.pipeline.declared.iter().enumerate().filter(move |(_, declared)| may_match(stage, &declared.stage))
    }
}

fn setting<'a>(settings: &'a [Setting], name: &str) -> Option<&'a Expr> {
    settings.iter().find(|setting| setting.attribute.name == name).map(|setting| &setting.value)
}

fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}
