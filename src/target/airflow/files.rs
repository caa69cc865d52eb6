//! Files between substages, and for people: a folder that all workers share.

use super::Context;
use super::python::{call, text, texts};
use crate::plan::Substage;

/// Where a pod sees the shared folder.
pub(super) const MOUNT: &str = "/o11n/files";

pub(super) fn has_any(substage: &Substage) -> bool {
    let artifacts = &substage.artifacts;
    [&artifacts.save, &artifacts.keep, &artifacts.junit, &artifacts.load].iter().any(|list| !list.is_empty())
}

/// The argument `files` of a task on bare metal.
pub(super) fn of(cx: &Context, stage: usize, index: usize) -> Option<String> {
    let substage = &cx.plan.stages[stage].substages[index];
    let artifacts = &substage.artifacts;
    if !has_any(substage) {
        return None;
    }
    let mut arguments = vec![("", text(&folder(cx, stage, index, substage)))];
    if !artifacts.save.is_empty() {
        arguments.push(("save", texts(&artifacts.save)));
    }
    let kept: Vec<_> = artifacts.keep.iter().chain(&artifacts.junit).collect();
    if !kept.is_empty() {
        arguments.push(("keep", texts(kept)));
    }
    let loads = loads(cx, substage);
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

/// The folders of what a substage loads.
fn loads(cx: &Context, substage: &Substage) -> Vec<String> {
    let members = substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter());
    members.map(|at| folder(cx, at.stage as usize, at.substage as usize, cx.plan.substage(*at))).collect()
}

/// What a pod's shell does before its body and after it.
pub(super) fn in_pod(cx: &Context, stage: usize, index: usize) -> Option<(String, String)> {
    let substage = &cx.plan.stages[stage].substages[index];
    if !has_any(substage) {
        return None;
    }
    let place = |folder: &str, kind: &str| {
        let path = match folder.strip_prefix("RUN/") {
            Some(rest) => format!("$O11N_RUN/{rest}"),
            None => folder.to_owned(),
        };
        format!("\"{MOUNT}/{}/{path}/{kind}\"", cx.ids.dag)
    };
    let mut load = String::new();
    for folder in loads(cx, substage) {
        let from = place(&folder, "save");
        load.push_str(&format!("[ ! -d {from} ] || cp -a {from}/. .\n"));
    }
    let own = folder(cx, stage, index, substage);
    let copy = |paths: &[&ecow::EcoString], kind: &str| {
        let patterns: Vec<String> = paths.iter().map(|path| pattern(path)).collect();
        let to = place(&own, kind);
        let each = format!("[ ! -e \"$o11n_file\" ] || cp -a --parents \"$o11n_file\" {to}");
        format!("mkdir -p {to}\nfor o11n_file in {}; do {each}; done\n", patterns.join(" "))
    };
    let artifacts = &substage.artifacts;
    let mut save = String::new();
    if !artifacts.save.is_empty() {
        let saved: Vec<_> = artifacts.save.iter().collect();
        let passes = "case $O11N_OUTCOME in succeeded | unstable)";
        save.push_str(&format!("{passes}\n{};; esac\n", copy(&saved, "save")));
    }
    let kept: Vec<_> = artifacts.keep.iter().chain(&artifacts.junit).collect();
    if !kept.is_empty() {
        save.push_str(&copy(&kept, "keep"));
    }
    Some((load, save))
}

/// A path as a shell expands it: only globs mean anything. A shell knows no `**`, so what lies below it is taken whole.
fn pattern(path: &str) -> String {
    let path = path.split_once("/**").map_or(path, |(above, _)| above);
    let mut out = String::new();
    for c in path.chars() {
        if c.is_ascii_alphanumeric() || "_./-*?[]".contains(c) {
            out.push(c);
        } else if c == '\'' {
            out.push_str("\\'");
        } else {
            out.push_str(&format!("'{c}'"));
        }
    }
    out
}
