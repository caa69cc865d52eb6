//! Items that take several executors: by hand, and what must hold of any load.

use crate::stream::{Job, agents, job, run, starts};
use o11n::simulate::{Record, Tally, mean};

/// Seconds: arrival, executors, duration. Estimates are right.
pub(crate) fn rows_of(rows: &[(i64, u32, i64)]) -> Vec<Job> {
    let job = |(at, width, takes): &(i64, u32, i64)| {
        let mut job = job(at * 1_000, takes * 1_000);
        (job.item.width, job.item.estimate) = (*width, takes * 1_000);
        job
    };
    rows.iter().map(job).collect()
}

fn slowdown(record: &Record) -> f64 {
    let (wait, takes) = (record.started - record.submitted, record.ended - record.started);
    ((wait + takes) as f64 / takes.max(10_000) as f64).max(1.0)
}

/// Starts in seconds, the mean wait, the mean bounded slowdown, the makespan, and how busy the four executors were.
pub(crate) fn figures(tally: &Tally) -> (Vec<i64>, f64, f64, i64, f64) {
    let of = |value: fn(&Record) -> f64| mean(&tally.records.iter().map(value).collect::<Vec<_>>()).mean;
    let makespan = tally.records.iter().map(|record| record.ended).max().unwrap();
    let busy: i64 = tally.records.iter().map(|record| (record.ended - record.started) * i64::from(record.width)).sum();
    let round = |value: f64| (value * 10_000.0).round() / 10_000.0;
    (
        starts(tally).iter().map(|at| at / 1_000).collect(),
        of(|record| (record.started - record.submitted) as f64 / 1_000.0),
        round(of(slowdown)),
        makespan / 1_000,
        round(busy as f64 / (4 * makespan) as f64),
    )
}

#[test]
fn four_jobs_by_hand() {
    let jobs = rows_of(&[(0, 2, 10), (1, 3, 10), (2, 4, 5), (3, 1, 30)]);
    let expected = [
        ("fifo", [0, 10, 20, 25], 12.25, 1.7333, 55, 0.4545),
        ("fifo+easy", [0, 10, 33, 3], 10.0, 1.875, 38, 0.6579),
        ("fifo+conservative", [0, 10, 20, 25], 12.25, 1.7333, 55, 0.4545),
        ("fifo+shortest", [0, 15, 10, 15], 8.5, 1.525, 45, 0.5556),
    ];
    for (policy, starts, wait, slowdown, makespan, busy) in expected {
        // Whether the executors are of one machine or of four.
        for cluster in [agents(1, 4), agents(4, 1)] {
            assert_eq!(figures(&run(&cluster, policy, &jobs)), (starts.to_vec(), wait, slowdown, makespan, busy), "{policy}");
        }
    }
}

/// Jenkins lets others pass what does not fit, and what is wide has all its executors at once, be they of one machine.
#[test]
fn wide_items_start_as_a_whole() {
    let jobs = rows_of(&[(0, 2, 10), (1, 3, 10), (2, 4, 5), (3, 1, 30)]);
    assert_eq!(starts(&run(&agents(1, 4), "jenkins", &jobs)), [0, 10_000, 33_000, 3_000]);
    let jobs = rows_of(&[(0, 3, 10), (0, 1, 5)]);
    // It had a part of both machines, which start one item at each look.
    assert_eq!(starts(&run(&agents(2, 2), "jenkins", &jobs)), [0, 5_000]);
    assert_eq!(starts(&run(&agents(2, 2), "jenkins+burst", &jobs)), [0, 0]);
}

/// It would keep back all behind it.
#[test]
fn what_is_wider_than_all_machines_is_left_out() {
    for policy in ["fifo", "jenkins", "fifo+easy", "fifo+conservative"] {
        let tally = run(&agents(4, 1), policy, &rows_of(&[(0, 5, 10), (1, 1, 10)]));
        assert_eq!((tally.unstarted, starts(&tally)), (1, vec![1_000]), "{policy}");
    }
}

