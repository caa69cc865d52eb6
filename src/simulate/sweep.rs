//! The smallest cluster that reaches a goal.

use schemars::JsonSchema;
use serde::Serialize;

use super::goal::Goal;
use super::report::{Document, Figures};
use super::trace::TRACE;
use crate::diag::nearest;
use crate::plan::Cluster;

/// The schema's name and version, first in every serialised document.
const SCHEMA: &str = "o11n/sweep/1";
/// Most machines that are tried.
const MOST: u32 = 50_000;

/// How many machines of an agent there may be, or of a cloud at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub name: String,
    pub from: u32,
    pub to: u32,
}

impl Range {
    /// Reads `gpu=4..64`. The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is no range of machines: write one such as `gpu=4..64`", text.escape_debug());
        let (name, range) = text.split_once('=').ok_or_else(wrong)?;
        let (from, to) = range.split_once("..").ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse().ok().filter(|number| (1..=MOST).contains(number));
        let (from, to) = number(from).zip(number(to)).ok_or_else(wrong)?;
        if to < from {
            return Err(format!("`{}` begins behind its end", text.escape_debug()));
        }
        Ok(Self { name: name.trim().to_owned(), from, to })
    }

    /// The cluster with so many machines. The error says that it has no such agent or cloud.
    pub fn apply(&self, cluster: &Cluster, count: u32) -> Result<Cluster, String> {
        let mut cluster = cluster.clone();
        if let Some(agent) = cluster.agents.iter_mut().find(|agent| agent.name == self.name) {
            agent.count = count;
        } else if let Some(cloud) = cluster.clouds.iter_mut().find(|cloud| cloud.name == self.name) {
            cloud.max = Some(count);
        } else {
            let agents = cluster.agents.iter().map(|agent| agent.name.as_str());
            let names = || agents.clone().chain(cluster.clouds.iter().map(|cloud| cloud.name.as_str()));
            let near = nearest(&self.name, names()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let all: Vec<&str> = names().collect();
            return Err(format!(
                "the cluster `{}` has no agent or cloud `{}`: there are {}{near}",
                cluster.name,
                self.name.escape_debug(),
                all.join(", ")
            ));
        }
        Ok(cluster)
    }
}

/// What was tried, and what of it is the answer. Times are in seconds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sweep {
    /// Always `o11n/sweep/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub cluster: String,
    /// The agent or cloud whose machines were counted.
    pub of: String,
    pub conditions: Vec<ConditionText>,
    /// For how long runs arrive, in how many weeks, from which seed on.
    pub length: f64,
    pub seeds: u64,
    pub seed: u64,
    pub interrupted: bool,
    pub policies: Vec<PolicySweep>,
}

/// One condition of the goal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConditionText {
    pub condition: String,
    /// Whether what it looks at is a time, in seconds.
    pub is_time: bool,
}

/// What one policy needs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PolicySweep {
    pub policy: String,
    /// The smallest number of machines that was found to reach the goal; none: none that was tried does.
    pub smallest: Option<u32>,
    /// Whether more machines were once found to miss what fewer reach, so that an even smaller number may do.
    pub is_uneven: bool,
    /// By number of machines.
    pub tried: Vec<Try>,
}

/// One number of machines.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Try {
    pub machines: u32,
    /// What each condition of the goal looks at; none where nothing like it happened.
    pub values: Vec<Option<f64>>,
    /// Builds that never started or never ended, those that still waited as their run was out of time, where they are more than one in a
    /// thousand, and runs of the pipeline that never ended. With any, the goal is missed: nobody knows how long they would have waited.
    pub unfinished: u64,
    pub cost: f64,
    pub utilization: f64,
    pub reached: bool,
}

impl Try {
    /// What a policy made of so many machines. The error says what the goal names and the figures have not.
    pub fn of(machines: u32, figures: &Figures, goal: &Goal) -> Result<Self, String> {
        let values = goal.values(figures)?;
        // Jobs of a log are builds themselves.
        let runs = figures.runs.iter().filter(|runs| runs.source != TRACE).map(|runs| runs.unended as u64);
        let unfinished = figures.unstarted + figures.unended + goal.hidden(figures) + runs.sum::<u64>();
        let reached = unfinished == 0 && goal.holds(&values);
        Ok(Self { machines, unfinished, cost: figures.cost, utilization: figures.utilization, reached, values })
    }
}

/// Finds the smallest number of machines from `from` to `to` that does, as if more were never worse; then looks at the neighbours whether
/// that is so. Where the most do not, `from` is doubled until some do: a goal may ask for low costs. `attempt` tries one number, and is
/// asked for none twice; its none ends the search.
pub fn search<E>(policy: &str, range: &Range, mut attempt: impl FnMut(u32) -> Result<Option<Try>, E>) -> Result<PolicySweep, E> {
    let mut tried: Vec<Try> = Vec::new();
    let mut reaches = |machines: u32, tried: &mut Vec<Try>| -> Result<Option<bool>, E> {
        if let Some(known) = tried.iter().find(|one| one.machines == machines) {
            return Ok(Some(known.reached));
        }
        let found = attempt(machines)?;
        let reached = found.as_ref().map(|found| found.reached);
        tried.extend(found);
        Ok(reached)
    };
    let (mut low, mut high) = (range.from, range.to);
    let mut is_found = reaches(high, &mut tried)? == Some(true);
    if is_found && reaches(low, &mut tried)? == Some(true) {
        high = low;
    }
    let mut machines = range.from;
    while !is_found && machines < range.to {
        match reaches(machines, &mut tried)? {
            Some(true) => (high, is_found) = (machines, true),
            Some(false) => low = machines,
            None => break,
        }
        machines *= 2;
    }
    // `low` misses it, or is the first; `high` reaches it.
    while is_found && high - low > 1 {
        let middle = low.midpoint(high);
        match reaches(middle, &mut tried)? {
            Some(true) => high = middle,
            Some(false) => low = middle,
            None => is_found = false,
        }
    }
    if is_found {
        // Those below the one that misses it, and the one above.
        for machines in [high.saturating_sub(2), high.saturating_sub(3), high + 1] {
            if (range.from..=range.to).contains(&machines) {
                reaches(machines, &mut tried)?;
            }
        }
    }
    tried.sort_by_key(|one| one.machines);
    let smallest = tried.iter().find(|one| one.reached).map(|one| one.machines);
    let is_uneven = tried.windows(2).any(|pair| pair[0].reached && !pair[1].reached);
    Ok(PolicySweep { policy: policy.to_owned(), smallest, is_uneven, tried })
}

impl Sweep {
    /// What policies need; the document is one of those that were tried.
    pub fn new(document: &Document, range: &Range, goal: &Goal, interrupted: bool, policies: Vec<PolicySweep>) -> Self {
        let Document { pipeline, cluster, length, seeds, seed, .. } = document;
        Self {
            schema: SCHEMA,
            pipeline: pipeline.clone(),
            cluster: cluster.clone(),
            of: range.name.clone(),
            conditions: goal
                .conditions()
                .map(|(condition, is_time)| ConditionText { condition: condition.to_owned(), is_time })
                .collect(),
            length: *length,
            seeds: *seeds,
            seed: *seed,
            interrupted,
            policies,
        }
    }
}
