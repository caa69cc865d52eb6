//! Cases made ready to run: bodies that play their attempts, and DAGs that do not get in each other's way.

use super::super::cluster::job;
use super::super::conformance::case::{Case, copies};
use super::super::conformance::compiled::Compiled;
use super::Way;
use crate::project;
use anyhow::{Context, Result, ensure};
use o11n::machine::End;
use o11n::plan::{Body, EnvValue, Plan, Script, ScriptPart};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The same case, with bodies that play what its script says.
pub fn staged(mut case: Case, way: Way, folder: &Path) -> Case {
    let player = project::root().join("tests/engines/airflow/play.py");
    let text = format!("exec python3 -S -E {} {}", player.display(), folder.join("plays").display());
    for substage in case.plan.stages.iter_mut().flat_map(|stage| &mut stage.substages) {
        substage.body = Body::Run(Script { parts: vec![ScriptPart::Text(text.as_str().into())] });
        substage.before.clear();
        substage.after.clear();
    }
    // What is aborted shall be seen at once: a look costs nothing where time jumps.
    let settings = case.plan.targets.entry("airflow".into()).or_default();
    settings.insert("poll".into(), json!(if way == Way::Rehearsed { 0.001 } else { 0.5 }));
    case
}

pub fn id(number: usize) -> String {
    format!("case-{number}")
}

/// The DAG file, under an id of its own, with pools of its own.
pub fn dag(number: usize, one: &Compiled) -> Result<String> {
    let text = &one.files.first().context("a DAG is one file")?.text;
    let name = one.case.plan.pipeline.as_str();
    let (from, id) = (format!("DAG_ID = \"{}\"\n", in_letters(name)), id(number));
    ensure!(text.contains(&from), "the DAG of {name} is called otherwise");
    let text = text.replace(&from, &format!("DAG_ID = \"{id}\"\n"));
    Ok(text.replace("o11n.parallel.", &format!("{id}.parallel.")).replace("o11n.lock.", &format!("{id}.lock.")))
}

/// The pools that the file's first lines ask for.
pub fn pools(text: &str) -> BTreeMap<String, u32> {
    let commands = text.lines().filter_map(|line| line.strip_prefix("#   airflow pools set "));
    let pools = commands.filter_map(|command| {
        let mut words = command.split(' ');
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
    });
    pools.collect()
}

/// Airflow's Variables: the successes that are remembered, and secrets.
pub fn variables(number: usize, case: &Case) -> BTreeMap<String, String> {
    let values = case.plan.substages().flat_map(|(_, substage)| substage.env.values());
    let secrets = values.filter_map(|value| match value {
        EnvValue::Secret(name) => Some((name.to_string(), "s3cr3t".to_owned())),
        EnvValue::Text(_) => None,
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let cached = case.script.cached.iter().map(|at| &case.plan.substage(*at).fingerprint);
    let cached = cached.map(|fingerprint| (format!("o11n.cache.{}.{fingerprint}", id(number)), now.to_string()));
    cached.chain(secrets).collect()
}

/// The id of the task that a substage's outcome is read from: its names in Airflow's letters.
pub fn task(plan: &Plan, stage: usize, substage: usize) -> String {
    format!("{}.{}", in_letters(&plan.stages[stage].name), in_letters(&plan.stages[stage].substages[substage].name))
}

fn in_letters(name: &str) -> String {
    let letter = |c: char| match c {
        _ if c.is_ascii_alphanumeric() || c == '_' => c.to_string(),
        _ if c.is_alphanumeric() => format!("u{:x}", u32::from(c)),
        _ => "-".to_owned(),
    };
    name.chars().map(letter).collect()
}

/// What the player reads.
pub fn play(case: &Case) -> Result<Value> {
    let mut tasks = BTreeMap::new();
    for (at, stage) in case.plan.stages.iter().enumerate() {
        for (index, substage) in stage.substages.iter().enumerate() {
            let (task, key) = (task(&case.plan, at, index), format!("{}/{}", stage.name, substage.name));
            if substage.dispatch.is_none() {
                tasks.insert(task, format!("{key}#1"));
                continue;
            }
            for copy in 1..=copies(substage) {
                tasks.insert(format!("{task}.{copy}"), format!("{key}#{copy}"));
            }
        }
    }
    let mut attempts = json!(job::attempts(&case.plan, &case.script, &case.trace));
    for ((at, copy), ends) in &case.script.attempts {
        let key = format!("{}/{}#{copy}", case.plan.stages[at.stage as usize].name, case.plan.substage(*at).name);
        let Some(told) = attempts.get_mut(&key).and_then(Value::as_array_mut) else { continue };
        for (told, attempt) in told.iter_mut().zip(ends).filter(|(told, _)| told["end"] == "never") {
            // How it ends if nobody cuts it.
            told["code"] = json!(if let End::Exit(code) = attempt.end { code } else { 1 });
        }
    }
    Ok(json!({ "tasks": tasks, "attempts": attempts }))
}
