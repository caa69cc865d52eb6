//! The machines: which have a free executor, and which of them an item gets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::chance::Chance;
use super::super::cluster::{Class, Cloud, Cluster, Demand};
use super::super::jenkins::Ring;
use super::super::policy::Place;
use super::rooms::Rooms;

/// A machine by its number.
pub(super) type Node = u32;

/// Executors outside of the ring that are measured before it is made anew.
const LATE: usize = 64;

/// Milliseconds after which a start fails at the earliest.
const FAILS: i64 = 1_000;

/// Not among the open ones.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Machines {
    nodes: Vec<Machine>,
    pub(super) kinds: Vec<Counts>,
    /// By kind: those with a free executor that may still take something in this look at the queue.
    open: Vec<Vec<Node>>,
    /// By kind: free executors of those.
    open_executors: Vec<u32>,
    /// Those that have taken something in this look and have more room.
    used: Vec<Node>,
    place: Place,
    one_start: bool,
    ring: Ring,
    /// A bit for each executor of the ring: whether it is a free one of an open machine.
    live: Vec<u64>,
    /// By cloud: machines that are there or on their way.
    started: Vec<u32>,
    /// By kind: numbers of machines that ended.
    gone: Vec<Vec<Node>>,
    /// By kind: machines that were asked for so far, which is what their chance goes by.
    requests: Vec<u64>,
    chance: Chance,
    /// Machines whose start failed since the last time that they were asked for.
    failed: Vec<Ended>,
    /// Machines that come by themselves, by time.
    coming: BinaryHeap<Reverse<(i64, Node)>>,
    /// Where looks are wide: what is free of each.
    rooms: Option<Rooms>,
}

/// Executors of a kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) online: u32,
    pub(super) busy: u32,
    /// Asked for, and not there yet.
    pub(super) coming: u32,
}

#[derive(Clone, Debug)]
struct Machine {
    kind: usize,
    executors: u32,
    free: u32,
    /// The number of its first executor.
    first: u32,
    /// Its place among the open ones of its kind.
    at: u32,
    is_online: bool,
    /// Whether it was asked for and is not there yet.
    is_coming: bool,
    /// Whether its start fails.
    fails: bool,
    has_worked: bool,
    requested: i64,
    came: i64,
    /// When it came, or last became free.
    idle_since: i64,
}

/// A machine of a cloud that ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) node: Node,
    pub(super) kind: usize,
    pub(super) requested: i64,
    pub(super) came: i64,
    pub(super) has_worked: bool,
}

impl Machines {
    pub(super) fn new(cluster: &Cluster, place: Place, one_start: bool, rooms: Option<Rooms>, chance: Chance) -> Self {
        let named = standing(cluster);
        let kinds = cluster.kinds.len();
        let mut machines = Self {
            nodes: Vec::with_capacity(named.len()),
            kinds: vec![Counts::default(); kinds],
            open: vec![Vec::new(); kinds],
            open_executors: vec![0; kinds],
            used: Vec::new(),
            place,
            one_start,
            ring: Ring::default(),
            live: Vec::new(),
            started: vec![0; cluster.clouds.len()],
            gone: vec![Vec::new(); kinds],
            requests: vec![0; kinds],
            chance,
            failed: Vec::new(),
            coming: BinaryHeap::new(),
            rooms,
        };
        let executors: u32 = named.iter().map(|(_, kind)| cluster.kinds[*kind].executors).sum();
        machines.live = vec![0; executors.div_ceil(64) as usize];
        let mut first = 0;
        for (name, kind) in named {
            let executors = cluster.kinds[kind].executors;
            let node = machines.add(kind, executors, first, 0);
            if place == Place::Hash {
                machines.ring.add(&name, executors);
            }
            first += executors;
            match cluster.kinds[kind].demand {
                Some(_) => machines.gone[kind].push(node),
                None => machines.come(node, 0),
            }
        }
        // The first comes first.
        machines.gone.iter_mut().for_each(|gone| gone.reverse());
        machines.ring.close();
        machines
    }

    fn add(&mut self, kind: usize, executors: u32, first: u32, requested: i64) -> Node {
        self.nodes.push(Machine {
            kind,
            executors,
            free: executors,
            first,
            at: NOWHERE,
            is_online: false,
            is_coming: false,
            fails: false,
            has_worked: false,
            requested,
            came: requested,
            idle_since: requested,
        });
        self.nodes.len() as Node - 1
    }

