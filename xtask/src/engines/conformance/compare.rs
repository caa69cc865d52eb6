//! The machine's run and an engine's, side by side.
//!
//! Outcomes are compared, not clocks: what an abort, a deadline or a decided dispatch has cut may have started or not.

use super::observed::{Observed, ObservedAttempt};
use o11n::machine::{AttemptTrace, Outcome, Trace};
use o11n::plan::Plan;

/// What differs, in words; empty if nothing does. `in_order`: attempts ended in the order that the machine has.
pub fn differences(plan: &Plan, trace: &Trace, observed: &Observed, in_order: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: String, wanted: String, got: String| {
        if wanted != got {
            found.push(format!("{what} is {got}, not {wanted}"));
        }
    };
    for ((at, (stage, traced)), seen) in (0..).zip(plan.stages.iter().zip(&trace.stages)).zip(&observed.stages) {
        differ(stage.name.to_string(), traced.outcome.word().into(), seen.outcome.word().into());
        for ((substage, traced), seen) in stage.substages.iter().zip(&traced.substages).zip(&seen.substages) {
            let path = format!("{}/{}", stage.name, substage.name);
            // An abort acts as soon as the engine can: what waits for the one that aborts may be skipped meanwhile.
            let was_shut_out = traced.outcome == Outcome::Cancelled && seen.outcome == Outcome::Skipped;
            let mut needs = substage.needs.iter().flat_map(|need| need.members.iter());
            let was_shut_out = was_shut_out && needs.any(|need| need.stage == at && !trace.substage(*need).outcome.passes());
            if !was_shut_out {
                differ(path.clone(), traced.outcome.word().into(), seen.outcome.word().into());
            }
            let mut got: Vec<String> = seen.replicas.iter().map(|attempts| got_of(attempts)).collect();
            let mut wanted: Vec<String> = traced.replicas.iter().map(|replica| wanted_of(&replica.attempts)).collect();
            wanted.resize_with(got.len(), || shown(std::iter::empty()));
            if !in_order {
                // Which replica is the first, is chance.
                got.sort();
                wanted.sort();
            }
            for ((number, wanted), got) in (1..).zip(wanted).zip(got) {
                let which = if substage.dispatch.is_some() { format!("{path}#{number}") } else { path.clone() };
                differ(format!("{which} attempt by attempt"), wanted, got);
            }
        }
    }
    differ("the pipeline".into(), trace.outcome.word().into(), observed.outcome.word().into());
    if in_order {
        found.extend(disorder(plan, trace, observed));
    }
    found
}

/// Attempts that ended by themselves.
fn wanted_of(attempts: &[AttemptTrace]) -> String {
    shown(attempts.iter().filter(|attempt| !is_cut(attempt.outcome)).map(|attempt| (attempt.outcome, attempt.code)))
}

fn got_of(attempts: &[ObservedAttempt]) -> String {
    shown(attempts.iter().filter(|attempt| !is_cut(attempt.outcome)).map(|attempt| (attempt.outcome, attempt.code)))
}

/// Whether somebody else ended it, or may have: an attempt's own timeout shows in what follows from it.
fn is_cut(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Cancelled | Outcome::TimedOut)
}

fn shown(attempts: impl Iterator<Item = (Outcome, Option<u8>)>) -> String {
    let words = attempts.map(|(outcome, code)| match code {
        Some(code) => format!("{} ({code})", outcome.word()),
        None => outcome.word().to_owned(),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// Attempts of one stage that started in another order, or before what they had to wait for. Those that the machine starts at one
/// time may start in any order, and so may those that start by the clock: after a delay, or as an attempt's time is over.
fn disorder(plan: &Plan, trace: &Trace, observed: &Observed) -> Vec<String> {
    let mut found = Vec::new();
    for (stage, (planned, traced)) in plan.stages.iter().zip(&trace.stages).enumerate() {
        let attempts = traced.substages.iter().flat_map(|substage| &substage.replicas).flat_map(|replica| &replica.attempts);
        let clock: Vec<_> = attempts.filter(|one| one.outcome == Outcome::TimedOut).map(|one| one.end).collect();
        let mut all = Vec::new();
        let seen = &observed.stages[stage].substages;
        for ((known, traced), seen) in planned.substages.iter().zip(&traced.substages).zip(seen) {
            let path = format!("{}/{}", planned.name, known.name);
            for (traced, seen) in traced.replicas.iter().zip(&seen.replicas) {
                for (number, (traced, seen)) in traced.attempts.iter().zip(seen).enumerate() {
                    let by_clock = number > 0 && known.retry.delay.0 > 0 || clock.contains(&traced.start);
                    all.push((traced, seen, by_clock, format!("attempt {} of {path}", number + 1)));
                }
            }
        }
        for (traced, seen, _, name) in all.iter().filter(|(_, _, by_clock, _)| !by_clock) {
            for (other, seen_other, by_clock, other_name) in &all {
                if !by_clock && traced.start < other.start && seen.start > seen_other.start {
                    found.push(format!("{other_name} started before {name}"));
                }
                if !is_cut(other.outcome)
                    && !is_cut(seen_other.outcome)
                    && other.end <= traced.start
                    && seen.start < seen_other.end
                {
                    found.push(format!("{name} started before {other_name} had ended"));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
