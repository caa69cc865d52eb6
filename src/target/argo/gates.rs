//! Needs on substages of earlier stages: what a stage must tell of its substages, and who asks.

use super::expr;
use crate::plan::{OnError, Plan};
use crate::target::names::{Names, word};

/// One question about substages of a stage: did all of them pass?
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The stage's output.
    pub(super) output: String,
    /// The input of the stages that ask.
    pub(super) input: String,
    /// Indices of the substages.
    pub(super) members: Vec<usize>,
    /// A failure that `ignore` acted on passes too.
    pub(super) accepts_ignored: bool,
}

/// All questions of a plan.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// What each stage is asked.
    pub(super) asked: Vec<Vec<Question>>,
    /// Whether a stage is asked by one that may run after it stopped the pipeline: then its answers must outlive that.
    pub(super) is_observed: Vec<bool>,
    /// For each substage of each stage: the questions it waits for, as (stage, question).
    waits: Vec<Vec<Vec<(usize, usize)>>>,
    /// For each substage of each stage: the substages of its own stage it waits for, and whether their ignored failures pass.
    inner: Vec<Vec<Vec<(usize, bool)>>>,
}

impl Gates {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut gates = Self {
            asked: plan.stages.iter().map(|_| Vec::new()).collect(),
            is_observed: vec![false; plan.stages.len()],
            ..Self::default()
        };
        let mut names: Vec<Names> = plan.stages.iter().map(|_| Names::default()).collect();
        for (at, stage) in plan.stages.iter().enumerate() {
            let (mut waits, mut inner) = (Vec::new(), Vec::new());
            for substage in &stage.substages {
                let (mut outer_waits, mut inner_waits) = (Vec::new(), Vec::new());
                for need in substage.needs.iter().filter(|need| !need.members.is_empty()) {
                    // The members of a need are one substage or the shards of one, so they are in one stage.
                    let from = need.members[0].stage as usize;
                    let members: Vec<usize> = need.members.iter().map(|member| member.substage as usize).collect();
                    let accepts_ignored = !need.loads
                        && members.iter().all(|member| plan.stages[from].substages[*member].on_error == OnError::Ignore);
                    if from == at {
                        inner_waits.extend(members.into_iter().map(|member| (member, accepts_ignored)));
                        continue;
                    }
                    if expr::may_run_after_a_stop(stage) {
                        gates.is_observed[from] = true;
                    }
                    let target = need.path.split_once('/').map_or(need.path.as_str(), |(_, target)| target);
                    let question = gates.ask(from, members, accepts_ignored, || {
                        let target = names[from].unique_word(&word(target));
                        (format!("passed_{target}"), format!("{}_{target}", word(&plan.stages[from].name)))
                    });
                    outer_waits.push((from, question));
                }
                outer_waits.dedup();
                waits.push(outer_waits);
                inner.push(inner_waits);
            }
            gates.waits.push(waits);
            gates.inner.push(inner);
        }
        gates.name_inputs_apart();
        gates
    }

    fn ask(
        &mut self,
        stage: usize,
        members: Vec<usize>,
        accepts_ignored: bool,
        name: impl FnOnce() -> (String, String),
    ) -> usize {
        let known = self.asked[stage]
            .iter()
            .position(|question| question.members == members && question.accepts_ignored == accepts_ignored);
        known.unwrap_or_else(|| {
            let (output, input) = name();
            self.asked[stage].push(Question { output, input, members, accepts_ignored });
            self.asked[stage].len() - 1
        })
    }

    /// `a_b` of stage `c` and `b` of stage `c_a` would be one input.
    fn name_inputs_apart(&mut self) {
        let mut names = Names::default();
        for question in self.asked.iter_mut().flatten() {
            question.input = names.unique_word(&format!("needs_{}", question.input));
        }
    }

    /// The questions that substages of the stage wait for, each once: the stage asked, and the question.
    pub(super) fn asks(&self, stage: usize) -> Vec<(usize, &Question)> {
        let mut all: Vec<(usize, usize)> = self.waits[stage].iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|(from, question)| (from, &self.asked[from][question])).collect()
    }

    /// The questions that one substage waits for.
    pub(super) fn waits(&self, stage: usize, substage: usize) -> impl Iterator<Item = &Question> {
        self.waits[stage][substage].iter().map(|(from, question)| &self.asked[*from][*question])
    }

    /// The substages of its own stage that one waits for, and whether their ignored failures pass.
    pub(super) fn inner(&self, stage: usize, substage: usize) -> &[(usize, bool)] {
        &self.inner[stage][substage]
    }

    /// Whether substages of the stage wait for each other.
    pub(super) fn has_inner(&self, stage: usize) -> bool {
        self.inner[stage].iter().any(|waits| !waits.is_empty())
    }
}
