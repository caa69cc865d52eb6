//! What happened in a run, in the plan's own order: `stages[i]` is the plan's stage i, `substages[j]` its substage j.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::Duration;
use crate::plan::SubstageRef;

/// How something ended. Which of them can be met depends on what it is: see each type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    /// Passed with a warning: an exit code that `exit_codes` lists as such.
    Unstable,
    Failed,
    TimedOut,
    /// Ended by the infrastructure's fault.
    Lost,
    /// Ended by an abort, by a decided dispatch, or never started because of a deadline.
    Cancelled,
    Skipped,
    Cached,
}

impl Outcome {
    pub const ALL: [Self; 8] =
        [Self::Succeeded, Self::Unstable, Self::Failed, Self::TimedOut, Self::Lost, Self::Cancelled, Self::Skipped, Self::Cached];

    /// Whether it opens the gates of what needs it, where nothing was ignored.
    pub fn passes(self) -> bool {
        matches!(self, Self::Succeeded | Self::Unstable | Self::Cached)
    }

    /// Whether a policy acts on it, where a substage ends so by itself.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Lost)
    }

    /// The outcome that this word of the language names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// The language's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Unstable => "unstable",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Cached => "cached",
        }
    }
}

/// One run. All times count from its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// `Succeeded`, `Unstable` or `Failed`.
    pub outcome: Outcome,
    /// The end of the last stage that ran; 0 if none did.
    pub duration: Duration,
    pub stages: Vec<StageTrace>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StageTrace {
    /// `Succeeded`, `Unstable`, `Failed` or `Skipped`.
    pub outcome: Outcome,
    /// Start and end; none if skipped.
    pub time: Option<(Duration, Duration)>,
    pub substages: Vec<SubstageTrace>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SubstageTrace {
    /// Any outcome.
    pub outcome: Outcome,
    /// Whether it failed by itself and `ignore` made it count as success.
    pub ignored: bool,
    /// Why it ended so, where its outcome alone does not say.
    pub reason: Option<Reason>,
    /// None where it is skipped or cached; else one for each copy.
    pub replicas: Vec<ReplicaTrace>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaTrace {
    /// As an attempt.
    pub outcome: Outcome,
    /// Empty where it never started.
    pub attempts: Vec<AttemptTrace>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttemptTrace {
    /// `Succeeded`, `Unstable`, `Failed`, `TimedOut`, `Lost` or `Cancelled`.
    pub outcome: Outcome,
    /// The exit code, whatever `exit_codes` makes of it; none for `TimedOut`, `Lost` by the infrastructure, `Cancelled`.
    pub code: Option<u8>,
    pub start: Duration,
    pub end: Duration,
}

/// Why a substage ended as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The code of its last attempt, not 0.
    Exit(u8),
    /// An attempt's timeout.
    Timeout,
    /// The stage's deadline.
    StageDeadline,
    /// The pipeline's deadline.
    PipelineDeadline,
    /// A sibling's abort.
    Abort(SubstageRef),
    /// The stage did not run.
    When,
    /// What it needs did not pass.
    Need(SubstageRef),
    /// A dispatch of which too few replicas passed: how many did, how many must.
    Quorum { passed: u32, need: u32 },
}

impl Trace {
    pub fn substage(&self, at: SubstageRef) -> &SubstageTrace {
        &self.stages[at.stage as usize].substages[at.substage as usize]
    }
}

impl SubstageTrace {
    /// The attempts of all replicas.
    pub fn attempts(&self) -> u64 {
        self.replicas.iter().map(|replica| replica.attempts.len() as u64).sum()
    }
}
