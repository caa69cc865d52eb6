//! Parameters: where their values come from, which of several counts, and what is wrong with them.

use std::collections::HashMap;

use ecow::EcoString;

use super::convert::{Conversion, text_datum};
use super::data::{Datum, DatumKind, Format};
use super::eval::{Eval, Failed, Res};
use super::value::Value;
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic, nearest};
use crate::sema::hir::{Expr, ParamId, Pipeline};

/// What a compilation is given beside the source. Highest first, a parameter is read from: the scenario, the trigger, flags, the
/// file, the environment, the sample, its default.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `--param name=value`; of two for one name the last counts.
    pub flags: Vec<(EcoString, EcoString)>,
    /// `--params file.yaml` or `.json`.
    pub file: Option<ParamsFile>,
    /// Whether the environment is read: for parameters, and for `JOB_NAME` and `BUILD_ID`.
    pub environment: bool,
    /// Whether `sample { … }` gives values: for `check`, editors and scenarios.
    pub sample: bool,
    /// The trigger whose `with` gives values.
    pub trigger: Option<EcoString>,
    /// The scenario or property whose `with` gives values: its place in `Pipeline::scenarios`.
    pub scenario: Option<usize>,
    /// Evaluation steps; the default is 1,000,000. Memory grows with it.
    pub limit: Option<u64>,
}

impl Default for Inputs {
    fn default() -> Self {
        Self { flags: Vec::new(), file: None, environment: true, sample: false, trigger: None, scenario: None, limit: None }
    }
}

/// A file of parameters, read already.
#[derive(Clone, Debug)]
pub struct ParamsFile {
    /// As the user wrote it; its ending tells the format.
    pub path: EcoString,
    pub text: String,
}

/// What a parameter is read from.
#[derive(Clone, Debug)]
pub(super) enum Bound<'a> {
    Flag(EcoString),
    File(Datum, FileId),
    /// The variable's name and its value.
    Variable(EcoString, EcoString),
    /// In the pipeline itself: its `sample`, or the `with` of a trigger.
    Source(&'a Expr),
    /// There is none, which has been reported.
    Missing,
}

impl<'a> Eval<'a> {
    /// Finds what each parameter of the pipeline is read from, and reports what is missing or unknown.
    pub(super) fn bind(&mut self, pipeline: &'a Pipeline, inputs: &Inputs) {
        let program = self.program;
        let ids: HashMap<&str, ParamId> =
            pipeline.params.iter().map(|id| (program.params[id.0 as usize].name.as_str(), *id)).collect();
        if inputs.sample {
            for (id, value) in &pipeline.sample {
                self.bound.insert(*id, Bound::Source(value));
            }
        }
        if inputs.environment {
            for id in &pipeline.params {
                let variable = &program.params[id.0 as usize].env;
                if let Some(value) = self.world.env(variable) {
                    self.bound.insert(*id, Bound::Variable(variable.clone(), value));
                }
            }
        }
        if let Some(file) = &inputs.file {
            self.bind_file(file, pipeline, &ids);
        }
        for (name, text) in &inputs.flags {
            match ids.get(name.as_str()) {
                Some(id) => drop(self.bound.insert(*id, Bound::Flag(text.clone()))),
                None => {
                    let message = format!("`--param {name}`: the pipeline `{}` has no parameter `{name}`", pipeline.name);
                    self.report(unknown(Diagnostic::new(Code::UnknownParameter, message), name, pipeline, &ids));
                }
            }
        }
        for trigger in pipeline.triggers.iter().filter(|trigger| Some(&trigger.name) == inputs.trigger.as_ref()) {
            for (id, value) in &trigger.with {
                self.bound.insert(*id, Bound::Source(value));
            }
        }
        if let Some(scenario) = inputs.scenario.and_then(|index| pipeline.scenarios.get(index)) {
            for (id, value) in &scenario.with {
                self.bound.insert(*id, Bound::Source(value));
            }
        }
        self.report_missing(pipeline);
    }

    fn bind_file(&mut self, given: &ParamsFile, pipeline: &'a Pipeline, ids: &HashMap<&str, ParamId>) {
        let file = self.sources.add(given.path.clone(), given.text.as_str());
        let format = match Format::of(&given.path) {
            Some(format @ (Format::Yaml | Format::Json)) => format,
            _ => {
                let message = format!("`{}` is no file of parameters", given.path);
                self.report(Diagnostic::new(Code::MalformedData, message).help("write them as `.yaml` or `.json`"));
                return;
            }
        };
        let datum = match format.parse(&given.text) {
            Ok(datum) => datum,
            Err(error) => {
                let message = format!("this is not {}: {}", format.name(), error.message);
                self.report(Diagnostic::at(Code::MalformedData, Span::new(file, error.at.start, error.at.end), message, "here"));
                return;
            }
        };
        let entries = match datum.kind {
            DatumKind::Map(entries) => entries,
            DatumKind::Null => return,
            _ => {
                let span = Span::new(file, datum.at.start, datum.at.end);
                let message = format!("a file of parameters is a map of names to values, this is {}", datum.noun());
                self.report(Diagnostic::at(Code::DataShape, span, message, "expected `name: value`"));
                return;
            }
        };
        for entry in entries {
            match ids.get(entry.key.as_str()) {
                Some(id) => drop(self.bound.insert(*id, Bound::File(entry.value, file))),
                None => {
                    let span = Span::new(file, entry.key_at.start, entry.key_at.end);
                    let message = format!("the pipeline `{}` has no parameter `{}`", pipeline.name, entry.key);
                    let diagnostic = Diagnostic::at(Code::UnknownParameter, span, message, "unknown parameter");
                    self.report(unknown(diagnostic, &entry.key, pipeline, ids));
                }
            }
        }
    }

