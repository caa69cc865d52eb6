//! The driver: a Job that runs `driver.sh`, which walks the stages.

use serde_json::{Map, Value, json};

use super::body::{self, Program, Told};
use super::store::{self, Store};
use super::{Context, LONGEST_NAME, start, table};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Stage, Substage};
use crate::target::yaml::{self, Data};

/// Where the driver finds its files, and what belongs to the pipeline.
const FILES: &str = "/o11n/driver";
const WORK: &str = "/o11n/work";
/// How often the driver may break down, each time to be taken up by the next.
const RESTARTS: u32 = 20;
/// Bytes that a run's state may need: it is one ConfigMap.
const STATE_LIMIT: usize = 1_000_000;

pub(super) fn objects(cx: &mut Context) -> Vec<Value> {
    let plan = cx.plan;
    let jobs = cx.job_names(room(cx));
    check_state(cx, &jobs);
    let mut scripts = Store::new(format!("{}-scripts", cx.base));
    let substages: Vec<(&Stage, &Substage)> = plan.substages().collect();
    let programs: Vec<Program> = substages
        .iter()
        .zip(&jobs)
        .map(|((stage, substage), job)| body::program(cx, &mut scripts, stage, substage, job))
        .collect();
    let names = scripts.names();

    let mut own = Store::new(format!("{}-driver", cx.base));
    let mut files = Vec::new();
    let mut too_large = Vec::new();
    let mut add = |path: String, text: String| match own.add(path.clone(), text.into()) {
        Some(place) => files.push((path, place)),
        None => too_large.push(path),
    };
    add("driver.sh".into(), include_str!("driver.sh").into());
    add("rules.awk".into(), include_str!("rules.awk").into());
    add("pipeline".into(), table::table(plan, &jobs));
    for (((stage, substage), program), job) in substages.iter().zip(&programs).zip(&jobs) {
        let spec = body::spec(cx, stage, substage, program, &names, Told::ByDriver);
        add(format!("{job}.yaml"), manifest(cx, stage, substage, spec));
    }
    for path in too_large {
        let message = format!("the driver's file `{path}` would be larger than the 900KiB that a ConfigMap holds");
        cx.sink.push(
            Diagnostic::at(Code::TooLarge, plan.span, message, "this is too large")
                .help("part it into several pipelines, or compile with `--target argo`"),
        );
    }
    let driver = start::driver(cx, &spec(cx, &store::sources(&files, &own.names())));
    let (namespace, labels) = (cx.settings.namespace.clone(), Value::Object(cx.labels()));
    let mut objects = scripts.objects(namespace.as_deref(), &labels);
    objects.extend(own.objects(namespace.as_deref(), &labels));
    objects.extend(driver);
    objects
}

/// Characters that a substage's name may have in that of its Jobs, which is `RUN-NAME-rREPLICA-aATTEMPT`.
fn room(cx: &Context) -> usize {
    let digits = |most: u32| most.to_string().len() + 2;
    let copies = cx.plan.substages().filter_map(|(_, substage)| substage.dispatch).map(|dispatch| digits(dispatch.copies)).max();
    let attempts = cx.plan.substages().map(|(_, substage)| digits(substage.retry.limit.saturating_add(1))).max();
    LONGEST_NAME.saturating_sub(start::longest_run(cx) + 1 + copies.unwrap_or(0) + attempts.unwrap_or(0))
}

/// Reports a pipeline whose runs would have more to remember than a ConfigMap holds.
fn check_state(cx: &mut Context, jobs: &[String]) {
    /// Of a line of the state, but for names: numbers, times, outcomes.
    const LINE: usize = 80;
    let size = cx.plan.substages().zip(jobs).fold(0_usize, |size, ((stage, substage), _)| {
        let name = stage.name.len() + substage.name.len() + 1;
        let copies = substage.dispatch.map_or(1, |dispatch| dispatch.copies) as usize;
        let attempts = substage.retry.limit as usize + 1;
        // Few are tried as often as they may be.
        size.saturating_add((name + LINE).saturating_mul(1 + copies.saturating_mul(1 + attempts.min(3))))
    });
    if size > STATE_LIMIT {
        let message = format!("a run of this pipeline has about {} KiB to remember, more than a ConfigMap holds", size >> 10);
        cx.sink.push(
            Diagnostic::at(Code::TooLarge, cx.plan.span, message, "this is too large")
                .note("the driver keeps the state of a run in one ConfigMap, of at most 1MiB")
                .help("part it into several pipelines, or compile with `--target argo`"),
        );
    }
}

