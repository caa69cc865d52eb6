//! The files: the stages, their substages, and the runtime below.

use std::collections::HashSet;
use std::fmt::Write;

use super::settings::Settings;
use super::substage::{Methods, Modes};
use crate::diag::Diagnostic;
use crate::plan::{Condition, Need, OnError, Plan, Priority, Retry, RetryOn, Stage, Substage, SubstageRef};
use crate::target::groovy::capabilities::properties;
use crate::target::groovy::runtime::{self, Features};
use crate::target::groovy::{self, Names, comment, list, seconds, text};
use crate::target::{Artifact, Options, wants_verdict};

/// Substages in one method's list: what is in it becomes one method of the class.
pub(super) const MOST_IN_METHOD: usize = 30;
/// Substages in one file, as Jenkins compiles it.
pub(super) const MOST_IN_FILE: usize = 250;
/// The most a file may hold beside the runtime, in bytes of text.
const MOST_TEXT: usize = 2 << 20;

pub(super) fn artifacts(plan: &Plan, options: &Options, sink: &mut Vec<Diagnostic>) -> Vec<Artifact> {
    let settings = Settings::of(plan);
    let mut features = used(plan);
    let loaded: HashSet<SubstageRef> = loaded(plan);
    let is_split = plan.substages().count() > MOST_IN_FILE;
    let mut methods = Methods {
        plan,
        settings: &settings,
        names: Names::new(runtime::names().chain(["stage", "node", "load", "connect", "main"])),
        modes: Modes::default(),
        features: &mut features,
        owner: if is_split { "main." } else { "" },
        sink,
    };
    let mut parts = Parts { is_split, files: vec![Part::default()] };
    let mut stages = String::new();
    let mut calls = String::new();
    for (index, stage) in (0..).zip(&plan.stages) {
        let listed = substages(&mut methods, index, stage, &loaded, &mut parts);
        let name = methods.names.unique(&["stage", &stage.name]);
        let _ = writeln!(calls, "{name}()");
        let _ = writeln!(stages, "void {name}() {{\n  runStage({})\n}}\n", stage_arguments(stage, &listed));
    }
    let modes = std::mem::take(&mut methods.modes);
    if modes.has_pods {
        features.insert("pods");
    }
    let stem = match &options.trigger {
        Some(trigger) => format!("{}-{trigger}", plan.pipeline),
        None => plan.pipeline.to_string(),
    };
    let Parts { files, .. } = parts;
    let mut main = header(plan);
    main.push_str("import groovy.transform.Field\n");
    main.push_str("import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException\n");
    let _ = write!(main, "\n// What has become of the run so far.\n@Field Map o11n = {}\n", state(plan, &settings, &features));
    if is_split {
        main.push_str("@Field List parts = []\n");
    }
    main.push('\n');
    main.push_str(&properties(plan, options));
    if is_split {
        let label = if settings.label.is_empty() { String::new() } else { format!("({})", text(&settings.label)) };
        let _ = writeln!(main, "node{label} {{\n  checkout(scm)");
        for number in 1..=files.len() {
            let path = part_name(&stem, number);
            let path = if settings.folder.is_empty() { path } else { format!("{}/{path}", settings.folder) };
            let _ = writeln!(main, "  parts << load({}).connect(this)", text(&path));
        }
        main.push_str("}\n");
    }
    if features.contains("cache") {
        main.push_str("openCache()\n");
    }
    if let Some(deadline) = plan.deadline {
        let _ = writeln!(main, "o11n.endsAt = System.currentTimeMillis() + {}L", deadline.0);
    }
    let _ = write!(main, "{calls}finish()\n\n{stages}");
    let mut artifacts = Vec::new();
    if is_split {
        for (number, part) in (1..).zip(&files) {
            let mut out = format!(
                "// Part {number} of {} of the pipeline {}: its Jenkinsfile loads it.\nimport groovy.transform.Field\n\n",
                files.len(),
                comment(&plan.pipeline)
            );
            out.push_str("@Field def main\n\ndef connect(jenkinsfile) {\n  main = jenkinsfile\n  return this\n}\n\n");
            let _ = writeln!(out, "{}return this", part.text);
            artifacts.push(Artifact { path: part_name(&stem, number), text: out });
        }
    } else {
        main.push_str(&files[0].text);
    }
    main.push_str(&modes.text);
    main.push_str(&runtime::text(&features));
    artifacts.insert(0, Artifact { path: format!("{stem}.Jenkinsfile"), text: main });
    artifacts
}

fn part_name(stem: &str, number: usize) -> String {
    format!("{stem}.part-{number}.groovy")
}

/// Files of methods, as many as it takes.
struct Parts {
    is_split: bool,
    files: Vec<Part>,
}

#[derive(Default)]
struct Part {
    text: String,
    substages: usize,
}

