//! Deadlines against the time that the attempts may take: what cannot fit is worth a warning.

use super::eval::Eval;
use super::model::{Condition, Plan, RetryOn, Stage, Substage};
use crate::base::{Duration, Span};
use crate::diag::{Code, Diagnostic};

/// Warns of stages, and of a pipeline, whose deadline is shorter than all timeouts in a row need at least.
pub(super) fn check(eval: &mut Eval<'_>, plan: &Plan) {
    let mut whole = 0i64;
    for (at, stage) in plan.stages.iter().enumerate() {
        let (least, longest) = least_time(plan, at, stage);
        let mut counted = least;
        if let Some(deadline) = stage.deadline {
            counted = counted.min(deadline.0);
            if least > deadline.0 {
                let span = origin(&stage.origins, stage.span);
                let message = format!("the deadline of the stage `{}` is shorter than its attempts may take", stage.name);
                let mut diagnostic = Diagnostic::at(Code::TightDeadline, span, message, format!("this is {deadline}"))
                    .note(format!("with every attempt at its timeout, the stage takes {} at least", Duration(least)));
                if let Some(substage) = longest {
                    let shown = format!("`{}` alone may take {}", substage.name, Duration(full_time(substage)));
                    diagnostic = diagnostic.label(substage.span, shown);
                }
                eval.report(diagnostic.help("raise the deadline, or lower the timeout or the retries"));
            }
        }
        // A stage that runs only after a failure is not part of a full run.
        if matches!(stage.when, None | Some(Condition::Always | Condition::Succeeded)) {
            whole = whole.saturating_add(counted);
        }
    }
    if let Some(deadline) = plan.deadline.filter(|deadline| whole > deadline.0) {
        let span = origin(&plan.origins, plan.span);
        let message = format!("the deadline of the pipeline `{}` is shorter than its stages may take", plan.pipeline);
        let diagnostic = Diagnostic::at(Code::TightDeadline, span, message, format!("this is {deadline}"))
            .note(format!("with every attempt at its timeout, the stages take {} at least", Duration(whole)));
        eval.report(diagnostic.help("raise the deadline, or lower timeouts or retries"));
    }
}

fn origin(origins: &[(&'static str, Span)], otherwise: Span) -> Span {
    origins.iter().find(|(name, _)| *name == "deadline").map_or(otherwise, |(_, span)| *span)
}

/// The least time that a stage takes when every attempt takes its timeout: the longest chain of needs, and the sum over
/// its width. With the substage that takes longest by itself.
fn least_time<'p>(plan: &'p Plan, at: usize, stage: &'p Stage) -> (i64, Option<&'p Substage>) {
    let times: Vec<i64> = stage.substages.iter().map(full_time).collect();
    let longest = times.iter().enumerate().max_by_key(|(index, time)| (**time, std::cmp::Reverse(*index)));
    let Some((longest, &most)) = longest else { return (0, None) };
    if most == 0 {
        return (0, None);
    }
    let sum = times.iter().fold(0i64, |sum, time| sum.saturating_add(*time));
    let by_width = stage.parallel.map_or(0, |width| sum / i64::from(width.max(1)));
    let by_needs = longest_chain(plan, at, &times);
    (by_width.max(by_needs), Some(&stage.substages[longest]))
}

/// The longest chain of needs within a stage, which is free of rings. The members of a family end together at most.
fn longest_chain(plan: &Plan, at: usize, times: &[i64]) -> i64 {
    let substages = &plan.stages[at].substages;
    let own = |substage: &Substage| {
        let members = substage.needs.iter().flat_map(|need| need.members.iter());
        members.filter(|member| member.stage as usize == at).map(|member| member.substage as usize).collect::<Vec<_>>()
    };
    let mut ends: Vec<Option<i64>> = vec![None; times.len()];
    for start in 0..times.len() {
        let mut stack = vec![start];
        while let Some(&next) = stack.last() {
            if ends[next].is_some() {
                stack.pop();
                continue;
            }
            let needed = own(&substages[next]);
            let open: Vec<usize> = needed.iter().copied().filter(|needed| ends[*needed].is_none()).collect();
            if open.is_empty() {
                let begins = needed.iter().filter_map(|needed| ends[*needed]).max().unwrap_or(0);
                ends[next] = Some(begins.saturating_add(times[next]));
                stack.pop();
            } else {
                stack.extend(open);
            }
        }
    }
    ends.into_iter().flatten().max().unwrap_or(0)
}

/// All attempts of a substage, each at its timeout, with the waits between them. Zero where it has no timeout. Where a
/// timeout is not tried again, there is one such attempt.
fn full_time(substage: &Substage) -> i64 {
    let Some(timeout) = substage.timeout else { return 0 };
    let retry = &substage.retry;
    let retries = if retry.on.contains(&RetryOn::TimedOut) { i64::from(retry.limit) } else { 0 };
    let attempts = timeout.0.saturating_mul(retries + 1);
    let mut waits = 0i64;
    let mut wait = retry.delay.0 as f64;
    for _ in 0..retries {
        let capped = retry.max_delay.map_or(wait, |most| wait.min(most.0 as f64));
        // A float beyond the range becomes the greatest int, which is what is meant.
        waits = waits.saturating_add(capped as i64);
        wait *= retry.factor;
    }
    attempts.saturating_add(waits)
}
