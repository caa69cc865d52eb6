//! A plan that differs from another in how its substages are split, under the load of that other: who has whose durations and chances.

use std::collections::HashMap;

use crate::base::Duration;
use crate::machine::reliability::Odds;
use crate::plan::{Plan, SubstageRef};

/// What a load says of a plan's substages, said of another's.
pub(super) struct Alike {
    pub(super) odds: Odds,
    /// By stage and substage: which chance is its own. What both plans have is as fortunate in both.
    pub(super) draws: Vec<Vec<u32>>,
}

/// None where the plan has a substage that the other has not. Each shard needs `fixed` anyway, the rest of the work of all is divided
/// evenly; a shard ends as its namesake does.
pub(super) fn alike(base: &Plan, odds: &Odds, plan: &Plan, fixed: Duration) -> Option<Alike> {
    let mut units: HashMap<(&str, &str), Vec<SubstageRef>> = HashMap::new();
    for at in base.places() {
        let stage = &base.stages[at.stage as usize];
        units.entry((&stage.name, base.substage(at).unit())).or_default().push(at);
    }
    // Of each, what its shards need anyway and what is divided, once for all its shards.
    let work = |known: &Vec<SubstageRef>| {
        let all = || known.iter().map(|at| odds.duration(*at).0);
        let own: i64 = all().map(|takes| takes.min(fixed.0)).sum();
        (own, all().map(|takes| (takes - fixed.0).max(0)).sum::<i64>())
    };
    let work: HashMap<(&str, &str), (i64, i64)> = units.iter().map(|(unit, known)| (*unit, work(known))).collect();
    let sizes = base.stages.iter().map(|stage| (stage.name.as_str(), stage.substages.len() as u32));
    let mut fresh: HashMap<&str, u32> = sizes.collect();
    let (mut rows, mut draws) = (Vec::new(), Vec::new());
    for stage in &plan.stages {
        let mut of_stage = Vec::new();
        for substage in &stage.substages {
            let unit = (stage.name.as_str(), substage.unit());
            let (known, (own, divided)) = (units.get(&unit)?, *work.get(&unit)?);
            let (index, count) = substage.shard.as_ref().map_or((0, 1), |shard| (shard.index as usize - 1, shard.count));
            let takes = if known.len() == count as usize {
                odds.duration(known[index])
            } else {
                Duration(rounded(own, known.len() as i64) + rounded(divided, count.into()))
            };
            rows.push((known[index % known.len()], takes));
            of_stage.push(match known.get(index) {
                Some(at) => at.substage,
                None => {
                    let next = fresh.get_mut(stage.name.as_str())?;
                    *next += 1;
                    *next - 1
                }
            });
        }
        draws.push(of_stage);
    }
    let mut rows = rows.into_iter();
    let odds = odds.carried(plan, || rows.next().expect("one for each substage"));
    Some(Alike { odds, draws })
}

fn rounded(sum: i64, count: i64) -> i64 {
    (sum + count / 2) / count
}
