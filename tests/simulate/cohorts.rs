//! Queues with quotas that lend, borrow and take back.

use crate::pipeline::planned;
use crate::stream::{HOUR, Job, agents, job, run_in_order, with_cloud};
use o11n::simulate::{Class, Cluster, Cohort, Kind, Policy, Quota, Settings, Study, Tally, read_load};

/// Quotas of executors: of its own, what it may borrow, what it lends.
pub(crate) fn quota(nominal: f64, borrow: Option<f64>, lend: Option<f64>) -> Quota {
    let of = |amount: Option<f64>| [amount, None, None, None];
    Quota { nominal: of(Some(nominal)), borrow: of(borrow), lend: of(lend) }
}

fn settings(quotas: &[Quota]) -> Settings {
    Settings { quotas: quotas.into(), ..Settings::default() }
}

const EXECUTORS: usize = 0;

fn holds(cohort: &mut Cohort, queue: u16, executors: f64) {
    cohort.hold(queue, [executors, 0.0, 0.0, 0.0], 1.0);
}

/// Two queues with ten executors each, of which the first uses so many.
pub(crate) fn lent(used: f64) -> Cohort {
    let mut cohort = Cohort::new(&settings(&[quota(10.0, None, None), quota(10.0, None, None)]), &agents(20, 1));
    holds(&mut cohort, 0, used);
    cohort
}

#[test]
fn a_share_is_what_was_borrowed() {
    let cohort = lent(0.0);
    assert_eq!((cohort.share(0, [10.0, 0.0, 0.0, 0.0]), cohort.share(0, [11.0, 0.0, 0.0, 0.0])), (0.0, 50.0));
    assert_eq!([0, 1].map(|queue| lent(16.0).available(queue, EXECUTORS)), [4.0, 4.0]);
}

#[test]
fn limits_bound_what_is_lent_and_borrowed() {
    // The first borrows at most three; the second lends at most four, and so keeps six.
    let mut cohort = Cohort::new(&settings(&[quota(10.0, Some(3.0), None), quota(10.0, None, Some(4.0))]), &agents(20, 1));
    assert_eq!([0, 1].map(|queue| cohort.available(queue, EXECUTORS)), [13.0, 20.0]);
    holds(&mut cohort, 0, 12.0);
    assert_eq!([0, 1].map(|queue| cohort.available(queue, EXECUTORS)), [1.0, 8.0]);
    holds(&mut cohort, 1, 7.0);
    // It used up the six that it keeps, and one of the common fourteen.
    assert_eq!([0, 1].map(|queue| cohort.available(queue, EXECUTORS)), [1.0, 1.0]);
}

pub(crate) fn policy(words: &str, quotas: &[Quota]) -> Policy {
    Policy { settings: settings(quotas), ..Policy::parse(words).unwrap() }
}

/// So many jobs of an hour of a queue at a time.
pub(crate) fn jobs(at: i64, queue: u16, count: usize) -> Vec<Job> {
    let mut job = job(at, HOUR);
    (job.item.queue, job.item.group) = (queue, queue);
    vec![job; count]
}

/// Jobs of a queue that start at a time.
fn started(tally: &Tally, queue: u16, at: i64) -> usize {
    tally.records.iter().filter(|record| (record.group, record.started) == (queue, at)).count()
}

#[test]
fn what_was_lent_is_taken_back() {
    let quotas = [quota(10.0, None, None), quota(10.0, None, None)];
    // One queue fills all; half an hour later the other wants twelve.
    let load: Vec<Job> = [jobs(0, 0, 20), jobs(HOUR / 2, 1, 12)].concat();
    for words in ["kueue", "kueue+easy", "kueue+conservative"] {
        let (tally, begun) = run_in_order(&agents(20, 1), &policy(words, &quotas), &load, 10 * HOUR);
        // It gets its ten at once. Those who lost them begin anew when the others are done; the two that would be borrowed wait longer.
        assert_eq!((started(&tally, 1, HOUR / 2), tally.stopped.len(), tally.records.len()), (10, 10, 32), "{words}");
        assert_eq!((started(&tally, 0, 0), started(&tally, 0, HOUR), started(&tally, 1, 3 * HOUR / 2)), (10, 10, 2), "{words}");
        assert_eq!(begun.len(), 42, "{words}");
        // What they did in vain kept their executors busy.
        assert_eq!(tally.kinds[0].busy.iter().sum::<i64>(), 32 * HOUR + 10 * HOUR / 2, "{words}");
    }
}

