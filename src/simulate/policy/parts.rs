//! How much of a cluster an item takes.

use super::super::cluster::{Cluster, Kind, Resources};
use super::super::work::Item;

/// Parts of all cores, memory, GPUs and, for those who ask for none of them, executors that stand there.
pub(in crate::simulate) type Parts = [f64; 4];

#[derive(Debug)]
pub(in crate::simulate) struct Takes {
    /// By class: what an item of it takes for each executor.
    classes: Vec<Parts>,
    /// All that stands there: cores, memory, GPUs, executors.
    all: Parts,
}

impl Takes {
    pub(in crate::simulate) fn new(cluster: &Cluster) -> Self {
        // What a user says that an agent has may be any number.
        let all = |of: fn(&Kind) -> u64| {
            let standing = cluster.kinds.iter().filter(|kind| kind.cloud.is_none());
            standing.map(|kind| of(kind) as f64 * f64::from(kind.count)).sum::<f64>()
        };
        let executors = all(|kind| kind.executors.into());
        let totals = [all(|kind| kind.has.cpu.unwrap_or(0)), all(|kind| kind.has.memory.unwrap_or(0)), all(|kind| kind.has.gpu)];
        let part = |asked: u64, total: f64| if total > 0.0 { asked as f64 / total } else { 0.0 };
        let of = |asks: &Resources| {
            let asked = [asks.cpu.unwrap_or(0), asks.memory.unwrap_or(0), asks.gpu];
            let [cpu, memory, gpu] = std::array::from_fn(|at| part(asked[at], totals[at]));
            let executor = if cpu + memory + gpu > 0.0 { 0.0 } else { 1.0 / executors.max(1.0) };
            [cpu, memory, gpu, executor]
        };
        let [cpu, memory, gpu] = totals;
        Self { classes: cluster.classes.iter().map(|class| of(&class.asks)).collect(), all: [cpu, memory, gpu, executors] }
    }

    /// Of an item of this class that is so wide.
    pub(in crate::simulate) fn of(&self, class: u32, width: u32) -> Parts {
        let parts = self.classes.get(class as usize).copied().unwrap_or_default();
        parts.map(|part| part * f64::from(width))
    }

    /// Of executors, cores, memory and GPUs, in that order, as parts of all.
    pub(super) fn parts(&self, [executors, cpu, memory, gpu]: [Option<f64>; 4]) -> [Option<f64>; 4] {
        let amounts = [cpu, memory, gpu, executors];
        std::array::from_fn(|at| amounts[at].filter(|_| self.all[at] > 0.0).map(|amount| amount / self.all[at]))
    }

    pub(super) fn of_item(&self, item: &Item) -> Parts {
        self.of(item.class.unwrap_or_default(), item.width)
    }
}

pub(in crate::simulate) fn add(to: &mut Parts, parts: Parts) {
    (0..to.len()).for_each(|at| to[at] += parts[at]);
}

/// What rounding leaves of nothing is nothing.
pub(in crate::simulate) fn subtract(from: &mut Parts, parts: Parts) {
    const LEAST: f64 = 1e-12;
    (0..from.len()).for_each(|at| from[at] = if from[at] - parts[at] > LEAST { from[at] - parts[at] } else { 0.0 });
}

/// A number that is not negative as a key of the same order.
pub(in crate::simulate) fn key(number: f64) -> u64 {
    number.max(0.0).to_bits()
}

/// Of the scarcest of them.
pub(in crate::simulate) fn dominant(parts: &Parts) -> f64 {
    parts.iter().copied().fold(0.0, f64::max)
}
