//! What could be changed of a pipeline and its cluster to shorten runs: numbers of shards, of slots, of machines.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::super::cluster::Cluster;
use super::super::path::Paths;
use super::super::study::Study;
use crate::base::Span;
use crate::plan::{self, Origins, Plan};

/// Most changes that are tried.
pub const MOST: usize = 24;
/// What has less of the path than this is left as it is.
const LEAST: f64 = 0.005;
/// From so many machines on, a quarter more is tried beside one more.
const MANY: u32 = 8;
/// What cannot be split, as far as anybody knows, is so only where this part of all time is at stake.
const UNSPLIT: f64 = 0.1;

/// One attribute with another number.
#[derive(Clone, Debug, PartialEq)]
pub struct Resize {
    /// What has it: `test/unit`, `stage test`, `agent "gpu"`.
    pub of: String,
    pub attribute: &'static str,
    pub from: u32,
    pub to: u32,
    /// The attribute's name in the source; none where it is not written.
    pub place: Option<Span>,
    /// The name of the block that has it, or may have it.
    pub block: Span,
    /// The substages whose shards it is about, by stage and name.
    pub units: Vec<(String, String)>,
    /// Nothing says that it can be split.
    pub is_unsplit: bool,
}

impl Resize {
    /// What has it in a plan in which it is made: of several substages, those that have as many shards there. None where it is not made.
    pub fn made(&self, plan: &Plan) -> Option<String> {
        let count = |(stage, unit): &&(String, String)| {
            let of_unit = |stage: &plan::Stage| stage.substages.iter().filter(|substage| substage.unit() == unit).count();
            plan.stages.iter().find(|known| known.name == *stage).map_or(0, of_unit) == self.to as usize
        };
        let made: Vec<&(String, String)> = self.units.iter().filter(count).collect();
        match made.as_slice() {
            [] => self.units.is_empty().then(|| self.of.clone()),
            [(stage, unit)] => Some(format!("{stage}/{unit}")),
            [(stage, unit), more @ ..] => Some(format!("{stage}/{unit} and {} more", more.len())),
        }
    }
}

/// What could be tried of these attributes, the most promising first, and how much more was left out.
pub(super) fn changes(study: &Study<'_>, from: &plan::Cluster, paths: &Paths, attributes: &[&str]) -> (Vec<Resize>, usize) {
    let total = paths.total().max(1) as f64;
    let mut found = shards(study.plan(), paths);
    found.extend(slots(study.plan(), paths));
    found.extend(machines(from, study.cluster(), study.classes(), paths));
    found.retain(|(time, change)| *time as f64 / total >= LEAST && attributes.contains(&change.attribute));
    found.sort_by_key(|(time, _)| Reverse(*time));
    let left_out = found.len().saturating_sub(MOST);
    (found.into_iter().take(MOST).map(|(_, change)| change).collect(), left_out)
}

fn origin(origins: &Origins, name: &str) -> Option<Span> {
    origins.iter().find(|(known, _)| *known == name).map(|(_, span)| *span)
}

/// What one number in the source decides.
struct Shared {
    /// Milliseconds of paths.
    time: i64,
    change: Resize,
    others: usize,
}

/// Those that are the same place in the source as one, however many there are of them; in order.
#[derive(Default)]
struct Together {
    all: Vec<Shared>,
    /// By place and number: what one place computes may differ.
    places: HashMap<(Span, u32), usize>,
}

impl Together {
    fn add(&mut self, time: i64, change: Resize) {
        let place = (change.place.unwrap_or(change.block), change.from);
        let known = *self.places.entry(place).or_insert(self.all.len());
        match self.all.get_mut(known) {
            None => self.all.push(Shared { time, change, others: 0 }),
            Some(shared) => {
                shared.time += time;
                shared.others += 1;
                shared.change.units.extend(change.units);
                shared.change.to =
                    if change.attribute == "shards" { shared.change.to.min(change.to) } else { shared.change.to.max(change.to) };
            }
        }
    }

    /// Each with its name for all.
    fn finish(self) -> impl Iterator<Item = (i64, Resize)> {
        self.all.into_iter().map(|Shared { time, mut change, others }| {
            if others > 0 {
                change.of = format!("{} and {others} more", change.of);
            }
            (time, change)
        })
    }
}

