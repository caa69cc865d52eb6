//! The priority sorter's FQ and WFQ: starts are shared among priorities, whatever a build takes.
//!
//! Weights are in single precision, as in the plugin, so shares drift a little from what they should be.

use super::{Item, Order};

/// How far a start moves its priority.
const STEP: f32 = 1e-5;

/// Highest number of a priority.
const PRIORITIES: usize = 5;

pub struct Weighted {
    is_equal: bool,
    /// The greatest weight that started.
    started: f32,
    /// By priority: the last weight given.
    last: [f32; PRIORITIES + 1],
}

impl Weighted {
    /// FQ: each priority has as many starts.
    pub fn equal() -> Self {
        Self { is_equal: true, started: 1.0, last: [f32::NEG_INFINITY; PRIORITIES + 1] }
    }

    /// WFQ: starts in proportion to 1/priority.
    pub fn by_priority() -> Self {
        Self { is_equal: false, ..Self::equal() }
    }

    /// The weight of an item of this priority that enters now.
    pub fn weigh(&mut self, priority: u8) -> f32 {
        let priority = usize::from(priority).clamp(1, PRIORITIES);
        let step = if self.is_equal { STEP } else { STEP * priority as f32 };
        let base = self.started.max(self.last[priority]);
        let mut weight = base * (1.0 + step);
        if !weight.is_finite() {
            *self = Self { is_equal: self.is_equal, ..Self::equal() };
            weight = 1.0;
        }
        self.last[priority] = weight;
        weight
    }

    /// An item of this weight starts.
    pub fn started(&mut self, weight: f32) {
        self.started = self.started.max(weight);
    }
}

impl Order for Weighted {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        // The bits of positive numbers are in their order.
        u64::from(self.weigh(item.priority).to_bits())
    }

    fn start(&mut self, _: &Item, key: u64, _: i64) {
        self.started(f32::from_bits(key as u32));
    }
}