impl Parts {
    /// The number of the file for so many more substages.
    fn current(&mut self, more: usize) -> usize {
        let last = self.files.len() - 1;
        let known = &self.files[last];
        let is_full = known.substages + more > MOST_IN_FILE || known.text.len() > MOST_TEXT;
        if self.is_split && known.substages > 0 && is_full {
            self.files.push(Part::default());
        }
        let number = self.files.len() - 1;
        self.files[number].substages += more;
        number
    }
}

/// Writes the methods of a stage's substages; gives what lists them in the order in which they start.
fn substages(methods: &mut Methods, number: u32, stage: &Stage, loaded: &HashSet<SubstageRef>, parts: &mut Parts) -> String {
    let mut order: Vec<(std::cmp::Reverse<Priority>, u32)> =
        (0..).zip(&stage.substages).map(|(index, substage)| (std::cmp::Reverse(substage.priority), index)).collect();
    order.sort();
    let is_whole = !parts.is_split && order.len() <= MOST_IN_METHOD;
    let mut lists = Vec::new();
    for some in order.chunks(MOST_IN_METHOD) {
        let file = parts.current(some.len());
        let mut text = String::new();
        let mut rows = Vec::new();
        for (_, index) in some {
            let at = SubstageRef { stage: number, substage: *index };
            let method = methods.write(at, loaded.contains(&at), &mut text);
            rows.push(row(methods.plan, at, &method, loaded.contains(&at)));
        }
        if is_whole {
            parts.files[file].text.push_str(&text);
            return list(&rows, 4);
        }
        let name = methods.names.unique(&["substages", &stage.name]);
        let _ = writeln!(parts.files[file].text, "List {name}() {{\n  return {}\n}}\n\n{text}", list(&rows, 2));
        lists.push(if parts.is_split { format!("parts[{file}].{name}()") } else { format!("{name}()") });
    }
    if lists.is_empty() { "[]".to_owned() } else { lists.join(" +\n      ") }
}

fn stage_arguments(stage: &Stage, listed: &str) -> String {
    let mut fields = vec![format!("name: {}", text(&stage.name))];
    if let Some(condition) = &stage.when {
        fields.push(format!("when: {{ {} }}", condition_text(condition)));
    }
    if let Some(limit) = stage.slots() {
        fields.push(format!("parallel: {limit}"));
    }
    if let Some(deadline) = stage.deadline {
        fields.push(format!("deadline: {}", seconds(deadline)));
    }
    format!("\n    {},\n    substages: {},\n  ", fields.join(",\n    "), listed)
}

/// A substage as its stage knows it.
fn row(plan: &Plan, at: SubstageRef, method: &str, is_loaded: bool) -> String {
    let (stage, substage) = (&plan.stages[at.stage as usize], plan.substage(at));
    let mut fields = vec![format!("name: {}", text(&substage.name))];
    if substage.on_error != OnError::Finish {
        fields.push(format!("onError: '{}'", substage.on_error.word()));
    }
    if substage.retry.limit > 0 {
        fields.push(format!("retry: {}", retry(&substage.retry)));
    }
    let needs: Vec<String> = substage.needs.iter().filter(|need| !need.members.is_empty()).map(|need| gate(plan, need)).collect();
    if !needs.is_empty() {
        fields.push(format!("needs: {}", groovy::chunked(&needs)));
    }
    if let Some(dispatch) = substage.dispatch {
        fields.push(format!("copies: {}, need: {}", dispatch.copies, dispatch.need));
    }
    if let Some(cache) = &substage.cache {
        fields.push(format!("cache: {}", text(&substage.fingerprint)));
        fields.extend(cache.ttl.map(|ttl| format!("ttl: {}", seconds(ttl))));
        if is_loaded && !substage.artifacts.save.is_empty() {
            fields.push("saves: true".to_owned());
        }
    }
    fields.extend(of_attempt(stage, substage));
    fields.push(format!("run: {{ {method}(it) }}"));
    format!("[{}]", fields.join(", "))
}

/// What one attempt of a substage has to know.
pub(super) fn of_attempt(stage: &Stage, substage: &Substage) -> Vec<String> {
    let mut fields = Vec::new();
    if !substage.exit_codes.is_empty() {
        let codes: Vec<String> = substage.exit_codes.iter().map(|(code, class)| format!("{code}: '{}'", class.word())).collect();
        fields.push(format!("exitCodes: {}", groovy::chunked(&codes)));
    }
    if let Some(timeout) = substage.timeout {
        fields.push(format!("timeout: {}", seconds(timeout)));
    }
    if !substage.lock.is_empty() {
        let names: Vec<String> = substage.lock.iter().map(|name| text(name)).collect();
        fields.push(format!("lock: {}", groovy::chunked(&names)));
    }
    if let Some(shard) = &substage.shard {
        fields.push(format!("shard: {}, shards: {}", shard.index, shard.count));
    }
    if wants_verdict(stage, substage) {
        fields.push("verdict: true".to_owned());
    }
    fields
}