    /// How many machines of a kind may still be started.
    pub(super) fn room(&self, cluster: &Cluster, kind: usize) -> u32 {
        let described = &cluster.kinds[kind];
        let Some(cloud) = described.cloud else { return self.gone[kind].len() as u32 };
        let Counts { online, coming, .. } = self.kinds[kind];
        let of_kind = described.most.map_or(u32::MAX, |most| most.saturating_sub((online + coming) / described.executors));
        cluster.clouds[cloud].most.saturating_sub(self.started[cloud]).min(of_kind)
    }

    /// A machine begins to start; when it is there, or fails to be.
    pub(super) fn request(&mut self, cluster: &Cluster, kind: usize, now: i64) -> (i64, Node) {
        let described = &cluster.kinds[kind];
        let node = match self.gone[kind].pop() {
            Some(node) => node,
            None => {
                let first = self.nodes.last().map_or(0, |last| last.first + last.executors);
                let node = self.add(kind, described.executors, first, now);
                if self.place == Place::Hash {
                    self.ring.add(&format!("{}-{node}", described.name), described.executors);
                    self.close_ring();
                }
                node
            }
        };
        let (startup, fails) = self.start(cluster, kind);
        let machine = &mut self.nodes[node as usize];
        (machine.requested, machine.has_worked, machine.free, machine.fails) = (now, false, machine.executors, fails);
        machine.is_coming = true;
        self.kinds[kind].coming += described.executors;
        if let Some(cloud) = described.cloud {
            self.started[cloud] += 1;
        }
        (now.saturating_add(startup), node)
    }

    /// How long the next start of a kind takes, and whether it fails.
    fn start(&mut self, cluster: &Cluster, kind: usize) -> (i64, bool) {
        let described = &cluster.kinds[kind];
        let chance = self.chance.at(kind as u64).at(self.requests[kind]);
        self.requests[kind] += 1;
        let Some(cloud) = described.cloud else { return (described.demand.map_or(0, |demand| demand.startup), false) };
        let Cloud { startup, spread, fails, .. } = cluster.clouds[cloud];
        let fails = chance.at(0).uniform() * 100.0 < f64::from(fails);
        let startup = (startup as f64 * chance.at(1).factor(spread)).round() as i64;
        (if fails { startup.max(FAILS) } else { startup }, fails)
    }

    /// Takes late executors into the ring, where there are many.
    fn close_ring(&mut self) {
        if self.ring.executors() - self.ring.closed() <= LATE + self.ring.closed() / 16 {
            return;
        }
        self.ring.close();
        self.live = vec![0; self.ring.closed().div_ceil(64)];
        for node in 0..self.nodes.len() {
            let machine = &self.nodes[node];
            if machine.at != NOWHERE {
                self.mark(machine.first..machine.first + machine.free, true);
            }
        }
    }

    /// A machine that was asked for comes at this time.
    pub(super) fn expect(&mut self, node: Node, at: i64) {
        self.coming.push(Reverse((at, node)));
    }

    /// When the next machine comes.
    pub(super) fn next(&self) -> Option<i64> {
        self.coming.peek().map(|Reverse((at, _))| *at)
    }

    /// Lets come what comes until now; whether anything did.
    pub(super) fn come_until(&mut self, cluster: &Cluster, now: i64) -> bool {
        let mut came = false;
        while self.next().is_some_and(|at| at <= now)
            && let Some(Reverse((_, node))) = self.coming.pop()
        {
            self.arrive(cluster, node, now);
            came = true;
        }
        came
    }

    /// A machine that was asked for is there, or has failed to be.
    pub(super) fn arrive(&mut self, cluster: &Cluster, node: Node, now: i64) {
        if self.nodes[node as usize].fails {
            let failed = self.forget(cluster, node, now);
            self.failed.push(failed);
            return;
        }
        let machine = &mut self.nodes[node as usize];
        machine.is_coming = false;
        self.kinds[machine.kind].coming -= machine.executors;
        self.come(node, now);
    }

    /// A machine that was asked for never comes.
    pub(super) fn forget(&mut self, cluster: &Cluster, node: Node, now: i64) -> Ended {
        let machine = &mut self.nodes[node as usize];
        machine.is_coming = false;
        let Machine { kind, executors, requested, .. } = *machine;
        self.kinds[kind].coming -= executors;
        self.gone[kind].push(node);
        if let Some(cloud) = cluster.kinds[kind].cloud {
            self.started[cloud] -= 1;
        }
        Ended { node, kind, requested, came: now, has_worked: false }
    }

