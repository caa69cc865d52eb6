//! Substages as templates: substages of one shape share theirs, and some stand in a wrapper.
//!
//! A wrapper is a `steps` template around one substage, without a pod of its own. It is there where exit codes have a meaning, and
//! where a slot or a lock must be kept through back-off and abort, which a retried node alone does not.

use std::collections::HashMap;
use std::hash::BuildHasher;

use ecow::{EcoString, eco_format};
use foldhash::fast::FixedState;

use super::child;
use super::expr::{self, BAD};
use super::leaf::{self, Hosts, Leaf, Shape, VERDICT_INPUT, declared};
use super::model::{
    ContinueOn, Hook, Hooks, Inputs, Memoize, Named, OutputParameter, Outputs, Parameter, Step, StepArguments, Synchronization,
    Template, ValueFrom,
};
use super::retry::{is_retried, quoted};
use super::{ABORT, Context, FAIL};
use crate::plan::{ExitClass, OnError, Stage, Substage};
use crate::target::names::{Names, mangle, shorten};
use crate::target::wants_verdict;
use crate::target::yaml::Flow;

/// A substage's place in its stage.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) template: EcoString,
    pub(super) arguments: Option<StepArguments>,
    /// It has an output `outcome`, which may be `unstable`.
    pub(super) has_outcome: bool,
    /// Its failure stops the stage's siblings by a hook of its step.
    pub(super) aborts: bool,
    /// The template that stops its child, where it is a Workflow of its own.
    pub(super) stop: Option<String>,
}

/// What stands around a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Frame {
    is_wrapped: bool,
    /// Exit codes that make it unstable.
    unstable: Vec<u8>,
    /// Its failure kills its siblings.
    aborts: bool,
    locks: Vec<String>,
}

/// Substages that are the same but for the values of some parameters.
struct Group<'a> {
    members: Vec<(usize, &'a Substage)>,
    /// The first member's.
    leaf: Leaf,
    /// What fills the slots, for each member.
    values: Vec<Vec<EcoString>>,
}

/// What the substages of a stage stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// A dag, whose tasks have no hooks.
    pub(super) is_dag: bool,
    /// A Workflow of the stage's own.
    pub(super) is_child: bool,
}

/// Places all substages of a stage; `Placed` are in the order of declaration.
pub(super) fn place(cx: &mut Context, hosts: &mut Hosts, stage: &Stage, around: Surroundings) -> (Vec<Placed>, Vec<Template>) {
    let mut groups: Vec<(Frame, Group)> = Vec::new();
    // By the hash of frame and shape: a shape is large, and most are met again.
    let mut known: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
    for (index, substage) in stage.substages.iter().enumerate() {
        let frame = frame(stage, substage, around.is_dag);
        let mut leaf = leaf::leaf(cx, hosts, stage, substage, around.is_child);
        if !frame.is_wrapped && !is_dispatched(substage) {
            leaf.shape.locks.clone_from(&frame.locks);
        }
        let values = std::mem::take(&mut leaf.values);
        if is_dispatched(substage) {
            groups.push((frame, Group { members: vec![(index, substage)], leaf, values: vec![values] }));
            continue;
        }
        let alike = known.entry(known.hasher().hash_one((&frame, &leaf.shape))).or_default();
        let same = |at: &&usize| groups[**at].0 == frame && groups[**at].1.leaf.shape == leaf.shape;
        match alike.iter().find(same) {
            Some(&at) => {
                let group = &mut groups[at].1;
                group.members.push((index, substage));
                group.values.push(values);
            }
            None => {
                alike.push(groups.len());
                groups.push((frame, Group { members: vec![(index, substage)], leaf, values: vec![values] }));
            }
        }
    }
    let mut placed: Vec<Option<Placed>> = stage.substages.iter().map(|_| None).collect();
    let mut templates = Vec::new();
    for (frame, group) in groups {
        let (_, first) = group.members[0];
        if is_dispatched(first) {
            let scene = (stage, around);
            let place = dispatched(cx, scene, first, frame, group.leaf.shape, &group.values[0], &mut templates);
            placed[group.members[0].0] = Some(place);
        } else {
            for (index, place) in framed(cx, stage, &frame, &group, &mut templates) {
                placed[index] = Some(place);
            }
        }
    }
    (placed.into_iter().map(|place| place.expect("each substage is in a group")).collect(), templates)
}

/// One copy is no dispatch.
pub(super) fn is_dispatched(substage: &Substage) -> bool {
    substage.dispatch.is_some_and(|dispatch| dispatch.copies > 1)
}

