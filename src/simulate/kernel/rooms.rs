//! The room of machines: what is free of each, counted in executors or in what they have, and where an item goes.
//!
//! Machines of a kind of which as much is free are alike, so they are kept together, and a choice is one among a few sorts of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::cluster::{Class, Cluster, Kind, Resources};
use super::super::policy::Place;
use super::machines::Node;
use super::profile::LaneFree;

/// Executors, thousandths of cores, bytes, GPUs.
pub(super) type Amounts = [u64; 4];
pub(super) const NOTHING: Amounts = [0; 4];

/// Of GPUs.
const GPU: usize = 3;

#[derive(Debug)]
pub(super) struct Rooms {
    packs: bool,
    place: Place,
    /// By class: the kinds that it runs on, and what an item takes of each.
    asks: Vec<Vec<(usize, Amounts)>>,
    /// By class: how many items asked for it, so that what is left can be measured by what usually comes.
    popularity: Vec<u64>,
    /// By kind.
    has: Vec<Amounts>,
    /// By machine: what is free.
    free: Vec<Amounts>,
    /// By kind: the machines that are there, by what is free of them.
    alike: Vec<BTreeMap<Amounts, BTreeSet<Node>>>,
}

impl Rooms {
    /// With `packs`, room is what machines have; else it is their executors.
    pub(super) fn new(cluster: &Cluster, packs: bool, place: Place) -> Self {
        let asks =
            |class: &Class| class.kinds.iter().map(|kind| (*kind, asked(&cluster.kinds[*kind], &class.asks, packs))).collect();
        Self {
            packs,
            place,
            asks: cluster.classes.iter().map(asks).collect(),
            popularity: vec![0; cluster.classes.len()],
            has: cluster.kinds.iter().map(|kind| had(kind, packs)).collect(),
            free: Vec::new(),
            alike: vec![BTreeMap::new(); cluster.kinds.len()],
        }
    }

    pub(super) fn packs(&self) -> bool {
        self.packs
    }

    /// What an item of a class takes of each kind that it runs on.
    pub(super) fn asks(&self, class: u32) -> &[(usize, Amounts)] {
        &self.asks[class as usize]
    }

    /// An item of the class arrived.
    pub(super) fn noted(&mut self, class: u32) {
        self.popularity[class as usize] += 1;
    }

    /// How often an item of the class fits on an empty machine of the kind.
    pub(super) fn most(&self, class: u32, kind: usize) -> u64 {
        let ask = self.asks(class).iter().find(|(known, _)| *known == kind);
        ask.map_or(0, |(_, ask)| times(&self.has[kind], ask))
    }

    /// A machine comes, empty.
    pub(super) fn add(&mut self, node: Node, kind: usize) {
        let at = node as usize;
        if self.free.len() <= at {
            self.free.resize(at + 1, NOTHING);
        }
        self.free[at] = self.has[kind];
        self.alike[kind].entry(self.free[at]).or_default().insert(node);
    }

    /// A machine goes.
    pub(super) fn remove(&mut self, node: Node, kind: usize) {
        let free = self.free[node as usize];
        if let Some(alike) = self.alike[kind].get_mut(&free) {
            alike.remove(&node);
            if alike.is_empty() {
                self.alike[kind].remove(&free);
            }
        }
    }

    /// An item takes its part of a machine.
    pub(super) fn take(&mut self, node: Node, kind: usize, class: u32) {
        self.change(node, kind, class, |free, ask| free - ask);
    }

    /// An item gives it back.
    pub(super) fn give(&mut self, node: Node, kind: usize, class: u32) {
        self.change(node, kind, class, |free, ask| free + ask);
    }

    fn change(&mut self, node: Node, kind: usize, class: u32, change: fn(u64, u64) -> u64) {
        let Some((_, ask)) = self.asks(class).iter().find(|(known, _)| *known == kind) else { return };
        let ask = *ask;
        self.remove(node, kind);
        let free = &mut self.free[node as usize];
        *free = std::array::from_fn(|at| change(free[at], ask[at]));
        self.alike[kind].entry(*free).or_default().insert(node);
    }

    /// Executors' worth that is free of a machine: by what is scarcest.
    pub(super) fn worth(&self, node: Node, kind: usize, executors: u32) -> u32 {
        let (has, free) = (&self.has[kind], &self.free[node as usize]);
        let of =
            |at: usize| (u128::from(free[at]) * u128::from(executors)).checked_div(has[at].into()).unwrap_or(executors.into());
        let least = (0..has.len()).map(of).min().unwrap_or_default();
        u32::try_from(least).unwrap_or(executors).min(executors)
    }

