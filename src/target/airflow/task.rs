//! One substage: the tasks that it becomes.

use super::flow::{DEFAULT_WEIGHT, Order, aborts, copies, weight};
use super::python::{call, dict, list, text, texts, timedelta};
use super::{Context, pod};
use crate::plan::{Body, EnvValue, ExitClass, Hardware, Need, OnError, RetryOn, Script, Substage};
use crate::target::runner::interpreter;

/// The arguments of a call.
pub(super) type Arguments = Vec<(&'static str, String)>;

/// What the runtime itself takes where nothing is said.
const RETRIED: [RetryOn; 3] = [RetryOn::Failed, RetryOn::TimedOut, RetryOn::Lost];

/// The tasks that run the body of a substage, by their names in the stage's group: one, or one for each copy.
pub(super) fn bodies(cx: &Context, stage: usize, index: usize) -> Vec<String> {
    let label = cx.ids.label(stage, index);
    match copies(&cx.plan.stages[stage].substages[index]) {
        Some(copies) => (1..=copies).map(|copy| format!("{label}.{copy}")).collect(),
        None => vec![label.to_owned()],
    }
}

/// The calls that make the tasks of a substage.
pub(super) fn calls(cx: &mut Context, stage: usize, index: usize, order: &Order, indent: usize) -> Vec<String> {
    let substage = &cx.plan.stages[stage].substages[index];
    let label = cx.ids.label(stage, index).to_owned();
    if copies(substage).is_none() {
        let mut arguments = attempt(cx, stage, index, &label, order);
        arguments.extend(outcome(cx, stage, index));
        return vec![call(class(substage), &arguments, indent)];
    }
    let names = bodies(cx, stage, index);
    let need = substage.dispatch.map_or(1, |dispatch| dispatch.need);
    let variable = format!("{}_{}", cx.variable(stage), label.replace('-', "_"));
    let ids = texts(names.iter().map(|name| format!("{}.{name}", cx.ids.groups[stage])));
    let mut arguments = attempt(cx, stage, index, "", order);
    arguments[1].1 = "copy".to_owned();
    arguments.insert(2, ("name", text(&substage.name)));
    arguments.push(("on_error", "None".to_owned()));
    arguments.push(("replica_of", format!("({variable}, {need})")));
    let copy = call(class(substage), &arguments, indent + 4);
    let mut quorum: Arguments = vec![("stage", cx.variable(stage)), ("task_id", text(&label)), ("copies", variable.clone())];
    quorum.push(("need", need.to_string()));
    quorum.extend(outcome(cx, stage, index));
    let pad = " ".repeat(indent + 4);
    let looped = format!("for copy in {}:\n{pad}{copy}", texts(&names));
    vec![format!("{variable} = {ids}"), looped, call("Quorum", &quorum, indent)]
}

/// Whether it runs in a pod.
pub(super) fn is_pod(substage: &Substage) -> bool {
    substage.hardware.as_ref().is_some_and(|mode| mode.k8s.is_some())
}

fn class(substage: &Substage) -> &'static str {
    if is_pod(substage) { "Pod" } else { "Shell" }
}

/// What its outcome means to others.
fn outcome(cx: &Context, stage: usize, index: usize) -> Arguments {
    let substage = &cx.plan.stages[stage].substages[index];
    let mut arguments = Arguments::new();
    let policy = match substage.on_error {
        OnError::Ignore => "ignore",
        OnError::Continue => "continue",
        OnError::Finish => "",
        OnError::Abort => "abort",
    };
    if !policy.is_empty() {
        arguments.push(("on_error", text(policy)));
    }
    if let Some(cache) = &substage.cache {
        arguments.push(("cache", cached(&substage.fingerprint, cache.ttl)));
    }
    arguments
}

/// The memory of a substage's success.
pub(super) fn cached(fingerprint: &str, ttl: Option<crate::base::Duration>) -> String {
    let ttl = ttl.map(|ttl| format!(", ttl={}", super::python::seconds(ttl)));
    format!("Cache({}{})", text(fingerprint), ttl.unwrap_or_default())
}

fn attempt(cx: &mut Context, stage: usize, index: usize, label: &str, order: &Order) -> Arguments {
    let plan = cx.plan;
    let substage = &plan.stages[stage].substages[index];
    let mut arguments: Arguments = vec![("stage", cx.variable(stage)), ("task_id", text(label))];
    if !label.is_empty() && label != substage.name {
        arguments.push(("name", text(&substage.name)));
    }
    if is_pod(substage) {
        pod::body(cx, stage, index, &mut arguments)
    } else {
        body(cx, substage, &mut arguments)
    }
    if let Some(shard) = &substage.shard {
        arguments.push(("shard", format!("({}, {})", shard.index, shard.count)));
    }
    if let Some(cases) = cases(substage) {
        arguments.push(("cases", cx.shared(&cases)));
    }
    let files = if is_pod(substage) { None } else { super::files::of(cx, stage, index) };
    if let Some(files) = files {
        arguments.push(("files", files));
    }
    ends(substage, &mut arguments);
    if let Some(needs) = needs(cx, &substage.needs) {
        arguments.push(("needs", needs));
    }
    let behind = &order.behind[index];
    if !behind.is_empty() {
        arguments.push(("behind", texts(behind.iter().map(|other| cx.ids.task(stage, *other)))));
    }
    if let Some(pool) = &order.pools[index] {
        arguments.push(("pool", text(pool)));
    }
    let weight = weight(substage.priority, if order.pools[index].is_some() { index } else { 0 });
    if weight != DEFAULT_WEIGHT {
        arguments.push(("priority_weight", weight.to_string()));
    }
    arguments
}

