//! What `target argo { … }` may hold.

use ecow::EcoString;
use indexmap::IndexMap;

use crate::base::{Duration, Size};
use crate::plan::{Plan, Priority};
use crate::schema::{AttrType, Attribute, Kind};
use crate::target::pod::ClusterNames;

/// The settings, with their defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) namespace: Option<String>,
    pub(super) service_account: Option<String>,
    pub(super) image: EcoString,
    pub(super) helper_image: String,
    pub(super) image_pull_secrets: Vec<String>,
    pub(super) secret: String,
    pub(super) artifact_store: String,
    pub(super) priority_classes: IndexMap<String, EcoString>,
    pub(super) label_prefix: String,
    pub(super) cluster: ClusterNames,
    pub(super) jenkins: JenkinsSettings,
    pub(super) keep_finished: Option<Duration>,
    pub(super) max_size: Size,
}

/// Where substages on bare metal run.
#[derive(Debug)]
pub(super) struct JenkinsSettings {
    /// Empty: nowhere.
    pub(super) url: EcoString,
    pub(super) job: EcoString,
    pub(super) secret: EcoString,
    /// Of the bridge.
    pub(super) image: EcoString,
}

/// The key-only artifacts that Argo completes from the default repository, by the repository's kind.
const STORES: &[&str] = &["s3", "gcs", "azure", "oss"];
/// Below what etcd takes (1.5 MiB) and Argo stores uncompressed (1 MiB), with room for the run's own state.
const MAX_SIZE: u64 = 900 << 10;

pub(super) const ATTRIBUTES: &[Attribute] = &[
    row("namespace", AttrType::String, "", "The namespace that the objects name; left out: wherever they are created."),
    row("service_account", AttrType::String, "\"default\"", "The service account that the pods run under."),
    row("image", AttrType::String, "\"debian:stable-slim\"", "The image of substages that have none."),
    row("helper_image", AttrType::String, "\"busybox:stable\"", "A small image with `sh`, for the verdict and for failing."),
    row("image_pull_secrets", AttrType::List(&AttrType::String), "[]", "Secrets that images are pulled with."),
    row(
        "secret",
        AttrType::String,
        "\"o11n-secrets\"",
        "The Kubernetes Secret that holds credentials, each under its name as key.",
    ),
    row("artifact_store", AttrType::Enum(STORES), "s3", "The kind of the default artifact repository."),
    row("priority_classes", AttrType::Map(&AttrType::String), "{}", "From a priority's name to a Kubernetes PriorityClass."),
    row(
        "label_prefix",
        AttrType::String,
        "\"label.o11n.dev/\"",
        "What precedes each word of a mode's `label` in a node's labels; \"\" ignores labels.",
    ),
    row("gpu_resource", AttrType::String, "\"nvidia.com/gpu\"", "The resource that a GPU is."),
    row("gpu_type_label", AttrType::String, "\"nvidia.com/gpu.product\"", "The node label that names the kind of GPU."),
    row("jenkins_url", AttrType::String, "\"\"", "The Jenkins that runs what has a hardware mode without `k8s`."),
    row("jenkins_job", AttrType::String, "\"\"", "Its job, with the compiled Jenkinsfile: `folder/name`."),
    row(
        "jenkins_secret",
        AttrType::String,
        "\"o11n-jenkins\"",
        "The Kubernetes Secret with a `user` of that Jenkins and the `token` of its API.",
    ),
    row("bridge_image", AttrType::String, "\"o11n\"", "The image of o11n, which waits for the builds."),
    row("keep_finished", AttrType::Duration, "", "How long a finished run is kept; at least 5 minutes."),
    row("max_size", AttrType::Size, "900KiB", "The largest object that the cluster takes; larger ones are split."),
];

const fn row(name: &'static str, ty: AttrType, default: &'static str, doc: &'static str) -> Attribute {
    Attribute { name, on: &[Kind::Target], ty, inherited: false, default, doc }
}

impl Settings {
    pub(super) fn of(plan: &Plan) -> Self {
        let given = plan.targets.get("argo");
        let value = |name: &str| given.and_then(|given| given.get(name)).filter(|value| !value.is_null());
        let text = |name: &str| value(name).and_then(|value| value.as_str()).map(str::to_owned);
        let or = |name: &str, default: &str| text(name).unwrap_or_else(|| default.to_owned());
        let names = ClusterNames::default();
        let list = value("image_pull_secrets").and_then(|value| value.as_array());
        let classes = value("priority_classes").and_then(|value| value.as_object());
        Self {
            namespace: text("namespace"),
            service_account: text("service_account"),
            image: or("image", "debian:stable-slim").into(),
            helper_image: or("helper_image", "busybox:stable"),
            image_pull_secrets: list.into_iter().flatten().filter_map(|name| name.as_str()).map(str::to_owned).collect(),
            secret: or("secret", "o11n-secrets"),
            artifact_store: or("artifact_store", "s3"),
            priority_classes: classes
                .into_iter()
                .flatten()
                .filter_map(|(name, class)| Some((name.clone(), class.as_str()?.into())))
                .collect(),
            label_prefix: or("label_prefix", "label.o11n.dev/"),
            cluster: ClusterNames {
                gpu_resource: or("gpu_resource", &names.gpu_resource),
                gpu_type_label: or("gpu_type_label", &names.gpu_type_label),
            },
            jenkins: JenkinsSettings {
                url: or("jenkins_url", "").into(),
                job: or("jenkins_job", "").into(),
                secret: or("jenkins_secret", "o11n-jenkins").into(),
                image: or("bridge_image", "o11n").into(),
            },
            keep_finished: value("keep_finished")
                .and_then(|seconds| seconds.as_f64())
                .map(|seconds| Duration((seconds * 1_000.0) as i64)),
            max_size: Size(value("max_size").and_then(|bytes| bytes.as_u64()).unwrap_or(MAX_SIZE)),
        }
    }

    /// The PriorityClass of a priority, where there is one.
    pub(super) fn priority_class(&self, priority: Priority) -> Option<&EcoString> {
        self.priority_classes.get(priority.word())
    }
}
