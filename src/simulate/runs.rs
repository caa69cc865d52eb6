//! Runs of a pipeline as work: stages in order, substages in parallel, retries, policies, by the machine's ten rules.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::chance::Chance;
use super::cluster::Cluster;
use super::history::History;
use super::jenkins::digest;
use super::load::{Arrival, Load, Source};
use super::locks::Locks;
use super::path::{self, Paths};
use super::policy::Predicts;
use super::work::{Change, Dropped, Item, Project, Ticket, Work};
use crate::base::Duration;
use crate::machine::{self, Attempt, Behaviour, End, Live, Outcome, Reason, Replica};
use crate::plan::{Plan, Priority, SubstageRef};

/// A run that is over. Times are milliseconds from the start of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunRecord {
    pub(super) source: u16,
    pub(super) submitted: i64,
    pub(super) ended: i64,
    pub(super) outcome: Outcome,
}

/// One build that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The source of its run.
    pub(super) source: u16,
    /// The number of its run among those of the source, from 1, in the order in which they arrive.
    pub(super) run: u64,
    pub(super) at: SubstageRef,
    pub(super) replica: u32,
}

/// Which figures a build counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Small,
    Big,
    Urgent,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Small, Self::Big, Self::Urgent];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Big => "big",
            Self::Urgent => "urgent",
        }
    }
}

/// All runs of a load.
pub(super) struct Runs<'p> {
    plan: &'p Plan,
    load: &'p Load,
    seed: u64,
    table: Table,
    pub(super) locks: Locks,
    arrivals: Vec<Arrival>,
    arrived: usize,
    now: i64,
    /// Runs that are going on, and places for others.
    slots: Vec<Slot<'p>>,
    free_slots: Vec<u32>,
    /// When something happens in a run by itself: the time, its place, its number.
    events: BinaryHeap<Reverse<(i64, u32, u64)>>,
    /// By ticket.
    owners: Vec<Owner>,
    free_tickets: Vec<Ticket>,
    /// What the scheduler was not told yet.
    pending: Vec<Change>,
    pub(super) over: Vec<RunRecord>,
    /// What was asked for, by the number that its item has; only on film.
    pub(super) asked: Option<Vec<Asked>>,
    /// Where the time of runs went; only where somebody wants to know.
    pub(super) paths: Option<Paths>,
    /// By source: runs that were taken for one that waited already.
    pub(super) folded: Vec<u64>,
    /// By source: runs that Jenkins forgot as it broke down.
    pub(super) lost: Vec<u64>,
    /// Builds that still waited as their run ran out of time: the group and the class of each.
    pub(super) out_of_time: Vec<(u16, u16)>,
    started: u64,
}

struct Slot<'p> {
    run: Live<'p>,
    arrival: Arrival,
    /// The number of the run.
    number: u64,
    /// When it was noticed, from which its own time counts.
    started: i64,
    is_open: bool,
    tickets: HashMap<Replica, Ticket>,
    /// By substage: what it has of its locks.
    claims: HashMap<u32, Claimed>,
    /// What was due, in order, where paths are asked for.
    due: Vec<path::Asked>,
    /// The ticket of the run itself.
    own: Ticket,
}

enum Claimed {
    /// Nothing yet, and these of its replicas are due.
    Waits(Vec<Replica>),
    All,
}

#[derive(Clone, Copy)]
struct Owner {
    slot: u32,
    /// None: the run itself.
    replica: Option<Replica>,
    at: SubstageRef,
    begun: i64,
}

/// What is the same for all runs, by stage and substage.
struct Table {
    rows: Vec<Vec<Row>>,
}

impl Table {
    fn row(&mut self, at: SubstageRef) -> &mut Row {
        &mut self.rows[at.stage as usize][at.substage as usize]
    }
}

struct Row {
    class: u32,
    place: i32,
    priority: Priority,
    is_big: bool,
    /// Ways to end with their probabilities added up.
    ends: Vec<(End, f64)>,
    takes: Duration,
    /// Which chance is its own among those of its stage.
    draw: u32,
    history: History,
}

/// As the priority sorter counts.
pub(super) fn urgency(priority: Priority) -> u8 {
    match priority {
        Priority::Urgent => 1,
        Priority::High => 2,
        Priority::Normal => 3,
        Priority::Low => 4,
    }
}

impl Row {
    /// Which figures its builds count for that have this priority.
    fn group(&self, priority: Priority) -> Group {
        match priority {
            Priority::Urgent | Priority::High => Group::Urgent,
            _ if self.is_big => Group::Big,
            _ => Group::Small,
        }
    }
}

/// How attempts of one run end.
struct Throw<'t> {
    table: &'t Table,
    chance: Chance,
    spread: f64,
}

