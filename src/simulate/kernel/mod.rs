//! The event loop: a queue, looks at it, machines.
//!
//! Time is in whole milliseconds. What happens at one instant, in order: builds end, machines come, items arrive; the queue is looked
//! at; statistics are taken; the provisioner looks; the queue again; idle machines end. The offsets of Jenkins' timers, random there,
//! are what the cluster says.

mod blocked;
mod film;
mod machines;
mod profile;
mod provisioning;
mod restart;
mod rooms;
mod tally;
mod wide;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::iter;

use super::chance::Chance;
use super::cluster::Cluster;
use super::line::Line;
use super::policy::{Order, Policy};
use super::work::{Change, Dropped, Item, Ticket, Work};
use blocked::Projects;
pub use film::{Film, Life};
use machines::{Machines, Node};
use provisioning::Provisioner;
use rooms::Rooms;
pub use tally::{Attempt, CloudTally, Fate, KindTally, Noticed, Record, Tally};
use wide::Wide;

/// Milliseconds between two looks for machines to start or to end.
const RETENTION: i64 = 60_000;
/// Milliseconds that a machine which keeps none waits for its only build.
const UNUSED: i64 = 300_000;

/// Instants between two questions whether to go on.
const WATCHED: u32 = 4096;

/// Runs a load on a cluster under a policy, until nothing is left that can go on, or until this time.
pub fn simulate<W: Work>(cluster: &Cluster, policy: &Policy, work: &mut W, until: i64) -> Tally {
    simulate_watched(cluster, policy, work, until, false, &mut |_| true)
}

/// The same, on film or not, and now and then tells the time and asks whether to go on.
pub fn simulate_watched<W: Work>(
    cluster: &Cluster,
    policy: &Policy,
    work: &mut W,
    until: i64,
    is_filmed: bool,
    goes_on: &mut dyn FnMut(i64) -> bool,
) -> Tally {
    let mut kernel = Kernel::new(cluster, policy, work);
    kernel.tally.film = is_filmed.then(Film::default);
    kernel.run(until, goes_on);
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
    projects: Projects,
    shapes: Shapes,
    /// By shape: buildable items. Withdrawn ones stay until they come to the front.
    lines: Vec<Line>,
    /// By class: executors that buildable items ask for which were not withdrawn.
    lengths: Vec<u32>,
    /// The same of those whose queues may have them, where a policy refuses any.
    admitted: Option<Vec<u32>>,
    /// All of those items.
    buildable: u32,
    machines: Machines,
    provisioner: Provisioner,
    /// Whether the next tick may start what the last look could not.
    is_unfinished: bool,
    retention_at: i64,
    /// When Jenkins began, last.
    began: i64,
    /// Restarts that were.
    restarts: usize,
    /// The first change of the queue since it was last saved, where that matters.
    unsaved: Option<i64>,
    changes: Vec<Change>,
    /// Shapes of a look, by their first items.
    heads: BinaryHeap<Reverse<(u64, u64, u32)>>,
    /// Other machines of items that have several.
    others: HashMap<Ticket, Vec<Node>>,
    /// For how long items that were ever blocked were so, since their last start.
    blocked: HashMap<Ticket, i64>,
    /// Where looks weigh several items: what waits, instead of the lines.
    wide: Option<Wide>,
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
    /// Another build of its project keeps it from being buildable.
    Blocked,
    Buildable,
    /// On a machine; none for what needs no executor.
    Running(Option<Node>),
    Gone,
}

impl Job {
    /// What is known of it when it leaves. What never came so far leaves at that time.
    fn record(&self, now: i64) -> Record {
        let Item { class, width, user, group, what, .. } = self.item;
        let (node, started) = match self.state {
            State::Running(Some(node)) => (node, self.started),
            _ => (Node::MAX, now),
        };
        let buildable = if matches!(self.state, State::Waiting | State::Blocked) { now } else { self.buildable };
        let class = class.unwrap_or_default() as u16;
        Record {
            submitted: self.submitted,
            buildable,
            started,
            ended: now,
            blocked: 0,
            provisioning: 0,
            user,
            width,
            group,
            class,
            node,
            what,
        }
    }
}

