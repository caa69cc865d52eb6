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
                let is_enough = |executors: u32, waits: f64| {
                    let left = f64::from(executors) - rate * takes;
                    waits * (-left * within / takes).exp() <= odds
                };
                let wanted = least(rate * takes, is_enough);
                wanted.max(queue.min(1)) - busy - idle - coming
            }
        }
    }
}

/// The fewest executors above a load that are enough, by their number and the odds that what comes has to wait.
fn least(load: f64, is_enough: impl Fn(u32, f64) -> bool) -> i32 {
    /// Beyond any cluster.
    const MOST: usize = 200_000;
    if load <= 0.0 {
        return 0;
    }
    let found =
        odds_of_waiting(load).take(MOST).find(|(executors, waits)| f64::from(*executors) > load && is_enough(*executors, *waits));
    found.map_or(MOST as i32, |(executors, _)| executors as i32)
}

/// Erlang's C: the odds that what comes has to wait, with so many executors under this load.
pub fn erlang(executors: u32, load: f64) -> f64 {
    let before = executors.checked_sub(1).map(|before| before as usize);
    before.and_then(|before| odds_of_waiting(load).nth(before)).map_or(1.0, |(_, waits)| waits)
}

/// The same with one executor, with two, and so on.
fn odds_of_waiting(load: f64) -> impl Iterator<Item = (u32, f64)> {
    (1..).scan(1.0, move |lost, executors: u32| {
        let count = f64::from(executors);
        *lost = load * *lost / (count + load * *lost);
        let busy = load / count;
        Some((executors, if busy >= 1.0 { 1.0 } else { *lost / (1.0 - busy * (1.0 - *lost)) }))
    })
}
