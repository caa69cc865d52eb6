//! The event loop: a queue, looks at it, machines.
//!
//! Time is in whole milliseconds. What happens at one instant, in order: builds end, machines come, items arrive; the queue is looked
//! at; statistics are taken; the provisioner looks; the queue again; idle machines end. The offsets of Jenkins' timers, random there,
//! are 0 here.

mod machines;
mod provisioning;
mod tally;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cluster::Cluster;
use super::line::Line;
use super::policy::{Order, Policy};
use super::work::{Change, Item, Ticket, Work};
use machines::{Machines, Node};
use provisioning::Provisioner;
pub use tally::{CloudTally, Record, Tally};

/// Milliseconds between two looks for machines that were idle for too long.
const RETENTION: i64 = 60_000;
/// Milliseconds that a machine which keeps none waits for its only build.
const UNUSED: i64 = 300_000;

/// Runs a load on a cluster under a policy, until nothing is left that can go on, or until this time.
pub fn simulate<W: Work>(cluster: &Cluster, policy: &Policy, work: &mut W, until: i64) -> Tally {
    let mut kernel = Kernel::new(cluster, policy, work);
    kernel.run(until);
    kernel.finish()
}

struct Kernel<'c, 'w, W> {
    cluster: &'c Cluster,
    policy: &'c Policy,
    order: Box<dyn Order>,
    work: &'w mut W,
    now: i64,
    /// By ticket.
    jobs: Vec<Job>,
    next_id: u64,
    /// Items in their quiet period, by when it ends.
    waiting: Line,
    /// By class: buildable items. Withdrawn ones stay until they come to the front.
    lines: Vec<Line>,
    /// By class: buildable items that were not withdrawn.
    lengths: Vec<u32>,
    /// All of those.
    buildable: u32,
    machines: Machines,
    provisioner: Provisioner,
    /// Whether the next tick may start what the last look could not.
    is_unfinished: bool,
    retention_at: i64,
    changes: Vec<Change>,
    /// Classes of a look, by their first items.
    heads: BinaryHeap<Reverse<(u64, u64, u32)>>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug)]
struct Job {
    item: Item,
    id: u64,
    key: u64,
    state: State,
    submitted: i64,
    buildable: i64,
    started: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Buildable,
    /// On a machine; none for what needs no executor.
    Running(Option<Node>),
    Gone,
}

impl<'c, 'w, W: Work> Kernel<'c, 'w, W> {
    fn new(cluster: &'c Cluster, policy: &'c Policy, work: &'w mut W) -> Self {
        let classes = cluster.classes.len();
        Self {
            cluster,
            policy,
            order: policy.order.make(),
            work,
            now: 0,
            jobs: Vec::new(),
            next_id: 1,
            waiting: Line::default(),
            lines: (0..classes).map(|_| Line::default()).collect(),
            lengths: vec![0; classes],
            buildable: 0,
            machines: Machines::new(cluster, policy.place, policy.manners.one_start),
            provisioner: Provisioner::new(cluster, policy.provision),
            is_unfinished: false,
            retention_at: RETENTION,
            changes: Vec::new(),
            heads: BinaryHeap::new(),
            tally: Tally::new(cluster),
        }
    }

    fn run(&mut self, until: i64) {
        while let Some(time) = self.next().filter(|time| *time <= until) {
            self.now = time;
            self.instant();
        }
    }

    /// The next instant at which anything can change.
    fn next(&mut self) -> Option<i64> {
        while let Some((_, id, ticket)) = self.waiting.first()
            && !self.is_in(State::Waiting, id, ticket)
        {
            self.waiting.pop();
        }
        let by_itself = self.work.next();
        let waits = self.waiting.first().is_some() || self.is_unfinished;
        if by_itself.is_none() && !waits && (self.buildable == 0 || !self.has_hope()) {
            return None;
        }
        let own = self.tick().into_iter().chain(self.machines.next());
        let timers = self.provisioner.next().into_iter().flat_map(|at| [at, self.retention_at]);
        by_itself.into_iter().chain(own).chain(timers).min()
    }

