//! What the fake node is told to play, and what it reports.

use super::super::conformance::case::copies;
use o11n::base::Duration;
use o11n::machine::{AttemptTrace, Behaviour, End, Outcome, Trace};
use o11n::plan::{Plan, Substage, SubstageRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One run of what the compiler wrote. See `tests/engines/cluster/fake-node/run.go`.
#[derive(Default, Serialize)]
pub struct Job {
    pub id: String,
    pub setup: String,
    pub text: String,
    pub attempts: BTreeMap<String, Vec<Attempt>>,
    /// After so many seconds the driver is thrown off its node; 0: never.
    pub interrupts: f64,
    /// Requests of the driver fail now and then, and for some seconds all of them do.
    pub troubled: bool,
    /// A folder with the only programs that the driver has; empty: all that are here.
    pub tools: String,
    /// The report tells what the containers of substages are given.
    pub reads: bool,
    /// How long an attempt waits for what should have happened before it ends, in seconds.
    pub patience: f64,
    /// In seconds.
    pub limit: f64,
}

#[derive(Serialize)]
pub struct Attempt {
    end: &'static str,
    code: u8,
    out_of_memory: bool,
    takes: f64,
    /// Seconds between the last of `after` and its own end.
    gap: f64,
    after: Vec<String>,
}

#[derive(Deserialize)]
pub struct Report {
    pub id: String,
    #[serde(default)]
    pub workflows: Option<Vec<Workflow>>,
    #[serde(default)]
    pub jobs: Option<Vec<JobState>>,
    pub pods: Option<Vec<Pod>>,
    pub problems: Option<Vec<String>>,
    pub notes: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct Workflow {
    pub name: String,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// How it was told to stop, if it was.
    pub shutdown: Option<String>,
    /// `activeDeadlineSeconds`.
    pub deadline: Option<f64>,
    pub status: Option<Value>,
}

/// A Job that was created by the node, not by a driver.
#[derive(Debug, Deserialize)]
pub struct JobState {
    /// `Complete`, `Failed`, or empty.
    pub end: String,
    /// Why it failed.
    #[serde(default)]
    pub reason: String,
    /// Of what it is, as its labels say.
    #[serde(default)]
    pub stage: String,
    #[serde(default)]
    pub substage: String,
    /// What its driver keeps, if it has one.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub outcome: String,
}

#[derive(Debug, Deserialize)]
pub struct Pod {
    pub node: String,
    #[serde(default)]
    pub stage: String,
    #[serde(default)]
    pub substage: String,
    #[serde(default)]
    pub replica: u32,
    #[serde(default)]
    pub attempt: u32,
    pub start: f64,
    pub end: Option<f64>,
    #[serde(default)]
    pub cause: String,
    pub code: Option<u8>,
    pub given: Option<Given>,
}

/// What a container gets from Kubernetes.
#[derive(Debug, Deserialize)]
pub struct Given {
    pub words: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// By their paths.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// A name as it stands in Kubernetes: see `docs/targets/argo.md`.
pub fn step_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' => out.push(c.to_ascii_lowercase()),
            _ if c.is_alphanumeric() => out.push_str(&format!("u{:x}", u32::from(c))),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// The name by which an attempt of a replica is known to the node, both counted from 1.
fn key(plan: &Plan, at: SubstageRef, replica: usize) -> String {
    let stage = &plan.stages[at.stage as usize];
    format!("{}/{}#{replica}", stage.name, stage.substages[at.substage as usize].name)
}

/// How long an attempt waits for what should have happened before it ends, in seconds, if engine and machine wait alike.
pub const PATIENCE: f64 = 20.0;

/// Longer than any run: what does not end by itself.
const NEVER: f64 = 3_600.0;

/// How all attempts shall end, so that what happens is what the trace says, in its order, if the engine keeps the rules.
///
/// What the machine cuts short, or does not start at all, never ends by itself: so the engine has time to cut it.
pub fn attempts(plan: &Plan, behaviour: &dyn Behaviour, trace: &Trace) -> BTreeMap<String, Vec<Attempt>> {
    let mut all = BTreeMap::new();
    for (stage, planned) in (0..).zip(&plan.stages) {
        let events = Events::of(plan, trace, stage);
        for (substage, known) in (0..).zip(&planned.substages) {
            let at = SubstageRef { stage, substage };
            for replica in 1..=copies(known) {
                let traced = trace.substage(at).replicas.get(replica as usize - 1).map_or(&[][..], |replica| &replica.attempts);
                let attempts = (1..=known.retry.limit + 1).map(|number| {
                    let end = behaviour.attempt(at, replica, number).end;
                    match traced.get(number as usize - 1) {
                        Some(traced) if ends_by_itself(traced) => events.attempt(known, end, traced, number),
                        _ => Attempt { end: "never", code: 0, out_of_memory: false, takes: NEVER, gap: 0.0, after: Vec::new() },
                    }
                });
                all.insert(key(plan, at, replica as usize), attempts.collect());
            }
        }
    }
    all
}

/// The same, as soon as each attempt's time is over.
pub fn in_any_order(mut all: BTreeMap<String, Vec<Attempt>>) -> BTreeMap<String, Vec<Attempt>> {
    all.values_mut().flatten().for_each(|attempt| attempt.after.clear());
    all
}

fn ends_by_itself(attempt: &AttemptTrace) -> bool {
    matches!(attempt.outcome, Outcome::Succeeded | Outcome::Unstable | Outcome::Failed | Outcome::Lost)
}

/// Starts and ends of attempts in one stage, as the machine has them.
struct Events(Vec<(Duration, String)>);

impl Events {
    fn of(plan: &Plan, trace: &Trace, stage: u32) -> Self {
        let mut events = Vec::new();
        for (substage, traced) in (0..).zip(&trace.stages[stage as usize].substages) {
            for (replica, traced) in (1..).zip(&traced.replicas) {
                let key = key(plan, SubstageRef { stage, substage }, replica);
                for (number, attempt) in (1..).zip(&traced.attempts) {
                    events.push((attempt.start, format!("S {key}@{number}")));
                    let has_own_timeout = plan.stages[stage as usize].substages[substage as usize].timeout.is_some();
                    if ends_by_itself(attempt) || attempt.outcome == Outcome::TimedOut && has_own_timeout {
                        events.push((attempt.end, format!("E {key}@{number}")));
                    }
                }
            }
        }
        Self(events)
    }

    fn attempt(&self, substage: &Substage, end: End, traced: &AttemptTrace, number: u32) -> Attempt {
        let before = self.0.iter().filter(|(time, _)| *time < traced.end);
        let (end, code) = match end {
            End::Exit(code) => ("exit", code),
            // Both ways in which pods are lost.
            End::Lost => (if number % 2 == 1 { "evicted" } else { "deleted" }, 0),
            End::TimedOut => ("never", 0),
        };
        Attempt {
            end,
            code,
            out_of_memory: code == 137,
            takes: (traced.end.0 - traced.start.0) as f64 / 1_000.0,
            gap: match end {
                // Argo makes a pod anew that goes before it has seen it run.
                "deleted" => 2.5,
                // Argo tells times in whole seconds, and has to know which replica passed first.
                _ if copies(substage) > 1 => 1.1,
                _ => 0.0,
            },
            after: before.map(|(_, event)| event.clone()).collect(),
        }
    }
}
