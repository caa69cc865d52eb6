//! The phases in order, without a terminal: what every subcommand and the tests of the pages and cases stand on.

mod compile;
mod dry_run;
mod judgement;
mod merged;
mod paste;
mod scenario;
mod verify;

use ecow::EcoString;

pub use compile::{Request, compile, failure};
pub(super) use compile::{all_targets, target_of};
pub use dry_run::{Rules, dry_run};
pub use merged::Merged;
pub use scenario::{Case, play, scenarios, test};
pub use verify::{Answer, Question, answer, questions, verify};

use crate::base::{FileId, RootPath, SourceMap, World};
use crate::diag::Diagnostic;
use crate::diag::render::arranged;
use crate::plan::{self, Cluster, Inputs, Plan};
use crate::sema::hir::PipelineId;
use crate::sema::{self, Analysis};
use crate::syntax::ast::{BlockLabel, ItemKind};
use crate::target::{self, Artifact, Options};
use crate::{lint, syntax};

/// The extension of source files.
pub const EXTENSION: &str = ".o11n";

/// What came of a file or of several.
#[derive(Debug, Default)]
pub struct Outcome {
    pub sources: SourceMap,
    /// In order, each once.
    pub diagnostics: Vec<Diagnostic>,
    pub artifacts: Vec<Artifact>,
}

impl Outcome {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    fn finish(sources: SourceMap, diagnostics: &[Diagnostic], artifacts: Vec<Artifact>) -> Self {
        let diagnostics = arranged(diagnostics, &sources).into_iter().cloned().collect();
        Self { sources, diagnostics, artifacts }
    }
}

/// Analysis, and what is known to bite.
pub fn analyze(world: &dyn World, file: &RootPath) -> Analysis {
    let mut analysis = sema::analyze(world, file, &target::settings());
    let lints = lint::check(&analysis);
    analysis.diagnostics.extend(lints);
    analysis
}

/// A pipeline of a file with its parameters applied, for what stands on plans without a target.
#[derive(Debug)]
pub struct Planned {
    pub analysis: Analysis,
    pub pipeline: Option<PipelineId>,
    /// None if there is an error among the diagnostics.
    pub plan: Option<Plan>,
    /// The clusters in sight; empty where there is an error.
    pub clusters: Vec<Cluster>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Plans one pipeline; the name may be left out where the file has only one.
pub fn plan(world: &dyn World, file: &RootPath, name: Option<&str>, inputs: &Inputs) -> Planned {
    let mut analysis = analyze(world, file);
    let mut diagnostics = std::mem::take(&mut analysis.diagnostics);
    let pipeline = compile::pipeline_of(&analysis, file, name, &mut diagnostics);
    if let Some(pipeline) = pipeline {
        let declared = &analysis.program.pipelines[pipeline.0 as usize];
        diagnostics.extend(compile::unknown_trigger(declared, inputs.trigger.as_deref()));
    }
    let (mut plan, mut clusters) = (None, Vec::new());
    if let (Some(pipeline), false) = (pipeline, diagnostics.iter().any(Diagnostic::is_error)) {
        let built = plan::build(&analysis.program, pipeline, inputs, world, &mut analysis.sources);
        diagnostics.extend(built.diagnostics);
        plan = built.plan;
        clusters = built.clusters;
    }
    Planned { analysis, pipeline, plan, clusters, diagnostics }
}

/// Checks a file as it stands: analysis, lints, and the plan of every pipeline with its samples and defaults, whatever the
/// environment. With a target, also what that would make of it.
pub fn check(world: &dyn World, file: &RootPath, target: Option<&str>) -> Outcome {
    let mut analysis = analyze(world, file);
    let mut sink = std::mem::take(&mut analysis.diagnostics);
    let target = target.and_then(|name| compile::target_of(world, Some(name), &mut sink));
    if !sink.iter().any(Diagnostic::is_error) {
        let inputs = Inputs { sample: true, environment: false, ..Inputs::default() };
        for (pipeline, _) in (0..).map(PipelineId).zip(&analysis.program.pipelines) {
            let built = plan::build(&analysis.program, pipeline, &inputs, world, &mut analysis.sources);
            sink.extend(built.diagnostics);
            let Some(plan) = built.plan else { continue };
            sink.extend(target::judge(&plan));
            if let Some(target) = target {
                sink.extend(target::emit(target, &plan, &Options::default()).diagnostics);
            }
        }
    }
    Outcome::finish(analysis.sources, &sink, Vec::new())
}

/// The source files of a workspace that declare a pipeline of this name, or any pipeline at all.
pub fn find_pipelines(world: &dyn World, files: &[RootPath], name: Option<&str>) -> Vec<(RootPath, EcoString)> {
    let mut found = Vec::new();
    for path in files.iter().filter(|path| path.as_str().ends_with(EXTENSION)) {
        let Ok(bytes) = world.read(path, syntax::FILE_LIMIT as u64) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if !text.contains("pipeline") || name.is_some_and(|name| !text.contains(name)) {
            continue;
        }
        for item in syntax::parse(FileId(0), &text).ast.items {
            if let ItemKind::Block { word, label: Some(BlockLabel::Word(label)), .. } = item.kind
                && word.text == "pipeline"
                && name.is_none_or(|name| label.text == name)
            {
                found.push((path.clone(), label.text));
            }
        }
    }
    found
}
