//! Builds of one project that get in each other's way: Jenkins' blocked items, and requests that are folded.

use crate::stream::{HOUR, Job, agents, job, run, starts};
use o11n::simulate::Project;

const ALONE: Project = Project { number: 0, is_alone: true, folds: false };
const FOLDS: Project = Project { number: 0, is_alone: false, folds: true };

fn of(project: Project, job: Job) -> Job {
    let mut job = job;
    job.item.project = Some(project);
    job
}

fn quiet(job: Job) -> Job {
    let mut job = job;
    job.item.is_quiet = true;
    job
}

#[test]
fn a_project_that_runs_alone_takes_its_turns() {
    let jobs = [0, 1_000, 2_000].map(|at| of(ALONE, job(at, 60_000)));
    for policy in ["jenkins", "fifo"] {
        assert_eq!(starts(&run(&agents(3, 1), policy, &jobs)), [0, 60_000, 120_000], "{policy}");
    }
    // Another project has its own.
    let other = Project { number: 1, ..ALONE };
    let jobs = [of(ALONE, job(0, HOUR)), of(other, job(0, HOUR)), of(other, job(1, HOUR))];
    assert_eq!(starts(&run(&agents(3, 1), "jenkins", &jobs)), [0, 0, HOUR]);
}

/// One that is buildable blocks the next as one that runs does, and only it has a place among those that wait for a machine.
#[test]
fn a_blocked_build_has_no_place_in_the_queue() {
    let jobs = [job(0, HOUR), of(ALONE, job(1, HOUR)), of(ALONE, job(2, HOUR)), job(3, HOUR)];
    // The third is blocked until the second starts and ends; so the fourth goes first.
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &jobs)), [0, HOUR, 3 * HOUR, 2 * HOUR]);
}

/// Two projects become free at one instant, behind what was buildable before: the one whose item was submitted earlier is first.
#[test]
fn who_was_submitted_first_is_buildable_first() {
    let other = Project { number: 1, ..ALONE };
    let short = |project, at| of(project, job(at, 60_000));
    let jobs = [short(ALONE, 0), short(other, 0), job(1, HOUR), short(other, 2), short(ALONE, 3)];
    assert_eq!(starts(&run(&agents(2, 1), "jenkins", &jobs)), [0, 0, 60_000, 60_000, 120_000]);
}

/// A request for what waits already is no second one; what has started is not joined.
#[test]
fn a_request_is_folded_into_what_waits() {
    let jobs = [0, 1_000, 4_000, 6_000].map(|at| quiet(of(FOLDS, job(at, HOUR))));
    let tally = run(&agents(3, 1), "jenkins", &jobs);
    assert_eq!(starts(&tally), [5_000, 15_000]);
    assert_eq!(tally.records.len(), 2);
    // What waits for a machine is joined too.
    let jobs = [job(0, HOUR), of(FOLDS, job(1, HOUR)), of(FOLDS, job(HOUR - 1, HOUR)), of(FOLDS, job(HOUR + 1, HOUR))];
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &jobs)), [0, HOUR, 2 * HOUR]);
    // And what is blocked.
    let both = Project { folds: true, ..ALONE };
    let jobs = [0, 1, 2, 3].map(|at| of(both, job(at, HOUR)));
    assert_eq!(starts(&run(&agents(4, 1), "jenkins", &jobs)), [0, HOUR]);
}

/// Of two quiet periods, the one that ends first counts.
#[test]
fn a_request_in_a_hurry_ends_the_quiet_period() {
    let jobs = [quiet(of(FOLDS, job(1_000, HOUR))), of(FOLDS, job(2_000, HOUR))];
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &jobs)), [2_000]);
    assert_eq!(starts(&run(&agents(1, 1), "jenkins", &jobs[..1])), [10_000]);
}
