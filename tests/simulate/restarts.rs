//! Jenkins begins anew.

use crate::stream::{HOUR, Job, agents, job, run, starts, with_cloud};
use o11n::simulate::{Cluster, Project};

fn restarted(mut cluster: Cluster, restarts: &[(i64, bool)]) -> Cluster {
    cluster.controller.restarts = restarts.to_vec();
    cluster
}

/// What is buildable comes back in reverse; who has started goes on.
#[test]
fn a_restart_reverses_the_queue() {
    let jobs: Vec<Job> = (0..4).map(|at| job(at, 60_000)).collect();
    let at = |restarts: &[_], policy| starts(&run(&restarted(agents(1, 1), restarts), policy, &jobs));
    assert_eq!(at(&[(30_000, false)], "jenkins"), [0, 180_000, 120_000, 60_000]);
    assert_eq!(at(&[(30_000, false), (40_000, false)], "jenkins"), [0, 60_000, 120_000, 180_000]);
    // A sorter puts it in order again, and others than Jenkins do not begin anew.
    assert_eq!(at(&[(30_000, false)], "jenkins+priority"), [0, 60_000, 120_000, 180_000]);
    assert_eq!(at(&[(30_000, false)], "fifo"), [0, 60_000, 120_000, 180_000]);
}

/// The queue is saved a minute after it changes. What came since asks again, behind the others.
#[test]
fn a_crash_forgets_what_was_not_saved() {
    let jobs: Vec<Job> = [0, 1, 2, 70_000, 70_001].map(|at| job(at, HOUR)).into();
    let order = |at, is_crash| {
        let started = starts(&run(&restarted(agents(1, 1), &[(at, is_crash)]), "jenkins", &jobs));
        let mut order: Vec<usize> = (0..5).collect();
        order.sort_by_key(|job| started[*job]);
        order
    };
    assert_eq!(order(80_000, false), [0, 4, 3, 2, 1]);
    assert_eq!(order(80_000, true), [0, 2, 1, 3, 4]);
    // A minute after the last change, all is saved.
    assert_eq!(order(130_001, true), [0, 4, 3, 2, 1]);
}

/// After a restart there are no averages that keep new machines away, but the first review comes only after a hundred seconds.
#[test]
fn a_restart_forgets_what_was_measured() {
    let cluster = with_cloud(agents(10, 1), 0, Some(HOUR));
    let jobs: Vec<Job> = (0..11).map(|_| job(5 * HOUR, 2 * HOUR)).collect();
    let last = |restarts: &[_]| starts(&run(&restarted(cluster.clone(), restarts), "jenkins", &jobs))[10] - 5 * HOUR;
    // It is asked for after 44 samples, and known at the review after that.
    assert_eq!(last(&[]), 440_000);
    let restart = 20_000;
    assert!((restart + 100_000..440_000).contains(&last(&[(5 * HOUR + restart, false)])));
}

#[test]
fn blocked_items_keep_their_turns() {
    let alone = |at| {
        let mut job = job(at, 60_000);
        job.item.project = Some(Project { number: 0, is_alone: true, folds: false });
        job
    };
    let jobs = [0, 1, 2].map(alone);
    assert_eq!(starts(&run(&restarted(agents(2, 1), &[(30_000, false)]), "jenkins", &jobs)), [0, 60_000, 120_000]);
}

/// Machines that a plugin has asked for come all the same, whenever Jenkins begins anew.
#[test]
fn a_plugins_machines_outlive_a_restart() {
    let cluster = with_cloud(agents(1, 1), 30_000, Some(HOUR));
    let jobs: Vec<Job> = (0..5).map(|_| job(0, HOUR)).collect();
    for at in (500..150_000).step_by(500) {
        let restarted = restarted(cluster.clone(), &[(at, false)]);
        let tally = run(&restarted, "jenkins+nodelay", &jobs);
        assert_eq!((tally.records.len(), tally.clouds[0].machines), (5, 4), "{at}");
    }
}
