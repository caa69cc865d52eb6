//! Plain Jobs, without a driver: one stage whose substages know nothing of each other.

use serde_json::{Value, json};

use super::body::{self, Program, Told};
use super::store::Store;
use super::{Context, LONGEST_NAME, start};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Dispatch, ExitClass, OnError, RetryOn, Stage, Substage};
use crate::target::capability::origin;
use crate::target::names::Names;

/// What the number of a copy adds to the name of its Job in that of its pod's host.
const COPY: usize = 7;

/// Reports what plain Jobs cannot keep.
pub(super) fn check(cx: &mut Context) {
    let plan = cx.plan;
    let mut stages = plan.stages.iter().filter(|stage| !stage.substages.is_empty());
    let first = stages.next();
    for stage in stages {
        refuse(cx, stage.span, "the order of stages", "this one would start at once with the first");
    }
    let Some(stage) = first else { return };
    if stage.when.is_some() {
        refuse(cx, origin(&stage.origins, "when", stage.span), "`when`", "nobody would read it");
    }
    if stage.slots().is_some() {
        refuse(cx, origin(&stage.origins, "parallel", stage.span), "`parallel`", "all would start at once");
    }
    for substage in &stage.substages {
        let at = |attribute| origin(&substage.origins, attribute, substage.span);
        if substage.needs.iter().any(|need| !need.members.is_empty()) {
            refuse(cx, at("needs"), "`needs`", "all would start at once");
        }
        if !substage.lock.is_empty() {
            refuse(cx, at("lock"), "`lock`", "nobody would hold it");
        }
        if substage.cache.is_some() {
            refuse(cx, at("cache"), "`cache`", "nobody would remember");
        }
        match substage.on_error {
            OnError::Abort if stage.substages.len() > 1 => refuse(cx, at("on_error"), "`abort`", "nobody would end the others"),
            OnError::Ignore => refuse(cx, at("on_error"), "`ignore`", "its Job would be Failed, like any other"),
            _ => {}
        }
        if substage.exit_codes.iter().any(|(_, class)| *class == ExitClass::Unstable) {
            refuse(cx, at("exit_codes"), "`unstable`", "its Job would be Failed, like any other");
        }
        check_retry(cx, substage, at("retry"));
        if substage.dispatch.is_some_and(|dispatch| dispatch.need < dispatch.copies) {
            let note = "a Job of which all copies have ended is Failed if one of them is, although enough have passed: it bears one \
                        failed copy less than `need` allows";
            approximate(cx, at("dispatch"), "`need` of `dispatch`", note);
        }
    }
}

fn check_retry(cx: &mut Context, substage: &Substage, at: Span) {
    if substage.retry.limit == 0 {
        return;
    }
    if substage.names("O11N_ATTEMPT") {
        refuse(cx, substage.span, "`O11N_ATTEMPT`", "a pod does not know which attempt it is");
    }
    if tried_again(substage).is_none() {
        refuse(cx, at, "`on` of `retry`", "a Job tries any failure again, or some exit codes");
        return;
    }
    let note = "Kubernetes waits 10 s before the second attempt, twice as long before each further one, at most 6 min";
    approximate(cx, at, "the delay of `retry`", note);
}

const DRIVER: &str = "compile with `--option driver=job`: a driver keeps it";

fn refuse(cx: &mut Context, span: Span, what: &str, why: &str) {
    let message = format!("plain Jobs cannot keep {what}");
    cx.sink.push(Diagnostic::at(Code::Refused, span, message, why).help(DRIVER));
}

/// Warns, once, of what plain Jobs keep only nearly.
fn approximate(cx: &mut Context, span: Span, what: &str, note: &'static str) {
    let message = format!("plain Jobs keep {what} only nearly");
    if cx.sink.iter().all(|known| known.message != message) {
        cx.sink.push(Diagnostic::at(Code::Approximated, span, message, "used here").note(note).help(DRIVER));
    }
}

/// The exit codes after which another attempt is made, empty for any failure; `None` for what a Job cannot tell apart.
fn tried_again(substage: &Substage) -> Option<Vec<u8>> {
    let on = &substage.retry.on;
    if on.contains(&RetryOn::Exit(0)) {
        return None;
    }
    if [RetryOn::Failed, RetryOn::TimedOut, RetryOn::Lost].iter().all(|outcome| on.contains(outcome)) {
        return Some(Vec::new());
    }
    // A pod whose time is over exits with these, and so may one that is killed.
    let code = |on: &RetryOn| match on {
        RetryOn::Exit(code) if ![137, 143].contains(code) => Some(*code),
        _ => None,
    };
    let mut codes: Vec<u8> = on.iter().map(code).collect::<Option<_>>()?;
    codes.sort_unstable();
    codes.dedup();
    (!codes.is_empty()).then_some(codes)
}

pub(super) fn objects(cx: &mut Context) -> Vec<Value> {
    let longest = LONGEST_NAME - start::suffix(cx) - COPY;
    let jobs = cx.job_names(longest - cx.base.len() - 1);
    let substages: Vec<(&Stage, &Substage)> = cx.plan.substages().collect();
    let mut scripts = Store::new(format!("{}-scripts", cx.base));
    let programs: Vec<Program> = substages
        .iter()
        .zip(&jobs)
        .map(|((stage, substage), job)| body::program(cx, &mut scripts, stage, substage, job))
        .collect();
    let names = scripts.names();
    let labels = Value::Object(cx.labels());
    let mut objects = scripts.objects(cx.settings.namespace.as_deref(), &labels);
    let mut given = Names::default();
    for (((stage, substage), program), job) in substages.iter().zip(&programs).zip(&jobs) {
        let pod = body::spec(cx, stage, substage, program, &names, Told::ByNobody);
        let (name, spec) = (format!("{}-{job}", cx.base), spec(cx, stage, substage, pod));
        objects.extend(start::objects(cx, &name, longest, cx.job_labels(stage, substage), &spec, &mut given));
    }
    objects
}

/// The Job of a substage; with copies an Indexed one, which ends as soon as it is decided.
fn spec(cx: &Context, stage: &Stage, substage: &Substage, pod: Value) -> Value {
    let limit = substage.retry.limit;
    let mut spec = match substage.dispatch {
        Some(Dispatch { copies, need }) => json!({
            "completionMode": "Indexed",
            "completions": copies,
            "parallelism": copies,
            "backoffLimitPerIndex": limit,
            "maxFailedIndexes": copies - need,
            "successPolicy": { "rules": [{ "succeededCount": need }] },
        }),
        None => json!({ "backoffLimit": limit }),
    };
    let codes = tried_again(substage).unwrap_or_default();
    if limit > 0 && !codes.is_empty() {
        let action = if substage.dispatch.is_some() { "FailIndex" } else { "FailJob" };
        spec["podFailurePolicy"] = json!({ "rules": [
            { "action": action, "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
            { "action": action, "onExitCodes": { "containerName": "main", "operator": "NotIn", "values": codes } },
        ] });
    }
    let deadlines = [stage.deadline, cx.plan.deadline];
    if let Some(deadline) = deadlines.into_iter().flatten().min() {
        spec["activeDeadlineSeconds"] = crate::target::runner::seconds(deadline).into();
    }
    if let Some(keep) = cx.settings.keep_finished {
        spec["ttlSecondsAfterFinished"] = (keep.0 / 1_000).into();
    }
    spec["template"] = json!({ "metadata": { "labels": cx.job_labels(stage, substage) }, "spec": pod });
    spec
}
