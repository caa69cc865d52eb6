//! The document's shape, and how a plan fills it. The order of the fields is the order in the file.

use std::collections::HashMap;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::base::{Duration, Size, Span};
use crate::diag::{Code, Diagnostic};
use crate::plan::{
    Artifacts, Body, Cache, Case, Condition, EnvValue, ExitClass, Hardware, K8s, OnError, Plan, Priority, Retry, Script, Stage,
    Substage, Test,
};
use crate::target::{TASKBOOK, pod, wants_verdict};

/// The whole document: two fields, then a stage under each other name.
#[derive(Debug)]
pub struct Document {
    err_no: u32,
    msg: String,
    stages: Vec<(EcoString, StageEntry)>,
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 + self.stages.len()))?;
        map.serialize_entry("err_no", &self.err_no)?;
        map.serialize_entry("msg", &self.msg)?;
        for (name, stage) in &self.stages {
            map.serialize_entry(name, stage)?;
        }
        map.end()
    }
}

impl JsonSchema for Document {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Taskbook".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let stage = generator.subschema_for::<StageEntry>();
        json_schema!({
            "type": "object",
            "description": "What to run: the stages under their names, in the order in which they run.",
            "properties": {
                "err_no": { "type": "integer", "minimum": 0, "description": "0: no error; else the number of the first error's code (E0203: 203)." },
                "msg": { "type": "string", "description": "`success`, or the first error, in one line." }
            },
            "required": ["err_no", "msg"],
            "additionalProperties": stage
        })
    }
}

/// A stage.
#[derive(Debug, Serialize, JsonSchema)]
struct StageEntry {
    /// 0, or the number of the error's code, if it lies in this stage.
    err_no: u32,
    /// `success`, or the error, in one line.
    msg: String,
    /// One entry for each substage, shard and copy.
    substages: Vec<Entry>,
    o11n: StageExtras,
}

/// What the classic fields of a stage have no room for.
#[derive(Debug, Serialize, JsonSchema)]
struct StageExtras {
    /// Always `o11n/taskbook/1`.
    schema: &'static str,
    /// The pipeline's name; null if there is none.
    #[schemars(with = "Option<String>")]
    pipeline: Option<EcoString>,
    /// From 0.
    order: usize,
    /// The run condition as the source writes it; null: unless the pipeline was stopped.
    when: Option<String>,
    /// The same for programs.
    condition: Option<Condition>,
    /// Most substages at once; null: all.
    parallel: Option<u32>,
    /// The longest the stage may take, in seconds.
    deadline_s: Option<Duration>,
    /// The longest the whole pipeline may take, in seconds.
    pipeline_deadline_s: Option<Duration>,
    /// Substages that need not run: they already succeeded with the same fingerprint.
    #[schemars(with = "Vec<String>")]
    cached: Vec<EcoString>,
}

impl StageExtras {
    /// Of a stage in which nothing runs.
    fn empty() -> Self {
        Self {
            schema: TASKBOOK,
            pipeline: None,
            order: 0,
            when: None,
            condition: None,
            parallel: None,
            deadline_s: None,
            pipeline_deadline_s: None,
            cached: Vec::new(),
        }
    }
}