    fn report_missing(&mut self, pipeline: &'a Pipeline) {
        let mut missing = Vec::new();
        for id in &pipeline.params {
            let param = &self.program.params[id.0 as usize];
            let is_optional = matches!(param.ty, crate::sema::types::Type::Optional(_));
            if !self.bound.contains_key(id) && param.default.is_none() && !is_optional {
                self.bound.insert(*id, Bound::Missing);
                missing.push(param);
            }
        }
        let Some(first) = missing.first() else { return };
        let list = missing.iter().map(|param| format!("`{}`", param.name)).collect::<Vec<_>>().join(", ");
        let plural = if missing.len() == 1 { "" } else { "s" };
        let message = format!("the pipeline `{}` needs a value for the parameter{plural} {list}", pipeline.name);
        let mut diagnostic = Diagnostic::new(Code::MissingParameter, message);
        for param in &missing {
            diagnostic = diagnostic.label(param.span, format!("`{}` is `{}` and has no default", param.name, param.ty));
        }
        let help = format!("give it by `--param {}=…`, in a file for `--params`, or in the variable `{}`", first.name, first.env);
        self.report(diagnostic.help(help));
    }

    /// The value that a parameter is bound to, else its default.
    pub(super) fn bound_value(&mut self, id: ParamId) -> Res<Value> {
        let param = &self.program.params[id.0 as usize];
        let slots = || vec![Value::Null; param.frame as usize];
        match self.bound.get(&id).cloned() {
            Some(Bound::Missing) => Err(Failed),
            Some(Bound::Source(value)) => self.eval(value, &mut slots()),
            Some(Bound::Flag(text)) => self.text_value(id, &text, format!("`--param {}`", param.name)),
            Some(Bound::Variable(name, text)) => self.text_value(id, &text, format!("the environment variable `{name}`")),
            Some(Bound::File(datum, file)) => {
                let mut cx = Conversion::new(param.span);
                let value = self.convert(&datum, &param.ty, &mut cx);
                for problem in cx.problems {
                    let span = Span::new(file, problem.at.start, problem.at.end);
                    let message = format!("the parameter `{}`: {}", param.name, problem.message);
                    let mut diagnostic = Diagnostic::at(Code::BadParameterValue, span, message, problem.label);
                    diagnostic = diagnostic.label(param.span, format!("`{}` is declared as `{}` here", param.name, param.ty));
                    diagnostic.help = problem.help;
                    self.report(diagnostic);
                }
                value
            }
            None => match &param.default {
                Some(default) => self.eval(default, &mut slots()),
                None => Ok(Value::Null),
            },
        }
    }

    fn text_value(&mut self, id: ParamId, text: &str, origin: String) -> Res<Value> {
        let param = &self.program.params[id.0 as usize];
        let declared = {
            let place = self.sources.position(param.span);
            let path = &self.sources.get(param.span.file).path;
            format!("`{}` is declared as `{}` in {path}:{}:{}", param.name, param.ty, place.line, place.column)
        };
        let datum = match text_datum(text, &param.ty) {
            Ok(datum) => datum,
            Err(error) => {
                let before = text.get(..error.at.start).unwrap_or(text).chars().count();
                let message = format!("{origin}: this is not JSON: {} at character {}", error.message, before + 1);
                return self.fail(Diagnostic::new(Code::BadParameterValue, message).note(declared));
            }
        };
        let mut cx = Conversion::new(param.span);
        let value = self.convert(&datum, &param.ty, &mut cx);
        for problem in cx.problems {
            let place = if problem.path.is_empty() { String::new() } else { format!(" at `{}`", problem.path) };
            let message = format!("{origin}{place}: {}", problem.message);
            let mut diagnostic = Diagnostic::new(Code::BadParameterValue, message).note(declared.clone());
            diagnostic.help = problem.help;
            self.report(diagnostic);
        }
        value
    }

    /// `JOB_NAME` and `BUILD_ID`, which the taskbook carries.
    pub(super) fn job(&mut self, inputs: &Inputs) -> (EcoString, i64) {
        if !inputs.environment {
            return (EcoString::new(), 0);
        }
        let name = self.world.env("JOB_NAME").unwrap_or_default();
        let id = match self.world.env("BUILD_ID") {
            None => 0,
            Some(text) if text.is_empty() => 0,
            Some(text) => match text.parse() {
                Ok(id) => id,
                Err(_) => {
                    let message = format!("the environment variable `BUILD_ID`: {text:?} is no whole number");
                    let help = "the taskbook's `build_id` is a number; set the variable to one, or unset it";
                    self.report(Diagnostic::new(Code::BadParameterValue, message).help(help));
                    0
                }
            },
        };
        (name, id)
    }
}

fn unknown(diagnostic: Diagnostic, name: &str, pipeline: &Pipeline, ids: &HashMap<&str, ParamId>) -> Diagnostic {
    let mut names: Vec<&str> = ids.keys().copied().collect();
    names.sort_unstable();
    match nearest(name, names.iter().copied()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None if names.is_empty() => diagnostic.help(format!("`{}` has no parameters", pipeline.name)),
        None => {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("`{}` has {list}", pipeline.name))
        }
    }
}
