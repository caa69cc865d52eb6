//! One pipeline to the files of one target.

use ecow::EcoString;

use super::{Outcome, analyze};
use crate::base::{RootPath, SourceMap, Span, World};
use crate::cli::external;
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::plan::{self, Inputs, Stub};
use crate::sema::Analysis;
use crate::sema::hir::{Pipeline, PipelineId};
use crate::syntax;
use crate::syntax::ast::{BlockLabel, Item, ItemKind};
use crate::target::{self, Artifact, Kind, Options, Target};

/// What to compile a file to.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The pipeline's name; may be left out where the file has only one.
    pub pipeline: Option<String>,
    /// The target's name; the first target if left out.
    pub target: Option<String>,
    pub options: Options,
    /// Compile stubs of the scripts instead of the scripts alone.
    pub stub: Option<Stub>,
    /// Values of parameters, and how much evaluation may use.
    pub inputs: Inputs,
}

/// Compiles one pipeline. The taskbook target has its one document also where there are errors.
pub fn compile(world: &dyn World, file: &RootPath, request: &Request) -> Outcome {
    let mut analysis = analyze(world, file);
    let mut sink = std::mem::take(&mut analysis.diagnostics);
    let target = target_of(world, request.target.as_deref(), &mut sink);
    let pipeline = pipeline_of(&analysis, file, request.pipeline.as_deref(), &mut sink);
    let mut artifacts = Vec::new();
    if let (Some(target), Some(pipeline), false) = (target, pipeline, sink.iter().any(Diagnostic::is_error)) {
        artifacts = emit(world, &mut analysis, pipeline, target, request, &mut sink);
    }
    if sink.iter().any(Diagnostic::is_error) {
        artifacts.clear();
    }
    let mut outcome = Outcome::finish(analysis.sources, &sink, artifacts);
    let is_taskbook = request.target.as_deref().is_none_or(|name| name == target::ALL[0].name());
    if outcome.has_errors() && is_taskbook {
        outcome.artifacts = vec![failure(&outcome.diagnostics, &outcome.sources)];
    }
    outcome
}

/// The document of the taskbook target for a compilation that failed.
pub fn failure(diagnostics: &[Diagnostic], sources: &SourceMap) -> Artifact {
    let place = diagnostics.iter().find(|diagnostic| diagnostic.is_error()).and_then(Diagnostic::span);
    let stages = place.map(|place| stages_around(place, sources)).unwrap_or_default();
    Artifact { path: "failure.taskbook.json".to_owned(), text: target::taskbook::failure(diagnostics, &stages) }
}

