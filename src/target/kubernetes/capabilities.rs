//! What Kubernetes keeps, row by row: with the driver. What plain Jobs cannot, `plain` says.

use super::files;
use crate::base::Span;
use crate::plan::Plan;
use crate::target::capability::{
    Capability,
    Feature::{Attribute, Hardware as Mode, Rule, Trigger},
    approximated, kept, modes, other_systems, refused, used,
};
use crate::target::pod;

pub(super) fn rows() -> Vec<Capability> {
    let mut rows = rules();
    rows.extend(attributes());
    rows.extend(hardware());
    rows
}

fn rules() -> Vec<Capability> {
    vec![
        kept(Rule(1), "the driver (`--option driver=job`); plain Jobs are one stage"),
        kept(Rule(2), "the driver"),
        kept(Rule(3), "the driver; plain Jobs start all at once"),
        kept(Rule(4), "the driver reads exit code, reason and conditions of each attempt's pod"),
        kept(Rule(5), "the driver makes a Job for each attempt; plain Jobs have `backoffLimit`"),
        kept(Rule(6), "the driver makes a Job for each copy; plain, an Indexed Job with a success policy"),
        kept(Rule(7), "the driver deletes the Jobs of an abort"),
        kept(Rule(8), "the driver, to the second; plain Jobs have `activeDeadlineSeconds`"),
        kept(Rule(9), "the driver keeps fingerprints in a ConfigMap"),
        kept(Rule(10), "the exit status of the driver; the outcome is in its ConfigMap"),
    ]
}

fn attributes() -> Vec<Capability> {
    vec![
        kept(Attribute("on_error"), "the driver; plain Jobs keep `finish` and `continue`"),
        kept(Attribute("exit_codes"), "the driver"),
        kept(Attribute("policy"), "its parts"),
        kept(Attribute("retry"), "the driver, in whole seconds"),
        approximated(
            Attribute("timeout"),
            "`activeDeadlineSeconds` of the pod; with `after` the pod's own runner",
            "Kubernetes counts from the pod's start, so pulling the image takes part of so short a `timeout`",
            short_timeouts,
        ),
        kept(Attribute("deadline"), "see rule 8"),
        kept(Attribute("when"), "the driver"),
        kept(Attribute("needs"), "the driver"),
        kept(Attribute("parallel"), "the driver"),
        refused(
            Attribute("hardware"),
            "give the mode a `k8s { }` block, so that it runs in a pod, or compile to `taskbook`",
            bare_metal,
        ),
        kept(Attribute("image"), "the container's image"),
        kept(Attribute("priority"), "the order of starts; PriorityClasses and Kueue's by the settings"),
        kept(Attribute("lock"), "a ConfigMap for each lock that is held, so all runs of a namespace share them"),
        kept(Attribute("dispatch"), "see rule 6"),
        kept(Attribute("shards"), "each is a substage"),
        kept(Attribute("cache"), "see rule 9"),
        kept(Attribute("env"), "the container's `env`, secrets by `secretKeyRef`"),
        kept(Attribute("before"), "in one file with the body"),
        kept(Attribute("after"), "by a small runner around the body"),
        kept(Attribute("run"), "a file from a ConfigMap"),
        kept(Attribute("shell"), "the file's interpreter"),
        kept(Attribute("command"), "the container's `command`"),
        approximated(
            Attribute("artifacts"),
            "folders on a volume that the pods share, by the setting `artifact_claim`",
            "a shell knows no `**`, so the folder above it is saved whole",
            coarse_globs,
        ),
        kept(Attribute("project"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("key"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("test"), "`cases` is the file `$O11N_CASES`; the rest are fields of the taskbook"),
        kept(Trigger, "a CronJob for each of its times, under `--kind cron`"),
    ]
}

fn hardware() -> Vec<Capability> {
    vec![
        refused(
            Mode("label"),
            "write `k8s { node_selector { … } }`: a pod asks for labels that are all there, without `||`, `!` or parentheses",
            |plan| modes(plan, |mode| mode.k8s.is_some() && pod::has_hard_label(mode)),
        ),
        kept(Mode("cpu"), "a request"),
        kept(Mode("memory"), "request and limit"),
        kept(Mode("gpu"), "a limit of `nvidia.com/gpu`"),
        kept(Mode("gpu_type"), "the node label `nvidia.com/gpu.product`"),
        kept(Mode("disk"), "request and limit of `ephemeral-storage`"),
        refused(Mode("os"), "use `os = linux`: the scripts around a body are for Linux", other_systems),
        kept(Mode("arch"), "the node label `kubernetes.io/arch`"),
        kept(Mode("image"), "the container's image"),
        kept(Mode("env"), "the container's `env`"),
        kept(Mode("lock"), "like a substage's own"),
        kept(Mode("k8s"), "the pod"),
        kept(Mode("cloud"), "Jenkins' name for a cluster: nothing to keep here"),
        kept(Mode("container"), "the container is called `main`: nothing to keep here"),
        kept(Mode("node_selector"), "`nodeSelector`"),
        kept(Mode("tolerations"), "`tolerations`"),
        kept(Mode("volumes"), "volumes and mounts"),
        kept(Mode("resource_template_name"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("resource_template"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("yaml"), "its `spec` is merged into the pod's"),
    ]
}

fn short_timeouts(plan: &Plan) -> Vec<Span> {
    /// Pulling an image takes minutes, seldom more.
    const SHORT: i64 = 120_000;
    used(plan, "timeout", |_, substage| substage.after.is_empty() && substage.timeout.is_some_and(|timeout| timeout.0 < SHORT))
}

fn bare_metal(plan: &Plan) -> Vec<Span> {
    used(plan, "hardware", |_, substage| substage.is_on_bare_metal())
}

/// Only files for other substages: people are not harmed by more of them.
fn coarse_globs(plan: &Plan) -> Vec<Span> {
    used(plan, "artifacts", |_, substage| substage.artifacts.save.iter().any(|path| files::is_coarse(path)))
}
