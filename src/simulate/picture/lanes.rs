//! An hour, machine by machine.

use std::collections::BTreeMap;

use super::super::kernel::{Life, Record};
use super::super::load::Load;
use super::super::reel::Reel;
use super::super::runs::Group;
use crate::plan::Plan;

/// Most machines that are drawn of a policy, and most builds of all policies.
const MOST_MACHINES: usize = 48;
const MOST_BARS: usize = 4_800;

/// A machine that had builds in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineLane {
    pub machine: String,
    /// What is not before the window: when it was asked for, came and ended.
    pub lives: Vec<(i64, i64, i64)>,
    /// Builds beside each other.
    pub lanes: Vec<Lane>,
}

pub type Lane = Vec<Bar>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub submitted: i64,
    pub started: i64,
    pub ended: i64,
    pub group: &'static str,
    /// `push#12/test/unit`.
    pub name: String,
}

/// The machines that are drawn, and how many are not; this many policies share the room.
pub(super) fn of(plan: &Plan, load: &Load, reel: &Reel, window: (i64, i64), policies: usize) -> (Vec<MachineLane>, usize) {
    let Some(film) = &reel.tally.film else { return (Vec::new(), 0) };
    let mut by_node: BTreeMap<(usize, u32), Vec<&Record>> = BTreeMap::new();
    for record in reel.tally.all().filter(|record| record.started < window.1 && record.ended > window.0) {
        if let Some((_, kind)) = film.machines.get(record.node as usize) {
            by_node.entry((*kind, record.node)).or_default().push(record);
        }
    }
    let drawn = shares(&by_node);
    let left_out = by_node.len() - drawn.len();
    let mut bars_left = MOST_BARS / policies.max(1);
    let lanes = drawn.into_iter().map(|key @ (_, node)| {
        let mut records = by_node.remove(&key).unwrap_or_default();
        records.sort_unstable_by_key(|record| (record.started, record.what));
        records.truncate(bars_left);
        bars_left -= records.len();
        let is_there = |life: &&Life| life.node == node && life.requested < window.1 && life.ended > window.0;
        let bar = |record: &Record| Bar {
            submitted: record.submitted,
            started: record.started,
            ended: record.ended,
            group: Group::ALL.get(record.group as usize).map_or("", |group| group.word()),
            name: reel.name(plan, load, record.what),
        };
        MachineLane {
            machine: film.machines[node as usize].0.clone(),
            lives: film.lives.iter().filter(is_there).take(60).map(|life| (life.requested, life.came, life.ended)).collect(),
            lanes: beside(records.into_iter().map(bar)),
        }
    });
    (lanes.collect(), left_out)
}

/// Which are drawn: of each kind about as many, as far as it has them.
fn shares(by_node: &BTreeMap<(usize, u32), Vec<&Record>>) -> Vec<(usize, u32)> {
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, (usize, u32))> = by_node
        .keys()
        .map(|key| {
            let rank = seen.entry(key.0).or_default();
            *rank += 1;
            (*rank, *key)
        })
        .collect();
    ranked.sort_unstable();
    ranked.truncate(MOST_MACHINES);
    let mut drawn: Vec<(usize, u32)> = ranked.into_iter().map(|(_, key)| key).collect();
    drawn.sort_unstable();
    drawn
}

/// Each goes to the first lane that is free by then.
fn beside(bars: impl Iterator<Item = Bar>) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for bar in bars {
        match lanes.iter_mut().find(|lane| lane.last().is_none_or(|last| last.ended <= bar.started)) {
            Some(lane) => lane.push(bar),
            None => lanes.push(vec![bar]),
        }
    }
    lanes
}
