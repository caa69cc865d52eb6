//! What happened on Airflow, in the words of the machine.

use super::super::conformance::case::copies;
use super::super::conformance::observed::{Observed, ObservedAttempt, ObservedStage, ObservedSubstage};
use super::play::task;
use anyhow::{Context, Result, bail, ensure};
use o11n::machine::Outcome;
use o11n::plan::{ExitClass, Plan, Stage, Substage};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What Airflow's own database says of a run.
#[derive(Deserialize)]
pub struct Run {
    pub state: String,
    pub tasks: BTreeMap<String, Task>,
    /// What tasks told each other of their outcome.
    told: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub struct Task {
    pub state: Option<String>,
}

/// One line of what the player wrote.
struct Event {
    name: String,
    time: f64,
    end: Option<String>,
}

/// States decide; what a task has told only says which of the outcomes of one state it is.
pub fn observe(plan: &Plan, run: &Run, events: &str) -> Result<Observed> {
    if plan.stages.is_empty() && run.state == "success" {
        // Where there is nothing to do, there is nobody to judge it.
        return Ok(Observed { outcome: Outcome::Succeeded, stages: Vec::new() });
    }
    let verdict = run.told.get("verdict").with_context(|| format!("the run is {}, without a verdict", run.state))?;
    let outcome = match (run.state.as_str(), verdict["outcome"].as_str()) {
        ("failed", Some("failed")) => Outcome::Failed,
        ("success", Some(word @ ("succeeded" | "unstable"))) => Outcome::from_word(word).context("a word of ours")?,
        (state, word) => bail!("the run is {state}, its verdict {word:?}"),
    };
    let events = read(events)?;
    let stages = plan.stages.iter().enumerate().map(|(at, stage)| {
        let word = verdict["stages"][stage.name.as_str()].as_str().unwrap_or_default();
        let outcome = Outcome::from_word(word).with_context(|| format!("stage {} is {word:?}", stage.name))?;
        let substages = stage.substages.iter().enumerate().map(|(index, known)| {
            let outcome = became(run, &task(plan, at, index))?;
            let replicas = (1..=copies(known)).map(|copy| attempts(&events, stage, known, copy));
            Ok(ObservedSubstage { outcome, replicas: replicas.collect::<Result<_>>()? })
        });
        Ok(ObservedStage { outcome, substages: substages.collect::<Result<_>>()? })
    });
    Ok(Observed { outcome, stages: stages.collect::<Result<_>>()? })
}

fn became(run: &Run, task: &str) -> Result<Outcome> {
    let state = run.tasks.get(task).and_then(|known| known.state.as_deref()).unwrap_or("nothing");
    let told = run.told.get(task).and_then(|told| told["outcome"].as_str()).and_then(Outcome::from_word);
    Ok(match (state, told) {
        ("success", Some(told @ (Outcome::Succeeded | Outcome::Unstable | Outcome::Cached))) => told,
        ("failed", Some(told @ (Outcome::Failed | Outcome::TimedOut | Outcome::Lost))) => told,
        ("skipped", Some(told @ (Outcome::Cancelled | Outcome::Skipped))) => told,
        // Its gate was skipped, so nothing of it ran.
        ("skipped", None) => Outcome::Skipped,
        // Whoever loses its worker cannot tell.
        ("failed", None) => Outcome::Lost,
        (state, told) => bail!("{task} is {state} and told {told:?}"),
    })
}

fn read(text: &str) -> Result<Vec<Event>> {
    let events = text.lines().map(|line| {
        let mut fields: Vec<&str> = line.split('\t').collect();
        let time = fields.pop().and_then(|time| time.parse().ok()).with_context(|| format!("what is {line:?}"))?;
        let mut fields = fields.into_iter();
        let name = fields.next().unwrap_or_default().to_owned();
        Ok(Event { name, time, end: fields.next().map(str::to_owned) })
    });
    events.collect()
}

fn attempts(events: &[Event], stage: &Stage, substage: &Substage, copy: u32) -> Result<Vec<ObservedAttempt>> {
    let find = |kind: &str, number: usize| {
        let name = format!("{kind} {}/{}#{copy}@{number}", stage.name, substage.name);
        let mut found = events.iter().filter(move |event| event.name == name);
        let first = found.next();
        ensure!(found.next().is_none(), "attempt {number} of {} happened twice", substage.name);
        Ok(first)
    };
    let mut attempts = Vec::new();
    for number in 1.. {
        let Some(start) = find("S", number)? else { break };
        let end = find("E", number)?;
        let (outcome, code) = match end.and_then(|end| end.end.as_deref()) {
            None => (Outcome::Cancelled, None),
            Some("lost") => (Outcome::Lost, None),
            Some(code) => {
                let code = code.parse().context("an exit code")?;
                (class_of(substage, code), Some(code))
            }
        };
        attempts.push(ObservedAttempt { outcome, code, start: start.time, end: end.map_or(f64::INFINITY, |end| end.time) });
    }
    Ok(attempts)
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
