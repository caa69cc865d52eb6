//! Start-time fair queueing: each user gets as much executor time, whatever the others ask for.

use std::collections::HashMap;

use super::{Item, Order};

/// Milliseconds that an item counts as of which nothing is known.
const UNKNOWN: i64 = 60_000;

#[derive(Default)]
pub struct Fair {
    /// The start tag of the item served last.
    time: u64,
    /// By user: the finish tag of what it asked for last.
    finish: HashMap<u32, u64>,
}

impl Fair {
    /// The start tag of a user's item that takes this long.
    pub fn tag(&mut self, user: u32, takes: i64) -> u64 {
        let finish = self.finish.entry(user).or_default();
        let start = self.time.max(*finish);
        *finish = start.saturating_add(takes.unsigned_abs());
        start
    }

    /// An item with this start tag is served.
    pub fn served(&mut self, tag: u64) {
        self.time = self.time.max(tag);
    }
}

impl Order for Fair {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        self.tag(item.user, if item.estimate > 0 { item.estimate } else { UNKNOWN })
    }

    fn start(&mut self, key: u64) {
        self.served(key);
    }
}
