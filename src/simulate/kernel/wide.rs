//! Looks at the queue that weigh several items against each other: orders that change while items wait, items that pass others
//! without delaying them, machines filled by what they have.
//!
//! Who is first starts, as long as it fits. What becomes of the others then is the policy's `Fill`. Predictions are estimates; one that
//! was too short is doubled until it is not, and nothing is ended for it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::policy::{Fill, Held};
use super::super::work::{Item, Ticket, Work};
use super::machines::Node;
use super::profile::{Parts, Profile, Wish};
use super::{Job, Kernel, State};

/// Milliseconds that something is taken to last of which nothing is known.
const UNKNOWN: i64 = 60_000;
/// Most items whose start is tried ahead of their turn in one look, and most that reserve.
const TRIED: usize = 500;

/// What is waiting and running.
#[derive(Debug)]
pub(super) struct Wide {
    /// Items that wait, of which the first always has the first turn: those of a user, a queue, a class, a width and a priority.
    groups: BTreeMap<Group, BTreeSet<(u64, u64, Ticket)>>,
    /// By ticket.
    running: HashMap<Ticket, Running>,
    /// By id: what was promised.
    promises: BTreeMap<u64, (i64, Parts)>,
    /// Where the order refuses any.
    refusals: Option<Refusals>,
}

/// For how long there was no room for what waits in what its queue may have.
#[derive(Debug, Default)]
struct Refusals {
    /// Those of a queue, a class and a width are refused alike: for how long they were until some time, and since when they are now.
    clocks: HashMap<(u16, u32, u32), (i64, Option<i64>)>,
    /// By ticket of what waits: what its clock said as it came.
    marks: HashMap<Ticket, i64>,
}

impl Refusals {
    fn clock(&mut self, item: &Item) -> &mut (i64, Option<i64>) {
        self.clocks.entry((item.queue, item.class.unwrap_or_default(), item.width)).or_default()
    }

    fn read(&mut self, item: &Item, now: i64) -> i64 {
        let (before, since) = *self.clock(item);
        before + since.map_or(0, |since| now - since)
    }
}

type Group = (u32, u16, u32, u32, u8);

#[derive(Debug)]
struct Running {
    id: u64,
    parts: Parts,
    started: i64,
}

/// Where an item stands in the order, then its id.
type Turn = (u128, u64, Ticket);

fn group(item: &Item) -> Group {
    (item.user, item.queue, item.class.unwrap_or_default(), item.width, item.priority)
}

/// How long it will take.
fn predicted(item: &Item) -> i64 {
    if item.estimate > 0 { item.estimate } else { UNKNOWN }
}

impl Wide {
    /// `refuses`: whether the order refuses items for what their queues may have.
    pub(super) fn new(refuses: bool) -> Self {
        let refusals = refuses.then(Refusals::default);
        Self { groups: BTreeMap::new(), running: HashMap::new(), promises: BTreeMap::new(), refusals }
    }

    pub(super) fn enter(&mut self, item: &Item, key: u64, (id, ticket): (u64, Ticket), now: i64) {
        self.groups.entry(group(item)).or_default().insert((key, id, ticket));
        if let Some(refusals) = &mut self.refusals {
            let mark = refusals.read(item, now);
            refusals.marks.insert(ticket, mark);
        }
    }

    /// It waits no longer; for how long it was refused.
    pub(super) fn leave(&mut self, item: &Item, key: u64, (id, ticket): (u64, Ticket), now: i64) -> i64 {
        if let Some(waiting) = self.groups.get_mut(&group(item)) {
            waiting.remove(&(key, id, ticket));
            if waiting.is_empty() {
                self.groups.remove(&group(item));
            }
        }
        self.promises.remove(&id);
        let Some(refusals) = &mut self.refusals else { return 0 };
        let mark = refusals.marks.remove(&ticket);
        mark.map_or(0, |mark| refusals.read(item, now) - mark)
    }

    pub(super) fn end(&mut self, ticket: Ticket) {
        self.running.remove(&ticket);
    }
}

impl<W: Work> Kernel<'_, '_, W> {
    /// One look. `wide` is taken out of the kernel for as long.
    pub(super) fn look_wide(&mut self, wide: &mut Wide) {
        let mut asked = HashSet::new();
        loop {
            match self.policy.fill {
                Fill::Strict => self.in_order(wide, true),
                Fill::Easy => {
                    self.in_order(wide, false);
                    self.backfill(wide);
                }
                Fill::Conservative => self.keep_promises(wide),
            }
            if !self.preempt(wide, &mut asked) {
                return;
            }
        }
    }

