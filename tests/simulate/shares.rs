//! Who gets how much where that changes while they wait: by users, by queues, by what they had.

use crate::packing::{machine, mode};
use crate::stream::{HOUR, Job, agents, job, run_in_order};
use o11n::simulate::{Cluster, Decayed, Policy, Quota, Settings, water_fill, water_fill_between};

pub(crate) fn policy(words: &str, settings: Settings) -> Policy {
    Policy { settings, ..Policy::parse(words).unwrap() }
}

/// A job of an hour at time 0, of a user and its queue.
pub(crate) fn of(user: u32, class: u32) -> Job {
    let mut job = job(0, HOUR);
    (job.item.user, job.item.queue, job.item.class) = (user, user as u16, Some(class));
    job
}

/// The users whose jobs began in the first minute, in order.
pub(crate) fn first(cluster: &Cluster, policy: &Policy, jobs: &[Job]) -> Vec<u32> {
    let (_, begun) = run_in_order(cluster, policy, jobs, 60_000);
    begun.iter().map(|ticket| jobs[*ticket as usize].item.user).collect()
}

/// Nine cores and 18 GB; one user's tasks take a core and 4 GB, the other's three cores and 1 GB.
#[test]
fn dominant_shares_become_equal() {
    let cluster = Cluster {
        kinds: vec![machine(1, 9, 18, 0)],
        classes: vec![mode(&[0], 1, 4, 0), mode(&[0], 3, 1, 0)],
        labels: vec![String::new()],
        ..Cluster::default()
    };
    let jobs: Vec<Job> = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(|user| of(user, user)).into();
    assert_eq!(first(&cluster, &policy("drf+pack", Settings::default()), &jobs), [0, 1, 0, 1, 0]);
    // Who weighs three times as much may have three times the share: its second task comes before the other's.
    let weighted = Settings { weights: vec![1.0, 3.0], ..Settings::default() };
    assert_eq!(first(&cluster, &policy("drf+pack", weighted), &jobs), [0, 1, 1, 0, 0]);
}

#[test]
fn water_fills_by_weight() {
    assert_eq!(water_fill(100.0, &[1.0, 2.0, 3.0], &[10.0, 100.0, 100.0]), [10.0, 36.0, 54.0]);
    assert_eq!(water_fill(100.0, &[1.0, 1.0], &[20.0, 30.0]), [20.0, 30.0]);
    assert_eq!(water_fill(100.0, &[1.0, 1.0, 1.0], &[0.0, 10.0, 500.0]), [0.0, 10.0, 90.0]);
    assert!(water_fill(1.0, &[], &[]).is_empty());
}

#[test]
fn queues_get_what_they_deserve() {
    let jobs: Vec<Job> = [(0, 10), (1, 100), (2, 100)].iter().flat_map(|(user, count)| vec![of(*user, 0); *count]).collect();
    let weighted = Settings { weights: vec![1.0, 2.0, 3.0], ..Settings::default() };
    let began = first(&agents(100, 1), &policy("proportion", weighted), &jobs);
    assert_eq!([0, 1, 2].map(|user| began.iter().filter(|one| **one == user).count()), [10, 36, 54]);
}

#[test]
fn water_fills_between_bounds() {
    let all = [100.0; 3];
    let fill = |least: &[f64; 3], most: &[f64; 3]| water_fill_between(100.0, &[1.0, 2.0, 3.0], least, most);
    // The first gets its thirty, the others share the rest; or it gets no more than ten.
    assert_eq!(fill(&[30.0, 0.0, 0.0], &all), [30.0, 28.0, 42.0]);
    assert_eq!(fill(&[0.0; 3], &[10.0, 100.0, 100.0]), [10.0, 36.0, 54.0]);
    // What is kept for one that asks for nothing, others do not get. What one is short of may leave another short.
    assert_eq!(fill(&[30.0, 0.0, 0.0], &[0.0, 100.0, 100.0]), [30.0, 28.0, 42.0]);
    assert_eq!(fill(&[40.0, 25.0, 0.0], &all), [40.0, 25.0, 35.0]);
    assert_eq!(fill(&[40.0, 0.0, 0.0], &[100.0, 100.0, 20.0]), [40.0, 40.0, 20.0]);
    // More than there is was promised.
    assert_eq!(fill(&[80.0, 80.0, 0.0], &all), [80.0, 80.0, 0.0]);
}

#[test]
fn queues_have_what_is_guaranteed_and_no_more_than_they_may() {
    let executors = |amount: f64| [Some(amount), None, None, None];
    let began = |quota: Quota, counts: [usize; 2]| {
        let jobs: Vec<Job> = [0, 1].iter().zip(counts).flat_map(|(user, count)| vec![of(*user, 0); count]).collect();
        let settings = Settings { quotas: vec![quota, Quota::default()], ..Settings::default() };
        let began = first(&agents(100, 1), &policy("proportion", settings), &jobs);
        [0, 1].map(|user| began.iter().filter(|one| **one == user).count())
    };
    assert_eq!(began(Quota { guarantee: executors(60.0), ..Quota::default() }, [100, 100]), [60, 40]);
    assert_eq!(began(Quota { capability: executors(20.0), ..Quota::default() }, [100, 100]), [20, 80]);
    // Executors stay idle for it.
    assert_eq!(began(Quota { capability: executors(20.0), ..Quota::default() }, [100, 50]), [20, 50]);
}

fn factor(shares: &Decayed, user: u32, now: i64) -> f64 {
    shares.factors(now)[user as usize].1
}

#[test]
fn what_was_long_ago_counts_less() {
    let mut shares = Decayed::new(&Settings { half_life: HOUR, ..Settings::default() });
    shares.know(0, 1.0);
    shares.know(1, 1.0);
    assert_eq!(factor(&shares, 0, 0), 1.0);
    // One has an executor for an hour, then nothing: of what was had, all is its own, twice its share.
    shares.hold(0, 1.0, 0);
    shares.hold(0, -1.0, HOUR);
    assert_eq!((factor(&shares, 0, HOUR), factor(&shares, 1, HOUR)), (0.25, 1.0));
    // The other has one for the next hour. What the first had counts half by then: a third of all is its own.
    shares.hold(1, 1.0, HOUR);
    shares.hold(1, -1.0, 2 * HOUR);
    let factors = [0, 1].map(|user| (factor(&shares, user, 2 * HOUR).log2() * 3.0).round());
    assert_eq!(factors, [-2.0, -4.0]);
    // Of three parts two are its due.
    shares.know(1, 2.0);
    assert_eq!((factor(&shares, 1, 2 * HOUR).log2() * 3.0).round(), -3.0);
}

#[test]
fn who_had_less_comes_first() {
    let began = |settings: Settings| {
        // One user's job runs for an hour; then both wait, that one first.
        let mut jobs = vec![of(0, 0), of(0, 0), of(0, 0), of(1, 0), of(1, 0)];
        jobs.iter_mut().skip(1).zip(1..).for_each(|(job, at)| job.at = at);
        let policy = policy("decayed", settings);
        let (_, begun) = run_in_order(&agents(1, 1), &policy, &jobs, 10 * HOUR);
        begun.iter().map(|ticket| jobs[*ticket as usize].item.user).collect::<Vec<u32>>()
    };
    assert_eq!(began(Settings { half_life: 100 * HOUR, ..Settings::default() }), [0, 1, 0, 1, 0]);
    // Where only waiting counts, who came first is first.
    assert_eq!(began(Settings { share: 0.0, ..Settings::default() }), [0, 0, 0, 1, 1]);
}
