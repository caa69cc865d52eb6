//! When machines are started: Jenkins' provisioner with its statistics, or at once.

use super::super::chance::Chance;
use super::super::cluster::{Cluster, Kind, Timers};
use super::super::jenkins::{Clouds, Decision, Demand, Load, Series, Snapshot, TimeSeries, no_delay, standard};
use super::super::policy::{Count, Provision, Settings};
use super::machines::{Machines, Node};
use super::tally::Tally;

/// Milliseconds between two samples, two reviews, from the start to the first review, and at least between suggested ones.
const SAMPLE: i64 = 10_000;
const REVIEW: i64 = 10_000;
const FIRST_REVIEW: i64 = 100_000;
const SUGGESTED: i64 = 1_000;
/// Long before all that is.
const NEVER: i64 = i64::MIN / 2;

fn planned_average() -> TimeSeries {
    TimeSeries::new(0.0, 0.9, 2160)
}

#[derive(Debug)]
pub(super) struct Provisioner {
    how: Provision,
    settings: Settings,
    /// By label.
    scopes: Vec<Scope>,
    sample_at: i64,
    review_at: i64,
    /// Whether any machine comes and goes, so that all this matters.
    has_clouds: bool,
    timers: Timers,
}

/// What is known of one label.
#[derive(Debug)]
struct Scope {
    classes: Vec<usize>,
    /// Kinds of machines that run any of them.
    kinds: Vec<usize>,
    /// Agents among them that come and go.
    wakeable: Vec<usize>,
    /// Those that clouds start, in order.
    startable: Vec<usize>,
    /// For the order in which the plugins ask clouds, by reviews so far.
    chance: Chance,
    reviews: u64,
    load: Load,
    planned_average: TimeSeries,
    /// Machines that were asked for and that Jenkins does not know yet, with the time from which they are there.
    planned: Vec<(i64, Node, i32)>,
    reviewed: i64,
    /// When the next suggested review is.
    suggested: Option<i64>,
    traffic: Traffic,
    starved_since: Option<i64>,
    /// The longest such time, and when it began.
    starved: (i64, i64),
}

/// What is asked for lately: the weight of each arrival shrinks with time.
#[derive(Debug, Default)]
struct Traffic {
    came: f64,
    at: i64,
    /// Executors that were taken, and for how long in all.
    ended: u64,
    took: f64,
}

/// Milliseconds after which an arrival counts for a third.
const LATELY: f64 = 3_600_000.0;

impl Traffic {
    fn came(&mut self, now: i64, executors: u32) {
        self.came = self.came * ((self.at - now) as f64 / LATELY).exp() + f64::from(executors);
        self.at = now;
    }

    /// Executors in a millisecond, and milliseconds of each.
    fn at(&self, now: i64) -> (f64, f64) {
        // Of the first hour there is less than an hour.
        let seen = LATELY * (1.0 - (-(now.max(1) as f64) / LATELY).exp());
        let came = self.came * ((self.at - now) as f64 / LATELY).exp();
        (came / seen, self.took / self.ended.max(1) as f64)
    }
}

