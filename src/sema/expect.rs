//! Expectations of scenarios and properties: each is about what it names, in a form that this can have.

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema;
use crate::sema::checker::Checker;
use crate::sema::hir::{Check, Declared, Expect, ExpectCondition, Fact};
use crate::sema::scenario::PathUse;
use crate::syntax::ast::{self, BinaryOp, UnaryOp};

/// Outcomes of a whole run, and of a stage.
const RUN_OUTCOMES: &[&str] = &["succeeded", "unstable", "failed"];
const STAGE_OUTCOMES: &[&str] = &["succeeded", "unstable", "failed", "skipped"];

/// What other CI systems call an outcome, and what it is called here.
const FOREIGN_OUTCOMES: &[(&str, &str)] = &[
    ("success", "succeeded"),
    ("successful", "succeeded"),
    ("pass", "succeeded"),
    ("passed", "succeeded"),
    ("ok", "succeeded"),
    ("green", "succeeded"),
    ("yellow", "unstable"),
    ("fail", "failed"),
    ("failure", "failed"),
    ("error", "failed"),
    ("red", "failed"),
    ("timeout", "timed_out"),
    ("aborted", "cancelled"),
    ("canceled", "cancelled"),
    ("skip", "skipped"),
];

/// The outcome that a word means which is none.
pub(super) fn meant_outcome<'w>(word: &str, allowed: &[&'w str]) -> Option<&'w str> {
    let foreign = FOREIGN_OUTCOMES.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant);
    let meant = foreign.and_then(|meant| allowed.iter().find(|known| **known == meant)).copied();
    meant.or_else(|| nearest(word, allowed.iter().copied()))
}

impl<'a> Checker<'a> {
    pub(super) fn expect(&mut self, expect: &'a ast::Expect, span: Span, declared: &[Declared]) -> Option<Expect> {
        let fact = match &expect.subject {
            ast::Subject::Path(literal) => {
                let path = self.known_path(literal, declared, PathUse::Expect);
                let check = literal.as_plain().and_then(|path| self.path_check(&expect.check, &path, literal.span));
                path.zip(check).map(|(path, check)| Fact::Path(path, check))
            }
            ast::Subject::Pipeline(subject) => self.pipeline_fact(&expect.check, *subject),
            ast::Subject::Duration(subject) => self.duration_fact(&expect.check, *subject),
        };
        let when = match &expect.when {
            Some(when) => Some(self.expect_condition(when, declared)?),
            None => None,
        };
        Some(Expect { fact: fact?, when, span })
    }

    fn path_check(&mut self, check: &'a ast::Check, path: &str, at: Span) -> Option<Check> {
        let is_substage = path.contains('/');
        match check {
            ast::Check::Outcome(outcome) => {
                self.outcome(outcome, if is_substage { schema::OUTCOMES } else { STAGE_OUTCOMES }).map(Check::Outcome)
            }
            ast::Check::Ran(ran) => Some(Check::Ran(*ran)),
            ast::Check::Attempts(count) => match count.kind {
                _ if !is_substage => {
                    let message = "a stage has no attempts, its substages have";
                    let help = format!("write `\"{path}/*\"` for each of its substages");
                    self.report(Diagnostic::at(Code::UnknownPath, at, message, "names a stage").help(help));
                    None
                }
                ast::ExprKind::Int(count) if count >= 0 => Some(Check::Attempts(count.unsigned_abs())),
                ast::ExprKind::Error => None,
                _ => {
                    let message = "a number of attempts is a whole number";
                    self.report(
                        Diagnostic::at(Code::TypeMismatch, count.span, message, "not a number")
                            .help("write it out: `attempts = 3`"),
                    );
                    None
                }
            },
            ast::Check::Compare(op, bound) => self.not_compared(*op, bound),
            ast::Check::Error => None,
        }
    }

    fn pipeline_fact(&mut self, check: &'a ast::Check, subject: Span) -> Option<Fact> {
        match check {
            ast::Check::Outcome(outcome) => self.outcome(outcome, RUN_OUTCOMES).map(Fact::Pipeline),
            ast::Check::Compare(op, bound) => self.not_compared(*op, bound),
            ast::Check::Ran(_) | ast::Check::Attempts(_) => {
                let message = "of the whole pipeline only the outcome can be expected";
                self.report(
                    Diagnostic::at(Code::TypeMismatch, subject, message, "the whole pipeline")
                        .help("write `expect pipeline = succeeded`, or name a stage or a substage"),
                );
                None
            }
            ast::Check::Error => None,
        }
    }

    fn duration_fact(&mut self, check: &'a ast::Check, subject: Span) -> Option<Fact> {
        let help = "bound it: `expect duration <= 2h`";
        match check {
            ast::Check::Compare(op, bound) => match bound.kind {
                ast::ExprKind::Duration(bound) => return Some(Fact::Duration(*op, bound)),
                ast::ExprKind::Error => {}
                _ => {
                    let message = "the run's duration is compared with a duration";
                    self.report(
                        Diagnostic::at(Code::TypeMismatch, bound.span, message, "not a duration")
                            .help("write it out: `expect duration <= 2h`"),
                    );
                }
            },
            ast::Check::Outcome(_) => {
                let diagnostic = Diagnostic::at(Code::TypeMismatch, subject, "a duration has no outcome", "compared with `=`");
                self.report(diagnostic.help(help));
            }
            ast::Check::Ran(_) | ast::Check::Attempts(_) => {
                let message = "of the run's duration only a bound can be expected";
                self.report(Diagnostic::at(Code::TypeMismatch, subject, message, "the run's duration").help(help));
            }
            ast::Check::Error => {}
        }
        None
    }

    /// Only the run's duration is compared with an operator.
    fn not_compared<T>(&mut self, op: BinaryOp, bound: &ast::Expr) -> Option<T> {
        let help = match op {
            BinaryOp::Ne => "write the outcome that it has instead, after `=`, or `ran` or `not ran`",
            _ => "write `= succeeded`; the run's duration is bounded by `expect duration <= 2h`",
        };
        let message = "an outcome is expected with `=`";
        let label = format!("compared with `{}`", op.symbol());
        self.report(Diagnostic::at(Code::TypeMismatch, bound.span, message, label).help(help));
        None
    }

    /// One of the outcomes that it can have.
    fn outcome(&mut self, outcome: &'a ast::Expr, allowed: &[&str]) -> Option<EcoString> {
        if let ast::ExprKind::Word(word) = &outcome.kind {
            if allowed.contains(&word.as_str()) {
                return Some(word.clone());
            }
            let message = format!("`{word}` is no outcome that this can have");
            let diagnostic = Diagnostic::at(Code::UnknownMember, outcome.span, message, "not an outcome of it");
            self.report(
                diagnostic
                    .meant(outcome.span, meant_outcome(word, allowed), || format!("it ends as one of {}", allowed.join(", "))),
            );
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
                    let path = self.known_path(literal, declared, PathUse::Expect)?;
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
