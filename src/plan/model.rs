//! The plan: a pipeline with all values known but secrets. It is what every target reads, and it has no engine's words.
//!
//! Serialised, it is the `json` target and what external targets get on standard input; the published JSON Schema is made
//! from these types. Times are in seconds, sizes in bytes.

use std::fmt;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::base::{Duration, Size, Span};
pub use crate::sema::hir::RetryOn;

/// The schema's name and version, first in every serialised plan.
pub const SCHEMA: &str = "o11n/plan/1";

type Json = serde_json::Value;

/// One pipeline with its parameters applied.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// Always `o11n/plan/1`.
    pub schema: &'static str,
    #[schemars(with = "String")]
    pub pipeline: EcoString,
    /// The doc comment of the pipeline.
    #[schemars(with = "Option<String>")]
    pub docs: Option<EcoString>,
    /// `JOB_NAME`, or empty.
    #[schemars(with = "String")]
    pub job_name: EcoString,
    /// `BUILD_ID`, or 0.
    pub build_id: i64,
    #[schemars(with = "IndexMap<String, Json>")]
    pub params: IndexMap<EcoString, Json>,
    pub deadline: Option<Duration>,
    pub triggers: Vec<Trigger>,
    /// Settings of backends, by the name of the backend.
    #[schemars(with = "IndexMap<String, IndexMap<String, Json>>")]
    pub targets: IndexMap<EcoString, IndexMap<EcoString, Json>>,
    /// Variables that the scripts read from the environment of the run, where it has one; an engine whose runs have none offers
    /// them as parameters of a run, empty by default. Only stubs read any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>", default)]
    pub run_variables: Vec<EcoString>,
    /// In the order in which they run.
    pub stages: Vec<Stage>,
    /// The pipeline's name in the source.
    #[serde(skip)]
    pub span: Span,
    /// Where the pipeline's own attributes are set.
    #[serde(skip)]
    pub origins: Origins,
}

/// Where an attribute that counts here was written: its name and the place.
pub type Origins = Vec<(&'static str, Span)>;

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Trigger {
    #[schemars(with = "String")]
    pub name: EcoString,
    /// Five fields each.
    #[schemars(with = "Vec<String>")]
    pub cron: Vec<EcoString>,
    /// IANA name.
    #[schemars(with = "String")]
    pub timezone: EcoString,
    /// Parameters that it sets.
    #[schemars(with = "IndexMap<String, Json>")]
    pub with: IndexMap<EcoString, Json>,
    #[serde(skip)]
    pub span: Span,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stage {
    #[schemars(with = "String")]
    pub name: EcoString,
    #[schemars(with = "String")]
    pub key: EcoString,
    /// None: unless the pipeline was stopped.
    pub when: Option<Condition>,
    /// Most substages at once; None: all.
    pub parallel: Option<u32>,
    pub deadline: Option<Duration>,
    /// In the order of declaration.
    pub substages: Vec<Substage>,
    /// The name in the source.
    #[serde(skip)]
    pub span: Span,
    #[serde(skip)]
    pub origins: Origins,
}

/// When a stage runs, over the stages before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Always,
    /// Nothing is failing.
    Succeeded,
    /// Something is failing.
    Failed,
    /// The stage of this name ended `succeeded` or `unstable`.
    StageSucceeded(#[schemars(with = "String")] EcoString),
    /// The stage of this name ended `failed`.
    StageFailed(#[schemars(with = "String")] EcoString),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Substage {
    /// Unique in its stage; a shard is `name-1of4`.
    #[schemars(with = "String")]
    pub name: EcoString,
    pub shard: Option<Shard>,
    pub on_error: OnError,
    /// Exit codes with a meaning of their own, ascending.
    pub exit_codes: Vec<(u8, ExitClass)>,
    pub retry: Retry,
    /// Of one attempt.
    pub timeout: Option<Duration>,
    pub needs: Vec<Need>,
    pub hardware: Option<Arc<Hardware>>,
    /// The substage's own image, else its mode's.
    #[schemars(with = "Option<String>")]
    pub image: Option<EcoString>,
    pub priority: Priority,
    /// Its own locks and its mode's.
    #[schemars(with = "Vec<String>")]
    pub lock: Vec<EcoString>,
    pub dispatch: Option<Dispatch>,
    pub cache: Option<Cache>,
    /// Merged, the hardware mode's lowest; in order of first declaration.
    #[schemars(with = "IndexMap<String, EnvValue>")]
    pub env: Arc<IndexMap<EcoString, EnvValue>>,
    /// In the order in which they run: the outermost first.
    pub before: Vec<Script>,
    pub body: Body,
    /// In the order in which they run: the innermost first.
    pub after: Vec<Script>,
    #[schemars(with = "String")]
    pub shell: EcoString,
    #[schemars(with = "String")]
    pub project: EcoString,
    pub test: Option<Test>,
    pub artifacts: Artifacts,
    /// SHA-256, in hex, of everything that can change what runs; names and comments take no part.
    #[schemars(with = "String")]
    pub fingerprint: EcoString,
    /// The name in the source.
    #[serde(skip)]
    pub span: Span,
    #[serde(skip)]
    pub origins: Origins,
}

/// Which part of a family of shards a substage is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shard {
    /// The substage as written.
    #[schemars(with = "String")]
    pub family: EcoString,
    /// From 1.
    pub index: u32,
    pub count: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    Ignore,
    Continue,
    #[default]
    Finish,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExitClass {
    Unstable,
    Failed,
    Lost,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

/// Attempts are 1 + `limit`; the wait after attempt n is `min(delay * factor^(n-1), max_delay)`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Retry {
    pub limit: u32,
    pub on: Vec<RetryOn>,
    pub delay: Duration,
    pub factor: f64,
    pub max_delay: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            limit: 0,
            on: vec![RetryOn::Failed, RetryOn::TimedOut, RetryOn::Lost],
            delay: Duration(0),
            factor: 2.0,
            max_delay: None,
        }
    }
}

/// A gate: every member must have passed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Need {
    /// As written: `stage/substage`, or the family of some shards.
    #[schemars(with = "String")]
    pub path: EcoString,
    /// The substages of this plan that it means; empty where it is declared but not in this plan: the gate is open.
    /// Shared by all shards of a family.
    #[schemars(with = "Vec<SubstageRef>")]
    pub members: Arc<[SubstageRef]>,
    /// From `artifacts.load`: an ignored failure does not pass.
    pub loads: bool,
    #[serde(skip)]
    pub span: Span,
}

