//! What is kept of a simulation for pictures of it, beside the records.

use std::collections::{BTreeMap, BTreeSet};

use super::super::jenkins::Snapshot;
use super::machines::Ended;
use super::tally::Record;

/// Kept only where it is asked for. Times are milliseconds from the start.
#[derive(Clone, Debug, Default)]
pub struct Film {
    /// Machines of clouds, in the order of their ends.
    pub lives: Vec<Life>,
    /// By label: what the provisioner's statistics counted, where that changed. Empty where it has none.
    pub samples: Vec<Vec<(i64, Snapshot)>>,
    /// Items that have no record, since they never started or never ended: until when they waited, or ran.
    pub left: Vec<Record>,
    /// Of attempts with several executors, by item and start: their machines, and how many each had of it.
    pub parts: BTreeMap<(u32, i64), Vec<(u32, u32)>>,
    /// Items that take more executors than there can be.
    pub too_wide: BTreeSet<u32>,
    /// By number: the name of a machine, and its kind.
    pub machines: Vec<(String, usize)>,
}

/// One machine of a cloud, from its request to its end. Numbers of machines that ended are given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub node: u32,
    pub requested: i64,
    pub came: i64,
    pub ended: i64,
}

impl Film {
    pub(super) fn ended(&mut self, ended: Ended, now: i64) {
        let Ended { node, requested, came, .. } = ended;
        self.lives.push(Life { node, requested, came, ended: now });
    }

    /// What was counted of a label.
    pub(super) fn sample(&mut self, label: usize, now: i64, known: Snapshot) {
        if self.samples.len() <= label {
            self.samples.resize_with(label + 1, Vec::new);
        }
        let samples = &mut self.samples[label];
        if samples.last().is_none_or(|(_, last)| *last != known) {
            samples.push((now, known));
        }
    }
}
