//! Expressions in Argo's language, over the nodes of one template.

use crate::plan::{Condition, Stage};

/// Not `Succeeded`, `Skipped` or still on its way.
pub(super) const BAD: &str = "in ['Failed', 'Error']";

/// A node of the template that the expression stands in: `steps.build`, `tasks['t1-unit']`.
pub(super) fn node(scope: &str, name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('-');
    if is_word { format!("{scope}.{name}") } else { format!("{scope}['{name}']") }
}

/// Whether one of the nodes failed. `None` if there are none.
pub(super) fn any_bad<'a>(nodes: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let statuses: Vec<String> = nodes.into_iter().map(|node| format!("{node}.status")).collect();
    match statuses.as_slice() {
        [] => None,
        [status] => Some(format!("{status} {BAD}")),
        all => Some(format!("any([{}], # {BAD})", all.join(", "))),
    }
}

/// The output of a node, nil where it has none: what failed or was skipped has no outputs.
pub(super) fn output(node: &str, parameter: &str) -> String {
    format!("{node}.outputs?.parameters?.{parameter}")
}

/// An expression as the value of a field that is otherwise text.
pub(super) fn field(expression: &str) -> String {
    format!("{{{{= {expression} }}}}")
}

/// What a stage's node tells of it, to the conditions of later stages.
#[derive(Clone, Debug)]
pub(super) struct StageNode {
    pub(super) name: String,
    /// Its step.
    pub(super) step: String,
    /// `steps.build`
    pub(super) node: String,
    /// It may have an output `level` of `failing`.
    pub(super) may_fail_softly: bool,
    /// It may have an output `level` of `unstable`.
    pub(super) may_be_unstable: bool,
    /// It never fails, so that its outputs are there whatever happened: a `level` of `stopped` stands for failing.
    pub(super) is_observed: bool,
    /// It has no `when`: it ran unless the pipeline was stopped.
    pub(super) is_default: bool,
}

impl StageNode {
    pub(super) fn has_level(&self) -> bool {
        self.may_fail_softly || self.may_be_unstable || self.is_observed
    }

    fn level(&self) -> String {
        output(&self.node, "level")
    }

    /// It set *stopped*.
    fn stopped(&self) -> String {
        let status = format!("{}.status {BAD}", self.node);
        if self.is_observed { format!("({status} || {} == 'stopped')", self.level()) } else { status }
    }

    fn failed(&self) -> String {
        let status = format!("{}.status {BAD}", self.node);
        match (self.is_observed, self.may_fail_softly) {
            (true, _) => format!("({status} || {} in ['stopped', 'failing'])", self.level()),
            (false, true) => format!("({status} || {} == 'failing')", self.level()),
            (false, false) => status,
        }
    }

    fn succeeded(&self) -> String {
        let status = format!("{}.status == 'Succeeded'", self.node);
        match (self.is_observed, self.may_fail_softly) {
            (true, _) => format!("({status} && !({} in ['stopped', 'failing']))", self.level()),
            (false, true) => format!("({status} && {} != 'failing')", self.level()),
            (false, false) => status,
        }
    }
}

/// An expression that may be known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Known(bool),
    /// Binds as tightly as a call or a comparison.
    Tight(String),
    /// Joined by `&&` or `||`.
    Loose(String),
}

impl Truth {
    fn tight(&self) -> String {
        match self {
            Self::Known(value) => value.to_string(),
            Self::Tight(text) => text.clone(),
            Self::Loose(text) => format!("({text})"),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Known(value) => value.to_string(),
            Self::Tight(text) | Self::Loose(text) => text.clone(),
        }
    }

    fn not(&self) -> Self {
        match self {
            Self::Known(value) => Self::Known(!value),
            Self::Tight(text) | Self::Loose(text) => Self::Tight(format!("!({text})")),
        }
    }

    fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Known(false), _) | (_, Self::Known(false)) => Self::Known(false),
            (Self::Known(true), known) | (known, Self::Known(true)) => known.clone(),
            _ => Self::Loose(format!("{} && {}", self.tight(), other.tight())),
        }
    }

    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Known(true), _) | (_, Self::Known(true)) => Self::Known(true),
            (Self::Known(false), known) | (known, Self::Known(false)) => known.clone(),
            _ => Self::Loose(format!("{} || {}", self.tight(), other.tight())),
        }
    }
}

