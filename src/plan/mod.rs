//! From a pipeline and its parameters to the plan: evaluation, expansion, fingerprints.

mod model;

pub use model::*;
