//! The pod of a substage: what it runs, from which files, on what.

use ecow::{EcoString, eco_format};
use serde_json::{Map, Value, json};

use super::store::{self, Place, Store};
use super::{Context, files};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Body, EnvValue, Script, Stage, Substage};
use crate::target::pod;
use crate::target::runner::{self, interpreter, unexpanded, words};
use crate::target::wants_verdict;

/// The working directory of every body.
const WORKSPACE: &str = "/workspace";
/// Where a substage's files lie.
const FILES: &str = "/o11n";

/// What a substage runs.
#[derive(Debug)]
pub(super) struct Program {
    /// The program first.
    words: Vec<EcoString>,
    files: Vec<(String, Place)>,
}

/// Where values come from that only a run knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The driver writes them into the pod's labels and annotations.
    ByDriver,
    /// Nobody: a Job knows its own name only.
    ByNobody,
}

/// Keeps the files of a substage. `job` is its own among all names of Jobs.
pub(super) fn program(cx: &mut Context, store: &mut Store, stage: &Stage, substage: &Substage, job: &str) -> Program {
    let shell = interpreter(&substage.shell);
    let spoken = words(&shell);
    let mut files: Vec<(&str, EcoString)> = Vec::new();
    let own = |name: &str| eco_format!("{FILES}/{name}");
    let mut command: Vec<EcoString> = match &substage.body {
        Body::Run(run) => {
            files.push(("run", joined(substage.before.iter().chain([run]))));
            shell.iter().cloned().chain([own("run")]).collect()
        }
        Body::Command(command) if substage.before.is_empty() => command.clone(),
        Body::Command(command) => {
            files.push(("before", joined(substage.before.iter())));
            files.push(("run", eco_format!("{spoken} {FILES}/before\nexec {}\n", words(command))));
            vec!["sh".into(), "-e".into(), own("run")]
        }
    };
    let after: Vec<String> = (1..=substage.after.len()).map(|number| format!("after-{number}")).collect();
    if !after.is_empty() {
        files.extend(after.iter().zip(&substage.after).map(|(name, after)| (name.as_str(), joined([after].into_iter()))));
        let script = runner::attempt(substage, &words(&command), after.iter().map(|name| format!("{spoken} {FILES}/{name}")));
        files.push(("attempt", script.into()));
        command = vec!["sh".into(), "-e".into(), own("attempt")];
    }
    if files::are_used(substage) {
        files.push(("files", files::script(cx, stage, substage).into()));
        command = ["sh".into(), "-e".into(), own("files")].into_iter().chain(command).collect();
    }
    if let Some(cases) = cases(substage) {
        files.push(("cases", cases.into()));
    }
    let mut kept = Vec::new();
    for (name, text) in files {
        match store.keep(format!("{job}.{name}"), text) {
            Some(place) => kept.push((name.to_owned(), place)),
            None => {
                let message = format!("a script of `{}` is larger than the 900KiB that a ConfigMap holds", substage.name);
                cx.sink.push(
                    Diagnostic::at(Code::TooLarge, substage.span, message, "this is too large")
                        .note("Kubernetes hands files to pods in ConfigMaps, of at most 1MiB each")
                        .help("keep what is long in the image or in the repository, and call it from the script"),
                );
            }
        }
    }
    Program { words: command, files: kept }
}

/// Scripts one after the other, each on lines of its own.
fn joined<'a>(scripts: impl Iterator<Item = &'a Script>) -> EcoString {
    let mut whole = EcoString::new();
    for script in scripts {
        whole.push_str(&script.text());
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
    }
    whole
}

fn cases(substage: &Substage) -> Option<String> {
    let test = substage.test.as_ref().filter(|test| !test.cases.is_empty())?;
    Some(test.cases.iter().map(|case| format!("{}\n", case.name)).collect())
}