    /// The next tick that may change anything.
    fn tick(&self) -> Option<i64> {
        let due = self.waiting.first().map(|(due, ..)| i64::try_from(due).unwrap_or(i64::MAX));
        let Some(tick) = self.policy.manners.tick else { return due };
        let next = |after: i64| after.saturating_add(tick - 1) / tick * tick;
        let due = due.map(|due| next(due.max(self.now + 1)));
        due.into_iter().chain(self.is_unfinished.then(|| next(self.now + 1))).min()
    }

    /// Whether a machine may come for something that waits.
    fn has_hope(&self) -> bool {
        let can_come =
            |class: &usize| self.cluster.classes[*class].kinds.iter().any(|kind| self.cluster.kinds[*kind].cloud.is_some());
        (0..self.lengths.len()).filter(|class| self.lengths[*class] > 0).any(|class| can_come(&class))
    }

    fn instant(&mut self) {
        let is_tick = self.tick_is_now();
        let changed = self.absorb();
        if self.machines.come_until(self.now) || changed || is_tick {
            self.look();
        }
        if self.provisioner.is_due(self.now) {
            let came = self.provisioner.act(self.now, self.cluster, &mut self.machines, &self.lengths, &mut self.tally);
            if came {
                self.look();
            }
        }
        if self.now >= self.retention_at {
            self.retention_at += RETENTION;
            let retired = self.machines.retire(self.cluster, self.now, UNUSED);
            retired.iter().for_each(|ended| self.tally.ended(self.cluster, *ended, self.now));
            if !retired.is_empty() {
                self.look();
            }
        }
        self.provisioner.watch(self.now, self.cluster, &self.machines, &self.lengths);
    }

    fn tick_is_now(&self) -> bool {
        let is_due = self.waiting.first().is_some_and(|(due, ..)| i64::try_from(due).is_ok_and(|due| due <= self.now));
        match self.policy.manners.tick {
            None => is_due,
            Some(tick) => (is_due || self.is_unfinished) && self.now % tick == 0,
        }
    }

    /// Takes in what the work does until now; whether it did anything.
    fn absorb(&mut self) -> bool {
        let mut has_changed = false;
        while self.work.next().is_some_and(|at| at <= self.now) {
            has_changed = true;
            let mut changes = std::mem::take(&mut self.changes);
            self.work.advance(self.now, &mut changes);
            for change in changes.drain(..) {
                match change {
                    Change::Asks(ticket, item) => self.ask(ticket, item),
                    Change::Ends(ticket) => self.end(ticket),
                }
            }
            self.changes = changes;
        }
        has_changed
    }

    fn ask(&mut self, ticket: Ticket, item: Item) {
        let id = self.next_id;
        self.next_id += 1;
        let job = Job { item, id, key: 0, state: State::Waiting, submitted: self.now, buildable: self.now, started: self.now };
        let at = ticket as usize;
        if self.jobs.len() <= at {
            self.jobs.resize(at + 1, Job { state: State::Gone, ..job });
        }
        self.jobs[at] = job;
        let quiet = if item.is_quiet { self.policy.manners.quiet } else { 0 };
        if quiet == 0 && self.policy.manners.tick.is_none() {
            self.enter(ticket);
        } else {
            // Times are not negative.
            self.waiting.push(((self.now + quiet).unsigned_abs(), id, ticket));
        }
    }

    /// An item has waited out its quiet period.
    fn enter(&mut self, ticket: Ticket) {
        let now = self.now;
        let job = &mut self.jobs[ticket as usize];
        job.buildable = now;
        let Some(class) = job.item.class else {
            job.state = State::Running(None);
            self.work.begin(ticket, now);
            return;
        };
        job.state = State::Buildable;
        job.key = self.order.enter(&job.item, now);
        self.lines[class as usize].push((job.key, job.id, ticket));
        self.lengths[class as usize] += 1;
        self.buildable += 1;
        self.provisioner.suggest(now, self.cluster.classes[class as usize].label);
    }