/// Nobody loses anything for what could not start on it.
#[test]
fn only_what_helps_is_taken_back() {
    let kind = |name: &str| Kind { name: name.into(), executors: 1, count: 2, ..Kind::default() };
    let class = |name: &str, kind: usize| Class { name: name.into(), kinds: vec![kind], ..Class::default() };
    let cluster = Cluster {
        kinds: vec![kind("cpu"), kind("gpu")],
        classes: vec![class("cpu", 0), class("gpu", 1)],
        labels: vec![String::new()],
        ..Cluster::default()
    };
    // The first queue has both machines of the one mode; the second has those of the other, and wants a third.
    let mut load: Vec<Job> = [jobs(0, 0, 2), jobs(1_000, 1, 3)].concat();
    load[2..].iter_mut().for_each(|job| job.item.class = Some(1));
    let quotas = [quota(1.0, None, None), quota(3.0, None, None)];
    let (tally, _) = run_in_order(&cluster, &policy("kueue", &quotas), &load, 10 * HOUR);
    assert_eq!((tally.stopped.len(), tally.records.len()), (0, 5));
}

/// A cloud is not asked for what a quota would not let start.
#[test]
fn machines_are_started_for_what_may_start() {
    let cluster = with_cloud(agents(0, 1), 60_000, Some(HOUR));
    let quotas = [quota(2.0, Some(0.0), None), quota(1.0, None, None)];
    for words in ["kueue", "kueue+easy", "kueue+target"] {
        let (tally, _) = run_in_order(&cluster, &policy(words, &quotas), &jobs(0, 0, 8), 10 * HOUR);
        let most = if words.ends_with("target") { 3 } else { 2 };
        assert_eq!((tally.records.len(), tally.clouds[0].machines), (8, most), "{words}");
    }
}

#[test]
fn jenkins_has_no_quotas() {
    for words in ["jenkins+kueue", "jenkins+burst+kueue"] {
        let why = Policy::parse(words).unwrap_err();
        assert!(why.contains("leave `jenkins` out"), "{words}: {why}");
    }
}

/// Who began last loses first, and the least urgent before that.
#[test]
fn the_least_is_lost() {
    let quotas = [quota(2.0, None, None), quota(2.0, None, None)];
    let mut load: Vec<Job> = [jobs(0, 0, 2), jobs(1_000, 0, 1), jobs(2_000, 0, 1), jobs(3_000, 1, 1)].concat();
    load[2].item.priority = 4;
    let (tally, begun) = run_in_order(&agents(4, 1), &policy("kueue", &quotas), &load, 10 * HOUR);
    assert_eq!((begun, tally.stopped.len()), (vec![0, 1, 2, 3, 4, 2], 1));
    // Within a queue, the urgent take from those that are not.
    let mut load: Vec<Job> = [jobs(0, 0, 4), jobs(1_000, 0, 1)].concat();
    load[4].item.priority = 1;
    let (tally, begun) = run_in_order(&agents(4, 1), &policy("kueue", &quotas), &load, 10 * HOUR);
    assert_eq!((begun, tally.stopped.len()), (vec![0, 1, 2, 3, 4, 3], 1));
}

/// A queue that may not borrow leaves executors idle.
#[test]
fn a_quota_is_a_limit() {
    let quotas = [quota(3.0, Some(0.0), None), quota(5.0, None, None)];
    let (tally, _) = run_in_order(&agents(8, 1), &policy("kueue", &quotas), &jobs(0, 0, 8), 10 * HOUR);
    assert_eq!([0, HOUR, 2 * HOUR].map(|at| started(&tally, 0, at)), [3, 3, 2]);
}

/// A run loses what its attempt did and nothing else: the attempt begins anew.
#[test]
fn runs_go_on_where_an_attempt_was_lost() {
    let planned = planned(
        "hardware cpu { label = \"cpu\" }\ncluster c { agent \"cpu\" { count = 4  label = \"cpu\" } }\n\
         pipeline p { hardware = cpu  stage s { substage a { run = \"a\" } } }",
    );
    let load = "length = \"3h\"\n[takes]\n\"s/a\" = \"1h\"\n\
                [runs.lent]\ndaily = [\"00:00\", \"00:00\", \"00:00\", \"00:00\"]\n[runs.own]\ndaily = [\"00:30\", \"00:30\"]\n\
                [policy.ours]\nis = \"kueue\"\n\
                quotas = { lent = { nominal = { executors = 2 } }, own = { nominal = { executors = 2 } } }\n";
    let load = read_load(load, planned.plan.as_ref().unwrap()).unwrap();
    let policy = load.policy("ours").unwrap();
    let study = Study::new(planned.plan.as_ref().unwrap(), &planned.clusters[0], load).unwrap();
    let week = study.play(&policy, 0, &|_| true).unwrap();
    let figures = study.document(1, vec![vec![week]]).policies.swap_remove(0);
    let of = |source: usize| figures.runs[source].clone();
    let minutes = |seconds: f64| seconds / 60.0;
    // Two of four lose half an hour, and wait for half an hour.
    assert_eq!((figures.stopped, of(0).ended, of(1).ended), (2, 4, 2));
    assert_eq!([of(0).duration.mean, of(0).duration_p99, of(1).duration_p99].map(minutes), [90.0, 120.0, 60.0]);
}
