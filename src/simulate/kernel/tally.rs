//! What a simulation leaves: a record of each build, and what machines cost.

use std::collections::HashMap;

use super::super::cluster::Cluster;
use super::film::Film;
use super::machines::{Ended, Node};

/// One build that ended. Times are milliseconds from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub submitted: i64,
    /// When it had waited out its quiet period and was noticed.
    pub buildable: i64,
    pub started: i64,
    pub ended: i64,
    /// Of the time since then: for how long another build of its project was in its way, or its queue had no room for it.
    pub blocked: i64,
    /// Of the time after that: for how long the machine that it then got was starting.
    pub provisioning: i64,
    pub user: u32,
    /// Executors that it had.
    pub width: u32,
    pub group: u16,
    pub class: u16,
    /// The machine, the first where it had several.
    pub node: u32,
    /// The item's.
    pub what: u32,
}

/// One attempt, from the moment at which it was asked for, or lost its executors.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'t> {
    pub record: &'t Record,
    pub fate: Fate,
    /// When it began to wait, and since when it could have started.
    pub asked: i64,
    pub since: i64,
}

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Ended,
    /// It lost its executors to others.
    Stopped,
    /// It never started, or never ended.
    Left,
}

impl Record {
    /// From the moment at which it was asked for to its start.
    pub(in super::super) fn wait(&self) -> i64 {
        self.started - self.submitted
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// In the order in which they ended.
    pub records: Vec<Record>,
    /// Withdrawn before they started.
    pub withdrawn: u64,
    /// What lost its executors to something else, in order: until when it had them. It goes on waiting.
    pub stopped: Vec<Record>,
    /// By queue: items that need no executor and were noticed.
    pub noticed: Vec<Noticed>,
    /// Never started, and started but not ended, when nothing could go on any more or the time was up.
    pub unstarted: u64,
    pub unended: u64,
    /// Of those that never started, those that take more executors than there can be.
    pub too_wide: u64,
    /// By cloud.
    pub clouds: Vec<CloudTally>,
    /// By label: the longest time, in milliseconds, in which something waited, nothing was free or on its way, and a cloud had room.
    pub starved: Vec<i64>,
    /// By label: when that time began.
    pub starved_at: Vec<i64>,
    /// When it was over.
    pub until: i64,
    /// By kind of machines.
    pub kinds: Vec<KindTally>,
    /// Whether it was stopped before it was over.
    pub is_cut: bool,
    /// Where it was asked for.
    pub film: Option<Film>,
}

/// Items of a queue that need no executor, as runs of a pipeline do. Times are sums of milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    pub count: u64,
    /// Until they were noticed.
    pub quiet: i64,
    /// After that: while another of their project was in their way.
    pub blocked: i64,
}

/// Milliseconds of all executors of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindTally {
    /// From the request for a machine to its end.
    pub there: i64,
    /// Of that, until it could work.
    pub starting: i64,
    /// By class of what they had.
    pub busy: Vec<i64>,
}

