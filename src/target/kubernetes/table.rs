//! The pipeline as the driver reads it: a line for each stage, substage and gate, in words without blanks. See `rules.awk`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;

use crate::base::Duration;
use crate::plan::{Condition, Dispatch, Plan, RetryOn, Stage, Substage, SubstageRef};
use crate::target::names::{hex_digest, mangle, shorten};
use crate::target::runner::{has_own_timeout, own_codes};

/// `jobs`: the name of each substage's Jobs, in the plan's order.
pub(super) fn table(plan: &Plan, jobs: &[String]) -> String {
    let mut text = format!("pipeline {}\n", seconds(plan.deadline));
    let numbers = numbers(plan);
    let mut gates = Gates::default();
    let mut place = 0;
    for (index, stage) in plan.stages.iter().enumerate() {
        let parallel = stage.parallel.map_or("-".to_owned(), |parallel| parallel.to_string());
        let when = stage.when.as_ref().map_or("-".to_owned(), polish);
        let _ = writeln!(text, "stage {} {parallel} {} {when}", mangle(&stage.name), seconds(stage.deadline));
        for substage in order(stage) {
            let known = &stage.substages[substage];
            let line = line(stage, known, &jobs[place + substage], &gates.of(known, &numbers));
            let _ = writeln!(text, "{line}");
        }
        place += plan.stages[index].substages.len();
    }
    text + &gates.lines
}

/// The order in which substages of a stage start: the higher priority first, then as declared.
fn order(stage: &Stage) -> Vec<usize> {
    let mut order: Vec<usize> = (0..stage.substages.len()).collect();
    order.sort_by_key(|at| Reverse(stage.substages[*at].priority));
    order
}

/// The number of each substage in the table, from 1.
fn numbers(plan: &Plan) -> HashMap<SubstageRef, usize> {
    let stages = (0..).zip(&plan.stages);
    let places =
        stages.flat_map(|(stage, planned)| order(planned).into_iter().map(move |at| SubstageRef { stage, substage: at as u32 }));
    places.zip(1..).collect()
}

fn line(stage: &Stage, substage: &Substage, job: &str, gates: &str) -> String {
    let policy = substage.on_error.word();
    let (copies, need) = match substage.dispatch {
        Some(Dispatch { copies, need }) => (copies.to_string(), need.to_string()),
        None => ("-".into(), "-".into()),
    };
    let retry = &substage.retry;
    let locks: Vec<String> = substage.lock.iter().map(|lock| lock_name(lock)).collect();
    let (fingerprint, ttl) = match &substage.cache {
        Some(cache) => (substage.fingerprint.as_str(), seconds(cache.ttl)),
        None => ("-", "-".into()),
    };
    format!(
        "substage {} {job} {policy} {copies} {need} {} {} {} {} {} {} {} {fingerprint} {ttl} {gates}",
        path(stage, substage),
        retry.limit,
        seconds(Some(retry.delay)),
        retry.factor,
        seconds(retry.max_delay),
        list(retry.on.iter().map(on)),
        codes(substage),
        list(locks),
    )
}

/// The name of a substage in the table and in the state of a run.
fn path(stage: &Stage, substage: &Substage) -> String {
    format!("{}/{}", mangle(&stage.name), mangle(&substage.name))
}

/// The ConfigMap that says who holds a lock: the same for all pipelines.
pub(super) fn lock_name(lock: &str) -> String {
    shorten(&format!("o11n-lock-{}-{}", mangle(lock), &hex_digest(lock.as_bytes())[..6]), super::LONGEST_NAME)
}

fn codes(substage: &Substage) -> String {
    let known = substage.exit_codes.iter().map(|(code, class)| format!("{code}={}", class.word()));
    let own = has_own_timeout(substage).then(|| format!("{}=timed_out", own_codes(substage)[0]));
    list(known.chain(own))
}

fn on(on: &RetryOn) -> String {
    match on {
        RetryOn::Failed => "failed".into(),
        RetryOn::TimedOut => "timed_out".into(),
        RetryOn::Lost => "lost".into(),
        RetryOn::Unstable => "unstable".into(),
        RetryOn::Exit(code) => code.to_string(),
    }
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() { "-".into() } else { items.join(",") }
}

fn seconds(duration: Option<Duration>) -> String {
    duration.map_or("-".to_owned(), |duration| duration.as_seconds().to_string())
}

/// A condition in reverse Polish notation.
fn polish(condition: &Condition) -> String {
    match condition {
        Condition::Always => "always".into(),
        Condition::Succeeded => "succeeded".into(),
        Condition::Failed => "failed".into(),
        Condition::StageSucceeded(name) => format!("succeeded:{}", mangle(name)),
        Condition::StageFailed(name) => format!("failed:{}", mangle(name)),
        Condition::Not(inner) => format!("{} not", polish(inner)),
        Condition::And(left, right) => format!("{} {} and", polish(left), polish(right)),
        Condition::Or(left, right) => format!("{} {} or", polish(left), polish(right)),
    }
}

/// Needs that are the same list of substages are one gate, however many need it.
#[derive(Debug, Default)]
struct Gates {
    known: HashMap<(*const SubstageRef, usize, bool), usize>,
    lines: String,
}

impl Gates {
    /// The numbers of a substage's gates.
    fn of(&mut self, substage: &Substage, numbers: &HashMap<SubstageRef, usize>) -> String {
        let needs = substage.needs.iter().filter(|need| !need.members.is_empty());
        let gates = needs.map(|need| {
            let next = self.known.len() + 1;
            let gate = *self.known.entry((need.members.as_ptr(), need.members.len(), need.loads)).or_insert(next);
            if gate == next {
                let members: Vec<String> = need.members.iter().map(|member| numbers[member].to_string()).collect();
                let _ = writeln!(self.lines, "gate {gate} {} {}", u8::from(need.loads), members.join(" "));
            }
            gate.to_string()
        });
        list(gates)
    }
}
