//! Scenarios and properties: read and checked here, run by the abstract machine.

use ecow::EcoString;

use crate::base::{Span, glob};
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::{self, Kind};
use crate::sema::checker::Checker;
use crate::sema::hir::{Check, Declared, Expect, ExpectCondition, FakeOutcome, ParamId, Scenario, Subject};
use crate::sema::types::Type;
use crate::syntax::ast::{self, BinaryOp, Item, ItemKind, StringLit, UnaryOp};

const FAKES: &[&str] = &["succeeded", "timed_out", "lost", "cached"];

impl<'a> Checker<'a> {
    pub(super) fn scenarios(&mut self, items: &'a [Item], params: &[ParamId], declared: &[Declared]) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        for item in items {
            let ItemKind::Block { word, label, body, .. } = &item.kind else { continue };
            let kind = match word.text.as_str() {
                "scenario" => Kind::Scenario,
                "property" => Kind::Property,
                _ => continue,
            };
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
                self.statement(kind, statement, params, declared, &mut scenario);
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
                if let Some(text) = self.known_path(path, declared, true) {
                    let outcomes = self.fakes(outcome);
                    scenario.fakes.push((text, outcomes, path.span));
                }
            }
            ItemKind::Takes { path, duration } => {
                let duration = self.check(duration, &Type::Duration);
                if let Some(text) = self.known_path(path, declared, true) {
                    scenario.takes.push((text, duration, path.span));
                }
            }
            ItemKind::Expect(expect) => scenario.expects.extend(self.expect(expect, item.span, declared)),
            ItemKind::Error => {}
            _ => self.misplaced(kind, item),
        }
    }

    /// A path that means something of this pipeline. A fake needs a substage.
    fn known_path(&mut self, literal: &StringLit, declared: &[Declared], needs_substage: bool) -> Option<EcoString> {
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
        if needs_substage && substage.is_none() {
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
                let family = shard_family(substage);
                known.substages.iter().any(|name| may_match(substage, name) || may_match(family, name))
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

    fn fakes(&mut self, outcome: &'a ast::Expr) -> Vec<FakeOutcome> {
        match &outcome.kind {
            ast::ExprKind::List(list) => list.iter().filter_map(|outcome| self.fake(outcome)).collect(),
            _ => self.fake(outcome).into_iter().collect(),
        }
    }

    fn fake(&mut self, outcome: &'a ast::Expr) -> Option<FakeOutcome> {
        match &outcome.kind {
            ast::ExprKind::Word(word) => match word.as_str() {
                "succeeded" => return Some(FakeOutcome::Succeeded),
                "timed_out" => return Some(FakeOutcome::TimedOut),
                "lost" => return Some(FakeOutcome::Lost),
                "cached" => return Some(FakeOutcome::Cached),
                _ => {}
            },
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
        let meant = match &outcome.kind {
            ast::ExprKind::Word(word) => nearest(word, FAKES.iter().copied()),
            _ => None,
        };
        self.report(match (&outcome.kind, meant) {
            (ast::ExprKind::Int(code @ 0..=255), _) => diagnostic
                .fix(format!("write `exit({code})`"), outcome.span, format!("exit({code})"))
                .help(format!("write `exit({code})`")),
            (ast::ExprKind::Word(word), _) if word == "failed" => {
                diagnostic.fix("write `exit(1)`", outcome.span, "exit(1)").help("write `exit(1)`")
            }
            (_, Some(meant)) => {
                diagnostic.fix(format!("write `{meant}`"), outcome.span, meant).help(format!("did you mean `{meant}`?"))
            }
            (_, None) => diagnostic.help("write `exit(n)`, `succeeded`, `timed_out`, `lost` or `cached`, or a list of them"),
        });
        None
    }

    fn expect(&mut self, expect: &'a ast::Expect, span: Span, declared: &[Declared]) -> Option<Expect> {
        let subject = match &expect.subject {
            ast::Subject::Path(literal) => self.known_path(literal, declared, false).map(Subject::Path),
            ast::Subject::Pipeline(_) => Some(Subject::Pipeline),
            ast::Subject::Duration(_) => Some(Subject::Duration),
        };
        let is_substage = matches!(&subject, Some(Subject::Path(path)) if path.contains('/'));
        let check = match &expect.check {
            ast::Check::Outcome(outcome) => self.outcome(outcome, &expect.subject, is_substage),
            ast::Check::Ran(ran) => Some(Check::Ran(*ran)),
            ast::Check::Attempts(count) => match count.kind {
                ast::ExprKind::Int(count) if count >= 0 => Some(Check::Attempts(count)),
                _ => {
                    self.report(
                        Diagnostic::at(Code::TypeMismatch, count.span, "a number of attempts is a whole number", "not a number")
                            .help("write it out: `attempts = 3`"),
                    );
                    None
                }
            },
            ast::Check::Compare(op, bound) => match bound.kind {
                ast::ExprKind::Duration(duration) => Some(Check::Compare(*op, duration)),
                _ => {
                    self.report(
                        Diagnostic::at(
                            Code::TypeMismatch,
                            bound.span,
                            "the run's duration is compared with a duration",
                            "not a duration",
                        )
                        .help("write it out: `expect duration <= 2h`"),
                    );
                    None
                }
            },
            ast::Check::Error => None,
        };
        let when = match &expect.when {
            Some(when) => Some(self.expect_condition(when, declared)?),
            None => None,
        };
        Some(Expect { subject: subject?, check: check?, when, span })
    }

    fn outcome(&mut self, outcome: &'a ast::Expr, subject: &ast::Subject, is_substage: bool) -> Option<Check> {
        let allowed: &[&str] = match subject {
            ast::Subject::Pipeline(_) => &["succeeded", "unstable", "failed"],
            ast::Subject::Path(_) if is_substage => schema::OUTCOMES,
            ast::Subject::Path(_) => &["succeeded", "unstable", "failed", "skipped"],
            ast::Subject::Duration(span) => {
                self.report(
                    Diagnostic::at(Code::TypeMismatch, *span, "a duration has no outcome", "compared with `=`")
                        .help("bound it: `expect duration <= 2h`"),
                );
                return None;
            }
        };
        if let ast::ExprKind::Word(word) = &outcome.kind {
            if allowed.contains(&word.as_str()) {
                return Some(Check::Outcome(word.clone()));
            }
            let diagnostic = Diagnostic::at(
                Code::UnknownMember,
                outcome.span,
                format!("`{word}` is no outcome that this can have"),
                "not an outcome of it",
            );
            self.report(diagnostic.meant(outcome.span, nearest(word, allowed.iter().copied()), || {
                format!("it ends as one of {}", allowed.join(", "))
            }));
        } else if !matches!(outcome.kind, ast::ExprKind::Error) {
            self.report(
                Diagnostic::at(Code::UnknownMember, outcome.span, "an outcome is one word", "not an outcome")
                    .help(format!("write one of {}", allowed.join(", "))),
            );
        }
        None
    }

    fn expect_condition(&mut self, expr: &'a ast::Expr, declared: &[Declared]) -> Option<ExpectCondition> {
        match &expr.kind {
            ast::ExprKind::Unary(UnaryOp::Not, inner) => {
                Some(ExpectCondition::Not(Box::new(self.expect_condition(inner, declared)?)))
            }
            ast::ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                let left = self.expect_condition(left, declared);
                let right = self.expect_condition(right, declared);
                let (left, right) = (Box::new(left?), Box::new(right?));
                Some(if *op == BinaryOp::And { ExpectCondition::And(left, right) } else { ExpectCondition::Or(left, right) })
            }
            ast::ExprKind::Call(callee, args) => {
                if let (ast::ExprKind::Word(word), [ast::CallArg { name: None, value }]) = (&callee.kind, args.as_slice())
                    && matches!(word.as_str(), "failed" | "succeeded")
                    && let ast::ExprKind::String(literal) = &value.kind
                {
                    let path = self.known_path(literal, declared, false)?;
                    return Some(if word == "failed" { ExpectCondition::Failed(path) } else { ExpectCondition::Succeeded(path) });
                }
                self.bad_condition(expr.span)
            }
            ast::ExprKind::Error => None,
            _ => self.bad_condition(expr.span),
        }
    }

    fn bad_condition<T>(&mut self, span: Span) -> Option<T> {
        self.report(
            Diagnostic::at(
                Code::TypeMismatch,
                span,
                "an expectation's condition asks how something ended",
                "not such a condition",
            )
            .help("write `failed(\"stage\")` or `succeeded(\"stage/substage\")`, joined by `and`, `or`, `not`"),
        );
        None
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

/// `name` of the shard `name-1of4`; any other name as it is.
pub(super) fn shard_family(name: &str) -> &str {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once('-') {
        Some((family, part)) if part.split_once("of").is_some_and(|(index, count)| number(index) && number(count)) => family,
        _ => name,
    }
}