/// The spec of the pod. `names` are those of the store's ConfigMaps.
pub(super) fn spec(
    cx: &mut Context,
    stage: &Stage,
    substage: &Substage,
    program: &Program,
    names: &[String],
    told: Told,
) -> Value {
    let mut container = Map::new();
    let image = substage.image.as_deref().unwrap_or(&cx.settings.image).to_owned();
    container.insert("name".into(), "main".into());
    container.insert("image".into(), image.into());
    container.insert("command".into(), program.words.iter().map(|word| unexpanded(word.clone()).to_string()).collect());
    container.insert("workingDir".into(), WORKSPACE.into());
    container.insert("env".into(), env(cx, stage, substage, told));
    let mut mounts = vec![json!({ "name": "workspace", "mountPath": WORKSPACE })];
    let mut volumes = vec![json!({ "name": "workspace", "emptyDir": {} })];
    if !program.files.is_empty() {
        mounts.push(json!({ "name": "o11n", "mountPath": FILES, "readOnly": true }));
        volumes.push(json!({ "name": "o11n", "projected": { "sources": store::sources(&program.files, names) } }));
    }
    if files::are_used(substage) {
        mounts.push(json!({ "name": "artifacts", "mountPath": files::STORE }));
        let claim = json!({ "claimName": cx.settings.artifact_claim });
        volumes.push(json!({ "name": "artifacts", "persistentVolumeClaim": claim }));
    }
    let mut spec = Map::new();
    spec.insert("restartPolicy".into(), "Never".into());
    if let Some(account) = &cx.settings.service_account {
        spec.insert("serviceAccountName".into(), account.as_str().into());
    }
    let secrets: Vec<Value> = cx.settings.image_pull_secrets.iter().map(|name| json!({ "name": name })).collect();
    if !secrets.is_empty() {
        spec.insert("imagePullSecrets".into(), secrets.into());
    }
    let after = substage.after.len() as i64 * runner::AFTER;
    if let Some(timeout) = substage.timeout {
        // With `after` the runner keeps the time; the pod's own is the net under it.
        let net = if runner::has_own_timeout(substage) { after + 60 } else { 0 };
        spec.insert("activeDeadlineSeconds".into(), (runner::seconds(timeout) + net).into());
    }
    if after > 0 {
        spec.insert("terminationGracePeriodSeconds".into(), (after + 30).into());
    }
    if let Some(class) = cx.settings.priority_class(substage.priority) {
        spec.insert("priorityClassName".into(), class.as_str().into());
    }
    let mut patch = None;
    if let Some((mode, k8s)) = substage.hardware.as_ref().and_then(|mode| Some((mode, mode.k8s.as_ref()?))) {
        let resources = pod::resources(mode, &cx.settings.cluster);
        if !resources.is_empty() {
            container.insert("resources".into(), value(&resources));
        }
        let selector = pod::labelled_selector(mode, k8s, &cx.settings.cluster, &cx.settings.label_prefix);
        if !selector.is_empty() {
            let pairs = selector.iter().map(|(key, value)| (key.to_string(), Value::from(value.as_str())));
            spec.insert("nodeSelector".into(), Value::Object(pairs.collect()));
        }
        let tolerations = pod::tolerations(k8s);
        if !tolerations.is_empty() {
            spec.insert("tolerations".into(), value(&tolerations));
        }
        let (more, where_mounted) = pod::volumes(k8s);
        volumes.extend(more.iter().map(value));
        mounts.extend(where_mounted.iter().map(value));
        if !k8s.yaml.trim().is_empty() {
            match pod::patch(&k8s.yaml) {
                Ok(mut read) => patch = read.get_mut("spec").map(Value::take),
                Err(reason) => cx.sink.push(pod::bad_patch(mode, &reason)),
            }
        }
        if let Some(patch) = &mut patch {
            pod::call_main(patch, &k8s.container);
        }
    }
    container.insert("volumeMounts".into(), mounts.into());
    spec.insert("containers".into(), vec![Value::Object(container)].into());
    spec.insert("volumes".into(), volumes.into());
    let mut spec = Value::Object(spec);
    if let Some(patch) = patch {
        pod::merge(&mut spec, patch, "");
    }
    spec
}

fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).expect("our types have string keys")
}

/// What every body finds in its environment, the user's own variables behind it.
fn env(cx: &Context, stage: &Stage, substage: &Substage, told: Told) -> Value {
    let (shard, shards) = match &substage.shard {
        Some(shard) => (shard.index.to_string(), shard.count.to_string()),
        None => ("1".into(), "1".into()),
    };
    let plan = cx.plan;
    let text = |value: &str| json!({ "value": unexpanded(value.into()) });
    let field = |path: &str| json!({ "valueFrom": { "fieldRef": { "fieldPath": path } } });
    let run = match told {
        Told::ByDriver => field("metadata.labels['o11n.dev/run']"),
        Told::ByNobody => field("metadata.labels['batch.kubernetes.io/job-name']"),
    };
    let cases = if cases(substage).is_some() { format!("{FILES}/cases") } else { "/dev/null".into() };
    let job_name = if plan.job_name.is_empty() { &plan.pipeline } else { &plan.job_name };
    let mut env: Vec<(EcoString, Value)> = vec![
        ("WORKSPACE".into(), text(WORKSPACE)),
        ("O11N_PIPELINE".into(), text(&plan.pipeline)),
        ("O11N_STAGE".into(), text(&stage.name)),
        ("O11N_SUBSTAGE".into(), text(&substage.name)),
        ("O11N_ATTEMPT".into(), if told == Told::ByDriver { field("metadata.labels['o11n.dev/attempt']") } else { text("1") }),
        ("O11N_SHARD".into(), text(&shard)),
        ("O11N_SHARDS".into(), text(&shards)),
        ("O11N_CASES".into(), text(&cases)),
        ("JOB_NAME".into(), text(job_name)),
        ("BUILD_ID".into(), if plan.build_id != 0 { text(&plan.build_id.to_string()) } else { run.clone() }),
    ];
    for (name, value) in substage.env.iter() {
        if env.iter().all(|(known, _)| known != name) {
            let value = match value {
                EnvValue::Text(value) => text(value),
                EnvValue::Secret(secret) => {
                    let (name, key) = secret.split_once('/').unwrap_or((&cx.settings.secret, secret));
                    json!({ "valueFrom": { "secretKeyRef": { "name": name, "key": key } } })
                }
            };
            env.push((name.clone(), value));
        }
    }
    if files::are_used(substage) {
        env.push(("O11N_RUN".into(), run));
        env.push(("O11N_POD".into(), field("metadata.name")));
    }
    if wants_verdict(stage, substage) {
        env.push(("O11N_VERDICT".into(), field("metadata.labels['o11n.dev/verdict']")));
    }
    for name in &plan.run_variables {
        let path = format!("metadata.annotations['o11n.dev/{name}']");
        env.push((name.clone(), if told == Told::ByDriver { field(&path) } else { text("") }));
    }
    let entry = |(name, mut value): (EcoString, Value)| {
        let mut entry = Map::from_iter([("name".to_owned(), Value::from(name.as_str()))]);
        entry.extend(value.as_object_mut().map(std::mem::take).into_iter().flatten());
        Value::Object(entry)
    };
    env.into_iter().map(entry).collect()
}
