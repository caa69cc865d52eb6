//! A stage as templates: a group of steps in order of priority, or a dag where substages wait for each other; in the workflow
//! itself, or in a child where its running substages may have to be killed.

use ecow::{EcoString, eco_format};

use super::child::{self, Deadline, Ends, Handed};
use super::expr::{self, StageNode};
use super::gates::{Gates, Question};
use super::leaf::{Hosts, VERDICT_INPUT, declared};
use super::model::{Dag, Inputs, OutputParameter, Outputs, Parameter, Step, StepArguments, Template, ValueFrom};
use super::substage::{self, Placed};
use super::{ABORT, Context, END, FAIL};
use crate::plan::{OnError, Stage};
use crate::target::names::mangle;
use crate::target::runner::seconds;
use crate::target::wants_verdict;
use crate::target::yaml::Flow;

/// A stage, emitted.
#[derive(Debug)]
pub(super) struct Emitted {
    pub(super) node: StageNode,
    /// Its step in the workflow, without condition.
    pub(super) step: Step,
    pub(super) templates: Vec<Template>,
}

/// A year: no deadline of its own.
const FOREVER: i64 = 31_536_000;

/// What the parts of one stage need to know of it.
struct Scene<'a> {
    stage: &'a Stage,
    gates: &'a Gates,
    at: usize,
    is_child: bool,
    is_observed: bool,
    has_deadline: bool,
    /// Substages in the order in which they start.
    order: Vec<usize>,
    /// The step or task of each substage.
    names: Vec<EcoString>,
    placed: Vec<Placed>,
}

/// Whether the stage runs as a Workflow of its own.
fn is_child(cx: &Context, stage: &Stage) -> bool {
    stage.deadline.is_some()
        || cx.plan.deadline.is_some()
        || stage.substages.iter().any(|substage| substage::aborts(stage, substage))
        || hands_verdict_to_a_dispatch(stage)
}

/// A dispatch is a child, and reads the verdict from its parent's parameters: so the parent must have it as one.
pub(super) fn hands_verdict_to_a_dispatch(stage: &Stage) -> bool {
    stage.substages.iter().any(|substage| substage::is_dispatched(substage) && wants_verdict(stage, substage))
}

pub(super) fn emit(cx: &mut Context, hosts: &mut Hosts, gates: &Gates, at: usize, before: &[StageNode], split: bool) -> Emitted {
    let plan = cx.plan;
    let stage = &plan.stages[at];
    let step_name = mangle(&stage.name);
    let template = cx.names.unique(&step_name);
    let is_dag = gates.has_inner(at);
    let is_child = split || is_child(cx, stage);
    let (placed, substages) = substage::place(cx, hosts, stage, substage::Surroundings { is_dag, is_child });
    let mut order: Vec<usize> = (0..stage.substages.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(stage.substages[*index].priority));
    let mut names: Vec<EcoString> = stage.substages.iter().map(|substage| mangle(&substage.name).into()).collect();
    if is_dag {
        // Tasks start in alphabetical order.
        let width = order.len().to_string().len();
        for (position, index) in order.iter().enumerate() {
            names[*index] = eco_format!("t{:0width$}-{}", position + 1, names[*index]);
        }
    }
    let has_deadline = stage.deadline.is_some() || plan.deadline.is_some();
    let scene = Scene { stage, gates, at, is_child, is_observed: gates.is_observed[at], has_deadline, order, names, placed };
    let mut inner = if is_dag { scene.dag(cx, template.clone()) } else { scene.steps(template.clone()) };
    let node = scene.node(&step_name);
    let asks = gates.asks(at);
    let mut inputs: Vec<EcoString> = asks.iter().map(|(_, question)| question.input.as_str().into()).collect();
    let wants_verdict = stage.substages.iter().any(|substage| wants_verdict(stage, substage));
    if wants_verdict {
        inputs.push(VERDICT_INPUT.into());
    }

    let mut templates = Vec::with_capacity(substages.len() + 3);
    let mut step = Step { name: step_name.as_str().into(), template: template.as_str().into(), ..Step::default() };
    if is_child {
        cx.gates.extend(inputs.iter().map(ToString::to_string));
        let [create, stop] = ["stage", "stop"].map(|part| cx.names.unique(&format!("{step_name}-{part}")));
        let suffix = cx.stage_suffix(stage);
        let ends = if scene.is_observed { Ends::Whatever } else { Ends::Alike };
        let deadline = deadline(cx, stage);
        let stops: Vec<&str> = scene.placed.iter().filter_map(|placed| placed.stop.as_deref()).collect();
        let end = (!stops.is_empty()).then(|| child::end(cx.names.unique(&format!("{step_name}-end")), &stops));
        let wanted = child::Wanted {
            name: create.clone(),
            suffix: &suffix,
            stage: &step_name,
            entrypoint: &template,
            on_exit: end.as_ref().map(|end| end.name.clone()),
            ends,
            deadline,
            handed: Handed { scope: "inputs", names: &inputs },
        };
        let mut waiting = child::create(cx, wanted);
        waiting.inputs = input_parameters(&inputs);
        waiting.outputs = scene.outputs_of_child();
        waiting.active_deadline_seconds = patience(cx, stage).filter(|_| is_dag);
        step.template = create.into();
        step.hooks = Some(child::stop_hook(&step_name, &stop));
        templates.push(waiting);
        templates.push(child::stop(stop, &suffix));
        templates.extend(end);
    } else {
        inner.inputs = input_parameters(&inputs);
    }
    let arguments = asks.iter().map(|(from, question)| {
        let asked = expr::node("steps", &mangle(&plan.stages[*from].name));
        let answer = expr::field(&format!("{} ?? 'false'", expr::output(&asked, &question.output)));
        Flow(Parameter::new(question.input.clone(), answer))
    });
    let verdict = wants_verdict.then(|| Flow(Parameter::new(VERDICT_INPUT, expr::field(&expr::outcome(before)))));
    let arguments: Vec<Flow<Parameter>> = arguments.chain(verdict).collect();
    step.arguments = (!arguments.is_empty()).then_some(StepArguments { parameters: arguments });
    cx.helpers.needs(&inner);
    templates.push(inner);
    templates.extend(substages);
    Emitted { node, step, templates }
}