/// Whether the pipeline is failing after these stages.
pub(super) fn failing(before: &[StageNode]) -> Truth {
    let statuses = any_bad(before.iter().map(|stage| stage.node.as_str()));
    let softly: Vec<String> =
        before.iter().filter(|stage| stage.may_fail_softly && !stage.is_observed).map(StageNode::level).collect();
    let observed: Vec<String> = before.iter().filter(|stage| stage.is_observed).map(StageNode::level).collect();
    let mut truth = statuses.map_or(Truth::Known(false), Truth::Tight);
    if !softly.is_empty() {
        truth = truth.or(&Truth::Tight(format!("'failing' in [{}]", softly.join(", "))));
    }
    if !observed.is_empty() {
        truth = truth.or(&Truth::Tight(format!("any([{}], # in ['stopped', 'failing'])", observed.join(", "))));
    }
    truth
}

/// Whether one of the stages was unstable.
fn unstable(stages: &[StageNode]) -> Truth {
    let levels: Vec<String> = stages.iter().filter(|stage| stage.may_be_unstable).map(StageNode::level).collect();
    if levels.is_empty() { Truth::Known(false) } else { Truth::Tight(format!("'unstable' in [{}]", levels.join(", "))) }
}

/// The outcome of the pipeline after these stages.
pub(super) fn outcome(stages: &[StageNode]) -> String {
    match failing(stages) {
        Truth::Known(_) => "'succeeded'".to_owned(),
        failing => format!("{} ? 'failed' : {}", failing.text(), passed(stages)),
    }
}

/// The outcome of a pipeline that is not failing after these stages.
pub(super) fn passed(stages: &[StageNode]) -> String {
    match unstable(stages) {
        Truth::Known(_) => "'succeeded'".to_owned(),
        unstable => format!("{} ? 'unstable' : 'succeeded'", unstable.text()),
    }
}

/// Whether the stage runs, over the stages before it.
pub(super) fn runs(stage: &Stage, before: &[StageNode]) -> Truth {
    match &stage.when {
        None => not_stopped(before),
        Some(condition) => holds(condition, before),
    }
}

/// A stage without `when` succeeds only if nothing stopped the pipeline before it, so the nearest one speaks for all before it.
fn not_stopped(before: &[StageNode]) -> Truth {
    let from = before.iter().rposition(|stage| stage.is_default);
    let mut truth = Truth::Known(true);
    let rest = from.map_or(before, |at| {
        let speaks = &before[at];
        let succeeded = format!("{}.status == 'Succeeded'", speaks.node);
        truth = Truth::Tight(succeeded);
        if speaks.is_observed {
            truth = truth.and(&Truth::Tight(format!("{} != 'stopped'", speaks.level())));
        }
        &before[at + 1..]
    });
    let (observed, plain): (Vec<&StageNode>, Vec<&StageNode>) = rest.iter().partition(|stage| stage.is_observed);
    if let Some(bad) = any_bad(plain.iter().map(|stage| stage.node.as_str())) {
        truth = truth.and(&Truth::Tight(bad).not());
    }
    for stage in observed {
        truth = truth.and(&Truth::Tight(stage.stopped()).not());
    }
    truth
}

fn holds(condition: &Condition, before: &[StageNode]) -> Truth {
    // A stage that is not in the plan, or has nothing to run, is skipped: neither failed nor succeeded.
    let stage = |name: &str| before.iter().find(|stage| stage.name == name);
    match condition {
        Condition::Always => Truth::Known(true),
        Condition::Succeeded => failing(before).not(),
        Condition::Failed => failing(before),
        Condition::StageSucceeded(name) => stage(name).map_or(Truth::Known(false), |stage| Truth::Tight(stage.succeeded())),
        Condition::StageFailed(name) => stage(name).map_or(Truth::Known(false), |stage| Truth::Tight(stage.failed())),
        Condition::Not(inner) => holds(inner, before).not(),
        Condition::And(left, right) => holds(left, before).and(&holds(right, before)),
        Condition::Or(left, right) => holds(left, before).or(&holds(right, before)),
    }
}

/// Whether the stage may run although the pipeline was stopped.
pub(super) fn may_run_after_a_stop(stage: &Stage) -> bool {
    fn may(condition: &Condition) -> bool {
        match condition {
            Condition::Succeeded => false,
            Condition::And(left, right) => may(left) && may(right),
            Condition::Or(left, right) => may(left) || may(right),
            Condition::Always
            | Condition::Failed
            | Condition::StageSucceeded(_)
            | Condition::StageFailed(_)
            | Condition::Not(_) => true,
        }
    }
    stage.when.as_ref().is_some_and(may)
}
