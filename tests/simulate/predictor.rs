//! Jenkins' load predictor, which the simulator does without: of an agent it offers no more executors than stay free for as long as a
//! build is thought to take. Here stands what it would do, and that it would do nothing.

use std::collections::BTreeMap;

use crate::stream::{Job, agents, job, run};
use o11n::simulate::Record;

/// Jenkins' timeline: how many executors are in use from each time on.
#[derive(Default)]
pub(crate) struct Timeline(BTreeMap<i64, u32>);

impl Timeline {
    fn level(&self, at: i64) -> u32 {
        self.0.range(..=at).next_back().map_or(0, |(_, level)| *level)
    }

    /// So many more are in use for some time; the most that are then.
    pub(crate) fn insert(&mut self, (start, end, executors): (i64, i64, u32)) -> u32 {
        for at in [start, end] {
            self.0.insert(at, self.level(at));
        }
        self.0.range_mut(start..end).for_each(|(_, level)| *level += executors);
        self.0.range(start..end).map(|(_, level)| *level).max().unwrap_or(0)
    }
}

/// How many executors of a machine are offered to a build that takes so long, where these run until then.
fn offered(executors: u32, ends: &[i64], now: i64, takes: i64) -> u32 {
    let mut timeline = Timeline::default();
    for end in ends.iter().filter(|end| **end > now) {
        timeline.insert((now, *end, 1));
    }
    executors.saturating_sub(timeline.insert((now, now + takes, 0)))
}

#[test]
fn only_fewer_executors_than_there_were_are_offered_less() {
    // Four run, of which two are over before it would be, and one is over its time.
    let ends = [5, 8, 20, i64::MAX];
    assert_eq!([0, 10].map(|now| offered(5, &ends, now, 10)), [1, 3]);
    // Two of its four executors were taken away while three were in use.
    assert_eq!(offered(2, &ends[..3], 0, 10), 0);
}

/// Whatever was offered, it was at least what was free: the build had an executor without it and would have had one with it.
#[test]
fn the_predictor_would_change_nothing() {
    let mut rng = fastrand::Rng::with_seed(10);
    let mut at = 0;
    let mut draw = || {
        at += rng.i64(0..60_000);
        let mut job = job(at, rng.i64(1_000..600_000));
        job.item.estimate = rng.i64(1..600_000);
        // What it is to the records is how long it is thought to take.
        job.item.what = job.item.estimate as u32;
        job
    };
    let jobs: Vec<Job> = (0..1_000).map(|_| draw()).collect();
    let tally = run(&agents(3, 4), "jenkins", &jobs);
    let thought = |record: &Record| record.started + i64::from(record.what);
    let mut full = 0;
    for build in &tally.records {
        let others = tally.records.iter().filter(|other| other.node == build.node && *other != build);
        let ends: Vec<i64> = others
            .filter(|other| (other.started..other.ended).contains(&build.started))
            .map(|other| if thought(other) > build.started { thought(other) } else { i64::MAX })
            .collect();
        assert!(offered(4, &ends, build.started, i64::from(build.what)) >= 4 - ends.len() as u32, "{build:?}");
        full += usize::from(ends.len() == 3);
    }
    assert!(full > 50, "only {full} took the last executor");
}
