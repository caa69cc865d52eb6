//! By priority, which waiting improves: one that has waited an hour longer counts as one step more urgent, so none waits for ever.

use super::{Item, Order};

/// Milliseconds of waiting that are worth one step of priority.
const STEP: i64 = 3_600_000;

pub(super) struct Aging;

impl Order for Aging {
    /// All age alike, so the order of two never changes while they wait.
    fn enter(&mut self, item: &Item, now: i64) -> u64 {
        (i64::from(item.priority) * STEP).saturating_add(now).unsigned_abs()
    }
}