    /// Those whose start failed since the last question.
    pub(super) fn failed(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.failed)
    }

    /// Whoever knows of them knows nothing of the time before: all that is idle is so since now.
    pub(super) fn begin_anew(&mut self, now: i64) {
        self.nodes.iter_mut().for_each(|machine| machine.idle_since = now);
    }

    fn come(&mut self, node: Node, now: i64) {
        let machine = &mut self.nodes[node as usize];
        machine.is_online = true;
        (machine.came, machine.idle_since) = (now, now);
        self.kinds[machine.kind].online += machine.executors;
        if let Some(rooms) = &mut self.rooms {
            rooms.add(node, machine.kind);
        }
        self.enter(node);
    }

    /// Executors, or what counts as one to the class, of all machines that there can be.
    pub(super) fn most(&self, cluster: &Cluster, class: u32) -> u64 {
        let of = |kind: &usize| {
            let described = &cluster.kinds[*kind];
            let machines = described
                .cloud
                .map_or(described.count, |cloud| cluster.clouds[cloud].most.min(described.most.unwrap_or(u32::MAX)));
            let each = self.rooms.as_ref().map_or(described.executors.into(), |rooms| rooms.most(class, *kind));
            u64::from(machines).saturating_mul(each)
        };
        cluster.classes[class as usize].kinds.iter().map(of).fold(0, u64::saturating_add)
    }

    /// Whether so many executors are free for the class, at least one.
    pub(super) fn has_open(&self, class: &Class, width: u32) -> bool {
        if width <= 1 {
            return class.kinds.iter().any(|kind| !self.open[*kind].is_empty());
        }
        class.kinds.iter().map(|kind| self.open_executors[*kind]).sum::<u32>() >= width
    }

    /// The machine for an item of the class; there is one.
    pub(super) fn pick(&self, class: &Class, place: i32) -> Option<Node> {
        let last = || class.kinds.iter().find_map(|kind| self.open[*kind].last().copied());
        let count: usize = class.kinds.iter().map(|kind| self.open[*kind].len()).sum();
        if self.place != Place::Hash || count <= 1 {
            return last();
        }
        let mut nearest: Option<(u32, u32, Node)> = None;
        let mut offer = |executor: u32, node: Node| {
            let candidate = (self.ring.distance(place, executor), executor, node);
            nearest = Some(nearest.map_or(candidate, |nearest| nearest.min(candidate)));
        };
        let mut measure = |node: Node| {
            let machine = &self.nodes[node as usize];
            (machine.first..machine.first + machine.free).for_each(|executor| offer(executor, node));
        };
        let is_open = |machine: &Machine| machine.at != NOWHERE && class.kinds.contains(&machine.kind);
        let late = self.nodes.partition_point(|machine| (machine.first as usize) < self.ring.closed());
        let open_late: u32 = self.nodes[late..].iter().filter(|machine| is_open(machine)).map(|machine| machine.free).sum();
        let open: u32 = class.kinds.iter().map(|kind| self.open_executors[*kind]).sum();
        if self.ring.is_walked((open - open_late) as usize) {
            let late = (late..self.nodes.len()).filter(|node| is_open(&self.nodes[*node]));
            late.for_each(|node| measure(node as Node));
            if let Some(executor) = self.ring.walk(place).find(|executor| self.is_live(*executor, class)) {
                offer(executor, self.owner(executor));
            }
        } else {
            class.kinds.iter().flat_map(|kind| &self.open[*kind]).for_each(|node| measure(*node));
        }
        nearest.map(|(.., node)| node)
    }

    fn is_live(&self, executor: u32, class: &Class) -> bool {
        self.live[executor as usize / 64] >> (executor % 64) & 1 == 1
            && class.kinds.contains(&self.nodes[self.owner(executor) as usize].kind)
    }

    /// The machine of an executor.
    fn owner(&self, executor: u32) -> Node {
        self.nodes.partition_point(|machine| machine.first <= executor) as Node - 1
    }

    /// An item takes an executor.
    pub(super) fn take(&mut self, node: Node) {
        let machine = &mut self.nodes[node as usize];
        machine.free -= 1;
        machine.has_worked = true;
        let (kind, free, freed) = (machine.kind, machine.free, machine.first + machine.free);
        self.open_executors[kind] -= 1;
        self.kinds[kind].busy += 1;
        self.mark(freed..freed + 1, false);
        if free == 0 {
            self.leave(node);
        }
    }

    /// An item has taken all that it takes of a machine, which may have been its only one in this look.
    pub(super) fn limit(&mut self, node: Node) {
        if self.one_start && self.nodes[node as usize].at != NOWHERE {
            self.leave(node);
            self.used.push(node);
        }
    }

    /// An item gives its executor back. The machine ends with that if it is of a cloud that keeps none.
    pub(super) fn release(&mut self, cluster: &Cluster, node: Node, now: i64) -> Option<Ended> {
        let machine = &mut self.nodes[node as usize];
        machine.free += 1;
        machine.idle_since = now;
        let (kind, freed) = (machine.kind, machine.first + machine.free - 1);
        self.kinds[kind].busy -= 1;
        let keeps_none = keeps_none(cluster, kind);
        if keeps_none {
            return Some(self.end(cluster, node));
        }
        if self.nodes[node as usize].at == NOWHERE {
            self.enter(node);
        } else {
            self.open_executors[kind] += 1;
            self.mark(freed..freed + 1, true);
        }
        None
    }

    /// The room of machines, which wide looks have.
    pub(super) fn rooms(&self) -> &Rooms {
        self.rooms.as_ref().expect("made with the looks that need it")
    }

    /// Whether machines are filled by what they have.
    pub(super) fn are_packed(&self) -> bool {
        self.rooms.as_ref().is_some_and(Rooms::packs)
    }

    /// An item of the class arrived.
    pub(super) fn noted(&mut self, class: u32) {
        if let Some(rooms) = &mut self.rooms {
            rooms.noted(class);
        }
    }

    /// The kind of a machine, and the machine where each has a room of its own.
    pub(super) fn lane(&self, node: Node) -> (usize, Option<Node>) {
        (self.nodes[node as usize].kind, self.are_packed().then_some(node))
    }

    /// An item of the class takes its part of a machine.
    pub(super) fn take_part(&mut self, node: Node, class: u32) {
        let machine = &mut self.nodes[node as usize];
        machine.has_worked = true;
        if let Some(rooms) = &mut self.rooms {
            rooms.take(node, machine.kind, class);
        }
        self.settle(node);
    }

    /// It gives it back. The machine ends with that if it is of a cloud that keeps none.
    pub(super) fn give_part(&mut self, cluster: &Cluster, node: Node, class: u32, now: i64) -> Option<Ended> {
        let machine = &mut self.nodes[node as usize];
        machine.idle_since = now;
        let kind = machine.kind;
        if let Some(rooms) = &mut self.rooms {
            rooms.give(node, kind, class);
        }
        self.settle(node);
        let keeps_none = keeps_none(cluster, kind);
        keeps_none.then(|| self.end(cluster, node))
    }

    /// Counts the executors of a machine as free that are worth its room.
    fn settle(&mut self, node: Node) {
        let machine = &self.nodes[node as usize];
        let (kind, before) = (machine.kind, machine.free);
        let free = self.rooms().worth(node, kind, machine.executors);
        self.leave(node);
        self.nodes[node as usize].free = free;
        self.kinds[kind].busy = self.kinds[kind].busy + before - free;
        if free > 0 {
            self.enter(node);
        }
    }

    /// The kind of a machine.
    pub(super) fn kind(&self, node: Node) -> usize {
        self.nodes[node as usize].kind
    }

    /// The names and kinds of all machines, in the order of their numbers.
    pub(super) fn named(&self, cluster: &Cluster) -> Vec<(String, usize)> {
        let mut named = standing(cluster);
        let later = self.nodes.iter().enumerate().skip(named.len());
        named.extend(later.map(|(node, machine)| (format!("{}-{node}", cluster.kinds[machine.kind].name), machine.kind)));
        named
    }

    /// For how long since then a machine that is there was starting.
    pub(super) fn starting_since(&self, node: Node, then: i64) -> i64 {
        let Machine { requested, came, .. } = self.nodes[node as usize];
        (came - requested.max(then)).max(0)
    }

    /// The look at the queue is over: all with free executors are open again. Whether some had taken something and have more room.
    pub(super) fn reopen(&mut self) -> bool {
        let had_used = !self.used.is_empty();
        while let Some(node) = self.used.pop() {
            self.enter(node);
        }
        had_used
    }

    /// Ends machines that come and go and were idle for too long, as long as so many executors of each kind stay idle; `unused` is how
    /// long one that keeps none waits for its only build.
    pub(super) fn retire(&mut self, cluster: &Cluster, now: i64, unused: i64, kept: &[u32]) -> Vec<Ended> {
        let is_due = |machine: &Machine| {
            let is_idle = machine.is_online && machine.free == machine.executors;
            is_idle && retires(cluster, machine, now, unused)
        };
        let mut due: Vec<Node> = (0..).zip(&self.nodes).filter(|(_, machine)| is_due(machine)).map(|(node, _)| node).collect();
        let mut idle: Vec<u32> = self.kinds.iter().map(|kind| kind.online - kind.busy).collect();
        due.retain(|node| {
            let machine = &self.nodes[*node as usize];
            let ends = idle[machine.kind] >= kept[machine.kind] + machine.executors;
            idle[machine.kind] -= if ends { machine.executors } else { 0 };
            ends
        });
        due.into_iter().map(|node| self.end(cluster, node)).collect()
    }

    /// Ends all machines that come and go and are there or on their way, idle or not.
    pub(super) fn close(&mut self, cluster: &Cluster, now: i64) -> Vec<Ended> {
        let has_end = |machine: &Machine| machine.is_coming || machine.is_online && cluster.kinds[machine.kind].is_startable();
        let due: Vec<Node> = (0..).zip(&self.nodes).filter(|(_, machine)| has_end(machine)).map(|(node, _)| node).collect();
        let mut end = |node: Node| {
            if self.nodes[node as usize].is_coming { self.forget(cluster, node, now) } else { self.end(cluster, node) }
        };
        due.into_iter().map(&mut end).collect()
    }

    fn end(&mut self, cluster: &Cluster, node: Node) -> Ended {
        self.leave(node);
        let machine = &mut self.nodes[node as usize];
        machine.is_online = false;
        let kind = machine.kind;
        if let Some(rooms) = &mut self.rooms {
            rooms.remove(node, kind);
        }
        let Machine { requested, came, has_worked, .. } = *machine;
        let ended = Ended { node, kind, requested, came, has_worked };
        self.kinds[kind].online -= machine.executors;
        self.gone[kind].push(node);
        if let Some(cloud) = cluster.kinds[kind].cloud {
            self.started[cloud] -= 1;
        }
        ended
    }

    fn enter(&mut self, node: Node) {
        let machine = &mut self.nodes[node as usize];
        let (kind, executors) = (machine.kind, machine.first..machine.first + machine.free);
        machine.at = self.open[kind].len() as u32;
        self.open_executors[kind] += machine.free;
        self.open[kind].push(node);
        self.mark(executors, true);
    }

    fn leave(&mut self, node: Node) {
        let machine = &mut self.nodes[node as usize];
        let at = std::mem::replace(&mut machine.at, NOWHERE);
        if at == NOWHERE {
            return;
        }
        let (kind, executors) = (machine.kind, machine.first..machine.first + machine.free);
        self.open_executors[kind] -= machine.free;
        self.open[kind].swap_remove(at as usize);
        if let Some(moved) = self.open[kind].get(at as usize) {
            self.nodes[*moved as usize].at = at;
        }
        self.mark(executors, false);
    }

    fn mark(&mut self, executors: std::ops::Range<u32>, is_free: bool) {
        for executor in executors {
            // Those that came later are not in the ring.
            if let Some(word) = self.live.get_mut(executor as usize / 64) {
                let bit = 1 << (executor % 64);
                if is_free { *word |= bit } else { *word &= !bit }
            }
        }
    }
}