/// Twice as many shards, or half as many.
fn shards(plan: &Plan, paths: &Paths) -> Vec<(i64, Resize)> {
    let mut together = Together::default();
    let mut first = 0;
    for stage in &plan.stages {
        for unit in stage.substages.chunk_by(|one, other| one.unit() == other.unit()) {
            let spent = &paths.substages[first..first + unit.len()];
            first += unit.len();
            let one = &unit[0];
            let cases: usize = unit.iter().filter_map(|substage| substage.test.as_ref()).map(|test| test.cases.len()).sum();
            let is_unsplit = one.shard.is_none() && cases < 2;
            // Waits are as long for each part.
            let time: i64 = spent.iter().map(|spent| if is_unsplit { spent.runs } else { spent.sum() }).sum();
            if one.dispatch.is_some() || is_unsplit && (time as f64) < UNSPLIT * paths.total() as f64 {
                continue;
            }
            let change = Resize {
                of: format!("{}/{}", stage.name, one.unit()),
                attribute: "shards",
                from: unit.len() as u32,
                to: if cases > 0 { u32::try_from(cases).unwrap_or(u32::MAX) } else { u32::MAX },
                place: origin(&one.origins, "shards"),
                block: one.span,
                units: vec![(stage.name.to_string(), one.unit().to_owned())],
                is_unsplit,
            };
            together.add(time, change);
        }
    }
    let each = together.finish().flat_map(|(time, change)| {
        let twice = Resize { to: change.to.min(change.from.saturating_mul(2)), ..change.clone() };
        let half = Resize { to: change.from.div_ceil(2), ..change };
        [(time, twice), (time, half)]
    });
    each.filter(|(_, change)| change.to != change.from).collect()
}

/// More substages of a stage at once: twice as many, or all.
fn slots(plan: &Plan, paths: &Paths) -> Vec<(i64, Resize)> {
    let mut together = Together::default();
    for (stage, waited) in plan.stages.iter().zip(&paths.turns) {
        let Some(limit) = stage.slots() else { continue };
        let change = Resize {
            of: format!("stage {}", stage.name),
            attribute: "parallel",
            from: limit,
            to: stage.substages.len() as u32,
            place: origin(&stage.origins, "parallel"),
            block: stage.span,
            units: Vec::new(),
            is_unsplit: false,
        };
        together.add(*waited, change);
    }
    let each = together.finish().flat_map(|(time, all)| {
        let twice = Resize { to: all.from.saturating_mul(2), ..all.clone() };
        let is_less = twice.to < all.to;
        [Some((time, all)), is_less.then_some((time, twice))]
    });
    each.flatten().collect()
}

/// Milliseconds that paths waited for machines, by class.
pub(super) fn waited(cluster: &Cluster, classes: &[u32], paths: &Paths) -> Vec<i64> {
    let mut waited = vec![0; cluster.classes.len()];
    for (class, spent) in classes.iter().zip(&paths.substages) {
        waited[*class as usize] += spent.machine;
    }
    waited
}

/// More machines of what serves the modes that wait.
fn machines(from: &plan::Cluster, cluster: &Cluster, classes: &[u32], paths: &Paths) -> Vec<(i64, Resize)> {
    let waited = waited(cluster, classes, paths);
    // The kinds of agents come first, then those of clouds.
    let of = |serves: &dyn Fn(usize) -> bool| -> i64 {
        let classes = cluster.classes.iter().zip(&waited);
        classes.filter(|(class, _)| class.kinds.iter().any(|kind| serves(*kind))).map(|(_, waited)| waited).sum()
    };
    let mut found = Vec::new();
    for (at, agent) in from.agents.iter().enumerate() {
        let time = of(&|kind| kind == at);
        let change = |to| Resize {
            of: format!("agent \"{}\"", agent.name),
            attribute: "count",
            from: agent.count,
            to,
            place: origin(&agent.origins, "count"),
            block: agent.span,
            units: Vec::new(),
            is_unsplit: false,
        };
        found.push((time, change(agent.count + 1)));
        if agent.count >= MANY {
            found.push((time, change(agent.count + agent.count.div_ceil(4))));
        }
    }
    for (at, cloud) in from.clouds.iter().enumerate() {
        let time = of(&|kind| cluster.kinds[kind].cloud == Some(at));
        for (attribute, limit) in [("max", cloud.max), ("each", cloud.each)] {
            let Some(limit) = limit else { continue };
            let change = Resize {
                of: format!("cloud \"{}\"", cloud.name),
                attribute,
                from: limit,
                to: limit.saturating_mul(2),
                place: origin(&cloud.origins, attribute),
                block: cloud.span,
                units: Vec::new(),
                is_unsplit: false,
            };
            found.push((time, change));
        }
    }
    found
}
