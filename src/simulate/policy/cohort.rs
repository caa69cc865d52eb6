//! Kueue's cohort: queues with quotas, of which each lends what it does not use, borrows what others do not, and takes back what is its own.
//!
//! All queues are of one cohort. Next is the queue that has borrowed the least; in it, who is most urgent, then who came first. What the
//! quota has no room for lets others pass.

use super::super::cluster::Resources;
use super::{Cluster, Held, Item, Order, Settings, parts};

/// Executors, thousandths of cores, bytes, GPUs; none: without limit.
type Amounts = [Option<f64>; 4];

const NONE: [f64; 4] = [0.0; 4];

/// What a queue has of its own, and how much of others' and for others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quota {
    pub nominal: Amounts,
    pub borrow: Amounts,
    pub lend: Amounts,
}

#[derive(Clone, Debug)]
pub struct Cohort {
    /// By class: what an item takes for each of its executors.
    asks: Vec<[f64; 4]>,
    /// By queue.
    quotas: Vec<Quota>,
    used: Vec<[f64; 4]>,
    /// Resources that no queue has a quota of are free for all.
    is_limited: [bool; 4],
    weights: Vec<f64>,
}

impl Cohort {
    pub fn new(settings: &Settings, cluster: &Cluster) -> Self {
        let asks = |asks: &Resources| [1.0, asks.cpu.unwrap_or(0) as f64, asks.memory.unwrap_or(0) as f64, asks.gpu as f64];
        let quotas = settings.quotas.clone();
        Self {
            asks: cluster.classes.iter().map(|class| asks(&class.asks)).collect(),
            used: vec![NONE; quotas.len()],
            is_limited: std::array::from_fn(|at| quotas.iter().any(|quota| quota.nominal[at].is_some())),
            weights: (0..quotas.len()).map(|at| settings.weight(at as u16)).collect(),
            quotas,
        }
    }

    fn asked(&self, item: &Item) -> [f64; 4] {
        self.asks[item.class.unwrap_or_default() as usize].map(|amount| amount * f64::from(item.width))
    }

    /// Queues without a quota have room for themselves all the same.
    fn grow(&mut self, queue: usize) {
        while self.used.len() <= queue {
            self.used.push(NONE);
            self.quotas.push(Quota::default());
            self.weights.push(1.0);
        }
    }

    /// A queue has so much more, or less.
    pub fn hold(&mut self, queue: u16, amounts: [f64; 4], sign: f64) {
        self.grow(queue.into());
        (0..amounts.len()).for_each(|at| self.used[usize::from(queue)][at] += sign * amounts[at]);
    }

    fn nominal(&self, queue: usize, at: usize) -> f64 {
        self.quotas[queue].nominal[at].unwrap_or(0.0)
    }

    /// What a queue never lends.
    fn local(&self, queue: usize, at: usize) -> f64 {
        self.quotas[queue].lend[at].map_or(0.0, |lend| (self.nominal(queue, at) - lend).max(0.0))
    }

    /// What the queues lend in all.
    fn lendable(&self, at: usize) -> f64 {
        (0..self.quotas.len()).map(|queue| self.nominal(queue, at) - self.local(queue, at)).sum()
    }

    /// What a queue may still take of a resource.
    pub fn available(&self, queue: u16, at: usize) -> f64 {
        let queue = usize::from(queue);
        let beyond = |queue: usize| (self.used[queue][at] - self.local(queue, at)).max(0.0);
        let local = (self.local(queue, at) - self.used[queue][at]).max(0.0);
        let common = self.lendable(at) - (0..self.quotas.len()).map(beyond).sum::<f64>();
        let borrowable = self.quotas[queue].borrow[at]
            .map_or(f64::INFINITY, |borrow| self.nominal(queue, at) - self.local(queue, at) - beyond(queue) + borrow);
        local + common.min(borrowable)
    }

