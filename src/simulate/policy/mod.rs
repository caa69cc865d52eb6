//! Policies: who is next, where it goes, when machines are started. One file each, combined by name.

mod aging;
mod arrival;
mod cohort;
mod decayed;
mod dominant;
mod fair;
pub(super) mod parts;
mod priority;
mod proportion;
mod settings;
mod shortest;
mod supply;
pub(super) mod table;
mod weighted;

use std::mem;

use super::cluster::Cluster;
use super::work::Item;
use crate::diag::nearest;
pub use cohort::{Cohort, Quota};
pub use decayed::Decayed;
pub use fair::Fair;
pub use proportion::{water_fill, water_fill_between};
pub use settings::{Predicts, Settings};
pub use supply::{Count, erlang};
pub use weighted::Weighted;

/// Who is next among those that could start.
pub trait Order {
    /// An item becomes buildable: its key. The smallest key is served first, among equals the one that came first.
    fn enter(&mut self, item: &Item, now: i64) -> u64;

    /// The key of an item as it is by now, of those whose keys change while items wait; `since` is when it became buildable.
    fn standing(&mut self, _item: &Item, key: u64, _since: i64, _now: i64) -> u128 {
        key.into()
    }

    /// An item with this key has its executors.
    fn start(&mut self, _item: &Item, _key: u64, _now: i64) {}

    /// An item ends that had its executors for so many milliseconds.
    fn end(&mut self, _item: &Item, _took: i64, _now: i64) {}

    /// An item waits no longer, and never starts.
    fn withdraw(&mut self, _item: &Item) {}

    /// Whether an item may start by what its queue may have, be there room for it or not.
    fn admits(&self, _item: &Item) -> bool {
        true
    }

    /// Of those that wait, in order of their turns: which of them may start together by what their queues may have. None: all.
    fn admitted(&self, _waiting: &mut dyn Iterator<Item = Item>) -> Option<Vec<Item>> {
        None
    }

    /// Which of those that run lose their executors so that an item may start that is not admitted, in order; none: it waits.
    fn victims(&self, _item: &Item, _running: &[Held]) -> Vec<usize> {
        Vec::new()
    }
}

/// What has its executors, since when.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub item: Item,
    pub started: i64,
}

/// Where an item goes among the free executors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a machine that stands there if there is one, the one that became free last.
    First,
    /// By Jenkins' consistent hash.
    Hash,
    /// Where the least is left of what a machine has.
    BestFit,
    /// Where the fewest GPUs become useless to what usually comes.
    Fragments,
}

/// What becomes of others when the first in the order does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Those of its class behind it wait.
    Strict,
    /// They start where it is not delayed by that, by prediction.
    Easy,
    /// They start where none before them is.
    Conservative,
}

/// When machines are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provision {
    /// At once, as many as are missing.
    Eager,
    /// At once, and some more that stay idle.
    Warm,
    /// At once, so many that a part of them is busy.
    Target,
    /// At once, so many that few wait for long, by Erlang's formula.
    Erlang,
    /// By Jenkins' averages.
    Standard,
    /// As the Kubernetes and EC2 plugins of Jenkins do, and by its averages where that is not enough.
    NoDelay,
}

impl Provision {
    /// Whether it acts at each look at the queue, and not by Jenkins' clock.
    pub(super) fn is_prompt(self) -> bool {
        !matches!(self, Self::Standard | Self::NoDelay)
    }
}

/// What the queue's own machinery adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Milliseconds that what arrives waits first.
    pub quiet: i64,
    /// Milliseconds between two looks at the queue where nothing calls for one; none: it is looked at as soon as it has to be.
    pub tick: Option<i64>,
    /// Whether a look at the queue starts at most one build on each machine.
    pub one_start: bool,
    /// Whether what is too wide to start lets others of its class pass.
    pub passes: bool,
}

/// One policy of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// As it was written, or that of its table.
    pub name: String,
    pub order: &'static OrderRow,
    pub fill: Fill,
    /// Whether room is what machines have, and not their executors.
    pub packs: bool,
    pub place: Place,
    pub provision: Provision,
    pub manners: Manners,
    pub settings: Settings,
}

