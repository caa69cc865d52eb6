//! What happened on Argo's controller, in the words of the machine.

use super::super::cluster::job::{Pod, Report, Workflow, step_name};
use super::super::conformance::case::copies;
use super::super::conformance::observed::{Observed, ObservedAttempt, ObservedStage, ObservedSubstage};
use anyhow::{Context, Result, ensure};
use o11n::machine::Outcome;
use o11n::plan::{ExitClass, Plan, RetryOn, Stage, Substage};
use serde_json::Value;

/// Reads a report. What Argo says of its nodes decides the outcomes; what ran is what the node ran.
pub fn observe(plan: &Plan, report: &Report) -> Result<Observed> {
    let workflows = report.workflows.as_deref().unwrap_or_default();
    let parent = workflows.iter().find(|workflow| !workflow.labels.contains_key("o11n.dev/run"));
    let run =
        Run { parent: parent.context("there is no workflow")?, workflows, pods: report.pods.as_deref().unwrap_or_default() };
    let stages = plan.stages.iter().map(|stage| run.stage(stage)).collect::<Result<_>>()?;
    Ok(Observed { outcome: run.outcome()?, stages })
}

struct Run<'a> {
    parent: &'a Workflow,
    workflows: &'a [Workflow],
    pods: &'a [Pod],
}

/// A node of a workflow's graph.
#[derive(Clone, Copy)]
struct Node<'a> {
    workflow: &'a Workflow,
    value: &'a Value,
}

impl<'a> Node<'a> {
    fn text(&self, field: &str) -> &'a str {
        self.value[field].as_str().unwrap_or_default()
    }

    fn phase(&self) -> &'a str {
        self.text("phase")
    }

    fn output(&self, name: &str) -> Option<&'a str> {
        let parameters = self.value["outputs"]["parameters"].as_array()?;
        parameters.iter().find(|parameter| parameter["name"] == name)?["value"].as_str()
    }
}

impl Workflow {
    fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let nodes = self.status.as_ref().and_then(|status| status["nodes"].as_object());
        nodes.into_iter().flat_map(|nodes| nodes.values()).map(|value| Node { workflow: self, value })
    }

    fn node(&self, id: &str) -> Option<Node<'_>> {
        Some(Node { workflow: self, value: self.status.as_ref()?["nodes"].get(id)? })
    }

    /// The node that stands for the whole.
    fn root(&self) -> Option<Node<'_>> {
        self.node(&self.name)
    }

    fn phase(&self) -> &str {
        self.status.as_ref().and_then(|status| status["phase"].as_str()).unwrap_or("none")
    }
}

impl<'a> Run<'a> {
    fn outcome(&self) -> Result<Outcome> {
        let outputs = self.parent.root().and_then(|root| root.output("outcome"));
        match (self.parent.phase(), outputs) {
            ("Failed", _) => Ok(Outcome::Failed),
            ("Succeeded", None | Some("succeeded")) => Ok(Outcome::Succeeded),
            ("Succeeded", Some("unstable")) => Ok(Outcome::Unstable),
            (phase, output) => {
                let message = self.parent.status.as_ref().map_or(&Value::Null, |status| &status["message"]);
                anyhow::bail!("the workflow is {phase} with outcome {output:?}: {message}")
            }
        }
    }

    fn stage(&self, stage: &Stage) -> Result<ObservedStage> {
        let name = step_name(&stage.name);
        let step =
            self.parent.nodes().find(|node| node.text("displayName") == name && node.text("boundaryID") == self.parent.name);
        let outcome = match step {
            None => Outcome::Skipped,
            Some(node) => match (node.phase(), node.output("level")) {
                ("Skipped" | "Omitted", _) => Outcome::Skipped,
                ("Failed" | "Error", _) | ("Succeeded", Some("failing" | "stopped")) => Outcome::Failed,
                ("Succeeded", Some("unstable")) => Outcome::Unstable,
                ("Succeeded", None | Some("succeeded")) => Outcome::Succeeded,
                (phase, level) => anyhow::bail!("stage {name} is {phase} with level {level:?}"),
            },
        };
        let inside = step.and_then(|node| {
            if node.text("type") != "Pod" {
                return Some(node);
            }
            let children = self.workflows.iter().filter(|workflow| workflow.labels.get("o11n.dev/stage") == Some(&name));
            children.min_by_key(|child| child.name.len())?.root()
        });
        let substages = stage.substages.iter().map(|substage| self.substage(stage, substage, outcome, inside));
        Ok(ObservedStage { outcome, substages: substages.collect::<Result<_>>()? })
    }

