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
/// The 97.5 % quantile of Student's distribution with one degree of freedom less.
const STUDENT: f64 = 2.093;

/// The mean of values in the order in which they arose. Neighbours depend on each other, so batches of them are compared.
pub fn mean(values: &[f64]) -> Mean {
    if values.is_empty() {
        return Mean::default();
    }
    let plain = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mean = plain(values);
    let size = values.len() / BATCHES;
    let half_width = (size >= 10).then(|| {
        // The first values of all go, not the last.
        let batches: Vec<f64> = values[values.len() - size * BATCHES..].chunks_exact(size).map(plain).collect();
        let centre = plain(&batches);
        let variance = batches.iter().map(|batch| (batch - centre).powi(2)).sum::<f64>() / (BATCHES - 1) as f64;
        STUDENT * (variance / BATCHES as f64).sqrt()
    });
    Mean { mean, half_width }
}

/// The nearest rank of ascending values, 0 if there are none; `share` is above 0 and at most 1.
pub fn quantile(ascending: &[i64], share: f64) -> i64 {
    let rank = (share * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}
