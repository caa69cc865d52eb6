//! Several weeks: what they say together, on however many threads they are played.

use std::sync::Mutex;
use std::thread;

use crate::pipeline::planned;
use o11n::cli::driver::Planned;
use o11n::simulate::{Document, Figures, Policy, Study, Week, read_load};

const PIPELINE: &str = r#"
hardware cpu { label = "cpu" }
cluster small {
  agent "cpu" { count = 1  label = "cpu"  executors = 2 }
  cloud "burst" { provides = [cpu]  max = 3  startup = 90s  idle = 10m  price = 0.4 }
}
pipeline p {
  hardware = cpu
  stage a { substage x { run = "x" }  substage y { run = "y" } }
}
"#;

const LOAD: &str = "length = \"1d\"\nspread = 0.5\n[takes]\n\"a/*\" = \"20m\"\n[runs.r]\nper_hour = 3\nusers = 3\n";

const WEEKS: u64 = 6;

/// Both policies, `WEEKS` weeks each, on so many threads; each takes the week that is next when it is done with one.
fn document(study: &Study<'_>, threads: usize, seeds: u64) -> Document {
    let policies = ["jenkins", "fifo+shortest"].map(|name| Policy::parse(name).unwrap());
    let open: Mutex<Vec<(u64, usize)>> = Mutex::new((0..seeds).flat_map(|week| [(week, 0), (week, 1)]).collect());
    let done: Mutex<Vec<(usize, u64, Week)>> = Mutex::new(Vec::new());
    let work = || {
        while let Some((number, policy)) = { open.lock().unwrap().pop() } {
            let week = study.play(&policies[policy], number, &|_| true).unwrap();
            done.lock().unwrap().push((policy, number, week));
        }
    };
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(policy, number, _)| (*policy, *number));
    let of = |policy| done.iter().filter(|(of, ..)| *of == policy).map(|(.., week)| week.clone()).collect();
    study.document(seeds, vec![of(0), of(1)])
}

fn study(planned: &Planned, seed: u64) -> Study<'_> {
    let plan = planned.plan.as_ref().unwrap();
    let mut load = read_load(LOAD, plan).unwrap();
    load.seed = seed;
    Study::new(plan, &planned.clusters[0], load).unwrap()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let planned = planned(PIPELINE);
    let study = study(&planned, 3);
    let json = |threads| serde_json::to_string(&document(&study, threads, WEEKS)).unwrap();
    let alone = json(1);
    for threads in [2, 3, 8] {
        assert_eq!(json(threads), alone, "{threads} threads");
    }
}

#[test]
fn weeks_together_are_those_of_their_seeds() {
    let planned = planned(PIPELINE);
    let all = document(&study(&planned, 3), 2, WEEKS);
    assert_eq!((all.seed, all.seeds, all.interrupted), (3, WEEKS, false));
    let single: Vec<Document> = (3..3 + WEEKS).map(|seed| document(&study(&planned, seed), 1, 1)).collect();
    assert_eq!(all.runs, single.iter().map(|week| week.runs).sum::<usize>());
    for (policy, together) in all.policies.iter().enumerate() {
        let weeks: Vec<&Figures> = single.iter().map(|week| &week.policies[policy]).collect();
        let mean = |figure: fn(&Figures) -> f64| weeks.iter().map(|week| figure(week)).sum::<f64>() / WEEKS as f64;
        assert_eq!(together.weeks, WEEKS);
        assert_eq!(together.groups[0].builds, weeks.iter().map(|week| week.groups[0].builds).sum::<usize>());
        assert_eq!(together.cost, mean(|week| week.cost));
        assert_eq!(together.groups[0].wait.mean, mean(|week| week.groups[0].wait.mean));
        assert_eq!(together.groups[0].wait_p95, mean(|week| week.groups[0].wait_p95));
        // What weeks differ by, and not what builds of one week do.
        let p95: Vec<f64> = weeks.iter().map(|week| week.groups[0].wait_p95).collect();
        assert_eq!(together.groups[0].wait_p95_half_width, o11n::simulate::mean_of_independent(&p95).half_width);
        assert!(together.cost_half_width.is_some_and(|half_width| half_width > 0.0));
        assert!(weeks.iter().all(|week| week.cost_half_width.is_none()));
    }
}

#[test]
fn an_interrupt_leaves_what_is_known() {
    let planned = planned(PIPELINE);
    let study = study(&planned, 0);
    let policy = Policy::parse("jenkins").unwrap();
    let cut = study.play(&policy, 0, &|_| false).unwrap();
    let whole = study.play(&policy, 1, &|_| true).unwrap();
    let document = study.document(1, vec![vec![cut.clone()]]);
    assert!(document.interrupted && document.policies[0].until < 86_400.0);
    // Whole weeks count and cut ones do not, if there are any whole ones.
    let alone = study.document(1, vec![vec![whole.clone()]]).runs;
    let document = study.document(3, vec![vec![cut, whole], vec![]]);
    assert!(document.interrupted);
    assert_eq!(document.runs, alone);
    assert_eq!((document.policies.len(), document.policies[0].weeks), (1, 1));
    assert!(document.policies[0].until > 80_000.0);
}
