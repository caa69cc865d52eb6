//! What a page shows of a week over time, under several policies: curves of a few hundred points, and an hour machine by machine.
//!
//! All follows from what the kernel recorded; its size depends on nothing that the load or the cluster can make large.

mod areas;
mod lanes;
mod pairs;
mod stretch;

use super::cluster::Cluster;
use super::kernel::{Attempt, Record, Tally};
use super::load::{HOUR, Load};
use super::reel::Reel;
use super::runs::Group;
use crate::plan::Plan;
use areas::Areas;
pub use lanes::{Bar, Lane, LeftOut, MachineLane};
pub use pairs::Against;
pub use stretch::{Stretch, StretchLine};

/// Most policies that are drawn.
const MOST_POLICIES: usize = 8;
/// Most kinds of machines that are drawn: those that work most.
const MOST_KINDS: usize = 12;
/// Most points of a curve.
const POINTS: i64 = 240;
/// Lengths of a curve's steps, in milliseconds; beyond, days doubled.
const STEPS: [i64; 10] = [10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, HOUR, 4 * HOUR, 12 * HOUR];

/// Times are milliseconds from the start, which is midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    /// The length of a curve's steps, and how many it has.
    pub step: i64,
    pub count: usize,
    /// The hour that is drawn machine by machine: the one in which most runs arrive.
    pub window: (i64, i64),
    pub policies: Vec<Picture>,
    /// Policies that are not drawn, since there are too many; and kinds of machines.
    pub left_out: usize,
    pub kinds_left_out: usize,
    /// The longest time in which Jenkins' averages kept something waiting.
    pub stretch: Option<Stretch>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub policy: String,
    /// By group: the mean wait of the builds asked for in each step, in milliseconds; none where there are none.
    pub waits: Vec<(&'static str, Vec<Option<f64>>)>,
    /// How many builds are buildable and wait, on average.
    pub queue: Vec<f64>,
    /// The same kinds for every policy.
    pub kinds: Vec<KindCurve>,
    pub lanes: Vec<MachineLane>,
    /// What there was in the window and is not drawn.
    pub left_out: LeftOut,
    /// Build by build, beside the first policy; none for that itself.
    pub against: Vec<Against>,
}

/// Executors of a kind, on average in each step.
#[derive(Clone, Debug, PartialEq)]
pub struct KindCurve {
    pub kind: String,
    pub busy: Vec<f64>,
    /// Those that are there or asked for.
    pub there: Vec<f64>,
}

/// Pictures of the same week. The policies stand in the same order.
pub(super) fn of(plan: &Plan, cluster: &Cluster, load: &Load, reels: &[Reel]) -> Pictures {
    let left_out = reels.len().saturating_sub(MOST_POLICIES);
    let reels = &reels[..reels.len() - left_out];
    let end = reels.iter().map(|reel| last(&reel.tally)).max().unwrap_or(0).max(1);
    let days = (0..32).map(|power| (24 * HOUR) << power);
    let step = STEPS.into_iter().chain(days).find(|step| end / step < POINTS).unwrap_or(i64::MAX);
    let count = (end / step) as usize + 1;
    let busiest = reels.first().map_or(0, |reel| reel.busiest);
    let window = (busiest, busiest + HOUR);
    let (kinds, kinds_left_out) = kinds(reels, cluster);
    let policies = reels.iter().map(|reel| {
        let (lanes, left_out) = lanes::of(plan, load, reel, window, reels.len());
        Picture {
            policy: reel.policy.name.clone(),
            waits: Group::ALL.map(|group| (group.word(), waits(&reel.tally.records, group, step, count))).to_vec(),
            queue: queue(&reel.tally, step, count),
            kinds: kinds.iter().map(|kind| curve(&reel.tally, cluster, *kind, step, count)).collect(),
            lanes,
            left_out,
            against: reels
                .first()
                .filter(|first| !std::ptr::eq(*first, reel))
                .map_or_else(Vec::new, |first| pairs::of(first, reel)),
        }
    });
    let (policies, stretch) = (policies.collect(), stretch::of(cluster, reels));
    Pictures { step, count, window, policies, left_out, kinds_left_out, stretch }
}

/// When the last build ended; what nothing becomes of waits longer.
fn last(tally: &Tally) -> i64 {
    let left = tally.film.iter().flat_map(|film| &film.left).map(|left| left.submitted);
    tally.records.iter().map(|record| record.ended).chain(left).max().unwrap_or(0)
}

fn waits(records: &[Record], group: Group, step: i64, count: usize) -> Vec<Option<f64>> {
    let mut sums = vec![(0_i64, 0_u32); count];
    for record in records.iter().filter(|record| record.group == group as u16) {
        if let Some((sum, builds)) = sums.get_mut((record.submitted / step) as usize) {
            *sum += record.wait();
            *builds += 1;
        }
    }
    sums.into_iter().map(|(sum, builds)| (builds > 0).then(|| sum as f64 / f64::from(builds))).collect()
}

fn queue(tally: &Tally, step: i64, count: usize) -> Vec<f64> {
    let mut areas = Areas::new(step, count);
    tally.attempts().for_each(|attempt| areas.add(attempt.since, attempt.record.started, 1));
    areas.means()
}

/// Those kinds that work most, in the cluster's order; and how many others work.
fn kinds(reels: &[Reel], cluster: &Cluster) -> (Vec<usize>, usize) {
    let busy = |kind: &usize| reels.iter().map(|reel| reel.tally.kinds[*kind].all_busy()).sum::<i64>();
    let mut kinds: Vec<usize> = (0..cluster.kinds.len()).filter(|kind| busy(kind) > 0).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(busy(kind)));
    let left_out = kinds.len().saturating_sub(MOST_KINDS);
    kinds.truncate(MOST_KINDS);
    kinds.sort_unstable();
    (kinds, left_out)
}

fn curve(tally: &Tally, cluster: &Cluster, kind: usize, step: i64, count: usize) -> KindCurve {
    let described = &cluster.kinds[kind];
    let (mut busy, mut there) = (Areas::new(step, count), Areas::new(step, count));
    for Attempt { record, .. } in tally.attempts() {
        let parts = tally.parts(record).filter(|(node, _)| tally.kind_of(*node) == Some(kind));
        busy.add(record.started, record.ended, parts.map(|(_, executors)| executors).sum());
    }
    if !described.is_startable() {
        there.add(0, step.saturating_mul(count as i64), described.count * described.executors);
    }
    for life in tally.film.iter().flat_map(|film| &film.lives) {
        if tally.kind_of(life.node) == Some(kind) && described.is_startable() {
            there.add(life.requested, life.ended, described.executors);
        }
    }
    KindCurve { kind: described.name.clone(), busy: busy.means(), there: there.means() }
}