impl Provisioner {
    pub(super) fn new(cluster: &Cluster, how: Provision, settings: &Settings, chance: Chance) -> Self {
        let scope = |label: usize| {
            let classes: Vec<usize> = (0..cluster.classes.len()).filter(|class| cluster.classes[*class].label == label).collect();
            let mut kinds: Vec<usize> = classes.iter().flat_map(|class| cluster.classes[*class].kinds.iter().copied()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            Scope {
                wakeable: kinds.iter().copied().filter(|kind| cluster.kinds[*kind].demand.is_some()).collect(),
                chance: chance.at(label as u64),
                reviews: 0,
                startable: kinds.iter().copied().filter(|kind| cluster.kinds[*kind].cloud.is_some()).collect(),
                classes,
                kinds,
                load: Load::new(),
                planned_average: planned_average(),
                planned: Vec::new(),
                reviewed: NEVER,
                suggested: None,
                traffic: Traffic::default(),
                starved_since: None,
                starved: (0, 0),
            }
        };
        let scopes: Vec<Scope> = (0..cluster.labels.len()).map(scope).collect();
        let has_clouds = !cluster.clouds.is_empty() || cluster.kinds.iter().any(Kind::is_startable);
        let timers = cluster.controller.timers;
        let (sample_at, review_at) = (timers.statistics, FIRST_REVIEW + timers.provisioning);
        Self { how, settings: settings.clone(), scopes, sample_at, review_at, has_clouds, timers }
    }

    /// All that was measured is gone, and the machines that were asked for and are not known yet are, too.
    pub(super) fn begin_anew(&mut self, now: i64) -> Vec<Node> {
        (self.sample_at, self.review_at) = (now + self.timers.statistics, now + FIRST_REVIEW + self.timers.provisioning);
        let mut lost = Vec::new();
        for scope in &mut self.scopes {
            (scope.load, scope.planned_average) = (Load::new(), planned_average());
            (scope.reviewed, scope.suggested) = (NEVER, None);
            let planned = scope.planned.drain(..).map(|(_, node, _)| node);
            // What a plugin has handed over comes all the same.
            if self.how == Provision::NoDelay { drop(planned) } else { lost.extend(planned) }
        }
        lost
    }

    /// When it next acts by itself; none where it never does.
    pub(super) fn next(&self) -> Option<i64> {
        if !self.has_clouds {
            return None;
        }
        if self.how.is_prompt() {
            return Some(i64::MAX);
        }
        let suggested = self.scopes.iter().filter_map(|scope| scope.suggested).min();
        Some(self.sample_at.min(self.review_at).min(suggested.unwrap_or(i64::MAX)))
    }

    pub(super) fn is_due(&self, now: i64) -> bool {
        self.next().is_some_and(|at| at <= now)
    }

    /// Something has had its executors for so long.
    pub(super) fn ended(&mut self, label: usize, executors: u32, took: i64) {
        if self.how != Provision::Erlang {
            return;
        }
        let traffic = &mut self.scopes[label].traffic;
        traffic.ended += u64::from(executors);
        traffic.took += took as f64 * f64::from(executors);
    }

    /// Something became buildable: the plugins' listener asks for a review soon.
    pub(super) fn suggest(&mut self, now: i64, label: usize, executors: u32) {
        if self.how == Provision::Erlang {
            self.scopes[label].traffic.came(now, executors);
        }
        if self.how != Provision::NoDelay || !self.has_clouds {
            return;
        }
        let scope = &mut self.scopes[label];
        if scope.suggested.is_none() {
            scope.suggested = Some(now.max(scope.reviewed + SUGGESTED));
        }
    }

    /// Takes samples and reviews labels as they are due; whether a machine came.
    pub(super) fn act(
        &mut self,
        now: i64,
        cluster: &Cluster,
        machines: &mut Machines,
        lengths: &[u32],
        tally: &mut Tally,
    ) -> bool {
        if now >= self.sample_at {
            self.sample_at += SAMPLE;
            for (label, scope) in self.scopes.iter_mut().enumerate() {
                let known = scope.known(self.how, now, machines, lengths);
                scope.load.update(&known);
                if let Some(film) = &mut tally.film {
                    film.sample(label, now, known);
                }
            }
        }
        let all = now >= self.review_at;
        if all {
            self.review_at += REVIEW;
        }
        let mut came = false;
        for scope in &mut self.scopes {
            if all || scope.suggested.is_some_and(|at| at <= now) {
                scope.suggested = scope.suggested.filter(|at| *at > now);
                came |= scope.review(self.how, now, cluster, machines, lengths, tally);
            }
        }
        came
    }

    /// Starts what is missing at once, where that is the policy.
    pub(super) fn eager(&mut self, now: i64, cluster: &Cluster, machines: &mut Machines, lengths: &[u32], tally: &mut Tally) {
        if !self.how.is_prompt() || !self.has_clouds {
            return;
        }
        for scope in &self.scopes {
            let mut missing = self.missing(scope, now, machines, lengths);
            for kind in scope.wakeable.iter().chain(&scope.startable) {
                for (at, node) in start(now, cluster, machines, tally, *kind, missing) {
                    missing -= cluster.kinds[*kind].executors as i32;
                    machines.expect(node, at);
                }
            }
        }
    }

    /// By kind: idle executors that stay, since the policy would only start them again.
    pub(super) fn kept(&self, now: i64, machines: &Machines, lengths: &[u32]) -> Vec<u32> {
        let mut kept = vec![0; machines.kinds.len()];
        if !matches!(self.how, Provision::Warm | Provision::Target | Provision::Erlang) {
            return kept;
        }
        for scope in &self.scopes {
            let mut surplus = u32::try_from(-self.missing(scope, now, machines, lengths)).unwrap_or(0);
            for kind in scope.wakeable.iter().chain(&scope.startable) {
                let idle = machines.kinds[*kind].online - machines.kinds[*kind].busy;
                kept[*kind] = kept[*kind].max(idle.saturating_sub(surplus));
                surplus = surplus.saturating_sub(idle);
            }
        }
        kept
    }

    /// Executors of a label that are to be started now.
    fn missing(&self, scope: &Scope, now: i64, machines: &Machines, lengths: &[u32]) -> i32 {
        let Snapshot { queue, busy, available, connecting, .. } = scope.snapshot(machines, lengths);
        let (rate, takes) = if self.how == Provision::Erlang { scope.traffic.at(now) } else { (0.0, 0.0) };
        let count = Count { queue, busy, idle: available, coming: connecting, rate, takes };
        let missing = self.how.missing(&count, &self.settings);
        if queue == 0 || !machines.are_packed() {
            return missing;
        }
        // What waits after a look did not fit on what is packed, whatever is left of it.
        let idle = scope.startable_available(machines);
        missing.max(Provision::Eager.missing(&Count { idle, ..count }, &self.settings))
    }

    /// Notes for how long something waits while nothing is done for it.
    pub(super) fn watch(&mut self, now: i64, cluster: &Cluster, machines: &Machines, lengths: &[u32]) {
        if !self.has_clouds {
            return;
        }
        for scope in &mut self.scopes {
            let Snapshot { queue, available, connecting, .. } = scope.snapshot(machines, lengths);
            let has_room = || scope.wakeable.iter().chain(&scope.startable).any(|kind| machines.room(cluster, *kind) > 0);
            if queue > 0 && available + connecting <= 0 && has_room() {
                scope.starved_since.get_or_insert(now);
            } else if let Some(since) = scope.starved_since.take() {
                scope.starve(since, now);
            }
        }
    }

    /// Starts agents that have ended, as the retention strategy `Demand` does when it looks at them: what waits is matched with what is
    /// idle or on its way, in order; the first that gets nothing decides.
    pub(super) fn wake(
        &self,
        now: i64,
        cluster: &Cluster,
        machines: &mut Machines,
        tally: &mut Tally,
        waiting: impl Iterator<Item = (u32, i64)>,
    ) {
        let mut idle: Vec<u32> = machines.kinds.iter().map(|kind| kind.online + kind.coming - kind.busy).collect();
        let mut is_decided = vec![false; idle.len()];
        for (class, since) in waiting {
            let kinds = &cluster.classes[class as usize].kinds;
            if let Some(kind) = kinds.iter().find(|kind| idle[**kind] > 0) {
                idle[*kind] -= 1;
                continue;
            }
            for kind in kinds {
                let Some(demand) = cluster.kinds[*kind].demand.filter(|_| !is_decided[*kind]) else { continue };
                if now - since <= demand.after {
                    is_decided[*kind] = true;
                } else if let Some((at, node)) = start(now, cluster, machines, tally, *kind, 1).pop() {
                    machines.expect(node, at);
                    idle[*kind] += cluster.kinds[*kind].executors - 1;
                    break;
                }
            }
        }
    }

    /// Whether agents start in that way.
    pub(super) fn wakes(&self) -> bool {
        !self.how.is_prompt() && self.scopes.iter().any(|scope| !scope.wakeable.is_empty())
    }

    /// By label: the longest such time, and when it began.
    pub(super) fn starved(&mut self, now: i64) -> Vec<(i64, i64)> {
        let longest = |scope: &mut Scope| {
            if let Some(since) = scope.starved_since {
                scope.starve(since, now);
            }
            scope.starved
        };
        self.scopes.iter_mut().map(longest).collect()
    }
}

impl Scope {
    fn starve(&mut self, since: i64, now: i64) {
        if now - since > self.starved.0 {
            self.starved = (now - since, since);
        }
    }

