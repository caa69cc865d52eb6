//! What a policy can be told beside its words.

use super::super::load::DAY;
use super::Quota;

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
    /// By queue: of what it may have how much.
    pub quotas: Vec<Quota>,
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
            quotas: Vec::new(),
        }
    }
}

impl Settings {
    pub fn weight(&self, queue: u16) -> f64 {
        self.weights.get(usize::from(queue)).copied().unwrap_or(1.0)
    }
}