impl Behaviour for Throw<'_> {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let row = &self.table.rows[at.stage as usize][at.substage as usize];
        let chance = [at.stage, row.draw, replica, attempt].into_iter().fold(self.chance, |chance, at| chance.at(at.into()));
        let drawn = chance.at(0).uniform();
        let end = row.ends.iter().find(|(_, up_to)| drawn < *up_to).map_or(End::Exit(0), |(end, _)| *end);
        let takes = (row.takes.0 as f64 * chance.at(1).factor(self.spread)).round() as i64;
        Attempt { end, takes: Duration(takes) }
    }
}

impl<'p> Runs<'p> {
    /// `classes` has the class of each substage, in the plan's order; `draws`, by stage, which chance is its own, if not that of its place.
    /// None if too many runs arrive.
    pub(super) fn new(
        plan: &'p Plan,
        cluster: &Cluster,
        classes: &[u32],
        draws: Option<&[Vec<u32>]>,
        load: &'p Load,
        predicts: Predicts,
        seed: u64,
    ) -> Option<Self> {
        let mut classes = classes.iter();
        let mut row = |at: SubstageRef| {
            let class = classes.next().copied().unwrap_or_default();
            let label = &cluster.labels[cluster.classes[class as usize].label];
            let mut up_to = 0.0;
            let ends = load.odds.ends(at).into_iter().map(|(end, probability)| {
                up_to += probability;
                (end, up_to)
            });
            Row {
                class,
                // What a pipeline's `node` block is known by.
                place: digest(&format!("{}#{label}", plan.pipeline)),
                priority: plan.substage(at).priority,
                is_big: load.odds.duration(at) >= load.big,
                ends: ends.collect(),
                takes: load.odds.duration(at),
                draw: draws.map_or(at.substage, |draws| draws[at.stage as usize][at.substage as usize]),
                history: History::new(predicts),
            }
        };
        let stages = (0..).zip(&plan.stages);
        let rows = stages.map(|(stage, planned)| {
            (0..planned.substages.len() as u32).map(|substage| row(SubstageRef { stage, substage })).collect()
        });
        Some(Self {
            plan,
            load,
            seed,
            table: Table { rows: rows.collect() },
            locks: Locks::new(plan),
            arrivals: load.arrivals(seed)?,
            arrived: 0,
            now: 0,
            slots: Vec::new(),
            free_slots: Vec::new(),
            events: BinaryHeap::new(),
            owners: Vec::new(),
            free_tickets: Vec::new(),
            pending: Vec::new(),
            over: Vec::new(),
            asked: None,
            paths: None,
            folded: vec![0; load.sources.len()],
            lost: vec![0; load.sources.len()],
            out_of_time: Vec::new(),
            started: 0,
        })
    }

    pub(super) fn total(&self) -> usize {
        self.arrivals.len()
    }

    /// When each run arrives, in milliseconds, in order.
    pub(super) fn arrivals(&self) -> impl Iterator<Item = i64> {
        self.arrivals.iter().map(|arrival| arrival.at)
    }

    /// What was asked for, with runs counted by source.
    pub(super) fn filmed(&mut self) -> Vec<Asked> {
        let mut counts = vec![0; self.load.sources.len()];
        let ranks: Vec<u64> = self
            .arrivals
            .iter()
            .map(|arrival| {
                let count: &mut u64 = &mut counts[arrival.source as usize];
                *count += 1;
                *count
            })
            .collect();
        let asked = self.asked.take().unwrap_or_default();
        asked.into_iter().map(|one| Asked { run: ranks[one.run as usize], ..one }).collect()
    }

    /// How many of one source arrive.
    pub(super) fn of_source(&self, source: u16) -> usize {
        self.arrivals.iter().filter(|arrival| arrival.source == source).count()
    }

    /// Builds that they make, were each tried once.
    pub(super) fn builds(&self) -> usize {
        self.total() * self.table.rows.iter().map(Vec::len).sum::<usize>()
    }

