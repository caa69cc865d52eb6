//! What Airflow keeps, row by row.

use super::settings::Settings;
use super::{flow, task};
use crate::base::Span;
use crate::plan::{Plan, Retry};
use crate::target::capability::{
    Capability,
    Feature::{Attribute, Hardware as Mode, Rule, Trigger},
    approximated, kept, other_systems, refused, used,
};

pub(super) fn rows() -> Vec<Capability> {
    let mut rows = rules();
    rows.extend(attributes());
    rows.extend(hardware());
    rows
}

fn rules() -> Vec<Capability> {
    vec![
        kept(Rule(1), "a task group for each stage, behind a gate that waits for all of the stage before"),
        kept(Rule(2), "the gate, which judges the stage before"),
        kept(Rule(3), "Airflow's own order of tasks, pools and priority weights"),
        kept(Rule(4), "exit codes read by the task itself"),
        kept(Rule(5), "Airflow's `retries`"),
        kept(Rule(6), "a task for each copy, and one that judges them"),
        kept(Rule(7), "the next gate; running tasks look every `poll` whether a sibling has aborted the stage"),
        kept(Rule(8), "the gate says until when; each task keeps to it"),
        kept(Rule(9), "an Airflow Variable for each success"),
        kept(Rule(10), "the last task, the verdict"),
    ]
}

fn attributes() -> Vec<Capability> {
    vec![
        kept(Attribute("on_error"), "see the rules"),
        kept(Attribute("exit_codes"), "read by the task; no code is a skip"),
        kept(Attribute("policy"), "its parts"),
        approximated(
            Attribute("retry"),
            "`retries`, `retry_delay`, `retry_exponential_backoff`, `max_retry_delay`",
            "a waiting task has left its pool, so another may take its slot or lock between two attempts; Airflow draws growing waits up to twice as long, and Airflow 2 always doubles them",
            odd_retries,
        ),
        approximated(Attribute("timeout"), "`execution_timeout`", "of a pod, waiting for its node and image counts in", |plan| {
            used(plan, "timeout", |_, substage| substage.timeout.is_some() && task::is_pod(substage))
        }),
        kept(Attribute("deadline"), "see rule 8"),
        kept(Attribute("when"), "the stage's gate"),
        kept(Attribute("needs"), "edges inside a stage; each task looks whether what it needs has passed"),
        kept(Attribute("parallel"), "a pool for the stage"),
        kept(Attribute("hardware"), "a KubernetesPodOperator, or a queue"),
        kept(Attribute("image"), "the pod's image; bare metal has none"),
        kept(Attribute("priority"), "`priority_weight`, absolute"),
        approximated(
            Attribute("lock"),
            "a pool of one slot",
            "a task has one pool only, so this lock is kept by an order of tasks inside the stage, and not between runs",
            ordered_locks,
        ),
        approximated(Attribute("dispatch"), "a task for each copy", "each copy takes a slot of `parallel` by itself", |plan| {
            used(plan, "dispatch", |stage, substage| {
                flow::copies(substage).is_some_and(|copies| copies > 1) && flow::limit(stage).is_some()
            })
        }),
        kept(Attribute("shards"), "each is a task"),
        kept(Attribute("cache"), "see rule 9"),
        kept(Attribute("env"), "the environment of the body; secrets are Airflow Variables, or keys of a Kubernetes Secret"),
        kept(Attribute("before"), "in one script with the body"),
        kept(Attribute("after"), "by the task, or by a small runner in the pod"),
        kept(Attribute("run"), "a file that the interpreter runs"),
        kept(Attribute("shell"), "the interpreter"),
        kept(Attribute("command"), "run without a shell"),
        approximated(
            Attribute("artifacts"),
            "a folder that all workers share, the setting `files`; pods see it by `files_claim`",
            "Airflow has no store of files: `/mnt/o11n` must be a folder that all workers share, and `o11n-files` its volume claim; name yours by `target airflow { files = \"/mnt/ci\" }`",
            unnamed_files,
        ),
        kept(Attribute("project"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("key"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("test"), "`cases` is the file `$O11N_CASES`; the rest are fields of the taskbook"),
        kept(Trigger, "the DAG's schedule, under `--kind cron`"),
    ]
}

fn hardware() -> Vec<Capability> {
    const BARE: &str = "of pods; on bare metal the queue's workers decide";
    vec![
        kept(Mode("label"), "on bare metal the task's `queue`, as it is written"),
        kept(Mode("cpu"), BARE),
        kept(Mode("memory"), BARE),
        kept(Mode("gpu"), BARE),
        kept(Mode("gpu_type"), BARE),
        kept(Mode("disk"), BARE),
        refused(Mode("os"), "use `os = linux`: workers run bodies by Linux' means", other_systems),
        kept(Mode("arch"), BARE),
        kept(Mode("image"), "of pods"),
        kept(Mode("env"), "the environment of the body"),
        kept(Mode("lock"), "as `lock`"),
        kept(Mode("k8s"), "a KubernetesPodOperator"),
        kept(Mode("cloud"), "Jenkins' name for a cluster: nothing to keep here"),
        kept(Mode("container"), "the pod's base container"),
        kept(Mode("node_selector"), "of the pod"),
        kept(Mode("tolerations"), "of the pod"),
        kept(Mode("volumes"), "of the pod"),
        kept(Mode("resource_template_name"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("resource_template"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("yaml"), "merged into the pod"),
    ]
}

/// Whether waits between attempts differ.
pub(super) fn grows(retry: &Retry) -> bool {
    let is_capped = retry.max_delay.is_some_and(|most| most <= retry.delay);
    retry.limit > 1 && retry.delay.0 > 0 && retry.factor != 1.0 && !is_capped
}

fn odd_retries(plan: &Plan) -> Vec<Span> {
    used(plan, "retry", |stage, substage| {
        let retry = &substage.retry;
        let waits_in_pool = flow::limit(stage).is_some() || substage.lock.iter().any(|lock| flow::is_contended(stage, lock));
        retry.limit > 0 && (waits_in_pool || grows(retry) && retry.factor != 2.0)
    })
}

fn ordered_locks(plan: &Plan) -> Vec<Span> {
    used(plan, "lock", |stage, substage| {
        !substage.lock.is_empty() && (substage.lock.len() > 1 || flow::limit(stage).is_some() || substage.dispatch.is_some())
    })
}

fn unnamed_files(plan: &Plan) -> Vec<Span> {
    let names_files = Settings::of(plan).names_files;
    used(plan, "artifacts", |_, substage| super::files::has_any(substage) && !names_files)
}
