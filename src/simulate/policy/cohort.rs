//! Kueue's cohorts: queues with quotas, of which each lends what it does not use, borrows what others do not, and takes back what is its own.
//!
//! Cohorts may be of others, with quotas of their own. Next is the queue whose cohorts, from above, and which itself has borrowed the
//! least; in it, who is most urgent, then who came first. What the quota has no room for lets others pass.

use super::super::cluster::Resources;
use super::{Cluster, Held, Item, Order, Settings};

/// Executors, thousandths of cores, bytes, GPUs; none: without limit.
type Amounts = [Option<f64>; 4];

const NONE: [f64; 4] = [0.0; 4];

/// Most of cohorts and the queue in them above each other, without the root: as many shares fit into one standing.
pub(super) const MOST_LEVELS: usize = 4;
/// Bits of a share that is not negative, in single precision, and of a priority.
const SHARE: u32 = 31;
const PRIORITY: u32 = 3;

/// What a queue or a cohort has of its own, and how much of others' and for others; or, where queues are dealt out to, what it gets at
/// least and at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quota {
    pub nominal: Amounts,
    pub borrow: Amounts,
    pub lend: Amounts,
    pub guarantee: Amounts,
    pub capability: Amounts,
    /// The cohort that it is of, by its number. None: of a queue, one that has all those that name none; of a cohort, nobody's.
    pub parent: Option<usize>,
}

/// A queue, or a cohort.
#[derive(Clone, Debug)]
struct Node {
    /// None above a root.
    parent: Option<usize>,
    borrow: Amounts,
    /// Its own, with what its children lend.
    has: [f64; 4],
    /// Of that, what it never lends.
    local: [f64; 4],
    /// Of a cohort: what its children have beyond what they never lend.
    used: [f64; 4],
    weight: f64,
}

impl Node {
    fn new(quota: &Quota, parent: Option<usize>, weight: f64) -> Self {
        let has = quota.nominal.map(|nominal| nominal.unwrap_or(0.0));
        Self { parent, borrow: quota.borrow, has, local: NONE, used: NONE, weight }
    }

    /// With so much more: what it has beyond what it never lends.
    fn beyond(&self, at: usize, more: f64) -> f64 {
        (self.used[at] + more - self.local[at]).max(0.0)
    }
}

#[derive(Clone, Debug)]
pub struct Cohort {
    /// By class: what an item takes for each of its executors.
    asks: Vec<[f64; 4]>,
    /// Cohorts as they were given, the one of all other queues, then queues.
    nodes: Vec<Node>,
    cohorts: usize,
    /// Resources that no queue has a quota of are free for all.
    is_limited: [bool; 4],
}

impl Cohort {
    pub fn new(settings: &Settings, cluster: &Cluster) -> Self {
        let asks = |asks: &Resources| [1.0, asks.cpu.unwrap_or(0) as f64, asks.memory.unwrap_or(0) as f64, asks.gpu as f64];
        let Settings { quotas, cohorts, .. } = settings;
        let mut nodes: Vec<Node> = cohorts.iter().map(|(quota, weight)| Node::new(quota, quota.parent, *weight)).collect();
        nodes.push(Node::new(&Quota::default(), None, 1.0));
        let all = cohorts.len();
        let queue = |(at, quota): (u16, &Quota)| Node::new(quota, Some(quota.parent.unwrap_or(all)), settings.weight(at));
        nodes.extend((0..).zip(quotas).map(queue));
        let mut made = Self {
            asks: cluster.classes.iter().map(|class| asks(&class.asks)).collect(),
            nodes,
            cohorts: all + 1,
            is_limited: std::array::from_fn(|at| {
                quotas.iter().chain(cohorts.iter().map(|(quota, _)| quota)).any(|quota| quota.nominal[at].is_some())
            }),
        };
        // From below, what lends adds to what it is of.
        let lends = |node: usize| if node < all { cohorts[node].0.lend } else { [None; 4] };
        let lends = |node: usize| node.checked_sub(all + 1).map_or(lends(node), |queue| quotas[queue].lend);
        let mut order: Vec<usize> = (0..made.nodes.len()).collect();
        order.sort_by_key(|node| std::cmp::Reverse(made.path(*node).len()));
        for node in order {
            let has = made.nodes[node].has;
            let local = std::array::from_fn(|at| lends(node)[at].map_or(0.0, |lend| (has[at] - lend).max(0.0)));
            made.nodes[node].local = local;
            if let Some(parent) = made.nodes[node].parent {
                (0..has.len()).for_each(|at| made.nodes[parent].has[at] += has[at] - local[at]);
            }
        }
        made
    }