/// What an attempt's end means, and when there is another.
fn ends(substage: &Substage, arguments: &mut Arguments) {
    let class = |class: &ExitClass| match class {
        ExitClass::Unstable => text("unstable"),
        ExitClass::Failed => text("failed"),
        ExitClass::Lost => text("lost"),
    };
    if !substage.exit_codes.is_empty() {
        let codes = substage.exit_codes.iter().map(|(code, is)| format!("{code}: {}", class(is)));
        arguments.push(("exit_codes", format!("{{{}}}", codes.collect::<Vec<_>>().join(", "))));
    }
    if let Some(timeout) = substage.timeout {
        arguments.push(("execution_timeout", timedelta(timeout)));
    }
    let retry = &substage.retry;
    if retry.limit == 0 {
        return;
    }
    arguments.push(("retries", retry.limit.to_string()));
    // Airflow's default is five minutes.
    arguments.push(("retry_delay", timedelta(retry.delay)));
    if super::capabilities::grows(retry) {
        arguments.push(("retry_factor", format!("{:?}", retry.factor)));
        if let Some(most) = retry.max_delay {
            arguments.push(("max_retry_delay", timedelta(most)));
        }
    }
    if retry.on.len() != RETRIED.len() || !RETRIED.iter().all(|known| retry.on.contains(known)) {
        let on = retry.on.iter().map(|on| match on {
            RetryOn::Failed => text("failed"),
            RetryOn::TimedOut => text("timed_out"),
            RetryOn::Lost => text("lost"),
            RetryOn::Unstable => text("unstable"),
            RetryOn::Exit(code) => code.to_string(),
        });
        arguments.push(("retry_on", list(on)));
    }
}

/// The tasks that must have passed, and whether a failure that is ignored counts as that.
fn needs(cx: &Context, needs: &[Need]) -> Option<String> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for need in needs {
        for member in need.members.iter() {
            let id = cx.ids.task(member.stage as usize, member.substage as usize);
            let forgives = !need.loads && cx.plan.substage(*member).on_error == OnError::Ignore;
            match all.iter_mut().find(|(known, _)| *known == id) {
                Some((_, known)) => *known &= forgives,
                None => all.push((id, forgives)),
            }
        }
    }
    let python = |is: bool| if is { "True".to_owned() } else { "False".to_owned() };
    (!all.is_empty()).then(|| dict(all.into_iter().map(|(id, forgives)| (id, python(forgives)))))
}

pub(super) fn cases(substage: &Substage) -> Option<String> {
    let test = substage.test.as_ref().filter(|test| !test.cases.is_empty())?;
    Some(test.cases.iter().map(|case| format!("{}\n", case.name)).collect())
}

/// Scripts one after the other, each on lines of its own.
pub(super) fn joined<'a>(scripts: impl Iterator<Item = &'a Script>) -> String {
    let mut all = String::new();
    for script in scripts {
        if !all.is_empty() && !all.ends_with('\n') {
            all.push('\n');
        }
        all.push_str(&script.text());
    }
    all
}

/// A body on the machine of a worker.
fn body(cx: &mut Context, substage: &Substage, arguments: &mut Arguments) {
    match &substage.body {
        Body::Run(run) => arguments.push(("script", cx.shared(&joined(substage.before.iter().chain([run]))))),
        Body::Command(words) => {
            if !substage.before.is_empty() {
                arguments.push(("before", cx.shared(&joined(substage.before.iter()))));
            }
            arguments.push(("command", texts(words)));
        }
    }
    if substage.shell != "bash" {
        arguments.push(("shell", texts(interpreter(&substage.shell))));
    }
    if !substage.after.is_empty() {
        let after: Vec<String> = substage.after.iter().map(|after| cx.shared(&joined([after].into_iter()))).collect();
        arguments.push(("after", list(after)));
    }
    let (mut env, mut secrets) = (Vec::new(), Vec::new());
    for (name, value) in substage.env.iter() {
        match value {
            EnvValue::Text(value) => env.push((name, text(value))),
            EnvValue::Secret(secret) => secrets.push((name, text(secret))),
        }
    }
    if !env.is_empty() {
        arguments.push(("env", dict(env)));
    }
    if !secrets.is_empty() {
        arguments.push(("secrets", dict(secrets)));
    }
    if let Some(label) = substage.hardware.as_deref().map(queue).filter(|queue| !queue.is_empty()) {
        arguments.push(("queue", text(label)));
    }
}

/// The workers that take what a mode runs on.
fn queue(mode: &Hardware) -> &str {
    &mode.label
}

/// Whether something can end a running task of the stage, apart from its own timeout.
pub(super) fn is_watched(cx: &Context, stage: usize) -> bool {
    let planned = &cx.plan.stages[stage];
    let has_deadline = planned.deadline.is_some() || cx.plan.deadline.is_some();
    has_deadline || planned.substages.iter().any(|substage| aborts(planned, substage) || copies(substage).is_some())
}
