//! One week under one policy, kept whole: for pictures of it, and for questions about one build.

use std::collections::BTreeMap;

use super::kernel::Tally;
use super::load::{HOUR, Load};
use super::policy::Policy;
use super::runs::Asked;
use super::together::Together;
use super::trace::OF_LOG;
use crate::plan::Plan;

/// One week under one policy, as it was recorded.
#[derive(Clone, Debug)]
pub struct Reel {
    pub(super) policy: Policy,
    pub(super) tally: Tally,
    pub(super) asked: Vec<Asked>,
    /// When the hour begins in which most runs arrive, in milliseconds.
    pub(super) busiest: i64,
}

impl Reel {
    pub(super) fn new(policy: &Policy, tally: Tally, work: &mut Together<'_>) -> Self {
        let mut hours: BTreeMap<i64, usize> = BTreeMap::new();
        let jobs = work.replay.iter().flat_map(|replay| replay.arrivals());
        work.runs.arrivals().chain(jobs).for_each(|at| *hours.entry(at / HOUR).or_default() += 1);
        // Of several, the first.
        let busiest = hours.into_iter().rev().max_by_key(|(_, arrive)| *arrive).map_or(0, |(hour, _)| hour * HOUR);
        Self { policy: policy.clone(), tally, asked: work.runs.filmed(), busiest }
    }

    /// What the number of an item stands for: `push#12/test/unit`, with `#2` behind it where it is one of several copies; `job #5` of a log.
    pub(super) fn name(&self, plan: &Plan, load: &Load, what: u32) -> String {
        let Some(asked) = self.asked.get(what as usize) else { return format!("job #{}", (what & !OF_LOG) + 1) };
        let copy = if plan.substage(asked.at).dispatch.is_some() { format!("#{}", asked.replica + 1) } else { String::new() };
        format!("{}#{}/{}{copy}", load.sources[asked.source as usize].name, asked.run, plan.path(asked.at))
    }
}
