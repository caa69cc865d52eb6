//! What Jenkins did, in the words of the machine.

use super::engine::{Played, Report};
use crate::engines::conformance::case::copies;
use crate::engines::conformance::observed::{Observed, ObservedAttempt, ObservedStage, ObservedSubstage};
use anyhow::{Context, Result, bail, ensure};
use o11n::machine::Outcome;
use o11n::plan::{ExitClass, Plan, Stage, Substage};

pub fn observe(plan: &Plan, report: &Report) -> Result<Observed> {
    ensure!(
        report.error.is_none(),
        "the build ended by {}\n{}",
        report.error.as_deref().unwrap_or_default(),
        report.trace.join("\n")
    );
    let stages = plan.stages.iter().map(|stage| observe_stage(stage, report));
    Ok(Observed { outcome: outcome(&report.result)?, stages: stages.collect::<Result<_>>()? })
}

/// A result of Jenkins.
fn outcome(result: &str) -> Result<Outcome> {
    Ok(match result {
        "SUCCESS" => Outcome::Succeeded,
        "UNSTABLE" => Outcome::Unstable,
        "FAILURE" => Outcome::Failed,
        other => bail!("a result is {other}"),
    })
}

fn observe_stage(stage: &Stage, report: &Report) -> Result<ObservedStage> {
    let of_stage = match report.stages.iter().find(|seen| seen.name == stage.name) {
        Some(seen) => outcome(&seen.result)?,
        None => Outcome::Skipped,
    };
    let substages = stage.substages.iter().map(|substage| {
        let label = format!("{}/{}", stage.name, substage.name);
        let said = report.log.iter().find_map(|line| line.strip_prefix(&format!("o11n: {label} is ")));
        let outcome = match said {
            Some(said) => {
                let word = said.split(' ').next().unwrap_or_default();
                Outcome::from_word(word).with_context(|| format!("{label} is said to be {word:?}"))?
            }
            None if of_stage == Outcome::Skipped => Outcome::Skipped,
            None => bail!("nothing is said of {label}"),
        };
        let replicas = (1..=copies(substage)).map(|copy| {
            let label = if substage.dispatch.is_some() { format!("{label}#{copy}") } else { label.clone() };
            let played = report.attempts.iter().filter(|played| played.label.as_deref() == Some(&label));
            played.map(|played| attempt(substage, played)).collect()
        });
        Ok(ObservedSubstage { outcome, replicas: replicas.collect() })
    });
    Ok(ObservedStage { outcome: of_stage, substages: substages.collect::<Result<_>>()? })
}

fn attempt(substage: &Substage, played: &Played) -> ObservedAttempt {
    let outcome = match played.code {
        _ if played.lost => Outcome::Lost,
        // Whoever ended it, it did not end by itself.
        None => Outcome::Cancelled,
        Some(0) => Outcome::Succeeded,
        Some(code) => match substage.exit_codes.iter().find(|(known, _)| *known == code) {
            Some((_, ExitClass::Unstable)) => Outcome::Unstable,
            Some((_, ExitClass::Lost)) => Outcome::Lost,
            _ => Outcome::Failed,
        },
    };
    let seconds = |time: f64| time / 1_000.0;
    ObservedAttempt { outcome, code: played.code, start: seconds(played.start), end: played.end.map_or(f64::INFINITY, seconds) }
}
