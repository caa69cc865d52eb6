//! What is said of a run that is not as expected: what happened instead, and which setting decided it.

use std::collections::HashSet;

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::machine::{self, AttemptTrace, Expectation, Fakes, Miss, Reason, Trace, critical_path};
use crate::plan::{Origins, Plan, SubstageRef};
use crate::sema::hir::{Check, Expect, Fact, Scenario};
use crate::view::{Focus, consequence, ended, story};

/// Misses that a label names, at most.
const NAMED: usize = 3;
/// Fakes, and settings, that are pointed at, at most.
const FAKES_SHOWN: usize = 4;
const SETTINGS_SHOWN: usize = 3;

/// A run, and what was expected of it.
pub(super) struct Judgement<'a> {
    pub(super) plan: &'a Plan,
    pub(super) trace: &'a Trace,
    pub(super) scenario: &'a Scenario,
    pub(super) fakes: &'a Fakes<'a>,
}

/// An expectation that does not hold, and where.
pub(super) struct Missed<'a> {
    expect: &'a Expect,
    misses: Vec<Miss>,
}

impl<'a> Judgement<'a> {
    /// Where it is not as expected, if it is not.
    pub(super) fn missed(&self, expect: &'a Expect) -> Option<Missed<'a>> {
        let misses: Vec<Miss> = Expectation::resolve(self.plan, expect).misses(self.trace).collect();
        (!misses.is_empty()).then_some(Missed { expect, misses })
    }

    /// What happened instead of the first of these, as a sentence of its own, and how many there are beside it.
    pub(super) fn instead(&self, missed: &[Missed<'_>]) -> String {
        let first = missed.first().map(|missed| self.found(missed.expect, missed.misses[0])).unwrap_or_default();
        match missed.len() {
            0 | 1 => first,
            2 => first + ", and one more expectation does not hold",
            count => format!("{first}, and {} more expectations do not hold", count - 1),
        }
    }

    /// All that is to be said of these.
    pub(super) fn diagnostic(&self, code: Code, message: String, missed: &[Missed<'_>]) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(code, message);
        for Missed { expect, misses } in missed {
            diagnostic = diagnostic.label(expect.span, self.label(expect, misses));
        }
        let focus = self.focus(missed);
        for (span, text) in self.faked(&focus) {
            diagnostic = diagnostic.label(span, text);
        }
        for (span, text) in self.settings(missed) {
            diagnostic = diagnostic.label(span, text);
        }
        if missed.iter().any(|missed| missed.misses.contains(&Miss::NotInPlan)) {
            diagnostic = diagnostic
                .note(format!("a condition or a loop leaves it out with the values of this {}", self.scenario.kind()))
                .help("give the parameters that bring it in by `with`, or expect that it did `not ran`");
        }
        diagnostic.note(format!("what happened:\n{}", story(self.plan, self.trace, &focus)))
    }

    /// What happened instead, as a sentence of its own.
    fn found(&self, expect: &Expect, miss: Miss) -> String {
        let state = self.state(expect, miss);
        let name = match miss {
            Miss::NotInPlan => return state,
            Miss::Pipeline => "the pipeline".to_owned(),
            Miss::Duration => "the run".to_owned(),
            Miss::Stage(at) => format!("`{}`", self.plan.stages[at as usize].name),
            Miss::Substage(at) => format!("`{}`", self.plan.path(at)),
        };
        let expected = match &expect.fact {
            Fact::Path(_, Check::Outcome(word)) | Fact::Pipeline(word) => format!(", not `{word}`"),
            Fact::Path(_, Check::Attempts(count)) => format!(", not {count}"),
            Fact::Path(_, Check::Ran(_)) => String::new(),
            Fact::Duration(op, bound) => format!(", which is not {} {bound}", op.symbol()),
        };
        format!("{name} {state}{expected}")
    }

    /// What became of it, to stand after its name.
    fn state(&self, expect: &Expect, miss: Miss) -> String {
        match (miss, &expect.fact) {
            (Miss::NotInPlan, Fact::Path(path, _)) => format!("nothing that `{path}` names is in the plan"),
            (Miss::NotInPlan, _) => "nothing of it is in the plan".to_owned(),
            (Miss::Pipeline, _) => became(self.trace.outcome),
            (Miss::Duration, _) => format!("took {}", self.trace.duration),
            (_, Fact::Path(_, Check::Ran(false))) => "ran".to_owned(),
            (_, Fact::Path(_, Check::Ran(true))) => "did not run".to_owned(),
            (Miss::Stage(at), _) => became(self.trace.stages[at as usize].outcome),
            (Miss::Substage(at), Fact::Path(_, Check::Attempts(_))) => match self.trace.substage(at).attempts() {
                1 => "had 1 attempt".to_owned(),
                count => format!("had {count} attempts"),
            },
            (Miss::Substage(at), _) => became(self.trace.substage(at).outcome),
        }
    }

    /// What to say at an expectation.
    fn label(&self, expect: &Expect, misses: &[Miss]) -> String {
        let name = |miss: &Miss| match miss {
            Miss::Stage(at) => Some(self.plan.stages[*at as usize].name.to_string()),
            Miss::Substage(at) => Some(self.plan.path(*at)),
            Miss::NotInPlan | Miss::Pipeline | Miss::Duration => None,
        };
        let names: Vec<String> = misses.iter().filter_map(name).collect();
        match (names.as_slice(), &expect.fact) {
            ([name], Fact::Path(path, _)) if name == path => format!("it {}", self.state(expect, misses[0])),
            ([], Fact::Path(..)) => self.state(expect, misses[0]),
            ([], _) => format!("it {}", self.state(expect, misses[0])),
            ([name], _) => format!("`{name}` {}", self.state(expect, misses[0])),
            (names, _) => {
                let named: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
                let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
                format!("not so for {}{more}", named.join(", "))
            }
        }
    }

    /// What is to be told of: what was not as expected, and the fakes that could make it so.
    fn focus(&self, missed: &[Missed<'_>]) -> Focus {
        let mut focus = Focus::default();
        for miss in missed.iter().flat_map(|missed| &missed.misses) {
            match miss {
                Miss::Stage(at) => drop(focus.stages.insert(*at)),
                Miss::Substage(at) => drop(focus.substages.insert(*at)),
                Miss::Duration => {
                    focus.stages.extend((0..).take(self.plan.stages.len()));
                    focus.substages.extend(critical_path(self.plan, self.trace));
                }
                Miss::NotInPlan | Miss::Pipeline => {}
            }
        }
        focus
    }

    /// The last stage that can have to do with it.
    fn horizon(&self, focus: &Focus) -> u32 {
        let last = focus.stages.iter().copied().chain(focus.substages.iter().map(|at| at.stage)).max();
        last.unwrap_or(u32::MAX)
    }

    /// What became of each fake.
    fn faked(&self, focus: &Focus) -> Vec<(Span, String)> {
        let horizon = self.horizon(focus);
        let fakes = self.scenario.fakes.iter().map(|(path, _, span)| (*span, self.fakes.substages(path)));
        let near = fakes.filter(|(_, hit)| hit.iter().any(|at| at.stage <= horizon));
        near.take(FAKES_SHOWN).map(|(span, hit)| (span, self.fate(&hit))).collect()
    }

    fn fate(&self, hit: &[SubstageRef]) -> String {
        let outcomes = hit.iter().map(|at| self.trace.substage(*at));
        match hit {
            [only] => format!("it {}", ended(self.plan, self.trace, *only)),
            _ if outcomes.clone().all(|substage| substage.outcome == machine::Outcome::Skipped) => "all were skipped".to_owned(),
            _ => match outcomes.filter(|substage| substage.outcome.is_failure()).count() {
                failed if failed == hit.len() => format!("all {failed} failed"),
                failed => format!("{failed} of {} failed", hit.len()),
            },
        }
    }

    /// The settings that decided it, each with what it did.
    fn settings(&self, missed: &[Missed<'_>]) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        for Missed { expect, misses } in missed {
            found.extend(match (&expect.fact, misses[0]) {
                (Fact::Path(_, Check::Attempts(count)), Miss::Substage(at)) => self.retries(at, *count),
                (Fact::Path(_, Check::Ran(_)), miss) => self.flow(miss),
                (Fact::Path(_, Check::Outcome(word)), miss) if word == "skipped" || self.is_skipped(miss) => self.flow(miss),
                (Fact::Path(_, Check::Outcome(_)), miss) => self.codes(miss),
                (Fact::Pipeline(word), _) if word == "failed" => self.policies(self.plan.stages.len()),
                _ => Vec::new(),
            });
        }
        let mut seen = HashSet::new();
        found.retain(|(span, _)| seen.insert(*span));
        found.truncate(SETTINGS_SHOWN);
        found
    }

    fn is_skipped(&self, miss: Miss) -> bool {
        match miss {
            Miss::Stage(at) => self.trace.stages[at as usize].outcome == machine::Outcome::Skipped,
            Miss::Substage(at) => self.trace.substage(at).outcome == machine::Outcome::Skipped,
            Miss::NotInPlan | Miss::Pipeline | Miss::Duration => false,
        }
    }

    /// What made it run, or kept it from it: its stage's condition, else the policies of what failed before.
    fn flow(&self, miss: Miss) -> Vec<(Span, String)> {
        let (Miss::Stage(stage) | Miss::Substage(SubstageRef { stage, .. })) = miss else { return Vec::new() };
        match origin(&self.plan.stages[stage as usize].origins, "when") {
            Some(span) if self.is_skipped(Miss::Stage(stage)) => vec![(span, "this does not hold".to_owned())],
            // Its stage ran: it was skipped for a need.
            Some(_) | None if self.is_skipped(miss) && !self.is_skipped(Miss::Stage(stage)) => Vec::new(),
            Some(span) => vec![(span, "this holds".to_owned())],
            None => self.policies(stage as usize),
        }
    }

    /// The policies of what failed in the stages before this one.
    fn policies(&self, before: usize) -> Vec<(Span, String)> {
        let stages = self.plan.stages.iter().zip(&self.trace.stages).take(before);
        let substages = stages.flat_map(|(stage, traced)| stage.substages.iter().zip(&traced.substages));
        let failed = substages.filter(|(_, traced)| traced.outcome.is_failure());
        let said = failed.filter_map(|(substage, _)| {
            Some((origin(&substage.origins, "on_error")?, format!("this {}", consequence(substage.on_error).1)))
        });
        said.collect()
    }

    /// What gave it more attempts than expected, or fewer.
    fn retries(&self, at: SubstageRef, expected: u64) -> Vec<(Span, String)> {
        let (substage, traced) = (self.plan.substage(at), self.trace.substage(at));
        let Some(span) = origin(&substage.origins, "retry") else {
            let said = (traced.attempts() < expected).then(|| (substage.span, "it has no `retry`".to_owned()));
            return said.into_iter().collect();
        };
        let most = u64::from(substage.retry.limit) + 1;
        let given_up = traced.replicas.iter().find_map(|replica| {
            let last = replica.attempts.last()?;
            (last.outcome.is_failure() && (replica.attempts.len() as u64) < most).then_some(last)
        });
        let text = match given_up {
            Some(AttemptTrace { outcome, code: Some(code), .. }) => {
                format!("tries nothing again that ended `{}` ({code})", outcome.word())
            }
            Some(AttemptTrace { outcome, .. }) => format!("tries nothing again that ended `{}`", outcome.word()),
            None => format!("at most {most} attempts"),
        };
        vec![(span, text)]
    }

    /// What the exit codes mean that made it end so.
    fn codes(&self, miss: Miss) -> Vec<(Span, String)> {
        let substages: Vec<SubstageRef> = match miss {
            Miss::Substage(at) => vec![at],
            Miss::Stage(stage) => (0..)
                .take(self.plan.stages[stage as usize].substages.len())
                .map(|substage| SubstageRef { stage, substage })
                .collect(),
            Miss::NotInPlan | Miss::Pipeline | Miss::Duration => Vec::new(),
        };
        let said = substages.into_iter().filter_map(|at| {
            let Some(Reason::Exit(code)) = self.trace.substage(at).reason else { return None };
            let substage = self.plan.substage(at);
            let span = origin(&substage.origins, "exit_codes")?;
            let is_listed = substage.exit_codes.iter().any(|(known, _)| *known == code);
            let outcome = self.trace.substage(at).outcome.word();
            let text = if is_listed {
                format!("{code} is `{outcome}` here")
            } else {
                format!("{code} is not listed, so it is `{outcome}`")
            };
            Some((span, text))
        });
        said.collect()
    }
}

/// Where an attribute was written.
pub(super) fn origin(origins: &Origins, name: &str) -> Option<Span> {
    origins.iter().find(|(known, _)| *known == name).map(|(_, span)| *span)
}

fn became(outcome: machine::Outcome) -> String {
    match outcome {
        machine::Outcome::Skipped => "was skipped".to_owned(),
        other => format!("ended `{}`", other.word()),
    }
}
