//! Meaning: imports, names, types, structure. All errors of all files at once.

pub mod formats;
pub mod gates;
pub mod hir;
pub mod shell;
pub mod stdlib;
pub mod types;

mod body;
mod calls;
mod checker;
mod cron;
mod declare;
mod expect;
mod expr;
mod globals;
mod load;
mod operators;
mod pipeline;
mod records;
mod resolve;
mod scenario;
mod settings;
mod strings;
mod usage;
mod values;

use std::collections::HashSet;
use std::rc::Rc;

use crate::base::{RootPath, SourceMap, World};
use crate::diag::{Code, Diagnostic};
use crate::schema::TargetSettings;
use checker::{Checker, State};
use declare::Declarations;

/// What analysis found: the program, and all there is to say of it.
#[derive(Debug, Default)]
pub struct Analysis {
    pub sources: SourceMap,
    pub program: hir::Program,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file with all that it imports, and gives it a meaning. `targets` are the backends whose settings may be written.
///
/// The pipelines of the program are those of `root` itself. Where a diagnostic is an error, the program has holes and cannot
/// be planned.
pub fn analyze(world: &dyn World, root: &RootPath, targets: &[TargetSettings]) -> Analysis {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let units = load::load(world, root, &mut sources, &mut diagnostics);
    let declared = Declarations::collect(&units, &mut diagnostics);
    let mut checker = Checker::new(&units, &declared, targets);
    let program = checker.program();
    checker.report_unused_names();
    diagnostics.append(&mut checker.diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.append(&mut checker.unplanned);
        gates::check(&program, &mut diagnostics);
    }
    Analysis { sources, program, diagnostics: distinct(diagnostics) }
}

/// Without repetitions: the default of an argument is read at each call. Beside an error, an unused name is mostly its other
/// half (the use is misspelt), so it is not reported then.
fn distinct(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(|found| found.code != Code::UnusedName);
    }
    // What follows a brace that is missing stands one block too deep.
    let unclosed: HashSet<_> =
        diagnostics.iter().filter(|found| found.code == Code::Unclosed).filter_map(|found| Some(found.span()?.file)).collect();
    diagnostics
        .retain(|found| found.code != Code::MisplacedItem || found.span().is_none_or(|span| !unclosed.contains(&span.file)));
    let mut seen = HashSet::new();
    diagnostics.into_iter().filter(|found| seen.insert((found.code, found.span(), found.message.clone()))).collect()
}

impl Checker<'_> {
    /// Reads every declaration, and what no other refers to as well.
    fn program(&mut self) -> hir::Program {
        self.finish_types();
        for index in 0..self.lets.len() {
            self.let_type(index, self.declared.lets[index].name.span);
        }
        for index in 0..self.declared.params.len() {
            self.param_type(index, self.declared.params[index].name.span);
        }
        for index in 0..self.functions.len() {
            self.function_signature(index, self.declared.functions[index].name.span);
        }
        for index in 0..self.hardware.len() {
            self.read_hardware(index);
        }
        self.cut_hardware_rings();
        for index in 0..self.policies.len() {
            self.read_policy(index);
        }
        for index in 0..self.templates.len() {
            self.template_signature(index, self.declared.templates[index].name.span);
        }
        self.misplaced_at_top();
        let clusters = (0..self.declared.clusters.len()).map(|index| self.read_cluster(index)).collect();
        let pipelines = (0..self.declared.pipelines.len())
            .filter(|&index| self.declared.pipelines[index].file == 0)
            .map(|index| self.read_pipeline(index))
            .collect();
        hir::Program {
            lets: done(&mut self.lets).into_iter().map(|(_, value)| value).collect(),
            functions: done(&mut self.functions)
                .into_iter()
                .map(|(signature, function)| hir::Function { args: args(signature.args), ..function })
                .collect(),
            params: done(&mut self.params),
            hardware: done(&mut self.hardware),
            policies: done(&mut self.policies),
            templates: done(&mut self.templates)
                .into_iter()
                .map(|(signature, template)| hir::Template { args: args(signature.args), ..template })
                .collect(),
            clusters,
            pipelines,
        }
    }
}

fn done<T>(states: &mut Vec<State<T>>) -> Vec<T> {
    std::mem::take(states)
        .into_iter()
        .map(|state| match state {
            State::Done(value) => value,
            State::Waiting | State::Visiting => unreachable!("every declaration is read before the program is made"),
        })
        .collect()
}

fn args(shared: Rc<Vec<hir::Arg>>) -> Vec<hir::Arg> {
    Rc::try_unwrap(shared).unwrap_or_else(|shared| shared.to_vec())
}
