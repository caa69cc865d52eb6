//! The pod of a substage, apart from what differs between substages of one kind: so that many of them share one template.

use std::collections::HashMap;
use std::sync::Arc;

use ecow::{EcoString, EcoVec, eco_format};

use super::files::{self, WORKSPACE};
use super::model::{
    Archive, CacheStore, Container, EmptyDir, EnvVar, InputArtifact, Inputs, Memoize, Named, OutputArtifact, Outputs, Parameter,
    Raw, RetryStrategy, SecretKey, SecretSource, Stored, Template,
};
use super::retry;
use super::substage::is_dispatched;
use super::text::{self, CARRIED_CASES, CASES, Carried, Parts, Piece, Pieces, Program, is_plain, is_plain_script};
use super::{Context, bridge};
use crate::diag::{Code, Diagnostic};
use crate::plan::{EnvValue, Hardware, K8s, Plan, ScriptPart, Stage, Substage};
use crate::target::capability::origin;
use crate::target::pod::{self, Resources, Toleration, Volume, VolumeMount};
use crate::target::runner::{self, unexpanded};
use crate::target::wants_verdict;
use crate::target::yaml::{self, Flow, Text};

/// Seconds that Kubernetes gives a pod to end in.
const USUAL_GRACE: i64 = 30;

/// The volume that is mounted there.
pub(super) const WORKSPACE_VOLUME: &str = "workspace";

/// A pod with open places, and what fills them.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) shape: Shape,
    /// What each place is the value of: a variable, `value` for one in a script. A parameter for it is called alike.
    pub(super) slots: Vec<EcoString>,
    /// What fills each place.
    pub(super) values: Vec<EcoString>,
    /// The stage hands its input [`VERDICT_INPUT`] on to it.
    pub(super) takes_verdict: bool,
}

/// The parameter that tells a stage the pipeline's outcome so far.
pub(super) const VERDICT_INPUT: &str = "verdict";

/// What the substages of one template have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    program: ShapeProgram,
    image: EcoString,
    env: Vec<(EcoString, ShapeEnv)>,
    cases: Option<Piece>,
    loads: Vec<(Piece, Piece)>,
    saves: Vec<Saved>,
    memoize: Option<(Piece, Option<EcoString>, String)>,
    retry: Option<RetryStrategy>,
    deadline: Option<i64>,
    priority_class: Option<EcoString>,
    host: Arc<Host>,
    patch: Option<EcoString>,
    pub(super) locks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum ShapeProgram {
    Script { interpreter: Vec<EcoString>, source: Pieces },
    Words(Vec<EcoString>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum ShapeEnv {
    Text(Piece),
    Secret { name: String, key: String },
}

/// A file that leaves the pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Saved {
    name: String,
    path: Piece,
    /// Where later substages find it; `None`: for people.
    key: Option<Piece>,
}

/// What a hardware mode asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Host {
    resources: Resources,
    node_selector: EcoVec<(EcoString, EcoString)>,
    tolerations: EcoVec<Flow<Toleration>>,
    volumes: EcoVec<Volume>,
    /// The workspace first.
    mounts: EcoVec<Flow<VolumeMount>>,
    /// Its piece of a pod manifest, as JSON, and as it is written where nothing is added to it.
    patch: Option<(String, EcoString)>,
}

/// The hosts made so far: many substages share few modes.
#[derive(Debug)]
pub(super) struct Hosts {
    known: HashMap<*const Hardware, Arc<Host>>,
    /// Of a substage without a mode, or of one that says nothing of Kubernetes.
    none: Arc<Host>,
}

impl Hosts {
    pub(super) fn new() -> Self {
        Self { known: HashMap::new(), none: Arc::new(Host { mounts: mounts(Vec::new()), ..Host::default() }) }
    }