impl KindTally {
    /// Whatever they had.
    pub fn all_busy(&self) -> i64 {
        self.busy.iter().sum()
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct CloudTally {
    pub machines: u64,
    /// Those that never had a build.
    pub unused: u64,
    /// Those whose start failed; they are among the former.
    pub failed: u64,
    /// Milliseconds from each request to the machine's end, as they are billed.
    pub time: i64,
}

impl Tally {
    pub(super) fn new(cluster: &Cluster) -> Self {
        let clouds = vec![CloudTally::default(); cluster.clouds.len()];
        let kind = KindTally { busy: vec![0; cluster.classes.len()], ..KindTally::default() };
        Self { clouds, kinds: vec![kind; cluster.kinds.len()], ..Self::default() }
    }

    /// An executor had something of a class for so long.
    pub(super) fn busy(&mut self, kind: usize, class: u32, time: i64) {
        self.kinds[kind].busy[class as usize] += time;
    }

    /// An item that needs no executor is noticed.
    pub(super) fn notice(&mut self, queue: u16, quiet: i64, blocked: i64) {
        let at = usize::from(queue);
        if self.noticed.len() <= at {
            self.noticed.resize(at + 1, Noticed::default());
        }
        let noticed = &mut self.noticed[at];
        *noticed = Noticed { count: noticed.count + 1, quiet: noticed.quiet + quiet, blocked: noticed.blocked + blocked };
    }

    /// All that waited or ran. What did not end is only on film.
    pub fn attempts(&self) -> impl Iterator<Item = Attempt<'_>> {
        let film = || self.film.iter();
        let stopped = film().flat_map(|_| &self.stopped).map(|record| (record, Fate::Stopped));
        let ended = self.records.iter().map(|record| (record, Fate::Ended));
        let left = film().flat_map(|film| &film.left).map(|record| (record, Fate::Left));
        // When an item lost its executors last.
        let mut lost: HashMap<u32, i64> = HashMap::new();
        stopped.chain(ended).chain(left).map(move |(record, fate)| {
            let again = lost.get(&record.what).copied();
            if fate == Fate::Stopped {
                lost.insert(record.what, record.ended);
            }
            let (asked, since) = again.map_or((record.submitted, record.buildable), |again| (again, again));
            Attempt { record, fate, asked, since }
        })
    }

    /// The machines of an attempt, and how many executors it had of each; all of them on film only.
    pub fn parts(&self, record: &Record) -> impl Iterator<Item = (u32, u32)> {
        let film = self.film.as_ref().filter(|_| record.width > 1);
        let parts = film.and_then(|film| film.parts.get(&(record.what, record.started)));
        let only = parts.is_none().then_some((record.node, 1));
        only.into_iter().chain(parts.into_iter().flatten().copied())
    }

    /// The kind of a machine, on film.
    pub fn kind_of(&self, node: u32) -> Option<usize> {
        self.film.as_ref().and_then(|film| film.machines.get(node as usize)).map(|(_, kind)| *kind)
    }

    /// An item ends that had these machines beside its first.
    pub(super) fn record(&mut self, record: Record, others: &[Node]) {
        self.records.push(record);
        self.spread(record, others);
    }

    /// An item loses its executors to others.
    pub(super) fn stopped(&mut self, record: Record, others: &[Node]) {
        self.stopped.push(record);
        self.spread(record, others);
    }

    fn spread(&mut self, record: Record, others: &[Node]) {
        if let Some(film) = self.film.as_mut().filter(|_| !others.is_empty()) {
            let mut nodes: Vec<Node> = others.iter().copied().chain([record.node]).collect();
            nodes.sort_unstable();
            let parts = nodes.chunk_by(|one, other| one == other).map(|same| (same[0], same.len() as u32));
            film.parts.insert((record.what, record.started), parts.collect());
        }
    }

    /// An item takes more executors than there can be.
    pub(super) fn too_wide(&mut self, what: u32) {
        self.too_wide += 1;
        if let Some(film) = &mut self.film {
            film.too_wide.insert(what);
        }
    }

    /// A cloud was asked for machines.
    pub(super) fn requested(&mut self, cloud: usize, machines: u32) {
        self.clouds[cloud].machines += u64::from(machines);
    }

    /// A machine was asked for, and never came.
    pub(super) fn failed(&mut self, cluster: &Cluster, failed: Ended, now: i64) {
        self.ended(cluster, failed, now);
        if let Some(cloud) = cluster.kinds[failed.kind].cloud {
            self.clouds[cloud].unused -= 1;
            self.clouds[cloud].failed += 1;
        }
    }

    /// An item leaves that has no record.
    pub(super) fn left(&mut self, record: Record, others: &[Node]) {
        self.spread(record, others);
        if let Some(film) = &mut self.film {
            film.left.push(record);
        }
    }

    pub(super) fn ended(&mut self, cluster: &Cluster, ended: Ended, now: i64) {
        let Ended { kind, requested, came, has_worked, .. } = ended;
        if let Some(film) = &mut self.film {
            film.ended(ended, now);
        }
        let described = &cluster.kinds[kind];
        let time = now - requested;
        let executors = i64::from(described.executors);
        self.kinds[kind].there += time * executors;
        self.kinds[kind].starting += (came - requested) * executors;
        if let Some(cloud) = described.cloud {
            let billed = cluster.clouds[cloud].billed.unwrap_or(1);
            let begun = time / billed + i64::from(time % billed != 0);
            self.clouds[cloud].time = self.clouds[cloud].time.saturating_add(begun.saturating_mul(billed));
            self.clouds[cloud].unused += u64::from(!has_worked);
        }
    }
}
