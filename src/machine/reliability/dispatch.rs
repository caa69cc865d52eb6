//! A dispatch: replicas alike and independent, the first `need` of which to pass decide.

use super::timeline::{Ends, FAILED, SUCCEEDED, Steps, Timeline, UNSTABLE};

/// Terms of sums that a dispatch may take.
const MOST_TERMS: usize = 1_000_000;

/// A dispatch over time, were nothing to cut it short.
#[derive(Clone, Debug)]
pub(super) struct Dispatched {
    /// The probability that it ends so at an instant, ascending.
    pub(super) ends: Vec<(i64, Ends)>,
    /// The probability that all replicas but one have not decided it.
    pub(super) undecided: Steps,
}

/// None if it would take too long.
pub(super) fn dispatched(replica: &Timeline, copies: u32, need: u32) -> Option<Dispatched> {
    let (n, k) = (copies as usize, need as usize);
    if n.saturating_mul(n).saturating_mul(replica.ends.len()) > MOST_TERMS {
        return None;
    }
    let factorials = Factorials::new(n);
    let mut ends = Vec::new();
    let mut undecided = Vec::new();
    // Of one replica: probabilities to have ended so.
    let (mut succeeded, mut passed, mut failed) = (0.0, 0.0, 0.0);
    // Of the dispatch.
    let (mut done_passed, mut done_failed) = (0.0, 0.0);
    for (at, now) in &replica.ends {
        let passes_now = now[SUCCEEDED] + now[UNSTABLE];
        let (before, green) = (succeeded, now[SUCCEEDED] / passes_now);
        succeeded += now[SUCCEEDED];
        passed += passes_now;
        failed += now[FAILED];
        let rest = (1.0 - passed).max(0.0);
        let mut clean = 0.0;
        if passes_now > 0.0 {
            // `a` passed before, `b` pass now, and of those the first `k - a` count.
            for a in 0..k {
                for b in k - a..=n - a {
                    let colour = if k == a { 1.0 } else { green.powi((k - a) as i32) };
                    clean += colour * factorials.term(n, &[(a, before), (b, passes_now), (n - a - b, rest)]);
                }
            }
        }
        let mut open = 0.0;
        for a in 0..k {
            for f in 0..=n - k {
                open += factorials.term(n - 1, &[(a, passed), (f, failed), (n - 1 - a - f, (rest - failed).max(0.0))]);
            }
        }
        let all_passed: f64 = (k..=n).map(|a| factorials.term(n, &[(a, passed), (n - a, rest)])).sum();
        let alive = (1.0 - failed).max(0.0);
        let all_failed: f64 = (n - k + 1..=n).map(|f| factorials.term(n, &[(f, failed), (n - f, alive)])).sum();
        let tainted = (all_passed - done_passed - clean).max(0.0);
        ends.push((*at, [clean, tainted, (all_failed - done_failed).max(0.0)]));
        undecided.push((*at, open));
        (done_passed, done_failed) = (all_passed, all_failed);
    }
    Some(Dispatched { ends, undecided: Steps::new(undecided) })
}

/// The probability that at least `need` of `copies` pass, each with probability `pass`.
pub(super) fn quorum(copies: u32, need: u32, pass: f64) -> f64 {
    let (n, k) = (copies as usize, need as usize);
    let factorials = Factorials::new(n);
    (k..=n).map(|a| factorials.term(n, &[(a, pass), (n - a, 1.0 - pass)])).sum::<f64>().min(1.0)
}

/// Logarithms of factorials from 0 on: the numbers themselves leave the range of a float.
struct Factorials(Vec<f64>);

impl Factorials {
    fn new(most: usize) -> Self {
        let sums = (1..=most).scan(0.0, |sum, n| {
            *sum += (n as f64).ln();
            Some(*sum)
        });
        Self(std::iter::once(0.0).chain(sums).collect())
    }

    /// The probability that of `n` so many come to each part; the parts hold all of them.
    fn term(&self, n: usize, parts: &[(usize, f64)]) -> f64 {
        let mut logarithm = self.0[n];
        for (count, probability) in parts.iter().filter(|(count, _)| *count > 0) {
            if *probability <= 0.0 {
                return 0.0;
            }
            logarithm += *count as f64 * probability.ln() - self.0[*count];
        }
        logarithm.exp()
    }
}