    fn of(&mut self, substage: &Substage, cx: &mut Context) -> Arc<Host> {
        let Some(mode) = &substage.hardware else { return Arc::clone(&self.none) };
        if let Some(host) = self.known.get(&Arc::as_ptr(mode)) {
            return Arc::clone(host);
        }
        let host = mode.k8s.as_ref().map_or_else(|| Arc::clone(&self.none), |k8s| Arc::new(host(mode, k8s, cx)));
        self.known.insert(Arc::as_ptr(mode), Arc::clone(&host));
        host
    }
}

fn mounts(of_mode: Vec<VolumeMount>) -> EcoVec<Flow<VolumeMount>> {
    let workspace = VolumeMount { name: WORKSPACE_VOLUME.into(), mount_path: WORKSPACE.into() };
    [workspace].into_iter().chain(of_mode).map(Flow).collect()
}

fn host(mode: &Hardware, k8s: &K8s, cx: &mut Context) -> Host {
    let node_selector = pod::labelled_selector(mode, k8s, &cx.settings.cluster, &cx.settings.label_prefix);
    let (volumes, of_mode) = pod::volumes(k8s);
    let patch = match k8s.yaml.trim() {
        "" => None,
        text => match pod::patch(text) {
            Ok(mut value) => value.get_mut("spec").map(|spec| {
                pod::call_main(spec, &k8s.container);
                (spec.to_string(), unreplaced(spec))
            }),
            Err(reason) => {
                cx.sink.push(pod::bad_patch(mode, &reason));
                None
            }
        },
    };
    let host = Host {
        resources: pod::resources(mode, &cx.settings.cluster),
        node_selector,
        tolerations: pod::tolerations(k8s).into_iter().map(Flow).collect(),
        volumes: volumes.into(),
        mounts: mounts(of_mode),
        patch,
    };
    let texts = host.node_selector.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
    let texts = texts.chain(host.tolerations.iter().map(|toleration| toleration.0.key.as_str()));
    let texts = texts.chain(host.volumes.iter().map(|volume| volume.persistent_volume_claim.claim_name.as_str()));
    let mut texts = texts.chain(host.mounts.iter().map(|mount| mount.0.mount_path.as_str()));
    cx.sink.extend(texts.find(|text| !is_plain(text)).map(|text| not_plain(mode.span, text)));
    drop(texts);
    host
}

/// A text that stands where nothing can carry it past Argo.
pub(super) fn not_plain(span: crate::base::Span, text: &str) -> Diagnostic {
    Diagnostic::at(Code::Refused, span, format!("Argo would change the text `{}`", text.escape_debug()), "used here")
        .note("Argo replaces `{{ … }}` wherever it stands")
        .help("write it without `{{`; scripts, `env` and cases may hold it")
}

/// Collects the open places of one substage.
struct Builder<'a> {
    slots: Vec<EcoString>,
    values: Vec<EcoString>,
    /// Values of this substage may be passed as parameters.
    shares: bool,
    substage: &'a Substage,
}

impl Builder<'_> {
    fn slot(&mut self, name: impl Into<EcoString>, value: impl Into<EcoString>) -> Piece {
        if !self.shares {
            return Piece::Text(value.into());
        }
        self.slots.push(name.into());
        self.values.push(value.into());
        Piece::Slot(self.slots.len() - 1)
    }

    fn parts(&mut self, parts: &Parts) -> Pieces {
        if !self.shares {
            return vec![Piece::Text(parts.text())];
        }
        let piece = |part: &ScriptPart| match part {
            ScriptPart::Text(text) => Piece::Text(text.clone()),
            ScriptPart::Value(value) => self.slot("value", value.clone()),
        };
        parts.0.iter().map(piece).collect()
    }
}