/// Its failure must kill somebody.
pub(super) fn aborts(stage: &Stage, substage: &Substage) -> bool {
    substage.on_error == OnError::Abort && stage.substages.len() > 1
}

pub(super) fn unstable_codes(substage: &Substage) -> Vec<u8> {
    substage.exit_codes.iter().filter(|(_, class)| *class == ExitClass::Unstable).map(|(code, _)| *code).collect()
}

fn frame(stage: &Stage, substage: &Substage, in_dag: bool) -> Frame {
    let unstable = unstable_codes(substage);
    let aborts = aborts(stage, substage);
    let is_retried = is_retried(substage);
    let locks: Vec<String> = substage.lock.iter().map(|name| lock_name(name)).collect();
    let is_wrapped = !unstable.is_empty()
        || stage.slots().is_some() && (is_retried || aborts)
        || !locks.is_empty() && is_retried
        || in_dag && aborts;
    Frame { is_wrapped, unstable, aborts, locks }
}

/// A lock's name in plain letters; two different locks stay different.
fn lock_name(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && name.len() <= 63;
    if is_plain {
        name.to_owned()
    } else {
        format!("{}-{}", mangle(name), &crate::target::names::hex_digest(name.as_bytes())[..6])
    }
}

pub(super) fn mutexes(locks: &[String]) -> Option<Synchronization> {
    let mutexes: Vec<Named> = locks.iter().map(|name| Named { name: name.clone() }).collect();
    (!mutexes.is_empty()).then_some(Synchronization { mutexes })
}

/// The template of a group, its wrapper if it has one, and the arguments of each member.
fn framed(cx: &mut Context, stage: &Stage, frame: &Frame, group: &Group, templates: &mut Vec<Template>) -> Vec<(usize, Placed)> {
    let (outer, label) = (mangle(&stage.name), label(group));
    let base = EcoString::from(cx.names.unique(&base_name(&outer, if label == outer { "each" } else { &label })));
    let mut parameters = parameters(group);
    if group.leaf.takes_verdict {
        let value = EcoString::from(format!("{{{{inputs.parameters.{VERDICT_INPUT}}}}}"));
        let values = vec![value; group.members.len()];
        parameters.push(Varying { name: VERDICT_INPUT.into(), slots: Vec::new(), values });
    }
    let declared_names: Vec<EcoString> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let fill = |slot: usize| match parameters.iter().find(|parameter| parameter.slots.contains(&slot)) {
        Some(parameter) => eco_format!("{{{{inputs.parameters.{}}}}}", parameter.name),
        None => group.values[0][slot].clone(),
    };
    let name = if frame.is_wrapped { cx.names.unique(&format!("{base}-run")) } else { base.to_string() };
    let leaf = group.leaf.shape.template(name.clone(), &declared_names, &fill, &cx.settings.artifact_store);
    if frame.is_wrapped {
        let mut wrapper = wrapper(base.to_string(), &name, frame, pass_on(&declared_names));
        let inputs = declared(&declared_names);
        wrapper.inputs = (!inputs.is_empty()).then(|| Inputs { parameters: inputs, artifacts: Vec::new() });
        cx.helpers.needs(&wrapper);
        templates.push(wrapper);
    }
    templates.push(leaf);
    let place = |(member, (index, _)): (usize, &(usize, &Substage))| {
        let arguments =
            parameters.iter().map(|parameter| Flow(Parameter::new(parameter.name.clone(), parameter.values[member].clone())));
        let arguments: Vec<Flow<Parameter>> = arguments.collect();
        let placed = Placed {
            template: base.clone(),
            arguments: (!arguments.is_empty()).then_some(StepArguments { parameters: arguments }),
            has_outcome: !frame.unstable.is_empty(),
            aborts: frame.aborts && !frame.is_wrapped,
            stop: None,
        };
        (*index, placed)
    };
    group.members.iter().enumerate().map(place).collect()
}

/// The name of a substage's template. Argo takes 128 characters, and we add to it.
fn base_name(stage: &str, substage: &str) -> String {
    shorten(&format!("{stage}-{substage}"), 100)
}

fn pass_on(names: &[EcoString]) -> Option<StepArguments> {
    let parameters: Vec<Flow<Parameter>> =
        names.iter().map(|name| Flow(Parameter::new(name.clone(), eco_format!("{{{{inputs.parameters.{name}}}}}")))).collect();
    (!parameters.is_empty()).then_some(StepArguments { parameters })
}

