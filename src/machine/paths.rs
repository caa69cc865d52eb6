//! What a path with `*` means in a plan.

use crate::base::glob;
use crate::plan::{Plan, SubstageRef};

/// What a path matches, in the plan's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Indices into `Plan::stages`: the path has no `/`.
    Stages(Vec<u32>),
    Substages(Vec<SubstageRef>),
}

/// Finds what a path means: the first `/` parts stage from substage, then `*` matches anything, and the name of a family means
/// all its shards.
pub fn matching(plan: &Plan, path: &str) -> Matched {
    let (stage, substage) = match path.split_once('/') {
        Some((stage, substage)) => (stage, Some(substage)),
        None => (path, None),
    };
    let stages = (0..).zip(&plan.stages).filter(|(_, known)| glob(stage, &known.name));
    let Some(substage) = substage else { return Matched::Stages(stages.map(|(at, _)| at).collect()) };
    let mut found = Vec::new();
    for (at, stage) in stages {
        let fits = stage
            .substages
            .iter()
            .map(|known| glob(substage, &known.name) || known.shard.as_ref().is_some_and(|shard| glob(substage, &shard.family)));
        let members = (0..).zip(fits).filter(|(_, fits)| *fits);
        found.extend(members.map(|(substage, _)| SubstageRef { stage: at, substage }));
    }
    Matched::Substages(found)
}
