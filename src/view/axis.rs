//! Round times to divide an axis by.

use crate::base::Duration;

/// In seconds; beyond, days doubled.
const STEPS: [i64; 17] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
const DAY: i64 = 86_400;
/// Letters between two labels.
const GAP: usize = 3;

/// The densest round times from 0 to the end whose labels fit beside each other in this many letters.
pub(super) fn ticks(end: Duration, letters: usize) -> Vec<(Duration, String)> {
    let at = |step: i64| {
        (0..=end.0 / step)
            .map(move |tick| Duration(tick * step))
            .map(|at| (at, if at.0 == 0 { "0".to_owned() } else { at.to_string() }))
    };
    let days = (0..40).map(|power| (1_i64 << power).saturating_mul(DAY));
    let mut steps = STEPS.into_iter().chain(days).map(|seconds| seconds.saturating_mul(1_000));
    let step = steps.find(|step| {
        let count = usize::try_from(end.0 / step).unwrap_or(usize::MAX);
        let longest = || at(*step).map(|(_, label)| label.len()).max().unwrap_or(0);
        count <= letters && count * (longest() + GAP) <= letters
    });
    step.map_or_else(Vec::new, |step| at(step).collect())
}