/// What one word of a combination sets.
#[derive(Clone, Copy, Debug)]
enum Sets {
    /// All of it.
    All(Place, Provision, Manners),
    Order(&'static OrderRow),
    Fill(Fill),
    /// Room is what machines have; where in it something goes.
    Pack(Place),
    Provision(Provision),
    /// A look at the queue starts as many builds on a machine as have room.
    AllStarts,
}

/// An order by name.
#[derive(Debug)]
pub struct OrderRow {
    pub name: &'static str,
    /// Whether keys change while items wait.
    changes: bool,
    make: fn(&Settings, &Cluster) -> Box<dyn Order>,
}

impl PartialEq for OrderRow {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for OrderRow {}

impl OrderRow {
    pub fn make(&self, settings: &Settings, cluster: &Cluster) -> Box<dyn Order> {
        (self.make)(settings, cluster)
    }
}

const ARRIVAL: OrderRow = OrderRow { name: "arrival", changes: false, make: |_, _| Box::<arrival::Arrival>::default() };
const PRIORITY: OrderRow = OrderRow { name: "priority", changes: false, make: |_, _| Box::new(priority::Priority) };
const EQUAL: OrderRow = OrderRow { name: "fq", changes: false, make: |_, _| Box::new(weighted::Weighted::equal()) };
const WEIGHTED: OrderRow = OrderRow { name: "wfq", changes: false, make: |_, _| Box::new(weighted::Weighted::by_priority()) };
const FAIR: OrderRow = OrderRow { name: "fair", changes: false, make: |settings, _| Box::new(fair::Fair::new(settings)) };
const SHORTEST: OrderRow = OrderRow { name: "shortest", changes: false, make: |_, _| Box::new(shortest::Shortest) };
const DECAYED: OrderRow =
    OrderRow { name: "decayed", changes: true, make: |settings, _| Box::new(decayed::Decayed::new(settings)) };
const DOMINANT: OrderRow =
    OrderRow { name: "drf", changes: true, make: |settings, cluster| Box::new(dominant::Dominant::new(settings, cluster)) };
const PROPORTION: OrderRow = OrderRow {
    name: "proportion",
    changes: true,
    make: |settings, cluster| Box::new(proportion::Proportion::new(settings, cluster)),
};
const COHORT: OrderRow =
    OrderRow { name: "kueue", changes: true, make: |settings, cluster| Box::new(cohort::Cohort::new(settings, cluster)) };
const AGING: OrderRow = OrderRow { name: "aging", changes: false, make: |_, _| Box::new(aging::Aging) };

const JENKINS: Manners = Manners { quiet: 5_000, tick: Some(5_000), one_start: true, passes: true };
const PROMPT: Manners = Manners { quiet: 0, tick: None, one_start: false, passes: false };

/// All words: what each sets, and what it means.
const WORDS: &[(&str, Sets, &str)] = &[
    ("jenkins", Sets::All(Place::Hash, Provision::Standard, JENKINS), "Jenkins as it is, with its own provisioning"),
    (
        "fifo",
        Sets::All(Place::First, Provision::Eager, PROMPT),
        "first come, first served, at once; the default of what a name leaves open",
    ),
    ("priority", Sets::Order(&PRIORITY), "by priority alone (the priority sorter's ABSOLUTE)"),
    ("fq", Sets::Order(&EQUAL), "each priority as many starts (the priority sorter's FQ)"),
    ("wfq", Sets::Order(&WEIGHTED), "starts in proportion to priority (the priority sorter's WFQ)"),
    ("fair", Sets::Order(&FAIR), "each user as much executor time (start-time fair queueing)"),
    ("shortest", Sets::Order(&SHORTEST), "the shortest first, by what the same substage took before"),
    ("aging", Sets::Order(&AGING), "by priority, and each hour of waiting counts as one step of it"),
    ("decayed", Sets::Order(&DECAYED), "who had less lately, with age and priority (Slurm's decayed fair share)"),
    ("drf", Sets::Order(&DOMINANT), "the user of whose scarcest resource the least part is in use (dominant resource fairness)"),
    ("proportion", Sets::Order(&PROPORTION), "the queue that has the least of what its weight deserves (weighted water-filling)"),
    ("kueue", Sets::Order(&COHORT), "queues with quotas that lend, borrow and take back (a cohort of Kueue with fair sharing)"),
    ("easy", Sets::Fill(Fill::Easy), "others pass who does not fit, where that does not delay the first (EASY backfill)"),
    (
        "conservative",
        Sets::Fill(Fill::Conservative),
        "others pass who does not fit, where that delays none before them (conservative backfill)",
    ),
    ("pack", Sets::Pack(Place::First), "machines are filled by cores, memory and GPUs, not by executors"),
    ("bestfit", Sets::Pack(Place::BestFit), "the same, each on the machine of which the least is left"),
    ("fgd", Sets::Pack(Place::Fragments), "the same, each where the fewest GPUs become useless to what usually comes"),
    ("nodelay", Sets::Provision(Provision::NoDelay), "machines are started as Jenkins' Kubernetes and EC2 plugins do"),
    ("eager", Sets::Provision(Provision::Eager), "machines are started as soon as they are missing"),
    ("warm", Sets::Provision(Provision::Warm), "the same, and some more of each label stay idle"),
    ("target", Sets::Provision(Provision::Target), "so many machines are started that four fifths of all executors are busy"),
    ("erlang", Sets::Provision(Provision::Erlang), "so many are started that 5 % wait for longer than a minute (Erlang C)"),
    ("burst", Sets::AllStarts, "lifts Jenkins' limit of one start on each machine at a time"),
];

impl Policy {
    /// Reads a combination: `jenkins`, `fifo+shortest`, `jenkins+priority+nodelay`. The error says which word is none, or has been said.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut place, mut provision, mut manners) = (Place::First, Provision::Eager, PROMPT);
        let (mut order, mut fill, mut packs) = (&ARRIVAL, Fill::Strict, false);
        let mut words: Vec<&Sets> = Vec::new();
        for word in text.split('+').map(str::trim) {
            let Some((_, sets, _)) = WORDS.iter().find(|(name, ..)| *name == word) else {
                let names: Vec<&str> = Self::words().map(|(name, _)| name).collect();
                let near = nearest(word, names.iter().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!("`{word}` is no policy: there are {}, joined by `+`{near}", names.join(", ")));
            };
            if words.iter().any(|other| mem::discriminant(*other) == mem::discriminant(sets)) {
                return Err(format!("`{text}` sets one thing twice, the second time by `{word}`: leave one of them out"));
            }
            words.push(sets);
        }
        // What sets all stands below what sets a part, in whatever order they were written.
        words.sort_by_key(|sets| !matches!(sets, Sets::All(..)));
        for sets in words {
            match sets {
                Sets::All(its_place, its_provision, its_manners) => {
                    (place, provision, manners) = (*its_place, *its_provision, *its_manners);
                }
                Sets::Order(its_order) => order = its_order,
                Sets::Fill(its_fill) => fill = *its_fill,
                Sets::Pack(its_place) => (packs, place) = (true, *its_place),
                Sets::Provision(its_provision) => provision = *its_provision,
                Sets::AllStarts => manners.one_start = false,
            }
        }
        let policy = Self { name: text.to_owned(), order, fill, packs, place, provision, manners, settings: Settings::default() };
        if policy.is_wide() && manners.tick.is_some() {
            let why = "Jenkins counts executors, and starts one item after the other: leave `jenkins` out";
            return Err(format!("`{text}` cannot be: {why}"));
        }
        Ok(policy)
    }

    /// Whether a look has to weigh several items against each other.
    pub(super) fn is_wide(&self) -> bool {
        self.order.changes || self.packs || self.fill != Fill::Strict
    }

    /// All words with their meanings.
    pub fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
        WORDS.iter().map(|(name, _, doc)| (*name, *doc))
    }
}
