//! By priority alone: the priority sorter's ABSOLUTE. Who has the lowest may wait for ever.

use super::{Item, Order};

pub(super) struct Priority;

impl Order for Priority {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        u64::from(item.priority)
    }
}
