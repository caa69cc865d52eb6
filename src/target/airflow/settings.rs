//! What `target airflow { … }` may hold.

use crate::base::Duration;
use crate::plan::Plan;
use crate::schema::{AttrType, Attribute, Kind};

/// The settings, with their defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) tags: Vec<String>,
    pub(super) files: String,
    pub(super) files_claim: String,
    /// Whether somebody has said where the files are.
    pub(super) names_files: bool,
    pub(super) poll: Duration,
    pub(super) pod: PodSettings,
}

/// Of tasks that run in pods.
#[derive(Debug)]
pub(super) struct PodSettings {
    pub(super) namespace: Option<String>,
    pub(super) connection: Option<String>,
    pub(super) service_account: Option<String>,
    pub(super) image: String,
    pub(super) image_pull_secrets: Vec<String>,
    pub(super) secret: String,
    pub(super) startup: Duration,
}

pub(super) const ATTRIBUTES: &[Attribute] = &[
    row("tags", AttrType::List(&AttrType::String), "[\"o11n\"]", "The DAG's tags."),
    row("files", AttrType::String, "\"/mnt/o11n\"", "A folder that all workers share, for `artifacts`."),
    row("files_claim", AttrType::String, "\"o11n-files\"", "The volume claim by which pods see that folder."),
    row("poll", AttrType::Duration, "10s", "How often a running task looks whether an abort or a decided dispatch ends it."),
    row("namespace", AttrType::String, "", "The namespace of pods; left out: the connection's."),
    row(
        "kubernetes_connection",
        AttrType::String,
        "",
        "The Airflow connection to the cluster; left out: the cluster it runs in.",
    ),
    row("service_account", AttrType::String, "", "The service account that pods run under."),
    row("image", AttrType::String, "\"debian:stable-slim\"", "The image of pods whose substage has none."),
    row("image_pull_secrets", AttrType::List(&AttrType::String), "[]", "Secrets that images are pulled with."),
    row(
        "secret",
        AttrType::String,
        "\"o11n-secrets\"",
        "The Kubernetes Secret that holds credentials of pods, each under its name.",
    ),
    row("startup_timeout", AttrType::Duration, "24h", "How long a pod may wait for its node and image."),
];

const fn row(name: &'static str, ty: AttrType, default: &'static str, doc: &'static str) -> Attribute {
    Attribute { name, on: &[Kind::Target], ty, inherited: false, default, doc }
}

impl Settings {
    pub(super) fn of(plan: &Plan) -> Self {
        let given = plan.targets.get("airflow");
        let value = |name: &str| given.and_then(|given| given.get(name)).filter(|value| !value.is_null());
        let text = |name: &str| value(name).and_then(|value| value.as_str()).map(str::to_owned);
        let list = |name: &str| {
            let list = value(name)?.as_array()?;
            Some(list.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect())
        };
        let duration = |name: &str, default: i64| {
            let seconds = value(name).and_then(|seconds| seconds.as_f64());
            seconds.map_or(Duration::from_seconds(default), |seconds| Duration((seconds * 1_000.0) as i64))
        };
        Self {
            tags: list("tags").unwrap_or_else(|| vec!["o11n".to_owned()]),
            files: text("files").unwrap_or_else(|| "/mnt/o11n".to_owned()),
            files_claim: text("files_claim").unwrap_or_else(|| "o11n-files".to_owned()),
            names_files: text("files").is_some(),
            poll: duration("poll", 10),
            pod: PodSettings {
                namespace: text("namespace"),
                connection: text("kubernetes_connection"),
                service_account: text("service_account"),
                image: text("image").unwrap_or_else(|| "debian:stable-slim".to_owned()),
                image_pull_secrets: list("image_pull_secrets").unwrap_or_default(),
                secret: text("secret").unwrap_or_else(|| "o11n-secrets".to_owned()),
                startup: duration("startup_timeout", 86_400),
            },
        }
    }
}
