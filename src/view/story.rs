//! What happened in a run, as short as it can be told: the stages and substages that matter, when, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::remark::{is_late, met_deadline, stopper, time, why_skipped};
use super::table;
use crate::machine::{Outcome, Reason, SubstageTrace, Trace};
use crate::plan::{OnError, Plan, SubstageRef};

/// Substages of a stage that have a line of their own, at most.
const SUBSTAGES_SHOWN: usize = 6;
/// Stages that have a line of their own, at most.
const STAGES_SHOWN: usize = 20;

/// What is told although it went well.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// Indices into `Plan::stages`.
    pub stages: BTreeSet<u32>,
    pub substages: BTreeSet<SubstageRef>,
}

impl Focus {
    fn has_stage(&self, at: u32) -> bool {
        let of_stage = SubstageRef { stage: at, substage: 0 }..=SubstageRef { stage: at, substage: u32::MAX };
        self.stages.contains(&at) || self.substages.range(of_stage).next().is_some()
    }
}

/// A line for each stage that did not go well or is in focus, with its substages, and one for the run. What is left out is
/// counted.
pub fn story(plan: &Plan, trace: &Trace, focus: &Focus) -> String {
    let stopper = stopper(plan, trace);
    let mut rows = Vec::new();
    let mut shown = 0;
    let mut left_out = Vec::new();
    for (at, happened) in (0..).zip(&trace.stages) {
        let went_well = happened.outcome == Outcome::Succeeded && !happened.substages.iter().any(is_trouble);
        if went_well && !focus.has_stage(at) || shown == STAGES_SHOWN {
            left_out.push(happened.outcome);
            continue;
        }
        shown += 1;
        count_row(&mut rows, "", "stage", std::mem::take(&mut left_out));
        rows.push(stage_row(plan, trace, at as usize, stopper));
        if happened.outcome != Outcome::Skipped {
            substage_rows(&mut rows, plan, trace, at, focus);
        }
    }
    count_row(&mut rows, "", "stage", left_out);
    let late = met_deadline(plan, trace)
        .zip(plan.deadline)
        .map(|(stage, deadline)| format!("; it ran into its deadline of {deadline} as `{}` ended", plan.stages[stage].name));
    rows.push(row("the pipeline", trace.outcome.word(), format!("after {}{}", trace.duration, late.unwrap_or_default())));
    table::draw(&rows).trim_end().to_owned()
}

/// How a substage ended: "ended `failed` (exit 2)".
pub fn ended(plan: &Plan, trace: &Trace, at: SubstageRef) -> String {
    // Its outcome says already that it was a timeout.
    let reason = trace.substage(at).reason.filter(|reason| *reason != Reason::Timeout);
    let why = reason.map(|reason| format!(" ({})", because(plan, trace, at, reason))).unwrap_or_default();
    match trace.substage(at).outcome {
        Outcome::Skipped => format!("was skipped{why}"),
        outcome => format!("ended `{}`{why}", outcome.word()),
    }
}

fn because(plan: &Plan, trace: &Trace, at: SubstageRef, reason: Reason) -> String {
    reason.text(plan, trace, &plan.stages[at.stage as usize], plan.substage(at))
}

/// Whether it is worth a line; what was skipped has its reason elsewhere.
fn is_trouble(substage: &SubstageTrace) -> bool {
    !matches!(substage.outcome, Outcome::Succeeded | Outcome::Cached | Outcome::Skipped) || was_retried(substage)
}

fn was_retried(substage: &SubstageTrace) -> bool {
    substage.replicas.iter().any(|replica| replica.attempts.len() > 1)
}

fn row(name: &str, outcome: &str, why: impl Into<String>) -> Vec<String> {
    vec![name.to_owned(), outcome.to_owned(), why.into()]
}

/// `2 more stages  succeeded`, a row for each outcome.
fn count_row(rows: &mut Vec<Vec<String>>, indent: &str, noun: &str, outcomes: Vec<Outcome>) {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome).or_default() += 1;
    }
    for (outcome, count) in counts {
        let plural = if count == 1 { "" } else { "s" };
        rows.push(row(&format!("{indent}({count} {noun}{plural})"), outcome.word(), ""));
    }
}

