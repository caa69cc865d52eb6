//! What will be free when, by prediction: the book in which policies that look ahead reserve.

use std::collections::HashMap;

use super::machines::Node;
use super::rooms::{Amounts, times};

/// After everything.
const NEVER: i64 = i64::MAX;

/// A machine, or all executors of a kind.
#[derive(Clone, Debug)]
struct Lane {
    kind: usize,
    node: Option<Node>,
    /// What is free from each time on, ascending; the first time is now.
    steps: Vec<(i64, Amounts)>,
}

/// The kind, the machine if it is one, and what is free.
pub(super) type LaneFree = (usize, Option<Node>, Amounts);

/// Which lanes something has, and how often.
pub(super) type Parts = Vec<(usize, Option<Node>, u32)>;

/// A wish: what it takes of each kind that it runs on, how many of them, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'a> {
    pub(super) asks: &'a [(usize, Amounts)],
    pub(super) width: u32,
    pub(super) takes: i64,
}

impl Wish<'_> {
    fn ask(&self, kind: usize) -> Option<&Amounts> {
        self.asks.iter().find(|(known, _)| *known == kind).map(|(_, ask)| ask)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Profile {
    lanes: Vec<Lane>,
    /// By kind and machine: the place of a lane.
    places: HashMap<(usize, Option<Node>), usize>,
}

impl Profile {
    /// What is free now by lane, and what is given back when: the time, the lane, the amount.
    pub(super) fn new(now: i64, lanes: Vec<LaneFree>, mut returns: Vec<(i64, (usize, Option<Node>), Amounts)>) -> Self {
        let places = lanes.iter().enumerate().map(|(at, (kind, node, _))| ((*kind, *node), at)).collect();
        let lane = |(kind, node, free)| Lane { kind, node, steps: vec![(now, free)] };
        let mut profile = Self { lanes: lanes.into_iter().map(lane).collect(), places };
        returns.sort_unstable();
        for (time, lane, amount) in returns {
            let Some(lane) = profile.places.get(&lane).map(|at| &mut profile.lanes[*at]) else { continue };
            let Some((last, free)) = lane.steps.last().copied() else { continue };
            let free = std::array::from_fn(|at| free[at] + amount[at]);
            match lane.steps.last_mut().filter(|_| last == time) {
                Some(step) => step.1 = free,
                None => lane.steps.push((time, free)),
            }
        }
        profile
    }

    /// Something will have its parts from then on.
    pub(super) fn reserve(&mut self, wish: Wish<'_>, parts: &Parts, from: i64) {
        self.change(wish, parts, from, from.saturating_add(wish.takes), |free, amount| free - amount);
    }

    /// It will not.
    pub(super) fn release(&mut self, wish: Wish<'_>, parts: &Parts, from: i64) {
        self.change(wish, parts, from, from.saturating_add(wish.takes), |free, amount| free + amount);
    }

    fn change(&mut self, wish: Wish<'_>, parts: &Parts, from: i64, until: i64, change: fn(u64, u64) -> u64) {
        for (kind, node, count) in parts {
            let Some(ask) = wish.ask(*kind) else { continue };
            let Some(lane) = self.places.get(&(*kind, *node)).map(|at| &mut self.lanes[*at]) else { continue };
            lane.split(from);
            lane.split(until);
            let first = lane.steps.partition_point(|(at, _)| *at < from);
            for (_, free) in lane.steps[first..].iter_mut().take_while(|(at, _)| *at < until) {
                *free = std::array::from_fn(|at| change(free[at], ask[at] * u64::from(*count)));
            }
        }
    }

    /// Whether these parts are free for all of the time.
    pub(super) fn has(&self, wish: Wish<'_>, parts: &Parts, from: i64) -> bool {
        parts.iter().all(|(kind, node, count)| {
            let lane = self.places.get(&(*kind, *node)).map(|at| &self.lanes[*at]);
            lane.is_some_and(|lane| lane.room(wish, from) >= u64::from(*count))
        })
    }

    /// The parts that it gets if it starts at this time; none if it does not fit.
    pub(super) fn at(&self, wish: Wish<'_>, from: i64) -> Option<Parts> {
        let (mut parts, mut missing) = (Vec::new(), wish.width);
        for (kind, _) in wish.asks {
            for lane in self.lanes.iter().filter(|lane| lane.kind == *kind) {
                let got = u32::try_from(lane.room(wish, from)).unwrap_or(u32::MAX).min(missing);
                if got > 0 {
                    parts.push((lane.kind, lane.node, got));
                    missing -= got;
                }
                if missing == 0 {
                    return Some(parts);
                }
            }
        }
        None
    }

    /// The earliest time at which it fits, and its parts then; none if it never does on what is there.
    pub(super) fn earliest(&self, wish: Wish<'_>) -> Option<(i64, Parts)> {
        let lanes = || self.lanes.iter().filter(|lane| wish.ask(lane.kind).is_some());
        if wish.width == 1 || lanes().nth(1).is_none() {
            let from = lanes().filter_map(|lane| lane.earliest(wish)).min()?;
            return self.at(wish, from).map(|parts| (from, parts));
        }
        let mut times: Vec<i64> = lanes().flat_map(|lane| lane.steps.iter().map(|(at, _)| *at)).collect();
        times.sort_unstable();
        times.dedup();
        times.into_iter().find_map(|from| self.at(wish, from).map(|parts| (from, parts)))
    }
}

impl Lane {
    /// Lets a step begin at this time, if it is not past.
    fn split(&mut self, time: i64) {
        let at = self.steps.partition_point(|(from, _)| *from <= time);
        if at > 0 && self.steps[at - 1].0 != time {
            self.steps.insert(at, (time, self.steps[at - 1].1));
        }
    }

    /// The earliest time at which all of it fits here.
    fn earliest(&self, wish: Wish<'_>) -> Option<i64> {
        let ask = wish.ask(self.kind)?;
        let ends = self.steps.iter().skip(1).map(|(at, _)| *at).chain([NEVER]);
        let mut since = None;
        self.steps.iter().zip(ends).find_map(|((at, free), end)| {
            since = if times(free, ask) >= u64::from(wish.width) { since.or(Some(*at)) } else { None };
            since.filter(|since| since.saturating_add(wish.takes) <= end)
        })
    }

    /// How often it fits for all of its time.
    fn room(&self, wish: Wish<'_>, from: i64) -> u64 {
        let Some(ask) = wish.ask(self.kind) else { return 0 };
        let first = self.steps.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        let until = from.saturating_add(wish.takes);
        let during = self.steps[first..].iter().enumerate().take_while(|(at, (start, _))| *at == 0 || *start < until);
        during.map(|(_, (_, free))| times(free, ask)).min().unwrap_or_default()
    }
}
