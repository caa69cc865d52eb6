//! In the order in which they became buildable: Jenkins without a sorter, and plain first come, first served.

use super::{Item, Order};

/// How many became buildable so far. An item that was blocked comes after those that it let pass.
#[derive(Default)]
pub(super) struct Arrival(u64);

impl Order for Arrival {
    fn enter(&mut self, _: &Item, _: i64) -> u64 {
        self.0 += 1;
        self.0
    }
}
