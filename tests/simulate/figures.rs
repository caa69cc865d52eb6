//! Figures against values worked out by hand, and what holds of them whatever the load.

use o11n::simulate::{Figures, Gap, KindTally, Policy, Project, Settings, Study, gap, jain, mean_of_independent, read_load};

use crate::cohorts;
use crate::packing::{machine, mode};
use crate::pipeline::planned;
use crate::shares::{of, policy};
use crate::stream::{HOUR, Job, agents, job, run, run_in_order, with_cloud};

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
            let busy: i64 = tally.kinds.iter().map(KindTally::all_busy).sum();
            assert_eq!(busy, tally.records.iter().map(|record| record.ended - record.started).sum::<i64>(), "{policy}");
            assert!(tally.kinds.iter().all(|kind| kind.all_busy() + kind.starting <= kind.there), "{policy}: {:?}", tally.kinds);
            assert!(tally.kinds[1].starting > 0 && tally.kinds[0].starting == 0);
        }
    }
}

/// How long each was blocked, and for how long it waited for an executor then, by arrival.
fn blocked(tally: &o11n::simulate::Tally) -> Vec<(i64, i64)> {
    let mut records = tally.records.clone();
    records.sort_by_key(|record| (record.submitted, record.started));
    records.iter().map(|record| (record.blocked, record.started - record.buildable - record.blocked)).collect()
}

#[test]
fn what_waits_for_another_build_is_blocked() {
    let alone = |mut job: Job| {
        job.item.project = Some(Project { number: 0, is_alone: true, folds: false });
        job
    };
    let jobs = [0, 1_000, 2_000].map(|at| alone(job(at, 60_000)));
    for policy in ["jenkins", "fifo"] {
        assert_eq!(blocked(&run(&agents(3, 1), policy, &jobs)), [(0, 0), (59_000, 0), (118_000, 0)], "{policy}");
    }
    // The third is blocked until the second has ended, and waits for the fourth after that.
    let jobs = [job(0, HOUR), alone(job(1, HOUR)), alone(job(2, HOUR)), job(3, HOUR)];
    let expected = [(0, 0), (0, HOUR - 1), (2 * HOUR - 2, HOUR), (0, 2 * HOUR - 3)];
    assert_eq!(blocked(&run(&agents(1, 1), "jenkins", &jobs)), expected);
}

#[test]
fn what_its_quota_has_no_room_for_is_blocked() {
    // Three of eight executors are its own, and it may borrow none.
    let quotas = [cohorts::quota(3.0, Some(0.0), None), cohorts::quota(5.0, None, None)];
    let policy = cohorts::policy("kueue", &quotas);
    let (tally, _) = run_in_order(&agents(8, 1), &policy, &cohorts::jobs(0, 0, 8), 10 * HOUR);
    let parts: Vec<i64> = blocked(&tally).into_iter().map(|(blocked, other)| blocked + 100 * other).collect();
    assert_eq!(parts, [0, 0, 0, HOUR, HOUR, HOUR, 2 * HOUR, 2 * HOUR]);
    // Where it has room, and no executor is free, it is not the quota that it waits for.
    let (tally, _) = run_in_order(&agents(2, 1), &policy, &cohorts::jobs(0, 0, 4), 10 * HOUR);
    assert_eq!(blocked(&tally), [(0, 0), (0, 0), (0, HOUR), (0, HOUR)]);
}

/// Nine cores and 18 GB, five tasks of an hour each of a core and 4 GB, and of three cores and 1 GB.
pub(crate) fn apart(words: &str) -> Gap {
    let cluster = o11n::simulate::Cluster {
        kinds: vec![machine(1, 9, 18, 0)],
        classes: vec![mode(&[0], 1, 4, 0), mode(&[0], 3, 1, 0)],
        labels: vec![String::new()],
        ..o11n::simulate::Cluster::default()
    };
    let tasks: Vec<Job> = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(|user| of(user, user)).into();
    let (tally, _) = run_in_order(&cluster, &policy(words, Settings::default()), &tasks, 10 * HOUR);
    gap(&cluster, &tally).unwrap()
}

#[test]
fn users_are_apart_by_their_dominant_shares() {
    // Both wait in the first hour only, with 6 of 9 cores and 12 of 18 GB; or with 16 of 18 GB and 3 of 9 cores.
    assert_eq!(apart("drf+pack"), Gap { contended: HOUR, mean: 0.0 });
    let first = apart("pack");
    assert!(first.contended == HOUR && (first.mean - 5.0 / 9.0).abs() < 1e-9, "{first:?}");
    // Nothing stands there that one could have a share of.
    let mut cluster = with_cloud(agents(1, 1), 0, None);
    cluster.kinds[0].count = 0;
    assert_eq!(gap(&cluster, &run(&cluster, "fifo", &[job(0, HOUR)])), None);
}

