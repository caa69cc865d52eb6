//! A body in a pod: the arguments of a KubernetesPodOperator.

use serde_json::{Value, json};

use super::python::{self, dict, list, text, texts};
use super::task::{Arguments, cases, joined};
use super::{Context, files};
use crate::plan::{Body, EnvValue, ExitClass, Hardware, K8s, Substage};
use crate::target::pod;
use crate::target::runner::{AFTER as AFTER_LIMIT, interpreter, words};

const AFTER: &str = include_str!("runtime/pod_after.sh");
/// The longest word that Linux hands to a program is 128 KiB; each `$` in it may be two.
const LONGEST_WORD: usize = 48 << 10;

pub(super) fn body(cx: &mut Context, stage: usize, index: usize, arguments: &mut Arguments) {
    let substage = &cx.plan.stages[stage].substages[index];
    let Some((mode, k8s)) = substage.hardware.as_deref().and_then(|mode| Some((mode, mode.k8s.as_ref()?))) else { return };
    let program = program(cx, stage, index, substage);
    arguments.push(("program", program));
    let manifest = manifest(cx, substage, mode, k8s);
    arguments.push(("pod_template_dict", cx.constant("POD", &python::data(&manifest, 0))));
    let container = if k8s.container.is_empty() { "main" } else { &k8s.container };
    arguments.push(("base_container_name", text(container)));
    if !substage.after.is_empty() {
        arguments.push(("termination_grace_period", (substage.after.len() as i64 * AFTER_LIMIT + 30).to_string()));
    }
    let (mut env, mut secrets) = (Vec::new(), Vec::new());
    for (name, value) in substage.env.iter() {
        match value {
            EnvValue::Text(value) => env.push((name, text(value))),
            EnvValue::Secret(secret) => {
                let (secret, key) = secret.split_once('/').unwrap_or((&cx.settings.pod.secret, secret));
                secrets.push(format!("Secret(\"env\", {}, {}, {})", text(name), text(secret), text(key)));
            }
        }
    }
    if !env.is_empty() {
        arguments.push(("env", dict(env)));
    }
    if !secrets.is_empty() {
        arguments.push(("secrets", list(secrets)));
    }
}

/// What is the same for all pods of a pipeline, as arguments of the operator.
pub(super) fn options(cx: &Context) -> String {
    let settings = &cx.settings.pod;
    let mut options = Vec::new();
    options.extend(settings.namespace.as_ref().map(|namespace| ("namespace", text(namespace))));
    options.extend(settings.connection.as_ref().map(|connection| ("kubernetes_conn_id", text(connection))));
    options.extend(settings.service_account.as_ref().map(|account| ("service_account_name", text(account))));
    let startup = python::seconds(settings.startup);
    format!("POD_STARTUP = {startup}\nPOD_OPTIONS = {}\n", dict(options))
}

/// The mode's pod, with a workspace in it.
fn manifest(cx: &mut Context, substage: &Substage, mode: &Hardware, k8s: &K8s) -> Value {
    let image = substage.image.as_deref().unwrap_or(&cx.settings.pod.image);
    let mut manifest = match pod::manifest(mode, k8s, Some(image)) {
        Ok(manifest) => manifest,
        Err(reason) => {
            cx.sink.push(pod::bad_patch(mode, &reason));
            return Value::Null;
        }
    };
    if let Some(metadata) = manifest.get_mut("metadata").and_then(Value::as_object_mut) {
        // The operator gives each pod its own name.
        metadata.shift_remove("generateName");
    }
    let mut volumes = vec![json!({ "name": "workspace", "emptyDir": {} })];
    let mut mounts = vec![json!({ "name": "workspace", "mountPath": "/workspace" })];
    if files::has_any(substage) {
        let claim = &cx.settings.files_claim;
        volumes.push(json!({ "name": "files", "persistentVolumeClaim": { "claimName": claim } }));
        mounts.push(json!({ "name": "files", "mountPath": files::MOUNT }));
    }
    if let Some(spec) = manifest.get_mut("spec").and_then(Value::as_object_mut) {
        append(spec, "volumes", volumes);
        let secrets = &cx.settings.pod.image_pull_secrets;
        if !secrets.is_empty() {
            append(spec, "imagePullSecrets", secrets.iter().map(|name| json!({ "name": name })).collect());
        }
        let container = spec.get_mut("containers").and_then(|list| list.get_mut(0)).and_then(Value::as_object_mut);
        if let Some(container) = container {
            container.insert("workingDir".into(), "/workspace".into());
            append(container, "volumeMounts", mounts);
        }
    }
    manifest
}

