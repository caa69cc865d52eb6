//! What is said to a target outside of this program, and what it answers: JSON documents, one each.
//!
//! How the program is found and run is the affair of the command line; here is what the words mean.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capability::{At, Capability, Feature, Level, Limit, features, origin};
use super::uses::Uses;
use super::{Artifact, Emitted, Kind, Options};
use crate::base::{Span, printable};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;

/// The protocol's name and version, in every message.
pub const SCHEMA: &str = "o11n/target/1";

/// Files and findings of one answer.
const MOST_FILES: usize = 10_000;
const MOST_FINDINGS: usize = 1_000;

/// What is asked, on standard input.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request<'a> {
    /// What do you keep?
    Capabilities {
        /// Always `o11n/target/1`.
        schema: &'static str,
        /// The plan that is to be judged; none where the question is general.
        plan: Option<&'a Plan>,
    },
    /// Make files of this plan.
    Compile {
        /// Always `o11n/target/1`.
        schema: &'static str,
        plan: &'a Plan,
        /// `run`, `template` or `cron`; always `run` for a target without `kinds`.
        kind: &'static str,
        /// The trigger for which the plan was built.
        trigger: Option<&'a str>,
        /// Whether what the engine must grant is wanted, instead of the pipeline itself.
        rbac: bool,
    },
}

/// What is answered, on standard output.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Capabilities(Manifest),
    Compile(Compiled),
}

/// What a target keeps.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Always `o11n/target/1`.
    pub schema: String,
    /// What it writes, in one line.
    pub doc: String,
    /// Whether it knows `--kind` and `--rbac`.
    #[serde(default)]
    pub kinds: bool,
    /// A feature that is missing here is refused wherever a plan uses it.
    pub capabilities: Vec<Row>,
}

/// How one feature is kept.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Row {
    /// `rule 1` to `rule 10`, the name of an attribute such as `retry`, of a field of hardware modes such as `hardware.gpu`, or
    /// `trigger`.
    pub feature: String,
    pub support: RowSupport,
    /// How it is kept; what differs, where it is approximated; what to write instead, where it is refused.
    #[serde(default)]
    pub remark: String,
    /// Where the plan in question uses it in a way that is not kept; left out: wherever it uses it.
    #[serde(default)]
    pub places: Option<Vec<Place>>,
}

/// How well a feature is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowSupport {
    Kept,
    Approximated,
    Refused,
}

/// A part of the plan: the pipeline, a stage of it, or a substage of that.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Place {
    /// The index of the stage, from 0.
    #[serde(default)]
    pub stage: Option<usize>,
    /// The index of the substage in its stage, from 0.
    #[serde(default)]
    pub substage: Option<usize>,
    /// The attribute whose place in the source is meant, or a field of the substage's hardware mode such as `hardware.gpu`.
    #[serde(default)]
    pub attribute: Option<String>,
}

/// What became of a plan.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Compiled {
    /// Always `o11n/target/1`.
    pub schema: String,
    /// None are written where there is an error among the diagnostics.
    #[serde(default)]
    pub files: Vec<File>,
    #[serde(default)]
    pub diagnostics: Vec<Finding>,
}

/// One file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct File {
    /// A file name without folders.
    pub path: String,
    pub text: String,
}

/// One finding.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Finding {
    pub severity: Severity,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    #[serde(default)]
    pub place: Place,
    /// Why it matters.
    #[serde(default)]
    pub note: Option<String>,
    /// What to write instead.
    #[serde(default)]
    pub help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// The question what a target keeps.
pub fn ask_capabilities(plan: Option<&Plan>) -> Vec<u8> {
    said(&Request::Capabilities { schema: SCHEMA, plan })
}

/// The demand for files.
pub fn ask_compile(plan: &Plan, options: &Options) -> Vec<u8> {
    let kind = match options.kind {
        Kind::Run => "run",
        Kind::Template => "template",
        Kind::Cron => "cron",
    };
    said(&Request::Compile { schema: SCHEMA, plan, kind, trigger: options.trigger.as_deref(), rbac: options.rbac })
}

fn said(request: &Request<'_>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(request).expect("a plan has string keys and finite numbers");
    bytes.push(b'\n');
    bytes
}

