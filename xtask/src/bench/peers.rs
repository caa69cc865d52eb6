//! What one would take instead: each makes the same substages by a loop, as an Argo Workflow in YAML.

use super::sources::{Form, source};
use super::{Row, measure, o11n};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

const SIZES: &[usize] = &[20, 1_000];

const JSONNET: Tool = Tool {
    name: "jsonnet",
    version: "0.22.0",
    inputs: &[],
    install: |into| go_install(into, "github.com/google/go-jsonnet/cmd/jsonnet", JSONNET.version),
};
const CUE: Tool =
    Tool { name: "cue", version: "0.17.1", inputs: &[], install: |into| go_install(into, "cuelang.org/go/cmd/cue", CUE.version) };
const HELM: Tool = Tool {
    name: "helm",
    version: "3.22.0",
    inputs: &[],
    install: |into| go_install(into, "helm.sh/helm/v3/cmd/helm", HELM.version),
};
const HERA: Tool = Tool {
    name: "hera",
    version: "7.1.0",
    inputs: &["benches/peers/requirements.txt"],
    install: |into| tools::python(into, "benches/peers/requirements.txt"),
};

fn go_install(into: &Path, package: &str, version: &str) -> Result<()> {
    let mut go = Command::new("nice");
    go.args(["go", "install", "-p", "1", "-trimpath", "-ldflags", "-s -w"]).arg(format!("{package}@v{version}"));
    process::stdout(go.env("GOBIN", into).env("CGO_ENABLED", "0")).map(drop)
}

/// Ourselves and the others, on the same machine, one after the other.
pub fn rows(scratch: &Path, without: &[String]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &count in SIZES {
        let path = scratch.join(format!("peer-{count}.o11n"));
        fs::write(&path, source(Form::Loop, count))?;
        let mut ours = o11n();
        ours.args(["compile", "--target", "argo"]).arg(&path);
        for (name, command) in [("o11n".to_owned(), ours)].into_iter().chain(peers(count, without)?) {
            check(&command, count).with_context(|| format!("{name} at {count} substages"))?;
            rows.push(Row { what: format!("{count} substages by a loop: {name}"), cost: measure(&command)? });
        }
    }
    Ok(rows)
}

fn peers(count: usize, without: &[String]) -> Result<Vec<(String, Command)>> {
    let wanted = [&JSONNET, &HELM, &CUE, &HERA].into_iter().filter(|tool| !without.iter().any(|name| name == tool.name));
    let named = |tool: &Tool| Ok((format!("{} {}", tool.name, tool.version), peer(tool, count)?));
    wanted.map(named).collect()
}

fn peer(tool: &Tool, count: usize) -> Result<Command> {
    let input = |name: &str| project::root().join("benches/peers").join(name);
    let folder = tool.folder()?;
    let program = if tool.name == HERA.name { "bin/python" } else { tool.name };
    let mut command = Command::new(folder.join(program));
    match tool.name {
        "jsonnet" => command.args(["--string", "--ext-code", &format!("n={count}")]).arg(input("tasks.jsonnet")),
        "helm" => command.args(["template", "bench"]).arg(input("chart")).args(["--set", &format!("tasks={count}")]),
        "cue" => command.args(["export", "--out", "yaml", "--inject", &format!("n={count}")]).arg(input("tasks.cue")),
        _ => command.arg(input("tasks.py")).arg(count.to_string()),
    };
    Ok(command)
}

/// A tool that makes less than it should is no competitor: the last substage must be there.
fn check(command: &Command, count: usize) -> Result<()> {
    let mut again = Command::new(command.get_program());
    let text = process::stdout(again.args(command.get_args()))?;
    anyhow::ensure!(text.contains(&format!("task-{count}")), "the last substage is not in the output");
    Ok(())
}