    fn asked(&self, item: &Item) -> [f64; 4] {
        self.asks[item.class.unwrap_or_default() as usize].map(|amount| amount * f64::from(item.width))
    }

    fn node(&self, queue: u16) -> usize {
        self.cohorts + usize::from(queue)
    }

    /// Queues without a quota have room for themselves all the same.
    fn grow(&mut self, queue: u16) {
        while self.nodes.len() <= self.node(queue) {
            self.nodes.push(Node::new(&Quota::default(), Some(self.cohorts - 1), 1.0));
        }
    }

    /// From below the root down to this one; empty for a root.
    fn path(&self, node: usize) -> Vec<usize> {
        let parents = std::iter::successors(Some(node), |node| self.nodes[*node].parent);
        let mut path: Vec<usize> = parents.filter(|node| self.nodes[*node].parent.is_some()).collect();
        path.reverse();
        path
    }

    /// A queue has so much more, or less.
    pub fn hold(&mut self, queue: u16, amounts: [f64; 4], sign: f64) {
        self.grow(queue);
        let mut next = Some(self.node(queue));
        let mut more = amounts.map(|amount| sign * amount);
        while let Some(node) = next.map(|node| &mut self.nodes[node]) {
            let above = std::array::from_fn(|at| node.beyond(at, more[at]) - node.beyond(at, 0.0));
            (0..more.len()).for_each(|at| node.used[at] += more[at]);
            (next, more) = (node.parent, above);
        }
    }

    /// What a queue may still take of a resource.
    pub fn available(&self, queue: u16, at: usize) -> f64 {
        self.available_to(self.node(queue), at)
    }

    fn available_to(&self, node: usize, at: usize) -> f64 {
        let Node { parent, borrow, has, local, used, .. } = &self.nodes[node];
        let Some(parent) = parent else { return has[at] - used[at] };
        let common = self.available_to(*parent, at);
        let beyond = self.nodes[node].beyond(at, 0.0);
        let borrowable = borrow[at].map_or(f64::INFINITY, |borrow| has[at] - local[at] - beyond + borrow);
        (local[at] - used[at]).max(0.0) + common.min(borrowable)
    }

    /// What there is of a resource for those of a cohort, were nothing in use.
    fn lendable(&self, cohort: usize, at: usize) -> f64 {
        let Node { parent, borrow, has, local, .. } = &self.nodes[cohort];
        let Some(parent) = parent else { return has[at] };
        (local[at] + self.lendable(*parent, at)).min(borrow[at].map_or(f64::INFINITY, |borrow| has[at] + borrow))
    }

    /// What each of a queue's path has borrowed, with so much more for the queue: in thousandths of all that is lent, by its weight;
    /// 0: nothing.
    pub fn shares(&self, queue: u16, mut more: [f64; 4]) -> Vec<f64> {
        let share = |node: &usize| {
            let node = &self.nodes[*node];
            let borrowed = |at: usize| {
                let borrowed = (node.used[at] + more[at] - node.has[at]).max(0.0);
                let lendable = || node.parent.map_or(0.0, |parent| self.lendable(parent, at));
                if borrowed > 0.0 { borrowed / lendable() } else { 0.0 }
            };
            let limited = (0..NONE.len()).filter(|at| self.is_limited[*at]);
            let share = 1_000.0 * limited.map(borrowed).fold(0.0, f64::max) / node.weight;
            more = std::array::from_fn(|at| node.beyond(at, more[at]) - node.beyond(at, 0.0));
            share
        };
        let mut shares: Vec<f64> = self.path(self.node(queue)).iter().rev().map(share).collect();
        shares.reverse();
        shares
    }

    /// The same of the queue itself.
    pub fn share(&self, queue: u16, more: [f64; 4]) -> f64 {
        self.shares(queue, more).last().copied().unwrap_or(0.0)
    }

    /// Where the paths of two queues part; none where they have nothing in common, or are one.
    fn fork(&self, one: u16, other: u16) -> Option<usize> {
        let [one, other] = [one, other].map(|queue| self.path(self.node(queue)));
        let root = |path: &[usize]| path.first().and_then(|node| self.nodes[*node].parent);
        let fork = one.iter().zip(&other).position(|(one, other)| one != other);
        fork.filter(|_| root(&one) == root(&other))
    }

