//! The boards of cases of which a part runs on Jenkins: a played one, whose builds end as the case says.

use super::super::conformance::case::Case;
use super::super::tally::Tally;
use anyhow::Result;
use o11n::machine::{Behaviour, End, Outcome};
use o11n::plan::SubstageRef;
use o11n_played_jenkins::{Build, Jenkins, Parameters, Plan as Planned};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A Jenkins for all cases: each has a job of its own.
pub struct Boards {
    jenkins: Jenkins,
    cases: Arc<Mutex<HashMap<String, Case>>>,
}

impl Boards {
    pub fn start() -> Result<Self> {
        let cases: Arc<Mutex<HashMap<String, Case>>> = Arc::default();
        let known = Arc::clone(&cases);
        let plan = move |job: &str, parameters: &Parameters| {
            let cases = known.lock().unwrap_or_else(PoisonError::into_inner);
            cases.get(job).and_then(|case| planned(case, parameters)).unwrap_or_else(|| ends("exit 99", Duration::ZERO))
        };
        let jenkins = Jenkins::start(plan, |_| None)?;
        // `bot:s3cr3t`, as in the cluster's Secret.
        jenkins.require("Basic Ym90OnMzY3IzdA==");
        Ok(Self { jenkins, cases })
    }

    /// Gives each case its job.
    pub fn equip(&self, cases: Vec<Case>) -> Vec<Case> {
        let mut known = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let equip = |(number, mut case): (usize, Case)| {
            let job = format!("ci/boards-{number}");
            let settings = case.plan.targets.entry("argo".into()).or_default();
            settings.insert("jenkins_url".into(), self.jenkins.url().into());
            settings.insert("jenkins_job".into(), job.clone().into());
            known.insert(job, case.clone());
            case
        };
        cases.into_iter().enumerate().map(equip).collect()
    }

    /// No build is left running, and of each attempt there was one.
    pub fn judge(&self, tally: &mut Tally) {
        let builds = self.jenkins.builds();
        let left: Vec<&str> = builds.iter().filter(|build| build.is_building()).map(Build::key).collect();
        let is_over = left.is_empty() && self.jenkins.queued() == 0;
        tally.accepts("all builds are over", if is_over { Ok(()) } else { Err(left.join(", ")) });
        // Nothing goes wrong here that would excuse a second one, though it would do no harm.
        let again: Vec<&str> = builds.iter().filter(|build| !build.has_run()).map(Build::key).collect();
        tally.accepts("no attempt has two builds", if again.is_empty() { Ok(()) } else { Err(again.join(", ")) });
        println!("argo: {} builds on boards", builds.len());
    }
}

/// What a build does, by its step and the attempt in its key.
fn planned(case: &Case, parameters: &Parameters) -> Option<Planned> {
    let (key, path) = (parameters.get("O11N_KEY")?, parameters.get("O11N_STEP")?);
    let at = (0..).zip(&case.plan.stages).find_map(|(stage, planned)| {
        let mut substages = (0..).zip(&planned.substages);
        let found = substages.find(|(_, substage)| format!("{}/{}", planned.name, substage.name) == *path);
        found.map(|(substage, _)| SubstageRef { stage, substage })
    })?;
    let attempt: u32 = key.rsplit_once('@')?.1.parse().ok()?;
    let replica = replica(key);
    let traced = case.trace.substage(at).replicas.get(replica as usize - 1)?.attempts.get(attempt as usize - 1);
    let behaviour = case.script.attempt(at, replica, attempt);
    // A played minute is long: what is to time out does so at once.
    let takes = Duration::from_millis(u64::try_from(behaviour.takes.0).unwrap_or(0));
    Some(match (behaviour.end, traced.map(|traced| traced.outcome)) {
        (_, None | Some(Outcome::Cancelled)) => ends("exit 98", NEVER),
        (End::TimedOut, Some(Outcome::TimedOut)) => ends("timed out", takes.min(Duration::from_secs(2))),
        (_, Some(Outcome::TimedOut)) => ends("exit 97", NEVER),
        (End::Exit(code), _) => ends(&format!("exit {code}"), takes),
        // Every second time it is not the board that is lost, but the node with the pod that waits for it.
        (End::Lost, _) if attempt.is_multiple_of(2) => ends("exit 96", NEVER),
        (_, _) => ends("lost", takes),
    })
}

const NEVER: Duration = Duration::from_secs(3_600);

fn ends(how: &str, takes: Duration) -> Planned {
    Planned { waits: Duration::from_millis(50), takes, result: "FAILURE", description: format!("o11n: {how}") }
}

/// The copy of a dispatch that a key is of: Argo's node has its number.
fn replica(key: &str) -> u32 {
    let digits = key.split("[0].r").nth(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(1)
}
