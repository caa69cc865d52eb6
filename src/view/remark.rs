//! What is said beside a bar: how something ended, and why.

use super::story::consequence;
use crate::base::Duration;
use crate::machine::{AttemptTrace, Outcome, Reason, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use crate::plan::{OnError, Plan, Stage, SubstageRef};

/// Of a substage.
pub(super) fn of_substage(plan: &Plan, trace: &Trace, at: SubstageRef) -> String {
    let (stage, substage, traced) = (&plan.stages[at.stage as usize], plan.substage(at), trace.substage(at));
    let took = took(trace, at);
    let after = took.map_or(String::new(), |took| format!(" after {took}"));
    let reason = traced.reason.map(|reason| (reason, reason.text(plan, trace, stage, substage)));
    let passed = traced.replicas.iter().filter(|replica| replica.outcome.passes()).count();
    let mut said = match (traced.outcome, reason, substage.dispatch) {
        (Outcome::Succeeded, _, None) => took.unwrap_or_default().to_string(),
        (Outcome::Succeeded, _, Some(dispatch)) => format!("{passed} of {} passed{after}", dispatch.copies),
        (Outcome::Unstable, Some((_, reason)), Some(dispatch)) => {
            format!("{reason}, {passed} of {} passed{after}", dispatch.copies)
        }
        // A timeout says itself how long it took.
        (_, Some((Reason::Timeout | Reason::Quorum { .. }, reason)), _) => reason,
        (Outcome::Unstable | Outcome::Failed, Some((_, reason)), _) => format!("{reason}{after}"),
        (outcome, Some((_, reason)), _) => format!("{}{after}: {reason}", spoken(outcome)),
        (outcome, None, _) => format!("{}{after}", spoken(outcome)),
    };
    if let [ReplicaTrace { attempts, .. }] = traced.replicas.as_slice() {
        said += &count_of(attempts);
    }
    if traced.ignored {
        said += ", ignored";
    }
    said
}

/// Of a substage that is to blame, with what its policy made of it.
pub(super) fn of_cause(plan: &Plan, trace: &Trace, at: SubstageRef) -> String {
    let (said, traced) = (of_substage(plan, trace, at), trace.substage(at));
    if !traced.outcome.is_failure() || is_late(traced) {
        return said;
    }
    format!("{said} (on_error = {})", consequence(plan.substage(at).on_error).0)
}

/// Of one replica of several.
pub(super) fn of_replica(replica: &ReplicaTrace) -> String {
    let took = replica.attempts.first().zip(replica.attempts.last()).map(|(first, last)| Duration(last.end.0 - first.start.0));
    let after = took.map_or(String::new(), |took| format!(" after {took}"));
    let said = match (replica.outcome, replica.attempts.last().and_then(|last| last.code)) {
        (Outcome::Succeeded, _) => took.unwrap_or_default().to_string(),
        (Outcome::Failed | Outcome::Unstable, Some(code)) => format!("exit {code}{after}"),
        (outcome, _) => format!("{}{after}", spoken(outcome)),
    };
    said + &count_of(&replica.attempts)
}

fn count_of(attempts: &[AttemptTrace]) -> String {
    if attempts.len() > 1 { format!(", {} attempts", attempts.len()) } else { String::new() }
}

/// An outcome as prose has it.
pub(super) fn spoken(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::TimedOut => "timed out",
        outcome => outcome.word(),
    }
}

/// From its first attempt's start to its last one's end; none if it never started.
pub(super) fn time(traced: &SubstageTrace) -> Option<(Duration, Duration)> {
    let attempts = || traced.replicas.iter().flat_map(|replica| &replica.attempts);
    Some((attempts().map(|attempt| attempt.start).min()?, attempts().map(|attempt| attempt.end).max()?))
}

/// From its first attempt to its outcome; none if it never started.
pub(super) fn took(trace: &Trace, at: SubstageRef) -> Option<Duration> {
    let (start, mut end) = time(trace.substage(at))?;
    // A back-off that was cut has no attempt at its end; what cuts ends the stage.
    if let (true, Some((_, stage_end))) = (is_cut(trace.substage(at)), trace.stages[at.stage as usize].time) {
        end = stage_end;
    }
    Some(Duration(end.0 - start.0))
}

/// The stage at whose end the pipeline's deadline passed, and hit the run though not the stage.
pub(super) fn met_deadline(plan: &Plan, trace: &Trace) -> Option<usize> {
    let (deadline, last) = (plan.deadline?, plan.stages.len().checked_sub(1)?);
    let ended_then = |stage: &StageTrace| stage.time.is_some_and(|(_, end)| end == deadline);
    let is_hit = |stage: &StageTrace| stage.substages.iter().any(is_late);
    trace.stages[..last].iter().position(|stage| ended_then(stage) && !is_hit(stage))
}

/// The first stage that stopped the pipeline.
pub(super) fn stopper(plan: &Plan, trace: &Trace) -> Option<usize> {
    plan.stages.iter().zip(&trace.stages).position(|(stage, traced)| stops(stage, traced))
}

/// Why a stage did not run.
pub(super) fn why_skipped(plan: &Plan, index: usize, stopper: Option<usize>) -> String {
    let stage = &plan.stages[index];
    match (&stage.when, stopper.filter(|stopper| *stopper < index)) {
        _ if stage.substages.is_empty() => "it has no substages".to_owned(),
        (Some(condition), _) => format!("`when = {condition}` does not hold"),
        (None, Some(stopper)) => format!("`{}` stopped the pipeline", plan.stages[stopper].name),
        (None, None) => "the pipeline's deadline passed".to_owned(),
    }
}

/// Whether what failed in a stage stops the pipeline.
fn stops(stage: &Stage, traced: &StageTrace) -> bool {
    stage
        .substages
        .iter()
        .zip(&traced.substages)
        .any(|(substage, traced)| is_late(traced) || traced.outcome.is_failure() && substage.on_error >= OnError::Finish)
}

/// Whether what cut its stage ended it.
pub(super) fn is_cut(traced: &SubstageTrace) -> bool {
    is_late(traced) || matches!(traced.reason, Some(Reason::Abort(_)))
}

/// Whether a deadline ended it, or kept it from starting.
pub(super) fn is_late(traced: &SubstageTrace) -> bool {
    matches!(traced.reason, Some(Reason::StageDeadline | Reason::PipelineDeadline))
}
