//! What a path with `*` means in a plan.

use crate::base::glob;
use crate::plan::{Plan, Stage, SubstageRef};

/// What a path matches, in the plan's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Indices into `Plan::stages`: the path has no `/`.
    Stages(Vec<u32>),
    Substages(Vec<SubstageRef>),
}

/// Finds what a path means: the first `/` parts stage from substage, and the name of a family means all its shards. A name is
/// taken as written where the plan has it; else `*` matches anything.
pub fn matching(plan: &Plan, path: &str) -> Matched {
    let (stage, substage) = match path.split_once('/') {
        Some((stage, substage)) => (stage, Some(substage)),
        None => (path, None),
    };
    let stages = as_written_or_glob(|fits| {
        (0..).zip(&plan.stages).filter(|(_, known)| fits(stage, &known.name)).map(|(at, _)| at).collect()
    });
    let Some(substage) = substage else { return Matched::Stages(stages) };
    Matched::Substages(as_written_or_glob(|fits| {
        stages.iter().flat_map(|at| members(*at, &plan.stages[*at as usize], substage, fits)).collect()
    }))
}

/// Whether a pattern means a name.
type Fits = fn(&str, &str) -> bool;

fn as_written_or_glob<T>(find: impl Fn(Fits) -> Vec<T>) -> Vec<T> {
    let found = find(|pattern, name| pattern == name);
    if found.is_empty() { find(glob) } else { found }
}

fn members(at: u32, stage: &Stage, pattern: &str, fits: Fits) -> impl Iterator<Item = SubstageRef> {
    let is_meant = move |at: u32| {
        let known = &stage.substages[at as usize];
        fits(pattern, &known.name) || known.shard.as_ref().is_some_and(|shard| fits(pattern, &shard.family))
    };
    (0..stage.substages.len() as u32)
        .filter(move |substage| is_meant(*substage))
        .map(move |substage| SubstageRef { stage: at, substage })
}