/// What the members of a group have in common: the longest beginning of their names.
fn label(group: &Group) -> String {
    let first = mangle(&group.members[0].1.name);
    if group.members.len() == 1 {
        return first;
    }
    if let Some(shard) = &group.members[0].1.shard
        && group.members.iter().all(|(_, member)| member.shard.as_ref().is_some_and(|other| other.family == shard.family))
    {
        return mangle(&shard.family);
    }
    let mut shared = first.len();
    for (_, member) in &group.members[1..] {
        let name = mangle(&member.name);
        shared = first.bytes().zip(name.bytes()).take(shared).take_while(|(a, b)| a == b).count();
    }
    match first[..shared].trim_end_matches(|c: char| c == '-' || c.is_ascii_digit()) {
        "" => "each".to_owned(),
        label => label.to_owned(),
    }
}

/// A parameter of a shared template: the slots that it fills, and its value for each member.
struct Varying {
    name: EcoString,
    slots: Vec<usize>,
    values: Vec<EcoString>,
}

/// Slots whose values differ between the members; those that differ in the same way are one parameter.
fn parameters(group: &Group) -> Vec<Varying> {
    let mut varying: Vec<Varying> = Vec::new();
    if group.members.len() < 2 {
        return varying;
    }
    let mut known: HashMap<Vec<EcoString>, usize> = HashMap::new();
    let mut names = Names::default();
    names.unique(VERDICT_INPUT);
    for (slot, name) in group.leaf.slots.iter().enumerate() {
        if group.values.iter().all(|values| values[slot] == group.values[0][slot]) {
            continue;
        }
        let values: Vec<EcoString> = group.values.iter().map(|values| values[slot].clone()).collect();
        if let Some(&at) = known.get(&values) {
            varying[at].slots.push(slot);
            continue;
        }
        known.insert(values.clone(), varying.len());
        let wanted = mangle(name.strip_prefix("O11N_").unwrap_or(name));
        varying.push(Varying { name: names.unique(&wanted).into(), slots: vec![slot], values });
    }
    varying
}

/// When the step `run` neither passed nor was unstable.
fn failed_condition(unstable: &[u8]) -> String {
    let code = "(steps.run.exitCode ?? '')";
    let listed = match unstable {
        [code_] => format!("{code} != '{code_}'"),
        codes => format!("!({code} in [{}])", quoted(codes)),
    };
    expr::field(&format!("steps.run.status != 'Succeeded' && {listed}"))
}

pub(super) fn forgiven() -> Option<Flow<ContinueOn>> {
    Some(Flow(ContinueOn { failed: true, error: true }))
}

/// The hook that stops the Workflow that the step is in, once the step has failed.
pub(super) fn abort_hook(scope: &str, step: &str) -> Option<Hooks> {
    let exit = Hook { template: ABORT.into(), expression: format!("{}.status {BAD}", expr::node(scope, step)) };
    Some(Hooks { exit: Some(exit), decided: None })
}

fn wrapper(name: String, inner: &str, frame: &Frame, arguments: Option<StepArguments>) -> Template {
    let mut run = Step { name: "run".into(), template: inner.into(), arguments, ..Step::default() };
    let mut template = Template { name, synchronization: mutexes(&frame.locks), ..Template::default() };
    if frame.unstable.is_empty() {
        run.hooks = frame.aborts.then(|| abort_hook("steps", "run")).flatten();
        template.steps = Some(vec![vec![run]]);
        return template;
    }
    run.continue_on = forgiven();
    template.steps = Some(vec![vec![run], failing(frame.aborts, &failed_condition(&frame.unstable))]);
    let outcome = "steps.run.status == 'Succeeded' ? 'succeeded' : 'unstable'".to_owned();
    template.outputs = Some(outcome_output(ValueFrom::Expression(outcome.into())));
    template
}

/// The group of a wrapper that fails, and aborts at the same time: one after the other would let a waiting sibling run.
fn failing(aborts: bool, when: &str) -> Vec<Step> {
    let step = |name: &str, template: &str| Step {
        name: name.into(),
        template: template.into(),
        when: Some(when.to_owned()),
        ..Step::default()
    };
    let mut steps = vec![step("failed", FAIL)];
    if aborts {
        steps.push(step("abort", ABORT));
    }
    steps
}

fn outcome_output(value_from: ValueFrom) -> Outputs {
    let parameter = OutputParameter { name: "outcome".into(), global_name: None, value_from };
    Outputs { parameters: vec![parameter], artifacts: Vec::new() }
}

