//! What `target kubernetes { … }` may hold.

use indexmap::IndexMap;

use crate::base::Duration;
use crate::plan::{Plan, Priority};
use crate::schema::{AttrType, Attribute, Kind};
use crate::target::pod::ClusterNames;

/// The settings, with their defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) namespace: Option<String>,
    pub(super) service_account: Option<String>,
    pub(super) image: String,
    pub(super) image_pull_secrets: Vec<String>,
    pub(super) secret: String,
    pub(super) artifact_claim: String,
    pub(super) driver_image: String,
    pub(super) driver_account: String,
    priority_classes: IndexMap<String, String>,
    pub(super) queue: Option<String>,
    queue_priorities: IndexMap<String, String>,
    pub(super) jobset: Option<String>,
    pub(super) label_prefix: String,
    pub(super) cluster: ClusterNames,
    pub(super) keep_finished: Option<Duration>,
}

pub(super) const ATTRIBUTES: &[Attribute] = &[
    row("namespace", AttrType::String, "", "The namespace that the objects name; left out: wherever they are created."),
    row("service_account", AttrType::String, "\"default\"", "The service account that the pods of substages run under."),
    row("image", AttrType::String, "\"debian:stable-slim\"", "The image of substages that have none."),
    row("image_pull_secrets", AttrType::List(&AttrType::String), "[]", "Secrets that images are pulled with."),
    row("secret", AttrType::String, "\"o11n-secrets\"", "The Secret that holds credentials, each under its name as key."),
    row(
        "artifact_claim",
        AttrType::String,
        "\"o11n-artifacts\"",
        "The PersistentVolumeClaim that `artifacts` are kept in; pods on all nodes must be able to mount it.",
    ),
    row(
        "driver_image",
        AttrType::String,
        "\"alpine/kubectl:1.34.1\"",
        "An image with `kubectl`, `sh` and `awk`, for the driver.",
    ),
    row("driver_account", AttrType::String, "\"o11n-driver\"", "The service account of the driver; `--rbac` makes it."),
    row("priority_classes", AttrType::Map(&AttrType::String), "{}", "From a priority's name to a PriorityClass."),
    row("queue", AttrType::String, "", "The Kueue queue that the Jobs of substages wait in."),
    row("queue_priorities", AttrType::Map(&AttrType::String), "{}", "From a priority's name to a Kueue WorkloadPriorityClass."),
    row("jobset", AttrType::String, "", "The JobSet that the Jobs say they are of, by its labels."),
    row(
        "label_prefix",
        AttrType::String,
        "\"label.o11n.dev/\"",
        "What precedes each word of a mode's `label` in a node's labels; \"\" ignores labels.",
    ),
    row("gpu_resource", AttrType::String, "\"nvidia.com/gpu\"", "The resource that a GPU is."),
    row("gpu_type_label", AttrType::String, "\"nvidia.com/gpu.product\"", "The node label that names the kind of GPU."),
    row("keep_finished", AttrType::Duration, "", "How long a finished run is kept."),
];

const fn row(name: &'static str, ty: AttrType, default: &'static str, doc: &'static str) -> Attribute {
    Attribute { name, on: &[Kind::Target], ty, inherited: false, default, doc }
}

impl Settings {
    pub(super) fn of(plan: &Plan) -> Self {
        let given = plan.targets.get("kubernetes");
        let value = |name: &str| given.and_then(|given| given.get(name)).filter(|value| !value.is_null());
        let text = |name: &str| value(name).and_then(|value| value.as_str()).map(str::to_owned);
        let or = |name: &str, default: &str| text(name).unwrap_or_else(|| default.to_owned());
        let list = |name: &str| {
            let items = value(name).and_then(|value| value.as_array()).into_iter().flatten();
            items.filter_map(|name| name.as_str()).map(str::to_owned).collect()
        };
        let map = |name: &str| {
            let entries = value(name).and_then(|value| value.as_object()).into_iter().flatten();
            entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        };
        let names = ClusterNames::default();
        Self {
            namespace: text("namespace"),
            service_account: text("service_account"),
            image: or("image", "debian:stable-slim"),
            image_pull_secrets: list("image_pull_secrets"),
            secret: or("secret", "o11n-secrets"),
            artifact_claim: or("artifact_claim", "o11n-artifacts"),
            driver_image: or("driver_image", "alpine/kubectl:1.34.1"),
            driver_account: or("driver_account", "o11n-driver"),
            priority_classes: map("priority_classes"),
            queue: text("queue"),
            queue_priorities: map("queue_priorities"),
            jobset: text("jobset"),
            label_prefix: or("label_prefix", "label.o11n.dev/"),
            cluster: ClusterNames {
                gpu_resource: or("gpu_resource", &names.gpu_resource),
                gpu_type_label: or("gpu_type_label", &names.gpu_type_label),
            },
            keep_finished: value("keep_finished")
                .and_then(|seconds| seconds.as_f64())
                .map(|seconds| Duration((seconds * 1_000.0) as i64)),
        }
    }

    /// What is to be the value of a label and cannot be: the names of the settings, and the texts.
    pub(super) fn odd_labels(&self) -> Vec<(&'static str, &String)> {
        let queues = self.queue.iter().map(|value| ("queue", value));
        let priorities = self.queue_priorities.values().map(|value| ("queue_priorities", value));
        let jobsets = self.jobset.iter().map(|value| ("jobset", value));
        queues.chain(priorities).chain(jobsets).filter(|(_, value)| !is_label_value(value)).collect()
    }

    /// The PriorityClass of a priority, where there is one.
    pub(super) fn priority_class(&self, priority: Priority) -> Option<&String> {
        self.priority_classes.get(priority.word())
    }

    /// The priority of a Job in its queue, where there is one.
    pub(super) fn queue_priority(&self, priority: Priority) -> Option<&String> {
        self.queue_priorities.get(priority.word())
    }
}

/// Whether Kubernetes takes it as the value of a label, one that says something.
fn is_label_value(value: &str) -> bool {
    let is_alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    value.len() <= super::LONGEST_NAME
        && is_alphanumeric(value.chars().next())
        && is_alphanumeric(value.chars().next_back())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
