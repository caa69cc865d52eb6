//! Queues with quotas that lend, borrow and take back.

use crate::pipeline::planned;
use crate::stream::{HOUR, Job, agents, job, run_in_order, with_cloud};
use o11n::simulate::{Class, Cluster, Cohort, Kind, Policy, Quota, Settings, Study, Tally, read_load};

/// Quotas of executors: of its own, what it may borrow, what it lends.
pub(crate) fn quota(nominal: f64, borrow: Option<f64>, lend: Option<f64>) -> Quota {
    let of = |amount: Option<f64>| [amount, None, None, None];
    Quota { nominal: of(Some(nominal)), borrow: of(borrow), lend: of(lend), ..Quota::default() }
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

/// The same quota in one of these cohorts.
fn in_cohort(parent: usize, quota: Quota) -> Quota {
    Quota { parent: Some(parent), ..quota }
}

/// A company of two teams. One has queues of four and two executors, and lends at most three of its six; the other one queue of six, and
/// borrows at most two.
fn teams() -> Cohort {
    let quotas =
        [in_cohort(1, quota(4.0, None, None)), in_cohort(1, quota(2.0, None, None)), in_cohort(2, quota(6.0, None, None))];
    let cohorts = vec![
        (Quota::default(), 1.0),
        (in_cohort(0, quota(0.0, None, Some(3.0))), 1.0),
        (in_cohort(0, quota(0.0, Some(2.0), None)), 1.0),
    ];
    Cohort::new(&Settings { quotas: quotas.into(), cohorts, ..Settings::default() }, &agents(12, 1))
}

/// What each of the three queues may take: of nothing in use, with five of the first, and with seven of the last beside that.
pub(crate) fn left_in_teams() -> [[f64; 3]; 3] {
    let mut cohort = teams();
    [(0, 0.0), (0, 5.0), (2, 7.0)].map(|(queue, executors)| {
        holds(&mut cohort, queue, executors);
        [0, 1, 2].map(|queue| cohort.available(queue, EXECUTORS))
    })
}

#[test]
fn cohorts_lend_and_borrow_as_queues_do() {
    assert_eq!(left_in_teams(), [[12.0, 12.0, 8.0], [7.0, 7.0, 7.0], [0.0, 0.0, 0.0]]);
    let mut cohort = teams();
    holds(&mut cohort, 0, 5.0);
    holds(&mut cohort, 2, 7.0);
    let shares =
        [0, 1, 2].map(|queue| cohort.shares(queue, [0.0; 4]).iter().map(|share| share.round() as i64).collect::<Vec<_>>());
    // The first has borrowed one of twelve, of its own team; the other team one of nine, and its queue one of the eight that it could have.
    assert_eq!(shares, [[0, 83], [0, 0], [111, 125]]);
}

/// What those of a team have is theirs before anybody else's.
#[test]
fn a_team_takes_what_its_queues_lend_each_other() {
    let quotas = |of: [(usize, f64); 3]| of.map(|(team, nominal)| in_cohort(team, quota(nominal, None, None)));
    let cohorts = || vec![(Quota::default(), 1.0), (in_cohort(0, Quota::default()), 1.0), (in_cohort(0, Quota::default()), 1.0)];
    let play = |of: [(usize, f64); 3], load: &[Job]| {
        let executors = of.iter().map(|(_, nominal)| *nominal as u32).sum();
        let [tree, flat] = [cohorts(), vec![(Quota::default(), 1.0)]].map(|cohorts| {
            let of = if cohorts.len() == 1 { of.map(|(_, nominal)| (0, nominal)) } else { of };
            let settings = Settings { quotas: quotas(of).into(), cohorts, ..Settings::default() };
            run_in_order(&agents(executors, 1), &Policy { settings, ..Policy::parse("kueue").unwrap() }, load, 10 * HOUR).0
        });
        [tree, flat]
    };
    // The second queue of the second team asks for nothing, so its two are the first's: its team has borrowed nothing with them.
    let load = [jobs(0, 0, 8), jobs(0, 1, 8)].concat();
    let started = play([(1, 4.0), (2, 2.0), (2, 2.0)], &load).map(|tally| [0, 1].map(|queue| started(&tally, queue, 0)));
    assert_eq!(started, [[4, 4], [5, 3]]);
    // The other team has borrowed two that a team leaves over, which one of its queues then wants beside its own four.
    let load = [jobs(0, 0, 4), jobs(0, 1, 2), jobs(0, 2, 6), jobs(HOUR / 2, 0, 2)].concat();
    let stopped = play([(1, 4.0), (1, 4.0), (2, 4.0)], &load).map(|tally| tally.stopped.len());
    assert_eq!(stopped, [2, 1]);
    // Cohorts that are of none lend each other nothing.
    let apart = vec![(Quota::default(), 1.0), (Quota::default(), 1.0)];
    let settings = Settings {
        quotas: vec![in_cohort(0, quota(1.0, None, None)), in_cohort(1, quota(7.0, None, None))],
        cohorts: apart,
        ..Settings::default()
    };
    let (tally, _) =
        run_in_order(&agents(8, 1), &Policy { settings, ..Policy::parse("kueue").unwrap() }, &jobs(0, 0, 3), 10 * HOUR);
    assert_eq!(self::started(&tally, 0, 0), 1);
}

#[test]
fn a_load_says_which_cohorts_there_are() {
    let planned = planned("pipeline p { stage s { substage x { run = \"x\" } } }");
    let read = |cohorts: &str| {
        let load = format!(
            "length = \"1d\"\nruns.a.per_hour = 1\nruns.b.per_hour = 1\n[policy.ours]\nis = \"kueue\"\n\
             quotas.a = {{ cohort = \"team\", nominal = {{ executors = 4 }} }}\n{cohorts}"
        );
        let load = read_load(&load, planned.plan.as_ref().unwrap()).map_err(|problems| problems[0].message.to_string())?;
        Ok::<Settings, String>(load.policy("ours").unwrap().settings)
    };
    let found =
        read("cohorts.team = { parent = \"company\", weight = 2, nominal = { gpu = 3 }, lend = { executors = 1 } }\n").unwrap();
    let team = Quota {
        nominal: [None, None, None, Some(3.0)],
        lend: [Some(1.0), None, None, None],
        parent: Some(1),
        ..Quota::default()
    };
    assert_eq!(found.cohorts, [(team, 2.0), (Quota::default(), 1.0)]);
    assert_eq!(found.quotas, [in_cohort(0, quota(4.0, None, None)), Quota::default()]);
    for (cohorts, expected) in [
        ("cohorts.team.parent = \"team\"\n", "the cohort `team` has itself or more than 3 others above it"),
        ("cohorts = { team.parent = \"b\", b.parent = \"c\", c.parent = \"team\" }\n", "has itself or more than 3"),
        (
            "cohorts = { team.parent = \"b\", b.parent = \"c\", c.parent = \"d\", d.parent = \"e\" }\n",
            "the cohort `team` has itself or more than 3 others above it",
        ),
        ("cohorts.team.weight = 0\n", "the weight of `team` is a number above 0"),
    ] {
        let why = read(cohorts).unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
    assert!(read("cohorts = { team.parent = \"b\", b.parent = \"c\", c.parent = \"d\" }\n").is_ok());
}