/// A substage, a shard of one, or a copy of one.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// A copy is `name#1`.
    substage_name: String,
    /// From the hardware mode.
    #[schemars(with = "String")]
    label: EcoString,
    #[schemars(with = "String")]
    hardware_mode: EcoString,
    #[schemars(with = "String")]
    project_name: EcoString,
    #[schemars(with = "String")]
    stage_key: EcoString,
    /// `JOB_NAME`.
    #[schemars(with = "String")]
    build_cate: EcoString,
    /// `BUILD_ID`.
    build_id: i64,
    use_k8s: bool,
    /// Only where `use_k8s` is true.
    #[serde(flatten)]
    k8s: Option<K8sFields>,
    /// Only where there is a `test` block.
    #[serde(flatten)]
    test: Option<TestFields>,
    o11n: Extras,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct K8sFields {
    #[schemars(with = "String")]
    cloud: EcoString,
    #[schemars(with = "String")]
    container_name: EcoString,
    gpu_count: u32,
    #[schemars(with = "String")]
    resource_template_name: EcoString,
    #[schemars(with = "IndexMap<String, Value>")]
    resource_template: IndexMap<EcoString, Value>,
    /// A pod manifest, valid by itself.
    #[schemars(with = "String")]
    yaml: Arc<str>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct TestFields {
    #[schemars(with = "String")]
    test_level: EcoString,
    #[schemars(with = "String")]
    test_type: EcoString,
    case_list: Vec<CaseEntry>,
    #[schemars(with = "String")]
    encrypt_type: EcoString,
    #[schemars(with = "String")]
    test_method: EcoString,
}

/// `case_name`, and for each further field of the case `case_info_<field>`.
#[derive(Debug, Clone)]
struct CaseEntry(Case);

impl Serialize for CaseEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.0.info.len()))?;
        map.serialize_entry("case_name", &self.0.name)?;
        for (field, value) in &self.0.info {
            map.serialize_entry(&format!("case_info_{field}"), value)?;
        }
        map.end()
    }
}

impl JsonSchema for CaseEntry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Case".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": { "case_name": { "type": "string" } },
            "patternProperties": { "^case_info_": {} },
            "required": ["case_name"],
            "additionalProperties": false
        })
    }
}

/// What the classic fields of a substage have no room for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Extras {
    /// The body as a shell script, or null.
    run: Option<Script>,
    /// The body as words, or null.
    #[schemars(with = "Option<Vec<String>>")]
    command: Option<Vec<EcoString>>,
    #[schemars(with = "String")]
    shell: EcoString,
    /// Run before the body, in the same shell, in this order.
    before: Vec<Script>,
    /// Run after the body whatever happened, in this order.
    after: Vec<Script>,
    #[schemars(with = "IndexMap<String, EnvValue>")]
    env: Arc<IndexMap<EcoString, EnvValue>>,
    #[schemars(with = "Option<String>")]
    image: Option<EcoString>,
    hardware: Option<HardwareEntry>,
    /// The longest one attempt may take, in seconds.
    timeout_s: Option<Duration>,
    retry: Retry,
    on_error: OnError,
    /// Exit code to what it means.
    #[schemars(with = "IndexMap<String, ExitClass>")]
    exit_codes: IndexMap<String, ExitClass>,
    needs: Vec<NeedEntry>,
    #[schemars(with = "Vec<String>")]
    lock: Vec<EcoString>,
    artifacts: Artifacts,
    priority: Priority,
    /// Which copy this is of what, and how many must pass.
    dispatch: Option<Copy>,
    shard: Option<crate::plan::Shard>,
    cache: Option<Cache>,
    /// It wants the pipeline's outcome so far, as `O11N_VERDICT`.
    verdict: bool,
    #[schemars(with = "String")]
    fingerprint: EcoString,
}

/// The hardware mode's sizes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct HardwareEntry {
    /// Cores.
    cpu: Option<f64>,
    /// Bytes.
    memory: Option<Size>,
    gpu: Option<u32>,
    #[schemars(with = "Option<String>")]
    gpu_type: Option<EcoString>,
    /// Bytes.
    disk: Option<Size>,
    #[schemars(with = "String")]
    os: EcoString,
    #[schemars(with = "Option<String>")]
    arch: Option<EcoString>,
}

/// A gate: all members must have passed, or the substage is skipped.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NeedEntry {
    #[schemars(with = "String")]
    path: EcoString,
    /// As `stage/substage`; empty, and no `shards`: the gate is open.
    members: Vec<String>,
    /// For a whole family: how many. `path` with `-1of4` to `-4of4` are the members.
    shards: Option<u32>,
    /// Its files are loaded, so an ignored failure does not pass.
    loads: bool,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Copy {
    /// The substage.
    #[schemars(with = "String")]
    of: EcoString,
    /// From 1.
    copy: u32,
    copies: u32,
    /// How many must pass.
    need: u32,
}