    fn substage(
        &self,
        stage: &Stage,
        substage: &Substage,
        of_stage: Outcome,
        inside: Option<Node<'a>>,
    ) -> Result<ObservedSubstage> {
        let replicas: Vec<Vec<ObservedAttempt>> =
            (1..=copies(substage)).map(|replica| self.attempts(stage, substage, replica)).collect::<Result<_>>()?;
        let name = step_name(&substage.name);
        let is_it = |node: &Node| {
            let shown = node.text("displayName");
            let task = shown.strip_prefix('t').and_then(|rest| rest.split_once('-'));
            let task = task.filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
            shown == name || task.is_some_and(|(_, task)| task == name)
        };
        let found = inside.and_then(|inside| {
            let mut nodes = inside.workflow.nodes();
            nodes.find(|node| node.text("boundaryID") == inside.text("id") && is_it(node))
        });
        let outcome = match (found, of_stage) {
            (Some(node), _) => self.outcome_of(stage, substage, node)?,
            (None, Outcome::Skipped) => Outcome::Skipped,
            // The stage was cut before its turn came.
            (None, _) => Outcome::Cancelled,
        };
        Ok(ObservedSubstage { outcome, replicas })
    }

    fn pods_of(&self, stage: &Stage, substage: &Substage) -> impl Iterator<Item = &'a Pod> {
        self.pods.iter().filter(move |pod| pod.stage == stage.name && pod.substage == substage.name)
    }

    fn last_pod(&self, stage: &Stage, substage: &Substage) -> Option<&'a Pod> {
        self.pods_of(stage, substage).max_by(|one, other| one.start.total_cmp(&other.start))
    }

    /// What Argo says became of a substage.
    fn outcome_of(&self, stage: &Stage, substage: &Substage, node: Node) -> Result<Outcome> {
        Ok(match node.phase() {
            "Skipped" | "Omitted" => Outcome::Skipped,
            "Succeeded" if is_remembered(node) => Outcome::Cached,
            "Succeeded" if node.output("outcome") == Some("unstable") => Outcome::Unstable,
            "Succeeded" => Outcome::Succeeded,
            "Failed" | "Error" if copies(substage) > 1 => {
                // A pod of ours fails where the quorum was missed; else somebody ended it.
                let failed = format!("{}[1].failed", node.text("name"));
                let is_decided = self.pods.iter().any(|pod| pod.node == failed && pod.cause == "exited");
                let has_started = self.pods_of(stage, substage).next().is_some();
                match (is_decided, has_started) {
                    (true, _) => Outcome::Failed,
                    (false, true) => cut(node),
                    (false, false) => Outcome::Cancelled,
                }
            }
            "Failed" | "Error" => failure(substage, node, self.last_pod(stage, substage))?,
            // Its workflow was ended, and Argo looked at it no more: it waited, or what its pod came to is all there is.
            _ => match self.last_pod(stage, substage).filter(|_| copies(substage) == 1) {
                Some(last) => failure(substage, node, Some(last))?,
                None => Outcome::Cancelled,
            },
        })
    }

    fn attempts(&self, stage: &Stage, substage: &Substage, replica: u32) -> Result<Vec<ObservedAttempt>> {
        let mut pods: Vec<&Pod> = self.pods_of(stage, substage).filter(|pod| pod.replica == replica).collect();
        pods.sort_by_key(|pod| pod.attempt);
        for (number, pod) in (1..).zip(&pods) {
            ensure!(
                pod.attempt == number,
                "{}/{}: {} attempts, but one is number {}",
                stage.name,
                substage.name,
                pods.len(),
                pod.attempt
            );
        }
        pods.into_iter().map(|pod| attempt(substage, pod)).collect()
    }
}

fn attempt(substage: &Substage, pod: &Pod) -> Result<ObservedAttempt> {
    let (late, lost) = own_codes(substage);
    let says = |own: Option<u8>| pod.cause == "exited" && own.is_some() && pod.code == own;
    let outcome = match pod.cause.as_str() {
        "exited" if says(late) => Outcome::TimedOut,
        "exited" if says(lost) => Outcome::Lost,
        "exited" => class_of(substage, pod.code.context("what has exited has a code")?),
        "deadline" => Outcome::TimedOut,
        "signaled" | "deleted" => Outcome::Cancelled,
        "evicted" | "lost" => Outcome::Lost,
        cause => anyhow::bail!("a pod of {} ended by {cause:?}", substage.name),
    };
    let code = pod.code.filter(|_| pod.cause == "exited" && !says(late) && !says(lost));
    Ok(ObservedAttempt { outcome, code, start: pod.start, end: pod.end.unwrap_or(f64::INFINITY) })
}