    /// By class: executors that machines are to be started for, where that is less than what waits asks for.
    pub(super) fn admitted(&mut self, wide: &mut Wide) -> Option<Vec<u32>> {
        let refusals = wide.refusals.as_mut()?;
        let firsts = wide.groups.values().filter_map(|waiting| waiting.first());
        for (_, _, ticket) in firsts {
            let item = &self.jobs[*ticket as usize].item;
            let (now, clock) = (self.now, refusals.clock(item));
            *clock = match (self.order.admits(item), *clock) {
                (true, (before, Some(since))) => (before + now - since, None),
                (false, (before, None)) => (before, Some(now)),
                (_, same) => same,
            };
        }
        let mut turns = self.turns(wide);
        turns.sort_unstable();
        let mut waiting = turns.iter().take(TRIED).map(|(_, _, ticket)| self.jobs[*ticket as usize].item);
        let mut lengths = vec![0; self.cluster.classes.len()];
        for item in self.order.admitted(&mut waiting)? {
            lengths[item.class.unwrap_or_default() as usize] += item.width;
        }
        Some(lengths)
    }

    /// Starts who is first, as long as it fits. One that does not keeps back its class, or all.
    fn in_order(&mut self, wide: &mut Wide, goes_on: bool) {
        let mut kept_back: HashSet<u32> = HashSet::new();
        loop {
            let open = wide.groups.iter().filter(|((_, _, class, ..), _)| !kept_back.contains(class));
            let admits = |(_, _, ticket): &(u64, u64, Ticket)| self.order.admits(&self.jobs[*ticket as usize].item);
            let firsts = open.filter_map(|(_, waiting)| waiting.first().copied()).filter(admits);
            let firsts: Vec<(u64, u64, Ticket)> = firsts.collect();
            let Some((_, _, ticket)) = firsts.into_iter().map(|first| self.turn(first)).min() else { return };
            let item = self.jobs[ticket as usize].item;
            let class = item.class.unwrap_or_default();
            if self.machines.rooms().fits(class, item.width) {
                self.start_wide(wide, ticket, None);
            } else if goes_on {
                kept_back.insert(class);
            } else {
                return;
            }
        }
    }

    /// EASY: of each class, the first that does not fit has its place reserved; others start where that leaves it in peace.
    fn backfill(&mut self, wide: &mut Wide) {
        let mut turns = self.turns(wide);
        let any_fits = |turn: &Turn| {
            let item = &self.jobs[turn.2 as usize].item;
            self.machines.rooms().fits(item.class.unwrap_or_default(), item.width)
        };
        if !turns.iter().any(any_fits) {
            return;
        }
        turns.sort_unstable();
        let mut profile = self.profile(wide);
        let (mut first_reserved, mut closed) = (HashSet::new(), HashSet::new());
        let mut misfits: HashSet<(u32, u32)> = HashSet::new();
        let mut tried = 0;
        for (_, _, ticket) in turns {
            let item = self.jobs[ticket as usize].item;
            let class = item.class.unwrap_or_default();
            if !self.order.admits(&item) {
                continue;
            }
            let is_misfit = misfits.contains(&(class, item.width));
            if closed.contains(&class) || is_misfit && first_reserved.contains(&class) {
                continue;
            }
            tried += 1;
            if tried > TRIED {
                return;
            }
            let now = if is_misfit { None } else { self.wished(&item, |wish| profile.at(wish, self.now)) };
            if let Some(parts) = now {
                self.wished(&item, |wish| profile.reserve(wish, &parts, self.now));
                self.start_wide(wide, ticket, Some(parts));
                continue;
            }
            if !self.machines.rooms().fits(class, item.width) {
                misfits.insert((class, item.width));
            }
            if first_reserved.insert(class) {
                match self.wished(&item, |wish| profile.earliest(wish)) {
                    Some((at, parts)) => self.wished(&item, |wish| profile.reserve(wish, &parts, at)),
                    // It waits for machines that are not there.
                    None => drop(closed.insert(class)),
                }
            }
        }
    }

