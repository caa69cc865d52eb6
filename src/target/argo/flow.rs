//! The entry template: the stages in sequence, and the verdict.
//!
//! Where no stage runs after a failure and no failure is soft, Argo's own rule is ours: a failed group ends the workflow.
//! Otherwise every stage is let pass, each `when` reads what became of the stages before, and the verdict judges at the end.

use super::expr::{self, StageNode, Truth};
use super::gates::Gates;
use super::leaf::Hosts;
use super::model::{Container, Inputs, OutputParameter, Outputs, Parameter, Step, StepArguments, Template, ValueFrom};
use super::{Context, VERDICT, stage, substage};
use crate::plan::Condition;
use crate::target::yaml::Flow;

/// All templates of the pipeline, the entry first, stage by stage.
#[derive(Debug)]
pub(super) struct Templates {
    pub(super) entry: Template,
    /// The templates of each stage, in order.
    pub(super) stages: Vec<Vec<Template>>,
    pub(super) helpers: Vec<Template>,
}

/// `splits`: every stage is a child, to be in an object of its own.
pub(super) fn templates(cx: &mut Context, splits: bool) -> Templates {
    let gates = Gates::of(cx.plan);
    let mut hosts = Hosts::new();
    let mut nodes: Vec<StageNode> = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut stages = Vec::new();
    let mut conditions: Vec<Truth> = Vec::new();
    for at in 0..cx.plan.stages.len() {
        // A stage without substages is skipped, and nobody can need it.
        if cx.plan.stages[at].substages.is_empty() {
            continue;
        }
        let emitted = stage::emit(cx, &mut hosts, &gates, at, &nodes, splits);
        conditions.push(expr::runs(&cx.plan.stages[at], &nodes));
        nodes.push(emitted.node);
        steps.push(emitted.step);
        stages.push(emitted.templates);
    }
    let mut entry = Template { name: "main".into(), ..Template::default() };
    if is_simple(cx, &nodes) {
        entry.steps = Some(steps.into_iter().map(|step| vec![step]).collect());
    } else {
        for (step, condition) in steps.iter_mut().zip(&conditions) {
            step.continue_on = substage::forgiven();
            step.when = (*condition != Truth::Known(true)).then(|| expr::field(&condition.text()));
        }
        steps.push(verdict(&nodes));
        entry.steps = Some(steps.into_iter().map(|step| vec![step]).collect());
        entry.outputs = Some(outcome(&nodes));
    }
    cx.helpers.needs(&entry);
    let helpers = cx.helpers.templates(&cx.settings.helper_image);
    Templates { entry, stages, helpers }
}

/// Every stage runs unless a failure stopped the pipeline, and there is no other kind of failure.
fn is_simple(cx: &Context, nodes: &[StageNode]) -> bool {
    !nodes.is_empty()
        && nodes.iter().all(|node| !node.has_level())
        && cx.plan.stages.iter().all(|stage| matches!(stage.when, None | Some(Condition::Succeeded)))
}

fn verdict(nodes: &[StageNode]) -> Step {
    let stages: Vec<String> = nodes.iter().map(|stage| format!("{} {{{{steps.{}.status}}}}", stage.step, stage.step)).collect();
    let parameters = vec![
        Flow(Parameter::new("outcome", expr::field(&expr::outcome(nodes)))),
        Flow(Parameter::new("stages", stages.join(", "))),
    ];
    Step { name: VERDICT.into(), template: VERDICT.into(), arguments: Some(StepArguments { parameters }), ..Step::default() }
}

fn outcome(nodes: &[StageNode]) -> Outputs {
    let value_from = ValueFrom::Expression(expr::passed(nodes).into());
    let parameter = OutputParameter { name: "outcome".into(), global_name: Some("outcome"), value_from };
    Outputs { parameters: vec![parameter], artifacts: Vec::new() }
}

pub(super) fn verdict_template(image: &str) -> Template {
    let parameter = |name: &str| Flow(Parameter { name: name.into(), value: None });
    Template {
        name: VERDICT.into(),
        inputs: Some(Inputs { parameters: vec![parameter("outcome"), parameter("stages")], artifacts: Vec::new() }),
        container: Some(Container {
            image: image.into(),
            command: vec!["sh".into(), "-c".into()],
            args: vec![
                "echo \"$0: $1\"; test \"$0\" != failed".into(),
                "{{inputs.parameters.outcome}}".into(),
                "{{inputs.parameters.stages}}".into(),
            ],
            ..Container::default()
        }),
        ..Template::default()
    }
}
