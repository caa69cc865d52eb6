//! What must be in the cluster before a case can run there.

use super::super::cluster::job::{self, Job};
use super::super::conformance::compiled::{Compiled, emit};
use super::{INTERRUPTED, TROUBLED, Way, driven};
use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// How much longer than on the machine a run may take on the engine, in seconds; and one that is broken, and may never end.
const LIMIT: f64 = 180.0;
const LIMIT_OF_BROKEN: f64 = 60.0;

/// What pods may ask for, and is hard to hand on.
const SECRET: &str = r#"---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "o11n-secrets"}, "stringData": {"token": "s3cr3t $(HOME) {{workflow.name}} 密"}}
"#;

/// The job that plays a case. `number` tells it from others of its way; `tools` is a folder with all that a driver needs.
pub fn job(way: &Way, number: usize, one: &Compiled, tools: &Path) -> Result<Job> {
    let (plan, script, id) = (&one.case.plan, &one.case.script, way.id(number));
    let rights = emit("kubernetes", plan, &driven(true))?;
    let rights = &rights.artifacts.first().context("rights are emitted")?.text;
    let text: String = one.files.iter().map(|file| file.text.as_str()).collect();
    let attempts = job::attempts(plan, script, &one.case.trace);
    Ok(Job {
        setup: format!("{rights}{SECRET}{}{}", volume(&id), remembered(one, &text)?),
        id,
        text,
        attempts: if way.known.in_order { attempts } else { job::in_any_order(attempts) },
        interrupts: if one.case.name.ends_with(INTERRUPTED) { 3.0 + (number % 4) as f64 } else { 0.0 },
        troubled: one.case.name.ends_with(TROUBLED),
        // Every second driver has nothing but busybox.
        tools: if number % 2 == 1 { tools.to_string_lossy().into_owned() } else { String::new() },
        reads: way.name.starts_with("text"),
        patience: way.patience,
        limit: way.more_time
            + if way.is_broken(number) { LIMIT_OF_BROKEN } else { LIMIT }
            + one.case.trace.duration.as_seconds() * 1.5,
    })
}

/// A volume for artifacts and the claim on it.
fn volume(name: &str) -> String {
    let (modes, size) = (json!(["ReadWriteMany"]), json!({ "storage": "1Gi" }));
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "name": "o11n-artifacts" },
        "spec": { "accessModes": modes, "resources": { "requests": size }, "volumeName": name, "storageClassName": "" },
    });
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": name },
        "spec": {
            "accessModes": modes, "capacity": size, "hostPath": { "path": format!("/run/o11n-artifacts/{name}"), "type": "DirectoryOrCreate" }, "storageClassName": "",
            "claimRef": { "name": "o11n-artifacts", "namespace": name },
        },
    });
    format!("---\n{volume}\n---\n{claim}\n")
}

/// The ConfigMap by which the driver remembers which substages have succeeded.
fn remembered(one: &Compiled, text: &str) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
    let cached = one.case.script.cached.iter();
    let data: BTreeMap<&str, &str> = cached.map(|at| (one.case.plan.substage(*at).fingerprint.as_str(), now.as_str())).collect();
    if data.is_empty() {
        return Ok(String::new());
    }
    let name = text.lines().find_map(|line| line.trim().strip_prefix("value: o11n-cache-")).context("the driver has a cache")?;
    let map =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": format!("o11n-cache-{name}") }, "data": data });
    Ok(format!("---\n{map}\n"))
}
