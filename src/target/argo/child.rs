//! Workflows that a workflow starts: stages whose running substages must be killed, and dispatches.
//!
//! A child runs from the same WorkflowTemplate with another entrypoint. A pod of the parent creates it and waits; a hook of that
//! pod's step stops the child where the parent is stopped or the pod is lost.

use ecow::EcoString;
use serde::Serialize;

use super::Context;
use super::expr::{self, BAD};
use super::model::{Hook, Hooks, Named, Parameter, Resource, Step, Template};
use super::substage;
use crate::target::yaml;

/// Stands for the WorkflowTemplate's name until that is known: it holds a digest of what it names.
pub(super) const SELF: &str = "o11n-self";

/// Which ends of the child are an end of the step that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// A failed child is a failed step.
    Alike,
    /// The step succeeds, and tells by an output what became of the child.
    Whatever,
}

/// When a child ends by itself.
#[derive(Clone, Debug)]
pub(super) enum Deadline {
    Seconds(i64),
    /// An expression.
    Computed(String),
}

/// Parameters that a child gets under the names that its parent has them by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed<'a> {
    /// Where the parent has them: `inputs`, or `workflow`.
    pub(super) scope: &'static str,
    pub(super) names: &'a [EcoString],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Child {
    api_version: &'static str,
    kind: &'static str,
    metadata: ChildMetadata,
    spec: ChildSpec,
}

#[derive(Serialize)]
struct ChildMetadata {
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "crate::target::pod::pairs")]
    labels: Vec<(EcoString, EcoString)>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChildSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_exit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_template_ref: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_deadline_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<super::model::Arguments>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown: Option<&'static str>,
}

fn child(name: String, labels: Vec<(EcoString, EcoString)>, spec: ChildSpec) -> Child {
    Child { api_version: "argoproj.io/v1alpha1", kind: "Workflow", metadata: ChildMetadata { name, labels }, spec }
}

fn child_name(suffix: &str) -> String {
    format!("{{{{workflow.name}}}}-{suffix}")
}

/// A child to be made, and what its parent waits for.
pub(super) struct Wanted<'a> {
    /// Of the template that makes it.
    pub(super) name: String,
    /// What the child's name adds to that of the Workflow that makes it.
    pub(super) suffix: &'a str,
    /// The label of its stage.
    pub(super) stage: &'a str,
    pub(super) entrypoint: &'a str,
    /// The template that it runs at its end, however that comes.
    pub(super) on_exit: Option<String>,
    pub(super) ends: Ends,
    pub(super) deadline: Option<Deadline>,
    pub(super) handed: Handed<'a>,
}

/// The template that creates a child and waits for it.
pub(super) fn create(cx: &mut Context, wanted: Wanted) -> Template {
    let Wanted { name, suffix, stage, entrypoint, on_exit, ends, deadline, handed } = wanted;
    cx.has_children = true;
    let run = [Parameter::new("run", cx.run())];
    let scope = handed.scope;
    let handed = handed.names.iter().map(|name| Parameter::new(name.clone(), format!("{{{{{scope}.parameters.{name}}}}}")));
    let variables = cx.plan.run_variables.iter();
    let variables = variables.map(|name| Parameter::new(name.as_str(), format!("{{{{workflow.parameters.{name}}}}}")));
    let parameters: Vec<Parameter> = run.into_iter().chain(variables).chain(handed).collect();
    let labels = vec![
        ("o11n.dev/pipeline".into(), cx.base.as_str().into()),
        ("o11n.dev/stage".into(), stage.into()),
        ("o11n.dev/run".into(), cx.run().into()),
    ];
    let spec = ChildSpec {
        entrypoint: Some(entrypoint.to_owned()),
        on_exit,
        workflow_template_ref: Some(Named { name: SELF.into() }),
        active_deadline_seconds: deadline.as_ref().map(|deadline| match deadline {
            Deadline::Seconds(seconds) => *seconds,
            Deadline::Computed(_) => 0,
        }),
        arguments: Some(super::model::Arguments { parameters }),
        shutdown: None,
    };
    let mut manifest = yaml::document(&child(child_name(suffix), labels, spec));
    if let Some(Deadline::Computed(expression)) = deadline {
        // A number once Argo has evaluated it, so it must not be quoted.
        manifest = manifest.replace("activeDeadlineSeconds: 0", &format!("activeDeadlineSeconds: {}", expr::field(&expression)));
    }
    Template {
        name,
        resource: Some(Resource {
            action: "create",
            set_owner_reference: Some(true),
            success_condition: Some(match ends {
                Ends::Alike => "status.phase == Succeeded",
                Ends::Whatever => "status.phase in (Succeeded, Failed, Error)",
            }),
            failure_condition: (ends == Ends::Alike).then_some("status.phase in (Failed, Error)"),
            merge_strategy: None,
            manifest,
        }),
        ..Template::default()
    }
}

