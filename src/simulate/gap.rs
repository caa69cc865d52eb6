//! How far apart users are while they compete: the dominant shares of those that wait.

use std::collections::{BTreeSet, HashMap};

use super::cluster::Cluster;
use super::kernel::{Record, Tally};
use super::policy::parts::{Parts, Takes, add, dominant, key, subtract};

/// Of the time in which two or more users waited.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gap {
    /// Milliseconds.
    pub contended: i64,
    /// The greatest dominant share of one that waits less the least one, on average over that time.
    pub mean: f64,
}

/// What happens to one build.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Waits,
    Starts,
    Ends,
}

const STEPS: [Step; 3] = [Step::Waits, Step::Starts, Step::Ends];

#[derive(Clone, Copy, Default)]
struct User {
    waits: i64,
    used: Parts,
}

/// None where no machine stands there for good, so that there is no whole to have a share of.
pub fn gap(cluster: &Cluster, tally: &Tally) -> Option<Gap> {
    cluster.kinds.iter().find(|kind| kind.cloud.is_none() && kind.count > 0)?;
    let takes = Takes::new(cluster);
    let all = Builds { records: &tally.records, stopped: &tally.stopped };
    let mut users: HashMap<u32, User> = HashMap::new();
    // Those that wait, by share.
    let mut waiting: BTreeSet<(u64, u32)> = BTreeSet::new();
    let (mut contended, mut area, mut last) = (0, 0.0, 0);
    for (at, step, build, is_stopped) in all.events() {
        if let (Some((least, _)), Some((most, _)), true) = (waiting.first(), waiting.last(), waiting.len() > 1) {
            contended += at - last;
            area += (f64::from_bits(*most) - f64::from_bits(*least)) * (at - last) as f64;
        }
        last = at;
        let user = users.entry(build.user).or_default();
        waiting.remove(&(key(dominant(&user.used)), build.user));
        let takes = takes.of(build.class.into(), build.width);
        match step {
            Step::Waits => user.waits += 1,
            Step::Starts => {
                user.waits -= 1;
                add(&mut user.used, takes);
            }
            Step::Ends => {
                user.waits += i64::from(is_stopped);
                subtract(&mut user.used, takes);
            }
        }
        if user.waits > 0 {
            waiting.insert((key(dominant(&user.used)), build.user));
        }
    }
    Some(Gap { contended, mean: if contended > 0 { area / contended as f64 } else { 0.0 } })
}

struct Builds<'t> {
    records: &'t [Record],
    /// They go on waiting, so that they have a record as well.
    stopped: &'t [Record],
}

impl<'t> Builds<'t> {
    /// In order of time.
    fn events(&self) -> impl Iterator<Item = (i64, Step, &'t Record, bool)> {
        let Self { records, stopped } = *self;
        let event = move |number: u32| {
            let (at, step) = (number as usize / STEPS.len(), STEPS[number as usize % STEPS.len()]);
            let build = records.get(at).unwrap_or_else(|| &stopped[at - records.len()]);
            let time = match step {
                Step::Waits => build.buildable,
                Step::Starts => build.started,
                Step::Ends => build.ended,
            };
            (time, step, build, at >= records.len())
        };
        let all = 0..((records.len() + stopped.len()) * STEPS.len()) as u32;
        // Numbers of events, as there may be tens of millions of them.
        let mut numbers: Vec<u32> = all.filter(|number| !matches!(event(*number), (_, Step::Waits, _, true))).collect();
        numbers.sort_unstable_by_key(|number| (event(*number).0, *number));
        numbers.into_iter().map(event)
    }
}
