//! What can take work: kinds of machines, clouds that start some, and which class of work runs on which kind.

/// An infrastructure. Numbers in it are places in its lists.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    pub kinds: Vec<Kind>,
    pub clouds: Vec<Cloud>,
    pub classes: Vec<Class>,
    /// Label expressions, in the order in which Jenkins goes through them: none first, then by name.
    pub labels: Vec<String>,
    pub controller: Controller,
}

/// Jenkins itself, where it is the one that schedules. Times are milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Controller {
    pub timers: Timers,
    /// When it begins anew, ascending, and whether without having saved its queue.
    pub restarts: Vec<(i64, bool)>,
}

/// How long after its start each of its timers first goes off. In Jenkins that is left to chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// Looks at the queue, every five seconds.
    pub queue: i64,
    /// Samples of the load, every ten.
    pub statistics: i64,
    /// Reviews of what is provisioned, every ten, from the hundredth on.
    pub provisioning: i64,
    /// Looks for machines to start or to end, every minute.
    pub retention: i64,
}

/// What a machine has, or what an item takes of one for each executor. None: nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu: Option<u64>,
    /// Bytes.
    pub memory: Option<u64>,
    pub gpu: u64,
}

/// Machines that are all alike.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    pub name: String,
    /// Of each machine.
    pub executors: u32,
    /// The cloud that starts them; none: they stand there.
    pub cloud: Option<usize>,
    /// How many stand there; 0 of a cloud's.
    pub count: u32,
    /// When they end and start again; none: they always stand there, or they are a cloud's.
    pub demand: Option<Demand>,
    /// Most at once of a cloud's, beside the cloud's own limit.
    pub most: Option<u32>,
    /// Of each machine.
    pub has: Resources,
}

impl Kind {
    /// Whether they come and go.
    pub fn is_startable(&self) -> bool {
        self.cloud.is_some() || self.demand.is_some()
    }
}

/// Agents that Jenkins starts on demand. Times are milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub startup: i64,
    /// How long something has to wait before one is started.
    pub after: i64,
    /// Of idleness, after which one ends.
    pub idle: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Cloud {
    pub name: String,
    /// Most machines at once, of all kinds.
    pub most: u32,
    /// Milliseconds from the request to the first build, on average.
    pub startup: i64,
    /// The standard deviation of that, as a part of it.
    pub spread: f64,
    /// Of a hundred starts.
    pub fails: u32,
    /// Milliseconds of idleness after which a machine ends; none: after its first build.
    pub idle: Option<i64>,
    /// Milliseconds that are paid for as soon as they are begun.
    pub billed: Option<i64>,
    /// An idle machine ends when this much of them is left, instead of by its idle time.
    pub last: Option<i64>,
    /// Of one machine for an hour.
    pub price: f64,
}

/// Work that asks for the same: a hardware mode.
#[derive(Clone, Debug, Default)]
pub struct Class {
    pub name: String,
    pub label: usize,
    /// The kinds that it runs on; those that stand there first.
    pub kinds: Vec<usize>,
    pub asks: Resources,
}
