//! One run to be compared: a plan, how its attempts end, and what the machine makes of it.

use super::super::mutation::Mutation;
use super::job::{self, Job};
use super::observed::step_name;
use crate::process;
use anyhow::{Context, Result, anyhow, bail, ensure};
use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::diag::render::{Format, render};
use o11n::diag::{Code, Diagnostic};
use o11n::machine::{self, Attempt, Behaviour, CLASS_DEFAULT, End, Expectation, Fakes, Layer, Trace};
use o11n::plan::{self, Inputs, Plan, SubstageRef};
use o11n::sema::hir::{Expect, PipelineId};
use o11n::target::{self, Options};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// How much longer than on the machine a run may take on the engine, in seconds.
const LIMIT: f64 = 150.0;

#[derive(Clone)]
pub struct Case {
    pub name: String,
    /// What was compiled, for people.
    source: String,
    pub plan: Plan,
    pub trace: Trace,
    script: Script,
    setup: String,
    text: String,
    /// The features that the target says it keeps only nearly here.
    pub approximated: Vec<String>,
}

/// What pods may ask for: a secret that is hard to hand on, and the keys to the store of artifacts.
const SECRETS: &str = r#"---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "o11n-secrets"}, "stringData": {"token": "s3cr3t $(HOME) {{workflow.name}} 密"}}
---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "store"}, "stringData": {"user": "user", "key": "secret-key"}}
"#;

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
                for replica in 1..=job::copies(known) {
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
    pub fn new(name: String, source: String, mut plan: Plan, script: Script) -> Result<Self> {
        if plan.substages().any(|(_, substage)| substage.cache.is_some()) {
            // Argo keeps what it remembers in the controller's own namespace, under the names of pipeline and stage.
            plan.pipeline = format!("{}-{:08x}", plan.pipeline, hash(&name)).into();
        }
        let trace = machine::run(&plan, &script);
        let (mut setup, _) = emit(&plan, true)?;
        setup.push_str(SECRETS);
        setup.insert_str(0, &remembered(&plan, &script.cached, &setup)?);
        let (text, said) = emit(&plan, false)?;
        let approximated = said.iter().filter(|said| said.code == Code::Approximated).map(|said| said.message.to_string());
        Ok(Self { name, source, approximated: approximated.collect(), plan, trace, script, setup, text })
    }

    /// Whether the clock can end something in it.
    pub fn is_cut_by_clock(&self) -> bool {
        let has_deadline = self.plan.deadline.is_some() || self.plan.stages.iter().any(|stage| stage.deadline.is_some());
        has_deadline || self.plan.substages().any(|(_, substage)| substage.timeout.is_some())
    }

    /// The same with something wrong in the compiled file.
    pub fn broken(mut self, mutation: &Mutation) -> Result<Self> {
        ensure!(self.text.contains(mutation.from), "{:?} does not stand in {:?}", mutation.from, self.name);
        self.text = self.text.replace(mutation.from, mutation.to);
        self.name = format!("{}, with {}", self.name, mutation.name);
        Ok(self)
    }

    /// Writes source and compiled file beside a report.
    pub fn write(&self, stem: &Path) -> Result<()> {
        fs::write(stem.with_extension("o11n"), &self.source)?;
        Ok(fs::write(stem.with_extension("yaml"), format!("{}{}", self.setup, self.text))?)
    }

    /// The job that plays it. `number` tells it from others.
    pub fn job(&self, number: usize) -> Job {
        Job {
            id: format!("case-{number}"),
            setup: self.setup.clone(),
            text: self.text.clone(),
            attempts: job::attempts(&self.plan, &self.script, &self.trace),
            limit: LIMIT + self.trace.duration.as_seconds() * 1.5,
        }
    }
}

/// The ConfigMaps by which Argo remembers which substages have succeeded. Their names stand among what the account must be granted.
fn remembered(plan: &Plan, cached: &BTreeSet<SubstageRef>, setup: &str) -> Result<String> {
    let now = process::stdout(Command::new("date").args(["-u", "+%FT%TZ"]))?;
    let entry = json!({
        "nodeID": "earlier", "creationTimestamp": now.trim(), "lastHitTimestamp": now.trim(),
        "outputs": { "parameters": [{ "name": "outcome", "value": "succeeded" }] },
    });
    let mut text = String::new();
    for (number, stage) in (0..).zip(&plan.stages) {
        let cached = cached.iter().filter(|at| at.stage == number);
        let data: BTreeMap<_, _> = cached.map(|at| (plan.substage(*at).fingerprint.as_str(), entry.to_string())).collect();
        if data.is_empty() {
            continue;
        }
        let mut names = setup.lines().filter_map(|line| line.trim().strip_prefix("name: "));
        let end = format!("-{}", step_name(&stage.name));
        let name = names.find(|name| name.starts_with("o11n-cache-") && name.ends_with(&end));
        let name = name.with_context(|| format!("no ConfigMap is granted for stage {}", stage.name))?;
        let labels = json!({ "workflows.argoproj.io/configmap-type": "Cache" });
        let metadata = json!({ "name": name, "namespace": "argo", "labels": labels });
        let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
        text.push_str(&format!("---\n{map}\n"));
    }
    Ok(text)
}

fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// What the target writes, and what it says.
fn emit(plan: &Plan, rbac: bool) -> Result<(String, Vec<Diagnostic>)> {
    let target = target::by_name("argo").ok().context("there is a target argo")?;
    let emitted = target::emit(target, plan, &Options { rbac, ..Options::default() });
    match emitted.artifacts.into_iter().next() {
        Some(artifact) => Ok((artifact.text, emitted.diagnostics)),
        None => bail!("nothing was emitted: {}", messages(&emitted.diagnostics)),
    }
}

fn messages(diagnostics: &[Diagnostic]) -> String {
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

/// The cases of a source: each scenario of each pipeline.
pub fn of_source(file: &str, text: &str) -> Result<Vec<Case>> {
    let (world, main) = world_of(file, text)?;
    let mut analysis = driver::analyze(&world, &main);
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        bail!("{}", render(Format::Human { colour: false }, &analysis.diagnostics, &analysis.sources));
    }
    let mut cases = Vec::new();
    for (index, pipeline) in (0..).zip(&analysis.program.pipelines) {
        for (number, scenario) in pipeline.scenarios.iter().enumerate().filter(|(_, scenario)| !scenario.is_property) {
            let name = format!("{file}: {}", scenario.name);
            let inputs = Inputs { sample: true, scenario: Some(number), environment: false, ..Inputs::default() };
            let built = plan::build(&analysis.program, PipelineId(index), &inputs, &world, &mut analysis.sources);
            let plan = built.plan.with_context(|| format!("{name}: {}", messages(&built.diagnostics)))?;
            let mut fakes = Fakes::new(&plan);
            for (path, outcomes, _) in &scenario.fakes {
                fakes.fake(Layer::Scenario, path, outcomes).map_err(|found| anyhow!("{name}: {}", found.message))?;
            }
            for ((path, ..), takes) in scenario.takes.iter().zip(built.takes) {
                fakes.takes(Layer::Scenario, path, takes).map_err(|found| anyhow!("{name}: {}", found.message))?;
            }
            let script = Script::of(&plan, &fakes);
            let case = Case::new(name.clone(), text.to_owned(), plan, script).context(name.clone())?;
            let fails = |expect: &&Expect| Expectation::resolve(&case.plan, expect).check(&case.trace).is_err();
            ensure!(!scenario.expects.iter().any(|expect| fails(&expect)), "{name}: the machine does not do what is expected");
            cases.push(case);
        }
    }
    Ok(cases)
}
