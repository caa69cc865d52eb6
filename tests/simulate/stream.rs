//! Plain jobs as work: each arrives at a time of its own and takes as long as it takes. The benchmark has them too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use o11n::simulate::{Change, Class, Cloud, Cluster, Item, Kind, Policy, Record, Tally, Ticket, Work, simulate};

pub(crate) const HOUR: i64 = 3_600_000;
/// Longer than any test.
pub(crate) const LATER: i64 = 1 << 50;

#[derive(Clone, Copy)]
pub(crate) struct Job {
    pub(crate) at: i64,
    pub(crate) takes: i64,
    pub(crate) item: Item,
}

/// Without a quiet period, of the first class, of middle priority.
pub(crate) fn job(at: i64, takes: i64) -> Job {
    let item = Item {
        class: Some(0),
        place: 0,
        priority: 3,
        user: 0,
        queue: 0,
        width: 1,
        estimate: 0,
        group: 0,
        what: 0,
        is_quiet: false,
        project: None,
    };
    Job { at, takes, item }
}

struct Stream<'j> {
    /// In order of arrival; a job's ticket is its place.
    jobs: &'j [Job],
    arrived: usize,
    running: BinaryHeap<Reverse<(i64, Ticket)>>,
    /// In the order in which they began.
    begun: Vec<Ticket>,
}

impl Work for Stream<'_> {
    fn next(&self) -> Option<i64> {
        let end = self.running.peek().map(|Reverse((at, _))| *at);
        end.into_iter().chain(self.jobs.get(self.arrived).map(|job| job.at)).min()
    }

    fn advance(&mut self, now: i64, changes: &mut Vec<Change>) {
        while let Some(Reverse((at, ticket))) = self.running.peek().copied()
            && at <= now
        {
            self.running.pop();
            changes.push(Change::Ends(ticket));
        }
        while let Some(job) = self.jobs.get(self.arrived).filter(|job| job.at <= now) {
            changes.push(Change::Asks(self.arrived as Ticket, job.item));
            self.arrived += 1;
        }
    }

    fn stop(&mut self, ticket: Ticket, _: i64) {
        self.running.retain(|Reverse((_, running))| *running != ticket);
    }

    fn begin(&mut self, ticket: Ticket, now: i64) {
        self.begun.push(ticket);
        self.running.push(Reverse((now + self.jobs[ticket as usize].takes, ticket)));
    }
}

/// So many agents with so many executors each.
pub(crate) fn agents(count: u32, executors: u32) -> Cluster {
    let kind = Kind { name: "agent".into(), executors, count, ..Kind::default() };
    let class = Class { name: "any".into(), kinds: vec![0], ..Class::default() };
    Cluster { kinds: vec![kind], classes: vec![class], labels: vec![String::new()], ..Cluster::default() }
}

/// The same with an unlimited cloud of machines with one executor.
pub(crate) fn with_cloud(mut cluster: Cluster, startup: i64, idle: Option<i64>) -> Cluster {
    cluster.clouds.push(Cloud { name: "cloud".into(), most: 10_000, startup, idle, price: 1.0, ..Cloud::default() });
    cluster.kinds.push(Kind { name: "cloud".into(), executors: 1, cloud: Some(0), ..Kind::default() });
    cluster.classes[0].kinds.push(cluster.kinds.len() - 1);
    cluster
}

pub(crate) fn run(cluster: &Cluster, policy: &str, jobs: &[Job]) -> Tally {
    run_until(cluster, policy, jobs, LATER)
}

pub(crate) fn run_until(cluster: &Cluster, policy: &str, jobs: &[Job], until: i64) -> Tally {
    run_in_order(cluster, &Policy::parse(policy).unwrap(), jobs, until).0
}

/// And which jobs began, in order.
pub(crate) fn run_in_order(cluster: &Cluster, policy: &Policy, jobs: &[Job], until: i64) -> (Tally, Vec<Ticket>) {
    let mut stream = Stream { jobs, arrived: 0, running: BinaryHeap::new(), begun: Vec::new() };
    let tally = simulate(cluster, policy, &mut stream, until);
    (tally, stream.begun)
}

/// By the order in which they were submitted.
pub(crate) fn starts(tally: &Tally) -> Vec<i64> {
    let mut records: Vec<Record> = tally.records.clone();
    records.sort_by_key(|record| (record.submitted, record.started));
    records.iter().map(|record| record.started).collect()
}
