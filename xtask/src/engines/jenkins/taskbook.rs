//! The driver of taskbooks on Jenkins' own interpreter: each case is the driver and the taskbook that a build of it has printed.

use super::engine::{self, Attempt, Job, Report};
use super::{PRINTS, build, foreign, judge_table, whole};
use crate::engines::cases::o11n;
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::mutation::Mutation;
use crate::engines::tally::Tally;
use crate::engines::{Engine, Site};
use crate::{process, project};
use anyhow::Result;
use o11n::target::Options;
use std::fs;
use std::path::Path;
use std::process::Command;

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
    let wants =
        |name: &str| site.arguments.case.is_empty() || site.arguments.case.iter().any(|text| name.contains(text.as_str()));
    judge_table("jenkins-taskbook", TARGETS, BROKEN, site, tally)?;
    foreign::judge(&site.arguments.case, &site.scratch, tally)?;
    if wants("state") {
        state(&site.scratch, tally)?;
    }
    if wants("printed") {
        printed(&site.scratch.join("printed"), tally)?;
    }
    if site.arguments.case.is_empty() {
        whole::judge(TARGETS, &site.scratch, tally)?;
    }
    Ok(())
}

/// What Jenkins writes down at each step holds no scripts, and a Jenkins that starts anew finds them again.
fn state(scratch: &Path, tally: &mut Tally) -> Result<()> {
    let script = "echo 0123456789".repeat(500);
    let source = format!(
        "pipeline state {{ stage one {{ parallel = 20  substage s {{ shards = 200  run = \"{script}\" }} }} stage two {{ substage t {{ run = \"t\" }} }} }}"
    );
    let emitted = emit(TARGETS, &plan_of(&source)?, &Options::default())?;
    let mut job = build("state", &emitted.artifacts);
    job.attempts.insert("one/s-1of200".into(), vec![Attempt { end: "exit", code: 0, takes: 60_000 }]);
    job.forgets_at = Some(30_000);
    let reports = engine::play(&[job], &scratch.join("state"))?;
    let [report] = &reports[..] else { unreachable!("a report a build") };
    let (texts, most) = (200 * script.len(), report.largest_state);
    println!("jenkins-taskbook: {most} bytes of state at most, with {texts} bytes of scripts");
    tally.accepts(
        "the state that is written down, and a restart",
        whole::is_well(report).and_then(|()| match report.labels().len() {
            201 if most < texts / 4 => Ok(()),
            count => Err(format!("{count} substages ran; the state has {most} bytes where scripts have {texts}")),
        }),
    );
    Ok(())
}

const NIGHTLY: &str = r#"
pipeline nightly {
  stage build { substage lib { exit_codes { 80 = unstable }  run = "echo $O11N_STAGE; exit 80" } }
  stage test { shell = "sh"  substage unit { env { V = "it's $V" }  run = "printf %s \"$V\"" } }
}
"#;

/// The compiler itself prints the taskbook, in a shell, and its scripts run.
fn printed(scratch: &Path, tally: &mut Tally) -> Result<()> {
    process::run(Command::new("cargo").args(["build", "--quiet"]).current_dir(project::root()))?;
    fs::create_dir_all(scratch)?;
    let nightly = scratch.join("nightly.o11n");
    fs::write(&nightly, NIGHTLY)?;
    let broken = scratch.join("broken.o11n");
    fs::write(&broken, NIGHTLY.replace("exit_codes", "exit_kodes"))?;
    let example = project::root().join("examples/regression.o11n");
    let books = [("nightly", &nightly, ""), ("nightly", &broken, ""), ("regression", &example, " --stub always")];
    let jobs = books.iter().map(|(pipeline, file, more)| {
        let o11n = o11n();
        let command = format!("'{}' compile '{}'{more}", o11n.get_program().display(), file.display());
        let settings = format!("target jenkins_taskbook {{ checkout = false  command = {command:?} }}");
        let plan = plan_of(&format!("pipeline {pipeline} {{ {settings} stage s {{ substage s {{ run = \"s\" }} }} }}"))?;
        let driver = emit("jenkins-taskbook", &plan, &Options::default())?.artifacts;
        Ok(Job { real: true, ..build(&file.display().to_string(), &driver) })
    });
    let reports = engine::play(&jobs.collect::<Result<Vec<Job>>>()?, scratch)?;
    let is = |report: &Report, result: &str, says: &str| {
        let said = || report.log.iter().map(String::as_str).chain(report.error.as_deref());
        let is_right = report.result == result && said().any(|line| line.contains(says)) && report.problems.is_empty();
        if is_right { Ok(()) } else { Err(format!("{}: {:?} {:?}", report.result, said().collect::<Vec<_>>(), report.problems)) }
    };
    let [nightly, broken, example] = &reports[..] else { unreachable!("a report a build") };
    let text = nightly
        .attempts
        .iter()
        .filter(|one| one.label.as_deref() != Some(PRINTS))
        .filter_map(|one| one.printed.as_deref())
        .collect::<String>();
    tally.accepts(
        "a taskbook that the compiler prints",
        is(nightly, "UNSTABLE", "o11n: test/unit is succeeded")
            .and_then(|()| if text == "build\nit's $V" { Ok(()) } else { Err(format!("the scripts print {text:?}")) }),
    );
    tally.accepts("a mistake that the compiler finds", is(broken, "FAILURE", "(err_no 301, in stage build)"));
    tally.accepts("the example of a regression, with stubs", is(example, "SUCCESS", "o11n: the pipeline is succeeded"));
    Ok(())
}
