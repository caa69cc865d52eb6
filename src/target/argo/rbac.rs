//! What the service account of the pods must be allowed to do.

use ecow::EcoString;
use serde::Serialize;

use super::Context;
use super::model::Metadata;
use crate::target::yaml::{self, flow_list};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    #[serde(serialize_with = "flow_list")]
    api_groups: Vec<&'static str>,
    #[serde(serialize_with = "flow_list")]
    resources: Vec<&'static str>,
    #[serde(serialize_with = "flow_list")]
    verbs: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    role_ref: RoleRef,
    subjects: Vec<Subject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleRef {
    api_group: &'static str,
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Subject {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigMap {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
}

const GROUP: &str = "rbac.authorization.k8s.io";

/// The Role and its binding, and the ConfigMaps that remember results; to be applied once.
///
/// All pipelines of one account share the Role, so it is the same whatever a pipeline needs of it: the last one applied takes
/// nothing from the others.
pub(super) fn documents(cx: &Context) -> String {
    let namespace = cx.settings.namespace.clone();
    let metadata = |name: String, labels: Vec<(EcoString, EcoString)>| Metadata {
        name: Some(name),
        namespace: namespace.clone(),
        labels,
        ..Metadata::default()
    };
    let rule = |resource: &'static str, verbs: &[&'static str]| Rule {
        api_groups: vec!["argoproj.io"],
        resources: vec![resource],
        verbs: verbs.to_vec(),
    };
    let rules = vec![rule("workflowtaskresults", &["create", "patch"]), rule("workflows", &["create", "get", "patch"])];
    let account = cx.settings.service_account.clone().unwrap_or_else(|| "default".into());
    let name = format!("o11n-{account}");
    let role =
        Role { api_version: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: metadata(name.clone(), Vec::new()), rules };
    let binding = Binding {
        api_version: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: metadata(name.clone(), Vec::new()),
        role_ref: RoleRef { api_group: GROUP, kind: "Role", name },
        subjects: vec![Subject { kind: "ServiceAccount", name: account, namespace: namespace.clone() }],
    };
    let mut text = format!("---\n{}---\n{}", yaml::document(&role), yaml::document(&binding));
    for stage in cx.plan.stages.iter().filter(|stage| stage.substages.iter().any(|substage| substage.cache.is_some())) {
        let label = ("workflows.argoproj.io/configmap-type".into(), "Cache".into());
        let map = ConfigMap { api_version: "v1", kind: "ConfigMap", metadata: metadata(cx.cache_name(stage), vec![label]) };
        text.push_str(&format!("---\n{}", yaml::document(&map)));
    }
    text
}
