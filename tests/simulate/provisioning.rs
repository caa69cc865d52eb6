//! When machines are started, tick by tick: the values are those of Jenkins' own classes.
//!
//! Every ten seconds the statistics are taken, the provisioner looks, then waiting builds start on free executors. Builds never end.

use o11n::simulate::jenkins::{Clouds, Decision, Demand, Load, Planned, Series, Snapshot, TimeSeries, no_delay, standard};

/// A cloud with room for everything.
struct Endless;

impl Clouds for Endless {
    fn count(&self) -> usize {
        1
    }

    fn provision(&mut self, _: usize, executors: i32) -> i32 {
        executors
    }
}

type Strategy = fn(&Demand, &mut dyn Clouds) -> Planned;

/// A label with some executors, some of them busy, some jobs, and machines that take some ticks to come.
struct Label {
    strategy: Strategy,
    boot: u32,
    executors: i32,
    busy: i32,
    queue: i32,
    load: Load,
    planned_average: TimeSeries,
    /// Ticks at which an executor comes.
    coming: Vec<u32>,
    tick: u32,
}

impl Label {
    fn new(strategy: Strategy, executors: i32, busy: i32, jobs: i32, boot: u32) -> Self {
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

    fn start_builds(&mut self) {
        let starts = self.queue.min(self.executors - self.busy);
        self.queue -= starts;
        self.busy += starts;
    }

    /// Executors that are asked for at the next tick.
    fn tick(&mut self) -> i32 {
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
    fn requests(&mut self, ticks: u32) -> Vec<(u32, i32)> {
        let asked: Vec<(u32, i32)> = (1..=ticks).map(|tick| (tick, self.tick())).collect();
        asked.into_iter().filter(|(_, asked)| *asked > 0).collect()
    }
}

#[test]
fn a_first_job_gets_its_machine_at_once() {
    assert_eq!(Label::new(standard, 0, 0, 1, 1).requests(60), [(1, 1)]);
}

#[test]
fn a_burst_gets_machines_bit_by_bit() {
    let mut label = Label::new(standard, 0, 0, 5, 3);
    let mut seen = Vec::new();
    for tick in 1..=60 {
        let asked = label.tick();
        if asked > 0 {
            seen.push((tick, asked, label.load.latest(Series::Queue), label.planned_average.latest()));
        }
    }
    let expected =
        [(1, 1, 0.5000001, 0.0), (5, 2, 1.9475503, 0.15390003), (9, 1, 2.453388, 0.4087738), (10, 1, 2.408049, 0.46789643)];
    assert_eq!(seen, expected);
}

#[test]
fn idle_executors_that_fill_up_delay_the_next_by_minutes() {
    // Two were idle for long; five jobs come.
    let mut label = Label::new(standard, 2, 0, 5, 3);
    label.start_builds();
    assert_eq!(label.requests(29), [(29, 3)]);
    assert_eq!((label.load.latest(Series::Available), label.load.latest(Series::Queue)), (0.09420249, 2.8586965));
    assert_eq!(label.requests(60), []);
}

/// After n idle executors all became busy, nothing comes for ⌈ln(0.1/n)/ln 0.9⌉ ticks.
#[test]
fn the_delay_grows_with_the_logarithm_of_what_was_idle() {
    for (idle, ticks) in [(1, 22), (2, 29), (5, 38), (10, 44), (20, 51), (50, 59), (100, 66), (1000, 88)] {
        let mut label = Label::new(standard, idle, 0, 0, 3);
        label.busy = idle;
        label.queue = 2 * idle + 10;
        let law = ((0.1 / f64::from(idle)).ln() / 0.9_f64.ln()).ceil() as u32;
        let first = label.requests(120)[0].0;
        assert_eq!((first, law), (ticks, ticks), "{idle} were idle");
    }
}

#[test]
fn a_queue_that_is_short_waits_for_its_average() {
    let first = |busy, queued| {
        let mut label = Label::new(standard, busy, busy, 0, 3);
        label.queue = queued;
        label.requests(100)[0].0
    };
    for (busy, ticks) in [(1, 12), (2, 16), (3, 19), (4, 20), (5, 21), (10, 22), (50, 22)] {
        assert_eq!(first(busy, 1), ticks, "{busy} busy, one queued");
    }
    assert_eq!([1, 2, 3, 10].map(|busy| first(busy, 2)), [5, 5, 6, 6]);
    assert_eq!([1, 5, 20].map(|busy| first(busy, 5)), [2, 2, 2]);
    assert_eq!([1, 5, 20].map(|busy| first(busy, 10)), [1, 1, 1]);
}

#[test]
fn without_delay_what_waits_is_started() {
    assert_eq!(Label::new(no_delay, 0, 0, 5, 3).requests(30), [(1, 5)]);
    let mut label = Label::new(no_delay, 2, 0, 5, 3);
    label.start_builds();
    assert_eq!(label.requests(30), [(1, 3)]);
}

#[test]
fn without_delay_what_is_on_its_way_counts() {
    let now = Snapshot { available: 2, connecting: 1, queue: 10, ..Snapshot::default() };
    let demand = Demand { now, queue: 0.0, available: 2.0, connecting: 0.0, planned: 3, planned_average: 0.0, added: 0 };
    assert_eq!(no_delay(&demand, &mut Endless), Planned { executors: 4, decision: Decision::Completed });
}