    /// What a queue has borrowed, with so much more, in thousandths of all that is lent, by its weight; 0: nothing.
    pub fn share(&self, queue: u16, more: [f64; 4]) -> f64 {
        let queue = usize::from(queue);
        let borrowed = |at: usize| {
            let borrowed = (self.used[queue][at] + more[at] - self.nominal(queue, at)).max(0.0);
            if borrowed > 0.0 { borrowed / self.lendable(at) } else { 0.0 }
        };
        let limited = (0..NONE.len()).filter(|at| self.is_limited[*at]);
        1_000.0 * limited.map(borrowed).fold(0.0, f64::max) / self.weights[queue]
    }

    fn has_room(&self, item: &Item) -> bool {
        let asked = self.asked(item);
        (0..asked.len()).all(|at| !self.is_limited[at] || asked[at] <= 0.0 || asked[at] <= self.available(item.queue, at))
    }

    /// Those who make room for an item, with each queue asked once where `once`; empty if they cannot.
    fn makers_of_room(&self, item: &Item, running: &[Held], order: &[usize], once: bool) -> Vec<usize> {
        let (mut cohort, mut victims, mut asked) = (self.clone(), Vec::new(), Vec::new());
        for at in order {
            let held = &running[*at].item;
            let amounts = self.asked(held);
            if held.queue != item.queue {
                let before = cohort.share(held.queue, NONE);
                let after = cohort.share(held.queue, amounts.map(|amount| -amount));
                let own = cohort.share(item.queue, self.asked(item));
                let is_due = if once { own < before && !asked.contains(&held.queue) } else { own <= after };
                // Who has borrowed nothing keeps what it has.
                if before <= 0.0 || !is_due {
                    continue;
                }
                asked.push(held.queue);
            }
            cohort.hold(held.queue, amounts, -1.0);
            victims.push(*at);
            if cohort.has_room(item) {
                // The last ones may have made more room than is needed.
                for at in (0..victims.len()).rev() {
                    let held = &running[victims[at]].item;
                    cohort.hold(held.queue, self.asked(held), 1.0);
                    if cohort.has_room(item) {
                        victims.remove(at);
                    } else {
                        cohort.hold(held.queue, self.asked(held), -1.0);
                    }
                }
                return victims;
            }
        }
        Vec::new()
    }
}

impl Order for Cohort {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        self.grow(item.queue.into());
        0
    }

    fn standing(&mut self, item: &Item, _: u64, _: i64, _: i64) -> u64 {
        // Priorities decide among queues that have borrowed as much, and within one.
        parts::key(self.share(item.queue, NONE)) & !0b111 | u64::from(item.priority.min(7))
    }

    fn start(&mut self, item: &Item, _: u64, _: i64) {
        let asked = self.asked(item);
        self.hold(item.queue, asked, 1.0);
    }

    fn end(&mut self, item: &Item, _: i64, _: i64) {
        let asked = self.asked(item);
        self.hold(item.queue, asked, -1.0);
    }

    fn admits(&self, item: &Item) -> bool {
        self.has_room(item)
    }

    fn admitted(&self, waiting: &mut dyn Iterator<Item = Item>) -> Option<Vec<Item>> {
        let mut cohort = self.clone();
        let admits = |item: &Item| {
            let is_admitted = cohort.has_room(item);
            if is_admitted {
                cohort.hold(item.queue, cohort.asked(item), 1.0);
            }
            is_admitted
        };
        Some(waiting.filter(admits).collect())
    }

    /// Other queues' before one's own, of them the less urgent, then those that began last.
    fn victims(&self, item: &Item, running: &[Held]) -> Vec<usize> {
        let is_candidate = |held: &Item| held.queue != item.queue || held.priority > item.priority;
        let mut order: Vec<usize> = (0..running.len()).filter(|at| is_candidate(&running[*at].item)).collect();
        order.sort_by_key(|at| {
            let Held { item: held, started } = &running[*at];
            (held.queue == item.queue, std::cmp::Reverse(held.priority), std::cmp::Reverse((*started, *at)))
        });
        let victims = self.makers_of_room(item, running, &order, false);
        if victims.is_empty() { self.makers_of_room(item, running, &order, true) } else { victims }
    }
}
