//! What a case may be made of.

use std::time::Duration;

/// Limits, and a switch for each thing that a runner may not be able to show. [`Default`] has everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Most stages, at least 1 and at most 4.
    pub stages: usize,
    /// Most substages written in a stage, at least 1 and at most 4; shards make more of them.
    pub substages: usize,
    /// All times are small multiples of this, so that they often meet.
    pub unit: Duration,
    /// Attempts that take no time at all, attempts that time out without a timeout, and delays that grow by half.
    pub odd_times: bool,
    /// `on_error` other than the default.
    pub policies: bool,
    /// `when`.
    pub conditions: bool,
    /// Stages without a substage, and stages and substages left out at compile time.
    pub absent: bool,
    pub parallel: bool,
    pub priority: bool,
    pub locks: bool,
    pub needs: bool,
    /// Needs by `artifacts { load = … }`.
    pub loads: bool,
    pub shards: bool,
    pub dispatch: bool,
    pub retry: bool,
    pub timeout: bool,
    pub stage_deadline: bool,
    pub pipeline_deadline: bool,
    /// Exit codes with a meaning of their own.
    pub exit_codes: bool,
    pub cache: bool,
    /// Attempts that are lost by the infrastructure's fault.
    pub lost: bool,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            stages: 4,
            substages: 4,
            unit: Duration::from_secs(1),
            odd_times: true,
            policies: true,
            conditions: true,
            absent: true,
            parallel: true,
            priority: true,
            locks: true,
            needs: true,
            loads: true,
            shards: true,
            dispatch: true,
            retry: true,
            timeout: true,
            stage_deadline: true,
            pipeline_deadline: true,
            exit_codes: true,
            cache: true,
            lost: true,
        }
    }
}

impl Features {
    /// Each feature with even odds: a case with few kinds of things meets corners that one with all of them hides.
    pub(crate) fn some(&self, rng: &mut fastrand::Rng) -> Self {
        let mut flip = |allowed: bool| allowed && rng.bool();
        Self {
            odd_times: flip(self.odd_times),
            policies: flip(self.policies) || flip(self.policies),
            conditions: flip(self.conditions),
            absent: flip(self.absent),
            parallel: flip(self.parallel),
            priority: flip(self.priority),
            locks: flip(self.locks),
            needs: flip(self.needs),
            loads: flip(self.loads),
            shards: flip(self.shards),
            dispatch: flip(self.dispatch),
            retry: flip(self.retry),
            timeout: flip(self.timeout),
            stage_deadline: flip(self.stage_deadline),
            pipeline_deadline: flip(self.pipeline_deadline),
            exit_codes: flip(self.exit_codes),
            cache: flip(self.cache),
            lost: flip(self.lost),
            ..self.clone()
        }
    }
}
