//! Scenarios and properties: read and checked here, run by the abstract machine.

use std::collections::HashMap;

use ecow::EcoString;

use crate::base::{Span, glob};
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::Kind;
use crate::sema::checker::Checker;
use crate::sema::expect::meant_outcome;
use crate::sema::hir::{Declared, Expr, FakeOutcome, ParamId, Scenario};
use crate::sema::types::Type;
use crate::syntax::ast::{self, Item, ItemKind, StringLit};

/// What a path is written for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PathUse {
    /// Substages, or with `#n` one replica of them.
    Fake,
    /// Stages or substages.
    Expect,
}

impl<'a> Checker<'a> {
    /// The durations of all `takes`, by the place of their path. They see the pipeline's constants, so they are read among them.
    pub(super) fn takes(&mut self, items: &'a [Item]) -> HashMap<Span, Expr> {
        let mut found = HashMap::new();
        for item in items {
            let ItemKind::Block { word, body, .. } = &item.kind else { continue };
            if kind_of(&word.text).is_none() {
                continue;
            }
            for statement in &body.items {
                if let ItemKind::Takes { path, duration } = &statement.kind {
                    found.insert(path.span, self.check(duration, &Type::Duration));
                }
            }
        }
        found
    }

    pub(super) fn scenarios(
        &mut self,
        items: &'a [Item],
        params: &[ParamId],
        declared: &[Declared],
        mut takes: HashMap<Span, Expr>,
    ) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        for item in items {
            let ItemKind::Block { word, label, body, .. } = &item.kind else { continue };
            let Some(kind) = kind_of(&word.text) else { continue };
            let Some((name, span)) = self.block_name(item, label.as_ref()) else { continue };
            if let Some(first) = scenarios.iter().find(|other| other.name == name).map(|other| other.span) {
                self.report(
                    Diagnostic::at(Code::DuplicateName, span, format!("`{name}` is declared twice"), "declared again here")
                        .label(first, "first declared here")
                        .help("give one of them another name"),
                );
            }
            let mut scenario = Scenario {
                name,
                is_property: kind == Kind::Property,
                with: Vec::new(),
                fakes: Vec::new(),
                takes: Vec::new(),
                expects: Vec::new(),
                span,
            };
            for statement in &body.items {
                match &statement.kind {
                    ItemKind::Takes { path, .. } => {
                        if let Some(text) = self.known_path(path, declared, PathUse::Fake) {
                            scenario.takes.extend(takes.remove(&path.span).map(|duration| (text, duration, path.span)));
                        }
                    }
                    _ => self.statement(kind, statement, params, declared, &mut scenario),
                }
            }
            if body.items.iter().all(|item| !matches!(item.kind, ItemKind::Expect(_) | ItemKind::Error)) {
                self.report(
                    Diagnostic::at(Code::MissingAttribute, span, "nothing is expected here", "no `expect`")
                        .help("write what must have happened: `expect pipeline = failed`"),
                );
            }
            scenarios.push(scenario);
        }
        scenarios
    }

    fn statement(&mut self, kind: Kind, item: &'a Item, params: &[ParamId], declared: &[Declared], scenario: &mut Scenario) {
        match &item.kind {
            ItemKind::With { name, value } => self.param_value(name, value, params, &mut scenario.with),
            ItemKind::Fake { path, outcome } => {
                if let Some(text) = self.known_path(path, declared, PathUse::Fake) {
                    let outcomes = self.fakes(outcome);
                    scenario.fakes.push((text, outcomes, path.span));
                }
            }
            ItemKind::Expect(expect) => scenario.expects.extend(self.expect(expect, item.span, declared)),
            ItemKind::Error => {}
            _ => self.misplaced(kind, item),
        }
    }

    /// A path that means something of this pipeline.
    pub(super) fn known_path(&mut self, literal: &StringLit, declared: &[Declared], path_use: PathUse) -> Option<EcoString> {
        let Some(path) = literal.as_plain() else {
            self.report(
                Diagnostic::at(Code::UnknownPath, literal.span, "a path is fixed here", "interpolated here")
                    .help("write it as a plain string; `*` stands for anything"),
            );
            return None;
        };
        let (stage, substage) = match path.split_once('/') {
            Some((stage, substage)) => (stage, Some(substage)),
            None => (path.as_str(), None),
        };
        if path_use != PathUse::Expect && substage.is_none() {
            self.report(
                Diagnostic::at(
                    Code::UnknownPath,
                    literal.span,
                    format!("`{path}` names a stage, but substages end, not stages"),
                    "no `/`",
                )
                .help(format!("write `\"{path}/*\"` for all its substages")),
            );
            return None;
        }
        let of_stage: Vec<&Declared> = declared.iter().filter(|known| may_match(stage, &known.stage)).collect();
        let is_known = match substage {
            None => !of_stage.is_empty(),
            Some(substage) => of_stage.iter().any(|known| {
                let is_named = |path: &str| {
                    let family = shard_family(path);
                    known.substages.iter().any(|name| may_match(path, name) || may_match(family, name))
                };
                is_named(substage) || path_use == PathUse::Fake && without_replica(substage).is_some_and(is_named)
            }),
        };
        if !is_known {
            let known: Vec<String> = declared
                .iter()
                .flat_map(|known| {
                    let paths = known.substages.iter().map(|name| format!("{}/{name}", known.stage));
                    std::iter::once(known.stage.to_string()).chain(paths)
                })
                .filter(|known| known.contains('/') == substage.is_some())
                .collect();
            let diagnostic =
                Diagnostic::at(Code::UnknownPath, literal.span, format!("this pipeline has no `{path}`"), "nothing of this name");
            self.report(match nearest(&path, known.iter().map(String::as_str)) {
                Some(meant) => diagnostic
                    .fix(format!("write `\"{meant}\"`"), literal.span, format!("\"{meant}\""))
                    .help(format!("did you mean `{meant}`?")),
                None if known.is_empty() => diagnostic,
                None => {
                    let shown: Vec<&str> = known.iter().map(String::as_str).take(12).collect();
                    diagnostic.help(format!("it has {}{}", shown.join(", "), if known.len() > shown.len() { ", …" } else { "" }))
                }
            });
            return None;
        }
        Some(path)
    }

    /// Attempt by attempt; `cached` is no attempt.
    fn fakes(&mut self, outcome: &'a ast::Expr) -> Vec<FakeOutcome> {
        let list = match &outcome.kind {
            ast::ExprKind::List(list) => list.as_slice(),
            _ => std::slice::from_ref(outcome),
        };
        let outcomes: Vec<FakeOutcome> = list.iter().filter_map(|outcome| self.fake(outcome)).collect();
        if list.is_empty() {
            self.report(
                Diagnostic::at(Code::UnknownMember, outcome.span, "this fakes nothing", "no outcome")
                    .help("write how each attempt ends, as in `[lost, succeeded]`; the last one repeats"),
            );
        } else if outcomes.contains(&FakeOutcome::Cached) && list.len() > 1 {
            let message = "`cached` stands alone, for a whole substage";
            self.report(
                Diagnostic::at(Code::UnknownMember, outcome.span, message, "in a list with others")
                    .help("what is cached has no attempts: write `= cached`, or leave it out"),
            );
        }
        outcomes
    }

    fn fake(&mut self, outcome: &'a ast::Expr) -> Option<FakeOutcome> {
        match &outcome.kind {
            ast::ExprKind::Word(word) => {
                if let Some(outcome) = FakeOutcome::of_word(word) {
                    return Some(outcome);
                }
            }
            ast::ExprKind::Call(callee, args) => {
                if let (ast::ExprKind::Word(word), [ast::CallArg { name: None, value }]) = (&callee.kind, args.as_slice())
                    && word == "exit"
                    && let ast::ExprKind::Int(code) = value.kind
                    && let Ok(code) = u8::try_from(code)
                {
                    return Some(FakeOutcome::Exit(code));
                }
            }
            ast::ExprKind::Error => return None,
            _ => {}
        }
        let diagnostic =
            Diagnostic::at(Code::UnknownMember, outcome.span, "this is no way for a substage to end", "not an outcome to fake");
        let failed = "failed";
        let words: Vec<&str> = FakeOutcome::WORDS.iter().map(|(word, _)| *word).chain([failed]).collect();
        let meant = match &outcome.kind {
            ast::ExprKind::Word(word) if word == failed => Some(failed),
            ast::ExprKind::Word(word) => meant_outcome(word, &words),
            _ => None,
        };
        self.report(match (&outcome.kind, meant) {
            (ast::ExprKind::Int(code @ 0..=255), _) => diagnostic
                .fix(format!("write `exit({code})`"), outcome.span, format!("exit({code})"))
                .help(format!("write `exit({code})`")),
            // How it fails is for the fake to say.
            (_, Some(meant)) if meant == failed => {
                diagnostic.fix("write `exit(1)`", outcome.span, "exit(1)").help("write `exit(1)`")
            }
            (_, Some(meant)) => {
                diagnostic.fix(format!("write `{meant}`"), outcome.span, meant).help(format!("did you mean `{meant}`?"))
            }
            (_, None) => diagnostic.help(
                "write `exit(n)` with a code up to 255, `succeeded`, `timed_out` or `lost`, or a list of them, or `cached`",
            ),
        });
        None
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    match word {
        "scenario" => Some(Kind::Scenario),
        "property" => Some(Kind::Property),
        _ => None,
    }
}

/// Whether two globs can mean the same name. Exact where one of them has no `*`; else true, since the plan decides.
pub(super) fn may_match(a: &str, b: &str) -> bool {
    match (a.contains('*'), b.contains('*')) {
        (false, false) => a == b,
        (true, false) => glob(a, b),
        (false, true) => glob(b, a),
        (true, true) => true,
    }
}

/// `name` of the replica `name#2`.
fn without_replica(name: &str) -> Option<&str> {
    let (name, number) = name.rsplit_once('#')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

/// `name` of the shard `name-1of4`; any other name as it is.
pub(super) fn shard_family(name: &str) -> &str {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once('-') {
        Some((family, part)) if part.split_once("of").is_some_and(|(index, count)| number(index) && number(count)) => family,
        _ => name,
    }
}
