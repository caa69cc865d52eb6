//! The driver of taskbooks on Jenkins' own interpreter: each case is the driver and the taskbook that a build of it has printed.

use super::engine::{self, Job};
use super::{DECLARED, attempts, observed};
use crate::engines::conformance::compiled::{Cases, Compiled};
use crate::engines::conformance::judge::{Known, Seen};
use crate::engines::mutation::Mutation;
use crate::engines::tally::Tally;
use crate::engines::{Engine, Site, conformance};
use anyhow::Result;
use o11n::target::{Artifact, Options};
use std::collections::BTreeMap;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "jenkins-taskbook",
    judges: "taskbooks run by the driver on Jenkins' own interpreter, compared with the machine",
    wants_examples: false,
    tools: &[&engine::TOOL],
    judge,
};

/// The driver, and what it has printed.
const TARGETS: &str = "jenkins-taskbook+taskbook";

/// Drivers and taskbooks with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    (
        "attempts: retries: each until it passes",
        Mutation { name: "a retry less", from: "limit: retry.limit", to: "limit: retry.limit - 1" },
    ),
    (
        "policies: policies: continue alone",
        Mutation { name: "another policy", from: "\"on_error\": \"continue\"", to: "\"on_error\": \"finish\"" },
    ),
    (
        "slots: slots: two at a time, the urgent one first",
        Mutation {
            name: "the priorities turned round",
            from: "['urgent', 'high', 'normal', 'low']",
            to: "['low', 'normal', 'high', 'urgent']",
        },
    ),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no classes of exit codes", from: "extras.exit_codes?.each", to: "extras.exit_codez?.each" },
    ),
    (
        "needs: needs: a family is needed whole",
        Mutation { name: "a gate that one opens", from: "members.every {", to: "members.any {" },
    ),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let cases = Cases::new(TARGETS, &Options::default(), conformance::all(site.arguments)?, BROKEN, &site.arguments.case)?;
    let start = Instant::now();
    let jobs: Vec<Job> = cases.all().map(|(number, one)| job(number, one)).collect();
    let reports = engine::play(&jobs, &site.scratch)?;
    let seen = |number: usize, one: &Compiled| {
        let report = &reports[number];
        Seen { observed: observed::observe(&one.case.plan, report), problems: report.problems.clone(), notes: report.log.clone() }
    };
    let known = Known { declared: DECLARED, excuses: &[], in_order: true };
    cases.judge("jenkins-taskbook", &known, seen, &site.scratch.join("reports"), tally)?;
    println!("jenkins-taskbook: the interpreter was at it for {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// What the command that prints the taskbook writes.
fn printed(taskbook: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let file = ("o11n-taskbook.json".to_owned(), taskbook.to_owned());
    BTreeMap::from([("o11n taskbook".to_owned(), BTreeMap::from([file]))])
}

/// A build of a driver, its first file, with a taskbook, its second one.
fn build(id: String, files: &[Artifact]) -> Job {
    Job {
        id,
        files: BTreeMap::from([("Jenkinsfile".to_owned(), files[0].text.clone())]),
        written: printed(&files[1].text),
        saved: true,
        ..Job::default()
    }
}

fn job(number: usize, one: &Compiled) -> Job {
    Job { attempts: attempts(&one.case), archived: super::archived(&one.case), ..build(format!("case-{number}"), &one.files) }
}