    /// All that was asked for counts as connecting here.
    fn snapshot(&self, machines: &Machines, lengths: &[u32]) -> Snapshot {
        let sum = |count: fn(&super::machines::Counts) -> u32| -> i32 {
            self.kinds.iter().map(|kind| count(&machines.kinds[*kind])).sum::<u32>().try_into().unwrap_or(i32::MAX)
        };
        let (online, busy, connecting) = (sum(|kind| kind.online), sum(|kind| kind.busy), sum(|kind| kind.coming));
        let queue = self.classes.iter().map(|class| lengths[*class]).sum::<u32>().try_into().unwrap_or(i32::MAX);
        let idle = online - busy;
        Snapshot { defined: online + connecting, online, connecting, busy, idle, available: idle, queue }
    }

    /// Executors that are idle of machines that come and go.
    fn startable_available(&self, machines: &Machines) -> i32 {
        let idle = |kind: &usize| machines.kinds[*kind].online - machines.kinds[*kind].busy;
        self.wakeable.iter().chain(&self.startable).map(idle).sum::<u32>().try_into().unwrap_or(i32::MAX)
    }

    /// The same as Jenkins sees it, to which a planned machine does not exist yet.
    fn known(&self, how: Provision, now: i64, machines: &Machines, lengths: &[u32]) -> Snapshot {
        // What a plugin has handed over comes by itself.
        let is_planned = |ready: i64| how != Provision::NoDelay || ready > now;
        let planned: i32 = self.planned.iter().filter(|(ready, ..)| is_planned(*ready)).map(|(.., executors)| executors).sum();
        let all = self.snapshot(machines, lengths);
        Snapshot { defined: all.defined - planned, connecting: all.connecting - planned, ..all }
    }

