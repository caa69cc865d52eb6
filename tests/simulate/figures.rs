//! Figures against values worked out by hand, and what holds of them whatever the load.

use o11n::simulate::{jain, mean_of_independent};

use crate::stream::{HOUR, Job, agents, job, run, with_cloud};

#[test]
fn jains_index_is_as_its_author_has_it() {
    assert!((jain(&[1.0, 2.0, 3.0, 4.0]) - 0.8333).abs() < 1e-4);
    assert!((jain(&[4.0, 1.0, 1.0, 1.0, 1.0]) - 0.64).abs() < 1e-12);
    assert_eq!(jain(&[0.0, 7.0, 0.0, 0.0]), 0.25);
    assert_eq!(jain(&[]), 1.0);
    assert_eq!(jain(&[0.0, 0.0]), 1.0);
}

#[test]
fn seeds_are_sure_by_students_quantile() {
    // A standard deviation of 1 over three seeds: 4.303 / √3.
    let mean = mean_of_independent(&[1.0, 2.0, 3.0]);
    assert!((mean.mean - 2.0).abs() < 1e-12 && (mean.half_width.unwrap() - 2.4844).abs() < 1e-3, "{mean:?}");
    assert_eq!(mean_of_independent(&[5.0]).half_width, None);
    // Beyond the table, it goes on without a step: 2.042 for 30 degrees of freedom, 1.98 for 120.
    let spread = |count: usize| {
        let values: Vec<f64> = (0..count).map(|at| (at % 2) as f64).collect();
        mean_of_independent(&values).half_width.unwrap() * (count as f64).sqrt()
    };
    assert!(spread(32) < spread(30) && spread(121) * 2.0 < 2.0, "{} {} {}", spread(30), spread(32), spread(121));
}

#[test]
fn a_wait_is_split_by_what_was_waited_for() {
    // One agent, and a cloud whose machines take 90 s to start. The third job gets the machine that was started for it; the fourth, which
    // comes half a minute later, one of its own.
    let cluster = with_cloud(agents(1, 1), 90_000, None);
    let jobs = [job(0, HOUR), job(1_000, HOUR), job(31_000, HOUR)];
    let tally = run(&cluster, "fifo", &jobs);
    let parts: Vec<[i64; 3]> = tally
        .records
        .iter()
        .map(|record| [record.buildable - record.submitted, record.started - record.buildable, record.provisioning])
        .collect();
    assert_eq!(parts, [[0, 0, 0], [0, 90_000, 90_000], [0, 90_000, 90_000]]);
    // A job that takes over the machine that was started for another waited for its start only so long as it was there.
    let mut cluster = with_cloud(agents(1, 1), 90_000, Some(600_000));
    cluster.clouds[0].most = 1;
    let tally = run(&cluster, "fifo", &[job(0, HOUR), job(1_000, 10_000), job(2_000, 10_000)]);
    let last = tally.records.iter().find(|record| record.submitted == 2_000).unwrap();
    assert_eq!((last.started - last.buildable, last.provisioning), (99_000, 89_000));
}

/// Jenkins waits out a quiet period of 5 s, and its provisioner takes a minute or two; all of that is in the split.
#[test]
fn parts_of_a_wait_are_never_negative_nor_more_than_it() {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut at = 0;
    let mut draw = || {
        at += rng.i64(0..120_000);
        let mut job = job(at, rng.i64(1..900_000));
        job.item.is_quiet = rng.bool();
        job
    };
    let jobs: Vec<Job> = (0..2_000).map(|_| draw()).collect();
    for policy in ["jenkins", "jenkins+nodelay", "fifo"] {
        for idle in [None, Some(300_000)] {
            let cluster = with_cloud(agents(2, 2), 75_000, idle);
            let tally = run(&cluster, policy, &jobs);
            assert_eq!(tally.records.len(), jobs.len());
            for record in &tally.records {
                assert!(record.submitted <= record.buildable && record.buildable <= record.started, "{policy}: {record:?}");
                assert!((0..=record.started - record.buildable).contains(&record.provisioning), "{policy}: {record:?}");
            }
            // Each build was on some machine, and no machine was busy before it was there.
            let busy: i64 = tally.kinds.iter().map(|kind| kind.busy).sum();
            assert_eq!(busy, tally.records.iter().map(|record| record.ended - record.started).sum::<i64>(), "{policy}");
            assert!(tally.kinds.iter().all(|kind| kind.busy + kind.starting <= kind.there), "{policy}: {:?}", tally.kinds);
            assert!(tally.kinds[1].starting > 0 && tally.kinds[0].starting == 0);
        }
    }
}