/// The codes that say what has no exit code of its own: that it took too long, that it was lost. They are the first and the third
/// highest that the source does not name, see `docs/targets/argo.md`; the second is for bodies that exit with one of these.
fn own_codes(substage: &Substage) -> (Option<u8>, Option<u8>) {
    let retried = |code: &u8| substage.retry.on.contains(&RetryOn::Exit(*code));
    let is_named = |code: &u8| retried(code) || substage.exit_codes.iter().any(|(known, _)| known == code);
    let mut free = (1..=124).rev().filter(|code| !is_named(code));
    let (late, lost) = (free.next(), free.nth(1));
    let is_bridged = substage.is_on_bare_metal();
    let keeps_time = substage.timeout.is_some() && (is_bridged || !substage.after.is_empty());
    (late.filter(|_| keeps_time), lost.filter(|_| is_bridged))
}

/// What an exit code means.
fn class_of(substage: &Substage, code: u8) -> Outcome {
    match substage.exit_codes.iter().find(|(known, _)| *known == code) {
        _ if code == 0 => Outcome::Succeeded,
        Some((_, ExitClass::Unstable)) => Outcome::Unstable,
        Some((_, ExitClass::Lost)) => Outcome::Lost,
        _ => Outcome::Failed,
    }
}

/// Whether the node, or the body inside it, was not run because it is known to succeed.
fn is_remembered(node: Node) -> bool {
    let inside = || node.workflow.nodes().any(|inner| inner.text("boundaryID") == node.text("id") && is_remembered(inner));
    node.value["memoizationStatus"]["hit"] == true || inside()
}

/// What becomes of a substage that somebody else ended, by the time at which that was seen.
fn cut(node: Node) -> Outcome {
    /// A pod's own deadline is what is left of its workflow's, in whole seconds, so it may come a little early.
    const ROUNDING: f64 = 2.0;
    let status = node.workflow.status.as_ref();
    let start = status.and_then(|status| status["startedAt"].as_f64()).unwrap_or(0.0);
    let is_late = node
        .workflow
        .deadline
        .is_some_and(|deadline| node.value["finishedAt"].as_f64().unwrap_or(0.0) >= start + deadline - ROUNDING);
    if is_late { Outcome::TimedOut } else { Outcome::Cancelled }
}

/// How a substage failed whose last pod is given.
fn failure(substage: &Substage, node: Node, last: Option<&Pod>) -> Result<Outcome> {
    let Some(last) = last else {
        // It never started, which must have a reason.
        ensure!(was_ended(node.workflow), "{} is {} without a pod: {}", substage.name, node.phase(), node.text("message"));
        return Ok(Outcome::Cancelled);
    };
    let by_itself = attempt(substage, last)?.outcome;
    Ok(match by_itself {
        Outcome::Cancelled => cut(node),
        _ if was_waiting(node) => cut(node),
        // However its one replica failed, a dispatch failed; but for a deadline.
        _ if substage.dispatch.is_some() && cut(node) != Outcome::TimedOut => Outcome::Failed,
        by_itself => by_itself,
    })
}

/// Whether something ended the workflow before it was done.
fn was_ended(workflow: &Workflow) -> bool {
    let message = workflow.status.as_ref().and_then(|status| status["message"].as_str()).unwrap_or_default();
    workflow.shutdown.is_some() || workflow.deadline.is_some() || message.contains("deadline")
}

/// Whether a failed node, or one inside it, waited for its next attempt when its workflow was ended.
fn was_waiting(node: Node) -> bool {
    let message = node.text("message");
    let is_over = message.contains("No more retries") || message.contains("retryStrategy.expression");
    let inside = || node.workflow.nodes().any(|inner| inner.text("boundaryID") == node.text("id") && was_waiting(inner));
    // Our own abort is tried again too.
    let is_body = node.text("type") == "Retry" && node.text("templateName") != "o11n-abort";
    (is_body && !is_over) || inside()
}
