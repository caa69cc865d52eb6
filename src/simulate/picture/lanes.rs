//! An hour, machine by machine.

use std::collections::BTreeMap;
use std::iter::repeat_n;

use super::super::kernel::{Attempt, Fate, Life};
use super::super::load::Load;
use super::super::reel::Reel;
use super::super::runs::Group;
use crate::plan::Plan;

/// Most machines that are drawn of a policy, most builds of all policies, and most times that one machine comes.
const MOST_MACHINES: usize = 48;
const MOST_BARS: usize = 4_800;
const MOST_LIVES: usize = 60;

/// A machine that had builds in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineLane {
    pub machine: String,
    /// What is not before the window: when it was asked for, came and ended.
    pub lives: Vec<(i64, i64, i64)>,
    /// Builds beside each other: what has several executors, once for each.
    pub lanes: Vec<Lane>,
}

/// What is not drawn, since there is too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Machines that worked in the window.
    pub machines: usize,
    /// Builds of those that are drawn, and times at which those came.
    pub builds: usize,
    pub starts: usize,
}

pub type Lane = Vec<Bar>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub submitted: i64,
    pub started: i64,
    pub ended: i64,
    /// Whether it lost its executors then.
    pub is_stopped: bool,
    pub group: &'static str,
    /// `push#12/test/unit`.
    pub name: String,
}

/// The machines that are drawn, and what is not; this many policies share the room.
pub(super) fn of(plan: &Plan, load: &Load, reel: &Reel, window: (i64, i64), policies: usize) -> (Vec<MachineLane>, LeftOut) {
    let Some(film) = &reel.tally.film else { return (Vec::new(), LeftOut::default()) };
    let mut by_node: BTreeMap<(usize, u32), Vec<(Attempt<'_>, u32)>> = BTreeMap::new();
    let is_seen = |Attempt { record, .. }: &Attempt<'_>| record.started < window.1 && record.ended > window.0;
    for attempt in reel.tally.attempts().filter(is_seen) {
        for (node, executors) in reel.tally.parts(attempt.record) {
            if let Some((_, kind)) = film.machines.get(node as usize) {
                by_node.entry((*kind, node)).or_default().push((attempt, executors));
            }
        }
    }
    let drawn = shares(&by_node);
    let mut left_out = LeftOut { machines: by_node.len() - drawn.len(), ..LeftOut::default() };
    let mut bars_left = MOST_BARS / policies.max(1);
    let lanes = drawn.into_iter().map(|key @ (_, node)| {
        let mut attempts = by_node.remove(&key).unwrap_or_default();
        attempts.sort_by_key(|(Attempt { record, .. }, _)| (record.started, record.what));
        let drawn = attempts.iter().map(|(_, executors)| *executors as usize);
        let drawn = drawn.scan(bars_left, |left, bars| left.checked_sub(bars).inspect(|rest| *left = *rest)).count();
        left_out.builds += attempts.len() - drawn;
        attempts.truncate(drawn);
        bars_left -= attempts.iter().map(|(_, executors)| *executors as usize).sum::<usize>();
        let is_there = |life: &&Life| life.node == node && life.requested < window.1 && life.ended > window.0;
        let lives = film.lives.iter().filter(is_there).map(|life| (life.requested, life.came, life.ended));
        let mut lives: Vec<(i64, i64, i64)> = lives.collect();
        left_out.starts += lives.len().saturating_sub(MOST_LIVES);
        lives.truncate(MOST_LIVES);
        let bar = |Attempt { record, fate, asked, .. }: Attempt<'_>| Bar {
            submitted: asked,
            started: record.started,
            ended: record.ended,
            is_stopped: fate == Fate::Stopped,
            group: Group::ALL.get(record.group as usize).map_or("", |group| group.word()),
            name: reel.name(plan, load, record.what),
        };
        let bars = attempts.into_iter().flat_map(|(attempt, executors)| repeat_n(bar(attempt), executors as usize));
        MachineLane { machine: film.machines[node as usize].0.clone(), lives, lanes: beside(bars) }
    });
    (lanes.collect(), left_out)
}

/// Which are drawn: of each kind about as many, as far as it has them.
fn shares(by_node: &BTreeMap<(usize, u32), Vec<(Attempt<'_>, u32)>>) -> Vec<(usize, u32)> {
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
