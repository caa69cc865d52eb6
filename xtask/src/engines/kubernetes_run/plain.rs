//! What happened to plain Jobs, in the words of the machine: how each Job ended and why, and which pods ran.
//!
//! Nobody counts them together: a stage is failed where one of its Jobs is.

use super::super::cluster::job::{JobState, Pod, Report, step_name};
use super::super::conformance::case::copies;
use super::super::conformance::observed::{Observed, ObservedAttempt, ObservedStage, ObservedSubstage};
use anyhow::{Context, Result, bail, ensure};
use o11n::machine::Outcome;
use o11n::plan::{ExitClass, Plan, Stage, Substage};

pub fn observe(plan: &Plan, report: &Report) -> Result<Observed> {
    let run = Run { jobs: report.jobs.as_deref().unwrap_or_default(), pods: report.pods.as_deref().unwrap_or_default() };
    let stages: Vec<ObservedStage> = plan.stages.iter().map(|stage| run.stage(stage)).collect::<Result<_>>()?;
    let wanted = plan.substages().count();
    ensure!(run.jobs.len() == wanted, "there are {} Jobs, not {wanted}", run.jobs.len());
    let has_failed = stages.iter().any(|stage| stage.outcome == Outcome::Failed);
    Ok(Observed { outcome: if has_failed { Outcome::Failed } else { Outcome::Succeeded }, stages })
}

struct Run<'a> {
    jobs: &'a [JobState],
    pods: &'a [Pod],
}

impl Run<'_> {
    fn stage(&self, stage: &Stage) -> Result<ObservedStage> {
        let substages = stage.substages.iter().map(|substage| self.substage(stage, substage));
        let substages: Vec<ObservedSubstage> = substages.collect::<Result<_>>()?;
        let outcome = if substages.is_empty() {
            Outcome::Skipped
        } else if substages.iter().all(|substage| substage.outcome == Outcome::Succeeded) {
            Outcome::Succeeded
        } else {
            Outcome::Failed
        };
        Ok(ObservedStage { outcome, substages })
    }

    fn substage(&self, stage: &Stage, substage: &Substage) -> Result<ObservedSubstage> {
        let path = format!("{}/{}", stage.name, substage.name);
        let is_it = |job: &&JobState| job.stage == step_name(&stage.name) && job.substage == step_name(&substage.name);
        let job = self.jobs.iter().find(is_it).with_context(|| format!("{path} has no Job"))?;
        let replicas: Vec<_> = (1..=copies(substage)).map(|replica| self.attempts(stage, substage, replica)).collect();
        let outcome = match (job.end.as_str(), job.reason.as_str()) {
            ("Complete", _) => Outcome::Succeeded,
            ("Failed", "DeadlineExceeded") => Outcome::TimedOut,
            ("Failed", _) if substage.dispatch.is_some() => Outcome::Failed,
            // It is why the last pod ended that counts.
            ("Failed", _) => replicas[0].last().map_or(Outcome::Lost, |attempt: &ObservedAttempt| attempt.outcome),
            (other, _) => bail!("the Job of {path} is {other:?}"),
        };
        Ok(ObservedSubstage { outcome, replicas })
    }

    fn attempts(&self, stage: &Stage, substage: &Substage, replica: u32) -> Vec<ObservedAttempt> {
        let is_it = |pod: &&Pod| pod.stage == stage.name && pod.substage == substage.name && pod.replica == replica;
        let mut pods: Vec<&Pod> = self.pods.iter().filter(is_it).collect();
        pods.sort_by(|one, other| one.start.total_cmp(&other.start));
        pods.into_iter().map(|pod| attempt(substage, pod)).collect()
    }
}

fn attempt(substage: &Substage, pod: &Pod) -> ObservedAttempt {
    let (outcome, code) = match (pod.cause.as_str(), pod.code) {
        ("exited", Some(0)) => (Outcome::Succeeded, Some(0)),
        ("exited", Some(code)) => {
            let class = substage.exit_codes.iter().find(|(known, _)| *known == code).map(|(_, class)| *class);
            (if class == Some(ExitClass::Lost) { Outcome::Lost } else { Outcome::Failed }, Some(code))
        }
        ("deadline", _) => (Outcome::TimedOut, None),
        ("evicted" | "lost", _) => (Outcome::Lost, None),
        _ => (Outcome::Cancelled, None),
    };
    ObservedAttempt { outcome, code, start: pod.start, end: pod.end.unwrap_or(f64::INFINITY) }
}
