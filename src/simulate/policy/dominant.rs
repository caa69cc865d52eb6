//! Dominant resource fairness: next is the user of whose scarcest resource the least part is in use.

use std::collections::HashMap;

use super::parts::{Parts, Takes, add, dominant, key, subtract};
use super::{Cluster, Item, Order, Settings};

pub(super) struct Dominant {
    takes: Takes,
    /// By user.
    used: HashMap<u32, Parts>,
    settings: Settings,
}

impl Dominant {
    pub(super) fn new(settings: &Settings, cluster: &Cluster) -> Self {
        Self { takes: Takes::new(cluster), used: HashMap::new(), settings: settings.clone() }
    }
}

impl Order for Dominant {
    fn enter(&mut self, _: &Item, _: i64) -> u64 {
        0
    }

    fn standing(&mut self, item: &Item, _: u64, _: i64, _: i64) -> u128 {
        let share = self.used.get(&item.user).map_or(0.0, dominant);
        key(share / self.settings.weight(item.queue)).into()
    }

    fn start(&mut self, item: &Item, _: u64, _: i64) {
        add(self.used.entry(item.user).or_default(), self.takes.of_item(item));
    }

    fn end(&mut self, item: &Item, _: i64, _: i64) {
        subtract(self.used.entry(item.user).or_default(), self.takes.of_item(item));
    }
}
