//! What must be in the cluster before a case can run there.

use super::super::cluster::job::{self, Job, step_name};
use super::super::conformance::compiled::{Compiled, emit};
use crate::process;
use anyhow::{Context, Result};
use o11n::plan::{Plan, SubstageRef};
use o11n::target::Options;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// How much longer than on the machine a run may take on the engine, in seconds.
const LIMIT: f64 = 300.0;

/// What pods may ask for: a secret that is hard to hand on, and the keys to the store of artifacts.
const SECRETS: &str = r#"---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "o11n-secrets"}, "stringData": {"token": "s3cr3t $(HOME) {{workflow.name}} 密"}}
---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "store"}, "stringData": {"user": "user", "key": "secret-key"}}
---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "o11n-jenkins"}, "stringData": {"user": "bot", "token": "s3cr3t"}}
"#;

/// The job that plays a case. `number` tells it from others.
pub fn job(number: usize, one: &Compiled) -> Result<Job> {
    let (plan, script) = (&one.case.plan, &one.case.script);
    let rights = emit("argo", plan, &Options { rbac: true, ..Options::default() })?;
    let rights = &rights.artifacts.first().context("rights are emitted")?.text;
    Ok(Job {
        id: format!("case-{number}"),
        setup: format!("{}{rights}{SECRETS}", remembered(plan, &script.cached, rights)?),
        // What Jenkins gets is played.
        text: one.files.iter().filter(|file| file.path.ends_with(".yaml")).map(|file| file.text.as_str()).collect(),
        attempts: job::attempts(plan, script, &one.case.trace),
        patience: job::PATIENCE,
        limit: LIMIT + one.case.trace.duration.as_seconds() * 1.5,
        ..Job::default()
    })
}

/// The ConfigMaps by which Argo remembers which substages have succeeded. Their names stand among what the account must be granted.
fn remembered(plan: &Plan, cached: &BTreeSet<SubstageRef>, setup: &str) -> Result<String> {
    let now = process::stdout(Command::new("date").args(["-u", "+%FT%TZ"]))?;
    let entry = json!({
        "nodeID": "earlier", "creationTimestamp": now.trim(), "lastHitTimestamp": now.trim(),
        "outputs": { "parameters": [{ "name": "outcome", "value": "succeeded" }] },
    });
    let mut text = String::new();
    for (number, stage) in (0..).zip(&plan.stages) {
        let cached = cached.iter().filter(|at| at.stage == number);
        let data: BTreeMap<_, _> = cached.map(|at| (plan.substage(*at).fingerprint.as_str(), entry.to_string())).collect();
        if data.is_empty() {
            continue;
        }
        let mut names = setup.lines().filter_map(|line| line.trim().strip_prefix("name: "));
        let end = format!("-{}", step_name(&stage.name));
        let name = names.find(|name| name.starts_with("o11n-cache-") && name.ends_with(&end));
        let name = name.with_context(|| format!("no ConfigMap is granted for stage {}", stage.name))?;
        let labels = json!({ "workflows.argoproj.io/configmap-type": "Cache" });
        let metadata = json!({ "name": name, "namespace": "argo", "labels": labels });
        let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
        text.push_str(&format!("---\n{map}\n"));
    }
    Ok(text)
}
