//! Weighted water-filling: each queue deserves its part of a cluster, and what one does not ask for goes to the others.
//!
//! Next is the queue that has the least of what it deserves, by the resource of which it has the most. What a queue may have at most, it
//! has at most, be there room or not.

use std::collections::HashMap;

use super::parts::{Parts, Takes, add, key, subtract};
use super::{Cluster, Item, Order, Settings};

/// Deals something out by weights; nobody gets more than it asks for.
pub fn water_fill(total: f64, weights: &[f64], requests: &[f64]) -> Vec<f64> {
    water_fill_between(total, weights, &vec![0.0; requests.len()], requests)
}

/// The same where some get so much at least, be there enough for all of them or not.
pub fn water_fill_between(total: f64, weights: &[f64], least: &[f64], most: &[f64]) -> Vec<f64> {
    let most: Vec<f64> = least.iter().zip(most).map(|(least, most)| most.max(*least)).collect();
    let mut deserved = vec![0.0; most.len()];
    let mut open: Vec<usize> = (0..most.len()).collect();
    let mut left = total;
    while !open.is_empty() {
        let weight: f64 = open.iter().map(|at| weights[*at]).sum();
        let part = |at: usize| left.max(0.0) * weights[at] / weight;
        let full: Vec<usize> = open.iter().copied().filter(|at| part(*at) >= most[*at]).collect();
        let short: Vec<usize> = open.iter().copied().filter(|at| part(*at) < least[*at]).collect();
        let spared: f64 = full.iter().map(|at| part(*at) - most[*at]).sum();
        let missing: f64 = short.iter().map(|at| least[*at] - part(*at)).sum();
        // What one side leaves over or takes away may change who is on the other, not who is on the one that does more.
        let settled = match (full.is_empty(), short.is_empty()) {
            (true, true) => {
                open.iter().for_each(|at| deserved[*at] = part(*at));
                return deserved;
            }
            (is_none_full, _) if is_none_full || missing > spared => {
                short.iter().for_each(|at| deserved[*at] = least[*at]);
                short
            }
            _ => {
                full.iter().for_each(|at| deserved[*at] = most[*at]);
                full
            }
        };
        left -= settled.iter().map(|at| deserved[*at]).sum::<f64>();
        open.retain(|at| !settled.contains(at));
    }
    deserved
}

#[derive(Clone, Copy, Default)]
struct Queue {
    has: Parts,
    waits: Parts,
    deserves: Parts,
}

pub(super) struct Proportion {
    takes: Takes,
    queues: Vec<Queue>,
    /// Whether what is asked for has changed since it was dealt out.
    is_old: bool,
    /// By queue: what it deserves at least, and what it has at most.
    bounds: Vec<(Parts, Parts)>,
    settings: Settings,
}

impl Proportion {
    pub(super) fn new(settings: &Settings, cluster: &Cluster) -> Self {
        let takes = Takes::new(cluster);
        let bounds = settings.quotas.iter().map(|quota| {
            let part = |amounts: [Option<f64>; 4], unsaid: f64| takes.parts(amounts).map(|part| part.unwrap_or(unsaid));
            (part(quota.guarantee, 0.0), part(quota.capability, f64::INFINITY))
        });
        let bounds = bounds.collect();
        Self { takes, queues: Vec::new(), is_old: false, bounds, settings: settings.clone() }
    }

    fn queue(&mut self, item: &Item) -> &mut Queue {
        let at = usize::from(item.queue);
        if self.queues.len() <= at {
            self.queues.resize(at + 1, Queue::default());
        }
        &mut self.queues[at]
    }

    fn deal(&mut self) {
        let weights: Vec<f64> = (0..self.queues.len()).map(|at| self.settings.weight(at as u16)).collect();
        for resource in 0..Parts::default().len() {
            let bounds =
                |at: usize| self.bounds.get(at).map_or((0.0, f64::INFINITY), |(least, most)| (least[resource], most[resource]));
            let asked = self.queues.iter().map(|queue| queue.has[resource] + queue.waits[resource]).enumerate();
            let (least, most): (Vec<f64>, Vec<f64>) = asked.map(|(at, asked)| (bounds(at).0, asked.min(bounds(at).1))).unzip();
            let deserved = water_fill_between(1.0, &weights, &least, &most);
            self.queues.iter_mut().zip(deserved).for_each(|(queue, deserved)| queue.deserves[resource] = deserved);
        }
    }
}

impl Proportion {
    /// Whether a queue that has so much has room for an item.
    fn has_room(&self, item: &Item, has: &Parts) -> bool {
        let takes = self.takes.of_item(item);
        let most = self.bounds.get(usize::from(item.queue)).map(|(_, most)| most);
        // What rounding adds is nothing.
        most.is_none_or(|most| (0..takes.len()).all(|at| takes[at] <= 0.0 || has[at] + takes[at] <= most[at] + 1e-9))
    }

    fn has(&self, queue: u16) -> Parts {
        self.queues.get(usize::from(queue)).map_or(Parts::default(), |queue| queue.has)
    }
}

impl Order for Proportion {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        let takes = self.takes.of_item(item);
        add(&mut self.queue(item).waits, takes);
        self.is_old = true;
        0
    }

    fn standing(&mut self, item: &Item, _: u64, _: i64, _: i64) -> u128 {
        if std::mem::take(&mut self.is_old) {
            self.deal();
        }
        let queue = self.queue(item);
        let part = |at: usize| if queue.deserves[at] > 0.0 { queue.has[at] / queue.deserves[at] } else { 0.0 };
        key((0..queue.has.len()).map(part).fold(0.0, f64::max)).into()
    }

    fn start(&mut self, item: &Item, _: u64, _: i64) {
        let takes = self.takes.of_item(item);
        let queue = self.queue(item);
        subtract(&mut queue.waits, takes);
        add(&mut queue.has, takes);
    }

    fn end(&mut self, item: &Item, _: i64, _: i64) {
        let takes = self.takes.of_item(item);
        subtract(&mut self.queue(item).has, takes);
        self.is_old = true;
    }

    fn withdraw(&mut self, item: &Item) {
        let takes = self.takes.of_item(item);
        subtract(&mut self.queue(item).waits, takes);
        self.is_old = true;
    }

    fn admits(&self, item: &Item) -> bool {
        self.has_room(item, &self.has(item.queue))
    }

    fn admitted(&self, waiting: &mut dyn Iterator<Item = Item>) -> Option<Vec<Item>> {
        let is_limited = |(_, most): &(Parts, Parts)| most.iter().any(|most| most.is_finite());
        if !self.bounds.iter().any(is_limited) {
            return None;
        }
        let mut all: HashMap<u16, Parts> = HashMap::new();
        let admits = |item: &Item| {
            let has = all.entry(item.queue).or_insert_with(|| self.has(item.queue));
            let is_admitted = self.has_room(item, has);
            if is_admitted {
                add(has, self.takes.of_item(item));
            }
            is_admitted
        };
        Some(waiting.filter(admits).collect())
    }
}
