//! One run to be compared: a plan, how its attempts end, and what the machine makes of it.

use super::generated;
use anyhow::{Context, Result, anyhow, bail, ensure};
use o11n::base::{Duration, MemoryWorld, RootPath, World};
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::diag::render::{Format, render};
use o11n::machine::{self, Attempt, Behaviour, CLASS_DEFAULT, End, Expectation, Fakes, Layer, Trace};
use o11n::plan::{self, Inputs, Plan, Substage, SubstageRef};
use o11n::sema::hir::{Expect, PipelineId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
pub struct Case {
    pub name: String,
    /// The pipeline and how its attempts end, for people.
    pub source: String,
    pub plan: Plan,
    pub trace: Trace,
    pub script: Script,
}

/// How all attempts of a plan end: any behaviour, written out.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub cached: BTreeSet<SubstageRef>,
    /// For each replica its attempts.
    pub attempts: BTreeMap<(SubstageRef, u32), Vec<Attempt>>,
}

impl Behaviour for Script {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.cached.contains(&at)
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let success = Attempt { end: End::Exit(0), takes: Duration(0) };
        let attempts = self.attempts.get(&(at, replica)).map_or(&[][..], Vec::as_slice);
        attempts.get(attempt as usize - 1).copied().unwrap_or(success)
    }
}

impl Script {
    /// Attempts of which nothing is said are short, and no two of a stage end at once.
    pub fn of(plan: &Plan, behaviour: &dyn Behaviour) -> Self {
        let mut script = Self::default();
        for (stage, planned) in (0..).zip(&plan.stages) {
            for (substage, known) in (0..).zip(&planned.substages) {
                let at = SubstageRef { stage, substage };
                if behaviour.is_cached(at) {
                    script.cached.insert(at);
                }
                for replica in 1..=copies(known) {
                    let attempts = (1..=known.retry.limit + 1).map(|number| {
                        let mut attempt = behaviour.attempt(at, replica, number);
                        if attempt.takes == CLASS_DEFAULT {
                            attempt.takes = Duration(300 + 20 * i64::from(substage) + i64::from(replica));
                        }
                        attempt
                    });
                    script.attempts.insert((at, replica), attempts.collect());
                }
            }
        }
        script
    }
}

impl Case {
    pub fn new(name: String, source: String, mut plan: Plan, script: Script) -> Self {
        if plan.substages().any(|(_, substage)| substage.cache.is_some()) {
            // What engines remember they keep under the names of pipeline and stage.
            plan.pipeline = format!("{}-{:08x}", plan.pipeline, hash(&name)).into();
        }
        let trace = machine::run(&plan, &script);
        Self { name, source, plan, trace, script }
    }

    /// The same for a cluster that has none of the machines and accounts that it names.
    pub fn anywhere(mut self) -> Self {
        self.plan.targets.clear();
        self.plan.stages.iter_mut().flat_map(|stage| &mut stage.substages).for_each(|substage| substage.hardware = None);
        self
    }

    /// Whether it was drawn at random.
    pub fn is_drawn(&self) -> bool {
        self.name.starts_with(generated::NAME)
    }

    /// Whether the clock can end something in it.
    pub fn is_cut_by_clock(&self) -> bool {
        let has_deadline = self.plan.deadline.is_some() || self.plan.stages.iter().any(|stage| stage.deadline.is_some());
        has_deadline || self.plan.substages().any(|(_, substage)| substage.timeout.is_some())
    }
}

/// How many replicas of a substage there are.
pub fn copies(substage: &Substage) -> u32 {
    substage.dispatch.map_or(1, |dispatch| dispatch.copies)
}

fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

pub(super) fn messages(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|found| found.message.to_string()).collect::<Vec<_>>().join("; ")
}

/// The plan of a source's only pipeline.
pub fn plan_of(text: &str) -> Result<Plan> {
    let (world, main) = world_of("generated", text)?;
    let mut analysis = driver::analyze(&world, &main);
    let inputs = Inputs { sample: true, environment: false, ..Inputs::default() };
    let built = plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
    let found = || messages(&analysis.diagnostics) + &messages(&built.diagnostics);
    built.plan.with_context(|| format!("{text}\n{}", found()))
}

fn world_of(file: &str, text: &str) -> Result<(MemoryWorld, RootPath)> {
    let mut world = MemoryWorld::default();
    world.files.insert(file.into(), text.as_bytes().to_vec());
    Ok((world, RootPath::resolve(None, file).context("a case's name is a path")?))
}

/// The cases of a source that stands alone.
pub fn of_source(file: &str, text: &str) -> Result<Vec<Case>> {
    let (world, main) = world_of(file, text)?;
    of_file(file, &world, &main, text)
}

/// The cases of a file of a workspace: each scenario of each pipeline, by the name of the file and its own.
pub fn of_file(file: &str, world: &dyn World, main: &RootPath, text: &str) -> Result<Vec<Case>> {
    let mut analysis = driver::analyze(world, main);
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        bail!("{}", render(Format::Human { colour: false }, &analysis.diagnostics, &analysis.sources));
    }
    let mut cases = Vec::new();
    for (index, pipeline) in (0..).zip(&analysis.program.pipelines) {
        for (number, scenario) in pipeline.scenarios.iter().enumerate().filter(|(_, scenario)| !scenario.is_property) {
            let name = format!("{file}: {}", scenario.name);
            let inputs = Inputs { sample: true, scenario: Some(number), environment: false, ..Inputs::default() };
            let built = plan::build(&analysis.program, PipelineId(index), &inputs, world, &mut analysis.sources);
            let plan = built.plan.with_context(|| format!("{name}: {}", messages(&built.diagnostics)))?;
            let mut fakes = Fakes::new(&plan);
            for (path, outcomes, _) in &scenario.fakes {
                fakes.fake(Layer::Scenario, path, outcomes).map_err(|found| anyhow!("{name}: {}", found.message))?;
            }
            for ((path, ..), takes) in scenario.takes.iter().zip(built.takes) {
                fakes.takes(Layer::Scenario, path, takes).map_err(|found| anyhow!("{name}: {}", found.message))?;
            }
            let script = Script::of(&plan, &fakes);
            let case = Case::new(name.clone(), text.to_owned(), plan, script);
            let fails = |expect: &&Expect| Expectation::resolve(&case.plan, expect).check(&case.trace).is_err();
            ensure!(!scenario.expects.iter().any(|expect| fails(&expect)), "{name}: the machine does not do what is expected");
            cases.push(case);
        }
    }
    Ok(cases)
}
