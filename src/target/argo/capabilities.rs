//! What Argo keeps, row by row.

use super::files::is_glob;
use super::{Context, bridge, substage};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::{ExitClass, Plan, RetryOn, Stage, Substage};
use crate::target::ODD_PATHS;
use crate::target::capability::{
    Capability,
    Feature::{Attribute, Hardware as Mode, Rule, Trigger},
    approximated, kept, modes, origin, other_systems, refused, used,
};
use crate::target::{Kind, pod};

pub(super) fn rows() -> Vec<Capability> {
    let mut rows = rules();
    rows.extend(attributes());
    rows.extend(hardware());
    rows
}

fn rules() -> Vec<Capability> {
    vec![
        kept(Rule(1), "groups of steps"),
        kept(Rule(2), "a step's `when` over the stages before it"),
        approximated(
            Rule(3),
            "the steps of one group; a dag where substages of a stage need each other",
            "substages that are ready start in no certain order where others of their stage need each other, so `parallel` and `lock` may let a less urgent one go first",
            contended_dags,
        ),
        kept(Rule(4), "exit codes by a wrapper around the pod"),
        kept(Rule(5), "`retryStrategy`"),
        kept(Rule(6), "a Workflow of its own, stopped when it is decided"),
        kept(Rule(7), "`abort` stops a Workflow of the stage's own; the others let the group end"),
        approximated(
            Rule(8),
            "a Workflow of the stage's own with a deadline",
            "the pipeline's `deadline` passing just between two stages is seen by the next one only: it is ended after a second, or runs to its end if it may run after failures",
            pipeline_deadline,
        ),
        kept(Rule(9), "`memoize`"),
        kept(Rule(10), "a last step, the verdict, where Argo's own rule is not enough"),
    ]
}

