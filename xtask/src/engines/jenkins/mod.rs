//! Jenkins' own interpreter of pipelines: compiled pipelines run on it, and what happens is compared with the machine.
//!
//! Compilation, its limits, the transformation of the code, parallel branches and the saving of the state at each step are Jenkins'
//! own; the steps are ours, on virtual time, after the sources of Jenkins' plugins.

mod boards;
mod engine;
mod foreign;
mod observed;
pub mod series;
pub mod taskbook;
mod whole;

use super::conformance::case::{Case, copies};
use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Declared, Known, Seen};
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, conformance};
use anyhow::Result;
use engine::{Attempt, Job};
use o11n::machine::{Behaviour, End};
use o11n::plan::SubstageRef;
use o11n::target::{Artifact, Options};
use std::collections::BTreeMap;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "jenkins",
    judges: "pipelines run on Jenkins' own interpreter, compared with the machine",
    wants_examples: false,
    tools: &[&engine::TOOL],
    judge,
};

/// Nothing is known to differ.
pub const DECLARED: &[Declared] = &[];

/// When builds start, in the interpreter's time.
const STARTED: u64 = 1_800_000_000_000;

/// Compiled files with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    ("attempts: retries: each until it passes", Mutation { name: "a retry less", from: "limit: 3", to: "limit: 2" }),
    (
        "policies: policies: continue alone",
        Mutation { name: "another policy", from: "onError: 'continue'", to: "onError: 'finish'" },
    ),
    (
        "slots: slots: two at a time, the urgent one first",
        Mutation { name: "a slot more", from: "parallel: 2", to: "parallel: 3" },
    ),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no warning", from: "stageResult: 'UNSTABLE'", to: "stageResult: 'SUCCESS'" },
    ),
    (
        "needs: needs: a family is needed whole",
        Mutation { name: "a gate that one opens", from: "members.every {", to: "members.any {" },
    ),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    judge_table("jenkins", "jenkins", BROKEN, site, tally)?;
    if site.arguments.case.is_empty() {
        boards::judge(&site.scratch, tally)?;
        whole::judge("jenkins", &site.scratch, tally)?;
    }
    Ok(())
}

/// What the driver of taskbooks calls the command that prints one.
const PRINTS: &str = "o11n taskbook";

/// A build of compiled files: the first is the one that runs, a taskbook is what the driver's command prints.
fn build(id: &str, artifacts: &[Artifact]) -> Job {
    let (printed, loaded): (Vec<&Artifact>, Vec<&Artifact>) =
        artifacts.iter().partition(|file| file.path.ends_with(".taskbook.json"));
    let named = loaded.iter().enumerate().map(|(index, file)| {
        let name = if index == 0 { "Jenkinsfile".to_owned() } else { file.path.clone() };
        (name, file.text.clone())
    });
    let printed = printed.iter().map(|file| (PRINTS.to_owned(), [("o11n-taskbook.json".to_owned(), file.text.clone())].into()));
    Job { id: id.into(), files: named.collect(), written: printed.collect(), saved: true, ..Job::default() }
}

fn job(number: usize, one: &Compiled) -> Job {
    Job { attempts: attempts(&one.case), archived: archived(&one.case), ..build(&format!("case-{number}"), &one.files) }
}

/// Runs the whole table, compiled for a target, or for several whose files belong together.
fn judge_table(name: &str, targets: &str, broken: &[(&str, Mutation)], site: &Site, tally: &mut Tally) -> Result<()> {
    let cases = Cases::new(targets, &Options::default(), conformance::all(site.arguments)?, broken, &site.arguments.case)?;
    let start = Instant::now();
    let jobs: Vec<Job> = cases.all().map(|(number, one)| job(number, one)).collect();
    let reports = engine::play(&jobs, &site.scratch)?;
    let seen = |number: usize, one: &Compiled| {
        let report = &reports[number];
        Seen { observed: observed::observe(&one.case.plan, report), problems: report.problems.clone(), notes: report.log.clone() }
    };
    let known = Known { declared: DECLARED, excuses: &[], in_order: true };
    cases.judge(name, &known, seen, &site.scratch.join("reports"), tally)?;
    println!("{name}: the interpreter was at it for {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// What the last build has left, so that substages are known to have succeeded.
fn archived(case: &Case) -> BTreeMap<String, String> {
    let prints = case.script.cached.iter().map(|at| &case.plan.substage(*at).fingerprint);
    let index: String = prints.map(|print| format!("{print} {STARTED}\n")).collect();
    let file = ("o11n-cache/index".to_owned(), index);
    if case.script.cached.is_empty() { BTreeMap::new() } else { BTreeMap::from([file]) }
}

/// How the steps end, by their labels.
fn attempts(case: &Case) -> BTreeMap<String, Vec<Attempt>> {
    let mut all = BTreeMap::new();
    for (stage, planned) in (0..).zip(&case.plan.stages) {
        for (substage, known) in (0..).zip(&planned.substages) {
            for copy in 1..=copies(known) {
                let attempts = (1..=known.retry.limit + 1).map(|number| {
                    let attempt = case.script.attempt(SubstageRef { stage, substage }, copy, number);
                    let (end, code) = match attempt.end {
                        End::Exit(code) => ("exit", code),
                        End::Lost => ("lost", 0),
                        End::TimedOut => ("never", 0),
                    };
                    Attempt { end, code, takes: attempt.takes.0 }
                });
                let path = format!("{}/{}", planned.name, known.name);
                let label = if known.dispatch.is_some() { format!("{path}#{copy}") } else { path };
                all.insert(label, attempts.collect());
            }
        }
    }
    all
}
