//! What a hardware mode asks of Kubernetes, in Kubernetes' words.

use ecow::{EcoString, EcoVec, eco_format};
use serde::Serialize;
use serde_json::{Value, json};

use super::yaml;
use crate::base::Size;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Hardware, K8s};

/// Names that a cluster's installation decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClusterNames {
    /// The resource that a GPU is.
    pub(super) gpu_resource: String,
    /// The node label that names the kind of GPU.
    pub(super) gpu_type_label: String,
}

impl Default for ClusterNames {
    fn default() -> Self {
        Self { gpu_resource: "nvidia.com/gpu".into(), gpu_type_label: "nvidia.com/gpu.product".into() }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Resources {
    #[serde(skip_serializing_if = "EcoVec::is_empty", serialize_with = "pairs")]
    pub(super) requests: EcoVec<(EcoString, EcoString)>,
    #[serde(skip_serializing_if = "EcoVec::is_empty", serialize_with = "pairs")]
    pub(super) limits: EcoVec<(EcoString, EcoString)>,
}

impl Resources {
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Toleration {
    pub(super) key: EcoString,
    pub(super) operator: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Volume {
    pub(super) name: String,
    pub(super) persistent_volume_claim: Claim,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claim {
    pub(super) claim_name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeMount {
    pub(super) name: String,
    pub(super) mount_path: String,
}

/// Requests and limits alike: memory and disk are what the pod gets; cores are a request only, so that idle ones can be used.
pub(super) fn resources(mode: &Hardware, names: &ClusterNames) -> Resources {
    let mut resources = Resources::default();
    if let Some(cpu) = mode.cpu.filter(|cpu| *cpu > 0.0) {
        resources.requests.push(("cpu".into(), cores(cpu)));
    }
    for (name, size) in [("memory", mode.memory), ("ephemeral-storage", mode.disk)] {
        if let Some(size) = size {
            resources.requests.push((name.into(), quantity(size)));
            resources.limits.push((name.into(), quantity(size)));
        }
    }
    if let Some(gpu) = mode.gpu.filter(|gpu| *gpu > 0) {
        // Of what cannot be shared, Kubernetes wants the limit; the request follows.
        resources.limits.push((names.gpu_resource.as_str().into(), eco_format!("{gpu}")));
    }
    resources
}

/// The node's labels: the mode's own, then what follows from its other fields.
pub(super) fn node_selector(mode: &Hardware, k8s: &K8s, names: &ClusterNames) -> EcoVec<(EcoString, EcoString)> {
    let mut selector: EcoVec<(EcoString, EcoString)> =
        k8s.node_selector.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut add = |key: &str, value: &str| {
        if !selector.iter().any(|(known, _)| known == key) {
            selector.push((key.into(), value.into()));
        }
    };
    if let Some(kind) = &mode.gpu_type {
        add(&names.gpu_type_label, kind);
    }
    if let Some(arch) = &mode.arch {
        add(
            "kubernetes.io/arch",
            match arch.as_str() {
                "x86_64" => "amd64",
                "arm32" => "arm",
                other => other,
            },
        );
    }
    selector
}

/// The same with a label for each word of the mode's own `label`, where it names no selector. Alternatives in it are refused
/// beforehand ([`has_hard_label`]), so it is words joined by `&&`. An empty prefix leaves them out.
pub(super) fn labelled_selector(
    mode: &Hardware,
    k8s: &K8s,
    names: &ClusterNames,
    prefix: &str,
) -> EcoVec<(EcoString, EcoString)> {
    let mut selector = node_selector(mode, k8s, names);
    if k8s.node_selector.is_empty() && !prefix.is_empty() {
        for word in mode.label.split("&&").map(str::trim).filter(|word| !word.is_empty()) {
            let key = eco_format!("{prefix}{word}");
            if selector.iter().all(|(known, _)| *known != key) {
                selector.push((key, "true".into()));
            }
        }
    }
    selector
}

/// Whether nodes cannot be asked for by the mode's `label`: a pod wants labels that are all there.
pub(super) fn has_hard_label(mode: &Hardware) -> bool {
    let selects = mode.k8s.as_ref().is_some_and(|k8s| !k8s.node_selector.is_empty());
    !selects && mode.label.contains(['|', '!', '('])
}

/// In a mode's piece of a pod's spec: the container that runs the body is `main`, whatever the mode calls it.
pub(super) fn call_main(spec: &mut Value, container: &str) {
    let containers = spec.get_mut("containers").and_then(Value::as_array_mut);
    for name in containers.into_iter().flatten().filter_map(|container| container.get_mut("name")) {
        if name.as_str() == Some(container) {
            *name = "main".into();
        }
    }
}

pub(super) fn tolerations(k8s: &K8s) -> EcoVec<Toleration> {
    k8s.tolerations.iter().map(|key| Toleration { key: key.clone(), operator: "Exists" }).collect()
}

/// The volumes of a mode and where they are mounted. A claim that is mounted twice is one volume.
pub(super) fn volumes(k8s: &K8s) -> (Vec<Volume>, Vec<VolumeMount>) {
    let mut volumes: Vec<Volume> = Vec::new();
    let mut mounts = Vec::new();
    for (path, claim) in &k8s.volumes {
        let name = match volumes.iter().find(|volume| volume.persistent_volume_claim.claim_name == claim.as_str()) {
            Some(volume) => volume.name.clone(),
            None => {
                let name = format!("claim-{}", volumes.len() + 1);
                volumes.push(Volume { name: name.clone(), persistent_volume_claim: Claim { claim_name: claim.to_string() } });
                name
            }
        };
        mounts.push(VolumeMount { name, mount_path: path.to_string() });
    }
    (volumes, mounts)
}

/// A size as Kubernetes writes it: its units are ours without the `B`.
pub(super) fn quantity(size: Size) -> EcoString {
    let text = size.to_string();
    text.strip_suffix('B').unwrap_or(&text).into()
}

/// Cores, in thousandths where they are not whole.
fn cores(cpu: f64) -> EcoString {
    let thousandths = (cpu * 1000.0).ceil().max(1.0) as u64;
    if thousandths.is_multiple_of(1000) { eco_format!("{}", thousandths / 1000) } else { eco_format!("{thousandths}m") }
}

/// A pod manifest, valid by itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pod<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: PodSpec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    generate_name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodSpec<'a> {
    restart_policy: &'static str,
    #[serde(skip_serializing_if = "EcoVec::is_empty", serialize_with = "pairs")]
    node_selector: EcoVec<(EcoString, EcoString)>,
    #[serde(skip_serializing_if = "EcoVec::is_empty")]
    tolerations: EcoVec<Toleration>,
    containers: [Container<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<Volume>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Resources::is_empty")]
    resources: Resources,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volume_mounts: Vec<VolumeMount>,
}

/// The manifest of a mode's pod, its own `yaml` merged in last; says what is wrong with that.
pub(super) fn manifest(mode: &Hardware, k8s: &K8s, image: Option<&str>) -> Result<Value, String> {
    let names = ClusterNames::default();
    let (volumes, volume_mounts) = volumes(k8s);
    let pod = Pod {
        api_version: "v1",
        kind: "Pod",
        metadata: Metadata { generate_name: "o11n-" },
        spec: PodSpec {
            restart_policy: "Never",
            node_selector: node_selector(mode, k8s, &names),
            tolerations: tolerations(k8s),
            containers: [Container { name: container_name(k8s), image, resources: resources(mode, &names), volume_mounts }],
            volumes,
        },
    };
    let mut value = serde_json::to_value(&pod).expect("a pod has string keys");
    if !k8s.yaml.trim().is_empty() {
        merge(&mut value, patch(&k8s.yaml)?, "");
    }
    Ok(value)
}

/// The same as text, with a container that waits for what is started in it, unless the `yaml` has a command.
pub(super) fn waiting_manifest(mode: &Hardware, k8s: &K8s, image: Option<&str>) -> Result<String, String> {
    let mut pod = manifest(mode, k8s, image)?;
    let name = container_name(k8s);
    let containers = pod["spec"]["containers"].as_array_mut().into_iter().flatten();
    for container in containers.filter(|container| container["name"] == name).filter_map(Value::as_object_mut) {
        container.entry("command").or_insert_with(|| json!(["sleep", "infinity"]));
    }
    Ok(yaml::document(&pod))
}

fn container_name(k8s: &K8s) -> &str {
    if k8s.container.is_empty() { "main" } else { &k8s.container }
}

/// A mode's piece of a pod manifest: a mapping with `spec` or `metadata`.
pub(super) fn patch(text: &str) -> Result<Value, String> {
    let value = yaml::parse(text)?;
    match &value {
        Value::Object(map) => match map.keys().find(|key| !["apiVersion", "kind", "metadata", "spec"].contains(&key.as_str())) {
            Some(key) => Err(format!("`{key}` is no part of a pod manifest; `apiVersion`, `kind`, `metadata` and `spec` are")),
            None => Ok(value),
        },
        _ => Err("it is no mapping".into()),
    }
}

/// Merges as Kubernetes does: mappings key by key, lists of named things by name (mounts by path), anything else replaced.
pub(super) fn merge(base: &mut Value, over: Value, field: &str) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                if value.is_null() {
                    base.shift_remove(&key);
                } else if let Some(known) = base.get_mut(&key) {
                    merge(known, value, &key);
                } else {
                    base.insert(key, value);
                }
            }
        }
        (Value::Array(base), Value::Array(over)) => {
            let id = if field == "volumeMounts" { "mountPath" } else { "name" };
            let is_named = |list: &[Value]| list.iter().all(|item| item.get(id).is_some_and(Value::is_string));
            if !is_named(base) || !is_named(&over) {
                *base = over;
                return;
            }
            for item in over {
                match base.iter_mut().find(|known| known.get(id) == item.get(id)) {
                    Some(known) => merge(known, item, ""),
                    None => base.push(item),
                }
            }
        }
        (base, over) => *base = over,
    }
}

/// Pairs as a mapping, in their order; no two have the same key.
pub(super) fn pairs<S: serde::Serializer>(pairs: &[(EcoString, EcoString)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// What to say of a mode whose `yaml` cannot be merged.
pub(super) fn bad_patch(mode: &Hardware, reason: &str) -> Diagnostic {
    let message = format!("the `yaml` of hardware mode `{}` is no piece of a pod manifest", mode.name);
    Diagnostic::at(Code::Refused, mode.span, message, "declared here")
        .note(reason)
        .help("write it as a pod manifest would have it, such as `spec: { hostNetwork: true }`")
}
