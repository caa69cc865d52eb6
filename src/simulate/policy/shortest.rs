//! The shortest first, by prediction. What was never seen counts as short, so that it gets to be.

use super::{Item, Order};

pub(super) struct Shortest;

impl Order for Shortest {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        item.estimate.unsigned_abs()
    }
}
