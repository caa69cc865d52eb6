//! What Jenkins keeps, row by row, and what a job of it can be told.

use super::{list, text};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::target::capability::{
    Capability,
    Feature::{Attribute, Hardware as Mode, Rule, Trigger},
    approximated, kept, other_systems, refused, used,
};
use crate::target::{Kind, ODD_PATHS, Options, has_odd_paths};

pub(in crate::target) fn rows() -> Vec<Capability> {
    let mut rows = rules();
    rows.extend(attributes());
    rows.extend(hardware());
    rows
}

fn rules() -> Vec<Capability> {
    vec![
        kept(Rule(1), "`stage`, one after the other"),
        kept(Rule(2), "a closure over the stages before"),
        kept(Rule(3), "`parallel`; whatever ends starts what may start then"),
        kept(Rule(4), "`sh` with `returnStatus`; a lost agent by `retry` with `agent()`"),
        kept(Rule(5), "a loop with `sleep`"),
        kept(Rule(6), "`parallel` with `failFast`, ended when it is decided"),
        kept(Rule(7), "`failFast` for `abort`; the others are remembered until the stage ends"),
        kept(Rule(8), "`timeout` around the stage"),
        approximated(
            Rule(9),
            "an archived file that the next build copies, by the plugin copyartifact",
            "files of `inputs` count as they were when the Jenkinsfile was compiled: compile it for each build, or leave them out",
            inputs,
        ),
        kept(Rule(10), "the build's result, set once at the end; each stage has its own colour"),
    ]
}

