//! How many machines clouds start, by rules of their own.

use crate::stream::{HOUR, Job, agents, job, run, run_in_order, starts, with_cloud};
use o11n::simulate::{Class, Cluster, Count, Policy, Provision, Settings, erlang};

/// A cloud alone, whose machines come after a minute and stay for ten.
fn cloud() -> Cluster {
    let mut cluster = with_cloud(agents(1, 1), 60_000, Some(600_000));
    cluster.classes[0].kinds.remove(0);
    cluster
}

#[test]
fn odds_of_waiting_are_those_of_erlang() {
    for (executors, load, odds) in [(1, 0.5, 0.5), (4, 3.2, 0.596432), (10, 9.0, 0.668732), (10_000, 9900.0, 0.222777)] {
        assert!((erlang(executors, load) - odds).abs() < 5e-7, "{executors}: {}", erlang(executors, load));
    }
    assert_eq!((erlang(4, 4.0), erlang(4, 9.0), erlang(4, 0.0)), (1.0, 1.0, 0.0));
}

#[test]
fn rules_say_how_many_are_missing() {
    let settings = Settings { keep: 2, target: 0.5, odds: 0.2, within: 600_000, ..Settings::default() };
    // Four jobs in the time of one, on three executors and one that comes; two wait.
    let count = Count { queue: 2, busy: 3, idle: 0, coming: 1, rate: 4.0 / 600_000.0, takes: 600_000.0 };
    let missing = |provision: Provision| provision.missing(&count, &settings);
    assert_eq!([Provision::Eager, Provision::Warm, Provision::Target].map(missing), [1, 3, 6]);
    // Five executors: 0.554 wait, of those exp(-1) for longer than ten minutes. Six would be 0.285 exp(-2).
    assert!((erlang(5, 4.0) - 0.5541).abs() < 1e-4 && erlang(5, 4.0) * (-1.0_f64).exp() > 0.2);
    assert_eq!(missing(Provision::Erlang), 6 - 4);
    // Without anything to do, none is needed but those that stay.
    let idle = Count { idle: 5, ..Count::default() };
    let words = [Provision::Eager, Provision::Warm, Provision::Target, Provision::Erlang];
    assert_eq!(words.map(|provision| provision.missing(&idle, &settings)), [-5, -3, -5, -5]);
}

#[test]
fn a_warm_executor_spares_the_next_its_wait() {
    let jobs: Vec<Job> = (0..5).map(|at| job(at * HOUR, 60_000)).collect();
    let waits = |policy: &str| -> Vec<i64> {
        let tally = run(&cloud(), policy, &jobs);
        starts(&tally).iter().zip(&jobs).map(|(start, job)| start - job.at).collect()
    };
    assert_eq!(waits("eager"), [60_000; 5]);
    assert_eq!(waits("warm"), [60_000, 0, 0, 0, 0]);
}

#[test]
fn erlang_learns_what_comes() {
    let jobs: Vec<Job> = (0..600).map(|at| job(at * 60_000, 600_000)).collect();
    let policy = Policy { settings: Settings { odds: 0.01, ..Settings::default() }, ..Policy::parse("erlang").unwrap() };
    let (tally, _) = run_in_order(&cloud(), &policy, &jobs, 20 * HOUR);
    // That another label has the same machines, and nothing to do, ends none of them.
    let mut shared = cloud();
    shared.labels.push("other".into());
    shared.classes.push(Class { label: 1, ..shared.classes[0].clone() });
    assert_eq!(run_in_order(&shared, &policy, &jobs, 20 * HOUR).0.clouds[0].machines, tally.clouds[0].machines);
    let late = tally.records.iter().filter(|record| record.submitted > 2 * HOUR && record.started > record.submitted);
    assert_eq!((tally.records.len(), late.count()), (600, 0));
    // Ten are busy at once; for one in a hundred to wait, there are up to twenty.
    assert!((11..=40).contains(&tally.clouds[0].machines), "{:?}", tally.clouds[0]);
}

/// An executor that stands idle anyway is warm.
#[test]
fn packed_machines_are_kept_warm_too() {
    let jobs: Vec<Job> = (0..5).map(|at| job(at * HOUR, 60_000)).collect();
    for (cluster, waits, machines) in [(cloud(), [60_000, 0, 0, 0, 0], 6), (with_cloud(agents(2, 1), 60_000, None), [0; 5], 0)] {
        let tally = run(&cluster, "pack+warm", &jobs);
        let waited: Vec<i64> = starts(&tally).iter().zip(&jobs).map(|(start, job)| start - job.at).collect();
        assert_eq!((waited, tally.clouds[0].machines), (waits.to_vec(), machines));
    }
}

/// What is on its way at the end was paid for from the request on.
#[test]
fn machines_that_come_too_late_cost() {
    let cluster = with_cloud(agents(1, 1), HOUR, Some(HOUR));
    let tally = run(&cluster, "fifo", &[job(0, 60_000), job(0, 60_000)]);
    assert_eq!((tally.clouds[0].machines, tally.clouds[0].time), (1, 120_000));
}

/// Numbers are a user's.
#[test]
fn costs_have_an_end() {
    let mut cluster = with_cloud(agents(1, 1), 1_000, Some(HOUR));
    cluster.clouds[0].billed = Some(i64::MAX / 2);
    let tally = run(&cluster, "fifo", &(0..9).map(|_| job(0, HOUR)).collect::<Vec<Job>>());
    assert_eq!((tally.records.len(), tally.clouds[0].time), (9, i64::MAX));
}
