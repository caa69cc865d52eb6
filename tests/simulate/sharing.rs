//! Who gets how much: the priority sorter's strategies, and fair queueing.

use o11n::simulate::{Fair, Weighted};

/// The order in which these priorities start, and their weights, if all are there before the first starts.
fn order(mut sorter: Weighted, priorities: &[u8]) -> Vec<(u8, f32)> {
    let mut weighed: Vec<(u8, f32)> = priorities.iter().map(|priority| (*priority, sorter.weigh(*priority))).collect();
    weighed.sort_by(|left, right| left.1.total_cmp(&right.1));
    weighed
}

#[test]
#[expect(clippy::excessive_precision, reason = "as the plugin prints them")]
fn weights_are_those_of_the_plugin() {
    let started = order(Weighted::by_priority(), &[3, 2, 2, 1, 1, 1]);
    let expected: [(u8, f32); 6] =
        [(1, 1.00001001), (2, 1.00002003), (1, 1.00002003), (3, 1.00003004), (1, 1.00003004), (2, 1.00004005)];
    assert_eq!(started, expected);
    let priorities: Vec<u8> = order(Weighted::equal(), &[3, 2, 2, 1, 1, 1]).into_iter().map(|(priority, _)| priority).collect();
    assert_eq!(priorities, [3, 2, 1, 2, 1, 1]);
}

/// Starts of five priorities, all of which always have something waiting.
fn shares(mut sorter: Weighted, starts: usize) -> [usize; 5] {
    let mut waiting = [1, 2, 3, 4, 5].map(|priority| sorter.weigh(priority));
    let mut counts = [0; 5];
    for _ in 0..starts {
        let next = (0..5).min_by(|left, right| waiting[*left].total_cmp(&waiting[*right])).unwrap();
        counts[next] += 1;
        sorter.started(waiting[next]);
        waiting[next] = sorter.weigh(next as u8 + 1);
    }
    counts
}

#[test]
fn starts_are_shared_by_priority() {
    assert_eq!(shares(Weighted::by_priority(), 13_700), [6000, 3000, 1999, 1499, 1202]);
    assert_eq!(shares(Weighted::equal(), 1000), [200; 5]);
}

/// Of two users who both always wait, none gets ahead by more than their longest jobs.
#[test]
fn executor_time_is_shared_by_users() {
    let takes = |user: u32, number: u32| i64::from((number * 7 + user * 3) % if user == 0 { 600 } else { 45 } + 1);
    let (mut fair, mut work, mut count) = (Fair::default(), [0_i64; 2], [0; 2]);
    let mut waiting = [0, 1].map(|user| fair.tag(user, takes(user, 0)));
    for _ in 0..10_000 {
        let next = usize::from(waiting[1] < waiting[0]);
        fair.served(waiting[next]);
        work[next] += takes(next as u32, count[next]);
        count[next] += 1;
        waiting[next] = fair.tag(next as u32, takes(next as u32, count[next]));
        assert!((work[0] - work[1]).abs() <= 600 + 45, "{work:?}");
    }
    assert!(count[1] > 5 * count[0], "{count:?}");
}