/// The manifest of a substage's Jobs. Above the pod's spec stand words that the driver fills in.
fn manifest(cx: &Context, stage: &Stage, substage: &Substage, spec: Value) -> String {
    let mut labels = cx.job_labels(stage, substage);
    let told = [("run", "@RUN@"), ("attempt", "@ATTEMPT@"), ("replica", "@REPLICA@"), ("verdict", "@VERDICT@")];
    labels.extend(told.map(|(name, value)| (format!("o11n.dev/{name}"), value.into())));
    let owner = json!({ "apiVersion": "batch/v1", "kind": "Job", "name": "@RUN@", "uid": "@UID@" });
    let mut metadata = cx.metadata("name", "@NAME@", labels.clone());
    metadata["ownerReferences"] = json!([owner]);
    let mut of_pod = json!({ "labels": labels });
    if !cx.plan.run_variables.is_empty() {
        let variables = cx.plan.run_variables.iter().map(|name| (format!("o11n.dev/{name}"), format!("@ENV:{name}@").into()));
        of_pod["annotations"] = Value::Object(variables.collect());
    }
    let job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        // An attempt is one pod; whether there is another one the driver decides.
        "spec": { "backoffLimit": 0, "template": { "metadata": of_pod, "spec": spec } },
    });
    yaml::document(&Data(&job))
}

/// The spec of the driver's Job.
fn spec(cx: &Context, sources: &Value) -> Value {
    let plan = cx.plan;
    let label = |name: &str| json!({ "fieldRef": { "fieldPath": format!("metadata.labels['batch.kubernetes.io/{name}']") } });
    let mut env = vec![
        json!({ "name": "O11N_HERE", "value": FILES }),
        json!({ "name": "O11N_WORK", "value": WORK }),
        json!({ "name": "O11N_RUN", "valueFrom": label("job-name") }),
        json!({ "name": "O11N_RUN_UID", "valueFrom": label("controller-uid") }),
    ];
    if plan.substages().any(|(_, substage)| substage.cache.is_some()) {
        env.push(json!({ "name": "O11N_CACHE", "value": format!("o11n-cache-{}", cx.base) }));
    }
    if plan.substages().any(|(_, substage)| !substage.lock.is_empty()) {
        env.push(json!({ "name": "O11N_LOCKS", "value": "1" }));
    }
    env.extend(plan.run_variables.iter().map(|name| json!({ "name": name, "value": "" })));
    let mut spec = json!({
        // Its exit status 1 is the verdict `failed`; what else ends it is an accident.
        "backoffLimit": RESTARTS,
        "podReplacementPolicy": "Failed",
        "podFailurePolicy": { "rules": [
            { "action": "FailJob", "onExitCodes": { "containerName": "driver", "operator": "In", "values": [1] } },
            { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
        ] },
    });
    if let Some(keep) = cx.settings.keep_finished {
        spec["ttlSecondsAfterFinished"] = (keep.0 / 1_000).into();
    }
    let mut pod = Map::new();
    pod.insert("restartPolicy".into(), "Never".into());
    pod.insert("serviceAccountName".into(), cx.settings.driver_account.as_str().into());
    if !cx.settings.image_pull_secrets.is_empty() {
        pod.insert(
            "imagePullSecrets".into(),
            cx.settings.image_pull_secrets.iter().map(|name| json!({ "name": name })).collect(),
        );
    }
    let container = json!({
        "name": "driver",
        "image": cx.settings.driver_image,
        "command": ["sh", format!("{FILES}/driver.sh")],
        "env": env,
        "resources": { "requests": { "cpu": "50m", "memory": "128Mi" } },
        "volumeMounts": [
            { "name": "driver", "mountPath": FILES, "readOnly": true },
            { "name": "work", "mountPath": WORK },
        ],
    });
    pod.insert("containers".into(), json!([container]));
    pod.insert(
        "volumes".into(),
        json!([{ "name": "driver", "projected": { "sources": sources } }, { "name": "work", "emptyDir": {} }]),
    );
    spec["template"] = json!({ "metadata": { "labels": cx.labels() }, "spec": pod });
    spec
}
