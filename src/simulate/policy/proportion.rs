//! Weighted water-filling: each queue deserves its part of a cluster, and what one does not ask for goes to the others.
//!
//! Next is the queue that has the least of what it deserves, by the resource of which it has the most.

use super::parts::{Parts, Takes, add, key, subtract};
use super::{Cluster, Item, Order, Settings};

/// Deals something out by weights; nobody gets more than it asks for.
pub fn water_fill(total: f64, weights: &[f64], requests: &[f64]) -> Vec<f64> {
    let mut deserved = vec![0.0; requests.len()];
    let mut unmet: Vec<usize> = (0..requests.len()).collect();
    let mut left = total;
    loop {
        let weight: f64 = unmet.iter().map(|at| weights[*at]).sum();
        // Who asks for no more than its part at this level is served, and leaves the others the rest.
        let is_met = |at: &usize| requests[*at] * weight <= left * weights[*at];
        let (met, others): (Vec<usize>, Vec<usize>) = unmet.iter().copied().partition(is_met);
        if met.is_empty() || others.is_empty() {
            unmet.iter().for_each(|at| deserved[*at] = requests[*at].min(left * weights[*at] / weight));
            return deserved;
        }
        for at in met {
            deserved[at] = requests[at];
            left -= requests[at];
        }
        unmet = others;
    }
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
    settings: Settings,
}

impl Proportion {
    pub(super) fn new(settings: &Settings, cluster: &Cluster) -> Self {
        Self { takes: Takes::new(cluster), queues: Vec::new(), is_old: false, settings: settings.clone() }
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
            let asked: Vec<f64> = self.queues.iter().map(|queue| queue.has[resource] + queue.waits[resource]).collect();
            let deserved = water_fill(1.0, &weights, &asked);
            self.queues.iter_mut().zip(deserved).for_each(|(queue, deserved)| queue.deserves[resource] = deserved);
        }
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
}