fn attributes() -> Vec<Capability> {
    vec![
        kept(Attribute("on_error"), "see the rules"),
        kept(Attribute("exit_codes"), "see rule 4"),
        kept(Attribute("policy"), "its parts"),
        kept(Attribute("retry"), "see rule 5"),
        kept(Attribute("timeout"), "`timeout` inside `node`"),
        kept(Attribute("deadline"), "see rule 8"),
        kept(Attribute("when"), "see rule 2"),
        kept(Attribute("needs"), "waiting costs nothing: a branch starts when it may"),
        kept(Attribute("parallel"), "see rule 3"),
        kept(Attribute("hardware"), "a method around `node` or `podTemplate`"),
        kept(Attribute("image"), "the container's image; on bare metal `docker.image(…).inside`"),
        kept(Attribute("priority"), "the order of starts in a stage"),
        kept(Attribute("lock"), "`lock` of the plugin lockable-resources"),
        kept(Attribute("dispatch"), "see rule 6"),
        kept(Attribute("shards"), "each is a substage"),
        kept(Attribute("cache"), "see rule 9"),
        kept(Attribute("env"), "`withEnv`; secrets by `withCredentials`"),
        kept(Attribute("before"), "in one script with the body"),
        approximated(
            Attribute("after"),
            "`sh` behind the body",
            "under a `deadline` Jenkins gives it one minute, not five",
            after_under_deadline,
        ),
        kept(Attribute("run"), "`sh`"),
        kept(Attribute("shell"), "the script's first line"),
        kept(Attribute("command"), "`sh` with `exec`"),
        refused(Attribute("artifacts"), ODD_PATHS, odd_paths),
        kept(Attribute("project"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("key"), "a field of the taskbook: nothing to keep here"),
        kept(Attribute("test"), "`cases` is the file `$O11N_CASES`; the rest are fields of the taskbook"),
        kept(Trigger, "`pipelineTriggers`, under `--kind cron`"),
    ]
}

fn hardware() -> Vec<Capability> {
    vec![
        kept(Mode("label"), "`node`"),
        kept(Mode("cpu"), "a request of the pod; bare metal: nothing to keep, the label says it"),
        kept(Mode("memory"), "as `cpu`"),
        kept(Mode("gpu"), "as `cpu`"),
        kept(Mode("gpu_type"), "as `cpu`"),
        kept(Mode("disk"), "as `cpu`"),
        refused(Mode("os"), "use `os = linux`: the scripts around a body are for Linux", other_systems),
        kept(Mode("arch"), "the pod's node selector"),
        kept(Mode("image"), "see `image`"),
        kept(Mode("env"), "see `env`"),
        kept(Mode("lock"), "see `lock`"),
        kept(Mode("k8s"), "`podTemplate`"),
        kept(Mode("cloud"), "`cloud`"),
        kept(Mode("container"), "`container`"),
        kept(Mode("node_selector"), "the pod's"),
        kept(Mode("tolerations"), "the pod's"),
        kept(Mode("volumes"), "the pod's"),
        kept(Mode("resource_template_name"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("resource_template"), "a field of the taskbook: nothing to keep here"),
        kept(Mode("yaml"), "merged into the pod last"),
    ]
}

/// What is asked of a target that a Jenkinsfile cannot be.
pub(in crate::target) fn check_options(target: &str, plan: &Plan, options: &Options, sink: &mut Vec<Diagnostic>) {
    if options.rbac {
        let message = format!("target `{target}` knows no `--rbac`");
        sink.push(Diagnostic::new(Code::Refused, message).help("leave it out: Jenkins has its own permissions"));
    }
    if options.kind != Kind::Cron {
        return;
    }
    let triggers = plan.triggers.iter().filter(|trigger| options.trigger.as_ref().is_none_or(|name| *name == trigger.name));
    let triggers: Vec<_> = triggers.collect();
    if triggers.is_empty() {
        let message = format!("pipeline `{}` has no trigger", plan.pipeline);
        sink.push(
            Diagnostic::at(Code::Refused, plan.span, message, "declared here").help("write one, or leave out `--kind cron`"),
        );
    }
    for trigger in &triggers {
        if trigger.timezone != triggers[0].timezone {
            sink.push(
                Diagnostic::at(Code::Refused, trigger.span, "a Jenkins job has one time zone", "another one is named here")
                    .help("compile each trigger to a job of its own by `--trigger NAME`"),
            );
        }
        let is_set = |field: Option<&str>| field.is_some_and(|field| field != "*");
        let has_two_days = |cron: &str| {
            let mut fields = cron.split_ascii_whitespace().skip(2);
            let (day, weekday) = (fields.next(), fields.nth(1));
            is_set(day) && is_set(weekday)
        };
        if trigger.cron.iter().any(|cron| has_two_days(cron)) {
            sink.push(
                Diagnostic::at(
                    Code::Refused,
                    trigger.span,
                    "Jenkins starts only on days that are right both by date and weekday",
                    "both are set here",
                )
                .help("write two lines, one with `*` for the weekday and one with `*` for the day of the month"),
            );
        }
    }
}

fn inputs(plan: &Plan) -> Vec<Span> {
    used(plan, "cache", |_, substage| substage.cache.as_ref().is_some_and(|cache| !cache.inputs.is_empty()))
}

fn after_under_deadline(plan: &Plan) -> Vec<Span> {
    used(plan, "after", |stage, substage| !substage.after.is_empty() && (plan.deadline.is_some() || stage.deadline.is_some()))
}

fn odd_paths(plan: &Plan) -> Vec<Span> {
    used(plan, "artifacts", |_, substage| has_odd_paths(substage))
}

/// The job's parameters and triggers.
pub(in crate::target) fn properties(plan: &Plan, options: &Options) -> String {
    let mut items = Vec::new();
    if !plan.run_variables.is_empty() {
        let parameters: Vec<String> =
            plan.run_variables.iter().map(|name| format!("string(name: {}, defaultValue: '')", text(name))).collect();
        items.push(format!("parameters({})", list(&parameters, 2)));
    }
    if options.kind == Kind::Cron {
        let triggers = plan.triggers.iter().filter(|trigger| options.trigger.as_ref().is_none_or(|name| *name == trigger.name));
        let mut lines = Vec::new();
        for trigger in triggers {
            if lines.is_empty() {
                lines.push(format!("TZ={}", trigger.timezone));
            }
            lines.extend(trigger.cron.iter().map(ToString::to_string));
        }
        if !lines.is_empty() {
            items.push(format!("pipelineTriggers([cron({})])", text(&lines.join("\n"))));
        }
    }
    if items.is_empty() { String::new() } else { format!("properties({})\n", list(&items, 0)) }
}
