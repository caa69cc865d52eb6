//! Who gets how much: the priority sorter's strategies, and fair queueing.

use o11n::simulate::{Fair, Weighted};

/// The order in which these priorities start, and their weights, if all are there before the first starts.
pub(crate) fn order(mut sorter: Weighted, priorities: &[u8]) -> Vec<(u8, f32)> {
    let mut weighed: Vec<(u8, f32)> = priorities.iter().map(|priority| (*priority, sorter.weigh(*priority))).collect();
    weighed.sort_by(|left, right| left.1.total_cmp(&right.1));
    weighed
}

/// Starts of five priorities, all of which always have something waiting.
pub(crate) fn shares(mut sorter: Weighted, starts: usize) -> [usize; 5] {
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

/// In every stretch of starts, two priorities that always wait start in proportion, but for one start of each.
#[test]
fn starts_never_stray_from_their_share() {
    let mut sorter = Weighted::by_priority();
    let mut waiting = [1, 2, 3, 4, 5].map(|priority| sorter.weigh(priority));
    // Of each pair, by how much one is ahead of the other; in single precision that drifts, so for a few hundred starts only.
    let mut ahead = [[(0_i64, 0_i64); 5]; 5];
    let mut counts = [0_i64; 5];
    for _ in 0..400 {
        let next = (0..5).min_by(|left, right| waiting[*left].total_cmp(&waiting[*right])).unwrap();
        counts[next] += 1;
        sorter.started(waiting[next]);
        waiting[next] = sorter.weigh(next as u8 + 1);
        for (p, row) in ahead.iter_mut().enumerate() {
            for (q, (least, most)) in row.iter_mut().enumerate() {
                let [p, q] = [p, q].map(|at| (at as i64 + 1, counts[at]));
                let by = p.0 * p.1 - q.0 * q.1;
                (*least, *most) = ((*least).min(by), (*most).max(by));
                assert!(*most - *least <= p.0 + q.0, "{counts:?}");
            }
        }
    }
}

/// The most by which one of two users who always wait gets ahead of the other, in halves of a second by weight.
pub(crate) fn ahead(weights: [i64; 2], longest: [i64; 2]) -> i64 {
    // What it costs, doubled to stay whole.
    let cost = |user: usize, number: i64| 2 * ((number * 37 + user as i64 * 3) % longest[user] + 1) / weights[user];
    let (mut fair, mut work, mut count) = (Fair::default(), [0_i64; 2], [0; 2]);
    let mut waiting = [0, 1].map(|user| fair.tag(user as u32, cost(user, 0)));
    let (mut least, mut most) = (0, 0);
    for _ in 0..10_000 {
        let next = usize::from(waiting[1] < waiting[0]);
        fair.served(waiting[next]);
        work[next] += cost(next, count[next]);
        count[next] += 1;
        waiting[next] = fair.tag(next as u32, cost(next, count[next]));
        (least, most) = (least.min(work[0] - work[1]), most.max(work[0] - work[1]));
    }
    most - least
}

/// Of two users who both always wait, none gets ahead by more than their longest jobs, in any stretch of time, by its weight.
#[test]
fn executor_time_is_shared_by_users() {
    for (weights, longest, bound) in [([1, 1], [600, 45], 645), ([1, 2], [600, 600], 900)] {
        let ahead = ahead(weights, longest);
        assert!(ahead <= 2 * bound, "{ahead}");
        assert!(ahead > bound, "{ahead} is too little to say anything");
    }
}

/// What turned out longer than it was thought to be counts as what it was.
#[test]
fn real_costs_replace_predicted_ones() {
    let mut fair = Fair::default();
    assert_eq!((fair.tag(0, 60), fair.tag(1, 60)), (0, 0));
    // One of them takes ten times as long, and then has to wait for the other's next nine.
    fair.correct(0, 540);
    assert_eq!(fair.tag(0, 60), 600);
    assert_eq!([0; 10].map(|_| fair.tag(1, 60)), [60, 120, 180, 240, 300, 360, 420, 480, 540, 600]);
    // What was withdrawn costs nothing.
    fair.correct(0, -60);
    assert_eq!(fair.tag(0, 60), 600);
}
