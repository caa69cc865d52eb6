//! Small random pipelines, as `.o11n` source, each with what becomes of every attempt in it: for tests of whatever runs pipelines,
//! the machine and real engines alike. The same seed gives the same cases.
//!
//! It knows the language but not the compiler, so that nothing the compiler believes can leak into what it is tested with.

mod draw;
mod features;
mod model;
mod outcomes;
mod simpler;
mod source;
mod strategy;

pub use features::Features;
pub use model::{Class, Dispatch, Need, OnError, Planned, Priority, Retry, RetryOn, Settings, Sketch, Stage, Substage, When};
pub use outcomes::{Attempt, End, Outcomes, SubstageOutcomes};
pub use simpler::shrink;
pub use strategy::{AnyCase, any_case};

use std::fmt;

/// A pipeline, and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub sketch: Sketch,
    pub outcomes: Outcomes,
}

/// The cases of a seed. The nth is the same however many are asked for.
pub fn cases(seed: u64, count: usize, features: &Features) -> impl Iterator<Item = Case> {
    (0..count as u64).map(move |index| case(seed, index, features))
}

/// One of the cases of a seed.
pub fn case(seed: u64, index: u64, features: &Features) -> Case {
    let mut rng = rng(seed, index);
    let sketch = Sketch::draw(&mut rng, features);
    let outcomes = Outcomes::draw(&sketch, &mut rng, features);
    Case { sketch, outcomes }
}

impl Sketch {
    /// Further outcomes of the same pipeline.
    pub fn outcomes(&self, seed: u64, count: usize, features: &Features) -> impl Iterator<Item = Outcomes> {
        (0..count as u64).map(move |index| Outcomes::draw(self, &mut rng(seed, index), features))
    }
}

/// A generator for one of many draws. The odd factor keeps neighbours of two seeds apart.
fn rng(seed: u64, index: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed ^ (index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The source, then the outcomes as comments.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.sketch.source(), self.outcomes)
    }
}
