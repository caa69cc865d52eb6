//! Files between substages, and for people: a folder that all workers share.

use super::Context;
use super::python::{call, text, texts};
use crate::plan::Substage;

pub(super) fn is_used(cx: &Context, stage: usize, index: usize) -> bool {
    let artifacts = &cx.plan.stages[stage].substages[index].artifacts;
    let has_any = [&artifacts.save, &artifacts.keep, &artifacts.junit, &artifacts.load].iter().any(|list| !list.is_empty());
    has_any && cx.settings.files.is_some()
}

/// The argument `files` of a task.
pub(super) fn of(cx: &Context, stage: usize, index: usize) -> Option<String> {
    if !is_used(cx, stage, index) {
        return None;
    }
    let substage = &cx.plan.stages[stage].substages[index];
    let artifacts = &substage.artifacts;
    let mut arguments = vec![("", text(&folder(cx, stage, index, substage)))];
    if !artifacts.save.is_empty() {
        arguments.push(("save", texts(&artifacts.save)));
    }
    let kept: Vec<_> = artifacts.keep.iter().chain(&artifacts.junit).collect();
    if !kept.is_empty() {
        arguments.push(("keep", texts(kept)));
    }
    let members = substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter());
    let loads: Vec<String> =
        members.map(|at| folder(cx, at.stage as usize, at.substage as usize, cx.plan.substage(*at))).collect();
    if !loads.is_empty() {
        arguments.push(("load", texts(loads)));
    }
    Some(call("Files", &arguments, 12))
}

/// Where a substage's files lie below the shared folder; `RUN` stands for the run. What is remembered outlives its run.
fn folder(cx: &Context, stage: usize, index: usize, substage: &Substage) -> String {
    match &substage.cache {
        Some(_) => format!("cache/{}", substage.fingerprint),
        None => format!("RUN/{}/{}", cx.ids.groups[stage], cx.ids.label(stage, index)),
    }
}