    fn ticket(&mut self, owner: Owner) -> Ticket {
        match self.free_tickets.pop() {
            Some(ticket) => {
                self.owners[ticket as usize] = owner;
                ticket
            }
            None => {
                self.owners.push(owner);
                self.owners.len() as Ticket - 1
            }
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        let number = self.started;
        self.started += 1;
        let place = match self.free_slots.pop() {
            Some(place) => place,
            None => {
                let run = Live::new(self.plan);
                let (tickets, claims) = (HashMap::new(), HashMap::new());
                self.slots.push(Slot {
                    run,
                    arrival,
                    number,
                    started: 0,
                    is_open: false,
                    tickets,
                    claims,
                    due: Vec::new(),
                    own: 0,
                });
                self.slots.len() as u32 - 1
            }
        };
        let own = self.ticket(Owner { slot: place, replica: None, at: SubstageRef { stage: 0, substage: 0 }, begun: 0 });
        let slot = &mut self.slots[place as usize];
        (slot.arrival, slot.number, slot.is_open, slot.own) = (arrival, number, false, own);
        let Source { is_alone, folds, .. } = self.load.sources[arrival.source as usize];
        let item = Item {
            class: None,
            place: 0,
            priority: 3,
            user: arrival.user,
            queue: arrival.source,
            width: 1,
            estimate: 0,
            group: 0,
            what: 0,
            is_quiet: true,
            project: Some(Project { number: arrival.source.into(), is_alone, folds }),
        };
        self.pending.push(Change::Asks(own, item));
    }

    /// Lets a run go on, and tells what it wants.
    fn proceed(&mut self, place: u32, step: impl FnOnce(&mut Live<'p>, i64, &dyn Behaviour)) {
        let slot = &mut self.slots[place as usize];
        let chance = Chance::new(self.seed).at(u64::MAX).at(slot.number);
        let throw = Throw { table: &self.table, chance, spread: self.load.spread };
        step(&mut slot.run, self.now - slot.started, &throw);
        if let Some(next) = slot.run.next() {
            self.events.push(Reverse((slot.started.saturating_add(next), place, slot.number)));
        }
        let changes: Vec<machine::Change> = slot.run.changes().collect();
        for change in changes {
            if let (machine::Change::Asks(replica), true) = (change, self.paths.is_some()) {
                let slot = &mut self.slots[place as usize];
                slot.due.push(path::Asked { replica, due: self.now - slot.started, ready: None });
            }
            match change {
                machine::Change::Asks(replica) if self.locks.are_wanted(replica.substage) => self.claim(place, replica),
                machine::Change::Asks(replica) => self.ask(place, replica),
                machine::Change::Ends(replica) => self.end(place, replica),
                machine::Change::Releases(substage) => self.release(place, substage),
            }
        }
        self.grant();
        let slot = &self.slots[place as usize];
        if slot.is_open && slot.run.is_over() {
            self.close(place);
        }
    }

    /// An attempt is due that needs its substage's locks.
    fn claim(&mut self, place: u32, replica: Replica) {
        let slot = &mut self.slots[place as usize];
        match slot.claims.get_mut(&replica.substage) {
            // A retry, or another of its copies.
            Some(Claimed::All) => self.ask(place, replica),
            Some(Claimed::Waits(replicas)) => replicas.push(replica),
            None => {
                slot.claims.insert(replica.substage, Claimed::Waits(vec![replica]));
                self.locks.claim(place, slot.number, replica.substage, self.now);
            }
        }
    }

    /// Lets those ask that have all their locks now.
    fn grant(&mut self) {
        loop {
            let slots = &self.slots;
            let next = self.locks.next(self.now, |claim| {
                let slot = &slots[claim.place as usize];
                slot.number == claim.run && matches!(slot.claims.get(&claim.substage), Some(Claimed::Waits(_)))
            });
            let Some(claim) = next else { return };
            let claims = &mut self.slots[claim.place as usize].claims;
            if let Some(Claimed::Waits(replicas)) = claims.insert(claim.substage, Claimed::All) {
                replicas.into_iter().for_each(|replica| self.ask(claim.place, replica));
            }
        }
    }

    /// A substage is in an outcome.
    fn release(&mut self, place: u32, substage: u32) {
        if let Some(Claimed::All) = self.slots[place as usize].claims.remove(&substage) {
            self.locks.release(substage, self.now);
        }
    }

    fn ask(&mut self, place: u32, replica: Replica) {
        let slot = &mut self.slots[place as usize];
        if let Some(due) = slot.due.iter_mut().rfind(|due| due.replica == replica) {
            due.ready = Some(self.now - slot.started);
        }
        let (at, arrival) = (slot.run.place(replica), slot.arrival);
        let row = &self.table.rows[at.stage as usize][at.substage as usize];
        let priority = self.load.sources[arrival.source as usize].priority.unwrap_or(row.priority);
        let group = row.group(priority);
        let what = self.asked.as_mut().map_or(0, |asked| {
            asked.push(Asked { source: arrival.source, run: slot.number, at, replica: replica.number });
            asked.len() as u32 - 1
        });
        let item = Item {
            class: Some(row.class),
            place: row.place,
            priority: urgency(priority),
            user: arrival.user,
            queue: arrival.source,
            width: 1,
            estimate: row.history.estimate(),
            group: group as u16,
            what,
            is_quiet: false,
            project: None,
        };
        let ticket = self.ticket(Owner { slot: place, replica: Some(replica), at, begun: i64::MAX });
        self.slots[place as usize].tickets.insert(replica, ticket);
        self.pending.push(Change::Asks(ticket, item));
    }

    fn end(&mut self, place: u32, replica: Replica) {
        let slot = &mut self.slots[place as usize];
        if let Some(Claimed::Waits(replicas)) = slot.claims.get_mut(&replica.substage) {
            replicas.retain(|waiting| *waiting != replica);
        }
        let Some(ticket) = slot.tickets.remove(&replica) else { return };
        let Owner { at, begun, .. } = self.owners[ticket as usize];
        let is_late = || matches!(slot.run.trace().substage(at).reason, Some(Reason::StageDeadline | Reason::PipelineDeadline));
        if begun == i64::MAX && is_late() {
            let row = &self.table.rows[at.stage as usize][at.substage as usize];
            let priority = self.load.sources[slot.arrival.source as usize].priority.unwrap_or(row.priority);
            self.out_of_time.push((row.group(priority) as u16, row.class as u16));
        }
        if begun < self.now {
            let trace = slot.run.trace().substage(at).replicas.get(replica.number as usize);
            let outcome = trace.and_then(|trace| trace.attempts.last()).map_or(Outcome::Cancelled, |attempt| attempt.outcome);
            self.table.row(at).history.end(ticket, self.now - begun, outcome);
        }
        self.pending.push(Change::Ends(ticket));
        self.free_tickets.push(ticket);
    }

    fn close(&mut self, place: u32) {
        let slot = &mut self.slots[place as usize];
        slot.is_open = false;
        let Slot { arrival, own, number, started, .. } = *slot;
        let outcome = slot.run.trace().outcome;
        if let Some(paths) = &mut self.paths {
            paths.add(number, started - arrival.at, self.plan, slot.run.trace(), &mut slot.due);
            slot.due.clear();
        }
        self.over.push(RunRecord { source: arrival.source, submitted: arrival.at, ended: self.now, outcome });
        self.pending.push(Change::Ends(own));
        self.free_tickets.push(own);
        self.free_slots.push(place);
    }
}

impl Work for Runs<'_> {
    fn next(&self) -> Option<i64> {
        if !self.pending.is_empty() {
            return Some(self.now);
        }
        let event = self.events.peek().map(|Reverse((at, ..))| *at);
        let arrival = self.arrivals.get(self.arrived).map(|arrival| arrival.at);
        event.into_iter().chain(arrival).min()
    }

    fn advance(&mut self, now: i64, changes: &mut Vec<Change>) {
        self.now = now;
        while let Some(Reverse((at, place, number))) = self.events.peek().copied()
            && at <= now
        {
            self.events.pop();
            // What became of the event since was found out when the run last went on.
            let slot = &self.slots[place as usize];
            let is_due = slot.is_open
                && slot.number == number
                && slot.run.next().is_some_and(|next| slot.started.saturating_add(next) <= now);
            if is_due {
                self.proceed(place, |run, now, throw| run.advance(now, throw));
            }
        }
        while let Some(arrival) = self.arrivals.get(self.arrived).copied()
            && arrival.at <= now
        {
            self.arrived += 1;
            self.arrive(arrival);
        }
        changes.append(&mut self.pending);
    }

    fn stop(&mut self, ticket: Ticket, now: i64) {
        self.now = now;
        let owner = &mut self.owners[ticket as usize];
        owner.begun = i64::MAX;
        let Owner { slot: place, replica, .. } = *owner;
        if let Some(replica) = replica {
            self.proceed(place, |run, now, _| run.stop(replica, now));
        }
    }

    fn begin(&mut self, ticket: Ticket, now: i64) {
        self.now = now;
        let owner = &mut self.owners[ticket as usize];
        owner.begun = now;
        let Owner { slot: place, replica, at, .. } = *owner;
        match replica {
            Some(replica) => {
                self.table.row(at).history.begin(ticket);
                self.proceed(place, |run, now, throw| run.begin(replica, now, throw));
            }
            None => {
                let slot = &mut self.slots[place as usize];
                (slot.started, slot.is_open) = (now, true);
                self.proceed(place, |run, _, throw| run.start(throw));
            }
        }
    }

    fn drop(&mut self, ticket: Ticket, why: Dropped) {
        let place = self.owners[ticket as usize].slot;
        let dropped = match why {
            Dropped::Folded => &mut self.folded,
            Dropped::Lost => &mut self.lost,
        };
        dropped[self.slots[place as usize].arrival.source as usize] += 1;
        self.free_tickets.push(ticket);
        self.free_slots.push(place);
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}
