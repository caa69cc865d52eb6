//! Backends: each turns a plan into the files of one engine, and declares what it keeps.
//!
//! A target reads the plan and nothing before it, and no target reads another. What several need stands beside them:
//! [`capability`] (what is kept, as data), `names` and `pod` (what Kubernetes calls things, what a hardware mode asks of it), `runner`
//! (what stands around a body), `yaml` (text that reads back the same).

mod airflow;
mod argo;
pub mod capability;
mod groovy;
mod jenkins;
mod jenkins_taskbook;
mod json;
mod kubernetes;
mod names;
mod pod;
pub mod portability;
pub mod protocol;
mod runner;
pub mod taskbook;
mod triggers;
mod uses;
pub mod yaml;

use ecow::EcoString;

use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::plan::{Plan, Stage, Substage};
use crate::schema::TargetSettings;
use capability::Capability;

/// A backend.
pub trait Target: Sync {
    /// The word of `--target` and of `target NAME { … }`.
    fn name(&self) -> &'static str;

    /// What it writes, in one line.
    fn doc(&self) -> &'static str;

    /// A row for each rule of the semantics and each attribute; see [`capability`].
    fn capabilities(&self) -> Vec<Capability>;

    /// The rows as they are for one plan. Only a target outside of this program has others, or fails to tell.
    fn capabilities_of(&self, _: &Plan) -> Result<Vec<Capability>, Box<Diagnostic>> {
        Ok(self.capabilities())
    }

    /// What its `target NAME { … }` block may hold.
    fn settings(&self) -> TargetSettings;

    /// Whether it knows kinds other than a run, and rights to grant.
    fn has_kinds(&self) -> bool {
        false
    }

    /// What `--option` may set.
    fn options(&self) -> &'static [TargetOption] {
        &[]
    }

    /// The options under which its capabilities hold, where these are not the defaults.
    fn presupposes(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The files for this plan. Called with plans that [`capability::check`] found no error in, and options that it knows.
    fn encode(&self, plan: &Plan, options: &Options) -> Emitted;
}

/// How to emit, beyond what the plan says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub kind: Kind,
    /// The trigger for which the plan was built; see [`Kind::Cron`].
    pub trigger: Option<EcoString>,
    /// What the engine must grant, instead of the pipeline itself.
    pub rbac: bool,
    /// What else the target is told, by name; the last of a name counts. See [`Target::options`].
    pub given: Vec<(EcoString, EcoString)>,
}

impl Options {
    /// The value of an option, if it was given.
    fn value(&self, name: &str) -> Option<&str> {
        self.given.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a target can be told by `--option NAME=VALUE`.
#[derive(Debug)]
pub struct TargetOption {
    pub name: &'static str,
    pub values: &'static [&'static str],
    /// What it does, in one sentence.
    pub doc: &'static str,
}

/// What the engine shall keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// One run, now.
    #[default]
    Run,
    /// Something to start runs from.
    Template,
    /// Something that starts runs by the pipeline's triggers. A trigger that sets parameters needs a plan of its own, built with
    /// them, and its name in [`Options::trigger`]: a compiled plan has no parameters left to set.
    Cron,
}

/// What a target made of a plan.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    /// Empty if there is an error.
    pub artifacts: Vec<Artifact>,
    pub diagnostics: Vec<Diagnostic>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// A file name without folders.
    pub path: String,
    pub text: String,
}

/// The Jenkinsfile of a job that runs the substages which another engine does not run itself, one a build: see `o11n bridge`.
struct Companion {
    artifact: Artifact,
    /// What tells it from other versions; a build is told which one is meant.
    version: String,
}

/// The companion of a pipeline that another engine leads, with the substages that `wanted` picks; `None` if it picks none.
fn companion(plan: &Plan, wanted: fn(&Substage) -> bool, sink: &mut Vec<Diagnostic>) -> Option<Companion> {
    plan.substages().any(|(_, substage)| wanted(substage)).then(|| jenkins::companion(plan, wanted, sink))
}

/// The schema's name and version, in every stage of a taskbook.
const TASKBOOK: &str = "o11n/taskbook/1";

