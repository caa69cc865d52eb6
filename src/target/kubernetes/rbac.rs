//! What the driver must be allowed to do.

use serde_json::{Value, json};

use super::Context;

const GROUP: &str = "rbac.authorization.k8s.io";

/// The driver's service account, its Role and the binding of both; to be applied once to each namespace.
///
/// They are the same for all pipelines of one account: the last one applied takes nothing from the others.
pub(super) fn objects(cx: &Context) -> Vec<Value> {
    let account = &cx.settings.driver_account;
    let metadata = || {
        let mut metadata = json!({ "name": account });
        if let Some(namespace) = &cx.settings.namespace {
            metadata["namespace"] = namespace.as_str().into();
        }
        metadata
    };
    let mut subject = json!({ "kind": "ServiceAccount", "name": account });
    if let Some(namespace) = &cx.settings.namespace {
        subject["namespace"] = namespace.as_str().into();
    }
    let rules = json!([
        { "apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "create", "patch", "delete"] },
        { "apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"] },
        { "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create", "patch", "delete"] },
    ]);
    vec![
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata() }),
        json!({ "apiVersion": format!("{GROUP}/v1"), "kind": "Role", "metadata": metadata(), "rules": rules }),
        json!({
            "apiVersion": format!("{GROUP}/v1"),
            "kind": "RoleBinding",
            "metadata": metadata(),
            "roleRef": { "apiGroup": GROUP, "kind": "Role", "name": account },
            "subjects": [subject],
        }),
    ]
}