/// The leaf of a substage.
pub(super) fn leaf(cx: &mut Context, hosts: &mut Hosts, stage: &Stage, substage: &Substage, is_child: bool) -> Leaf {
    let is_bridged = substage.is_on_bare_metal();
    let stand_in = is_bridged.then(|| cx.bridge.stand_in(format!("{}/{}", stage.name, substage.name), substage));
    let wants_verdict = wants_verdict(stage, substage);
    let substage = stand_in.as_ref().unwrap_or(substage);
    let host = hosts.of(substage, cx);
    let mut contract = contract(cx, stage, substage);
    if wants_verdict {
        let scope = if is_child { "workflow" } else { "inputs" };
        let value = EnvValue::Text(format!("{{{{{scope}.parameters.{VERDICT_INPUT}}}}}").into());
        contract.push(("O11N_VERDICT".into(), value, true));
    }
    if is_bridged {
        // Attempts of one pod have a number behind their name, which the bridge takes away.
        contract.push(("O11N_RUN".into(), EnvValue::Text("{{workflow.uid}} {{node.name}}".into()), true));
    }
    for name in &cx.plan.run_variables {
        contract.push((name.clone(), EnvValue::Text(format!("{{{{workflow.parameters.{name}}}}}").into()), true));
    }
    let carried = carried(substage, &contract);
    let loads = files::loads(cx, substage);
    let program = text::program(substage, &carried, loads.are_copied);
    if loads.are_copied && matches!(program, Program::Words(_)) {
        cx.sink.push(files::cannot_copy(substage));
    }
    let shares = shares(substage, &program, &contract, &carried);
    let places = contract.len() + 8;
    let mut builder = Builder { slots: Vec::with_capacity(places), values: Vec::with_capacity(places), shares, substage };

    let env = env(cx, &mut builder, contract, &carried);
    let program = match program {
        Program::Script { interpreter, source } => ShapeProgram::Script { interpreter, source: builder.parts(&source) },
        Program::Words(words) => ShapeProgram::Words(words),
    };
    let cases = cases(substage).filter(|_| carried.cases.is_none()).map(|cases| builder.slot("cases", cases));
    let loads = loads.files.into_iter().map(|(path, key)| (builder.slot("load", path), builder.slot("load-key", key))).collect();
    let saves = saves(cx, &mut builder, stage);
    let memoize = substage.cache.as_ref().map(|cache| {
        let key = builder.slot("fingerprint", substage.fingerprint.clone());
        (key, cache.ttl.map(retry::duration), cx.cache_name(stage))
    });
    let own_timeout = runner::has_own_timeout(substage) || is_bridged && substage.timeout.is_some();
    let after = substage.after.len() as i64 * runner::AFTER;
    let grace = if is_bridged { bridge::GRACE } else { after + USUAL_GRACE };
    let image = substage.image.clone().unwrap_or_else(|| cx.settings.image.clone());
    if !is_plain(&image) {
        cx.sink.push(not_plain(origin(&substage.origins, "image", substage.span), &image));
    }
    let shape = Shape {
        program,
        image,
        env,
        cases,
        loads,
        saves,
        memoize,
        retry: retry::strategy(substage, own_timeout),
        // With `after` the runner keeps the time; the pod's own is the net under it.
        deadline: substage
            .timeout
            .filter(|_| !is_bridged)
            .map(|timeout| runner::seconds(timeout) + if own_timeout { after + 60 } else { 0 }),
        priority_class: cx.settings.priority_class(substage.priority).cloned(),
        patch: patch(&host, grace),
        host,
        locks: Vec::new(),
    };
    Leaf { shape, slots: builder.slots, values: builder.values, takes_verdict: wants_verdict && !is_child }
}

/// The mode's piece of a pod manifest, and time for what comes when it is ended.
fn patch(host: &Host, grace: i64) -> Option<EcoString> {
    if grace <= USUAL_GRACE {
        return host.patch.as_ref().map(|(_, written)| written.clone());
    }
    let mut spec = match &host.patch {
        Some((json, _)) => serde_json::from_str(json).expect("it was written from a value"),
        None => serde_json::json!({}),
    };
    if let Some(map) = spec.as_object_mut() {
        map.entry("terminationGracePeriodSeconds").or_insert(grace.into());
    }
    Some(unreplaced(&spec))
}