fn stage_row(plan: &Plan, trace: &Trace, at: usize, stopper: Option<usize>) -> Vec<String> {
    let (stage, happened) = (&plan.stages[at], &trace.stages[at]);
    let why = match happened.time {
        Some((start, end)) => format!("{start} to {end}"),
        None => why_skipped(plan, at, stopper),
    };
    row(&stage.name, happened.outcome.word(), why)
}

/// Those in focus before all others, then those in trouble; of the rest only how many.
fn substage_rows(rows: &mut Vec<Vec<String>>, plan: &Plan, trace: &Trace, stage: u32, focus: &Focus) {
    let traced = &trace.stages[stage as usize].substages;
    let places = || (0..).map(|substage| SubstageRef { stage, substage }).zip(traced);
    let rank = |at: &SubstageRef, traced: &SubstageTrace| match () {
        () if focus.substages.contains(at) => Some(0),
        () if is_trouble(traced) => Some(1),
        () if focus.has_stage(at.stage) && traced.outcome == Outcome::Skipped => Some(2),
        () => None,
    };
    let mut shown: Vec<(u8, SubstageRef)> = places().filter_map(|(at, traced)| Some((rank(&at, traced)?, at))).collect();
    shown.sort_unstable();
    shown.truncate(SUBSTAGES_SHOWN);
    let mut shown: Vec<SubstageRef> = shown.into_iter().map(|(_, at)| at).collect();
    shown.sort_unstable();
    // A stage that went as it should needs no count of its substages.
    if shown.is_empty() {
        return;
    }
    let mut told = Vec::new();
    for at in &shown {
        let (substage, traced) = (plan.substage(*at), trace.substage(*at));
        let mut why: Vec<String> = Vec::new();
        why.extend(traced.reason.map(|reason| because(plan, trace, *at, reason)));
        why.extend(was_retried(traced).then(|| attempts(traced)));
        if why.is_empty() {
            why.extend(time(traced).map(|(start, end)| format!("{start} to {end}")));
        }
        let by_itself = !is_late(traced);
        let is_default = !substage.origins.iter().any(|(name, _)| *name == "on_error");
        let (word, effect) = consequence(substage.on_error);
        // Said once a stage.
        if traced.outcome.is_failure() && by_itself && !told.contains(&(word, is_default)) {
            told.push((word, is_default));
            why.push(format!("`on_error = {word}`{} {effect}", if is_default { ", by default," } else { "" }));
        }
        rows.push(row(&format!("  {}", substage.name), traced.outcome.word(), why.join("; ")));
    }
    let rest = places().filter(|(at, _)| shown.binary_search(at).is_err()).map(|(_, traced)| traced.outcome).collect();
    count_row(rows, "  ", "substage", rest);
}

/// The policy's word, and what it makes of a failure.
pub fn consequence(policy: OnError) -> (&'static str, &'static str) {
    match policy {
        OnError::Abort => ("abort", "stops the pipeline at once"),
        OnError::Finish => ("finish", "stops the pipeline after this stage"),
        OnError::Continue => ("continue", "lets later stages run"),
        OnError::Ignore => ("ignore", "counts it as a success"),
    }
}

/// The attempts of the replica that had most.
fn attempts(substage: &SubstageTrace) -> String {
    let most = substage.replicas.iter().max_by_key(|replica| replica.attempts.len());
    let attempts = most.map(|replica| replica.attempts.as_slice()).unwrap_or_default();
    if let [first, rest @ ..] = attempts
        && rest.iter().all(|attempt| attempt.outcome == first.outcome)
    {
        return format!("{} attempts, each {}", attempts.len(), first.outcome.word());
    }
    let words: Vec<&str> = attempts.iter().take(SUBSTAGES_SHOWN).map(|attempt| attempt.outcome.word()).collect();
    let more = if attempts.len() > words.len() { ", …" } else { "" };
    format!("{} attempts: {}{more}", attempts.len(), words.join(", "))
}
