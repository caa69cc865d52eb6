//! Files between substages, and for people: folders on a volume that all pods share.
//!
//! Kubernetes has no store for files. A claim that many nodes can mount is one: a folder for each run, in it one for each substage,
//! in that `save`, `keep` and `junit`. What is remembered in a cache has a folder of its own, by its fingerprint.

use super::Context;
use crate::plan::{Stage, Substage};
use crate::target::names::mangle;
use crate::target::runner::words;

/// Where the volume is mounted.
pub(super) const STORE: &str = "/o11n-artifacts";

/// Whether a substage saves or loads anything.
pub(super) fn are_used(substage: &Substage) -> bool {
    let files = &substage.artifacts;
    [&files.save, &files.keep, &files.junit, &files.load].into_iter().any(|paths| !paths.is_empty())
}

/// Whether a path is saved with more than it names: a shell knows no `**`, so the folder above it is taken whole.
pub(super) fn is_coarse(path: &str) -> bool {
    let path = path.strip_suffix("/**").or_else(|| path.strip_suffix("/**/*")).unwrap_or(path);
    path.split('/').any(|part| part == "**")
}

/// A script that runs the words it is given among the files that the substage wants.
pub(super) fn script(cx: &Context, stage: &Stage, substage: &Substage) -> String {
    let mut script = include_str!("files.sh").to_owned();
    script.push_str(&format!("o11n_own={}\n", folder(cx, stage, substage)));
    for at in substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter()) {
        let (from, producer) = (&cx.plan.stages[at.stage as usize], cx.plan.substage(*at));
        script.push_str(&format!("o11n_load {}\n", folder(cx, from, producer)));
    }
    script.push_str("o11n_run \"$@\"\n");
    let files = &substage.artifacts;
    for (kind, paths) in [("save", &files.save), ("keep", &files.keep), ("junit", &files.junit)] {
        if !paths.is_empty() {
            let paths: Vec<String> = paths.iter().map(|path| relative(path)).collect();
            script.push_str(&format!("o11n_save {kind} {}\n", words(&paths)));
        }
    }
    script + "o11n_publish\nexit \"$o11n_code\"\n"
}

/// A path below the workspace, up to where it names a whole tree.
fn relative(path: &str) -> String {
    let parts = path.split('/').take_while(|part| *part != "**").filter(|part| !matches!(*part, "" | "."));
    let kept: Vec<&str> = parts.collect();
    if kept.is_empty() { ".".to_owned() } else { format!("./{}", kept.join("/")) }
}

/// A substage's folder, as a word of a shell.
fn folder(cx: &Context, stage: &Stage, substage: &Substage) -> String {
    let (stage, name) = (mangle(&stage.name), mangle(&substage.name));
    match &substage.cache {
        Some(_) => format!("{STORE}/cache/{}/{stage}/{name}/{}", cx.base, substage.fingerprint),
        None => format!("{STORE}/\"$O11N_RUN\"/{stage}/{name}"),
    }
}
