//! Load statistics: what is counted every ten seconds, and its moving averages.
//!
//! All arithmetic is in single precision with a rounding after each operation, as in `hudson.model.TimeSeries`: thresholds are
//! compared with these values, so the last bit can decide when a machine is started.

use std::collections::VecDeque;

/// The weight of what was so far.
const DECAY: f32 = 0.9;

/// An exponential moving average with its history.
#[derive(Clone, Debug)]
pub struct TimeSeries {
    /// The latest first.
    history: VecDeque<f32>,
    decay: f32,
    most: usize,
}

impl TimeSeries {
    /// Begins at `first`; keeps at most so many values, at least one.
    pub fn new(first: f32, decay: f32, most: usize) -> Self {
        Self { history: VecDeque::from([first]), decay, most: most.max(1) }
    }

    /// Adds a sample.
    pub fn update(&mut self, sample: f32) {
        let latest = self.latest() * self.decay + sample * (1.0 - self.decay);
        self.history.truncate(self.most - 1);
        self.history.push_front(latest);
    }

    pub fn latest(&self) -> f32 {
        self.history.front().copied().unwrap_or_default()
    }

    /// All values that are kept, the latest first.
    pub fn history(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.history.iter().copied()
    }
}

/// The same samples in three resolutions: every tenth second, every minute, every hour.
///
/// The coarser ones take the sample of their instant, not a mean.
#[derive(Clone, Debug)]
pub struct MultiStage {
    pub seconds: TimeSeries,
    pub minutes: TimeSeries,
    pub hours: TimeSeries,
    /// Samples since the last full hour.
    count: u32,
}

/// Samples in a minute and in an hour.
const MINUTE: u32 = 6;
const HOUR: u32 = 360;

impl MultiStage {
    pub fn new(first: f32) -> Self {
        // Six hours, two days, eight weeks.
        let series = |most| TimeSeries::new(first, DECAY, most);
        Self { seconds: series(2160), minutes: series(2880), hours: series(1344), count: 0 }
    }

    pub fn update(&mut self, sample: f32) {
        self.count = (self.count + 1) % HOUR;
        self.seconds.update(sample);
        if self.count.is_multiple_of(MINUTE) {
            self.minutes.update(sample);
        }
        if self.count == 0 {
            self.hours.update(sample);
        }
    }

    /// The finest average.
    pub fn latest(&self) -> f32 {
        self.seconds.latest()
    }
}

/// What is counted at one instant, of one label or of all: executors, and items of the queue that are buildable or pending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Of all machines that are there, online or not.
    pub defined: i32,
    pub online: i32,
    /// Of machines that are being connected to.
    pub connecting: i32,
    pub busy: i32,
    pub idle: i32,
    /// Idle ones of machines that take builds.
    pub available: i32,
    pub queue: i32,
}

/// One moving average for each count.
#[derive(Clone, Debug)]
pub struct Load {
    series: [MultiStage; Series::ALL.len()],
}

/// Which count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    Defined,
    Online,
    Connecting,
    Busy,
    Idle,
    Available,
    Queue,
}

impl Series {
    pub const ALL: [Self; 7] =
        [Self::Defined, Self::Online, Self::Connecting, Self::Busy, Self::Idle, Self::Available, Self::Queue];

    fn of(self, snapshot: &Snapshot) -> i32 {
        match self {
            Self::Defined => snapshot.defined,
            Self::Online => snapshot.online,
            Self::Connecting => snapshot.connecting,
            Self::Busy => snapshot.busy,
            Self::Idle => snapshot.idle,
            Self::Available => snapshot.available,
            Self::Queue => snapshot.queue,
        }
    }
}

impl Load {
    /// The averages of a label begin at zero, whatever its machines do.
    pub fn new() -> Self {
        Self { series: Series::ALL.map(|_| MultiStage::new(0.0)) }
    }

    pub fn update(&mut self, snapshot: &Snapshot) {
        for (series, average) in Series::ALL.into_iter().zip(&mut self.series) {
            average.update(series.of(snapshot) as f32);
        }
    }

    pub fn series(&self, series: Series) -> &MultiStage {
        &self.series[series as usize]
    }

    pub fn latest(&self, series: Series) -> f32 {
        self.series(series).latest()
    }
}

impl Default for Load {
    fn default() -> Self {
        Self::new()
    }
}