fn append(map: &mut serde_json::Map<String, Value>, key: &str, items: Vec<Value>) {
    match map.entry(key).or_insert_with(|| json!([])) {
        Value::Array(list) => list.extend(items),
        other => *other = Value::Array(items),
    }
}

/// The words that the container runs, as a list of Python.
fn program(cx: &mut Context, stage: usize, index: usize, substage: &Substage) -> String {
    let interpreter = interpreter(&substage.shell);
    let files = files::in_pod(cx, stage, index);
    let is_simple = substage.after.is_empty() && cases(substage).is_none() && files.is_none();
    match &substage.body {
        Body::Command(command) if is_simple && substage.before.is_empty() => return texts(command),
        Body::Run(run) if is_simple && matches!(substage.shell.as_str(), "bash" | "sh") => {
            let script = joined(substage.before.iter().chain([run]));
            if script.len() <= LONGEST_WORD {
                let program = interpreter.iter().map(|word| text(word)).chain([text("-c"), cx.shared(&script)]);
                return list(program);
            }
        }
        Body::Run(_) | Body::Command(_) => {}
    }
    let (load, save) = files.unwrap_or_default();
    let mut parts = Parts::default();
    let shell = words(&interpreter);
    let run = match &substage.body {
        Body::Run(run) => {
            parts.add("run", &joined(substage.before.iter().chain([run])));
            format!("{shell} /tmp/o11n-run")
        }
        Body::Command(command) if substage.before.is_empty() => words(command),
        Body::Command(command) => {
            parts.add("before", &joined(substage.before.iter()));
            format!("{shell} /tmp/o11n-before && {}", words(command))
        }
    };
    if let Some(cases) = cases(substage) {
        parts.add("cases", &cases);
    }
    for (number, after) in substage.after.iter().enumerate() {
        parts.add(&format!("after-{}", number + 1), &joined([after].into_iter()));
    }
    // Each text comes as a name and pieces, none longer than a word may be.
    let mut script = String::from("while [ \"$#\" -gt 0 ]; do printf %s \"$2\" >> \"/tmp/o11n-$1\"; shift 2; done\n");
    script.push_str(&load);
    script.push_str(&format!("o11n_run() {{ {run}; }}\n"));
    script.push_str(AFTER);
    script.push_str(&outcome(substage));
    for number in 1..=substage.after.len() {
        script.push_str(&format!("timeout {AFTER_LIMIT} {shell} /tmp/o11n-after-{number} || :\n"));
    }
    script.push_str(&save);
    script.push_str("exit \"$o11n_code\"\n");
    let first = ["sh", "-c"].map(text).into_iter().chain([cx.shared(&script), text("sh")]);
    let all: Vec<String> = first.chain(parts.0.iter().flat_map(|(name, piece)| [text(name), cx.shared(piece)])).collect();
    list(all)
}

/// The texts that a pod's runner writes into files: the file's name, and a piece of it.
#[derive(Default)]
struct Parts(Vec<(String, String)>);

impl Parts {
    fn add(&mut self, name: &str, content: &str) {
        let mut rest = content;
        loop {
            let (piece, left) = rest.split_at(rest.floor_char_boundary(LONGEST_WORD));
            self.0.push((name.to_owned(), piece.to_owned()));
            if left.is_empty() {
                return;
            }
            rest = left;
        }
    }
}

/// Lines that tell `after` what became of the body.
fn outcome(substage: &Substage) -> String {
    let mut cases = String::new();
    for (code, class) in &substage.exit_codes {
        let word = match class {
            ExitClass::Unstable => "unstable",
            ExitClass::Failed => "failed",
            ExitClass::Lost => "lost",
        };
        cases.push_str(&format!("    {code}) O11N_OUTCOME={word} ;;\n"));
    }
    format!(
        "if [ -z \"$O11N_OUTCOME\" ]; then\n  case $o11n_code in\n    0) O11N_OUTCOME=succeeded ;;\n{cases}    *) O11N_OUTCOME=failed ;;\n  esac\nfi\nexport O11N_OUTCOME\n"
    )
}
