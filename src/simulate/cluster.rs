//! What can take work: kinds of machines, clouds that start some, and which class of work runs on which kind.

/// An infrastructure. Numbers in it are places in its lists.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    pub kinds: Vec<Kind>,
    pub clouds: Vec<Cloud>,
    pub classes: Vec<Class>,
    /// Label expressions, in the order in which Jenkins goes through them: none first, then by name.
    pub labels: Vec<String>,
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
    /// Of each machine.
    pub has: Resources,
}

#[derive(Clone, Debug)]
pub struct Cloud {
    pub name: String,
    /// Most machines at once, of all kinds.
    pub most: u32,
    /// Milliseconds from the request to the first build.
    pub startup: i64,
    /// Milliseconds of idleness after which a machine ends; none: after its first build.
    pub idle: Option<i64>,
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