fn attributes() -> Vec<Capability> {
    vec![
        kept(Attribute("on_error"), "see the rules"),
        approximated(
            Attribute("exit_codes"),
            "a wrapper around the pod",
            "Argo cannot tell a process that exits 137 or 143 by itself from one that was killed",
            kill_codes,
        ),
        kept(Attribute("policy"), "its parts"),
        approximated(
            Attribute("retry"),
            "`retryStrategy`",
            "Argo's back-off factor is a whole number, so `factor` is rounded up; and Argo never tries a success again",
            odd_retries,
        ),
        approximated(
            Attribute("timeout"),
            "`activeDeadlineSeconds`; with `after` the pod's own runner",
            "Argo counts from the pod's start, so pulling the image takes part of so short a `timeout`",
            short_timeouts,
        ),
        kept(Attribute("deadline"), "see rule 8"),
        kept(Attribute("when"), "the step's `when`"),
        approximated(
            Attribute("needs"),
            "the step's `when`; order inside a stage by a dag",
            "a cached substage is skipped like any other if a need of it did not pass",
            cached_needs,
        ),
        kept(Attribute("parallel"), "`parallelism`"),
        refused(
            Attribute("hardware"),
            "give the mode a `k8s { }` block, so that it runs in a pod, or say in `target argo { }` by `jenkins_url` and `jenkins_job` which Jenkins runs it",
            bridge::unreachable,
        ),
        kept(Attribute("image"), "the container's image"),
        kept(
            Attribute("priority"),
            "the order of starts in a stage; the workflow's `priority`; PriorityClasses by `priority_classes`",
        ),
        approximated(
            Attribute("lock"),
            "a mutex",
            "a substage that waits for its lock takes one of the `parallel` slots",
            locks_in_slots,
        ),
        approximated(
            Attribute("dispatch"),
            "see rule 6",
            "an unstable dispatch is remembered in the cache too",
            cached_unstable_dispatch,
        ),
        kept(Attribute("shards"), "each is a step"),
        kept(Attribute("cache"), "`memoize` in a ConfigMap for each stage"),
        kept(Attribute("env"), "the container's `env`, secrets by `secretKeyRef`"),
        kept(Attribute("before"), "in one script with the body"),
        kept(Attribute("after"), "by a small runner around the body"),
        kept(Attribute("run"), "a `script` template"),
        kept(Attribute("shell"), "the script's interpreter"),
        kept(Attribute("command"), "a `container` template"),
        approximated(
            Attribute("artifacts"),
            "artifacts of the default repository",
            "Argo knows no globs, so the folder above the glob is saved whole",
            globs,
        )
        .but_refused(
            "hand over in the scripts, by a store that both can reach, what passes between the cluster and bare metal",
            bridge::files_across,
        )
        .but_refused(ODD_PATHS, bridge::odd_paths),
        kept(Attribute("project"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("key"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("test"), "`cases` is the file `$O11N_CASES`; the rest are fields of the taskbook"),
        kept(Trigger, "a CronWorkflow for each, under `--kind cron`"),
    ]
}

fn hardware() -> Vec<Capability> {
    vec![
        refused(
            Mode("label"),
            "write `k8s { node_selector { … } }`: a pod asks for labels that are all there, without `||`, `!` or parentheses",
            hard_labels,
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
        kept(Mode("lock"), "a mutex"),
        kept(Mode("k8s"), "the pod"),
        kept(Mode("cloud"), "Jenkins' name for a cluster: nothing to keep here"),
        kept(Mode("container"), "Argo's own container is called `main`: nothing to keep here"),
        kept(Mode("node_selector"), "`nodeSelector`"),
        kept(Mode("tolerations"), "`tolerations`"),
        kept(Mode("volumes"), "volumes and mounts"),
        kept(Mode("resource_template_name"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("resource_template"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("yaml"), "`podSpecPatch`, of its `spec`"),
    ]
}

/// What the kind of object that is asked for cannot hold.
pub(super) fn check_options(cx: &mut Context) {
    if cx.options.kind == Kind::Run {
        return;
    }
    for span in used(cx.plan, "cache", |_, substage| substage.cache.is_some()) {
        cx.sink.push(
            Diagnostic::at(Code::Refused, span, "what is compiled once and run often cannot use a cache", "used here")
                .note("the digests of `inputs` are those of the day it was compiled on")
                .help("leave `cache` out, for instance by `cache = if release then null else { … }`, or compile each run"),
        );
    }
}

fn pipeline_deadline(plan: &Plan) -> Vec<Span> {
    let matters = plan.deadline.is_some() && plan.stages.len() > 1;
    if matters { vec![origin(&plan.origins, "deadline", plan.span)] } else { Vec::new() }
}

/// Who starts first matters only where somebody has to wait for another.
fn contended_dags(plan: &Plan) -> Vec<Span> {
    let is_contended = |stage: &Stage, substage: &Substage| {
        let shares = |name| stage.substages.iter().filter(|other| other.lock.contains(name)).count() > 1;
        stage.slots().is_some() || substage.lock.iter().any(shares)
    };
    let stages = plan.stages.iter().enumerate().filter(|(at, stage)| {
        let mut members = stage.substages.iter().flat_map(|substage| &substage.needs).flat_map(|need| need.members.iter());
        members.any(|member| member.stage as usize == *at) && stage.substages.iter().any(|substage| is_contended(stage, substage))
    });
    stages.map(|(_, stage)| stage.span).collect()
}

fn kill_codes(plan: &Plan) -> Vec<Span> {
    let is_kill = |code: u8| code == 137 || code == 143;
    used(plan, "exit_codes", |_, substage| {
        // Argo asks for the code alone where it is unstable; else only to know whether to try again.
        let depends = substage.retry.limit > 0 && !substage.retry.on.contains(&RetryOn::Lost);
        substage.exit_codes.iter().any(|(code, class)| is_kill(*code) && (depends || *class == ExitClass::Unstable))
    })
}

fn odd_retries(plan: &Plan) -> Vec<Span> {
    used(plan, "retry", |_, substage| {
        let retry = &substage.retry;
        let rounds = retry.limit > 1 && retry.delay.0 > 0 && retry.factor.fract() != 0.0;
        rounds || retry.limit > 0 && retry.on.contains(&RetryOn::Exit(0))
    })
}

fn short_timeouts(plan: &Plan) -> Vec<Span> {
    /// Pulling an image takes minutes, seldom more.
    const SHORT: i64 = 120_000;
    used(plan, "timeout", |_, substage| substage.after.is_empty() && substage.timeout.is_some_and(|timeout| timeout.0 < SHORT))
}

fn cached_needs(plan: &Plan) -> Vec<Span> {
    used(plan, "needs", |_, substage| substage.cache.is_some() && substage.needs.iter().any(|need| !need.members.is_empty()))
}

fn locks_in_slots(plan: &Plan) -> Vec<Span> {
    used(plan, "lock", |stage, substage| {
        let is_shared = |name| stage.substages.iter().filter(|other| other.lock.contains(name)).count() > 1;
        stage.slots().is_some() && substage.lock.iter().any(is_shared)
    })
}

fn cached_unstable_dispatch(plan: &Plan) -> Vec<Span> {
    used(plan, "dispatch", |_, substage| {
        substage::is_dispatched(substage) && substage.cache.is_some() && !substage::unstable_codes(substage).is_empty()
    })
}

/// Only files for other substages: people are not harmed by more of them. A whole folder is saved as it is meant.
fn globs(plan: &Plan) -> Vec<Span> {
    let is_partial = |path: &str| is_glob(path.strip_suffix("/**").or_else(|| path.strip_suffix("/**/*")).unwrap_or(path));
    used(plan, "artifacts", |_, substage| substage.artifacts.save.iter().any(|path| is_partial(path)))
}

fn hard_labels(plan: &Plan) -> Vec<Span> {
    modes(plan, |mode| mode.k8s.is_some() && pod::has_hard_label(mode))
}
