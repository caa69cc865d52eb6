//! The queue of Jenkins, and when machines come and go.

use crate::stream::{HOUR, agents, job, run, run_until, starts, with_cloud};
use o11n::simulate::{Class, Item, Kind};

#[test]
fn a_machine_starts_one_build_at_each_look() {
    let jobs = [job(0, HOUR), job(0, HOUR), job(0, HOUR)];
    assert_eq!(starts(&run(&agents(1, 3), "jenkins", &jobs)), [0, 5_000, 10_000]);
    assert_eq!(starts(&run(&agents(1, 3), "jenkins+burst", &jobs)), [0, 0, 0]);
    // Another arrival is another look.
    let jobs = [job(0, HOUR), job(0, HOUR), job(1_000, HOUR)];
    assert_eq!(starts(&run(&agents(1, 3), "jenkins", &jobs)), [0, 1_000, 5_000]);
    // Three machines take one each.
    let jobs = [job(0, HOUR), job(0, HOUR), job(0, HOUR)];
    assert_eq!(starts(&run(&agents(3, 1), "jenkins", &jobs)), [0, 0, 0]);
}

#[test]
fn the_end_of_a_quiet_period_is_noticed_at_the_next_tick() {
    let quiet = |at| {
        let mut job = job(at, 1_000);
        job.item.is_quiet = true;
        job
    };
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &[quiet(2_100)])), [10_000]);
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &[quiet(5_000)])), [10_000]);
    // Unless something else makes Jenkins look: here, the end of a build.
    assert_eq!(starts(&run(&agents(2, 1), "jenkins", &[job(0, 7_400), quiet(2_100)])), [0, 7_400]);
    assert_eq!(starts(&run(&agents(1, 1), "fifo", &[quiet(2_100)])), [2_100]);
}

#[test]
fn what_cannot_start_holds_up_nothing_of_another_class() {
    let mut cluster = agents(1, 1);
    cluster.kinds.push(Kind { name: "board".into(), executors: 1, count: 1, ..Kind::default() });
    cluster.classes.push(Class { name: "board".into(), label: 1, kinds: vec![1], ..Class::default() });
    cluster.labels.push("board".into());
    let on = |at, class| {
        let mut job = job(at, HOUR);
        job.item = Item { class: Some(class), ..job.item };
        job
    };
    for policy in ["jenkins", "fifo"] {
        assert_eq!(starts(&run(&cluster, policy, &[on(0, 1), on(0, 1), on(1, 0)])), [0, HOUR, 1], "{policy}");
    }
}

/// After n idle executors fill up, Jenkins starts nothing for ⌈ln(0.1/n)/ln 0.9⌉ samples, ten seconds apart.
#[test]
fn executors_that_were_idle_keep_new_machines_away() {
    for (idle, samples) in [(1, 22), (2, 29), (5, 38), (10, 44), (20, 51), (100, 66)] {
        let cluster = with_cloud(agents(idle, 1), 60_000, Some(HOUR));
        let jobs: Vec<_> = (0..3 * idle + 10).map(|_| job(5 * HOUR, 2 * HOUR)).collect();
        // When the first build starts that finds no agent, less the minute in which its machine starts.
        let asked = |policy| starts(&run(&cluster, policy, &jobs))[idle as usize] - 5 * HOUR - 60_000;
        // The first of those samples is taken as they fill up.
        assert_eq!(asked("jenkins"), (samples - 1) * 10_000, "{idle} were idle");
        assert_eq!(asked("jenkins+nodelay"), 0, "{idle} were idle");
        assert_eq!(asked("fifo"), 0, "{idle} were idle");
    }
}

#[test]
fn waiting_without_hope_is_measured() {
    let cluster = with_cloud(agents(2, 1), 60_000, Some(HOUR));
    let jobs: Vec<_> = (0..3).map(|_| job(5 * HOUR, 10 * HOUR)).collect();
    let starved = |policy| run_until(&cluster, policy, &jobs, 6 * HOUR).starved[0];
    assert_eq!((starved("jenkins"), starved("fifo")), (280_000, 0));
}

#[test]
fn machines_of_the_plugins_come_as_they_connect() {
    let cluster = with_cloud(agents(1, 1), 60_000, Some(HOUR));
    let jobs: Vec<_> = (0..4).map(|_| job(HOUR, HOUR)).collect();
    assert_eq!(starts(&run(&cluster, "jenkins+nodelay", &jobs)), [HOUR, HOUR + 60_000, HOUR + 60_000, HOUR + 60_000]);
}

/// A machine is looked at once a minute.
#[test]
fn an_idle_machine_lives_up_to_a_minute_longer() {
    let cluster = with_cloud(agents(1, 1), 0, Some(300_000));
    for takes in (100_000..160_000).step_by(7_000) {
        // The first job keeps the agent, and time going on.
        let tally = run(&cluster, "fifo", &[job(0, HOUR), job(0, takes)]);
        let idle = tally.clouds[0].time - takes;
        assert!(idle > 300_000 && idle <= 360_000, "idle for {idle} ms after {takes}");
    }
}

#[test]
fn a_machine_of_a_cloud_that_keeps_none_has_one_build() {
    let cluster = with_cloud(agents(1, 1), 30_000, None);
    let jobs: Vec<_> = (0..5).map(|at| job(at * 600_000, 60_000)).chain([job(HOUR, 1)]).collect();
    let mut jobs: Vec<_> = jobs.into_iter().chain([job(0, 2 * HOUR)]).collect();
    jobs.sort_by_key(|job| (job.at, -job.takes));
    let tally = run(&cluster, "fifo", &jobs);
    assert_eq!((tally.clouds[0].machines, tally.clouds[0].unused), (6, 0));
    // Each was paid for while it started and built.
    assert_eq!(tally.clouds[0].time, 5 * 90_000 + 30_001);
}

#[test]
fn what_never_starts_is_counted() {
    let mut cluster = agents(1, 1);
    cluster.classes[0].kinds.clear();
    let tally = run(&cluster, "jenkins", &[job(0, 1), job(5, 1)]);
    assert_eq!((tally.unstarted, tally.records.len()), (2, 0));
    let tally = run_until(&agents(1, 1), "fifo", &[job(0, HOUR), job(5, 1)], 1_000);
    assert_eq!((tally.unstarted, tally.unended), (1, 1));
}
