//! The objects that are written: which, under which names, and how large.

use std::io::{self, Write};

use serde::Serialize;

use super::child::SELF;
use super::flow::{self, Templates};
use super::leaf::WORKSPACE_VOLUME;
use super::model::{Arguments, CronSpec, EmptyDir, Metadata, Named, Object, Parameter, Template, Ttl, Volume, WorkflowSpec};
use super::{Context, mangle, rbac};
use crate::base::{Size, Span};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, Priority, Trigger};
use crate::target::names::{hex_digest, shorten};
use crate::target::{Artifact, Kind, triggers, yaml};

/// The longest name of a CronWorkflow. Argo takes 52; children need some of it.
const LONGEST_CRON: usize = 34;
/// Argo's controller may need as long to read a child that has ended.
const SHORTEST_TTL: i64 = 300;
/// The fewest bytes that a substage takes in its stage: `{"name":"a","template":"b-c"}`.
const SMALLEST_STEP: u64 = 28;

pub(super) fn artifacts(cx: &mut Context) -> Vec<Artifact> {
    if cx.options.rbac {
        return vec![Artifact { path: format!("{}.rbac.yaml", cx.base), text: rbac::documents(cx) }];
    }
    let mut text = header(cx.plan);
    if !write_whole(cx, &mut text) {
        // The stages' names are given anew, in children of their own.
        let mut fresh = Context::new(cx.plan, cx.options, cx.bridge);
        fresh.has_children = true;
        let templates = flow::templates(&mut fresh, true);
        split(&mut fresh, templates, &mut text);
        cx.sink = fresh.sink;
    }
    vec![Artifact { path: format!("{}.yaml", cx.base), text }]
}

/// Everything in one object. Whether the cluster takes that; if not, nothing is written.
fn write_whole(cx: &mut Context, text: &mut String) -> bool {
    let limit = cx.settings.max_size.0;
    // So many substages are told to be too many without being made.
    if cx.plan.substages().count() as u64 * SMALLEST_STEP > limit {
        return false;
    }
    let templates = flow::templates(cx, false);
    let whole = spec(cx, "main", templates.all());
    if cx.has_children {
        let (size, digest) = measure(&whole);
        if size <= limit {
            let name = format!("{}-{}", cx.base, &digest[..8]);
            text.reserve(yaml_size(size));
            template(cx, &name, resolved(whole, &name), text);
            starts(cx, &reference(&name), text);
        }
        return size <= limit;
    }
    let Some(size) = size_within(&whole, limit) else { return false };
    text.reserve(yaml_size(size));
    if cx.options.kind == Kind::Template {
        let name = cx.base.clone();
        template(cx, &name, &whole, text);
    } else {
        starts(cx, &whole, text);
    }
    true
}

impl Templates {
    fn all(self) -> Vec<Template> {
        [self.entry].into_iter().chain(self.stages.into_iter().flatten()).chain(self.helpers).collect()
    }
}

/// One WorkflowTemplate a stage, and one that starts them.
fn split(cx: &mut Context, templates: Templates, text: &mut String) {
    let mut main = vec![templates.entry];
    let stages = cx.plan.stages.iter().filter(|stage| !stage.substages.is_empty());
    for (stage, mut own) in stages.zip(templates.stages) {
        // The first two create the child and stop it; they belong to the parent.
        let rest = own.split_off(2);
        let entry = rest.first().map_or_else(String::new, |template| template.name.clone());
        let spec = spec(cx, &entry, rest.into_iter().chain(templates.helpers.iter().cloned()).collect());
        let (size, digest) = measure(&spec);
        check_size(cx, &format!("stage `{}`", stage.name), stage.span, size);
        text.reserve(yaml_size(size));
        let name = format!("{}-{}", cx.base, &digest[..8]);
        main.extend(own.into_iter().map(|template| named(template, &name)));
        template(cx, &name, resolved(spec, &name), text);
    }
    main.extend(templates.helpers);
    let spec = spec(cx, "main", main);
    let (size, digest) = measure(&spec);
    check_size(cx, "the sequence of stages", cx.plan.span, size);
    let name = format!("{}-{}", cx.base, &digest[..8]);
    template(cx, &name, spec, text);
    starts(cx, &reference(&name), text);
}

/// Says so where an object that cannot be split further is too large, or nearly.
fn check_size(cx: &mut Context, what: &str, span: Span, size: u64) {
    let limit = cx.settings.max_size.0;
    let kib = |bytes: u64| Size(bytes.div_ceil(1 << 10) << 10);
    if size > limit {
        let message = format!("{what} makes an object of {}, more than the {} that the cluster takes", kib(size), kib(limit));
        cx.sink.push(
            Diagnostic::at(Code::TooLarge, span, message, "this is too large")
                .note("Kubernetes stores at most 1.5MiB in an object, and Argo adds the state of the run to it")
                .help("part it into several stages, move long scripts into files, or raise `max_size` in `target argo`"),
        );
    } else if size > limit / 10 * 8 {
        let message = format!("{what} makes an object of {}, close to the {} that the cluster takes", kib(size), kib(limit));
        cx.sink.push(
            Diagnostic::at(Code::NearLimit, span, message, "this is nearly too large")
                .note("past the limit it is an error: no run could be started")
                .help("part it into several stages, or move long scripts into files, before more is added"),
        );
    }
}

/// Puts the WorkflowTemplate's name in where its own templates name it.
fn resolved(mut spec: WorkflowSpec, name: &str) -> WorkflowSpec {
    spec.templates = spec.templates.into_iter().map(|template| named(template, name)).collect();
    spec
}

fn named(mut template: Template, name: &str) -> Template {
    if let Some(resource) = &mut template.resource {
        resource.manifest = resource.manifest.replace(SELF, name);
    }
    template
}

