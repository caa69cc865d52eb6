//! What each part of a plan says, as named values in the language's words: what two versions are compared by.

use ecow::EcoString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Body, Case, Condition, EnvValue, Hardware, K8s, Plan, Script, Stage, Substage, Trigger};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Fact {
    /// As the source would write it; scripts as their text.
    Text(String),
    List(Vec<String>),
}

/// Values by name, such as `retry.limit`.
pub(super) type Facts = IndexMap<String, Fact>;

type Json = serde_json::Value;

/// Of the pipeline itself.
pub(super) fn of_plan(plan: &Plan) -> Facts {
    let mut facts = Facts::new();
    // Every field is named, so that a new one is not forgotten here. What the environment of a build says is no change of the
    // pipeline, and a comment none of what it does.
    let Plan {
        schema: _,
        pipeline,
        docs: _,
        job_name: _,
        build_id: _,
        params,
        deadline,
        triggers,
        targets,
        run_variables,
        stages: _,
        span: _,
        origins: _,
    } = plan;
    facts.text("pipeline", pipeline);
    facts.some("deadline", deadline.as_ref());
    for (name, value) in params {
        facts.text(format!("param {name}"), json(value));
    }
    for Trigger { name, cron, timezone, with, span: _ } in triggers {
        facts.list(format!("trigger {name}: cron"), cron);
        facts.text(format!("trigger {name}: timezone"), timezone);
        for (param, value) in with {
            facts.text(format!("trigger {name}: with {param}"), json(value));
        }
    }
    for (target, settings) in targets {
        for (name, value) in settings {
            facts.text(format!("target {target}: {name}"), json(value));
        }
    }
    facts.list("variables of a run", run_variables);
    facts
}

/// Of a stage, without its substages.
pub(super) fn of_stage(stage: &Stage) -> Facts {
    let Stage { name, key, when, parallel, deadline, substages: _, span: _, origins: _ } = stage;
    let mut facts = Facts::new();
    // A key that is the name follows a renaming by itself.
    facts.some("key", (key != name).then_some(key));
    facts.some("when", when.as_ref().map(Condition::to_string).as_ref());
    facts.some("parallel", parallel.as_ref());
    facts.some("deadline", deadline.as_ref());
    facts
}

/// Of a substage, or of a family of shards, which differ in their cases only. `mode` is what its hardware mode is called.
pub(super) fn of_family(members: &[&Substage], mode: Option<&str>) -> Facts {
    let Substage {
        name: _,
        shard,
        on_error,
        exit_codes,
        retry,
        timeout,
        needs,
        hardware: _,
        image,
        priority,
        lock,
        dispatch,
        cache,
        env,
        before,
        body,
        after,
        shell,
        project,
        test,
        artifacts,
        fingerprint: _,
        span: _,
        origins: _,
    } = members[0];
    let mut facts = Facts::new();
    facts.text("shards", shard.as_ref().map_or(1, |shard| shard.count));
    facts.text("on_error", word(on_error));
    for (code, class) in exit_codes {
        facts.text(format!("exit_codes.{code}"), word(class));
    }
    facts.text("retry.limit", retry.limit);
    facts.list("retry.on", retry.on.iter().map(word));
    facts.text("retry.delay", retry.delay);
    facts.text("retry.factor", retry.factor);
    facts.some("retry.max_delay", retry.max_delay.as_ref());
    facts.some("timeout", timeout.as_ref());
    facts.list("needs", needs.iter().filter(|need| !need.loads).map(|need| &need.path));
    facts.some("hardware", mode);
    facts.some("image", image.as_ref());
    facts.text("priority", word(priority));
    facts.list("lock", lock);
    facts.some("dispatch.copies", dispatch.map(|dispatch| dispatch.copies).as_ref());
    facts.some("dispatch.need", dispatch.map(|dispatch| dispatch.need).as_ref());
    if let Some(cache) = cache {
        facts.text("cache", "on");
        facts.list("cache.inputs", &cache.inputs);
        facts.some("cache.ttl", cache.ttl.as_ref());
    }
    facts.env(env);
    facts.scripts("before", before);
    match body {
        Body::Run(run) => facts.text("run", run.text()),
        Body::Command(words) => facts.list("command", words),
    }
    facts.scripts("after", after);
    facts.text("shell", shell);
    facts.filled("project", project);
    if let Some(test) = test {
        facts.some("test.level", test.level.as_ref());
        facts.some("test.type", test.kind.as_ref());
        facts.some("test.method", test.method.as_ref());
        facts.some("test.encrypt", test.encrypt.as_ref());
        facts.list("test.cases", cases(members));
    }
    facts.list("artifacts.save", &artifacts.save);
    facts.list("artifacts.keep", &artifacts.keep);
    facts.list("artifacts.junit", &artifacts.junit);
    facts.list("artifacts.load", &artifacts.load);
    facts
}

