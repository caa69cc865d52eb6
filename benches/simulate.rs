//! What a million jobs on ten thousand executors cost.

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tests/simulate/stream.rs"]
mod stream;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use divan::{Bencher, black_box};
use o11n::simulate::jenkins::digest;
use stream::{Job, agents, job, run};

fn main() {
    divan::main();
}

/// A Poisson process of jobs of ten minutes in the mean, of two hundred names.
fn jobs(executors: u32, load: f64) -> Vec<Job> {
    let mut rng = fastrand::Rng::with_seed(1);
    let service = 600_000.0;
    let places: Vec<i32> = (0..200).map(|name| digest(&format!("job{name}"))).collect();
    let mut at = 0.0;
    let mut draw = || {
        at -= (1.0 - rng.f64()).ln() * service / (load * f64::from(executors));
        let mut job = job(at as i64, (-(1.0 - rng.f64()).ln() * service) as i64);
        job.item.place = places[rng.usize(0..places.len())];
        job
    };
    (0..1_000_000).map(|_| draw()).collect()
}

#[divan::bench(args = ["fifo", "jenkins"], sample_count = 3, sample_size = 1)]
fn a_million_jobs_on_ten_thousand_agents(bencher: Bencher<'_, '_>, policy: &str) {
    let (cluster, jobs) = (agents(10_000, 1), jobs(10_000, 0.99));
    bencher.bench_local(|| {
        let tally = run(black_box(&cluster), policy, &jobs);
        assert_eq!(tally.records.len(), jobs.len());
    });
}

/// The least that first come, first served takes: a heap of the ends, and nothing said of what happened but how long was waited in all.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn the_least_for_a_million_jobs(bencher: Bencher<'_, '_>) {
    let jobs = jobs(10_000, 0.99);
    bencher.bench_local(|| {
        let mut ends = BinaryHeap::with_capacity(10_000);
        let mut waited = 0;
        for Job { at, takes, .. } in black_box(&jobs) {
            if ends.len() < 10_000 {
                ends.push(Reverse(at + takes));
            } else if let Some(mut first) = ends.peek_mut() {
                let start = first.0.max(*at);
                waited += start - at;
                *first = Reverse(start + takes);
            }
        }
        waited
    });
}
