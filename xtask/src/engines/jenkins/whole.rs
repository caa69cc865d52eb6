//! What no case of the table shows: large pipelines, text that is hard to carry, a build that somebody stops.

use super::engine::{self, Attempt, Job, Report};
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::conformance::whole::{MANY, large, texts};
use crate::engines::tally::Tally;
use anyhow::{Result, ensure};
use o11n::plan::{Body, EnvValue, Plan, Script, ScriptPart};
use o11n::target::Options;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Judges what a target makes of them, or several whose files belong together.
pub fn judge(targets: &str, scratch: &Path, tally: &mut Tally) -> Result<()> {
    let job = |id: &str, plan: &Plan| job(targets, id, plan);
    let texts = texts()?;
    let mut large = job("large", &large()?)?;
    large.saved = false;
    let mut text = job("text", &carrying(&texts)?)?;
    text.real = true;
    text.saved = false;
    let mut stopped = job("stopped", &plan_of(STOPPED)?)?;
    stopped.stopped_at = Some(5_000);
    for label in ["build/a", "build/b"] {
        stopped.attempts.insert(label.into(), vec![Attempt { end: "never", code: 0, takes: 0 }]);
    }
    let reports = engine::play(&[large, text, stopped], &scratch.join("whole"))?;
    let large = &reports[0];
    let count = large.labels().len();
    tally.accepts(
        "2,000 substages",
        is_well(large).and_then(|()| match count {
            count if count == MANY + 1 => Ok(()),
            _ => Err(format!("{count} substages ran")),
        }),
    );
    tally.accepts("hostile text", is_well(&reports[1]).and_then(|()| arrived(&texts, &reports[1])));
    tally.accepts("a build that somebody stops", after_stop(&reports[2]));
    Ok(())
}

fn job(targets: &str, id: &str, plan: &Plan) -> Result<Job> {
    let emitted = emit(targets, plan, &Options::default())?;
    ensure!(!emitted.artifacts.is_empty(), "{id} does not compile");
    Ok(super::build(id, &emitted.artifacts))
}

pub fn is_well(report: &Report) -> Result<(), String> {
    let is_well = report.error.is_none() && report.problems.is_empty() && report.result == "SUCCESS";
    if is_well { Ok(()) } else { Err(format!("{}: {:?} {:?}", report.result, report.error, report.problems)) }
}

/// A pipeline that prints each text in hexadecimal digits, from its script and from its environment where that can hold it.
fn carrying(texts: &[String]) -> Result<Plan> {
    let mut plan = plan_of("pipeline text { stage all { substage one { run = \"true\" } } }")?;
    let one = plan.stages[0].substages[0].clone();
    plan.stages[0].substages = (0..)
        .zip(texts)
        .map(|(number, text)| {
            let mut substage = one.clone();
            substage.name = format!("t{number}").into();
            let quoted = text.replace('\'', r"'\''");
            let mut run = format!("printf %s '{quoted}' | od -An -v -tx1 | tr -d ' \\n'\necho\n");
            if fits(text) {
                substage.env = Arc::new([("V".into(), EnvValue::Text(text.as_str().into()))].into_iter().collect());
                run.push_str("printf %s \"$V\" | od -An -v -tx1 | tr -d ' \\n'\n");
            }
            substage.body = Body::Run(Script { parts: vec![ScriptPart::Text(run.into())] });
            substage
        })
        .collect();
    Ok(plan)
}

/// Linux takes no variable of more than 128 KiB.
fn fits(text: &str) -> bool {
    text.len() < 50_000
}

fn arrived(texts: &[String], report: &Report) -> Result<(), String> {
    let printed: BTreeMap<&str, &str> =
        report.attempts.iter().filter_map(|one| Some((one.label.as_deref()?, one.printed.as_deref()?))).collect();
    for (number, text) in texts.iter().enumerate() {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let wanted = if fits(text) { format!("{hex}\n{hex}") } else { format!("{hex}\n") };
        let got = printed.get(format!("all/t{number}").as_str()).copied().unwrap_or_default();
        if got != wanted {
            let shown: String = text.chars().take(40).collect();
            return Err(format!("text {number}, {shown:?}, came out otherwise"));
        }
    }
    Ok(())
}

const STOPPED: &str = r#"
pipeline stopped {
  stage build {
    substage a { retry = 2  run = "a"  after = "clean" }
    substage b { run = "b" }
  }
  stage test { substage c { run = "c" } }
  stage report { when = always  substage mail { run = "mail" } }
}
"#;

/// It is seen to be stopped, what ran cleans up, and only what runs always runs then.
fn after_stop(report: &Report) -> Result<(), String> {
    let labels = report.labels();
    let is_right = report.result == "ABORTED" && labels == ["build/a", "build/b", "build/a after", "report/mail"];
    if is_right { Ok(()) } else { Err(format!("{} after {labels:?}", report.result)) }
}