/// A substage by its place: indices into `Plan::stages` and `Stage::substages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct SubstageRef {
    pub stage: u32,
    pub substage: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dispatch {
    pub copies: u32,
    pub need: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cache {
    #[schemars(with = "Vec<String>")]
    pub inputs: Vec<EcoString>,
    pub ttl: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvValue {
    Text(#[schemars(with = "String")] EcoString),
    /// The name of a credential of the engine.
    Secret(#[schemars(with = "String")] EcoString),
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Run(Script),
    Command(#[schemars(with = "Vec<String>")] Vec<EcoString>),
}

/// Shell text. Serialised as one string.
///
/// The parts tell what is the same in every substage that one piece of source makes (`Text`) from what differs (`Value`,
/// quoted for its place already), so that a target may share the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Script {
    pub parts: Vec<ScriptPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ScriptPart {
    Text(EcoString),
    Value(EcoString),
}

impl Script {
    pub fn text(&self) -> EcoString {
        match self.parts.as_slice() {
            [ScriptPart::Text(text) | ScriptPart::Value(text)] => text.clone(),
            parts => parts.iter().map(ScriptPart::as_str).collect::<Vec<_>>().concat().into(),
        }
    }
}

impl ScriptPart {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Value(text) => text,
        }
    }
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl JsonSchema for Script {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Script".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "shell text" })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Test {
    #[schemars(with = "Option<String>")]
    pub level: Option<EcoString>,
    #[serde(rename = "type")]
    #[schemars(with = "Option<String>")]
    pub kind: Option<EcoString>,
    #[schemars(with = "Option<String>")]
    pub method: Option<EcoString>,
    #[schemars(with = "Option<String>")]
    pub encrypt: Option<EcoString>,
    /// This shard's part of the cases.
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Case {
    #[schemars(with = "String")]
    pub name: EcoString,
    /// Further fields of the case's record.
    #[schemars(with = "IndexMap<String, Json>")]
    pub info: IndexMap<EcoString, Json>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Artifacts {
    #[schemars(with = "Vec<String>")]
    pub save: Vec<EcoString>,
    #[schemars(with = "Vec<String>")]
    pub keep: Vec<EcoString>,
    #[schemars(with = "Vec<String>")]
    pub junit: Vec<EcoString>,
    /// Whose saved files to fetch; each is also a need.
    #[schemars(with = "Vec<String>")]
    pub load: Vec<EcoString>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Hardware {
    #[schemars(with = "String")]
    pub name: EcoString,
    #[schemars(with = "String")]
    pub label: EcoString,
    /// Cores.
    pub cpu: Option<f64>,
    pub memory: Option<Size>,
    pub gpu: Option<u32>,
    #[schemars(with = "Option<String>")]
    pub gpu_type: Option<EcoString>,
    pub disk: Option<Size>,
    #[schemars(with = "String")]
    pub os: EcoString,
    #[schemars(with = "Option<String>")]
    pub arch: Option<EcoString>,
    #[schemars(with = "Option<String>")]
    pub image: Option<EcoString>,
    #[schemars(with = "IndexMap<String, EnvValue>")]
    pub env: IndexMap<EcoString, EnvValue>,
    #[schemars(with = "Vec<String>")]
    pub lock: Vec<EcoString>,
    /// None: bare metal.
    pub k8s: Option<K8s>,
    #[serde(skip)]
    pub span: Span,
    /// Where its fields are set, in it or in what it extends.
    #[serde(skip)]
    pub origins: Origins,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct K8s {
    #[schemars(with = "String")]
    pub cloud: EcoString,
    #[schemars(with = "String")]
    pub container: EcoString,
    #[schemars(with = "IndexMap<String, String>")]
    pub node_selector: IndexMap<EcoString, EcoString>,
    #[schemars(with = "Vec<String>")]
    pub tolerations: Vec<EcoString>,
    /// Mount path to volume claim.
    #[schemars(with = "IndexMap<String, String>")]
    pub volumes: IndexMap<EcoString, EcoString>,
    #[schemars(with = "String")]
    pub resource_template_name: EcoString,
    #[schemars(with = "IndexMap<String, Json>")]
    pub resource_template: IndexMap<EcoString, Json>,
    /// Merged into the pod's manifest last.
    #[schemars(with = "String")]
    pub yaml: EcoString,
}

impl fmt::Display for Condition {
    /// As the source would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Binding strength: `or`, `and`, `not` and single conditions.
        fn strength(condition: &Condition) -> u8 {
            match condition {
                Condition::Or(..) => 0,
                Condition::And(..) => 1,
                _ => 2,
            }
        }
        let operand = |f: &mut fmt::Formatter<'_>, inner: &Self, least: u8| {
            if strength(inner) < least { write!(f, "({inner})") } else { write!(f, "{inner}") }
        };
        match self {
            Self::Always => f.write_str("always"),
            Self::Succeeded => f.write_str("succeeded"),
            Self::Failed => f.write_str("failed"),
            Self::StageSucceeded(stage) => write!(f, "succeeded({stage:?})"),
            Self::StageFailed(stage) => write!(f, "failed({stage:?})"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                operand(f, inner, 2)
            }
            Self::And(left, right) => {
                operand(f, left, 1)?;
                f.write_str(" and ")?;
                operand(f, right, 1)
            }
            Self::Or(left, right) => {
                operand(f, left, 0)?;
                f.write_str(" or ")?;
                operand(f, right, 0)
            }
        }
    }
}

impl OnError {
    /// As the source writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Continue => "continue",
            Self::Finish => "finish",
            Self::Abort => "abort",
        }
    }
}

impl ExitClass {
    /// As the source writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unstable => "unstable",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }
}

impl Priority {
    /// As the source writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

impl Stage {
    /// The limit of `parallel`, where it can be reached.
    pub fn slots(&self) -> Option<u32> {
        self.parallel.filter(|limit| (*limit as usize) < self.substages.len())
    }
}

impl Substage {
    /// As it is written: the family of a shard, else its own name.
    pub fn unit(&self) -> &str {
        self.shard.as_ref().map_or(&self.name, |shard| &shard.family)
    }

    /// Whether its hardware mode is bare metal.
    pub fn is_on_bare_metal(&self) -> bool {
        self.hardware.as_ref().is_some_and(|mode| mode.k8s.is_none())
    }

    /// Whether a text that it runs holds the name of a variable.
    pub fn names(&self, variable: &str) -> bool {
        let names = |script: &Script| script.parts.iter().any(|part| part.as_str().contains(variable));
        let body = match &self.body {
            Body::Run(run) => names(run),
            Body::Command(words) => words.iter().any(|word| word.contains(variable)),
        };
        body || self.before.iter().chain(&self.after).any(names)
    }
}

impl Plan {
    /// The substage at a place.
    pub fn substage(&self, at: SubstageRef) -> &Substage {
        &self.stages[at.stage as usize].substages[at.substage as usize]
    }

    /// The path of the substage at a place: `stage/substage`.
    pub fn path(&self, at: SubstageRef) -> String {
        format!("{}/{}", self.stages[at.stage as usize].name, self.substage(at).name)
    }

    /// The family of shards that a need names as a whole, as `stage/family`, and how many it has.
    pub fn family(&self, need: &Need) -> Option<(String, u32)> {
        let first = *need.members.first()?;
        let shard = self.substage(first).shard.as_ref()?;
        let is_whole = need.members.len() > 1 && need.members.len() == shard.count as usize;
        is_whole.then(|| (format!("{}/{}", self.stages[first.stage as usize].name, shard.family), shard.count))
    }

    /// The places of all substages, in order.
    pub fn places(&self) -> impl Iterator<Item = SubstageRef> {
        let stages = (0..).zip(&self.stages);
        stages
            .flat_map(|(stage, planned)| (0..planned.substages.len() as u32).map(move |substage| SubstageRef { stage, substage }))
    }

    /// All substages with the stage that each is in, in order.
    pub fn substages(&self) -> impl Iterator<Item = (&Stage, &Substage)> {
        self.stages.iter().flat_map(|stage| stage.substages.iter().map(move |substage| (stage, substage)))
    }
}