/// What was predicted too short ends late, what was predicted too long makes room early; neither loses anything.
#[test]
fn predictions_may_be_wrong() {
    let mut rng = fastrand::Rng::with_seed(5);
    for policy in ["fifo+easy", "fifo+conservative"] {
        let mut jobs = random(&mut rng, 100);
        jobs.iter_mut().for_each(|job| job.item.estimate = rng.i64(0..200_000));
        let tally = run(&agents(4, 2), policy, &jobs);
        assert_eq!((tally.records.len(), tally.unstarted), (100, 0), "{policy}");
        never_too_many(&tally, 8);
    }
}

#[test]
fn conservative_backfill_delays_nobody() {
    let mut rng = fastrand::Rng::with_seed(6);
    for _ in 0..50 {
        let jobs = random(&mut rng, 40);
        let [plain, conservative] =
            ["fifo", "fifo+conservative"].map(|policy| starts_by_job(&run(&agents(8, 1), policy, &jobs), &jobs));
        for (at, (plain, conservative)) in plain.iter().zip(&conservative).enumerate() {
            assert!(conservative <= plain, "job {at} waits until {conservative} instead of {plain}");
        }
    }
}

/// The first in line starts no later than when enough of what ran as it came to be first has ended.
#[test]
fn backfill_never_delays_the_first() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut passed = 0;
    for _ in 0..50 {
        let jobs = random(&mut rng, 40);
        for policy in ["fifo+easy", "fifo+conservative"] {
            let starts = starts_by_job(&run(&agents(8, 1), policy, &jobs), &jobs);
            let mut first_from = 0;
            for (at, job) in jobs.iter().enumerate() {
                first_from = first_from.max(job.at);
                let ran =
                    (0..jobs.len()).filter(|other| starts[*other] < first_from || *other < at && starts[*other] == first_from);
                let mut ends: Vec<(i64, u32)> =
                    ran.map(|other| (starts[other] + jobs[other].takes, jobs[other].item.width)).collect();
                ends.retain(|(end, _)| *end > first_from);
                ends.sort_unstable();
                let mut free = 8 - ends.iter().map(|(_, width)| width).sum::<u32>();
                let mut bound = first_from;
                for (end, width) in ends {
                    if free < job.item.width {
                        (bound, free) = (end, free + width);
                    }
                }
                assert!(starts[at] <= bound, "{policy}: job {at} starts at {}, not by {bound}", starts[at]);
                passed += usize::from(starts[at] < first_from);
                first_from = first_from.max(starts[at]);
            }
        }
    }
    assert!(passed > 300, "only {passed} passed others");
}

fn random(rng: &mut fastrand::Rng, count: usize) -> Vec<Job> {
    let mut at = 0;
    let mut draw = || {
        at += rng.i64(0..30_000);
        let mut job = job(at, rng.i64(1_000..120_000));
        // A start at the very end of another would hide who was first.
        (job.item.width, job.item.estimate) = (rng.u32(1..=8), job.takes);
        job
    };
    (0..count).map(|_| draw()).collect()
}

/// Their widths, arrivals and durations tell them apart.
fn starts_by_job(tally: &Tally, jobs: &[Job]) -> Vec<i64> {
    let start = |job: &Job| {
        let is_it = |record: &&Record| {
            (record.submitted, record.width, record.ended - record.started) == (job.at, job.item.width, job.takes)
        };
        tally.records.iter().find(is_it).unwrap().started
    };
    jobs.iter().map(start).collect()
}

fn never_too_many(tally: &Tally, executors: i64) {
    let of = |record: &Record| [(record.started, i64::from(record.width)), (record.ended, -i64::from(record.width))];
    let mut steps: Vec<(i64, i64)> = tally.records.iter().flat_map(of).collect();
    steps.sort_unstable();
    let mut busy = 0;
    for (at, step) in steps {
        busy += step;
        assert!(busy <= executors, "{busy} are busy at {at}");
    }
}
