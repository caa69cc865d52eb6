//! Machines that are filled by what they have, and which of them an item gets.

use crate::stream::{HOUR, Job, job, run, starts, with_cloud};
use o11n::simulate::{Class, Cluster, Kind, Resources};

/// One with so many executors, cores, gigabytes and GPUs.
pub(crate) fn machine(executors: u32, cores: u64, memory: u64, gpu: u64) -> Kind {
    let has = Resources { cpu: Some(cores * 1_000), memory: Some(memory << 30), gpu };
    Kind { name: format!("{cores}-{gpu}"), executors, count: 1, has, ..Kind::default() }
}

/// A mode on kinds of machines; 0 is nothing said.
pub(crate) fn mode(kinds: &[usize], cores: u64, memory: u64, gpu: u64) -> Class {
    let said = |amount: u64| Some(amount).filter(|amount| *amount > 0);
    let asks = Resources { cpu: said(cores * 1_000), memory: said(memory << 30), gpu };
    Class { name: format!("{cores}-{gpu}"), kinds: kinds.into(), asks, ..Class::default() }
}

fn cluster(kinds: Vec<Kind>, classes: Vec<Class>) -> Cluster {
    Cluster { kinds, classes, labels: vec![String::new()], ..Cluster::default() }
}

/// Jobs of an hour, by class, a second apart.
fn jobs(classes: &[u32]) -> Vec<Job> {
    let of = |(at, class): (i64, &u32)| {
        let mut job = job(at * 1_000, HOUR);
        job.item.class = Some(*class);
        job
    };
    (0..).zip(classes).map(of).collect()
}

/// How many start at once.
fn at_once(cluster: &Cluster, policy: &str, classes: &[u32]) -> usize {
    starts(&run(cluster, policy, &jobs(classes))).iter().filter(|at| **at < HOUR).count()
}

#[test]
fn a_machine_is_filled_by_what_it_has() {
    let modes = vec![mode(&[0], 4, 0, 0), mode(&[0], 0, 20, 0), mode(&[0], 1, 0, 1), mode(&[0], 0, 0, 0)];
    let cluster = cluster(vec![machine(2, 16, 64, 1)], modes);
    for (classes, packed) in [(&[0; 8], 4), (&[1; 8], 3), (&[2; 8], 1), (&[3; 8], 2), (&[0, 0, 1, 1, 1, 2, 3, 0], 7)] {
        assert_eq!(at_once(&cluster, "pack", classes), packed, "{classes:?}");
        // Jenkins and all that count executors start two, whatever they take.
        assert_eq!(at_once(&cluster, "fifo", classes), 2, "{classes:?}");
    }
}

#[test]
fn the_machine_with_the_least_left_is_taken() {
    let cluster = cluster(vec![machine(1, 8, 8, 0), machine(1, 4, 8, 0)], vec![mode(&[0, 1], 4, 0, 0), mode(&[0], 8, 0, 0)]);
    // The small one goes to the small machine, and leaves the other to the large one.
    assert_eq!(at_once(&cluster, "bestfit", &[0, 1]), 2);
    assert_eq!(at_once(&cluster, "pack", &[0, 1]), 1);
}

/// Cores beside a GPU are kept for what needs both.
#[test]
fn gpus_are_kept_useful() {
    let kinds = vec![machine(1, 8, 8, 2), machine(1, 32, 8, 0)];
    let cluster = cluster(kinds, vec![mode(&[0, 1], 6, 0, 0), mode(&[0], 2, 0, 1)]);
    // The first takes one GPU, and tells what usually comes.
    assert_eq!(at_once(&cluster, "fgd", &[1, 0, 1]), 3);
    assert_eq!(at_once(&cluster, "pack", &[1, 0, 1]), 2);
}

/// What does not fit on what stands there gets a machine of its own.
#[test]
fn a_cloud_helps_where_machines_are_full() {
    let mut cluster = cluster(vec![machine(2, 16, 64, 0)], vec![mode(&[0], 4, 0, 0)]);
    cluster = with_cloud(cluster, 60_000, None);
    let tally = run(&cluster, "pack", &jobs(&[0; 6]));
    assert_eq!(starts(&tally), [0, 1_000, 2_000, 3_000, 64_000, 65_000]);
    assert_eq!((tally.clouds[0].machines, tally.clouds[0].unused), (2, 0));
}

/// All cores of all machines may be more than can be counted.
#[test]
fn totals_have_no_bound() {
    let mut huge = machine(2, 1, 1, 0);
    (huge.has.cpu, huge.has.memory, huge.count) = (Some(u64::MAX), Some(u64::MAX), 3);
    let cluster = cluster(vec![huge], vec![mode(&[0], 4, 1, 0)]);
    for policy in ["drf", "kueue", "proportion"] {
        assert_eq!(at_once(&cluster, policy, &[0; 7]), 6, "{policy}");
    }
}
