//! When machines come and go: agents on demand, clouds by the hour, starts that vary and fail.

use crate::stream::{HOUR, agents, job, run, starts, with_cloud};
use o11n::simulate::{Cluster, Demand, Timers};

const MINUTE: i64 = 60_000;

/// So many agents that start in a minute and end after ten idle ones.
fn on_demand(count: u32, after: i64) -> Cluster {
    let mut cluster = agents(count, 1);
    cluster.kinds[0].demand = Some(Demand { startup: MINUTE, after, idle: 10 * MINUTE });
    cluster
}

/// Agents are looked at once a minute: what waits for longer than `demand` has its agent started then.
#[test]
fn an_agent_on_demand_starts_for_what_waits() {
    let jobs = [job(1_000, HOUR), job(90_000, HOUR)];
    assert_eq!(starts(&run(&on_demand(3, 0), "jenkins", &jobs)), [2 * MINUTE, 3 * MINUTE]);
    // Each has to wait for more than a minute; what is on its way is for the first.
    assert_eq!(starts(&run(&on_demand(3, MINUTE), "jenkins", &jobs)), [3 * MINUTE, 4 * MINUTE]);
    // There are no more than there are.
    assert_eq!(starts(&run(&on_demand(1, 0), "jenkins", &jobs)), [2 * MINUTE, HOUR + 2 * MINUTE]);
    // Other policies do not wait for a look.
    assert_eq!(starts(&run(&on_demand(3, 0), "fifo", &jobs)), [61_000, 150_000]);
}

#[test]
fn an_agent_on_demand_ends_when_it_is_idle_for_long() {
    // It comes at the second minute and is free from the third on; it is looked at on the minute.
    let next = |at| starts(&run(&on_demand(1, 0), "jenkins", &[job(0, MINUTE), job(at, MINUTE)]))[1];
    // At the thirteenth it has been idle for ten minutes, not for more.
    assert_eq!(next(13 * MINUTE + 1), 13 * MINUTE + 1);
    // At the fourteenth it ends; at the fifteenth it is started again.
    assert_eq!(next(14 * MINUTE + 1), 16 * MINUTE);
}

#[test]
fn a_cloud_by_the_hour_ends_what_is_idle_shortly_before_it() {
    let mut cluster = with_cloud(agents(1, 1), 0, None);
    (cluster.clouds[0].billed, cluster.clouds[0].last) = (Some(HOUR), Some(5 * MINUTE));
    let time = |takes| {
        // The first job keeps the agent, and time going on.
        let tally = run(&cluster, "fifo", &[job(0, 5 * HOUR), job(0, takes)]);
        (tally.clouds[0].time, tally.kinds[1].there)
    };
    // It ends with five minutes left, and the hour is paid for.
    assert_eq!(time(MINUTE), (HOUR, 55 * MINUTE));
    assert_eq!(time(54 * MINUTE), (HOUR, 55 * MINUTE));
    // In the last five minutes it is busy or ends as it is looked at.
    assert_eq!(time(57 * MINUTE), (HOUR, 57 * MINUTE));
    assert_eq!(time(58 * MINUTE + 1), (HOUR, 59 * MINUTE));
    assert_eq!(time(HOUR), (2 * HOUR, HOUR + 55 * MINUTE));
}

#[test]
fn starts_vary_as_they_are_said_to() {
    let mut cluster = with_cloud(agents(1, 1), MINUTE, None);
    cluster.classes[0].kinds.remove(0);
    cluster.clouds[0].spread = 0.5;
    let jobs: Vec<_> = (0..10_000).map(|at| job(at * MINUTE, 1_000)).collect();
    let tally = run(&cluster, "fifo", &jobs);
    let waits: Vec<f64> = tally.records.iter().map(|record| (record.started - record.submitted) as f64 / 60_000.0).collect();
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    let deviation = (waits.iter().map(|wait| (wait - mean).powi(2)).sum::<f64>() / waits.len() as f64).sqrt();
    // A machine that is early serves whoever waits longest, so the spread is somewhat less.
    assert!((mean - 1.0).abs() < 0.1 && (0.25..0.55).contains(&deviation), "{mean} ± {deviation}");
    assert_eq!(starts(&tally), starts(&run(&cluster, "fifo", &jobs)));
}