    fn review(
        &mut self,
        how: Provision,
        now: i64,
        cluster: &Cluster,
        machines: &mut Machines,
        lengths: &[u32],
        tally: &mut Tally,
    ) -> bool {
        self.reviewed = now;
        let mut came = false;
        let mut planned = 0;
        self.planned.retain(|(ready, node, executors)| match how {
            // The plugins hand a machine over at once; it connects by itself.
            Provision::NoDelay => false,
            _ if *ready <= now => {
                machines.arrive(cluster, *node, now);
                came = true;
                false
            }
            _ => {
                planned += executors;
                true
            }
        });
        self.planned_average.update(planned as f32);
        let snapshot = self.known(how, now, machines, lengths);
        if snapshot.queue <= snapshot.available {
            return came;
        }
        let mut demand = Demand {
            now: snapshot,
            queue: self.load.latest(Series::Queue),
            available: self.load.latest(Series::Available),
            connecting: self.load.latest(Series::Connecting),
            planned,
            planned_average: self.planned_average.latest(),
            added: 0,
        };
        let mut starter = Starter { cluster, machines, tally, now, how, kinds: Vec::new(), started: Vec::new() };
        let mut decision = Decision::Consult;
        if how == Provision::NoDelay {
            self.reviews += 1;
            starter.kinds = shuffled(&self.startable, self.chance.at(self.reviews));
            let done = no_delay(&demand, &mut starter);
            demand.added += done.executors;
            decision = done.decision;
            if done.executors > 0 {
                self.suggested = Some(now + SUGGESTED);
            }
        }
        if decision == Decision::Consult {
            starter.kinds.clone_from(&self.startable);
            standard(&demand, &mut starter);
        }
        let started = starter.started;
        for (ready, node, executors) in started {
            if how == Provision::NoDelay {
                machines.expect(node, ready);
            }
            self.planned.push((ready, node, executors));
        }
        came
    }
}

/// The clouds of one label, as a strategy sees them.
struct Starter<'a> {
    cluster: &'a Cluster,
    machines: &'a mut Machines,
    tally: &'a mut Tally,
    now: i64,
    how: Provision,
    /// Their machines, in the order in which they are asked.
    kinds: Vec<usize>,
    started: Vec<(i64, Node, i32)>,
}

impl Clouds for Starter<'_> {
    fn count(&self) -> usize {
        self.kinds.len()
    }

    fn provision(&mut self, cloud: usize, executors: i32) -> i32 {
        let kind = self.kinds[cloud];
        // The Kubernetes plugin takes what is on its way off once more, although the caller did.
        let coming = if self.how == Provision::NoDelay { self.machines.kinds[kind].coming as i32 } else { 0 };
        let each = self.cluster.kinds[kind].executors as i32;
        let started = start(self.now, self.cluster, self.machines, self.tally, kind, executors - coming);
        let got = each * started.len() as i32;
        self.started.extend(started.into_iter().map(|(ready, node)| (ready, node, each)));
        got
    }
}

/// Starts machines of a kind for so many executors, as far as there is room: when each is there.
fn start(
    now: i64,
    cluster: &Cluster,
    machines: &mut Machines,
    tally: &mut Tally,
    kind: usize,
    executors: i32,
) -> Vec<(i64, Node)> {
    let described = &cluster.kinds[kind];
    let wanted = u32::try_from(executors).unwrap_or(0).div_ceil(described.executors);
    let started = wanted.min(machines.room(cluster, kind));
    if let Some(cloud) = described.cloud {
        tally.requested(cloud, started);
    }
    (0..started).map(|_| machines.request(cluster, kind, now)).collect()
}

/// The order in which the Kubernetes plugin asks clouds: each time another.
fn shuffled(kinds: &[usize], chance: Chance) -> Vec<usize> {
    let mut kinds = kinds.to_vec();
    for at in (1..kinds.len()).rev() {
        let other = (chance.at(at as u64).uniform() * (at + 1) as f64) as usize;
        kinds.swap(at, other);
    }
    kinds
}