/// Data, written as a text in which Argo finds nothing to replace.
fn unreplaced(data: &serde_json::Value) -> EcoString {
    let json = data.to_string();
    // Two braces in a row open a replacement; in JSON they stand inside a string only, where there is another way to write one.
    if json.contains("{{") { json.replace("{{", r"{\u007b").into() } else { yaml::document(data).trim_end().into() }
}

/// What every body finds in its environment, the user's own variables on top.
fn contract(cx: &Context, stage: &Stage, substage: &Substage) -> Vec<(EcoString, EnvValue, bool)> {
    let (shard, shards) = match &substage.shard {
        Some(shard) => (eco_format!("{}", shard.index), eco_format!("{}", shard.count)),
        None => ("1".into(), "1".into()),
    };
    let plan: &Plan = cx.plan;
    let cases = match cases(substage) {
        Some(cases) if is_plain_script(&cases) => CASES,
        Some(_) => CARRIED_CASES,
        None => "/dev/null",
    };
    let attempt = if retry::is_retried(substage) { "{{=asInt(retries) + 1}}" } else { "1" };
    let own: [(&str, EcoString, bool); 10] = [
        ("WORKSPACE", WORKSPACE.into(), true),
        ("O11N_PIPELINE", plan.pipeline.clone(), false),
        ("O11N_STAGE", stage.name.clone(), false),
        ("O11N_SUBSTAGE", substage.name.clone(), false),
        ("O11N_ATTEMPT", attempt.into(), true),
        ("O11N_SHARD", shard, false),
        ("O11N_SHARDS", shards, false),
        ("O11N_CASES", cases.into(), true),
        ("JOB_NAME", cx.job_name(), false),
        ("BUILD_ID", cx.build_id(), true),
    ];
    let mut contract = Vec::with_capacity(own.len() + substage.env.len() + 1);
    contract.extend(own.into_iter().map(|(name, value, ours)| (name.into(), EnvValue::Text(value), ours)));
    let ours = contract.len();
    for (name, value) in substage.env.iter() {
        if contract[..ours].iter().all(|(known, _, _)| known != name) {
            contract.push((name.clone(), value.clone(), false));
        }
    }
    contract
}

/// What only a shell can bring in.
fn carried(substage: &Substage, contract: &[(EcoString, EnvValue, bool)]) -> Carried {
    let variables = contract.iter().filter_map(|(name, value, ours)| match value {
        EnvValue::Text(value) if !ours && !is_plain(value) => Some((name.clone(), value.clone())),
        EnvValue::Text(_) | EnvValue::Secret(_) => None,
    });
    Carried { variables: variables.collect(), cases: cases(substage).filter(|cases| !is_plain_script(cases)) }
}

fn cases(substage: &Substage) -> Option<String> {
    let test = substage.test.as_ref().filter(|test| !test.cases.is_empty())?;
    Some(test.cases.iter().map(|case| format!("{}\n", case.name)).collect())
}

/// Whether the substage's values survive being passed as parameters: Argo puts them into a text as a Go string literal, and looks
/// for braces around them.
fn shares(substage: &Substage, program: &Program, contract: &[(EcoString, EnvValue, bool)], carried: &Carried) -> bool {
    if !carried.variables.is_empty() || carried.cases.is_some() || is_dispatched(substage) {
        return false;
    }
    let env = contract.iter().all(|(_, value, ours)| match value {
        EnvValue::Text(value) => *ours || is_literal(value),
        EnvValue::Secret(_) => true,
    });
    let source = match program {
        Program::Script { source, .. } => source.0.as_slice(),
        Program::Words(_) => &[],
    };
    let fits = source.iter().enumerate().all(|(at, part)| match part {
        ScriptPart::Text(_) => true,
        ScriptPart::Value(value) => {
            let before = source[..at].iter().rev().map(ScriptPart::as_str).find(|text| !text.is_empty());
            let behind = source[at + 1..].iter().map(ScriptPart::as_str).find(|text| !text.is_empty());
            is_literal(value)
                && !before.is_some_and(|text| text.ends_with('{'))
                && !behind.is_some_and(|text| text.starts_with('}'))
        }
    });
    let artifacts = &substage.artifacts;
    let paths = artifacts.save.iter().chain(&artifacts.keep).chain(&artifacts.junit).chain(&artifacts.load);
    env && fits && cases(substage).is_none_or(|cases| is_literal(&cases)) && paths.clone().all(|path| is_literal(path))
}