    /// Conservative: whoever comes gets the earliest place that takes none from those before it. Where something ends early, each in turn
    /// moves up as far as the others' places let it.
    fn keep_promises(&mut self, wide: &mut Wide) {
        let mut turns = self.turns(wide);
        if turns.is_empty() {
            return;
        }
        turns.sort_unstable();
        let mut profile = self.profile(wide);
        let ids: HashMap<u64, Ticket> = turns.iter().map(|(_, id, ticket)| (*id, *ticket)).collect();
        let mut closed = HashSet::new();
        let mut promises: Vec<(i64, u64)> = wide.promises.iter().map(|(id, (at, _))| (*at, *id)).collect();
        promises.sort_unstable();
        for (at, id) in promises {
            let Some(item) = ids.get(&id).map(|ticket| self.jobs[*ticket as usize].item) else { continue };
            let parts = &wide.promises[&id].1;
            // A machine went, or something takes longer than was thought: it asks anew.
            if at >= self.now && self.wished(&item, |wish| profile.has(wish, parts, at)) {
                self.wished(&item, |wish| profile.reserve(wish, parts, at));
            } else {
                wide.promises.remove(&id);
            }
        }
        for (_, id, ticket) in turns.into_iter().take(TRIED) {
            let item = self.jobs[ticket as usize].item;
            if let Some((at, parts)) = wide.promises.remove(&id) {
                self.wished(&item, |wish| profile.release(wish, &parts, at));
            }
            if closed.contains(&item.class) || !self.order.admits(&item) {
                continue;
            }
            let Some((at, parts)) = self.wished(&item, |wish| profile.earliest(wish)) else {
                // It waits for machines that are not there, and those behind it do as well.
                closed.insert(item.class);
                continue;
            };
            self.wished(&item, |wish| profile.reserve(wish, &parts, at));
            if at == self.now {
                self.start_wide(wide, ticket, Some(parts));
            } else {
                wide.promises.insert(id, (at, parts));
            }
        }
    }

    /// Lets one start that others make room for, who lose what they did; whether any lost it. Who asked already or lost it takes from
    /// nobody in this look.
    fn preempt(&mut self, wide: &mut Wide, asked: &mut HashSet<Ticket>) -> bool {
        let may = |(_, _, ticket): &(u64, u64, Ticket)| {
            !asked.contains(ticket) && !self.order.admits(&self.jobs[*ticket as usize].item)
        };
        let firsts: Vec<(u64, u64, Ticket)> =
            wide.groups.values().filter_map(|waiting| waiting.first().copied()).filter(may).collect();
        if firsts.is_empty() {
            return false;
        }
        let mut turns: Vec<Turn> = firsts.into_iter().map(|first| self.turn(first)).collect();
        turns.sort_unstable();
        let mut running: Vec<(u64, Ticket)> = wide.running.iter().map(|(ticket, running)| (running.id, *ticket)).collect();
        running.sort_unstable();
        // What one asked for in vain, another of its kind does as well.
        let mut in_vain: HashSet<(u16, Option<u32>, u32, u8)> = HashSet::new();
        for (_, _, ticket) in turns {
            let item = self.jobs[ticket as usize].item;
            let asks = (item.queue, item.class, item.width, item.priority);
            if in_vain.contains(&asks) {
                continue;
            }
            let victims = self.makers_of_room(wide, &item, &running);
            if victims.is_empty() {
                in_vain.insert(asks);
                continue;
            }
            asked.insert(ticket);
            for victim in victims {
                self.stop(wide, victim);
                asked.insert(victim);
            }
            if self.machines.rooms().fits(item.class.unwrap_or_default(), item.width) {
                self.start_wide(wide, ticket, None);
            }
            return true;
        }
        false
    }

    /// Those of the running, in order, who have to stop so that an item may start; none where that would not let it.
    fn makers_of_room(&self, wide: &Wide, item: &Item, running: &[(u64, Ticket)]) -> Vec<Ticket> {
        let class = item.class.unwrap_or_default();
        let free = self.machines.rooms().free(class, item.width);
        let is_room = free >= u64::from(item.width);
        let kinds = &self.cluster.classes[class as usize].kinds;
        // Executors that one gives back which the item could have.
        let gives = |ticket: &Ticket| {
            let parts = wide.running[ticket].parts.iter().filter(|(kind, ..)| kinds.contains(kind));
            parts.map(|(_, _, count)| u64::from(*count)).sum::<u64>()
        };
        let candidates: Vec<Ticket> =
            running.iter().map(|(_, ticket)| *ticket).filter(|ticket| is_room || gives(ticket) > 0).collect();
        let held = |ticket: &Ticket| {
            let Job { item, started, .. } = self.jobs[*ticket as usize];
            Held { item, started }
        };
        let held: Vec<Held> = candidates.iter().map(held).collect();
        let victims: Vec<Ticket> = self.order.victims(item, &held).into_iter().map(|at| candidates[at]).collect();
        // Where machines are packed, what two give back may not be worth one executor of this; they are counted all the same.
        let given: u64 = victims.iter().map(gives).sum();
        if free + given >= u64::from(item.width) { victims } else { Vec::new() }
    }

