//! What a change is worth: the same weeks without it and with it, run by run.

use std::collections::HashMap;

use super::super::metrics::{Mean, mean, mean_of_independent, quantile};
use super::super::study::Week;
use super::Worth;

/// A change below this part of a run's time is none.
const LEAST: f64 = 0.01;

/// One week without and with a change, by the runs that ended in both. Times are in seconds.
struct Pair {
    duration: f64,
    p95: f64,
    longer: f64,
    p95_longer: f64,
    /// By run, in the order in which they arrive.
    each: Vec<f64>,
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

fn pair(base: &Week, with: &Week) -> Pair {
    let runs = |week: &Week| week.paths().map(|paths| paths.runs.clone()).unwrap_or_default();
    let known: HashMap<u64, i64> = runs(base).into_iter().collect();
    let mut both: Vec<(u64, i64, i64)> =
        runs(with).into_iter().filter_map(|(number, took)| Some((number, *known.get(&number)?, took))).collect();
    both.sort_unstable();
    let p95 = |mut all: Vec<i64>| {
        all.sort_unstable();
        seconds(quantile(&all, 0.95))
    };
    let [before, after] =
        [p95(both.iter().map(|(_, took, _)| *took).collect()), p95(both.iter().map(|(.., took)| *took).collect())];
    let average = |sum: i64| seconds(sum) / both.len().max(1) as f64;
    Pair {
        duration: average(both.iter().map(|(.., took)| took).sum()),
        p95: after,
        longer: average(both.iter().map(|(_, before, after)| after - before).sum()),
        p95_longer: after - before,
        each: both.iter().map(|(_, before, after)| seconds(after - before)).collect(),
    }
}

/// What it is worth to have weeks with changes instead of those without; both are those of the same seeds.
pub fn worth(base: &[Week], with: &[Week]) -> Worth {
    let pairs: Vec<Pair> = base.iter().zip(with).map(|(base, with)| pair(base, with)).collect();
    let over = |figure: fn(&Pair) -> f64| mean_of_independent(&pairs.iter().map(figure).collect::<Vec<f64>>());
    let duration_change = match pairs.as_slice() {
        // Of one week, its runs say how sure it is.
        [only] => Mean { mean: only.longer, ..mean(&only.each) },
        _ => over(|pair| pair.longer),
    };
    let costs: Vec<f64> = base.iter().zip(with).map(|(base, with)| with.figures().cost - base.figures().cost).collect();
    let unended =
        |weeks: &[Week]| -> u64 { weeks.iter().flat_map(|week| &week.figures().runs).map(|runs| runs.unended as u64).sum() };
    let duration = over(|pair| pair.duration).mean;
    let (never, never_before) = (unended(with), unended(base));
    let Mean { mean: longer, half_width } = duration_change;
    let is_sure = half_width.is_none_or(|half_width| longer + half_width < 0.0);
    Worth {
        duration,
        duration_p95: over(|pair| pair.p95).mean,
        duration_change,
        duration_p95_change: over(|pair| pair.p95_longer),
        cost_change: mean_of_independent(&costs),
        unended: never,
        recommended: is_sure && never <= never_before && -longer >= LEAST * (duration - longer),
    }
}