/// The template that stops a child.
pub(super) fn stop(name: String, suffix: &str) -> Template {
    patch(name, child_name(suffix))
}

/// The template of a stage's child's end: what it started goes with it. A dag that is stopped waits for no hook of what runs inside,
/// and after a deadline what holds a lock runs no hook.
pub(super) fn end(name: String, stops: &[&str]) -> Template {
    let stop = |stop: &&str| Step {
        name: (*stop).into(),
        template: (*stop).into(),
        // One that was never started cannot be stopped.
        continue_on: substage::forgiven(),
        when: Some("{{workflow.status}} != Succeeded".to_owned()),
        ..Step::default()
    };
    Template { name, steps: Some(vec![stops.iter().map(stop).collect()]), ..Template::default() }
}

/// The template that stops the Workflow that it is a step of.
pub(super) fn abort(name: String) -> Template {
    let retry = super::model::RetryStrategy { limit: "3".into(), retry_policy: "Always", backoff: None, expression: None };
    Template { retry_strategy: Some(retry), ..patch(name, "{{workflow.name}}".into()) }
}

fn patch(name: String, workflow: String) -> Template {
    let spec = ChildSpec { shutdown: Some("Stop"), ..ChildSpec::default() };
    let resource = Resource {
        action: "patch",
        merge_strategy: Some("merge"),
        manifest: yaml::document(&child(workflow, Vec::new(), spec)),
        ..Resource::default()
    };
    Template { name, resource: Some(resource), ..Template::default() }
}

/// Stops the child when the step that waits for it has failed; a child that has ended takes no notice.
pub(super) fn stop_hook(step: &str, stop: &str) -> Hooks {
    let exit = Hook { template: stop.to_owned(), expression: format!("{}.status {BAD}", expr::node("steps", step)) };
    Hooks { exit: Some(exit), decided: None }
}

/// Reads the outcome of a dispatch from the child's nodes: in order of time, then of number, the
/// first `need` that passed decide.
pub(super) fn quorum(need: u32, is_unstable: bool) -> String {
    let passed = r#"[.status.nodes[] | select((.displayName | test("^r[0-9]+$")) and .phase == "Succeeded")]"#;
    if !is_unstable {
        return format!(r#"{passed} | if length < {need} then "failed" else "succeeded" end"#);
    }
    let unstable = r#"any(.outputs.parameters[]?; .name == "outcome" and .value == "unstable")"#;
    format!(
        r#"{passed} | sort_by(.finishedAt, (.displayName[1:] | tonumber)) | if length < {need} then "failed" elif any(.[:{need}][]; {unstable}) then "unstable" else "succeeded" end"#
    )
}

/// Reads an output of the child's entrypoint. A child whose nodes are stored elsewhere, as those of a large one may be, has none
/// here: then the step fails rather than guesses.
pub(super) fn output_of(parameter: &str) -> String {
    format!(
        r#"[.status.nodes[.metadata.name].outputs.parameters[]? | select(.name == "{parameter}") | .value][0] // error("the Workflow does not tell its {parameter}")"#
    )
}