/// Whether Go writes the text as JSON would: no control characters but line ends and tabs, nothing that it takes for unprintable.
fn is_literal(text: &str) -> bool {
    is_plain(text)
        && !text.starts_with('}')
        && !text.ends_with('{')
        && (text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) || text.chars().all(is_printable))
}

/// What Go takes for printable, as far as we are sure of it.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\n' | '\t' | '\u{3001}'..='\u{303d}' | '\u{ff01}'..='\u{ff60}') || c.is_alphanumeric()
}

fn env(
    cx: &Context,
    builder: &mut Builder,
    contract: Vec<(EcoString, EnvValue, bool)>,
    carried: &Carried,
) -> Vec<(EcoString, ShapeEnv)> {
    let mut env = Vec::with_capacity(contract.len());
    for (name, value, ours) in contract {
        let value = match value {
            EnvValue::Text(_) if carried.variables.iter().any(|(known, _)| *known == name) => continue,
            EnvValue::Text(value) if ours => ShapeEnv::Text(Piece::Text(value)),
            EnvValue::Text(value) => ShapeEnv::Text(builder.slot(name.clone(), unexpanded(value))),
            EnvValue::Secret(name) => {
                let (secret, key) = name.split_once('/').unwrap_or((&cx.settings.secret, &name));
                ShapeEnv::Secret { name: secret.to_owned(), key: key.to_owned() }
            }
        };
        env.push((name, value));
    }
    env
}

/// The files that leave.
fn saves(cx: &mut Context, builder: &mut Builder, stage: &Stage) -> Vec<Saved> {
    let substage = builder.substage;
    let mut saves = Vec::new();
    for (index, path) in files::saved(substage) {
        let key = cx.key(stage, substage, index);
        let path = builder.slot("save", path);
        saves.push(Saved { name: format!("save-{}", index + 1), path, key: Some(builder.slot("save-key", key)) });
    }
    for (kind, paths) in [("keep", &substage.artifacts.keep), ("junit", &substage.artifacts.junit)] {
        for (index, path) in paths.iter().enumerate() {
            let path = builder.slot(kind, files::path(path));
            saves.push(Saved { name: format!("{kind}-{}", index + 1), path, key: None });
        }
    }
    let artifacts = &substage.artifacts;
    for path in artifacts.save.iter().chain(&artifacts.keep).chain(&artifacts.junit) {
        if !is_plain(path) {
            cx.sink.push(not_plain(origin(&substage.origins, "artifacts", substage.span), path));
        }
    }
    saves
}