/// A dispatch: a Workflow of its own with a step for each copy, stopped by a hook as soon as its outcome is decided.
fn dispatched(
    cx: &mut Context,
    (stage, around): (&Stage, Surroundings),
    substage: &Substage,
    frame: Frame,
    mut shape: Shape,
    values: &[EcoString],
    templates: &mut Vec<Template>,
) -> Placed {
    let dispatch = substage.dispatch.expect("only dispatched substages come here");
    let base = cx.names.unique(&base_name(&mangle(&stage.name), &mangle(&substage.name)));
    let memoize = shape.take_memoize(values);
    let [create, stop, replicas, replica] =
        ["dispatch", "stop", "replicas", "replica"].map(|part| cx.names.unique(&format!("{base}-{part}")));
    let is_unstable = !frame.unstable.is_empty();

    let mut run = Step { name: "replicas".into(), template: create.as_str().into(), ..Step::default() };
    run.hooks = Some(child::stop_hook("replicas", &stop));
    // The pod that waits may be lost, and then tells no outcome.
    run.continue_on = forgiven();
    let lost = expr::field("steps.replicas.status != 'Succeeded' || steps.replicas.outputs?.parameters?.outcome == 'failed'");
    let whole = Template {
        name: base.clone(),
        synchronization: mutexes(&frame.locks),
        memoize,
        steps: Some(vec![vec![run], failing(frame.aborts, &lost)]),
        outputs: is_unstable.then(|| outcome_output(ValueFrom::Expression("steps.replicas.outputs.parameters.outcome".into()))),
        ..Template::default()
    };
    cx.helpers.needs(&whole);
    templates.push(whole);

    let suffix = cx.dispatch_suffix(stage, substage, around.is_child);
    // Only in a stage that is a child: its own parameter is handed on.
    let handed_on = if wants_verdict(stage, substage) { vec![VERDICT_INPUT.into()] } else { Vec::new() };
    let handed_on = child::Handed { scope: "workflow", names: &handed_on };
    let wanted = child::Wanted {
        name: create,
        suffix: &suffix,
        stage: &mangle(&stage.name),
        entrypoint: &replicas,
        on_exit: None,
        ends: child::Ends::Whatever,
        deadline: None,
        handed: handed_on,
    };
    let mut waiting = child::create(cx, wanted);
    waiting.outputs = Some(outcome_output(ValueFrom::JqFilter(child::quorum(dispatch.need, is_unstable).into())));
    templates.push(waiting);
    templates.push(child::stop(stop.clone(), &suffix));
    templates.push(copies(cx, replicas, &replica, dispatch.copies, dispatch.need));

    let fill = |slot: usize| values[slot].clone();
    if is_unstable {
        let inner = cx.names.unique(&format!("{replica}-run"));
        let frame = Frame { is_wrapped: true, unstable: frame.unstable, aborts: false, locks: Vec::new() };
        let wrapper = wrapper(replica, &inner, &frame, None);
        cx.helpers.needs(&wrapper);
        templates.push(wrapper);
        templates.push(shape.template(inner, &[], &fill, &cx.settings.artifact_store));
    } else {
        templates.push(shape.template(replica, &[], &fill, &cx.settings.artifact_store));
    }
    Placed { template: base.into(), arguments: None, has_outcome: is_unstable, aborts: false, stop: Some(stop) }
}

/// One step for each copy. The last one's hook sees them all, and ends the rest once the outcome is decided.
fn copies(cx: &mut Context, name: String, replica: &str, copies: u32, need: u32) -> Template {
    let step = |number: u32| Step { name: eco_format!("r{number}"), template: replica.into(), ..Step::default() };
    let mut steps: Vec<Step> = (1..=copies).map(step).collect();
    let statuses: Vec<String> = (1..=copies).map(|number| format!("steps.r{number}.status")).collect();
    let expression = format!(
        "let s = [{}]; any(s, # in ['Pending', 'Running']) && (count(s, # == 'Succeeded') >= {need} || count(s, # {BAD}) > {})",
        statuses.join(", "),
        copies - need
    );
    if let Some(last) = steps.last_mut() {
        last.hooks = Some(Hooks { exit: None, decided: Some(Hook { template: ABORT.into(), expression }) });
    }
    let template = Template { name, steps: Some(vec![steps]), ..Template::default() };
    cx.helpers.needs(&template);
    template
}

impl Shape {
    /// Takes the cache entry out: of a dispatch, the whole is remembered.
    fn take_memoize(&mut self, values: &[EcoString]) -> Option<Memoize> {
        let template = self.template(String::new(), &[], &|slot| values[slot].clone(), "");
        self.forget();
        template.memoize
    }
}