pub(super) fn document(plan: &Plan, sink: &mut Vec<Diagnostic>) -> Document {
    let mut manifests = Manifests::default();
    let stages = plan.stages.iter().enumerate().map(|(order, stage)| {
        let mut substages = Vec::with_capacity(stage.substages.len());
        check_copies(stage, sink);
        for substage in &stage.substages {
            entries(plan, stage, substage, &mut manifests, sink, &mut substages);
        }
        let o11n = StageExtras {
            schema: TASKBOOK,
            pipeline: Some(plan.pipeline.clone()),
            order,
            when: stage.when.as_ref().map(ToString::to_string),
            condition: stage.when.clone(),
            parallel: stage.parallel,
            deadline_s: stage.deadline,
            pipeline_deadline_s: plan.deadline,
            cached: Vec::new(),
        };
        (stage.name.clone(), StageEntry { err_no: 0, msg: "success".into(), substages, o11n })
    });
    Document { err_no: 0, msg: "success".into(), stages: stages.collect() }
}

pub(super) fn failure(diagnostics: &[Diagnostic], stages: &[(EcoString, Span)]) -> Document {
    let Some(error) = diagnostics.iter().find(|diagnostic| diagnostic.is_error()) else {
        let msg = "compilation failed without a diagnostic".into();
        return Document { err_no: Code::Internal.number(), msg, stages: Vec::new() };
    };
    let (err_no, msg) = (error.code.number(), one_line(&error.message));
    let at_fault = error.span().and_then(|place| stages.iter().find(|(_, span)| span.contains(place)));
    let stage = |(name, _): &(EcoString, Span)| {
        (name.clone(), StageEntry { err_no, msg: msg.clone(), substages: Vec::new(), o11n: StageExtras::empty() })
    };
    Document { err_no, msg: msg.clone(), stages: at_fault.map(stage).into_iter().collect() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reports substages that are named like a copy of another.
fn check_copies(stage: &Stage, sink: &mut Vec<Diagnostic>) {
    let known: HashMap<&str, &Substage> = stage.substages.iter().map(|substage| (substage.name.as_str(), substage)).collect();
    for substage in &stage.substages {
        for copy in 1..=substage.dispatch.map_or(0, |dispatch| dispatch.copies) {
            let name = format!("{}#{copy}", substage.name);
            if let Some(other) = known.get(name.as_str()) {
                let message = format!("`{name}` is the name of a copy of `{}` in the taskbook", substage.name);
                sink.push(
                    Diagnostic::at(Code::MangledCollision, other.span, message, "named like the copy")
                        .label(substage.span, "dispatched here")
                        .help("give it another name"),
                );
            }
        }
    }
}

/// The entries of one substage: one, or one for each copy of a dispatch.
fn entries(
    plan: &Plan,
    stage: &Stage,
    substage: &Substage,
    manifests: &mut Manifests,
    sink: &mut Vec<Diagnostic>,
    entries: &mut Vec<Entry>,
) {
    let mode = substage.hardware.as_ref();
    let k8s = mode.and_then(|mode| mode.k8s.as_ref().map(|k8s| (mode, k8s)));
    let k8s = k8s.map(|(mode, k8s)| K8sFields {
        cloud: k8s.cloud.clone(),
        container_name: k8s.container.clone(),
        gpu_count: mode.gpu.unwrap_or(0),
        resource_template_name: k8s.resource_template_name.clone(),
        resource_template: k8s.resource_template.clone(),
        yaml: manifests.of(mode, k8s, substage.image.as_ref(), sink),
    });
    let test = substage.test.as_ref().map(test_fields);
    let extras = extras(plan, stage, substage);
    let entry = |name: String, dispatch: Option<Copy>| Entry {
        substage_name: name,
        label: mode.map(|mode| mode.label.clone()).unwrap_or_default(),
        hardware_mode: mode.map(|mode| mode.name.clone()).unwrap_or_default(),
        project_name: substage.project.clone(),
        stage_key: stage.key.clone(),
        build_cate: plan.job_name.clone(),
        build_id: plan.build_id,
        use_k8s: k8s.is_some(),
        k8s: k8s.clone(),
        test: test.clone(),
        o11n: Extras { dispatch, ..extras.clone() },
    };
    let Some(dispatch) = substage.dispatch else {
        entries.push(entry(substage.name.to_string(), None));
        return;
    };
    for copy in 1..=dispatch.copies {
        let name = format!("{}#{copy}", substage.name);
        let copy = Copy { of: substage.name.clone(), copy, copies: dispatch.copies, need: dispatch.need };
        entries.push(entry(name, Some(copy)));
    }
}

fn test_fields(test: &Test) -> TestFields {
    TestFields {
        test_level: test.level.clone().unwrap_or_default(),
        test_type: test.kind.clone().unwrap_or_default(),
        case_list: test.cases.iter().cloned().map(CaseEntry).collect(),
        encrypt_type: test.encrypt.clone().unwrap_or_default(),
        test_method: test.method.clone().unwrap_or_default(),
    }
}

fn extras(plan: &Plan, stage: &Stage, substage: &Substage) -> Extras {
    let (run, command) = match &substage.body {
        Body::Run(script) => (Some(script.clone()), None),
        Body::Command(words) => (None, Some(words.clone())),
    };
    let needs = substage.needs.iter().map(|need| {
        let family = plan.family(need);
        let paths = need.members.iter().map(|at| plan.path(*at));
        NeedEntry {
            members: if family.is_some() { Vec::new() } else { paths.collect() },
            shards: family.as_ref().map(|(_, count)| *count),
            path: family.map_or_else(|| need.path.clone(), |(path, _)| path.into()),
            loads: need.loads,
        }
    });
    Extras {
        run,
        command,
        shell: substage.shell.clone(),
        before: substage.before.clone(),
        after: substage.after.clone(),
        env: Arc::clone(&substage.env),
        image: substage.image.clone(),
        hardware: substage.hardware.as_deref().map(hardware),
        timeout_s: substage.timeout,
        retry: substage.retry.clone(),
        on_error: substage.on_error,
        exit_codes: substage.exit_codes.iter().map(|(code, class)| (code.to_string(), *class)).collect(),
        needs: needs.collect(),
        lock: substage.lock.clone(),
        artifacts: substage.artifacts.clone(),
        priority: substage.priority,
        dispatch: None,
        shard: substage.shard.clone(),
        cache: substage.cache.clone(),
        verdict: wants_verdict(stage, substage),
        fingerprint: substage.fingerprint.clone(),
    }
}

fn hardware(mode: &Hardware) -> HardwareEntry {
    HardwareEntry {
        cpu: mode.cpu,
        memory: mode.memory,
        gpu: mode.gpu,
        gpu_type: mode.gpu_type.clone(),
        disk: mode.disk,
        os: mode.os.clone(),
        arch: mode.arch.clone(),
    }
}

/// The pod manifests made so far: many substages share few modes.
#[derive(Default)]
struct Manifests {
    made: HashMap<(*const Hardware, Option<EcoString>), Arc<str>>,
}

impl Manifests {
    fn of(&mut self, mode: &Arc<Hardware>, k8s: &K8s, image: Option<&EcoString>, sink: &mut Vec<Diagnostic>) -> Arc<str> {
        let key = (Arc::as_ptr(mode), image.cloned());
        let made = self.made.entry(key).or_insert_with(|| {
            let manifest = pod::waiting_manifest(mode, k8s, image.map(EcoString::as_str));
            manifest
                .unwrap_or_else(|reason| {
                    sink.push(pod::bad_patch(mode, &reason));
                    String::new()
                })
                .into()
        });
        Arc::clone(made)
    }
}