impl Shape {
    /// The template, its open places filled by `fill`.
    pub(super) fn template(
        &self,
        name: String,
        parameters: &[EcoString],
        fill: &dyn Fn(usize) -> EcoString,
        store: &str,
    ) -> Template {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Slot(slot) => fill(*slot),
        };
        let stored = |key: &Piece| Stored { store: store.to_owned(), key: text(key) };
        let env = self.env.iter().map(|(name, value)| {
            let (value, value_from) = match value {
                ShapeEnv::Text(piece) => (Some(Text(text(piece))), None),
                ShapeEnv::Secret { name, key } => {
                    let secret_key_ref = SecretKey { name: name.clone(), key: key.clone() };
                    (None, Some(SecretSource { secret_key_ref }))
                }
            };
            Flow(EnvVar { name: name.clone(), value, value_from })
        });
        let mut container = Container {
            image: self.image.clone(),
            working_dir: Some(WORKSPACE),
            env: env.collect(),
            resources: self.host.resources.clone(),
            volume_mounts: self.host.mounts.clone(),
            ..Container::default()
        };
        let mut template = Template {
            name,
            inputs: self.inputs(parameters, &text, &stored),
            synchronization: super::substage::mutexes(&self.locks),
            memoize: self.memoize.as_ref().map(|(key, max_age, map)| Memoize {
                key: text(key),
                max_age: max_age.clone().unwrap_or_default(),
                cache: CacheStore { config_map: Named { name: map.clone() } },
            }),
            retry_strategy: self.retry.clone(),
            active_deadline_seconds: self.deadline,
            priority_class_name: self.priority_class.clone(),
            node_selector: self.host.node_selector.clone(),
            tolerations: self.host.tolerations.clone(),
            volumes: self.host.volumes.clone(),
            pod_spec_patch: self.patch.clone().map(Text),
            outputs: self.outputs(&text, &stored),
            ..Template::default()
        };
        match &self.program {
            ShapeProgram::Script { interpreter, source } => {
                container.command.clone_from(interpreter);
                container.source = Some(Text(match source.as_slice() {
                    [piece] => text(piece),
                    pieces => pieces.iter().map(text).collect(),
                }));
                template.script = Some(container);
            }
            ShapeProgram::Words(words) => {
                let mut words = words.iter().cloned().map(unexpanded);
                container.command = words.next().into_iter().collect();
                container.args = words.map(Text).collect();
                template.container = Some(container);
            }
        }
        template
    }

    /// Leaves the cache alone.
    pub(super) fn forget(&mut self) {
        self.memoize = None;
    }

    fn inputs(
        &self,
        parameters: &[EcoString],
        text: &dyn Fn(&Piece) -> EcoString,
        stored: &dyn Fn(&Piece) -> Stored,
    ) -> Option<Inputs> {
        let cases = self.cases.iter().map(|cases| InputArtifact {
            name: "cases".into(),
            path: CASES.into(),
            optional: false,
            raw: Some(Raw { data: Text(text(cases)) }),
            stored: None,
        });
        let loads = self.loads.iter().enumerate().map(|(index, (path, key))| InputArtifact {
            name: format!("load-{}", index + 1),
            path: text(path),
            // What was to be saved may not have been there.
            optional: true,
            raw: None,
            stored: Some(stored(key)),
        });
        let artifacts: Vec<InputArtifact> = cases.chain(loads).collect();
        let parameters = declared(parameters);
        (!parameters.is_empty() || !artifacts.is_empty()).then_some(Inputs { parameters, artifacts })
    }

    fn outputs(&self, text: &dyn Fn(&Piece) -> EcoString, stored: &dyn Fn(&Piece) -> Stored) -> Option<Outputs> {
        let artifacts = self.saves.iter().map(|saved| OutputArtifact {
            name: saved.name.clone(),
            path: text(&saved.path),
            optional: true,
            // For people: a file that the browser shows. For substages: packed, which keeps modes and folders.
            archive: saved.key.is_none().then_some(Archive { none: EmptyDir {} }),
            stored: saved.key.as_ref().map(stored),
        });
        let artifacts: Vec<OutputArtifact> = artifacts.collect();
        (!artifacts.is_empty()).then_some(Outputs { parameters: Vec::new(), artifacts })
    }
}

/// Parameters as a template declares them.
pub(super) fn declared(names: &[EcoString]) -> Vec<Flow<Parameter>> {
    names.iter().map(|name| Flow(Parameter { name: name.clone(), value: None })).collect()
}