fn spec(cx: &Context, entrypoint: &str, templates: Vec<Template>) -> WorkflowSpec {
    let settings = &cx.settings;
    let run = cx.has_children.then(|| Parameter::new("run", ""));
    let gates = cx.gates.iter().map(|gate| Parameter::new(gate.clone(), "false"));
    let variables = cx.plan.run_variables.iter().map(|name| Parameter::new(name.as_str(), ""));
    let parameters: Vec<Parameter> = run.into_iter().chain(variables).chain(gates).collect();
    let has_pods = templates.iter().any(|template| template.script.is_some() || template.container.is_some());
    let workspace = Volume { name: WORKSPACE_VOLUME.into(), empty_dir: Some(EmptyDir {}), persistent_volume_claim: None };
    WorkflowSpec {
        workflow_template_ref: None,
        entrypoint: Some(entrypoint.to_owned()),
        service_account_name: settings.service_account.clone(),
        image_pull_secrets: settings.image_pull_secrets.iter().map(|name| Named { name: name.clone() }).collect(),
        priority: priority(cx.plan),
        ttl_strategy: settings.keep_finished.map(|keep| Ttl { seconds_after_completion: (keep.0 / 1_000).max(SHORTEST_TTL) }),
        arguments: (!parameters.is_empty()).then_some(Arguments { parameters }),
        volumes: if has_pods { vec![workspace] } else { Vec::new() },
        templates,
    }
}

fn reference(name: &str) -> WorkflowSpec {
    WorkflowSpec { workflow_template_ref: Some(Named { name: name.to_owned() }), ..WorkflowSpec::default() }
}

/// Of the whole workflow: what most of its substages have, the lower of two equals. Argo orders waiting workflows by it.
fn priority(plan: &Plan) -> Option<i32> {
    let levels = [(Priority::Low, -10), (Priority::Normal, 0), (Priority::High, 10), (Priority::Urgent, 20)];
    let count = |level: Priority| plan.substages().filter(|(_, substage)| substage.priority == level).count();
    let most = levels.into_iter().rev().max_by_key(|(level, _)| count(*level))?;
    (most.1 != 0).then_some(most.1)
}

fn metadata(cx: &Context, name: Option<String>) -> Metadata {
    Metadata {
        generate_name: name.is_none().then(|| format!("{}-", cx.base)),
        name,
        namespace: cx.settings.namespace.clone(),
        labels: vec![("o11n.dev/pipeline".into(), cx.base.as_str().into())],
    }
}

fn object<Spec: Serialize>(kind: &'static str, metadata: Metadata, spec: Spec, text: &mut String) {
    text.push_str("---\n");
    yaml::append(text, &Object { api_version: "argoproj.io/v1alpha1", kind, metadata, spec });
}

fn template(cx: &Context, name: &str, spec: impl Serialize, text: &mut String) {
    object("WorkflowTemplate", metadata(cx, Some(name.to_owned())), spec, text);
}

/// What starts runs of this spec, as the options want it.
fn starts(cx: &mut Context, spec: &WorkflowSpec, text: &mut String) {
    match cx.options.kind {
        Kind::Run => object("Workflow", metadata(cx, None), spec, text),
        Kind::Template => {}
        Kind::Cron => {
            for trigger in triggers::of_plan(cx.plan, cx.options.trigger.as_ref(), &mut cx.sink) {
                let name = cron_name(&cx.base, trigger);
                let labels = metadata(cx, Some(String::new())).labels;
                let cron = CronSpec {
                    schedules: trigger.cron.iter().map(ToString::to_string).collect(),
                    timezone: trigger.timezone.to_string(),
                    workflow_metadata: Metadata { labels, ..Metadata::default() },
                    workflow_spec: spec.clone(),
                };
                object("CronWorkflow", metadata(cx, Some(name)), cron, text);
            }
        }
    }
}

pub(super) fn cron_name(base: &str, trigger: &Trigger) -> String {
    shorten(&format!("{base}-{}", mangle(&trigger.name)), LONGEST_CRON)
}

/// What a reviewer reads first. Always the same for the same plan.
fn header(plan: &Plan) -> String {
    /// The longest value that is shown.
    const LONGEST: usize = 200;
    let mut text = format!("# Pipeline {}, compiled by o11n. Change its source, not this file.\n", one_line(&plan.pipeline));
    for (name, value) in &plan.params {
        let mut value = one_line(&value.to_string());
        if value.len() > LONGEST {
            value.truncate(value.floor_char_boundary(LONGEST));
            value.push('…');
        }
        text.push_str(&format!("# {name} = {value}\n"));
    }
    text
}

/// Text that ends no comment: readers of YAML disagree on what ends a line.
fn one_line(text: &str) -> String {
    let is_safe = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() || "·…、。，：（）".contains(c);
    text.chars().map(|c| if is_safe(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// About as many bytes as an object of this size has in YAML.
fn yaml_size(size: u64) -> usize {
    usize::try_from(size + size / 4).unwrap_or_default()
}

/// The size of a spec as the cluster stores it, in bytes, if that is within the limit. Stops counting where it is not.
fn size_within(spec: &WorkflowSpec, limit: u64) -> Option<u64> {
    struct Room(u64);
    impl Write for Room {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::FileTooLarge)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut room = Room(limit);
    serde_json::to_writer(&mut room, spec).is_ok().then_some(limit - room.0)
}

/// The size of a spec as the cluster stores it, in bytes, and a digest of it in hex.
fn measure(spec: &WorkflowSpec) -> (u64, String) {
    let json = serde_json::to_vec(spec).expect("our types have string keys and finite numbers");
    (json.len() as u64, hex_digest(&json))
}