    /// Whether a queue's item may take from one that another has: it borrows no more with it than the other without that, or, asked
    /// the second time, less than the other has borrowed.
    fn may_take(&self, item: &Item, held: &Item, again: bool) -> bool {
        let Some(fork) = self.fork(item.queue, held.queue) else { return false };
        let before = self.shares(held.queue, NONE);
        // Who has borrowed nothing keeps what it has.
        if before[fork..].iter().any(|share| *share <= 0.0) {
            return false;
        }
        let own = self.shares(item.queue, self.asked(item))[fork];
        let after = || self.shares(held.queue, self.asked(held).map(|amount| -amount))[fork];
        if again { own < before[fork] } else { own <= after() }
    }

    fn has_room(&self, item: &Item) -> bool {
        let asked = self.asked(item);
        (0..asked.len()).all(|at| !self.is_limited[at] || asked[at] <= 0.0 || asked[at] <= self.available(item.queue, at))
    }

    /// Those who make room for an item, with each queue asked once where `once`; empty if they cannot.
    fn makers_of_room(&self, item: &Item, running: &[Held], order: &[usize], once: bool) -> Vec<usize> {
        let (mut cohort, mut victims, mut asked) = (self.clone(), Vec::new(), Vec::new());
        for at in order {
            let held = &running[*at].item;
            let amounts = self.asked(held);
            if held.queue != item.queue {
                if once && asked.contains(&held.queue) || !cohort.may_take(item, held, once) {
                    continue;
                }
                asked.push(held.queue);
            }
            cohort.hold(held.queue, amounts, -1.0);
            victims.push(*at);
            if cohort.has_room(item) {
                // The last ones may have made more room than is needed.
                for at in (0..victims.len()).rev() {
                    let held = &running[victims[at]].item;
                    cohort.hold(held.queue, self.asked(held), 1.0);
                    if cohort.has_room(item) {
                        victims.remove(at);
                    } else {
                        cohort.hold(held.queue, self.asked(held), -1.0);
                    }
                }
                return victims;
            }
        }
        Vec::new()
    }
}

impl Order for Cohort {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        self.grow(item.queue);
        0
    }

    fn standing(&mut self, item: &Item, _: u64, _: i64, _: i64) -> u128 {
        let mut shares = self.shares(item.queue, self.asked(item));
        shares.resize(MOST_LEVELS, 0.0);
        // The bits of numbers that are not negative are in their order.
        let standing = shares.iter().fold(0, |standing, share| standing << SHARE | u128::from((*share as f32).to_bits()));
        // Priorities decide among queues that have borrowed as much, and within one.
        standing << PRIORITY | u128::from(item.priority.min(7))
    }

    fn start(&mut self, item: &Item, _: u64, _: i64) {
        let asked = self.asked(item);
        self.hold(item.queue, asked, 1.0);
    }

    fn end(&mut self, item: &Item, _: i64, _: i64) {
        let asked = self.asked(item);
        self.hold(item.queue, asked, -1.0);
    }

    fn admits(&self, item: &Item) -> bool {
        self.has_room(item)
    }

    fn admitted(&self, waiting: &mut dyn Iterator<Item = Item>) -> Option<Vec<Item>> {
        let mut cohort = self.clone();
        let admits = |item: &Item| {
            let is_admitted = cohort.has_room(item);
            if is_admitted {
                cohort.hold(item.queue, cohort.asked(item), 1.0);
            }
            is_admitted
        };
        Some(waiting.filter(admits).collect())
    }

    /// Other queues' before one's own, of them the less urgent, then those that began last.
    fn victims(&self, item: &Item, running: &[Held]) -> Vec<usize> {
        let is_candidate = |held: &Item| held.queue != item.queue || held.priority > item.priority;
        let mut order: Vec<usize> = (0..running.len()).filter(|at| is_candidate(&running[*at].item)).collect();
        order.sort_by_key(|at| {
            let Held { item: held, started } = &running[*at];
            (held.queue == item.queue, std::cmp::Reverse(held.priority), std::cmp::Reverse((*started, *at)))
        });
        let victims = self.makers_of_room(item, running, &order, false);
        if victims.is_empty() { self.makers_of_room(item, running, &order, true) } else { victims }
    }
}
