//! Random pipelines with random outcomes, made fit for an engine that lives by the clock.
//!
//! What is drawn has times that often meet, which is the machine's affair. Here no two attempts of a stage end at once, what is cut
//! by the clock is cut long after everything else has happened, and the rest is as it was drawn.

use super::case::{Case, Script, plan_of};
use anyhow::{Result, anyhow};
use o11n::base::Duration;
use o11n::machine::{Attempt, End};
use o11n::plan::{Plan, SubstageRef};
use o11n_sketch::{Features, OnError, RetryOn, Settings, Sketch, Stage};
use std::time::Duration as Time;

/// What the names of these cases begin with.
pub const NAME: &str = "generated";

/// Of one attempt of a stage's first substage, and how much longer each further one's: an engine that sees two times run out sees one
/// of them first, and needs a while to abort the other.
const TIMEOUT: Time = Time::from_secs(15);
const APART: Time = Time::from_secs(2);
const APART_BY_ABORT: Time = Time::from_secs(12);
/// The longest wait between two attempts.
const LONGEST_DELAY: Time = Time::from_secs(2);
/// What each attempt adds to the deadline of its stage.
const SHARE_OF_DEADLINE: Time = Time::from_secs(4);
/// Attempts that were drawn to take so long never end by themselves where a deadline can end them.
const LONG: Time = Time::from_secs(4);
const ENDLESS: Duration = Duration(3_600_000);

/// A run may take so long on the engine.
const LONGEST: Duration = Duration(100_000);

/// What engines can be made to show.
pub fn features() -> Features {
    Features { odd_times: false, ..Features::default() }
}

/// What one stage can have whose substages know nothing of each other.
pub fn features_of_one_stage() -> Features {
    Features {
        stages: 1,
        policies: false,
        conditions: false,
        absent: false,
        parallel: false,
        locks: false,
        needs: false,
        loads: false,
        cache: false,
        ..features()
    }
}

/// So many cases of a seed, made fit, by their numbers; without those that would take minutes.
pub fn cases(seed: u64, count: usize, features: &Features) -> Result<Vec<Case>> {
    let mut cases = Vec::with_capacity(count);
    for number in 0.. {
        if cases.len() == count {
            break;
        }
        let name = format!("{NAME}: {number} of seed {seed}");
        let case = case(name, &o11n_sketch::case(seed, number, features))?;
        if case.trace.duration <= LONGEST {
            cases.push(case);
        }
    }
    Ok(cases)
}

/// A case made fit.
pub fn case(name: String, drawn: &o11n_sketch::Case) -> Result<Case> {
    let sketch = calm(drawn.sketch.clone());
    let source = distinct(&sketch.source());
    let plan = plan_of(&source)?;
    let script = script(drawn, &plan)?;
    let shown = format!("{source}{}", drawn.outcomes);
    Ok(Case::new(name, shown, plan, script))
}

/// The same pipeline with times that an engine can keep apart.
fn calm(mut sketch: Sketch) -> Sketch {
    let attempts = |stage: &Stage, sketch: &Sketch| {
        let planned = sketch.planned().filter(|planned| planned.stage.name == stage.name);
        planned.map(|planned| planned.attempts * planned.copies).sum::<u32>().max(3)
    };
    let shares: Vec<Time> = sketch.stages.iter().map(|stage| SHARE_OF_DEADLINE * (attempts(stage, &sketch) + 3)).collect();
    sketch.deadline = sketch.deadline.map(|_| shares.iter().sum());
    settle(&mut sketch.settings);
    for (stage, share) in sketch.stages.iter_mut().zip(&shares) {
        stage.deadline = stage.deadline.map(|_| *share);
        settle(&mut stage.settings);
        let inside = stage.substages.iter().map(|substage| &substage.settings);
        let aborts = |level: &Settings| level.on_error == Some(OnError::Abort);
        let aborts = inside.chain([&sketch.settings, &stage.settings]).any(aborts);
        let apart = if aborts { APART_BY_ABORT } else { APART };
        for (substage, later) in stage.substages.iter_mut().zip(0..) {
            settle(&mut substage.settings);
            let levels = [&substage.settings, &stage.settings, &sketch.settings];
            if levels.iter().any(|level| level.timeout.is_some()) {
                substage.settings.timeout = Some(TIMEOUT + apart * later);
            }
        }
    }
    sketch
}

/// The same with a body of its own for each substage: what is alike is one thing to the cache.
fn distinct(source: &str) -> String {
    let mut parts = source.split("run = \"true\"");
    let first = parts.next().unwrap_or_default().to_owned();
    (1..).zip(parts).fold(first, |text, (number, part)| format!("{text}run = \"true {number}\"{part}"))
}

fn settle(settings: &mut Settings) {
    settings.timeout = settings.timeout.map(|_| TIMEOUT);
    if let Some(retry) = &mut settings.retry {
        retry.delay = retry.delay.map(|delay| delay.min(Time::from_secs(1)));
        retry.max_delay = Some(retry.max_delay.unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY));
        // Argo never tries a success again, as the compiler warns, and then what follows waits for what does not come.
        if let Some(on) = &mut retry.on {
            on.retain(|on| *on != RetryOn::Exit(0));
            if on.is_empty() {
                on.push(RetryOn::Failed);
            }
        }
    }
}

fn script(drawn: &o11n_sketch::Case, plan: &Plan) -> Result<Script> {
    let (sketch, outcomes) = (&drawn.sketch, &drawn.outcomes);
    let mut script = Script::default();
    for planned in sketch.planned() {
        let at = find(plan, &planned.path()).ok_or_else(|| anyhow!("{} is not in the plan", planned.path()))?;
        if outcomes.is_cached(&planned.path()) {
            script.cached.insert(at);
        }
        let has_deadline = sketch.deadline.is_some() || planned.stage.deadline.is_some();
        for replica in 1..=planned.copies {
            let attempts = (1..=planned.attempts).map(|number| {
                let drawn = outcomes.attempt(&planned.path(), replica, number);
                let takes = Duration(
                    300 + 100 * i64::try_from(drawn.takes.as_secs()).unwrap_or(0)
                        + 7 * i64::from(replica)
                        + 13 * i64::from(at.substage)
                        + 3 * i64::from(number),
                );
                let is_endless = has_deadline && drawn.takes >= LONG;
                let end = match drawn.end {
                    o11n_sketch::End::Exit(code) => End::Exit(code),
                    o11n_sketch::End::TimedOut if planned.timeout.is_some() => End::TimedOut,
                    o11n_sketch::End::TimedOut => End::Exit(1),
                    o11n_sketch::End::Lost => End::Lost,
                };
                let is_late = planned.timeout.is_some_and(|timeout| drawn.takes > timeout);
                let end = if is_late { End::TimedOut } else { end };
                Attempt { end, takes: if is_endless { ENDLESS } else { takes } }
            });
            script.attempts.insert((at, replica), attempts.collect());
        }
    }
    Ok(script)
}

fn find(plan: &Plan, path: &str) -> Option<SubstageRef> {
    let (stage, substage) = path.split_once('/')?;
    let at = plan.stages.iter().position(|known| known.name == stage)?;
    let inner = plan.stages[at].substages.iter().position(|known| known.name == substage)?;
    Some(SubstageRef { stage: u32::try_from(at).ok()?, substage: u32::try_from(inner).ok()? })
}
