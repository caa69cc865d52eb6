//! Retries: which attempt's end is of which kind, and how long to wait.

use ecow::{EcoString, eco_format};

use super::model::{Backoff, RetryStrategy};
use crate::base::Duration;
use crate::plan::{ExitClass, RetryOn, Substage};
use crate::target::runner::own_codes;

const DEADLINE: &str = "lastRetry.message contains 'longer than the specified deadline'";
const EXITED: &str = "lastRetry.status == 'Failed' && lastRetry.message startsWith 'main: ' && \
                      (!(lastRetry.exitCode in ['137', '143']) || lastRetry.message contains 'OOMKilled')";

/// Whether any end of an attempt is tried again.
pub(super) fn is_retried(substage: &Substage) -> bool {
    substage.retry.limit > 0 && !substage.retry.on.is_empty()
}

/// The strategy of a substage, `None` if nothing is tried again. `own_timeout`: our runner ends what takes too long, and says so
/// by its exit code.
pub(super) fn strategy(substage: &Substage, own_timeout: bool) -> Option<RetryStrategy> {
    let retry = &substage.retry;
    if !is_retried(substage) {
        return None;
    }
    let backoff = (retry.delay.0 > 0).then(|| Backoff {
        duration: duration(retry.delay),
        // Argo's factor is a whole number; the capability says so.
        factor: retry.factor.ceil().clamp(1.0, f64::from(u32::MAX)) as u32,
        cap: retry.max_delay.map(duration),
    });
    let expression = expression(substage, own_timeout);
    Some(RetryStrategy { limit: eco_format!("{}", retry.limit), retry_policy: "Always", backoff, expression })
}

/// As Go reads it.
pub(super) fn duration(duration: Duration) -> EcoString {
    let ms = duration.0;
    match () {
        () if ms % 3_600_000 == 0 && ms > 0 => eco_format!("{}h", ms / 3_600_000),
        () if ms % 60_000 == 0 && ms > 0 => eco_format!("{}m", ms / 60_000),
        () if ms % 1_000 == 0 => eco_format!("{}s", ms / 1_000),
        () => eco_format!("{ms}ms"),
    }
}

fn expression(substage: &Substage, own_timeout: bool) -> Option<EcoString> {
    let on = &substage.retry.on;
    let wants = |outcome: RetryOn| on.contains(&outcome);
    let codes = |class: ExitClass| -> Vec<u8> {
        substage.exit_codes.iter().filter(|(_, is)| *is == class).map(|(code, _)| *code).collect()
    };
    let (unstable, lost) = (codes(ExitClass::Unstable), codes(ExitClass::Lost));
    let named: Vec<u8> = on
        .iter()
        .filter_map(|on| match on {
            RetryOn::Exit(code) => Some(*code),
            _ => None,
        })
        .collect();
    let wants_all = wants(RetryOn::Failed) && wants(RetryOn::TimedOut) && wants(RetryOn::Lost);
    if wants_all {
        let never: Vec<u8> = unstable.iter().filter(|code| !wants(RetryOn::Unstable) && !named.contains(code)).copied().collect();
        return (!never.is_empty()).then(|| not_among(&never).into());
    }

    let [took_too_long, ..] = own_codes(substage);
    let timed_out = if own_timeout { format!("({DEADLINE} || {})", among(&[took_too_long])) } else { DEADLINE.to_owned() };
    let mut other = [unstable.clone(), lost.clone()].concat();
    if own_timeout {
        other.push(took_too_long);
    }
    let mut wanted = Vec::new();
    if wants(RetryOn::Failed) {
        let except = if other.is_empty() { String::new() } else { format!(" && {}", not_among(&other)) };
        wanted.push(format!("{EXITED}{except}"));
    }
    if wants(RetryOn::TimedOut) {
        wanted.push(timed_out.clone());
    }
    if wants(RetryOn::Lost) {
        wanted.push(format!("!({EXITED}) && !({timed_out})"));
        if !lost.is_empty() {
            wanted.push(among(&lost));
        }
    }
    let mut raw = named;
    if wants(RetryOn::Unstable) {
        raw.extend(unstable);
    }
    if !raw.is_empty() {
        raw.sort_unstable();
        raw.dedup();
        wanted.push(among(&raw));
    }
    Some(wanted.join(" || ").into())
}

fn among(codes: &[u8]) -> String {
    match codes {
        [code] => format!("lastRetry.exitCode == '{code}'"),
        codes => format!("lastRetry.exitCode in [{}]", quoted(codes)),
    }
}

fn not_among(codes: &[u8]) -> String {
    match codes {
        [code] => format!("lastRetry.exitCode != '{code}'"),
        codes => format!("!(lastRetry.exitCode in [{}])", quoted(codes)),
    }
}

/// Codes as Argo has them: strings.
pub(super) fn quoted(codes: &[u8]) -> String {
    codes.iter().map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ")
}
