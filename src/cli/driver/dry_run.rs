//! One pipeline run on the abstract machine.

use super::{Outcome, plan};
use crate::base::{Duration, RootPath, World};
use crate::machine::{self, Fakes, Layer, Trace};
use crate::plan::{Inputs, Plan};
use crate::sema::hir::FakeOutcome;

/// How substages end and how long they take, as flags say it: each rule with its path.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub fakes: Vec<(String, Vec<FakeOutcome>)>,
    pub takes: Vec<(String, Duration)>,
}

/// Plans a pipeline and runs it by the rules and the environment's fakes. There is no run where there is an error.
pub fn dry_run(
    world: &dyn World,
    file: &RootPath,
    name: Option<&str>,
    inputs: &Inputs,
    rules: &Rules,
) -> (Outcome, Option<(Plan, Trace)>) {
    let planned = plan(world, file, name, inputs);
    let mut sink = planned.diagnostics;
    let mut ran = None;
    if let Some(plan) = planned.plan {
        let mut fakes = Fakes::new(&plan);
        sink.extend(fakes.environment(world));
        let given = rules.fakes.iter().map(|(path, outcomes)| fakes.fake(Layer::Flag, path, outcomes));
        let mut problems: Vec<_> = given.filter_map(Result::err).collect();
        problems.extend(rules.takes.iter().filter_map(|(path, takes)| fakes.takes(Layer::Flag, path, *takes).err()));
        sink.extend(problems.into_iter().map(|problem| *problem));
        if !sink.iter().any(crate::diag::Diagnostic::is_error) {
            match machine::run_within_limit(&plan, &fakes) {
                Ok(trace) => ran = Some((plan, trace)),
                Err(limit) => sink.push(*limit),
            }
        }
    }
    (Outcome::finish(planned.analysis.sources, &sink, Vec::new()), ran)
}
