//! ShellCheck, on what the examples and the standard library run.

use super::cases::substages;
use super::tally::Tally;
use super::{Engine, Site};
use crate::process;
use crate::tools::{self, Tool};
use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "shellcheck",
    judges: "every script of every example, the standard library's parts in it",
    tools: &[&SHELLCHECK],
    judge,
};

const SHELLCHECK: Tool = Tool {
    name: "shellcheck",
    version: "0.11.0.1",
    inputs: &["tests/engines/shellcheck/requirements.txt"],
    install: |into| tools::python(into, "tests/engines/shellcheck/requirements.txt"),
};

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    for ((shell, script), name) in scripts(site) {
        tally.accepts(&name, check(&shell, &script)?);
    }
    tally.refuses("an unquoted variable", check("bash", "name=$1\nrm $name\n")?);
    tally.refuses("a bashism in sh", check("sh", "[[ -n $1 ]] && echo yes\n")?);
    Ok(())
}

/// Each script once, by its shell, with the name of the first place that runs it.
fn scripts(site: &Site) -> BTreeMap<(String, String), String> {
    let mut scripts = BTreeMap::new();
    for pipeline in &site.cases.pipelines {
        for substage in substages(&pipeline.plan) {
            let shell = substage["shell"].as_str().unwrap_or_default();
            if !["sh", "bash"].contains(&shell) {
                continue;
            }
            // What comes before and the body are one script in one shell; each part of `after` is one of its own.
            let body = texts(&substage["before"]).chain(substage["body"]["run"].as_str()).collect::<Vec<_>>().join("\n");
            for script in std::iter::once(body.as_str()).chain(texts(&substage["after"])).filter(|script| !script.is_empty()) {
                let name = format!("{}, substage {}", pipeline.name, substage["name"]);
                scripts.entry((shell.to_owned(), script.to_owned())).or_insert(name);
            }
        }
    }
    scripts
}

fn texts(scripts: &Value) -> impl Iterator<Item = &str> {
    scripts.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn check(shell: &str, script: &str) -> Result<Result<(), String>> {
    let mut command = Command::new(SHELLCHECK.folder()?.join("bin/shellcheck"));
    // Scripts run with `-e`, by which a failed `cd` ends them; ShellCheck does not know unless it is told.
    let script = format!("set -e\n{script}");
    let output = process::with_input(command.args(["--norc", "--format=gcc", "--shell", shell, "-"]), &script)?;
    Ok(if output.status.success() { Ok(()) } else { Err(format!("{}\n{script}", process::said(&output))) })
}
