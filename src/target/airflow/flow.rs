//! Who waits for whom, and in which pool: what Airflow's scheduler is told of a stage.

use std::collections::HashMap;

use super::names::{Ids, mangle};
use crate::plan::{OnError, Plan, Priority, Stage, Substage, SubstageRef};

/// The order of starts and the limits of one stage.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The pool of each substage.
    pub(super) pools: Vec<Option<String>>,
    /// Substages that each one must wait for, whatever becomes of them: holders of a lock that is no pool.
    pub(super) behind: Vec<Vec<usize>>,
}

/// A pool that the file needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) slots: u32,
    pub(super) why: String,
}

/// The most substages at once, where that is a limit.
pub(super) fn limit(stage: &Stage) -> Option<u32> {
    stage.parallel.filter(|parallel| (*parallel as usize) < tasks(stage))
}

/// So many tasks can run at once.
pub(super) fn tasks(stage: &Stage) -> usize {
    stage.substages.iter().map(|substage| copies(substage).unwrap_or(1) as usize).sum()
}

/// How many copies a dispatch is.
pub(super) fn copies(substage: &Substage) -> Option<u32> {
    substage.dispatch.map(|dispatch| dispatch.copies)
}

/// Whether an abort of it has somebody to end.
pub(super) fn aborts(stage: &Stage, substage: &Substage) -> bool {
    substage.on_error == OnError::Abort && stage.substages.len() > 1
}

/// A lock that more than one substage of the stage takes.
pub(super) fn is_contended(stage: &Stage, lock: &str) -> bool {
    stage.substages.iter().filter(|substage| substage.lock.iter().any(|known| known == lock)).count() > 1
}

/// What Airflow gives a task of which nothing is said, and we give what is normal: so that no other pipeline has to wait longer.
pub(super) const DEFAULT_WEIGHT: i64 = 1;

/// Higher weights start first: by priority, then by declaration.
pub(super) fn weight(priority: Priority, index: usize) -> i64 {
    let rank = match priority {
        Priority::Low => -1,
        Priority::Normal => 0,
        Priority::High => 1,
        Priority::Urgent => 2,
    };
    DEFAULT_WEIGHT + rank * 10_000 - i64::try_from(index.min(9_999)).unwrap_or_default()
}

pub(super) fn order(plan: &Plan, at: usize, ids: &Ids, pools: &mut Vec<Pool>) -> Order {
    let stage = &plan.stages[at];
    let mut order = Order { pools: vec![None; stage.substages.len()], behind: vec![Vec::new(); stage.substages.len()] };
    let mut declare = |name: String, slots: u32, why: String| {
        if pools.iter().all(|pool| pool.name != name) {
            pools.push(Pool { name: name.clone(), slots, why });
        }
        name
    };
    if let Some(limit) = limit(stage) {
        let name = format!("o11n.parallel.{}.{}", ids.dag, ids.groups[at]);
        let name = declare(name, limit, format!("at most {limit} at once in stage {}", stage.name));
        order.pools.fill(Some(name));
    } else {
        for (substage, pool) in stage.substages.iter().zip(&mut order.pools) {
            // A dispatch holds its lock once, and would take a slot for each copy.
            if let Some(lock) = substage.lock.first().filter(|_| copies(substage).is_none()) {
                *pool = Some(declare(pool_of(lock), 1, format!("lock {lock}")));
            }
        }
    }
    let sorted = starts(plan, at);
    let mut last: HashMap<&str, usize> = HashMap::new();
    for index in sorted {
        let substage = &stage.substages[index];
        for lock in &substage.lock {
            let before = last.insert(lock, index);
            let shares_pool =
                |other: usize| order.pools[index] == Some(pool_of(lock)) && order.pools[other] == order.pools[index];
            if let Some(before) = before.filter(|before| !shares_pool(*before)) {
                order.behind[index].push(before);
            }
        }
        order.behind[index].sort_unstable();
        order.behind[index].dedup();
    }
    order
}

fn pool_of(lock: &str) -> String {
    format!("o11n.lock.{}", mangle(lock))
}

/// The substages of a stage in the order in which they would start, each behind what it needs.
fn starts(plan: &Plan, at: usize) -> Vec<usize> {
    let stage = &plan.stages[at];
    let mut wanted: Vec<usize> = (0..stage.substages.len()).collect();
    wanted.sort_by_key(|index| std::cmp::Reverse(weight(stage.substages[*index].priority, 0)));
    let (mut placed, mut sorted) = (vec![false; wanted.len()], Vec::with_capacity(wanted.len()));
    // Without recursion: chains of needs may be long.
    for first in wanted {
        let mut stack = vec![first];
        while let Some(&index) = stack.last() {
            let missing = inner_needs(plan, at, index).map(|need| need.substage as usize).find(|need| !placed[*need]);
            match missing {
                Some(need) => stack.push(need),
                None => {
                    stack.pop();
                    if !std::mem::replace(&mut placed[index], true) {
                        sorted.push(index);
                    }
                }
            }
        }
    }
    sorted
}

/// The substages of its own stage that a substage needs.
pub(super) fn inner_needs(plan: &Plan, at: usize, index: usize) -> impl Iterator<Item = SubstageRef> {
    let needs = plan.stages[at].substages[index].needs.iter();
    needs.flat_map(|need| need.members.iter().copied()).filter(move |member| member.stage as usize == at)
}
