//! When machines are started, tick by tick: the values are those of Jenkins' own classes.
//!
//! Every ten seconds the statistics are taken, the provisioner looks, then waiting builds start on free executors. Builds never end.

use o11n::simulate::jenkins::{Clouds, Demand, Load, Planned, Series, Snapshot, TimeSeries, standard};

/// A cloud with room for everything.
pub(crate) struct Endless;

impl Clouds for Endless {
    fn count(&self) -> usize {
        1
    }

    fn provision(&mut self, _: usize, executors: i32) -> i32 {
        executors
    }
}

pub(crate) type Strategy = fn(&Demand, &mut dyn Clouds) -> Planned;

/// A label with some executors, some of them busy, some jobs, and machines that take some ticks to come.
pub(crate) struct Label {
    strategy: Strategy,
    boot: u32,
    executors: i32,
    pub(crate) busy: i32,
    pub(crate) queue: i32,
    pub(crate) load: Load,
    pub(crate) planned_average: TimeSeries,
    /// Ticks at which an executor comes.
    coming: Vec<u32>,
    tick: u32,
}

impl Label {
    pub(crate) fn new(strategy: Strategy, executors: i32, busy: i32, jobs: i32, boot: u32) -> Self {
        let mut label = Self {
            strategy,
            boot,
            executors,
            busy,
            queue: jobs,
            load: Load::new(),
            planned_average: TimeSeries::new(0.0, 0.9, 2160),
            coming: Vec::new(),
            tick: 0,
        };
        // The executors were there for hours, and no job.
        let before = Snapshot { queue: 0, ..label.snapshot() };
        (0..2000).for_each(|_| label.load.update(&before));
        label
    }

    fn snapshot(&self) -> Snapshot {
        let idle = self.executors - self.busy;
        Snapshot {
            defined: self.executors,
            online: self.executors,
            connecting: 0,
            busy: self.busy,
            idle,
            available: idle,
            queue: self.queue,
        }
    }

    pub(crate) fn start_builds(&mut self) {
        let starts = self.queue.min(self.executors - self.busy);
        self.queue -= starts;
        self.busy += starts;
    }

    /// Executors that are asked for at the next tick.
    pub(crate) fn tick(&mut self) -> i32 {
        self.tick += 1;
        self.load.update(&self.snapshot());
        let came = self.coming.iter().filter(|at| **at <= self.tick).count() as i32;
        self.coming.retain(|at| *at > self.tick);
        self.executors += came;
        let planned = self.coming.len() as i32;
        self.planned_average.update(planned as f32);
        let now = self.snapshot();
        let mut asked = 0;
        if now.queue > now.available {
            let demand = Demand {
                now,
                queue: self.load.latest(Series::Queue),
                available: self.load.latest(Series::Available),
                connecting: self.load.latest(Series::Connecting),
                planned,
                planned_average: self.planned_average.latest(),
                added: 0,
            };
            asked = (self.strategy)(&demand, &mut Endless).executors;
        }
        self.coming.extend((0..asked).map(|_| self.tick + self.boot));
        self.start_builds();
        asked
    }

    /// All requests up to a tick: when, and for how many.
    pub(crate) fn requests(&mut self, ticks: u32) -> Vec<(u32, i32)> {
        let asked: Vec<(u32, i32)> = (1..=ticks).map(|tick| (tick, self.tick())).collect();
        asked.into_iter().filter(|(_, asked)| *asked > 0).collect()
    }
}

/// After n idle executors all became busy, nothing comes for ⌈ln(0.1/n)/ln 0.9⌉ ticks.
#[test]
fn the_delay_grows_with_the_logarithm_of_what_was_idle() {
    for idle in [1, 2, 5, 10, 20, 50, 100, 1000] {
        let mut label = Label::new(standard, idle, 0, 0, 3);
        label.busy = idle;
        label.queue = 2 * idle + 10;
        let law = ((0.1 / f64::from(idle)).ln() / 0.9_f64.ln()).ceil() as u32;
        assert_eq!(label.requests(120)[0].0, law, "{idle} were idle");
    }
}
