//! One attempt: how it ends if nothing cuts it short, and whether another follows.

use super::{Attempt, End, Outcome};
use crate::plan::{ExitClass, Retry, RetryOn, Substage};

/// An attempt's end, by itself or by its timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    /// Where it ended by exiting.
    pub(super) code: Option<u8>,
    /// Milliseconds.
    pub(super) takes: i64,
}

/// How an attempt of this substage ends. One that takes exactly its timeout ends by itself.
pub(super) fn end(substage: &Substage, attempt: Attempt) -> Ended {
    let takes = attempt.takes.0;
    let timed_out = |takes| Ended { outcome: Outcome::TimedOut, code: None, takes };
    match (attempt.end, substage.timeout) {
        (End::TimedOut, timeout) => timed_out(timeout.map_or(takes, |timeout| timeout.0)),
        (_, Some(timeout)) if takes > timeout.0 => timed_out(timeout.0),
        (End::Lost, _) => Ended { outcome: Outcome::Lost, code: None, takes },
        (End::Exit(code), _) => Ended { outcome: class(&substage.exit_codes, code), code: Some(code), takes },
    }
}

/// What an exit code means.
fn class(listed: &[(u8, ExitClass)], code: u8) -> Outcome {
    if code == 0 {
        return Outcome::Succeeded;
    }
    match listed.iter().find(|(listed, _)| *listed == code) {
        Some((_, ExitClass::Unstable)) => Outcome::Unstable,
        Some((_, ExitClass::Lost)) => Outcome::Lost,
        Some((_, ExitClass::Failed)) | None => Outcome::Failed,
    }
}

/// The wait in milliseconds before the next attempt, if there is one after `attempt`, counted from 1.
pub(super) fn back_off(retry: &Retry, attempt: u32, outcome: Outcome, code: Option<u8>) -> Option<i64> {
    is_tried_again(retry, attempt, outcome, code).then(|| wait(retry, attempt))
}

pub(super) fn is_tried_again(retry: &Retry, attempt: u32, outcome: Outcome, code: Option<u8>) -> bool {
    attempt <= retry.limit
        && retry.on.iter().any(|on| match on {
            RetryOn::Failed => outcome == Outcome::Failed,
            RetryOn::TimedOut => outcome == Outcome::TimedOut,
            RetryOn::Lost => outcome == Outcome::Lost,
            RetryOn::Unstable => outcome == Outcome::Unstable,
            RetryOn::Exit(listed) => code == Some(*listed),
        })
}

/// The waits in milliseconds after the first attempts, this many.
pub(super) fn waits(retry: &Retry, attempts: u32) -> i64 {
    (1..=attempts).map(|attempt| wait(retry, attempt)).fold(0, i64::saturating_add)
}

/// The back-off after `attempt`, counted from 1, in milliseconds.
pub(super) fn wait(retry: &Retry, attempt: u32) -> i64 {
    let grown = retry.factor.powi(i32::try_from(attempt - 1).unwrap_or(i32::MAX));
    // A float beyond the range becomes the greatest int, which is what is meant; 0 times infinity becomes 0.
    let wait = (retry.delay.0 as f64 * grown).round() as i64;
    retry.max_delay.map_or(wait, |most| wait.min(most.0))
}
