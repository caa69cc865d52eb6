//! Where the time of runs goes: parts of a path are as long together as the run, and each belongs to what was waited for.

use o11n::cli::driver::Planned;
use o11n::simulate::{Paths, Policy, Spent, Study, read_load};
use o11n_sketch::{Features, cases};

use crate::pipeline::planned_if_sound;

/// Of one week under `fifo`, which has no quiet period and starts at once.
fn paths(planned: &Planned, load: &str) -> Paths {
    let plan = planned.plan.as_ref().unwrap();
    let study = Study::new(plan, &planned.clusters[0], read_load(load, plan).unwrap()).unwrap();
    let week = study.follow(&Policy::parse("fifo").unwrap(), 0, &|_| true).unwrap();
    week.paths().unwrap().clone()
}

fn sum(paths: &Paths) -> i64 {
    paths.before + paths.substages.iter().map(Spent::sum).sum::<i64>()
}

const CLUSTER: &str = "cluster c { agent \"a\" { count = 1  executors = 2 } }\n";
/// One run and no other.
const ONE: &str = "length = \"1h\"\nspread = 0.6\nruns.a.daily = [\"00:00\"]\n";
/// Some that get in each other's way.
const SEVERAL: &str = "length = \"1h\"\nspread = 0.6\nruns.a.per_hour = 20\nruns.b = { per_hour = 5, alone = true }\n";

#[test]
fn parts_of_a_path_are_as_long_together_as_the_run() {
    let (mut runs, mut seen) = (0, Spent::default());
    let mut turns = 0;
    for case in cases(7, 120, &Features::default()) {
        let source = format!("{CLUSTER}{}", case.sketch.source());
        let has_substages = |planned: &Planned| planned.plan.as_ref().is_some_and(|plan| plan.places().next().is_some());
        let Some(planned) = planned_if_sound(&source).filter(has_substages) else { continue };
        let flakes = "[flakes]\n\"*/*\" = { failed = 0.2, lost = 0.1 }\n";
        for (seed, load) in [(1, ONE), (2, ONE), (3, SEVERAL)] {
            let paths = paths(&planned, &format!("seed = {seed}\n{load}{flakes}"));
            assert_eq!(sum(&paths), paths.total(), "seed {seed}\n{}", source);
            runs += paths.runs.len();
            turns += paths.turns.iter().sum::<i64>();
            for spent in &paths.substages {
                let Spent { locks, machine, runs, retries, .. } = *spent;
                assert!([locks, machine, runs, retries].iter().all(|part| *part >= 0), "{spent:?}\n{source}");
                seen = Spent {
                    locks: seen.locks + locks,
                    machine: seen.machine + machine,
                    runs: seen.runs + runs,
                    retries: seen.retries + retries,
                    paths: 0,
                };
            }
        }
    }
    // All parts were met.
    assert!(runs > 1_000 && turns > 0, "{runs} {turns}");
    assert!([seen.locks, seen.machine, seen.runs, seen.retries].iter().all(|part| *part > 0), "{seen:?}");
}