fn input_parameters(names: &[EcoString]) -> Option<Inputs> {
    (!names.is_empty()).then(|| Inputs { parameters: declared(names), artifacts: Vec::new() })
}

/// When the stage's child ends by itself.
fn deadline(cx: &Context, stage: &Stage) -> Option<Deadline> {
    let own = stage.deadline.map(seconds);
    let Some(whole) = cx.plan.deadline.map(seconds) else {
        return own.map(Deadline::Seconds);
    };
    let left = format!("int(workflow.creationTimestamp.s) + {whole} - int(now().Unix())");
    let least = own.map_or_else(|| left.clone(), |own| format!("min({own}, {left})"));
    Some(Deadline::Computed(if expr::may_run_after_a_stop(stage) {
        // A stage that runs after the pipeline's deadline has no further one but its own.
        format!("{left} > 0 ? {least} : {}", own.unwrap_or(FOREVER))
    } else {
        format!("max(1, {least})")
    }))
}

/// How long a dag with a cached dispatch is waited for, in seconds. At a deadline, Argo fails a template with `memoize` and never looks at
/// its steps again, and a dag that has them below it waits for them until it is stopped.
fn patience(cx: &Context, stage: &Stage) -> Option<i64> {
    /// For what ends orderly.
    const GRACE: i64 = 60;
    let can_hang = stage.substages.iter().any(|substage| substage::is_dispatched(substage) && substage.cache.is_some());
    let deadline = stage.deadline.into_iter().chain(cx.plan.deadline).min().map(seconds)?;
    can_hang.then_some(deadline.saturating_add(GRACE))
}

/// Continues, whatever becomes of it.
fn is_forgiven(on_error: OnError) -> bool {
    matches!(on_error, OnError::Continue | OnError::Ignore)
}