/// Reads what a target keeps, of a plan if one was asked about. The error says what is wrong with the answer.
pub fn read_capabilities(answer: &[u8], plan: Option<&Plan>) -> Result<(Manifest, Vec<Capability>), String> {
    let mut manifest = match read(answer)? {
        Answer::Capabilities(manifest) => manifest,
        Answer::Compile(_) => return Err("it answers `compile`, and was asked for `capabilities`".to_owned()),
    };
    let uses = plan.map(Uses::of).unwrap_or_default();
    let mut rows = Vec::new();
    let mut known: HashSet<Feature> = HashSet::new();
    for row in std::mem::take(&mut manifest.capabilities) {
        // One that this version does not know, no plan of it uses.
        let Some(feature) = features().into_iter().find(|feature| feature.id() == row.feature) else { continue };
        if !known.insert(feature) {
            return Err(format!("it has two rows for `{}`", feature.id()));
        }
        let used = || uses.places(feature).to_vec();
        let at = match (plan, row.places) {
            (Some(plan), Some(places)) => places.iter().map(|place| span(plan, place)).collect::<Result<_, _>>()?,
            _ => used(),
        };
        let remark = printable(&row.remark).into();
        let level = match row.support {
            RowSupport::Kept => {
                rows.push(Capability { feature, how: remark, limits: Vec::new() });
                continue;
            }
            RowSupport::Approximated => Level::Approximated,
            RowSupport::Refused => Level::Refused,
        };
        let limits = vec![Limit { level, remark, at: At::Given(at) }];
        rows.push(Capability { feature, how: "".into(), limits });
    }
    for feature in features().into_iter().filter(|feature| !known.contains(feature)) {
        let unknown = Limit {
            level: Level::Refused,
            remark: "the target does not know it: leave it out, or look for a newer version of the target".into(),
            at: At::Given(uses.places(feature).to_vec()),
        };
        rows.push(Capability { feature, how: "".into(), limits: vec![unknown] });
    }
    Ok((manifest, rows))
}

/// Reads files and findings. The error says what is wrong with the answer.
pub fn read_compiled(answer: &[u8], plan: &Plan) -> Result<Emitted, String> {
    let compiled = match read(answer)? {
        Answer::Compile(compiled) => compiled,
        Answer::Capabilities(_) => return Err("it answers `capabilities`, and was asked to `compile`".to_owned()),
    };
    for (what, count, most) in
        [("files", compiled.files.len(), MOST_FILES), ("findings", compiled.diagnostics.len(), MOST_FINDINGS)]
    {
        if count > most {
            return Err(format!("it has {count} {what}, and may have {most}"));
        }
    }
    let mut emitted = Emitted::default();
    for finding in compiled.diagnostics {
        let code = if finding.severity == Severity::Error { Code::Refused } else { Code::Approximated };
        let at = span(plan, &finding.place)?;
        let mut diagnostic = Diagnostic::at(code, at, printable(&finding.message), "said of this");
        diagnostic.notes.extend(finding.note.map(|note| printable(&note)));
        diagnostic.help = finding.help.map(|help| printable(&help));
        emitted.diagnostics.push(diagnostic);
    }
    let mut paths = HashSet::new();
    for File { path, text } in compiled.files {
        let is_name = !path.is_empty() && path.len() <= 255 && path != "." && path != "..";
        if !is_name || path.contains(|c: char| c == '/' || c == '\\' || c.is_control()) {
            return Err(format!("`{}` is no file name without folders", path.escape_debug()));
        }
        if !paths.insert(path.to_lowercase()) {
            return Err(format!("it has two files `{path}`"));
        }
        emitted.artifacts.push(Artifact { path, text });
    }
    if emitted.artifacts.is_empty() && !emitted.diagnostics.iter().any(Diagnostic::is_error) {
        return Err("it has no files, and no error that says why".to_owned());
    }
    Ok(emitted)
}

fn read(answer: &[u8]) -> Result<Answer, String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    if answer.iter().all(u8::is_ascii_whitespace) {
        return Err("it is empty".to_owned());
    }
    let wrong = |error: serde_json::Error| format!("it is not as the protocol says: {}", printable(&error.to_string()));
    let head: Head = serde_json::from_slice(answer).map_err(wrong)?;
    if head.schema != SCHEMA {
        return Err(format!("it speaks `{}`, and this o11n `{SCHEMA}`", head.schema.escape_debug()));
    }
    serde_json::from_slice(answer).map_err(wrong)
}

/// The place in the source that a part of the plan comes from.
fn span(plan: &Plan, place: &Place) -> Result<Span, String> {
    let attribute = place.attribute.as_deref().unwrap_or_default();
    let Some(at) = place.stage else { return Ok(origin(&plan.origins, attribute, plan.span)) };
    let missing = |what: &str, at: usize, count: usize| format!("it names the {what} {at}, and there are {count}, from 0");
    let stage = plan.stages.get(at).ok_or_else(|| missing("stage", at, plan.stages.len()))?;
    let Some(at) = place.substage else { return Ok(origin(&stage.origins, attribute, stage.span)) };
    let substage = stage.substages.get(at).ok_or_else(|| missing("substage", at, stage.substages.len()))?;
    match (attribute.strip_prefix("hardware."), substage.hardware.as_deref()) {
        (Some(field), Some(mode)) => Ok(origin(&mode.origins, field, mode.span)),
        _ => Ok(origin(&substage.origins, attribute, substage.span)),
    }
}
