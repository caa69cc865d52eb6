//! Properties and laws: whether they hold in every run of a pipeline, and a run that shows where they do not.

use std::collections::HashSet;

use super::judgement::{Judgement, Missed, origin};
use super::paste::Paste;
use super::scenario::{Staged, errors, fakes, staged};
use super::{Merged, Outcome, analyze};
use crate::base::{RootPath, Span, World};
use crate::diag::{Code, Diagnostic};
use crate::machine::verify::{Breach, Count, Counterexample, Late, Law, Space, Verdict};
use crate::machine::{Expectation, Fakes};
use crate::plan::{Plan, SubstageRef};
use crate::sema::Analysis;
use crate::sema::hir::{Expect, Pipeline, PipelineId, Program, Scenario};
use crate::view::{Focus, story};

/// What is asked of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    pub pipeline: PipelineId,
    /// An index into its `scenarios`; none for the laws.
    pub property: Option<usize>,
}

/// What came of a question; it is answered by yes where nothing is said.
#[derive(Debug, Default)]
pub struct Answer {
    pub outcome: Outcome,
    /// States that were looked at.
    pub explored: u64,
    /// Combinations of outcomes that they stand for; none where there is no plan.
    pub combinations: Option<Count>,
    /// The path of a substage for which deadlines could not be compared: it has no timeout.
    pub untimed: Option<String>,
}

impl Question {
    pub fn find(self, program: &Program) -> (&Pipeline, Option<&Scenario>) {
        let pipeline = &program.pipelines[self.pipeline.0 as usize];
        (pipeline, self.property.map(|property| &pipeline.scenarios[property]))
    }
}

/// All questions about a file, in its order: of each pipeline its laws, then its properties.
pub fn questions(program: &Program) -> Vec<Question> {
    let pipelines = (0..).map(PipelineId).zip(&program.pipelines);
    let all = pipelines.flat_map(|(pipeline, declared)| {
        let scenarios = declared.scenarios.iter().enumerate();
        let properties = scenarios.filter(|(_, scenario)| scenario.is_property).map(|(index, _)| Some(index));
        std::iter::once(None).chain(properties).map(move |property| Question { pipeline, property })
    });
    all.collect()
}

/// Answers all questions about a file; of mistakes in it only errors are told.
pub fn verify(world: &dyn World, file: &RootPath, limit: u64) -> Outcome {
    let analysis = analyze(world, file);
    let mut merged = Merged::default();
    merged.absorb(&analysis.sources, errors(&analysis.diagnostics));
    if !analysis.diagnostics.iter().any(Diagnostic::is_error) {
        for question in questions(&analysis.program) {
            let outcome = answer(world, &analysis, question, limit).outcome;
            merged.absorb(&outcome.sources, outcome.diagnostics);
        }
    }
    merged.finish()
}

/// Answers one question about a file without errors. `limit`: states that may be looked at.
pub fn answer(world: &dyn World, analysis: &Analysis, question: Question, limit: u64) -> Answer {
    let (pipeline, property) = question.find(&analysis.program);
    let mut sink = Vec::new();
    let Staged { sources, plan, takes } = staged(world, analysis, question.pipeline, question.property, &mut sink);
    let mut answer = Answer::default();
    if let Some(plan) = &plan {
        let given = match property {
            Some(property) => fakes(plan, property, &takes, &mut sink),
            None => Fakes::new(plan),
        };
        if sink.is_empty() {
            let space = Space::new(plan, &given);
            let paste = Paste { program: &analysis.program, sources: &sources, pipeline };
            let inquiry = Inquiry { plan, given: &given, space, paste, limit };
            answer.combinations = Some(inquiry.space.combinations());
            match property {
                Some(property) => inquiry.property(property, &mut answer, &mut sink),
                None => inquiry.laws(&mut answer, &mut sink),
            }
        }
    }
    answer.outcome = Outcome::finish(sources, &sink, Vec::new());
    answer
}

struct Inquiry<'a> {
    plan: &'a Plan,
    given: &'a Fakes<'a>,
    space: Space<'a>,
    paste: Paste<'a>,
    limit: u64,
}

