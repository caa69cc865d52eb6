//! How long a stage takes at most, when each of its substages takes so long at most.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::base::{self, StageBase};
use crate::plan::{Stage, SubstageRef};

/// No run of the stage takes longer; times are milliseconds by substage.
///
/// Without needs among them and without locks, substages in a fixed order on so many slots take longest when each does, so that this is exact: more time
/// for one never gives another an earlier slot. With needs it is Graham's bound for whatever never leaves a slot idle that something
/// could use. Those that share locks run one after the other at worst.
pub(super) fn longest(stage: &Stage, base: &StageBase, times: &[i64]) -> i64 {
    let slots = stage.parallel.filter(|slots| (*slots as usize) < times.len());
    let has_locks = base.sites.iter().any(|site| !site.locks.is_empty());
    let most = times.iter().copied().max().unwrap_or(0);
    let sum = times.iter().copied().fold(0, i64::saturating_add);
    match (slots, has_locks, base.has_needs) {
        (None, false, false) => most,
        (Some(slots), false, false) => in_turn(&base.order, times, slots as usize),
        (None, true, false) => longest_row(base, times),
        (None, false, true) => longest_chain(stage, base, times),
        (Some(slots), false, true) => {
            let chain = longest_chain(stage, base, times);
            let beside = (sum - chain).cast_unsigned().div_ceil(u64::from(slots));
            chain.saturating_add_unsigned(beside)
        }
        (_, true, _) => sum,
    }
}

/// Each as it gets a slot, in this order.
fn in_turn(order: &[u32], times: &[i64], slots: usize) -> i64 {
    let mut free: BinaryHeap<Reverse<i64>> = std::iter::repeat_n(Reverse(0), slots).collect();
    let mut last = 0;
    for substage in order {
        let Some(Reverse(start)) = free.pop() else { return last };
        let end = start.saturating_add(times[*substage as usize]);
        last = last.max(end);
        free.push(Reverse(end));
    }
    last
}

/// The one that stands for a row.
fn root(rows: &mut [usize], mut at: usize) -> usize {
    while rows[at] != at {
        rows[at] = rows[rows[at]];
        at = rows[at];
    }
    at
}

/// Those that are linked by locks, one after the other.
fn longest_row(base: &StageBase, times: &[i64]) -> i64 {
    let mut row_of_lock: Vec<usize> =
        (0..base.sites.iter().flat_map(|site| &site.locks).max().map_or(0, |lock| lock + 1) as usize).collect();
    for site in &base.sites {
        for pair in site.locks.windows(2) {
            let (left, right) = (root(&mut row_of_lock, pair[0] as usize), root(&mut row_of_lock, pair[1] as usize));
            row_of_lock[left] = right;
        }
    }
    let mut sums = vec![0i64; row_of_lock.len()];
    let mut longest = 0;
    for (site, time) in base.sites.iter().zip(times) {
        longest = longest.max(match site.locks.first() {
            Some(lock) => {
                let sum = &mut sums[root(&mut row_of_lock, *lock as usize)];
                *sum = sum.saturating_add(*time);
                *sum
            }
            None => *time,
        });
    }
    longest
}

/// The longest chain of needs; the order has each after those that it needs.
fn longest_chain(stage: &Stage, base: &StageBase, times: &[i64]) -> i64 {
    let mut ends = vec![0i64; times.len()];
    // Many may need one long list.
    let mut known: HashMap<*const SubstageRef, i64> = HashMap::new();
    for &substage in &base.order {
        let lists = base::inner_needs(stage, base.index, substage);
        let starts = lists.map(|members| {
            let end = || members.iter().map(|member| ends[member.substage as usize]).max().unwrap_or(0);
            *known.entry(members.as_ptr()).or_insert_with(end)
        });
        let start = starts.max().unwrap_or(0);
        ends[substage as usize] = start.saturating_add(times[substage as usize]);
    }
    ends.into_iter().max().unwrap_or(0)
}