    /// What runs waits again.
    fn stop(&mut self, wide: &mut Wide, ticket: Ticket) {
        let Job { item, id, started, state, .. } = self.jobs[ticket as usize];
        let State::Running(Some(node)) = state else { return };
        let class = item.class.unwrap_or_default();
        wide.end(ticket);
        let others = self.others.remove(&ticket).unwrap_or_default();
        self.tally.stopped(self.jobs[ticket as usize].record(self.now), &others);
        for node in others.into_iter().chain([node]) {
            self.tally.busy(self.machines.kind(node), class, self.now - started);
            if let Some(ended) = self.machines.give_part(self.cluster, node, class, self.now) {
                self.tally.ended(self.cluster, ended, self.now);
            }
        }
        self.order.end(&item, self.now - started, self.now);
        let key = self.order.enter(&item, self.now);
        let job = &mut self.jobs[ticket as usize];
        (job.key, job.state) = (key, State::Buildable);
        wide.enter(&item, key, (id, ticket), self.now);
        self.lengths[class as usize] += item.width;
        self.buildable += 1;
        self.work.stop(ticket, self.now);
    }

    fn wished<T>(&self, item: &Item, then: impl FnOnce(Wish<'_>) -> T) -> T {
        let asks = self.machines.rooms().asks(item.class.unwrap_or_default());
        then(Wish { asks, width: item.width, takes: predicted(item) })
    }

    /// Where an item stands by now.
    fn turn(&mut self, (key, id, ticket): (u64, u64, Ticket)) -> Turn {
        let job = &self.jobs[ticket as usize];
        (self.order.standing(&job.item, key, job.buildable, self.now), id, ticket)
    }

    /// All that wait, in no order.
    fn turns(&mut self, wide: &Wide) -> Vec<Turn> {
        wide.groups.values().flatten().map(|waiting| self.turn(*waiting)).collect()
    }

    /// What is free from now on, by what runs.
    fn profile(&self, wide: &Wide) -> Profile {
        let mut returns = Vec::new();
        for (ticket, running) in &wide.running {
            let item = &self.jobs[*ticket as usize].item;
            let mut takes = predicted(item);
            while running.started.saturating_add(takes) <= self.now {
                takes = takes.saturating_mul(2);
            }
            let end = running.started.saturating_add(takes);
            for (kind, node, count) in &running.parts {
                let asks = self.machines.rooms().asks(item.class.unwrap_or_default());
                if let Some((_, ask)) = asks.iter().find(|(known, _)| known == kind) {
                    returns.push((end, (*kind, *node), ask.map(|amount| amount * u64::from(*count))));
                }
            }
        }
        Profile::new(self.now, self.machines.rooms().lanes(), returns)
    }

    /// An item starts; on these parts, or wherever its order of places has it.
    fn start_wide(&mut self, wide: &mut Wide, ticket: Ticket, parts: Option<Parts>) {
        let job = self.jobs[ticket as usize];
        let class = job.item.class.unwrap_or_default();
        let mut nodes: Vec<Node> = Vec::new();
        let wanted = match parts {
            None => vec![(None, None, job.item.width)],
            Some(parts) => parts.into_iter().map(|(kind, node, count)| (Some(kind), node, count)).collect(),
        };
        for (kind, node, count) in wanted {
            for _ in 0..count {
                if let Some(node) = node.or_else(|| self.machines.rooms().pick(class, kind)) {
                    self.machines.take_part(node, class);
                    nodes.push(node);
                }
            }
        }
        let Some(first) = nodes.first().copied() else { return };
        let mut parts: Parts = Vec::new();
        for node in &nodes {
            let (kind, node) = self.machines.lane(*node);
            match parts.iter_mut().find(|part| (part.0, part.1) == (kind, node)) {
                Some(part) => part.2 += 1,
                None => parts.push((kind, node, 1)),
            }
        }
        let refused = wide.leave(&job.item, job.key, (job.id, ticket), self.now);
        if refused > 0 {
            *self.blocked.entry(ticket).or_default() += refused;
        }
        wide.running.insert(ticket, Running { id: job.id, parts, started: self.now });
        nodes.remove(0);
        self.begin(ticket, first, nodes);
    }
}
