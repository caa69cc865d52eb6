//! ShellCheck, on what the examples and the standard library run.

use super::cases::{Case, Pipeline, substages};
use super::tally::Tally;
use super::{Engine, Site};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::Result;
use o11n::target::yaml;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "shellcheck",
    judges: "every script of every example, as planned and as Argo runs it",
    wants_examples: true,
    tools: &[&SHELLCHECK],
    judge,
};

const SHELLCHECK: Tool = Tool {
    name: "shellcheck",
    version: "0.11.0.1",
    inputs: &["tests/engines/shellcheck/requirements.txt"],
    install: |into| tools::python(into, "tests/engines/shellcheck/requirements.txt"),
};

/// What we have written in shell ourselves, and compile in as it is.
const PROGRAMS: &[&str] = &["src/target/kubernetes/driver.sh"];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    for ((shell, script), name) in scripts(site)? {
        tally.accepts(&name, check(&shell, &script)?);
    }
    for program in PROGRAMS {
        tally.accepts(program, check("sh", &fs::read_to_string(project::root().join(program))?)?);
    }
    tally.refuses("an unquoted variable", check("bash", "name=$1\nrm $name\n")?);
    tally.refuses("a bashism in sh", check("sh", "[[ -n $1 ]] && echo yes\n")?);
    Ok(())
}

/// Scripts by shell and text, each once, with the name of the first place that runs it.
type Scripts = BTreeMap<(String, String), String>;

fn scripts(site: &Site) -> Result<Scripts> {
    let mut scripts = Scripts::new();
    for pipeline in &site.cases.pipelines {
        planned(pipeline, &mut scripts);
    }
    // The emit tests hold text that no shell would like: it is there to arrive unharmed.
    for case in site.cases.argo.iter().filter(|case| case.name.starts_with("examples/")) {
        emitted(case, &mut scripts)?;
    }
    Ok(scripts)
}

/// What the plan says: what comes before and the body are one script in one shell; each part of `after` is one of its own.
fn planned(pipeline: &Pipeline, scripts: &mut Scripts) {
    for substage in substages(&pipeline.plan) {
        let shell = substage["shell"].as_str().unwrap_or_default();
        let body = texts(&substage["before"]).chain(substage["body"]["run"].as_str()).collect::<Vec<_>>().join("\n");
        for script in std::iter::once(body.as_str()).chain(texts(&substage["after"])) {
            add(scripts, shell, script, || format!("{}, substage {}", pipeline.name, substage["name"]));
        }
    }
}

/// What Argo runs: our own scripts in it, and those of the plan with what we put around them.
fn emitted(case: &Case, scripts: &mut Scripts) -> Result<()> {
    for document in fs::read_to_string(&case.file)?.split("\n---\n") {
        let object = yaml::parse(document).map_err(|error| anyhow::anyhow!("{}: {error}", case.name))?;
        let spec = &object["spec"];
        for template in [spec, &spec["workflowSpec"]].iter().filter_map(|spec| spec["templates"].as_array()).flatten() {
            let name = || format!("{}, template {}", case.name, template["name"]);
            let (script, container) = (&template["script"], &template["container"]);
            let words: Vec<&str> = texts(&container["command"]).chain(texts(&container["args"])).collect();
            if let (Some(shell), Some(source)) = (texts(&script["command"]).next(), script["source"].as_str()) {
                add(scripts, shell, &filled_in(source), name);
            } else if let [shell, "-c" | "-ec" | "-euc", script, ..] = words[..] {
                add(scripts, shell, &filled_in(script), name);
            }
        }
    }
    Ok(())
}

fn add(scripts: &mut Scripts, shell: &str, script: &str, name: impl FnOnce() -> String) {
    if ["sh", "bash"].contains(&shell) && !script.is_empty() {
        scripts.entry((shell.to_owned(), script.to_owned())).or_insert_with(name);
    }
}

/// A script with a word wherever Argo fills something in.
fn filled_in(script: &str) -> String {
    let mut parts = script.split("{{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += "filled";
        text += part.split_once("}}").map_or(part, |(_, rest)| rest);
    }
    text
}

fn texts(scripts: &Value) -> impl Iterator<Item = &str> {
    scripts.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// It takes a function that only a trap calls for one that nothing calls.
const TRAPS: &str = "--exclude=SC2329";

fn check(shell: &str, script: &str) -> Result<Result<(), String>> {
    let mut command = Command::new(SHELLCHECK.folder()?.join("bin/shellcheck"));
    // Scripts run with `-e`, by which a failed `cd` ends them; ShellCheck does not know unless it is told.
    let script = format!("set -e\n{script}");
    let output = process::with_input(command.args(["--norc", "--format=gcc", TRAPS, "--shell", shell, "-"]), &script)?;
    Ok(if output.status.success() { Ok(()) } else { Err(format!("{}\n{script}", process::said(&output))) })
}
