//! How many executors there should be: rules for clouds that look at what is there and what is asked for.

use super::{Provision, Settings};

/// One label at one instant, in executors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// What waits.
    pub queue: i32,
    pub busy: i32,
    pub idle: i32,
    /// On their way.
    pub coming: i32,
    /// Executors that are asked for in a millisecond, lately, and for how long each is taken on average.
    pub rate: f64,
    pub takes: f64,
}

impl Provision {
    /// Executors to be started now, of those that act at once.
    pub fn missing(self, count: &Count, settings: &Settings) -> i32 {
        let Count { queue, busy, idle, coming, rate, takes } = *count;
        match self {
            Self::Eager | Self::Standard | Self::NoDelay => queue - idle - coming,
            // Nothing is known yet.
            Self::Erlang if takes <= 0.0 => queue - idle - coming,
            Self::Warm => queue - idle - coming + i32::try_from(settings.keep).unwrap_or(i32::MAX),
            Self::Target => (f64::from(busy + queue) / settings.target).ceil() as i32 - busy - idle - coming,
            Self::Erlang => {
                let (within, odds) = (settings.within as f64, settings.odds);
                let wanted = least(rate * takes, |executors| {
                    let left = f64::from(executors) - rate * takes;
                    erlang(executors, rate * takes) * (-left * within / takes).exp() <= odds
                });
                wanted.max(queue.min(1)) - busy - idle - coming
            }
        }
    }
}

/// The fewest executors above a load that are enough.
fn least(load: f64, is_enough: impl Fn(u32) -> bool) -> i32 {
    /// Beyond any cluster.
    const MOST: u32 = 200_000;
    if load <= 0.0 {
        return 0;
    }
    let mut low = (load.floor() + 1.0).min(f64::from(MOST)) as u32;
    let (mut step, mut high) = (1, low);
    while high < MOST && !is_enough(high) {
        (low, high, step) = (high + 1, high.saturating_add(step), step * 2);
    }
    while low < high {
        let middle = low.midpoint(high);
        if is_enough(middle) { high = middle } else { low = middle + 1 }
    }
    high as i32
}

/// Erlang's C: the odds that what comes has to wait, with so many executors under this load.
pub fn erlang(executors: u32, load: f64) -> f64 {
    let lost = (1..=executors).fold(1.0, |lost, count| load * lost / (f64::from(count) + load * lost));
    let busy = load / f64::from(executors);
    if busy >= 1.0 { 1.0 } else { lost / (1.0 - busy * (1.0 - lost)) }
}
