//! Start-time fair queueing: each user gets as much executor time, by the weight of its queue, whatever the others ask for.

use std::collections::HashMap;

use super::{Item, Order, Settings};

/// Milliseconds that an item counts as of which nothing is known.
const UNKNOWN: i64 = 60_000;

#[derive(Default)]
pub struct Fair {
    /// The start tag of the item served last.
    time: u64,
    /// By user: the finish tag of what it asked for last.
    finish: HashMap<u32, u64>,
    settings: Settings,
}

impl Fair {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), ..Self::default() }
    }

    /// The start tag of a user's item that costs this much.
    pub fn tag(&mut self, user: u32, cost: i64) -> u64 {
        let finish = self.finish.entry(user).or_default();
        let start = self.time.max(*finish);
        *finish = start.saturating_add(cost.unsigned_abs());
        start
    }

    /// An item of the user cost so much more than was thought, or less: what it asks for from now on bears that.
    pub fn correct(&mut self, user: u32, by: i64) {
        let finish = self.finish.entry(user).or_default();
        *finish = finish.saturating_add_signed(by);
    }

    /// Executor time that counts half for those who weigh twice as much.
    fn cost(&self, item: &Item, takes: i64) -> i64 {
        (takes as f64 * f64::from(item.width) / self.settings.weight(item.queue)) as i64
    }

    /// An item with this start tag is served.
    pub fn served(&mut self, tag: u64) {
        self.time = self.time.max(tag);
    }
}

impl Order for Fair {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        self.tag(item.user, self.cost(item, predicted(item)))
    }

    fn start(&mut self, _: &Item, key: u64, _: i64) {
        self.served(key);
    }

    fn end(&mut self, item: &Item, took: i64, _: i64) {
        self.correct(item.user, self.cost(item, took) - self.cost(item, predicted(item)));
    }

    fn withdraw(&mut self, item: &Item) {
        self.correct(item.user, -self.cost(item, predicted(item)));
    }
}

fn predicted(item: &Item) -> i64 {
    if item.estimate > 0 { item.estimate } else { UNKNOWN }
}