fn retry(retry: &Retry) -> String {
    let on = retry.on.iter().map(|on| match on {
        RetryOn::Failed => "'failed'".to_owned(),
        RetryOn::TimedOut => "'timed_out'".to_owned(),
        RetryOn::Lost => "'lost'".to_owned(),
        RetryOn::Unstable => "'unstable'".to_owned(),
        RetryOn::Exit(code) => code.to_string(),
    });
    let mut fields = vec![format!("limit: {}", retry.limit), format!("on: [{}]", on.collect::<Vec<_>>().join(", "))];
    if retry.delay.0 > 0 {
        fields.push(format!("delay: {}", seconds(retry.delay)));
        if retry.factor != 2.0 {
            fields.push(format!("factor: {}", retry.factor));
        }
        if let Some(most) = retry.max_delay {
            fields.push(format!("maxDelay: {}", seconds(most)));
        }
    }
    format!("[{}]", fields.join(", "))
}

/// What a need names: a family of shards, or paths.
fn gate(plan: &Plan, need: &Need) -> String {
    let loads = if need.loads { ", loads: true" } else { "" };
    if let Some((family, count)) = plan.family(need) {
        return format!("[family: {}, shards: {count}{loads}]", text(&family));
    }
    let members: Vec<String> = need.members.iter().map(|at| text(&plan.path(*at))).collect();
    format!("[all: {}{loads}]", groovy::chunked(&members))
}

fn condition_text(condition: &Condition) -> String {
    match condition {
        Condition::Always => "true".to_owned(),
        Condition::Succeeded => "!o11n.failing".to_owned(),
        Condition::Failed => "o11n.failing".to_owned(),
        Condition::StageSucceeded(stage) => format!("o11n.stages[{}] in ['succeeded', 'unstable']", text(stage)),
        Condition::StageFailed(stage) => format!("o11n.stages[{}] == 'failed'", text(stage)),
        Condition::Not(inner) => format!("!({})", condition_text(inner)),
        Condition::And(left, right) => format!("({}) && ({})", condition_text(left), condition_text(right)),
        Condition::Or(left, right) => format!("({}) || ({})", condition_text(left), condition_text(right)),
    }
}

/// What the pipeline needs of the runtime, but for what the methods of its substages call.
fn used(plan: &Plan) -> Features {
    let mut features = Features::from(["stages"]);
    let mut add = |is_used: bool, feature: &'static str| {
        if is_used {
            features.insert(feature);
        }
    };
    add(plan.deadline.is_some(), "pipeline-deadline");
    add(plan.deadline.is_some(), "deadline");
    for stage in &plan.stages {
        add(stage.when.is_some(), "when");
        add(stage.deadline.is_some(), "deadline");
        add(stage.slots().is_some(), "slots");
        for substage in &stage.substages {
            add(substage.on_error == OnError::Abort && stage.substages.len() > 1, "abort");
            add(substage.retry.limit > 0, "retry");
            add(substage.needs.iter().any(|need| !need.members.is_empty()), "needs");
            add(substage.cache.is_some(), "cache");
            add(substage.dispatch.is_some(), "dispatch");
        }
    }
    for (stage, substage) in plan.substages() {
        features.extend(used_by_attempt(stage, substage));
    }
    features
}

/// What one attempt of a substage needs of it.
pub(super) fn used_by_attempt(stage: &Stage, substage: &Substage) -> impl Iterator<Item = &'static str> {
    let features = [
        (!substage.exit_codes.is_empty(), "exit-codes"),
        (substage.timeout.is_some(), "timeout"),
        (!substage.lock.is_empty(), "lock"),
        (wants_verdict(stage, substage), "verdict"),
    ];
    features.into_iter().filter_map(|(is_used, feature)| is_used.then_some(feature))
}

/// The substages whose files others load.
fn loaded(plan: &Plan) -> HashSet<SubstageRef> {
    let needs = plan.substages().flat_map(|(_, substage)| &substage.needs).filter(|need| need.loads);
    needs.flat_map(|need| need.members.iter().copied()).collect()
}

/// The run's state as it begins.
fn state(plan: &Plan, settings: &Settings, features: &Features) -> String {
    let mut fields = vec![
        format!("name: {}", text(&plan.pipeline)),
        "stages: [:]".to_owned(),
        "stopped: false".to_owned(),
        "failing: false".to_owned(),
        "unstable: false".to_owned(),
    ];
    if features.contains("needs") {
        fields.push("passed: [:], ignored: [:]".to_owned());
    }
    if features.contains("lock") {
        fields.push("held: []".to_owned());
    }
    if features.contains("cache") {
        // Fingerprint to the time of success, and those of them that have no files.
        fields.push(format!("label: {}, cached: [:], without: []", text(&settings.label)));
    }
    format!("[{}]", fields.join(", "))
}

/// Which pipeline it is and what it was compiled with.
fn header(plan: &Plan) -> String {
    let mut out = format!("// Pipeline {}, written by o11n: change its source and compile it again.\n", comment(&plan.pipeline));
    for (name, value) in &plan.params {
        let _ = writeln!(out, "// {} = {}", comment(name), comment(&value.to_string()));
    }
    out
}
