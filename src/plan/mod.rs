//! From a pipeline and its parameters to the plan: evaluation, expansion, fingerprints.

mod arithmetic;
mod attrs;
mod clusters;
mod convert;
mod data;
mod deadlines;
pub mod diff;
mod eval;
mod expand;
mod fake_names;
mod files;
mod fingerprint;
mod functions;
mod gates;
mod hardware;
mod inputs;
mod joined;
mod model;
mod origins;
mod quote;
mod stub;
mod substage;
mod triggers;
mod value;

use crate::base::{Duration, SourceMap, World};
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{PipelineId, Program};

pub use clusters::{Agent, Cloud, Cluster};
pub use fake_names::{Faked, exit_code, fake_variables, set_fakes, stage_variable, substage_variable};
pub use inputs::{Inputs, ParamsFile};
pub use model::*;
pub use stub::{Stub, stub};

/// What came of a pipeline.
#[derive(Debug)]
pub struct Built {
    /// None if there is an error among the diagnostics.
    pub plan: Option<Plan>,
    /// What each `takes` of the scenario says; empty where there is an error, and without a scenario.
    pub takes: Vec<Duration>,
    /// The clusters in sight; empty where there is an error.
    pub clusters: Vec<Cluster>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Evaluates and expands a pipeline of a program without errors. Data files and the file of parameters that it reads are
/// added to `sources`, so that diagnostics can point into them.
pub fn build(program: &Program, pipeline: PipelineId, inputs: &Inputs, world: &dyn World, sources: &mut SourceMap) -> Built {
    let declared = &program.pipelines[pipeline.0 as usize];
    let mut eval = eval::Eval::new(program, world, sources, inputs.limit);
    eval.bind(declared, inputs);
    let (job_name, build_id) = eval.job(inputs);
    let params = eval.params(declared);
    let mut frame = vec![value::Value::Null; declared.frame as usize];
    let mut expander = expand::Expander::new(&mut eval);
    let attrs = expander.pipeline(declared, &mut frame);
    let (mut drafts, modes) = expander.finish();
    let triggers = eval.triggers(declared, &mut frame);
    let targets = eval.targets(declared, &mut frame);
    let takes = eval.takes(declared, inputs.scenario, &mut frame);
    let mut clusters = Vec::new();
    // Names that are missing for another error's sake would only raise more.
    if eval.has_errors() {
        eval.read_all_files();
    } else {
        if drafts.is_empty() {
            let message = format!("the pipeline `{}` has no stages, so a run of it does nothing", declared.name);
            let help = "write a `stage`, or look at the condition or the list that leaves none";
            eval.report(Diagnostic::at(Code::EmptyStage, declared.span, message, "nothing is left in it").help(help));
        }
        gates::resolve(&mut eval, &mut drafts, declared);
        clusters = clusters::evaluate(&mut eval, declared);
        clusters::check(&mut eval, &modes, &clusters);
    }
    let plan = Plan {
        schema: SCHEMA,
        pipeline: declared.name.clone(),
        docs: declared.docs.clone(),
        job_name,
        build_id,
        params,
        deadline: attrs.value("deadline").and_then(value::Value::as_duration),
        triggers,
        targets,
        run_variables: Vec::new(),
        stages: drafts.into_iter().map(|draft| draft.stage).collect(),
        span: declared.span,
        origins: attrs.origins(),
    };
    if !eval.has_errors() {
        deadlines::check(&mut eval, &plan);
    }
    let is_sound = !eval.has_errors();
    let takes = if is_sound { takes } else { Vec::new() };
    Built { plan: is_sound.then_some(plan), takes, clusters, diagnostics: eval.into_diagnostics() }
}