/// Whether a machine of the kind ends with its first build.
fn keeps_none(cluster: &Cluster, kind: usize) -> bool {
    let cloud = cluster.kinds[kind].cloud.map(|cloud| &cluster.clouds[cloud]);
    cloud.is_some_and(|cloud| cloud.idle.is_none() && cloud.last.is_none())
}

/// Whether an idle machine ends now.
fn retires(cluster: &Cluster, machine: &Machine, now: i64, unused: i64) -> bool {
    let described = &cluster.kinds[machine.kind];
    let idle = match (described.cloud.map(|cloud| &cluster.clouds[cloud]), described.demand) {
        (Some(Cloud { last: Some(last), billed: Some(billed), .. }), _) => {
            return billed - (now - machine.requested) % billed <= *last;
        }
        (Some(cloud), _) => cloud.idle.unwrap_or(unused),
        (None, Some(Demand { idle, .. })) => idle,
        (None, None) => return false,
    };
    now - machine.idle_since > idle
}

/// The machines that stand there, by name, with their kinds.
fn standing(cluster: &Cluster) -> Vec<(String, usize)> {
    let mut named: Vec<(String, usize)> = Vec::new();
    for (at, kind) in cluster.kinds.iter().enumerate().filter(|(_, kind)| kind.cloud.is_none()) {
        named.extend((1..=kind.count).map(|number| (name(&kind.name, number, kind.count), at)));
    }
    named.sort();
    named
}

