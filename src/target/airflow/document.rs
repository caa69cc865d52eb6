//! The file: what it is, the runtime, and the DAG.

use super::flow::{self, Pool};
use super::python::{call, dict, seconds, text, texts};
use super::{Context, condition, runtime, task};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Trigger};
use crate::target::Kind;

pub(super) fn text_of(cx: &mut Context) -> String {
    let schedule = schedule(cx);
    let mut pools = Vec::new();
    // The first time only to see which texts there are several times.
    stages(cx, &mut pools);
    cx.is_counting = false;
    cx.constants.clear();
    cx.sink.clear();
    let (imports, schedule) = schedule.unwrap_or_else(|found| {
        cx.sink.push(*found);
        (String::new(), "None".to_owned())
    });
    let stages = stages(cx, &mut pools);
    let mut out = header(cx.plan, &pools);
    out.push_str(&runtime::source(cx));
    for (value, name) in &cx.constants {
        out.push_str(&format!("\n{name} = {value}\n"));
    }
    out.push_str("\n\n");
    out.push_str(&imports);
    out.push_str(&format!("with {} as dag:\n{stages}", dag(cx, schedule)));
    out
}

fn dag(cx: &Context, schedule: String) -> String {
    let plan = cx.plan;
    let widest = plan.stages.iter().map(flow::tasks).max().unwrap_or(0).max(16);
    let variables = dict(plan.run_variables.iter().map(|name| (name, text(""))));
    let mut arguments = vec![("dag_id", "DAG_ID".to_owned())];
    if cx.ids.dag != plan.pipeline {
        arguments.push(("dag_display_name", text(&plan.pipeline)));
    }
    if let Some(docs) = &plan.docs {
        arguments.push(("doc_md", text(docs)));
    }
    arguments.extend([
        ("schedule", schedule),
        ("start_date", "datetime(2020, 1, 1, tzinfo=timezone.utc)".to_owned()),
        ("catchup", "False".to_owned()),
        ("max_active_runs", "1".to_owned()),
        ("max_active_tasks", widest.to_string()),
        ("tags", texts(&cx.settings.tags)),
        ("default_args", r#"{"retries": 0, "weight_rule": "absolute"}"#.to_owned()),
    ]);
    if !plan.run_variables.is_empty() {
        arguments.push(("params", variables));
    }
    call("DAG", &arguments, 0)
}

fn stages(cx: &mut Context, pools: &mut Vec<Pool>) -> String {
    let plan = cx.plan;
    let mut out = String::new();
    let mut before = None;
    for (at, stage) in plan.stages.iter().enumerate() {
        let order = flow::order(plan, at, &cx.ids, pools);
        let mut arguments = vec![("group_id", text(&cx.ids.groups[at]))];
        if cx.ids.groups[at] != stage.name {
            arguments.push(("name", text(&stage.name)));
        }
        match before {
            Some(before) => arguments.push(("after", cx.variable(before))),
            None => arguments.extend(plan.deadline.map(|deadline| ("run_deadline", seconds(deadline)))),
        }
        arguments.extend(stage.when.as_ref().map(|when| ("when", condition::lambda(when))));
        arguments.extend(stage.deadline.map(|deadline| ("deadline", seconds(deadline))));
        let aborting = (0..stage.substages.len()).filter(|index| flow::aborts(stage, &stage.substages[*index]));
        let aborting: Vec<String> = aborting.map(|index| cx.ids.task(at, index)).collect();
        if !aborting.is_empty() {
            arguments.push(("aborting", texts(aborting)));
        }
        if let Some(cached) = cached(cx, at) {
            arguments.push(("cached", cached));
        }
        if stage.substages.is_empty() {
            arguments.push(("empty", "True".to_owned()));
        }
        out.push_str(&format!("    with {} as {}:\n", call("Stage", &arguments, 4), cx.variable(at)));
        if stage.substages.is_empty() {
            out.push_str("        pass\n");
        }
        for index in 0..stage.substages.len() {
            for call in task::calls(cx, at, index, &order, 8) {
                out.push_str(&format!("        {call}\n"));
            }
        }
        before = Some(at);
    }
    match before {
        Some(last) => out.push_str(&format!("    Verdict(task_id=\"verdict\", after={})\n", cx.variable(last))),
        None => out.push_str("    pass\n"),
    }
    out
}

/// The tasks whose success may be remembered.
fn cached(cx: &Context, at: usize) -> Option<String> {
    let mut all = Vec::new();
    for (index, substage) in cx.plan.stages[at].substages.iter().enumerate() {
        let Some(cache) = &substage.cache else { continue };
        let remembered = task::cached(&substage.fingerprint, cache.ttl);
        let bodies = task::bodies(cx, at, index).into_iter();
        all.extend(bodies.map(|name| (format!("{}.{name}", cx.ids.groups[at]), remembered.clone())));
    }
    (!all.is_empty()).then(|| dict(all))
}

/// What the file imports for its schedule, and the schedule.
fn schedule(cx: &Context) -> Result<(String, String), Box<Diagnostic>> {
    let plan = cx.plan;
    if cx.options.rbac {
        let found = Diagnostic::new(Code::Refused, "target `airflow` knows no `--rbac`");
        return Err(Box::new(found.help("leave it out: a DAG needs no rights of its own")));
    }
    if cx.options.kind != Kind::Cron {
        return Ok((String::new(), "None".to_owned()));
    }
    let wanted = |trigger: &&Trigger| cx.options.trigger.as_ref().is_none_or(|wanted| trigger.name == *wanted);
    let triggers: Vec<&Trigger> = plan.triggers.iter().filter(wanted).collect();
    let [trigger] = triggers.as_slice() else {
        let message = match &cx.options.trigger {
            Some(wanted) => format!("pipeline `{}` has no trigger `{wanted}`", plan.pipeline),
            None if plan.triggers.is_empty() => format!("pipeline `{}` has no trigger to start it", plan.pipeline),
            None => format!("pipeline `{}` has {} triggers, and a DAG has one schedule", plan.pipeline, plan.triggers.len()),
        };
        let help = "compile one trigger at a time, with `--trigger NAME`";
        return Err(Box::new(Diagnostic::at(Code::Refused, plan.span, message, "declared here").help(help)));
    };
    if let Some((name, _)) = trigger.with.iter().find(|(name, value)| plan.params.get(*name) != Some(*value)) {
        let message = format!("trigger `{}` sets `{name}`, which this plan was built without", trigger.name);
        let found = Diagnostic::at(Code::Refused, trigger.span, message, "declared here");
        return Err(Box::new(found.help(format!("compile it by itself, with `--trigger {}`", trigger.name))));
    }
    let class = if trigger.cron.len() == 1 { "CronTriggerTimetable" } else { "MultipleCronTriggerTimetable" };
    let crons: Vec<String> = trigger.cron.iter().map(|cron| text(cron)).collect();
    let import = format!("from airflow.timetables.trigger import {class}\n\n");
    Ok((import, format!("{class}({}, timezone={})", crons.join(", "), text(&trigger.timezone))))
}

/// What a reviewer reads first. Always the same for the same plan.
fn header(plan: &Plan, pools: &[Pool]) -> String {
    /// The longest value that is shown.
    const LONGEST: usize = 200;
    let mut out =
        format!("# Pipeline {}, compiled by o11n for Airflow. Change its source, not this file.\n", one_line(&plan.pipeline));
    for (name, value) in &plan.params {
        let mut value = one_line(&value.to_string());
        if value.len() > LONGEST {
            value.truncate(value.floor_char_boundary(LONGEST));
            value.push('…');
        }
        out.push_str(&format!("# {name} = {value}\n"));
    }
    if !pools.is_empty() {
        out.push_str("#\n# It needs these pools; Airflow never starts a task whose pool is not there:\n");
    }
    for pool in pools {
        let why = one_line(&pool.why).replace('\'', "");
        out.push_str(&format!("#   airflow pools set {} {} '{why}'\n", pool.name, pool.slots));
    }
    out
}

/// Text that ends no comment.
fn one_line(text: &str) -> String {
    let is_safe = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() || "·…、。，：（）".contains(c);
    text.chars().map(|c| if is_safe(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}
