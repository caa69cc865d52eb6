//! What a policy can be told beside its words.

use super::super::load::DAY;
use super::Quota;

/// By what the next attempt is taken to last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Predicts {
    /// The mean of the last two.
    #[default]
    LastTwo,
    /// As Jenkins estimates a build: the mean of three, the newest that passed among them.
    Jenkins,
    /// What this part of the last hundred took at most.
    Quantile(f64),
}

impl Predicts {
    /// Reads `last-two`, `jenkins` or a quantile such as `p90`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let quantile = || text.strip_prefix('p')?.parse().ok().filter(|percent: &u8| (1..=99).contains(percent));
        match text {
            "last-two" => Ok(Self::LastTwo),
            "jenkins" => Ok(Self::Jenkins),
            _ => quantile().map(|percent| Self::Quantile(f64::from(percent) / 100.0)).ok_or_else(|| {
                format!("`predicts` is `last-two`, `jenkins` or a quantile such as `p90`, not `{}`", text.escape_debug())
            }),
        }
    }
}

/// Numbers that orders and strategies go by. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// By queue: how much of a cluster is its due, as a multiple of another's. Those beyond the end have 1.
    pub weights: Vec<f64>,
    /// After which time what a user had counts half.
    pub half_life: i64,
    /// How often what users had is added up.
    pub every: i64,
    /// After which time waiting counts no more.
    pub max_age: i64,
    /// What a user's share, waiting and priority count for.
    pub share: f64,
    pub age: f64,
    pub urgency: f64,
    /// Idle executors of each label that clouds keep.
    pub keep: u32,
    /// Which part of all executors should be busy.
    pub target: f64,
    /// How often something may wait for longer than this.
    pub odds: f64,
    pub within: i64,
    /// How long what waits will take.
    pub predicts: Predicts,
    /// By queue: of what it may have how much.
    pub quotas: Vec<Quota>,
    /// The same of cohorts of queues and of other cohorts, with what they weigh.
    pub cohorts: Vec<(Quota, f64)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: Vec::new(),
            half_life: 7 * DAY,
            every: 300_000,
            max_age: 7 * DAY,
            share: 1.0,
            age: 0.25,
            urgency: 0.25,
            keep: 1,
            target: 0.8,
            odds: 0.05,
            within: 60_000,
            predicts: Predicts::LastTwo,
            quotas: Vec::new(),
            cohorts: Vec::new(),
        }
    }
}

impl Settings {
    pub fn weight(&self, queue: u16) -> f64 {
        self.weights.get(usize::from(queue)).copied().unwrap_or(1.0)
    }
}
