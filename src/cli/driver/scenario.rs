//! Scenarios: each is planned with its own values, run by the machine, and judged.

use super::judgement::{Judgement, Missed};
use super::{Merged, Outcome, analyze};
use crate::base::{Duration, RootPath, SourceMap, World};
use crate::diag::{Code, Diagnostic};
use crate::machine::{self, Fakes, Layer};
use crate::plan::{self, Inputs, Plan};
use crate::sema::Analysis;
use crate::sema::hir::{Pipeline, PipelineId, Program, Scenario};

/// A scenario's place: the pipeline, and the index in its `scenarios`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub pipeline: PipelineId,
    pub scenario: usize,
}

impl Case {
    pub fn find(self, program: &Program) -> (&Pipeline, &Scenario) {
        let pipeline = &program.pipelines[self.pipeline.0 as usize];
        (pipeline, &pipeline.scenarios[self.scenario])
    }
}

/// The scenarios of a file, properties apart, in its order.
pub fn scenarios(program: &Program) -> Vec<Case> {
    let pipelines = (0..).map(PipelineId).zip(&program.pipelines);
    let cases = pipelines.flat_map(|(pipeline, declared)| {
        let scenarios = declared.scenarios.iter().enumerate().filter(|(_, scenario)| !scenario.is_property);
        scenarios.map(move |(scenario, _)| Case { pipeline, scenario })
    });
    cases.collect()
}

/// Runs all scenarios of a file; of mistakes in it only errors are told.
pub fn test(world: &dyn World, file: &RootPath) -> Outcome {
    let analysis = analyze(world, file);
    let mut merged = Merged::default();
    merged.absorb(&analysis.sources, errors(&analysis.diagnostics));
    if !analysis.diagnostics.iter().any(Diagnostic::is_error) {
        for case in scenarios(&analysis.program) {
            let outcome = play(world, &analysis, case);
            merged.absorb(&outcome.sources, outcome.diagnostics);
        }
    }
    merged.finish()
}

/// Runs one scenario of a file without errors. It holds if nothing is said.
pub fn play(world: &dyn World, analysis: &Analysis, case: Case) -> Outcome {
    let (_, scenario) = case.find(&analysis.program);
    let mut sink = Vec::new();
    let Staged { sources, plan, takes } = staged(world, analysis, case.pipeline, Some(case.scenario), &mut sink);
    if let Some(plan) = &plan {
        let fakes = fakes(plan, scenario, &takes, &mut sink);
        if sink.is_empty() {
            match machine::run_within_limit(plan, &fakes) {
                Ok(trace) => sink.extend(judged(&Judgement { plan, trace: &trace, scenario, fakes: &fakes })),
                Err(limit) => sink.push(limit.label(scenario.span, "in this scenario")),
            }
        }
    }
    Outcome::finish(sources, &sink, Vec::new())
}

/// What is to be said where not all expectations hold.
fn judged(judgement: &Judgement<'_>) -> Option<Diagnostic> {
    let scenario = judgement.scenario;
    let missed: Vec<Missed<'_>> = scenario.expects.iter().filter_map(|expect| judgement.missed(expect)).collect();
    let message = format!("in {:?}, {}", scenario.name, judgement.instead(&missed));
    (!missed.is_empty()).then(|| judgement.diagnostic(Code::MissedExpectation, message, &missed))
}

/// A pipeline planned for what is to be run without an engine.
pub(super) struct Staged {
    pub(super) sources: SourceMap,
    pub(super) plan: Option<Plan>,
    /// What each `takes` of the scenario says.
    pub(super) takes: Vec<Duration>,
}

/// Plans a pipeline with its sample, and the values of a scenario or property.
pub(super) fn staged(
    world: &dyn World,
    analysis: &Analysis,
    pipeline: PipelineId,
    scenario: Option<usize>,
    sink: &mut Vec<Diagnostic>,
) -> Staged {
    let mut sources = analysis.sources.clone();
    let inputs = Inputs { sample: true, environment: false, scenario, ..Inputs::default() };
    let built = plan::build(&analysis.program, pipeline, &inputs, world, &mut sources);
    let scenario = scenario.map(|scenario| Case { pipeline, scenario }.find(&analysis.program).1);
    // Without values of its own, its plan is that of other scenarios too, and so are the errors.
    let own = scenario.filter(|scenario| !scenario.with.is_empty());
    sink.extend(errors(&built.diagnostics).into_iter().map(|found| match own {
        Some(own) => found.note(format!("in the {} {:?}", own.kind(), own.name)),
        None => found,
    }));
    Staged { sources, plan: built.plan, takes: built.takes }
}

/// What a scenario or property says of attempts.
pub(super) fn fakes<'p>(plan: &'p Plan, scenario: &Scenario, takes: &[Duration], sink: &mut Vec<Diagnostic>) -> Fakes<'p> {
    let mut fakes = Fakes::new(plan);
    let mut placed = |result: Result<(), Box<Diagnostic>>, span| {
        if let Err(problem) = result {
            sink.push(problem.label(span, format!("in the plan of this {}", scenario.kind())));
        }
    };
    for (path, outcomes, span) in &scenario.fakes {
        placed(fakes.fake(Layer::Scenario, path, outcomes), *span);
    }
    for ((path, _, span), duration) in scenario.takes.iter().zip(takes) {
        placed(fakes.takes(Layer::Scenario, path, *duration), *span);
    }
    fakes
}

pub(super) fn errors(found: &[Diagnostic]) -> Vec<Diagnostic> {
    found.iter().filter(|diagnostic| diagnostic.is_error()).cloned().collect()
}
