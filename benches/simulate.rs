//! What a million jobs on ten thousand executors cost.

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tests/simulate/stream.rs"]
mod stream;

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