/// The stages of the file that a place is in, by name.
fn stages_around(place: Span, sources: &SourceMap) -> Vec<(EcoString, Span)> {
    fn gather(items: &[Item], found: &mut Vec<(EcoString, Span)>) {
        for item in items {
            match &item.kind {
                ItemKind::Block { word, label, body, .. } => {
                    let name = match label {
                        Some(BlockLabel::Word(name)) => Some(name.text.clone()),
                        Some(BlockLabel::String(name)) => name.as_plain(),
                        None => None,
                    };
                    match name {
                        Some(name) if word.text == "stage" => found.push((name, item.span)),
                        _ => gather(&body.items, found),
                    }
                }
                ItemKind::For(each) => gather(&each.body.items, found),
                ItemKind::If(choice) => {
                    choice
                        .branches
                        .iter()
                        .map(|(_, body)| body)
                        .chain(&choice.otherwise)
                        .for_each(|body| gather(&body.items, found));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    if let Some(file) = sources.find(place.file) {
        gather(&syntax::parse(place.file, &file.text).ast.items, &mut found);
    }
    found
}

/// The files of one pipeline; for triggers that set parameters, each from a plan of its own.
fn emit(
    world: &dyn World,
    analysis: &mut Analysis,
    pipeline: PipelineId,
    target: &dyn Target,
    request: &Request,
    sink: &mut Vec<Diagnostic>,
) -> Vec<Artifact> {
    let mut artifacts: Vec<Artifact> = Vec::new();
    for trigger in plans(&analysis.program.pipelines[pipeline.0 as usize], &request.options, sink) {
        let inputs = Inputs { trigger: trigger.clone(), ..request.inputs.clone() };
        let built = plan::build(&analysis.program, pipeline, &inputs, world, &mut analysis.sources);
        sink.extend(built.diagnostics);
        let Some(mut plan) = built.plan else { continue };
        if let Some(stub) = request.stub {
            sink.extend(plan::stub(&mut plan, stub, world));
        }
        let emitted = target::emit(target, &plan, &Options { trigger, ..request.options.clone() });
        sink.extend(emitted.diagnostics);
        for artifact in emitted.artifacts {
            // What several triggers have in one file stands there one after the other.
            match artifacts.iter_mut().find(|known| known.path == artifact.path) {
                Some(known) => known.text += &artifact.text,
                None => artifacts.push(artifact),
            }
        }
    }
    artifacts
}

/// The plans that a compilation needs, each by the trigger that it is for: where one sets parameters, every trigger has its own.
fn plans(pipeline: &Pipeline, options: &Options, sink: &mut Vec<Diagnostic>) -> Vec<Option<EcoString>> {
    if let Some(unknown) = unknown_trigger(pipeline, options.trigger.as_deref()) {
        sink.push(unknown);
        return Vec::new();
    }
    let differ = pipeline.triggers.iter().any(|trigger| !trigger.with.is_empty());
    if options.trigger.is_none() && options.kind == Kind::Cron && differ && !options.rbac {
        pipeline.triggers.iter().map(|trigger| Some(trigger.name.clone())).collect()
    } else {
        vec![options.trigger.clone()]
    }
}

/// What is said of a trigger that the pipeline does not have.
pub(super) fn unknown_trigger(pipeline: &Pipeline, wanted: Option<&str>) -> Option<Diagnostic> {
    let names = || pipeline.triggers.iter().map(|trigger| trigger.name.as_str());
    let wanted = wanted.filter(|wanted| !names().any(|name| name == *wanted))?;
    let mut diagnostic = Diagnostic::new(Code::UnknownName, format!("pipeline `{}` has no trigger `{wanted}`", pipeline.name));
    diagnostic.help = Some(match nearest(wanted, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if pipeline.triggers.is_empty() => "it has no triggers; leave out `--trigger`".to_owned(),
        None => format!("it has {}", listed(names())),
    });
    Some(diagnostic)
}

/// The target of this name: built in, else a program on the path.
pub(in crate::cli) fn target_of(
    world: &dyn World,
    name: Option<&str>,
    sink: &mut Vec<Diagnostic>,
) -> Option<&'static dyn Target> {
    let Some(name) = name else { return target::ALL.first().copied() };
    match (target::by_name(name), external::program(world, name)) {
        (Ok(target), None) => Some(target),
        (Ok(target), Some(hidden)) => {
            let message = format!("the built-in target `{name}` hides `{}`", hidden.display());
            sink.push(Diagnostic::new(Code::HiddenTarget, message).help("give that file another name"));
            Some(target)
        }
        (Err(_), Some(program)) => external::open(world, name, program).map_err(|failed| sink.push(*failed)).ok(),
        (Err(near), None) => {
            let all: Vec<_> = target::ALL.iter().map(|target| format!("`{}`", target.name())).collect();
            let help = near.map_or(format!("the targets are {}", all.join(", ")), |near| format!("did you mean `{near}`?"));
            let mut unknown = Diagnostic::new(Code::UnknownTarget, format!("unknown target `{name}`")).help(help);
            unknown.notes.extend(external::file_name(name).map(|file| format!("there is no `{file}` on the `PATH` either")));
            sink.push(unknown);
            None
        }
    }
}

/// All targets: those that are built in, then the programs on the path. What is wrong with one of these is a warning for who did
/// not ask for it.
pub(in crate::cli) fn all_targets(world: &dyn World) -> (Vec<&'static dyn Target>, Vec<Diagnostic>) {
    let mut found = target::ALL.to_vec();
    let mut broken = Vec::new();
    for (name, program) in external::all(world) {
        match external::open(world, &name, program) {
            Ok(target) => found.push(target),
            Err(failed) => broken.push(*failed),
        }
    }
    (found, broken)
}

/// The pipeline of this name in the file, or its only one.
pub(super) fn pipeline_of(
    analysis: &Analysis,
    file: &RootPath,
    name: Option<&str>,
    sink: &mut Vec<Diagnostic>,
) -> Option<PipelineId> {
    let all = || (0..).map(PipelineId).zip(&analysis.program.pipelines);
    let found: Vec<_> = all().filter(|(_, pipeline)| name.is_none_or(|name| pipeline.name == name)).map(|(id, _)| id).collect();
    let names: Vec<String> = all().map(|(_, pipeline)| format!("`{}`", pipeline.name)).collect();
    match (found.as_slice(), name) {
        ([only], _) | ([only, ..], Some(_)) => return Some(*only),
        ([], Some(name)) => {
            let near = nearest(name, all().map(|(_, pipeline)| pipeline.name.as_str()));
            let mut diagnostic = Diagnostic::new(Code::NoSuchPipeline, format!("no pipeline `{name}` in `{file}`"));
            diagnostic.help = match near {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None if names.is_empty() => Some("the file declares no pipeline".to_owned()),
                None => Some(format!("it declares {}", names.join(", "))),
            };
            sink.push(diagnostic);
        }
        // A file with mistakes may have lost its pipeline to one of them.
        ([], None) if sink.iter().any(Diagnostic::is_error) => {}
        ([], None) => sink.push(
            Diagnostic::new(Code::NoSuchPipeline, format!("`{file}` declares no pipeline"))
                .help("declare one: `pipeline name { … }`"),
        ),
        (_, None) => sink.push(
            Diagnostic::new(Code::NoSuchPipeline, format!("`{file}` declares {} pipelines", names.len()))
                .help(format!("say which one with `--pipeline`: {}", names.join(", "))),
        ),
    }
    None
}