impl Inquiry<'_> {
    fn property(&self, property: &Scenario, answer: &mut Answer, sink: &mut Vec<Diagnostic>) {
        let mut broken = 0;
        let mut open: Vec<&Expect> = property.expects.iter().rev().collect();
        while let Some(expect) = open.pop() {
            let finding = self.space.verify(&Expectation::resolve(self.plan, expect), self.limit.saturating_sub(answer.explored));
            answer.explored += finding.explored;
            match finding.verdict {
                Verdict::Holds => {}
                Verdict::Broken(shown) => {
                    sink.push(self.broken(property, broken, expect, &mut open, &shown));
                    broken += 1;
                }
                Verdict::Cut { fakes } => {
                    let message = format!("{:?} is not decided: there are too many states", property.name);
                    sink.push(self.cut(Diagnostic::at(Code::Undecided, expect.span, message, "cut short"), fakes));
                }
                Verdict::Open => {
                    let message = format!("{:?} is not decided", property.name);
                    sink.push(undecided(Diagnostic::at(Code::Undecided, expect.span, message, "neither shown nor ruled out")));
                }
            }
        }
    }

    /// What one run breaks is told at once: of the expectations that are still open, some are closed by it.
    fn broken(
        &self,
        property: &Scenario,
        number: usize,
        expect: &Expect,
        open: &mut Vec<&Expect>,
        shown: &Counterexample,
    ) -> Diagnostic {
        let judgement = Judgement { plan: self.plan, trace: &shown.trace, scenario: property, fakes: self.given };
        let mut broken = vec![expect];
        open.retain(|other| {
            let is_kept = judgement.missed(other).is_none();
            if !is_kept {
                broken.push(other);
            }
            is_kept
        });
        // They were in the reverse order, to be taken from the end.
        broken[1..].reverse();
        let missed: Vec<Missed<'_>> = broken.iter().filter_map(|expect| judgement.missed(expect)).collect();
        let message = format!("{:?} does not always hold: {}", property.name, judgement.instead(&missed));
        let told = judgement.diagnostic(Code::BrokenProperty, message, &missed);
        told.note(shows_it(&self.paste.of_property(property, number, &broken, shown)))
    }

    fn cut(&self, diagnostic: Diagnostic, fakes: u32) -> Diagnostic {
        let covered = match fakes {
            0 => "nothing was covered".to_owned(),
            1 => "covered is the run in which nothing goes wrong".to_owned(),
            2 => "covered are all runs in which at most one substage goes wrong by itself".to_owned(),
            _ => format!("covered are all runs in which at most {} substages go wrong by themselves", fakes - 1),
        };
        diagnostic
            .note(format!("{covered}; the others were not looked at, for `--limit` is {}", self.limit))
            .help("raise `--limit`, or expect less at once")
    }

    fn laws(&self, answer: &mut Answer, sink: &mut Vec<Diagnostic>) {
        let found = self.space.laws(self.limit);
        answer.explored = found.explored;
        answer.untimed = found.untimed.map(|at| self.plan.path(at));
        // What several substages inherit is told once.
        let mut again = HashSet::new();
        let is_new = |breach: &&Breach| match breach {
            Breach::Again(at, _) => again.insert(self.retry_of(*at)),
            _ => true,
        };
        sink.extend(found.breaches.iter().filter(is_new).map(|breach| self.breach(breach)));
    }

    fn breach(&self, breach: &Breach) -> Diagnostic {
        match breach {
            Breach::Run(law, shown) => {
                let message = format!("{} in `{}`", broken_law(*law), self.plan.pipeline);
                let told = Diagnostic::at(Code::BrokenLaw, self.plan.span, message, "in this pipeline");
                told.note(format!("what happened:\n{}", story(self.plan, &shown.trace, &Focus::default())))
            }
            Breach::Again(at, shown) => self.again(*at, shown),
            Breach::Idle(stage, shown) => self.idle(*stage, shown),
            Breach::Late(late) => self.late(late),
            Breach::Cut(law, fakes) => {
                let message = format!("it is not decided that {}: there are too many states", law_text(*law));
                self.cut(Diagnostic::at(Code::Undecided, self.plan.span, message, "cut short"), *fakes)
            }
            Breach::Open(law) => {
                let message = format!("it is not decided that {}", law_text(*law));
                undecided(Diagnostic::at(Code::Undecided, self.plan.span, message, "neither shown nor ruled out"))
            }
        }
    }

    fn retry_of(&self, at: SubstageRef) -> Span {
        let substage = self.plan.substage(at);
        origin(&substage.origins, "retry").unwrap_or(substage.span)
    }

    fn again(&self, at: SubstageRef, shown: &Counterexample) -> Diagnostic {
        let (substage, path) = (self.plan.substage(at), self.plan.path(at));
        let copies = substage.dispatch.map_or(1, |dispatch| dispatch.copies);
        let span = self.retry_of(at);
        let scenario = self.paste.of_law("nothing runs again", shown, &format!("expect {path:?} attempts = {copies}"));
        Diagnostic::at(
            Code::BrokenLaw,
            span,
            format!("`{path}` runs again after it has succeeded"),
            "`exit(0)` is tried again here",
        )
        .note(shows_it(&scenario))
        .help("leave `exit(0)` out of `on`: 0 is success")
    }

    fn idle(&self, stage: u32, shown: &Counterexample) -> Diagnostic {
        let planned = &self.plan.stages[stage as usize];
        let when = origin(&planned.origins, "when").unwrap_or(planned.span);
        let message = format!("`{}` always runs, but there are runs in which nothing of it does", planned.name);
        let focus = Focus { stages: [stage].into(), ..Focus::default() };
        let first = SubstageRef { stage, substage: 0 };
        let scenario = self.paste.of_law(
            &format!("{} does something", planned.name),
            shown,
            &format!("expect {:?} ran", self.plan.path(first)),
        );
        let mut told = Diagnostic::at(Code::IdleAlways, when, message, "it runs, whatever happened");
        let needs = planned.substages.iter().filter_map(|substage| substage.needs.first());
        for need in needs.take(NEEDS_SHOWN) {
            told = told.label(need.span, format!("skipped where `{}` did not pass", need.path));
        }
        told.note(format!("what happened:\n{}", story(self.plan, &shown.trace, &focus)))
            .note(shows_it(&scenario))
            .help("if something of it must run, give it a substage without `needs` and `load`")
    }

    fn late(&self, late: &Late) -> Diagnostic {
        let (what, span) = self.late_place(late);
        let is_shown = late.at_least > late.deadline;
        let (code, message) = if is_shown {
            (Code::LateWorstCase, format!("{what} takes {} in the worst case, longer than its deadline", late.at_least))
        } else {
            (Code::Undecided, format!("it is not decided that {what} keeps its deadline"))
        };
        let mut told = Diagnostic::at(code, span, message, format!("this is {}", late.deadline));
        if late.at_most > late.at_least {
            told = told.note(format!("the worst case is between {} and {}", late.at_least, late.at_most));
        }
        if !late.parts.is_empty() {
            let parts = late.parts.iter().filter(|(_, time)| time.0 > 0);
            let parts: Vec<String> =
                parts.map(|(stage, time)| format!("`{}` {time}", self.plan.stages[*stage as usize].name)).collect();
            told = told.note(format!("at most: {}", parts.join(", ")));
        }
        told.note("the worst case is every attempt at its timeout, every retry used, and the waits between them")
            .help("raise the deadline, or lower timeouts or retries")
    }

    fn late_place(&self, late: &Late) -> (String, Span) {
        match late.stage {
            None => (format!("`{}`", self.plan.pipeline), origin(&self.plan.origins, "deadline").unwrap_or(self.plan.span)),
            Some(stage) => {
                let planned = &self.plan.stages[stage as usize];
                (format!("the stage `{}`", planned.name), origin(&planned.origins, "deadline").unwrap_or(planned.span))
            }
        }
    }
}

/// Needs that are pointed at, at most.
const NEEDS_SHOWN: usize = 3;

fn shows_it(scenario: &str) -> String {
    format!("this scenario shows it:\n{scenario}")
}

fn undecided(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .note("no run that breaks it was found, but none is ruled out: it may hold")
        .help("say less at once, or write a scenario for the run that matters")
}

fn law_text(law: Law) -> &'static str {
    match law {
        Law::FailuresShow => "every failure shows",
        Law::AlwaysRuns => "what always runs does",
        Law::SuccessIsLast => "nothing runs again after it has succeeded",
        Law::DeadlinesSuffice => "the worst case keeps the deadlines",
    }
}

fn broken_law(law: Law) -> &'static str {
    match law {
        Law::FailuresShow => "a failure ends green",
        Law::AlwaysRuns => "a stage that always runs does not",
        Law::SuccessIsLast => "something runs again after it has succeeded",
        Law::DeadlinesSuffice => "a deadline is not kept",
    }
}