/// What was stopped had its share until then, and waits from then on.
#[test]
fn what_was_stopped_counts_until_then() {
    let user = |mut job: Job, user| {
        job.item.user = user;
        job
    };
    let mut load = cohorts::jobs(0, 0, 4);
    load.push(user(job(1_000, HOUR), 2));
    load.extend(cohorts::jobs(HOUR / 2, 1, 1).into_iter().map(|job| user(job, 1)));
    let quotas = [cohorts::quota(2.0, None, None), cohorts::quota(2.0, None, None)];
    let (tally, _) = run_in_order(&agents(4, 1), &cohorts::policy("kueue", &quotas), &load, 10 * HOUR);
    assert_eq!(tally.stopped.len(), 1);
    // For half an hour one waits that has three of four executors, and one that has none.
    assert_eq!(gap(&agents(4, 1), &tally), Some(Gap { contended: HOUR / 2, mean: 0.75 }));
}

/// The figures of one week without chance.
fn figures(cluster: &str, load: &str, policy: &str) -> Figures {
    let text = format!(
        "hardware gpu {{ label = \"gpu\"  cpu = 8  gpu = 1 }}\ncluster c {{ {cluster} }}\n\
         pipeline p {{ hardware = gpu  stage s {{ substage a {{ run = \"a\" }} }} }}"
    );
    let planned = planned(&text);
    let plan = planned.plan.as_ref().unwrap();
    let load = read_load(&format!("length = \"1d\"\n[takes]\n\"s/a\" = \"40m\"\n[runs.r]\n{load}"), plan).unwrap();
    let study = Study::new(plan, &planned.clusters[0], load).unwrap();
    let week = study.play(&Policy::parse(policy).unwrap(), 0, &|_| true).unwrap();
    study.document(1, vec![vec![week]]).policies.swap_remove(0)
}

#[test]
fn resources_are_used_as_they_are_asked_for() {
    let agent = |says: &str| format!("agent \"gpu\" {{ count = 3  label = \"gpu\"  {says} }}");
    // One of three machines runs it until all is over: half its cores, and its GPU.
    let found = figures(&agent("cpu = 16  gpu = 1"), "daily = [\"00:00\"]", "fifo");
    let third = 1.0 / 3.0;
    let resources = |kind: &o11n::simulate::ResourceFigures| [kind.cpu, kind.memory, kind.gpu];
    let expected = [Some(8.0 / 48.0), None, Some(third)];
    assert_eq!((resources(&found.resources), found.machines[0].cpu, found.machines[0].gpu), (expected, expected[0], expected[2]));
    assert_eq!([found.utilization, found.utilization_online, found.utilization_defined], [third; 3]);
    // Who says of its machines only that they have a GPU is asked for GPUs.
    let found = figures(&agent("executors = 2  gpu = 2"), "daily = [\"00:00\", \"00:00\"]", "fifo");
    assert_eq!(resources(&found.resources), [None, None, Some(third)]);
}

#[test]
fn an_agent_that_is_off_is_defined() {
    let cluster = "agent \"gpu\" { count = 4  label = \"gpu\"  gpu = 1  idle = 10m  startup = 2m }";
    let found = figures(cluster, "daily = [\"00:00\"]", "fifo");
    let kind = &found.machines[0];
    let busy = 2400.0;
    assert_eq!([kind.busy * 3600.0, kind.starting * 3600.0], [busy, 120.0]);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    near(found.utilization, busy / (busy + 120.0));
    near(found.utilization_online, 1.0);
    near(found.utilization_defined, busy / (4.0 * found.until));
}

#[test]
fn runs_that_are_alone_are_blocked_by_the_one_before() {
    let load = "daily = [\"01:00\", \"01:05\"]\nalone = true";
    let parts = |policy: &str| {
        let found = figures("agent \"gpu\" { label = \"gpu\"  gpu = 1 }", load, policy);
        [found.runs[0].wait_quiet, found.runs[0].wait_blocked, found.groups[0].wait_blocked]
    };
    // The second comes five minutes after the first, which takes forty.
    assert_eq!(parts("fifo"), [0.0, 35.0 * 60.0 / 2.0, 0.0]);
    assert_eq!(parts("jenkins"), [5.0, 35.0 * 60.0 / 2.0, 0.0]);
}
