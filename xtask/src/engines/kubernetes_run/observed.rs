//! What happened on Kubernetes, in the words of the machine: what the driver says became of it, and which pods ran.

use super::super::cluster::job::{JobState, Pod, Report, step_name};
use super::super::conformance::case::copies;
use super::super::conformance::observed::{Observed, ObservedAttempt, ObservedStage, ObservedSubstage};
use anyhow::{Context, Result, bail, ensure};
use o11n::machine::Outcome;
use o11n::plan::{Plan, Stage, Substage};
use std::collections::HashMap;

pub fn observe(plan: &Plan, report: &Report) -> Result<Observed> {
    let jobs = report.jobs.as_deref().unwrap_or_default();
    let [driver] = jobs else { bail!("there are {} Jobs beside those of the driver", jobs.len()) };
    let run = Run { state: State::of(driver), pods: report.pods.as_deref().unwrap_or_default() };
    let outcome = outcome(&driver.outcome)?;
    let wanted = if outcome == Outcome::Failed { "Failed" } else { "Complete" };
    ensure!(driver.end == wanted, "the driver's Job is {:?}, but its outcome {:?}", driver.end, driver.outcome);
    Ok(Observed { outcome, stages: plan.stages.iter().map(|stage| run.stage(stage)).collect::<Result<_>>()? })
}

fn outcome(word: &str) -> Result<Outcome> {
    const ALL: [Outcome; 8] = [
        Outcome::Succeeded,
        Outcome::Unstable,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Lost,
        Outcome::Cancelled,
        Outcome::Skipped,
        Outcome::Cached,
    ];
    ALL.into_iter().find(|known| known.word() == word).with_context(|| format!("{word:?} is no outcome"))
}

/// The lines of a driver's state, by the words that say what they are of.
struct State<'a>(HashMap<String, Vec<&'a str>>);

impl<'a> State<'a> {
    fn of(driver: &'a JobState) -> Self {
        let line = |line: &'a str| {
            let words: Vec<&str> = line.split(' ').collect();
            let key = match words[0] {
                "stage" | "substage" => 2,
                "attempt" => 4,
                _ => 1,
            };
            (words[..key.min(words.len())].join(" "), words[key.min(words.len())..].to_vec())
        };
        Self(driver.state.lines().map(line).collect())
    }

    fn word(&self, key: &str) -> Option<&'a str> {
        self.0.get(key)?.first().copied()
    }
}

struct Run<'a> {
    state: State<'a>,
    pods: &'a [Pod],
}

impl Run<'_> {
    fn stage(&self, stage: &Stage) -> Result<ObservedStage> {
        let found = self.state.word(&format!("stage {}", step_name(&stage.name))).context("a stage is not in the state")?;
        let substages = stage.substages.iter().map(|substage| self.substage(stage, substage));
        Ok(ObservedStage { outcome: outcome(found)?, substages: substages.collect::<Result<_>>()? })
    }

    fn substage(&self, stage: &Stage, substage: &Substage) -> Result<ObservedSubstage> {
        let path = format!("{}/{}", step_name(&stage.name), step_name(&substage.name));
        let found = self.state.word(&format!("substage {path}")).with_context(|| format!("{path} is not in the state"))?;
        let replicas = (1..=copies(substage)).map(|replica| self.attempts(stage, substage, &path, replica));
        Ok(ObservedSubstage { outcome: outcome(found)?, replicas: replicas.collect::<Result<_>>()? })
    }

    /// The attempts whose pods ran, with what the driver makes of them.
    fn attempts(&self, stage: &Stage, substage: &Substage, path: &str, replica: u32) -> Result<Vec<ObservedAttempt>> {
        let is_it = |pod: &&Pod| pod.stage == stage.name && pod.substage == substage.name && pod.replica == replica;
        let mut pods: Vec<&Pod> = self.pods.iter().filter(is_it).collect();
        pods.sort_by_key(|pod| pod.attempt);
        let attempt = |(number, pod): (u32, &&Pod)| {
            ensure!(pod.attempt == number, "{path}: {} pods, but one is of attempt {}", pods.len(), pod.attempt);
            let key = format!("attempt {path} {replica} {number}");
            let words = self.state.0.get(&key).with_context(|| format!("no `{key}` in the state"))?;
            let code = words.get(1).and_then(|code| code.parse().ok());
            let end = pod.end.unwrap_or(f64::INFINITY);
            Ok(ObservedAttempt { outcome: outcome(words.first().context("it has an outcome")?)?, code, start: pod.start, end })
        };
        (1..).zip(&pods).map(attempt).collect()
    }
}
