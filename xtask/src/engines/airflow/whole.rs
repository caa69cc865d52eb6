//! What no case of the table shows: a large pipeline is read, and text that is hard to carry arrives, in processes and in pods.

use super::{Job, Way, conduct};
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::conformance::whole::{MANY, large, texts};
use crate::engines::tally::Tally;
use crate::tools::Tool;
use anyhow::{Context, Result};
use o11n::plan::{Body, EnvValue, Plan, Script, ScriptPart, Substage};
use o11n::target::Options;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// So many texts go into one script.
const TOGETHER: usize = 60;
/// So long Airflow reads a file if nothing else is said, in seconds; here of the processor's time, and it also keeps what it has read.
const PARSED: f64 = 30.0;
/// Linux takes no variable of more than 128 KiB; a script of more than this is one of its own.
const LONG: usize = 50_000;

pub fn judge(folder: &Path, tool: &Tool, version: u8, tally: &mut Tally) -> Result<()> {
    let (texts, out) = (texts()?, folder.join("texts"));
    let mut job = Job::default();
    for (id, plan) in [("large", large()?), ("text", carrying(&texts, &out)?)] {
        let emitted = emit("airflow", &plan, &Options::default())?;
        let text = &emitted.artifacts.first().with_context(|| format!("{id} does not compile"))?.text;
        job.add(folder, 0, id, text)?;
    }
    job.runs.retain(|run| run["id"] == "text");
    let report = conduct(folder, Way::Rehearsed, 0, job, version, tool)?;
    let seconds = report.times["reading"];
    let count = report.sizes.get("large").copied().unwrap_or_default();
    println!("airflow-{version}: a DAG of {count} tasks is read and kept in {seconds:.1} s of processor time");
    // Its gates and its verdict are tasks too.
    let read = if count == MANY + 4 { Ok(()) } else { Err(format!("{count} tasks were read: {:?}", report.errors)) };
    tally.accepts(&format!("{MANY} substages"), read);
    let in_time = if seconds < PARSED { Ok(()) } else { Err(format!("it took {seconds:.1} s")) };
    tally.accepts(&format!("{MANY} substages are read in the time that Airflow gives a file"), in_time);
    for kind in KINDS {
        tally.accepts(&format!("hostile text in a {kind}"), arrived(&texts, &out.join(kind)));
    }
    Ok(())
}

/// What bodies run in.
const KINDS: [&str; 2] = ["process", "pod"];

/// A pipeline that writes each text into a file, from its script and from its environment where that can hold it.
fn carrying(texts: &[String], out: &Path) -> Result<Plan> {
    let source = "hardware h { k8s { } } pipeline text { stage process { substage one { run = \"true\" } }
        stage pod { substage one { hardware = h  run = \"true\" } } }";
    let mut plan = plan_of(source)?;
    let numbered: Vec<(usize, &String)> = texts.iter().enumerate().collect();
    let (long, short): (Vec<_>, Vec<_>) = numbered.into_iter().partition(|(_, text)| text.len() >= LONG);
    for (stage, kind) in plan.stages.iter_mut().zip(KINDS) {
        fs::create_dir_all(out.join(kind))?;
        let one = stage.substages[0].clone();
        stage.substages =
            short.chunks(TOGETHER).chain(long.chunks(1)).map(|texts| writer(&one, texts, &out.join(kind))).collect();
    }
    Ok(plan)
}

fn writer(like: &Substage, texts: &[(usize, &String)], out: &Path) -> Substage {
    let (mut run, mut env) = (String::new(), Vec::new());
    for (number, text) in texts {
        let file = out.join(number.to_string());
        run.push_str(&format!("printf %s '{}' > {}.run\n", text.replace('\'', r"'\''"), file.display()));
        if text.len() < LONG {
            env.push((format!("V{number}").into(), EnvValue::Text(text.as_str().into())));
            run.push_str(&format!("printf %s \"$V{number}\" > {}.env\n", file.display()));
        }
    }
    let mut substage = like.clone();
    substage.name = format!("t{}", texts[0].0).into();
    substage.env = Arc::new(env.into_iter().collect());
    substage.body = Body::Run(Script { parts: vec![ScriptPart::Text(run.into())] });
    substage
}

fn arrived(texts: &[String], out: &Path) -> Result<(), String> {
    for (number, text) in texts.iter().enumerate() {
        let ways: &[&str] = if text.len() < LONG { &["run", "env"] } else { &["run"] };
        for way in ways {
            let got = fs::read(out.join(format!("{number}.{way}"))).map_err(|error| format!("text {number} ({way}): {error}"))?;
            if got != text.as_bytes() {
                let shown: String = text.chars().take(40).collect();
                return Err(format!("text {number} ({way}), {shown:?}, came out otherwise"));
            }
        }
    }
    Ok(())
}