/// The name of one of several machines.
fn name(kind: &str, number: u32, count: u32) -> String {
    if count == 1 { kind.to_owned() } else { format!("{kind}-{number}") }
}

#[cfg(test)]
mod tests {
    use super::super::super::cluster::{Cloud, Kind};
    use super::super::super::jenkins::digest;
    use super::*;

    /// The points of a machine in their order.
    fn points(name: &str, executors: u32) -> Vec<i32> {
        (0..100 * executors).map(|at| digest(&format!("{name}:{at}"))).collect()
    }

    /// The ring made anew out of what is free, as Jenkins does it; `known` has the points of all machines.
    fn naive(machines: &Machines, class: &Class, known: &[Vec<i32>], place: i32) -> Option<Node> {
        let mut points = Vec::new();
        for kind in &class.kinds {
            for node in &machines.open[*kind] {
                let free = 100 * machines.nodes[*node as usize].free as usize;
                points.extend(known[*node as usize][..free].iter().map(|point| (*point, *node)));
            }
        }
        points.sort_unstable();
        points.iter().find(|(point, _)| *point >= place).or(points.first()).map(|(_, node)| *node)
    }

    #[test]
    fn the_quick_ways_find_what_jenkins_finds() {
        let kind = |name: &str, executors, cloud, count| Kind { name: name.into(), executors, cloud, count, ..Kind::default() };
        let cluster = Cluster {
            kinds: vec![kind("a", 1, None, 30), kind("b", 3, None, 20), kind("c", 1, Some(0), 0)],
            clouds: vec![Cloud { name: "c".into(), most: 200, idle: Some(1), ..Cloud::default() }],
            classes: [vec![0, 1, 2], vec![1], vec![0, 2]].map(|kinds| Class { kinds, ..Class::default() }).into(),
            labels: vec![String::new()],
            ..Cluster::default()
        };
        let mut machines = Machines::new(&cluster, Place::Hash, false, None, Chance::new(0));
        let mut names: Vec<(String, u32)> = (1..=30).map(|number| (format!("a-{number}"), 1)).collect();
        names.extend((1..=20).map(|number| (format!("b-{number}"), 3)));
        names.sort();
        let mut known: Vec<Vec<i32>> = names.iter().map(|(name, executors)| points(name, *executors)).collect();
        let (mut busy, mut walked) = (Vec::new(), 0);
        for step in 0..480_u64 {
            let draw = |salt: u64| (step.wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) as usize;
            let class = &cluster.classes[draw(1) % 3];
            let place = digest(&format!("job {}", draw(2) % 50));
            let expected = naive(&machines, class, &known, place);
            assert_eq!(machines.pick(class, place), expected, "step {step}");
            let open: u32 = class.kinds.iter().map(|kind| machines.open_executors[*kind]).sum();
            walked += usize::from(machines.ring.is_walked(open as usize));
            // Filled, then emptied while machines come, then filled again.
            let fills = !(130..260).contains(&step);
            match expected {
                Some(node) if fills || draw(3) % 4 == 0 => {
                    machines.take(node);
                    busy.push(node);
                }
                _ if !busy.is_empty() => {
                    let node = busy.swap_remove(draw(4) % busy.len());
                    machines.release(&cluster, node, 0);
                }
                _ => {}
            }
            if !fills {
                let (_, node) = machines.request(&cluster, 2, 0);
                if node as usize == known.len() {
                    known.push(points(&format!("c-{node}"), 1));
                }
                machines.arrive(&cluster, node, 0);
            }
            if step == 210 {
                machines.retire(&cluster, 1000, 1, &[0; 3]);
            }
        }
        assert!((60..440).contains(&walked), "{walked} walks");
        assert!(machines.ring.closed() > 90, "the ring was never made anew");
    }
}