#[test]
fn a_start_that_fails_is_tried_again() {
    for policy in ["jenkins", "jenkins+nodelay", "fifo"] {
        let mut cluster = with_cloud(agents(1, 1), MINUTE, Some(5 * MINUTE));
        cluster.classes[0].kinds.remove(0);
        cluster.clouds[0].fails = 50;
        let jobs: Vec<_> = (0..200).map(|at| job(at * HOUR, MINUTE)).collect();
        let tally = run(&cluster, policy, &jobs);
        assert_eq!(tally.records.len(), jobs.len(), "{policy}");
        let cloud = tally.clouds[0];
        assert_eq!(cloud.machines - cloud.failed - cloud.unused, 200, "{policy}: {cloud:?}");
        assert!((140..270).contains(&cloud.failed), "{policy}: {cloud:?}");
    }
}

#[test]
fn a_mode_has_a_limit_of_its_own() {
    let mut cluster = with_cloud(agents(1, 1), MINUTE, Some(HOUR));
    cluster.classes[0].kinds.remove(0);
    cluster.kinds[1].most = Some(2);
    let jobs: Vec<_> = (0..4).map(|_| job(0, HOUR)).collect();
    assert_eq!(starts(&run(&cluster, "fifo", &jobs)), [MINUTE, MINUTE, HOUR + MINUTE, HOUR + MINUTE]);
}

/// Which of two clouds the plugin asks first changes from review to review.
#[test]
fn plugins_ask_clouds_in_changing_order() {
    let mut cluster = with_cloud(with_cloud(agents(1, 1), MINUTE, None), MINUTE, None);
    cluster.kinds[2].cloud = Some(1);
    cluster.classes[0].kinds.remove(0);
    let jobs: Vec<_> = (0..100).map(|at| job(at * HOUR, MINUTE)).collect();
    let used = |policy| run(&cluster, policy, &jobs).clouds.iter().map(|cloud| cloud.machines).collect::<Vec<_>>();
    assert_eq!(used("jenkins"), [100, 0]);
    let [first, second] = used("jenkins+nodelay")[..] else { panic!() };
    assert!(first + second == 100 && (30..70).contains(&first), "{first} and {second}");
}

#[test]
fn timers_go_off_when_they_are_said_to() {
    let at = |timers: Timers, cluster: &Cluster, jobs: &[_]| {
        let mut cluster = cluster.clone();
        cluster.controller.timers = timers;
        starts(&run(&cluster, "jenkins", jobs))
    };
    let mut quiet = job(0, MINUTE);
    quiet.item.is_quiet = true;
    let queue = |queue| Timers { queue, ..Timers::default() };
    assert_eq!(at(queue(0), &agents(1, 1), &[quiet]), [5_000]);
    assert_eq!(at(queue(2_000), &agents(1, 1), &[quiet]), [7_000]);
    let retention = |retention| Timers { retention, ..Timers::default() };
    assert_eq!(at(retention(20_000), &on_demand(1, 0), &[job(0, MINUTE)]), [80_000]);
    // A job that is alone gets its machine at the first review, which comes when ten samples are taken.
    let mut cluster = with_cloud(agents(1, 1), 0, None);
    cluster.classes[0].kinds.remove(0);
    let provisioning = |provisioning| Timers { provisioning, ..Timers::default() };
    assert_eq!(at(provisioning(0), &cluster, &[job(0, MINUTE)]), [110_000]);
    assert_eq!(at(provisioning(3_000), &cluster, &[job(0, MINUTE)]), [113_000]);
    // The average of free executors is below 0.1 after 22 samples, the first of which is taken as the agent fills up.
    let cluster = with_cloud(agents(1, 1), 0, None);
    let two = [job(HOUR, HOUR), job(HOUR, HOUR)];
    let statistics = |statistics| Timers { statistics, ..Timers::default() };
    let asked = |timers| at(timers, &cluster, &two)[1] - HOUR;
    assert_eq!([asked(statistics(0)), asked(statistics(1_000))], [220_000, 230_000]);
}
