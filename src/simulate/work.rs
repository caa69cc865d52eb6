//! Where work comes from: what asks for executors, and when it gives them back.

/// What asks for executors: a place in the table of the source's own, free again when it has ended.
pub type Ticket = u32;

/// Work as the scheduler sees it. It is told nothing of the future.
pub trait Work {
    /// When something happens by itself; none where all waits for executors, or nothing is left.
    fn next(&self) -> Option<i64>;

    /// Lets happen what happens until this time, itself included: ends first, then arrivals.
    fn advance(&mut self, now: i64, changes: &mut Vec<Change>);

    /// An item has its executors.
    fn begin(&mut self, ticket: Ticket, now: i64);

    /// An item loses its executors, and what it did. It waits as it did before, and begins anew.
    fn stop(&mut self, ticket: Ticket, now: i64);

    /// An item never starts. Its ticket is free again.
    fn drop(&mut self, _ticket: Ticket, _why: Dropped) {}

    /// What chance in the scheduler's machines goes by.
    fn seed(&self) -> u64 {
        0
    }
}

/// Why an item that nobody withdrew never starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It is taken for one of the same project that waits already.
    Folded,
    /// Jenkins broke down before it had saved it.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    Asks(Ticket, Item),
    /// It has ended or was withdrawn.
    Ends(Ticket),
}

/// What waits for executors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// Of the cluster; none for what needs no executor and only has to be noticed, as a run of a pipeline itself.
    pub class: Option<u32>,
    /// The place of its job's name on the ring.
    pub place: i32,
    /// From 1, the most urgent, to 5.
    pub priority: u8,
    pub user: u32,
    /// The queue it stands in, as policies with weights count: the source of its run.
    pub queue: u16,
    /// How many executors it takes, all at once; at least 1.
    pub width: u32,
    /// How long it will probably take in milliseconds; 0 where nothing is known.
    pub estimate: i64,
    /// Which figures it counts for.
    pub group: u16,
    /// What it is to whoever asked, for the records.
    pub what: u32,
    /// Whether it waits out the quiet period first.
    pub is_quiet: bool,
    /// What it is a build of, where builds of one thing get in each other's way.
    pub project: Option<Project>,
}

/// What the same project's builds have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Project {
    /// From 0, without gaps.
    pub number: u32,
    /// No two of its builds run at once.
    pub is_alone: bool,
    /// What is asked for while another of its items waits is that item.
    pub folds: bool,
}