/// What to write instead of paths that Jenkins would take for others.
const ODD_PATHS: &str = "write paths without commas and blanks: Jenkins takes them for separators; and `*` or `?` for `[`";

fn has_odd_paths(substage: &Substage) -> bool {
    let artifacts = &substage.artifacts;
    let mut paths = artifacts.save.iter().chain(&artifacts.keep).chain(&artifacts.junit);
    paths.any(|path| path.contains([',', ' ', '\t', '\n', '[']))
}

/// Whether the substage wants to know the pipeline's outcome so far, as `O11N_VERDICT`: its text names it, in a stage that may run
/// after a failure.
fn wants_verdict(stage: &Stage, substage: &Substage) -> bool {
    stage.when.is_some() && substage.names("O11N_VERDICT")
}

/// All targets; the first is the default.
pub const ALL: &[&dyn Target] = &[
    &taskbook::Taskbook,
    &argo::Argo,
    &kubernetes::Kubernetes,
    &jenkins::Jenkins,
    &jenkins_taskbook::JenkinsTaskbook,
    &airflow::Airflow,
    &json::Json,
];

/// The settings that all targets take, for analysis.
pub fn settings() -> Vec<TargetSettings> {
    ALL.iter().map(|target| target.settings()).collect()
}

/// The target of this name, or the nearest name.
pub fn by_name(name: &str) -> Result<&'static dyn Target, Option<&'static str>> {
    let found = ALL.iter().copied().find(|target| target.name() == name);
    found.ok_or_else(|| nearest(name, ALL.iter().map(|target| target.name())))
}

/// What no target that runs pods could take, whichever it will be.
pub fn judge(plan: &Plan) -> Vec<Diagnostic> {
    let mut judged: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for mode in plan.substages().filter_map(|(_, substage)| substage.hardware.as_ref()) {
        let yaml = mode.k8s.as_ref().map_or("", |k8s| k8s.yaml.trim());
        if !yaml.is_empty() && !judged.contains(&mode.name.as_str()) {
            judged.push(&mode.name);
            found.extend(pod::patch(yaml).err().map(|reason| pod::bad_patch(mode, &reason)));
        }
    }
    found
}

/// Checks the plan against what the target keeps, then makes its files. No files if there is an error.
pub fn emit(target: &dyn Target, plan: &Plan, options: &Options) -> Emitted {
    let mut diagnostics = Vec::new();
    capability::check(target, plan, &mut diagnostics);
    if !target.has_kinds() && (options.kind != Kind::Run || options.rbac) {
        let (name, flag) = (target.name(), if options.rbac { "--rbac" } else { "--kind" });
        diagnostics.push(
            Diagnostic::new(Code::Refused, format!("target `{name}` knows no `{flag}`"))
                .help("leave it out, or compile with `--target argo`"),
        );
    }
    diagnostics.extend(options.given.iter().filter_map(|(name, value)| unknown_option(target, name, value)));
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Emitted { artifacts: Vec::new(), diagnostics };
    }
    let mut emitted = target.encode(plan, options);
    diagnostics.append(&mut emitted.diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        emitted.artifacts.clear();
    }
    Emitted { artifacts: emitted.artifacts, diagnostics }
}

/// What is said of an option that the target does not have, or of a value that it does not take.
fn unknown_option(target: &dyn Target, name: &str, value: &str) -> Option<Diagnostic> {
    let known = target.options().iter().find(|option| option.name == name);
    if known.is_some_and(|option| option.values.contains(&value)) {
        return None;
    }
    let (message, given, all) = match known {
        None => {
            let names: Vec<&str> = target.options().iter().map(|option| option.name).collect();
            (format!("target `{}` has no option `{name}`", target.name()), name, names)
        }
        Some(option) => (format!("option `{name}` cannot be `{value}`"), value, option.values.to_vec()),
    };
    let help = match nearest(given, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "it has no options; leave out `--option`".to_owned(),
        None => format!("there is {}", listed(all)),
    };
    Some(Diagnostic::new(Code::Refused, message).help(help))
}
