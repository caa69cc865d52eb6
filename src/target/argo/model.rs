//! Argo's objects, as far as we write them. Fields stand in the order in which people read them.

use ecow::{EcoString, EcoVec};
use serde::Serialize;

use crate::target::pod::{Resources, Toleration, VolumeMount, pairs};
use crate::target::yaml::{Flow, Text};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object<Spec> {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) generate_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "pairs")]
    pub(super) labels: Vec<(EcoString, EcoString)>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkflowSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workflow_template_ref: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entrypoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service_account_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) image_pull_secrets: Vec<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ttl_strategy: Option<Ttl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<Arguments>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) volumes: Vec<Volume>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) templates: Vec<Template>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CronSpec {
    pub(super) schedules: Vec<String>,
    pub(super) timezone: String,
    pub(super) workflow_metadata: Metadata,
    pub(super) workflow_spec: WorkflowSpec,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ttl {
    pub(super) seconds_after_completion: i64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Volume {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) empty_dir: Option<EmptyDir>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) persistent_volume_claim: Option<crate::target::pod::Claim>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct EmptyDir {}

/// One template. Exactly one of the fields from `steps` to `suspend` is set.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Template {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inputs: Option<Inputs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parallelism: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) synchronization: Option<Synchronization>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memoize: Option<Memoize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_strategy: Option<RetryStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) active_deadline_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) priority_class_name: Option<EcoString>,
    #[serde(skip_serializing_if = "EcoVec::is_empty", serialize_with = "pairs")]
    pub(super) node_selector: EcoVec<(EcoString, EcoString)>,
    #[serde(skip_serializing_if = "EcoVec::is_empty")]
    pub(super) tolerations: EcoVec<Flow<Toleration>>,
    #[serde(skip_serializing_if = "EcoVec::is_empty")]
    pub(super) volumes: EcoVec<crate::target::pod::Volume>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pod_spec_patch: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<Vec<Vec<Step>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dag: Option<Dag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) script: Option<Container>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) container: Option<Container>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suspend: Option<Flow<Suspend>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outputs: Option<Outputs>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Inputs {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<Flow<Parameter>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) artifacts: Vec<InputArtifact>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Arguments {
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter; without a value where it is declared.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Parameter {
    pub(super) name: EcoString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Text>,
}

impl Parameter {
    pub(super) fn new(name: impl Into<EcoString>, value: impl Into<EcoString>) -> Self {
        Self { name: name.into(), value: Some(Text(value.into())) }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct InputArtifact {
    pub(super) name: String,
    pub(super) path: EcoString,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<Raw>,
    #[serde(flatten)]
    pub(super) stored: Option<Stored>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Raw {
    pub(super) data: Text,
}

/// A place in the default artifact repository, under the name of the repository's kind.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) store: String,
    pub(super) key: EcoString,
}

impl Serialize for Stored {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        // Azure calls its key a blob.
        let field = if self.store == "azure" { "blob" } else { "key" };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.store, &std::collections::BTreeMap::from([(field, &self.key)]))?;
        map.end()
    }
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Outputs {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<OutputParameter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) artifacts: Vec<OutputArtifact>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutputParameter {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) global_name: Option<&'static str>,
    pub(super) value_from: ValueFrom,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ValueFrom {
    Expression(Text),
    JqFilter(Text),
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct OutputArtifact {
    pub(super) name: String,
    pub(super) path: EcoString,
    pub(super) optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) archive: Option<Archive>,
    #[serde(flatten)]
    pub(super) stored: Option<Stored>,
}

/// As it is, not packed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Archive {
    pub(super) none: EmptyDir,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Synchronization {
    pub(super) mutexes: Vec<Named>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Memoize {
    pub(super) key: EcoString,
    /// Empty for no limit: the field itself is required.
    pub(super) max_age: EcoString,
    pub(super) cache: CacheStore,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CacheStore {
    pub(super) config_map: Named,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetryStrategy {
    pub(super) limit: EcoString,
    pub(super) retry_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backoff: Option<Backoff>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expression: Option<EcoString>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Backoff {
    pub(super) duration: EcoString,
    pub(super) factor: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cap: Option<EcoString>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dag {
    pub(super) fail_fast: bool,
    pub(super) tasks: Vec<Step>,
}

/// A step, or a task of a dag.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub(super) name: EcoString,
    pub(super) template: EcoString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<StepArguments>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) depends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) continue_on: Option<Flow<ContinueOn>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hooks: Option<Hooks>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct StepArguments {
    pub(super) parameters: Vec<Flow<Parameter>>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ContinueOn {
    pub(super) failed: bool,
    pub(super) error: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Hooks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exit: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided: Option<Hook>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Hook {
    pub(super) template: String,
    pub(super) expression: String,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) image: EcoString,
    #[serde(serialize_with = "crate::target::yaml::flow_list")]
    pub(super) command: Vec<EcoString>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) args: Vec<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) working_dir: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) env: Vec<Flow<EnvVar>>,
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub(super) resources: Resources,
    #[serde(skip_serializing_if = "EcoVec::is_empty")]
    pub(super) volume_mounts: EcoVec<Flow<VolumeMount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnvVar {
    pub(super) name: EcoString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value_from: Option<SecretSource>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecretSource {
    pub(super) secret_key_ref: SecretKey,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct SecretKey {
    pub(super) name: String,
    pub(super) key: String,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    pub(super) action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merge_strategy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_owner_reference: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) success_condition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure_condition: Option<&'static str>,
    pub(super) manifest: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Suspend {
    pub(super) duration: &'static str,
}
