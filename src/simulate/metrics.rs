//! Figures of many values: means with how sure they are, quantiles.

use schemars::JsonSchema;
use serde::Serialize;

/// A mean and the half-width of its 95 % confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Mean {
    pub mean: f64,
    /// None where there are too few values to tell.
    pub half_width: Option<f64>,
}

/// Batches of consecutive values whose means count as independent.
const BATCHES: usize = 20;
/// The 97.5 % quantiles of Student's distribution, from one degree of freedom.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
    2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// The mean of values in the order in which they arose. Neighbours depend on each other, so batches of them are compared.
pub fn mean(values: &[f64]) -> Mean {
    if values.is_empty() {
        return Mean::default();
    }
    let size = values.len() / BATCHES;
    let half_width = (size >= 10).then(|| {
        // The first values of all go, not the last.
        let batches: Vec<f64> = values[values.len() - size * BATCHES..].chunks_exact(size).map(plain).collect();
        half_width(&batches)
    });
    Mean { mean: plain(values), half_width }
}

/// The mean of values that are independent of each other: a figure of several seeds.
pub fn mean_of_independent(values: &[f64]) -> Mean {
    match values {
        [] => Mean::default(),
        [only] => Mean { mean: *only, half_width: None },
        values => Mean { mean: plain(values), half_width: Some(half_width(values)) },
    }
}

fn plain(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Of two or more independent values.
fn half_width(values: &[f64]) -> f64 {
    let (centre, freedom) = (plain(values), values.len() - 1);
    let variance = values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / freedom as f64;
    let student = STUDENT.get(freedom - 1).copied().unwrap_or(1.96 + 2.4 / freedom as f64);
    student * (variance / values.len() as f64).sqrt()
}

/// Jain's index: 1 where all have the same, 1/n where one of n has it all. 1 where there is nothing to share.
pub fn jain(values: &[f64]) -> f64 {
    let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value));
    if squares > 0.0 { sum * sum / (values.len() as f64 * squares) } else { 1.0 }
}

/// The nearest rank of ascending values, 0 if there are none; `share` is above 0 and at most 1.
pub fn quantile(ascending: &[i64], share: f64) -> i64 {
    let rank = (share * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}
