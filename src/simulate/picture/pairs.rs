//! The same builds under two policies.

use super::super::kernel::Record;
use super::super::reel::Reel;
use super::super::runs::{Asked, Group};

/// Waits that differ by less count as the same, in milliseconds.
const SAME: i64 = 10_000;

/// How the waits of a group's builds differ from those that they have under the first policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub group: &'static str,
    /// Builds that wait at least ten seconds less, about as long, and at least ten seconds longer.
    pub shorter: usize,
    pub same: usize,
    pub longer: usize,
    /// All differences together, in milliseconds.
    pub sum: i64,
}

/// A build that ran under both is the same if it is the same attempt at the same thing.
pub(super) fn of(first: &Reel, other: &Reel) -> Vec<Against> {
    let (first, other) = (builds(first), builds(other));
    let mut all: Vec<Against> =
        Group::ALL.iter().map(|group| Against { group: group.word(), shorter: 0, same: 0, longer: 0, sum: 0 }).collect();
    let mut others = other.iter().peekable();
    for (key, record) in &first {
        while others.next_if(|(other, _)| other < key).is_some() {}
        let Some((_, other)) = others.next_if(|(other, _)| other == key) else { continue };
        let Some(against) = all.get_mut(other.group as usize) else { continue };
        let difference = other.wait() - record.wait();
        against.sum += difference;
        let count = match difference {
            _ if difference <= -SAME => &mut against.shorter,
            _ if difference >= SAME => &mut against.longer,
            _ => &mut against.same,
        };
        *count += 1;
    }
    all
}

/// A replica of a substage of a run, and which of its attempts.
pub(super) type Key = ((u16, u64, u32, u32, u32), u32);

/// The builds that ended, by what they are under any policy.
pub(super) fn builds(reel: &Reel) -> Vec<(Key, &Record)> {
    let key = |asked: &Asked| (asked.source, asked.run, asked.at.stage, asked.at.substage, asked.replica);
    // A job of a log stands for itself.
    let key = |what: u32| reel.asked.get(what as usize).map_or((u16::MAX, u64::from(what), 0, 0, 0), key);
    let mut records: Vec<&Record> = reel.tally.records.iter().collect();
    records.sort_unstable_by_key(|record| record.what);
    let mut builds: Vec<(Key, &Record)> = records.into_iter().map(|record| ((key(record.what), 0), record)).collect();
    // Attempts stay in the order in which they were asked for.
    builds.sort_by_key(|(key, _)| *key);
    let mut number = 0;
    for at in 1..builds.len() {
        number = if builds[at].0.0 == builds[at - 1].0.0 { number + 1 } else { 0 };
        builds[at].0.1 = number;
    }
    builds
}
