//! The file that a job of Jenkins has for pipelines that another engine leads: builds of it, one for each attempt of a step.

use super::engine::{self, Attempt, Job, Report};
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::tally::Tally;
use anyhow::{Context, Result};
use o11n::target::Options;
use std::collections::BTreeMap;
use std::path::Path;

const PIPELINE: &str = r#"
hardware board { label = "board"  lock = ["rack"]  env { BOARD = "rk3588" } }
pipeline boards {
  target argo { jenkins_url = "http://ci.example"  jenkins_job = "boards" }
  stage test {
    hardware = board
    substage "冒烟" { timeout = 10m  exit_codes { 80 = unstable }  run = "smoke"  after = "clean" }
    substage long { run = "long" }
  }
}
"#;

/// How the step's command ends, how the build must end, and what it must say.
const ENDS: &[(&str, &str, Attempt, &str, &str)] = &[
    ("passes", "test/冒烟", exit(0), "SUCCESS", "o11n: exit 0"),
    ("fails", "test/冒烟", exit(3), "FAILURE", "o11n: exit 3"),
    ("is unstable", "test/冒烟", exit(80), "UNSTABLE", "o11n: exit 80"),
    ("takes too long", "test/冒烟", Attempt { end: "never", code: 0, takes: 0 }, "FAILURE", "o11n: timed out"),
    ("loses its agent", "test/long", Attempt { end: "lost", code: 0, takes: 1_000 }, "FAILURE", "o11n: lost"),
];

const fn exit(code: u8) -> Attempt {
    Attempt { end: "exit", code, takes: 1_000 }
}

pub fn judge(scratch: &Path, tally: &mut Tally) -> Result<()> {
    let emitted = emit("argo", &plan_of(PIPELINE)?, &Options::default())?;
    let file = emitted.artifacts.iter().find(|file| file.path.ends_with("Jenkinsfile")).context("there is a Jenkinsfile")?;
    let version = file.text.split_once("runStep('").and_then(|(_, rest)| rest.split_once('\'')).context("it has a version")?.0;
    let build = |step: &str, version: &str| {
        let parameters = [("O11N_KEY", "run/step@1"), ("O11N_STEP", step), ("O11N_FILE", version), ("O11N_ATTEMPT", "1")];
        Job {
            id: step.into(),
            files: BTreeMap::from([("Jenkinsfile".into(), file.text.clone())]),
            parameters: parameters.map(|(name, value)| (name.into(), value.into())).into(),
            saved: true,
            ..Job::default()
        }
    };
    let mut jobs: Vec<Job> = Vec::new();
    for (_, step, attempt, ..) in ENDS {
        let mut job = build(step, version);
        job.attempts.insert((*step).into(), vec![Attempt { ..*attempt }]);
        jobs.push(job);
    }
    let mut again = build("test/long", version);
    again.earlier = vec![BTreeMap::new(), again.parameters.clone(), BTreeMap::new()];
    let mut stopped = build("test/冒烟", version);
    stopped.attempts.insert("test/冒烟".into(), vec![Attempt { end: "never", code: 0, takes: 0 }]);
    stopped.stopped_at = Some(5_000);
    jobs.extend([again, build("test/long", "other"), build("test/none", version), build("", ""), stopped]);
    let reports = engine::play(&jobs, &scratch.join("boards"))?;
    for ((what, .., result, description), report) in ENDS.iter().zip(&reports) {
        tally.accepts(&format!("boards: a step that {what}"), ended(report, result, Some(description), 1));
    }
    let others = [
        ("a build that comes second gives way", "NOT_BUILT", Some("o11n: duplicate of 2"), 0),
        ("a build with another version of the file", "FAILURE", Some("o11n: lost"), 0),
        ("a step that is not there", "FAILURE", Some("o11n: lost"), 0),
        ("the build that learns the parameters", "SUCCESS", None, 0),
        ("a build that somebody stops cleans up", "ABORTED", None, 1),
    ];
    for ((what, result, description, commands), report) in others.iter().zip(&reports[ENDS.len()..]) {
        tally.accepts(&format!("boards: {what}"), ended(report, result, *description, *commands));
    }
    Ok(())
}

/// Whether a build ended so, with so many commands but for what follows them.
fn ended(report: &Report, result: &str, description: Option<&str>, commands: usize) -> Result<(), String> {
    let labels: Vec<&str> = report.attempts.iter().filter_map(|one| one.label.as_deref()).collect();
    let ran = labels.iter().filter(|label| !label.ends_with(" after")).count();
    let cleans = labels.iter().any(|label| label.ends_with(" after")) == labels.contains(&"test/冒烟");
    let is_so = report.result == result && report.description.as_deref() == description && ran == commands && cleans;
    if is_so && report.problems.is_empty() {
        return Ok(());
    }
    Err(format!("{} with {:?} after {labels:?}: {:?} {:?}", report.result, report.description, report.error, report.problems))
}
