//! A stage whose substages all start with it: aborts and the stage's deadline cut at instants that are known.

use super::timeline::{FAILED, Steps};
use super::unit::{Cut, Unit};

/// Products that are worked out for one stage.
const MOST_PRODUCTS: usize = 500_000;

/// Whether the cuts of a stage with these aborting substages can be told.
pub(super) fn is_feasible(units: &[Unit], aborting: &[usize]) -> bool {
    let instants: usize = aborting.iter().map(|at| units[*at].instants().len()).sum();
    units.iter().all(Unit::has_times) && instants.saturating_mul(aborting.len() + 1) <= MOST_PRODUCTS
}

/// What is left of each substage that runs; `aborting` are those whose failure cuts all others.
pub(super) fn cuts(units: &[Unit], running: &[bool], aborting: &[usize], deadline: Option<i64>) -> Vec<Cut> {
    let aborting: Vec<usize> = aborting.iter().copied().filter(|at| running[*at]).collect();
    let mut instants: Vec<i64> = aborting.iter().flat_map(|at| units[*at].instants()).map(|(at, _)| *at).collect();
    instants.retain(|at| deadline.is_none_or(|deadline| *at < deadline));
    instants.sort_unstable();
    instants.dedup();
    let survivals: Vec<Vec<f64>> = aborting.iter().map(|at| survival(&units[*at], &instants)).collect();
    let steps = |values: Vec<f64>| {
        let steps = instants.iter().copied().zip(values);
        Steps::new(steps.chain(deadline.map(|deadline| (deadline, 0.0))).collect())
    };
    let all = steps(products(&survivals, instants.len()).pop().unwrap_or_default());
    // Of all others: those before it times those behind it.
    let before = products(&survivals, instants.len());
    let behind = products(&survivals.iter().rev().cloned().collect::<Vec<_>>(), instants.len());
    let others = |index: usize| {
        let behind = &behind[survivals.len() - 1 - index];
        steps(before[index].iter().zip(behind).map(|(before, behind)| before * behind).collect())
    };
    let cut = |at: usize| match aborting.iter().position(|aborting| *aborting == at) {
        Some(index) => units[at].cut(&others(index)),
        None => units[at].cut(&all),
    };
    (0..units.len()).map(|at| if running[at] { cut(at) } else { Cut::default() }).collect()
}

/// The probability at each instant that it has not failed yet.
fn survival(unit: &Unit, instants: &[i64]) -> Vec<f64> {
    let mut ends = unit.instants().iter().peekable();
    let mut left = 1.0;
    let at = |instant: &i64| {
        while let Some((_, ended)) = ends.next_if(|(at, _)| at <= instant) {
            left -= ended[FAILED];
        }
        f64::max(left, 0.0)
    };
    instants.iter().map(at).collect()
}

/// The products of the first none, one, two … of them, instant by instant.
fn products(survivals: &[Vec<f64>], instants: usize) -> Vec<Vec<f64>> {
    let mut products = vec![vec![1.0; instants]];
    for survival in survivals {
        let last = &products[products.len() - 1];
        products.push(last.iter().zip(survival).map(|(product, left)| product * left).collect());
    }
    products
}
