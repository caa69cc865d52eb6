//! Where the time of runs goes: parts of a path are as long together as the run, and each belongs to what was waited for.

use o11n::cli::driver::Planned;
use o11n::simulate::{Paths, Policy, Spent, Study, read_load};
use o11n_sketch::{Features, cases};

use crate::pipeline::{planned, planned_if_sound};

/// Of one week under a policy; `fifo` has no quiet period and starts at once.
fn paths(planned: &Planned, load: &str, policy: &str) -> Paths {
    let plan = planned.plan.as_ref().unwrap();
    let study = Study::new(plan, &planned.clusters[0], read_load(load, plan).unwrap()).unwrap();
    let week = study.follow(&Policy::parse(policy).unwrap(), 0, &|_| true).unwrap();
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
        for (seed, load, policy) in [(1, ONE, "fifo"), (2, ONE, "jenkins"), (3, SEVERAL, "fifo"), (4, SEVERAL, "jenkins+nodelay")]
        {
            let paths = paths(&planned, &format!("seed = {seed}\n{load}{flakes}"), policy);
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

/// Of one stage on a machine with so many executors: for each substage its minutes on paths, of locks, machines, runs and retries; and those
/// before runs are noticed.
fn minutes(executors: u32, stage: &str, load: &str) -> (Vec<[i64; 4]>, i64) {
    let source = format!("cluster c {{ agent \"a\" {{ executors = {executors} }} }}\npipeline p {{ stage s {{ {stage} }} }}\n");
    let load = format!("length = \"1h\"\n{load}");
    let paths = paths(&planned(&source), &load, "fifo");
    assert_eq!(sum(&paths), paths.total());
    let minutes = |spent: &Spent| [spent.locks, spent.machine, spent.runs, spent.retries].map(|part| part / 60_000);
    (paths.substages.iter().map(minutes).collect(), paths.before / 60_000)
}

const AT_MIDNIGHT: &str = "runs.r.daily = [\"00:00\"]\n";
const TWICE: &str = "runs.r = { daily = [\"00:00\", \"00:00\"] }\n";

#[test]
fn attempts_that_are_tried_again_are_lost() {
    let stage = "substage x { run = \"x\"  retry { limit = 1  delay = 1m } }";
    let load = format!("{AT_MIDNIGHT}takes.\"*/*\" = \"10m\"\nflakes.\"*/*\" = {{ failed = 1.0 }}\n");
    assert_eq!(minutes(1, stage, &load), (vec![[0, 0, 10, 11]], 0));
}

#[test]
fn locks_and_runs_that_are_alone_are_told_apart() {
    let takes = "takes.\"*/*\" = \"10m\"\n";
    let stage = "substage x { run = \"x\"  lock = [\"board\"] }";
    assert_eq!(minutes(2, stage, &format!("{TWICE}{takes}")), (vec![[10, 0, 20, 0]], 0));
    let alone = "runs.r = { daily = [\"00:00\", \"00:00\"], alone = true }\n";
    assert_eq!(minutes(2, "substage x { run = \"x\" }", &format!("{alone}{takes}")), (vec![[0, 0, 20, 0]], 10));
    // Without either, the second waits for the machine.
    assert_eq!(minutes(1, "substage x { run = \"x\" }", &format!("{TWICE}{takes}")), (vec![[0, 10, 20, 0]], 0));
}

#[test]
fn what_is_needed_is_on_the_path() {
    let stage = "substage a { run = \"x\" }\n substage long { run = \"x\" }\n substage b { run = \"x\"  needs = [\"s/a\"] }";
    let load = format!("{AT_MIDNIGHT}[takes]\n\"s/a\" = \"10m\"\n\"s/long\" = \"14m\"\n\"s/b\" = \"5m\"\n");
    assert_eq!(minutes(3, stage, &load), (vec![[0, 0, 10, 0], [0; 4], [0, 0, 5, 0]], 0));
    // With one machine, the long one goes first, and the other waits for it.
    assert_eq!(minutes(1, stage, &load), (vec![[0, 0, 10, 0], [0; 4], [0, 14, 5, 0]], 0));
}

#[test]
fn what_a_deadline_cuts_ends_there() {
    let stage = "deadline = 5m\n substage x { run = \"x\" }\n substage y { run = \"x\" }";
    let load = format!("{AT_MIDNIGHT}takes.\"*/*\" = \"10m\"\n");
    assert_eq!(minutes(1, stage, &load), (vec![[0, 0, 5, 0], [0; 4]], 0));
    // Nothing of it has a machine.
    let stage = "deadline = 5m\n substage x { run = \"x\" }";
    assert_eq!(minutes(1, stage, &format!("{TWICE}takes.\"*/*\" = \"10m\"\n")), (vec![[0, 5, 5, 0]], 0));
}

#[test]
fn of_several_copies_the_one_that_decides_counts() {
    let stage = "substage x { run = \"x\"  dispatch { copies = 3  need = 2 } }";
    let load = format!("{AT_MIDNIGHT}takes.\"*/*\" = \"10m\"\n");
    assert_eq!(minutes(2, stage, &load).0, [[0, 0, 10, 0]]);
    assert_eq!(minutes(1, stage, &load).0, [[0, 10, 10, 0]]);
}