    fn end(&mut self, ticket: Ticket) {
        let job = &mut self.jobs[ticket as usize];
        let state = std::mem::replace(&mut job.state, State::Gone);
        let Job { item, submitted, buildable, started, .. } = *job;
        let Some(class) = item.class else { return };
        match state {
            State::Buildable => {
                self.lengths[class as usize] -= 1;
                self.buildable -= 1;
                self.tally.withdrawn += 1;
            }
            State::Waiting => self.tally.withdrawn += 1,
            State::Running(Some(node)) => {
                let record = Record { submitted, buildable, started, ended: self.now, group: item.group, class: class as u16 };
                self.tally.record(record);
                if let Some(ended) = self.machines.release(self.cluster, node, self.now) {
                    self.tally.ended(self.cluster, ended, self.now);
                }
            }
            State::Running(None) | State::Gone => {}
        }
    }

    /// Looks at the queue, and again as long as that makes something happen at this instant.
    fn look(&mut self) {
        loop {
            self.look_once();
            self.provisioner.eager(self.now, self.cluster, &mut self.machines, &self.lengths, &mut self.tally);
            let came = self.machines.come_until(self.now);
            if !self.absorb() && !came {
                return;
            }
        }
    }

    fn look_once(&mut self) {
        while let Some((due, id, ticket)) = self.waiting.first()
            && i64::try_from(due).is_ok_and(|due| due <= self.now)
        {
            self.waiting.pop();
            if self.is_in(State::Waiting, id, ticket) {
                self.enter(ticket);
            }
        }
        for class in 0..self.lines.len() {
            self.push_head(class as u32);
        }
        while let Some(Reverse((_, _, class))) = self.heads.pop() {
            let described = &self.cluster.classes[class as usize];
            // Another class may have taken what was free when its head was put here.
            if let (true, Some((key, _, ticket))) = (self.machines.has_open(described), self.lines[class as usize].first())
                && let Some(node) = self.machines.pick(described, self.jobs[ticket as usize].item.place)
            {
                self.lines[class as usize].pop();
                self.start(ticket, key, class, node);
                self.push_head(class);
            }
        }
        let had_used = self.machines.reopen();
        self.is_unfinished = had_used && (0..self.lines.len()).any(|class| self.could_start(class));
    }

    fn could_start(&self, class: usize) -> bool {
        self.lengths[class] > 0 && self.machines.has_open(&self.cluster.classes[class])
    }

    /// Puts the first of a class among those that this look may start.
    fn push_head(&mut self, class: u32) {
        if !self.could_start(class as usize) {
            return;
        }
        while let Some((key, id, ticket)) = self.lines[class as usize].first() {
            if self.is_in(State::Buildable, id, ticket) {
                self.heads.push(Reverse((key, id, class)));
                return;
            }
            self.lines[class as usize].pop();
        }
    }

    fn start(&mut self, ticket: Ticket, key: u64, class: u32, node: Node) {
        self.machines.occupy(node);
        self.lengths[class as usize] -= 1;
        self.buildable -= 1;
        let job = &mut self.jobs[ticket as usize];
        job.state = State::Running(Some(node));
        job.started = self.now;
        self.order.start(key);
        self.work.begin(ticket, self.now);
    }

    fn is_in(&self, state: State, id: u64, ticket: Ticket) -> bool {
        let job = &self.jobs[ticket as usize];
        job.id == id && job.state == state
    }

    fn finish(mut self) -> Tally {
        for job in &self.jobs {
            match job.state {
                State::Waiting | State::Buildable if job.item.class.is_some() => self.tally.unstarted += 1,
                State::Running(Some(_)) => self.tally.unended += 1,
                _ => {}
            }
        }
        for ended in self.machines.close(self.cluster) {
            self.tally.ended(self.cluster, ended, self.now);
        }
        self.tally.starved = self.provisioner.starved(self.now);
        self.tally.until = self.now;
        self.tally
    }
}
