//! What would help: the figures of the same plan with one more retry of a substage, or with it run several times over.

use super::super::{Attempt, Outcome, attempt};
use super::{Odds, Reliability, reliability};
use crate::plan::{Dispatch, Plan, Retry, RetryOn, Substage, SubstageRef};

/// A substage as it is written: all its shards change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// `stage/substage`.
    pub path: String,
    /// Never empty.
    pub members: Vec<SubstageRef>,
}

/// A change of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `retry` with this limit; with this `on`, where what goes wrong was not tried again.
    Retry {
        limit: u32,
        on: Option<Vec<RetryOn>>,
    },
    Dispatch(Dispatch),
}

/// A change and what can be expected of a run with it.
#[derive(Clone, Debug)]
pub struct Remedy {
    pub family: Family,
    pub change: Change,
    pub reliability: Reliability,
}

/// Families whose attempts may go wrong, those that break most runs first.
pub fn worst(plan: &Plan, odds: &Odds, found: &Reliability) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for at in odds.flaky(plan) {
        let path = match &plan.substage(at).shard {
            Some(shard) => format!("{}/{}", plan.stages[at.stage as usize].name, shard.family),
            None => plan.path(at),
        };
        // Shards of one substage stand side by side.
        match families.last_mut().filter(|last| last.path == path) {
            Some(family) => family.members.push(at),
            None => families.push(Family { path, members: vec![at] }),
        }
    }
    let breaks = |family: &Family| family.members.iter().map(|at| found.share(*at).breaks.most).sum::<f64>();
    families.sort_by(|left, right| breaks(right).total_cmp(&breaks(left)));
    families
}

/// The remedies for a family: one more retry; two of three, or one more copy of what is dispatched already. Shards are not
/// dispatched.
pub fn remedies(plan: &Plan, odds: &Odds, family: &Family) -> Vec<Remedy> {
    let first = family.members[0];
    let substage = plan.substage(first);
    let dispatch = match substage.dispatch {
        Some(Dispatch { copies, need }) => copies.checked_add(1).map(|copies| Change::Dispatch(Dispatch { copies, need })),
        None if substage.shard.is_some() => None,
        None => Some(Change::Dispatch(Dispatch { copies: 3, need: 2 })),
    };
    let changed = |change: Change| {
        let mut plan = plan.clone();
        for at in &family.members {
            change.apply(&mut plan.stages[at.stage as usize].substages[at.substage as usize]);
        }
        Remedy { family: family.clone(), change, reliability: reliability(&plan, odds) }
    };
    one_more(substage, odds, first).into_iter().chain(dispatch).map(changed).collect()
}

/// One more attempt after what goes wrong.
fn one_more(substage: &Substage, odds: &Odds, at: SubstageRef) -> Option<Change> {
    let retry = Retry { limit: substage.retry.limit.max(1), ..substage.retry.clone() };
    let mut on = retry.on.clone();
    for (end, _) in odds.ends(at) {
        let ended = attempt::end(substage, Attempt { end, takes: odds.duration(at) });
        let missing = match ended.outcome {
            Outcome::Failed => RetryOn::Failed,
            Outcome::TimedOut => RetryOn::TimedOut,
            Outcome::Lost => RetryOn::Lost,
            _ => continue,
        };
        if !attempt::is_tried_again(&retry, 1, ended.outcome, ended.code) && !on.contains(&missing) {
            on.push(missing);
        }
    }
    if on.len() > retry.on.len() {
        return Some(Change::Retry { limit: retry.limit, on: Some(on) });
    }
    let limit = substage.retry.limit.checked_add(1)?;
    Some(Change::Retry { limit, on: None })
}

impl Change {
    fn apply(&self, substage: &mut Substage) {
        match self {
            Self::Retry { limit, on } => {
                substage.retry.limit = *limit;
                if let Some(on) = on {
                    substage.retry.on.clone_from(on);
                }
            }
            Self::Dispatch(dispatch) => substage.dispatch = Some(*dispatch),
        }
    }
}

/// As the source would write it.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Retry { limit, on: None } => write!(f, "retry = {limit}"),
            Self::Retry { limit, on: Some(on) } => {
                let on = on.iter().map(|on| match on {
                    RetryOn::Failed => "failed".to_owned(),
                    RetryOn::TimedOut => "timed_out".to_owned(),
                    RetryOn::Lost => "lost".to_owned(),
                    RetryOn::Unstable => "unstable".to_owned(),
                    RetryOn::Exit(code) => format!("exit({code})"),
                });
                write!(f, "retry {{ limit = {limit}  on = [{}] }}", on.collect::<Vec<_>>().join(", "))
            }
            Self::Dispatch(Dispatch { copies, need }) => write!(f, "dispatch {{ copies = {copies}  need = {need} }}"),
        }
    }
}
