//! The runtime: the parts of the file that are the same for all pipelines, each written only where something needs it.

use super::flow::copies;
use super::python::{seconds, text};
use super::{Context, task};
use crate::plan::{EnvValue, RetryOn};

const IMPORTS: &str = include_str!("runtime/imports.py");
const RUN: &str = include_str!("runtime/run.py");
const ATTEMPT: &str = include_str!("runtime/attempt.py");
const WATCH: &str = include_str!("runtime/watch.py");
const QUORUM: &str = include_str!("runtime/quorum.py");
const CACHE: &str = include_str!("runtime/cache.py");
const FILES: &str = include_str!("runtime/files.py");
const SHELL: &str = include_str!("runtime/shell.py");
const POD: &str = include_str!("runtime/pod.py");
const IMPORTS_SHELL: &str = include_str!("runtime/imports_shell.py");
const IMPORTS_WATCH: &str = include_str!("runtime/imports_watch.py");
const IMPORTS_FILES: &str = include_str!("runtime/imports_files.py");
const IMPORTS_POD: &str = include_str!("runtime/imports_pod.py");
const IMPORTS_VARIABLE: &str = include_str!("runtime/imports_variable.py");

/// What a pipeline needs of the runtime.
#[derive(Clone, Copy, Debug, Default)]
struct Needed {
    shell: bool,
    pod: bool,
    watch: bool,
    quorum: bool,
    cache: bool,
    files: bool,
    /// Airflow's Variables: where successes and secrets are, and whether an attempt was lost.
    variable: bool,
}

impl Needed {
    fn of(cx: &Context) -> Self {
        let mut needed = Self { watch: (0..cx.plan.stages.len()).any(|stage| task::is_watched(cx, stage)), ..Self::default() };
        for planned in &cx.plan.stages {
            for substage in &planned.substages {
                let is_pod = task::is_pod(substage);
                let has_secret = substage.env.values().any(|value| matches!(value, EnvValue::Secret(_)));
                needed.pod |= is_pod;
                needed.shell |= !is_pod;
                needed.quorum |= copies(substage).is_some();
                needed.cache |= substage.cache.is_some();
                needed.files |= !is_pod && super::files::has_any(substage);
                let sees_losses = substage.retry.limit > 0 && !substage.retry.on.contains(&RetryOn::Lost);
                needed.variable |= substage.cache.is_some() || sees_losses || has_secret && !is_pod;
            }
        }
        needed
    }
}

/// Imports, names and classes, in the order in which Python reads them.
pub(super) fn source(cx: &Context) -> String {
    let needed = Needed::of(cx);
    let mut out = String::new();
    for (part, wanted) in [
        (IMPORTS, true),
        (IMPORTS_WATCH, needed.watch && !needed.shell),
        (IMPORTS_FILES, needed.files),
        (IMPORTS_SHELL, needed.shell),
        (IMPORTS_POD, needed.pod),
        (IMPORTS_VARIABLE, needed.variable),
    ] {
        if wanted {
            out.push_str(part);
        }
    }
    out.push_str(&names(cx, needed));
    for (part, wanted) in [
        (RUN, true),
        (WATCH, needed.watch),
        (CACHE, needed.cache),
        (FILES, needed.files),
        (ATTEMPT, needed.shell || needed.pod),
        (SHELL, needed.shell),
        (POD, needed.pod),
        (QUORUM, needed.quorum),
    ] {
        if wanted {
            out.push_str("\n\n");
            out.push_str(part);
        }
    }
    out
}

/// What the runtime knows of this pipeline.
fn names(cx: &Context, needed: Needed) -> String {
    let plan = cx.plan;
    let job = if plan.job_name.is_empty() { &plan.pipeline } else { &plan.job_name };
    let build = if plan.build_id == 0 { String::new() } else { plan.build_id.to_string() };
    let mut out = format!("\nPIPELINE, JOB_NAME, BUILD_ID = {}, {}, {}\n", text(&plan.pipeline), text(job), text(&build));
    out.push_str(&format!("DAG_ID = {}\n", text(&cx.ids.dag)));
    out.push_str(&format!("RUN_VARIABLES = {}\n", super::python::texts(&plan.run_variables)));
    if needed.watch {
        out.push_str(&format!(
            "# How often a running task looks whether it has to end, in seconds.\nPOLL = {}\n",
            seconds(cx.settings.poll)
        ));
    }
    if needed.pod {
        out.push_str(&super::pod::options(cx));
    }
    if needed.files {
        out.push_str(&format!("# The folder that all workers share.\nFILES = {}\n", text(&cx.settings.files)));
    }
    out
}