/// Items that are alike to a machine: those of a class that take as many executors. Those that take one have the number of their class.
#[derive(Debug)]
struct Shapes {
    /// The class of each, the executors, and whether one of them keeps others of its class back in this look.
    all: Vec<(u32, u32, bool)>,
    wide: HashMap<(u32, u32), u32>,
}

impl Shapes {
    fn new(classes: usize) -> Self {
        Self { all: (0..classes as u32).map(|class| (class, 1, false)).collect(), wide: HashMap::new() }
    }

    fn of(&mut self, class: u32, width: u32) -> u32 {
        if width <= 1 {
            return class;
        }
        *self.wide.entry((class, width)).or_insert_with(|| {
            self.all.push((class, width, false));
            self.all.len() as u32 - 1
        })
    }
}

impl<'c, 'w, W: Work> Kernel<'c, 'w, W> {
    fn new(cluster: &'c Cluster, policy: &'c Policy, work: &'w mut W) -> Self {
        let classes = cluster.classes.len();
        let chance = Chance::new(work.seed()).at(u64::MAX - 1);
        let rooms = policy.is_wide().then(|| Rooms::new(cluster, policy.packs, policy.place));
        let order = policy.order.make(&policy.settings, cluster);
        Self {
            cluster,
            policy,
            work,
            now: 0,
            jobs: Vec::new(),
            next_id: 1,
            waiting: Line::default(),
            projects: Projects::default(),
            shapes: Shapes::new(classes),
            lines: (0..classes).map(|_| Line::default()).collect(),
            lengths: vec![0; classes],
            admitted: None,
            buildable: 0,
            machines: Machines::new(cluster, policy.place, policy.manners.one_start, rooms, chance.at(0)),
            provisioner: Provisioner::new(cluster, policy.provision, &policy.settings, chance.at(1)),
            is_unfinished: false,
            retention_at: cluster.controller.timers.retention,
            began: 0,
            restarts: 0,
            unsaved: None,
            changes: Vec::new(),
            heads: BinaryHeap::new(),
            others: HashMap::new(),
            blocked: HashMap::new(),
            wide: policy.is_wide().then(|| Wide::new(order.admitted(&mut iter::empty()).is_some())),
            order,
            tally: Tally::new(cluster),
        }
    }