/// Of a hardware mode.
pub(super) fn of_hardware(mode: &Hardware) -> Facts {
    let Hardware { name: _, label, cpu, memory, gpu, gpu_type, disk, os, arch, image, env, lock, k8s, span: _, origins: _ } =
        mode;
    let mut facts = Facts::new();
    facts.filled("label", label);
    facts.some("cpu", cpu.as_ref());
    facts.some("memory", memory.as_ref());
    facts.some("gpu", gpu.as_ref());
    facts.some("gpu_type", gpu_type.as_ref());
    facts.some("disk", disk.as_ref());
    facts.text("os", os);
    facts.some("arch", arch.as_ref());
    facts.some("image", image.as_ref());
    facts.env(env);
    facts.list("lock", lock);
    let Some(k8s) = k8s else { return facts };
    let K8s { cloud, container, node_selector, tolerations, volumes, resource_template_name, resource_template, yaml } = k8s;
    facts.text("k8s", "on");
    facts.filled("k8s.cloud", cloud);
    facts.text("k8s.container", container);
    for (label, value) in node_selector {
        facts.text(format!("k8s.node_selector.{label}"), value);
    }
    facts.list("k8s.tolerations", tolerations);
    for (path, claim) in volumes {
        facts.text(format!("k8s.volumes.{path}"), claim);
    }
    facts.filled("k8s.resource_template_name", resource_template_name);
    for (name, value) in resource_template {
        facts.text(format!("k8s.resource_template.{name}"), json(value));
    }
    facts.filled("k8s.yaml", yaml);
    facts
}

/// The cases of all members, as they were before they were dealt out: the first of each, then the second.
fn cases<'p>(members: &[&'p Substage]) -> Vec<String> {
    let of = |member: &&'p Substage| member.test.as_ref().map_or(&[][..], |test| &test.cases);
    let longest = members.iter().map(|member| of(member).len()).max().unwrap_or(0);
    let dealt = (0..longest).flat_map(|round| members.iter().filter_map(move |member| of(member).get(round)));
    dealt
        .map(
            |Case { name, info }| {
                if info.is_empty() { name.to_string() } else { format!("{name} {}", Json::from_iter(info.clone())) }
            },
        )
        .collect()
}

fn json(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The language's word for a choice: `abort`, `timed_out`, `exit(3)`.
fn word<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Json::Object(fields)) => {
            fields.into_iter().map(|(name, value)| format!("{name}({value})")).collect::<Vec<_>>().join(" ")
        }
        Ok(value) => json(&value),
        Err(_) => String::new(),
    }
}

/// How facts are noted.
trait Note {
    fn text(&mut self, name: impl Into<String>, value: impl ToString);
    /// Only where there is a value.
    fn some<T: ToString + ?Sized>(&mut self, name: &str, value: Option<&T>);
    /// Only where it is not empty.
    fn filled(&mut self, name: &str, text: &str);
    /// Only where it is not empty.
    fn list<T: ToString>(&mut self, name: impl Into<String>, values: impl IntoIterator<Item = T>);
    fn env(&mut self, env: &IndexMap<EcoString, EnvValue>);
    fn scripts(&mut self, name: &str, scripts: &[Script]);
}

impl Note for Facts {
    fn text(&mut self, name: impl Into<String>, value: impl ToString) {
        self.insert(name.into(), Fact::Text(value.to_string()));
    }

    fn some<T: ToString + ?Sized>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.text(name, value.to_string());
        }
    }

    fn filled(&mut self, name: &str, text: &str) {
        self.some(name, Some(text).filter(|text| !text.is_empty()));
    }

    fn list<T: ToString>(&mut self, name: impl Into<String>, values: impl IntoIterator<Item = T>) {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        if !values.is_empty() {
            self.insert(name.into(), Fact::List(values));
        }
    }

    fn env(&mut self, env: &IndexMap<EcoString, EnvValue>) {
        for (name, value) in env {
            match value {
                EnvValue::Text(text) => self.text(format!("env.{name}"), text),
                EnvValue::Secret(secret) => self.text(format!("env.{name}"), format!("secret({secret:?})")),
            }
        }
    }

    fn scripts(&mut self, name: &str, scripts: &[Script]) {
        if !scripts.is_empty() {
            let texts: Vec<EcoString> = scripts.iter().map(Script::text).collect();
            self.text(name, texts.join("\n"));
        }
    }
}