    /// Whether so many executors' worth of the class is free.
    pub(super) fn fits(&self, class: u32, width: u32) -> bool {
        self.free(class, width) >= u64::from(width)
    }

    /// How many executors' worth of the class is free; beyond this many, they are not counted on.
    pub(super) fn free(&self, class: u32, most: u32) -> u64 {
        let mut found: u64 = 0;
        for (kind, ask) in self.asks(class) {
            for (free, nodes) in &self.alike[*kind] {
                found = found.saturating_add(times(free, ask).saturating_mul(nodes.len() as u64));
                if found >= u64::from(most) {
                    return found;
                }
            }
        }
        found
    }

    /// The machine for an item of the class, or for one of its parts; of one kind, if that is said.
    pub(super) fn pick(&self, class: u32, of: Option<usize>) -> Option<Node> {
        let mut best: Option<(f64, Node)> = None;
        for (kind, ask) in self.asks(class).iter().filter(|(kind, _)| of.is_none_or(|of| of == *kind)) {
            for (free, nodes) in self.alike[*kind].iter().filter(|(free, _)| times(free, ask) > 0) {
                let Some(node) = nodes.first() else { continue };
                let left = std::array::from_fn(|at| free[at] - ask[at]);
                let score = match self.place {
                    // The fullest of the first kind.
                    Place::First | Place::Hash => return Some(*node),
                    Place::BestFit => leftover(&self.has[*kind], &left),
                    Place::Fragments => self.fragments(*kind, &left) - self.fragments(*kind, free),
                };
                if best.is_none_or(|(least, _)| score < least) {
                    best = Some((score, *node));
                }
            }
        }
        best.map(|(_, node)| node)
    }

    /// GPUs of a machine that what usually comes cannot use: those that are free where it does not fit.
    fn fragments(&self, kind: usize, free: &Amounts) -> f64 {
        let all: u64 = self.popularity.iter().sum();
        let useless = |class: usize| {
            let ask = self.asks[class].iter().find(|(known, _)| *known == kind);
            ask.is_none_or(|(_, ask)| ask[GPU] == 0 || times(free, ask) == 0)
        };
        let of = |class: usize| if useless(class) { self.popularity[class] as f64 * free[GPU] as f64 } else { 0.0 };
        (0..self.popularity.len()).map(of).sum::<f64>() / all.max(1) as f64
    }

    /// What is free, by machine or, where only executors count, by kind: the machine or kind, and what it has.
    pub(super) fn lanes(&self) -> Vec<LaneFree> {
        let mut lanes = Vec::new();
        for (kind, alike) in self.alike.iter().enumerate() {
            if self.packs {
                lanes.extend(alike.iter().flat_map(|(free, nodes)| nodes.iter().map(move |node| (kind, Some(*node), *free))));
            } else {
                let free = alike.iter().map(|(free, nodes)| free[0] * nodes.len() as u64).sum();
                lanes.push((kind, None, [free, 0, 0, 0]));
            }
        }
        lanes
    }
}

/// How often something fits.
pub(super) fn times(free: &Amounts, ask: &Amounts) -> u64 {
    (0..free.len()).filter_map(|at| free[at].checked_div(ask[at])).min().unwrap_or(u64::MAX)
}

/// What is left, as parts of what a machine has.
fn leftover(has: &Amounts, left: &Amounts) -> f64 {
    (0..has.len()).filter(|at| has[*at] > 0).map(|at| left[at] as f64 / has[at] as f64).sum()
}

fn had(kind: &Kind, packs: bool) -> Amounts {
    let executors = u64::from(kind.executors);
    match kind.has {
        Resources { cpu, memory, gpu } if packs && kind.cloud.is_none() => {
            [executors, cpu.unwrap_or_default(), memory.unwrap_or_default(), gpu]
        }
        _ => [executors, 0, 0, 0],
    }
}

/// What an item takes of a machine. A cloud's is made for it. What one side does not speak of is not counted; who asks for neither
/// cores nor memory takes an executor, with its part of both.
fn asked(kind: &Kind, asks: &Resources, packs: bool) -> Amounts {
    if !packs || kind.cloud.is_some() {
        return [1, 0, 0, 0];
    }
    let [executors, cpu, memory, _] = had(kind, packs);
    let counted = |has: Option<u64>, asks: Option<u64>| has.and(asks).unwrap_or_default();
    let wanted = [counted(kind.has.cpu, asks.cpu), counted(kind.has.memory, asks.memory)];
    match wanted {
        [0, 0] => [1, cpu / executors, memory / executors, asks.gpu],
        [cpu, memory] => [0, cpu, memory, asks.gpu],
    }
}