    fn run(&mut self, until: i64, goes_on: &mut dyn FnMut(i64) -> bool) {
        let mut unwatched = 0;
        while let Some(time) = self.next().filter(|time| *time <= until) {
            self.now = time;
            self.instant();
            unwatched += 1;
            if unwatched == WATCHED {
                unwatched = 0;
                if !goes_on(time) {
                    self.tally.is_cut = true;
                    return;
                }
            }
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
        by_itself.into_iter().chain(own).chain(timers).chain(self.restart_at()).min()
    }

    /// The next tick that may change anything.
    fn tick(&self) -> Option<i64> {
        let due = self.waiting.first().map(|(due, ..)| i64::try_from(due).unwrap_or(i64::MAX));
        let Some(tick) = self.policy.manners.tick else { return due };
        let phase = self.began + self.cluster.controller.timers.queue;
        let next = |after: i64| after.saturating_add((phase - after).rem_euclid(tick));
        let due = due.map(|due| next(due.max(self.now + 1)));
        due.into_iter().chain(self.is_unfinished.then(|| next(self.now + 1))).min()
    }

    /// Whether a machine may come for something that waits.
    fn has_hope(&self) -> bool {
        let can_come =
            |class: &usize| self.cluster.classes[*class].kinds.iter().any(|kind| self.cluster.kinds[*kind].is_startable());
        (0..self.lengths.len()).filter(|class| self.lengths[*class] > 0).any(|class| can_come(&class))
    }

    fn instant(&mut self) {
        let is_tick = self.tick_is_now();
        let changed = self.absorb();
        let came = self.machines.come_until(self.cluster, self.now);
        let is_anew = self.restart_at().is_some_and(|at| at <= self.now);
        if is_anew {
            self.restart();
        }
        if came || changed || is_tick || is_anew {
            self.look();
        }
        if self.provisioner.is_due(self.now) {
            let came = self.provisioner.act(
                self.now,
                self.cluster,
                &mut self.machines,
                self.admitted.as_deref().unwrap_or(&self.lengths),
                &mut self.tally,
            );
            if came {
                self.look();
            }
        }
        if self.now >= self.retention_at {
            self.retention_at += RETENTION;
            let kept = self.provisioner.kept(self.now, &self.machines, self.admitted.as_deref().unwrap_or(&self.lengths));
            let retired = self.machines.retire(self.cluster, self.now, UNUSED, &kept);
            retired.iter().for_each(|ended| self.tally.ended(self.cluster, *ended, self.now));
            if !retired.is_empty() {
                self.look();
            }
            self.wake();
        }
        for failed in self.machines.failed() {
            self.tally.failed(self.cluster, failed, self.now);
        }
        self.provisioner.watch(self.now, self.cluster, &self.machines, self.admitted.as_deref().unwrap_or(&self.lengths));
    }

    /// Starts agents for what waits, where that is how they start.
    fn wake(&mut self) {
        if self.buildable == 0 || !self.provisioner.wakes() {
            return;
        }
        let mut waiting: Vec<&Job> = self.jobs.iter().filter(|job| job.state == State::Buildable).collect();
        waiting.sort_unstable_by_key(|job| (job.key, job.id));
        let waiting = waiting.into_iter().filter_map(|job| Some((job.item.class?, job.buildable)));
        self.provisioner.wake(self.now, self.cluster, &mut self.machines, &mut self.tally, waiting);
    }

    fn tick_is_now(&self) -> bool {
        let is_due = self.waiting.first().is_some_and(|(due, ..)| i64::try_from(due).is_ok_and(|due| due <= self.now));
        match self.policy.manners.tick {
            None => is_due,
            Some(tick) => {
                let phase = self.began + self.cluster.controller.timers.queue;
                (is_due || self.is_unfinished) && (self.now - phase).rem_euclid(tick) == 0
            }
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
        let quiet = if item.is_quiet { self.policy.manners.quiet } else { 0 };
        if let Some((id, twin)) = self.projects.twin(&item) {
            // It waits no longer for that.
            if self.jobs[twin as usize].state == State::Waiting {
                self.waiting.push(((self.now + quiet).unsigned_abs(), id, twin));
            }
            self.work.drop(ticket, Dropped::Folded);
            return;
        }
        self.touch();
        let id = self.next_id;
        self.next_id += 1;
        let job = Job { item, id, key: 0, state: State::Waiting, submitted: self.now, buildable: self.now, started: self.now };
        let at = ticket as usize;
        if self.jobs.len() <= at {
            self.jobs.resize(at + 1, Job { state: State::Gone, ..job });
        }
        self.jobs[at] = job;
        self.projects.ask(&item, id, ticket);
        if quiet == 0 && self.policy.manners.tick.is_none() {
            self.enter(ticket);
        } else {
            // Times are not negative.
            self.waiting.push(((self.now + quiet).unsigned_abs(), id, ticket));
        }
    }

    /// An item has waited out its quiet period.
    fn enter(&mut self, ticket: Ticket) {
        let job = &mut self.jobs[ticket as usize];
        job.buildable = self.now;
        if self.projects.block(&job.item, job.submitted, job.id, ticket) {
            job.state = State::Blocked;
        } else {
            self.admit(ticket);
        }
    }

    /// Nothing blocks an item, so it is buildable.
    fn admit(&mut self, ticket: Ticket) {
        let now = self.now;
        let job = &mut self.jobs[ticket as usize];
        let Some(class) = job.item.class else {
            job.state = State::Running(None);
            self.tally.notice(job.item.queue, job.buildable - job.submitted, now - job.buildable);
            self.projects.enter(&job.item);
            self.projects.start(&job.item);
            self.work.begin(ticket, now);
            return;
        };
        if job.item.width > 1 && u64::from(job.item.width) > self.machines.most(self.cluster, class) {
            // It never starts, and would keep back those behind it.
            self.tally.too_wide(job.item.what);
            return;
        }
        job.state = State::Buildable;
        self.projects.enter(&job.item);
        self.line_up(ticket, class);
    }

    /// An item takes its place among the buildable ones.
    fn line_up(&mut self, ticket: Ticket, class: u32) {
        let now = self.now;
        let job = &mut self.jobs[ticket as usize];
        job.key = self.order.enter(&job.item, now);
        if let Some(wide) = &mut self.wide {
            self.machines.noted(class);
            wide.enter(&job.item, job.key, (job.id, ticket), now);
        } else {
            let shape = self.shapes.of(class, job.item.width) as usize;
            if self.lines.len() <= shape {
                self.lines.push(Line::default());
            }
            self.lines[shape].push((job.key, job.id, ticket));
        }
        let width = job.item.width;
        self.lengths[class as usize] += width;
        self.buildable += 1;
        self.provisioner.suggest(now, self.cluster.classes[class as usize].label, width);
    }

    fn end(&mut self, ticket: Ticket) {
        let job = self.jobs[ticket as usize];
        self.jobs[ticket as usize].state = State::Gone;
        let Job { item, id, key, state, buildable, started, .. } = job;
        self.projects.leave(&item, id, matches!(state, State::Buildable | State::Running(_)));
        let Some(class) = item.class else { return };
        match state {
            State::Buildable => {
                self.lengths[class as usize] -= item.width;
                self.buildable -= 1;
                self.tally.withdrawn += 1;
                self.tally.left(job.record(self.now), &[]);
                self.order.withdraw(&item);
                self.blocked.remove(&ticket);
                if let Some(wide) = &mut self.wide {
                    wide.leave(&item, key, (id, ticket), self.now);
                }
            }
            State::Waiting | State::Blocked => {
                self.tally.withdrawn += 1;
                self.tally.left(job.record(self.now), &[]);
            }
            State::Running(Some(node)) => {
                let others = if item.width > 1 { self.others.remove(&ticket).unwrap_or_default() } else { Vec::new() };
                let nodes = || others.iter().copied().chain([node]);
                let blocked = if self.blocked.is_empty() { 0 } else { self.blocked.remove(&ticket).unwrap_or(0) };
                let since = buildable + blocked;
                let provisioning = nodes().map(|node| self.machines.starting_since(node, since)).max().unwrap_or(0);
                self.tally.record(Record { blocked, provisioning, ..job.record(self.now) }, &others);
                self.order.end(&item, self.now - started, self.now);
                self.provisioner.ended(self.cluster.classes[class as usize].label, item.width, self.now - started);
                for node in nodes() {
                    self.tally.busy(self.machines.kind(node), class, self.now - started);
                    let ended = match &mut self.wide {
                        None => self.machines.release(self.cluster, node, self.now),
                        Some(wide) => {
                            wide.end(ticket);
                            self.machines.give_part(self.cluster, node, class, self.now)
                        }
                    };
                    if let Some(ended) = ended {
                        self.tally.ended(self.cluster, ended, self.now);
                    }
                }
            }
            State::Running(None) | State::Gone => {}
        }
    }

    /// Looks at the queue, and again as long as that makes something happen at this instant.
    fn look(&mut self) {
        loop {
            self.look_once();
            self.provisioner.eager(
                self.now,
                self.cluster,
                &mut self.machines,
                self.admitted.as_deref().unwrap_or(&self.lengths),
                &mut self.tally,
            );
            let came = self.machines.come_until(self.cluster, self.now);
            if !self.absorb() && !came {
                return;
            }
        }
    }

    fn look_once(&mut self) {
        let jobs = &self.jobs;
        let is_there = |id, ticket: Ticket| jobs[ticket as usize].id == id && jobs[ticket as usize].state == State::Blocked;
        for ticket in self.projects.unblock(is_there) {
            let Job { item, buildable, .. } = self.jobs[ticket as usize];
            if item.class.is_some() {
                self.blocked.insert(ticket, self.now - buildable);
            }
            self.admit(ticket);
        }
        while let Some((due, id, ticket)) = self.waiting.first()
            && i64::try_from(due).is_ok_and(|due| due <= self.now)
        {
            self.waiting.pop();
            if self.is_in(State::Waiting, id, ticket) {
                self.enter(ticket);
            }
        }
        if let Some(mut wide) = self.wide.take() {
            self.look_wide(&mut wide);
            self.admitted = self.admitted(&mut wide);
            self.wide = Some(wide);
            return;
        }
        for shape in 0..self.lines.len() {
            self.push_head(shape as u32);
        }
        while let Some(Reverse((_, _, shape))) = self.heads.pop() {
            let (class, width, _) = self.shapes.all[shape as usize];
            if self.shapes.all[class as usize].2 {
                continue;
            }
            let described = &self.cluster.classes[class as usize];
            // Another shape may have taken what was free when its head was put here.
            let Some((_, _, ticket)) = self.lines[shape as usize].first() else { continue };
            if self.machines.has_open(described, width)
                && let Some(node) = self.machines.pick(described, self.jobs[ticket as usize].item.place)
            {
                self.lines[shape as usize].pop();
                self.start(ticket, class, node);
                self.push_head(shape);
            } else if !self.policy.manners.passes {
                self.shapes.all[class as usize].2 = true;
            }
        }
        self.shapes.all.iter_mut().for_each(|shape| shape.2 = false);
        let had_used = self.machines.reopen();
        self.is_unfinished = had_used && (0..self.lines.len()).any(|shape| self.could_start(shape));
    }

    fn could_start(&self, shape: usize) -> bool {
        let (class, width, _) = self.shapes.all[shape];
        // One that keeps others of its class back has its turn even where it does not fit.
        let width = if self.policy.manners.passes { width } else { 1 };
        self.lengths[class as usize] > 0 && self.machines.has_open(&self.cluster.classes[class as usize], width)
    }

    /// Puts the first of a shape among those that this look may start.
    fn push_head(&mut self, shape: u32) {
        if !self.could_start(shape as usize) {
            return;
        }
        while let Some((key, id, ticket)) = self.lines[shape as usize].first() {
            if self.is_in(State::Buildable, id, ticket) {
                self.heads.push(Reverse((key, id, shape)));
                return;
            }
            self.lines[shape as usize].pop();
        }
    }

    /// An item starts on this machine, and on others where it needs several executors; they are there.
    fn start(&mut self, ticket: Ticket, class: u32, node: Node) {
        let item = self.jobs[ticket as usize].item;
        let mut others = Vec::new();
        self.machines.take(node);
        if item.width > 1 {
            let described = &self.cluster.classes[class as usize];
            while others.len() + 1 < item.width as usize
                && let Some(node) = self.machines.pick(described, item.place)
            {
                self.machines.take(node);
                others.push(node);
            }
            others.iter().for_each(|node| self.machines.limit(*node));
        }
        self.machines.limit(node);
        self.begin(ticket, node, others);
    }

    /// An item has its machines.
    fn begin(&mut self, ticket: Ticket, node: Node, others: Vec<Node>) {
        let job = &mut self.jobs[ticket as usize];
        (job.state, job.started) = (State::Running(Some(node)), self.now);
        let Job { item, key, .. } = *job;
        self.projects.start(&item);
        if !others.is_empty() {
            self.others.insert(ticket, others);
        }
        self.lengths[item.class.unwrap_or_default() as usize] -= item.width;
        self.buildable -= 1;
        self.order.start(&item, key, self.now);
        self.touch();
        self.work.begin(ticket, self.now);
    }

    fn is_in(&self, state: State, id: u64, ticket: Ticket) -> bool {
        let job = &self.jobs[ticket as usize];
        job.id == id && job.state == state
    }

    fn finish(mut self) -> Tally {
        for (ticket, job) in (0..).zip(&self.jobs) {
            match job.state {
                State::Waiting | State::Blocked | State::Buildable if job.item.class.is_some() => {
                    self.tally.unstarted += 1;
                    self.tally.left(job.record(self.now), &[]);
                }
                State::Running(Some(node)) => {
                    self.tally.unended += 1;
                    let others = self.others.get(&ticket).map_or(&[] as &[Node], Vec::as_slice);
                    self.tally.left(job.record(self.now), others);
                    for node in others.iter().chain([&node]) {
                        self.tally.busy(self.machines.kind(*node), job.item.class.unwrap_or_default(), self.now - job.started);
                    }
                }
                _ => {}
            }
        }
        for (kind, described) in self.cluster.kinds.iter().enumerate().filter(|(_, kind)| !kind.is_startable()) {
            self.tally.kinds[kind].there = self.now * i64::from(described.count) * i64::from(described.executors);
        }
        for ended in self.machines.close(self.cluster, self.now) {
            self.tally.ended(self.cluster, ended, self.now);
        }
        if let Some(film) = &mut self.tally.film {
            film.machines = self.machines.named(self.cluster);
        }
        (self.tally.starved, self.tally.starved_at) = self.provisioner.starved(self.now).into_iter().unzip();
        self.tally.until = self.now;
        self.tally
    }
}
