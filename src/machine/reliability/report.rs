//! The document `o11n/reliability/1`, and doubts in words.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Bounds, Change, Doubt, Odds, Reliability, Remedy};
use crate::diag::listed;
use crate::plan::{Dispatch, Plan, RetryOn, SubstageRef};

/// The schema's name and version, first in every serialised document.
pub const RELIABILITY_SCHEMA: &str = "o11n/reliability/1";

/// What can be expected of a run, as tools read it. All figures are bounds; where `doubts` is empty both are the same.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// Always `o11n/reliability/1`.
    pub schema: &'static str,
    pub pipeline: String,
    /// Why not all figures are exact, for people.
    pub doubts: Vec<String>,
    /// What else to know about them, for people.
    pub notes: Vec<String>,
    pub run: Figures,
    /// Those whose attempts may go wrong, in the plan's order.
    pub substages: Vec<SubstageFigures>,
    /// Changes of those that break most runs, each by itself.
    pub remedies: Vec<RemedyFigures>,
}

/// Of a whole run.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Figures {
    /// The probability to end so; the three are 1 together.
    pub succeeded: Bounds,
    pub unstable: Bounds,
    pub failed: Bounds,
    /// How many can be expected.
    pub attempts: Bounds,
    pub gpu_hours: Bounds,
}

/// Of one substage in a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SubstageFigures {
    pub path: String,
    /// The probability that it makes an attempt.
    pub runs: Bounds,
    /// How many can be expected, of all its replicas.
    pub attempts: Bounds,
    pub gpu_hours: Bounds,
    /// The probability that it fails by itself and makes the run fail.
    pub breaks: Bounds,
}

/// A change of one substage, and of all its shards.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RemedyFigures {
    pub path: String,
    /// As the source would write it.
    pub change: String,
    pub retry: Option<RetryFigures>,
    pub dispatch: Option<Dispatch>,
    /// With this change alone.
    pub run: Figures,
    /// Why not all of them are exact, for people.
    pub doubts: Vec<String>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RetryFigures {
    pub limit: u32,
    /// Null if it stays as it is.
    pub on: Option<Vec<RetryOn>>,
}

impl Document {
    pub fn new(plan: &Plan, odds: &Odds, reliability: &Reliability, remedies: &[Remedy]) -> Self {
        let substage = |at: SubstageRef| {
            let share = reliability.share(at);
            SubstageFigures {
                path: plan.path(at),
                runs: share.runs,
                attempts: share.attempts,
                gpu_hours: share.gpu_hours(plan, at),
                breaks: share.breaks,
            }
        };
        let remedy = |remedy: &Remedy| {
            let (retry, dispatch) = match &remedy.change {
                Change::Retry { limit, on } => (Some(RetryFigures { limit: *limit, on: on.clone() }), None),
                Change::Dispatch(dispatch) => (None, Some(*dispatch)),
            };
            RemedyFigures {
                path: remedy.family.path.clone(),
                change: remedy.change.to_string(),
                retry,
                dispatch,
                run: Figures::new(plan, &remedy.reliability),
                doubts: remedy.reliability.doubts_in_words(plan),
            }
        };
        let overlong: Vec<String> = odds.overlong(plan).map(|at| format!("`{}`", plan.path(at))).collect();
        let note =
            || format!("attempts of {} take longer than their timeout, so all of them are timed out", listed(overlong.iter()));
        Self {
            schema: RELIABILITY_SCHEMA,
            pipeline: plan.pipeline.to_string(),
            doubts: reliability.doubts_in_words(plan),
            notes: if overlong.is_empty() { Vec::new() } else { vec![note()] },
            run: Figures::new(plan, reliability),
            substages: odds.flaky(plan).map(substage).collect(),
            remedies: remedies.iter().map(remedy).collect(),
        }
    }
}

impl Figures {
    pub fn new(plan: &Plan, reliability: &Reliability) -> Self {
        Self {
            succeeded: reliability.succeeded,
            unstable: reliability.unstable,
            failed: reliability.failed,
            attempts: reliability.attempts(),
            gpu_hours: reliability.gpu_hours(plan),
        }
    }
}

impl Reliability {
    fn doubts_in_words(&self, plan: &Plan) -> Vec<String> {
        self.doubts.iter().map(|doubt| doubt.text(plan)).collect()
    }
}

impl Doubt {
    /// In words.
    pub fn text(self, plan: &Plan) -> String {
        let stage = |index: u32| format!("`{}`", plan.stages[index as usize].name);
        let waits = "its substages wait for slots, locks or each other";
        match self {
            Self::Abort(at) => format!("what an abort cuts in {} depends on who has started, and {waits}", stage(at)),
            Self::Deadline(at) => format!("the deadline of {} may pass, and {waits}", stage(at)),
            Self::PipelineDeadline(at) => format!("the pipeline's deadline may pass in {}", stage(at)),
            Self::Needs(at) => format!("a later stage needs what an abort may have cut in {}", stage(at)),
            Self::Dispatch(at) => format!("the dispatch of `{}` has too many courses", plan.path(at)),
            Self::Combinations(at) => format!("{} can end in too many combinations", stage(at)),
        }
    }
}