impl Scene<'_> {
    fn node(&self, step: &str) -> StageNode {
        StageNode {
            name: self.stage.name.to_string(),
            step: step.to_owned(),
            node: expr::node("steps", step),
            may_fail_softly: self.may_fail_softly(),
            may_be_unstable: self.may_be_unstable(),
            is_observed: self.is_observed,
            is_default: self.stage.when.is_none(),
        }
    }

    fn may_fail_softly(&self) -> bool {
        self.stage.substages.iter().any(|substage| substage.on_error == OnError::Continue)
    }

    fn may_be_unstable(&self) -> bool {
        self.placed.iter().any(|placed| placed.has_outcome)
    }

    /// The stage never fails inside the workflow itself; a child may, as its waiting step tells.
    fn hides_failures(&self) -> bool {
        self.is_observed && !self.is_child
    }

    /// A deadline must not be hidden by substages whose failures are forgiven.
    fn must_see_deadline(&self) -> bool {
        self.has_deadline && self.stage.substages.iter().any(|substage| is_forgiven(substage.on_error))
    }

    fn step(&self, index: usize) -> Step {
        let placed = &self.placed[index];
        Step {
            name: self.names[index].clone(),
            template: placed.template.clone(),
            arguments: placed.arguments.clone(),
            ..Step::default()
        }
    }

    /// What must hold of other substages before this one may run.
    fn gate(&self, index: usize) -> Option<String> {
        let scope = if self.is_child { "workflow" } else { "inputs" };
        let outer = self.gates.waits(self.at, index).map(|question| format!("{scope}.parameters.{} == 'true'", question.input));
        let inner = self
            .gates
            .inner(self.at, index)
            .iter()
            .map(|(member, accepts_ignored)| passed(&expr::node("tasks", &self.names[*member]), *accepts_ignored));
        let all: Vec<String> = outer.chain(inner).collect();
        (!all.is_empty()).then(|| expr::field(&all.join(" && ")))
    }

    fn steps(&self, name: String) -> Template {
        let group = self.order.iter().map(|&index| {
            let mut step = self.step(index);
            step.when = self.gate(index);
            if is_forgiven(self.stage.substages[index].on_error) || self.hides_failures() {
                step.continue_on = substage::forgiven();
            }
            if self.placed[index].aborts {
                step.hooks = substage::abort_hook("steps", &self.names[index]);
            }
            step
        });
        let mut groups = vec![group.collect()];
        if self.must_see_deadline() {
            groups.push(vec![Step { name: "o11n-end".into(), template: END.into(), ..Step::default() }]);
        }
        Template {
            name,
            parallelism: self.stage.slots(),
            steps: Some(groups),
            outputs: self.outputs("steps"),
            ..Template::default()
        }
    }

    /// Every task is followed by another but the last, which alone decides how the dag ends.
    fn dag(&self, cx: &mut Context, name: String) -> Template {
        let done = |index: usize| {
            let task = &self.names[index];
            format!("({task}.Succeeded || {task}.Failed || {task}.Errored || {task}.Skipped || {task}.Omitted)")
        };
        let mut is_last = vec![true; self.names.len()];
        let mut tasks: Vec<Step> = Vec::with_capacity(self.names.len() + 1);
        for &index in &self.order {
            let mut task = self.step(index);
            let mut waits: Vec<usize> = self.gates.inner(self.at, index).iter().map(|(member, _)| *member).collect();
            waits.sort_unstable();
            waits.dedup();
            waits.iter().for_each(|member| is_last[*member] = false);
            task.depends = (!waits.is_empty()).then(|| waits.iter().map(|member| done(*member)).collect::<Vec<_>>().join(" && "));
            task.when = self.gate(index);
            tasks.push(task);
        }
        let stops = self.order.iter().filter(|index| !is_forgiven(self.stage.substages[**index].on_error));
        let stops: Vec<String> = stops.map(|index| expr::node("tasks", &self.names[*index])).collect();
        let stopped = match expr::any_bad(stops.iter().map(String::as_str)) {
            Some(bad) if !self.hides_failures() => expr::field(&format!("{bad} ? 'true' : 'false'")),
            _ => "false".to_owned(),
        };
        let gather = self.gather(cx);
        let last: Vec<String> = self.order.iter().filter(|index| is_last[**index]).map(|index| done(*index)).collect();
        tasks.push(Step {
            name: "z-gather".into(),
            template: gather.into(),
            arguments: Some(StepArguments { parameters: vec![Flow(Parameter::new("stopped", stopped))] }),
            depends: Some(last.join(" && ")),
            ..Step::default()
        });
        Template {
            name,
            parallelism: self.stage.slots(),
            dag: Some(Dag { fail_fast: false, tasks }),
            outputs: self.outputs("tasks"),
            ..Template::default()
        }
    }

    /// The name of the template of a dag's last task: it fails when told to, without a pod otherwise.
    fn gather(&self, cx: &mut Context) -> String {
        cx.helpers.gather(self.must_see_deadline())
    }

    fn outputs(&self, scope: &str) -> Option<Outputs> {
        let mut parameters = Vec::new();
        if self.may_fail_softly() || self.may_be_unstable() || self.hides_failures() {
            parameters.push(parameter("level", ValueFrom::Expression(self.level(scope).into())));
        }
        if !self.is_child {
            for question in &self.gates.asked[self.at] {
                parameters.push(parameter(&question.output, ValueFrom::Expression(self.answer(scope, question).into())));
            }
        }
        (!parameters.is_empty()).then_some(Outputs { parameters, artifacts: Vec::new() })
    }

    /// `stopped`, `failing`, `unstable` or `succeeded`, the first that fits.
    fn level(&self, scope: &str) -> String {
        let nodes = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
            self.order.iter().filter(|index| wanted(**index)).map(|index| expr::node(scope, &self.names[*index])).collect()
        };
        let mut level = String::new();
        if self.hides_failures() {
            let stopping = nodes(&|index| !is_forgiven(self.stage.substages[index].on_error));
            if let Some(bad) = expr::any_bad(stopping.iter().map(String::as_str)) {
                level.push_str(&format!("{bad} ? 'stopped' : "));
            }
        }
        let continuing = nodes(&|index| self.stage.substages[index].on_error == OnError::Continue);
        if let Some(bad) = expr::any_bad(continuing.iter().map(String::as_str)) {
            level.push_str(&format!("{bad} ? 'failing' : "));
        }
        let outcomes: Vec<String> =
            nodes(&|index| self.placed[index].has_outcome).iter().map(|node| expr::output(node, "outcome")).collect();
        match outcomes.as_slice() {
            [] => {}
            [outcome] => level.push_str(&format!("{outcome} == 'unstable' ? 'unstable' : ")),
            all => level.push_str(&format!("any([{}], # == 'unstable') ? 'unstable' : ", all.join(", "))),
        }
        level + "'succeeded'"
    }

    fn answer(&self, scope: &str, question: &Question) -> String {
        let members: Vec<String> = question.members.iter().map(|member| expr::node(scope, &self.names[*member])).collect();
        let all = match members.as_slice() {
            [member] => passed(member, question.accepts_ignored),
            all => {
                let statuses: Vec<String> = all.iter().map(|member| format!("{member}.status")).collect();
                let test = if question.accepts_ignored { "in ['Succeeded', 'Failed', 'Error']" } else { "== 'Succeeded'" };
                format!("all([{}], # {test})", statuses.join(", "))
            }
        };
        format!("{all} ? 'true' : 'false'")
    }

    /// What the step that waits for the child reads from it.
    fn outputs_of_child(&self) -> Option<Outputs> {
        let mut parameters = Vec::new();
        let tells_level = self.may_fail_softly() || self.may_be_unstable();
        if tells_level || self.is_observed {
            let level = if tells_level { child::output_of("level") } else { r#""succeeded""#.to_owned() };
            let level = if self.is_observed {
                format!(r#"if .status.phase == "Succeeded" then ({level}) else "stopped" end"#)
            } else {
                level
            };
            parameters.push(parameter("level", ValueFrom::JqFilter(level.into())));
        }
        for question in &self.gates.asked[self.at] {
            parameters.push(parameter(&question.output, ValueFrom::JqFilter(self.answer_of_child(question).into())));
        }
        (!parameters.is_empty()).then_some(Outputs { parameters, artifacts: Vec::new() })
    }

    fn answer_of_child(&self, question: &Question) -> String {
        let prefix = if self.gates.has_inner(self.at) { "." } else { "[0]." };
        let names: Vec<String> =
            question.members.iter().map(|member| format!(r#"$n + "{prefix}{}""#, self.names[*member])).collect();
        let mut given = String::new();
        let mut passed = r#".phase == "Succeeded""#.to_owned();
        if question.accepts_ignored {
            // What an abort or the deadline ended was not ignored. Argo's message does not tell: it soon is that of the killed pod.
            // A pod that was evicted has no time.
            let finished = "(if .finishedAt then .finishedAt | fromdate else 0 end)";
            let mut by_itself = r#"(.phase | IN("Failed", "Error"))"#.to_owned();
            if self.stage.substages.iter().any(|substage| substage::aborts(self.stage, substage)) {
                given.push_str(&format!(
                    r#"([.status.nodes[] | select(.templateName == "{ABORT}") | .startedAt | fromdate] | min // infinite) as $stop | "#
                ));
                by_itself.push_str(&format!(" and {finished} <= $stop"));
            }
            if self.has_deadline {
                // A pod is given what is left in whole seconds, so it may end a little early.
                given.push_str("((.status.startedAt | fromdate) + .spec.activeDeadlineSeconds) as $end | ");
                by_itself
                    .push_str(&format!(r#" and {finished} + (if .message // "" | test("deadline") then 2 else 0 end) < $end"#));
            }
            passed.push_str(&format!(" or {by_itself}"));
        }
        format!(
            r#"{given}.metadata.name as $n | [.status.nodes[] | select(.name | IN({})) | {passed}] | if length == {} and all then "true" else "false" end"#,
            names.join(", "),
            names.len()
        )
    }
}

fn parameter(name: &str, value_from: ValueFrom) -> OutputParameter {
    OutputParameter { name: name.to_owned(), global_name: None, value_from }
}

fn passed(node: &str, accepts_ignored: bool) -> String {
    if accepts_ignored {
        format!("{node}.status in ['Succeeded', 'Failed', 'Error']")
    } else {
        format!("{node}.status == 'Succeeded'")
    }
}

/// The last task of a dag: fails where it is told to.
pub(super) fn gather_template(name: String, sees_deadline: bool) -> Template {
    let failed = Step {
        name: "failed".into(),
        template: FAIL.into(),
        when: Some(expr::field("inputs.parameters.stopped == 'true'")),
        ..Step::default()
    };
    let end = Step { name: "end".into(), template: END.into(), ..Step::default() };
    let steps = if sees_deadline { vec![vec![end], vec![failed]] } else { vec![vec![failed]] };
    Template { name, inputs: input_parameters(&["stopped".into()]), steps: Some(steps), ..Template::default() }
}
