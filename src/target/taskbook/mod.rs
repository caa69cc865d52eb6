//! The taskbook: one JSON document that says what to run, in the shape that drivers have read for years.
//!
//! A driver that knows only the classic fields does the right thing: a dispatch is as many entries as it has copies, a shard
//! is an entry. Everything else stands in the `o11n` objects.

mod model;

use ecow::EcoString;

use super::capability::{Capability, Feature, kept};
use super::{Artifact, Emitted, Options, Target};
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::schema::TargetSettings;
pub use model::Document;

/// The target `taskbook`.
#[derive(Debug)]
pub struct Taskbook;

impl Target for Taskbook {
    fn name(&self) -> &'static str {
        "taskbook"
    }

    fn doc(&self) -> &'static str {
        "One JSON document of stages and substages, for a driver such as Jenkins."
    }

    fn capabilities(&self) -> Vec<Capability> {
        const RULE: &str = "carried: the driver runs it";
        let rules = (1..=10).map(|rule| kept(Feature::Rule(rule), RULE));
        let attributes = ATTRIBUTES.iter().map(|(name, how)| kept(Feature::Attribute(name), how));
        let hardware = HARDWARE.iter().map(|(name, how)| kept(Feature::Hardware(name), how));
        let trigger = kept(Feature::Trigger, "a taskbook is one run: whoever starts the compiler has the schedule");
        rules.chain(attributes).chain(hardware).chain([trigger]).collect()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: &[] }
    }

    fn encode(&self, plan: &Plan, _: &Options) -> Emitted {
        let mut diagnostics = Vec::new();
        let document = model::document(plan, &mut diagnostics);
        let artifacts = vec![Artifact { path: format!("{}.taskbook.json", plan.pipeline), text: text(&document) }];
        Emitted { artifacts, diagnostics }
    }
}

/// The document that is printed when compilation fails. `stages` are those whose place in the source is known: the one that
/// covers the first error's place is at fault and says so itself.
pub fn failure(diagnostics: &[Diagnostic], stages: &[(EcoString, Span)]) -> String {
    text(&model::failure(diagnostics, stages))
}

fn text(document: &Document) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("a taskbook has string keys and finite numbers");
    text.push('\n');
    text
}

/// Where an attribute is found.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("on_error", "`o11n.on_error`"),
    ("exit_codes", "`o11n.exit_codes`"),
    ("policy", "its parts"),
    ("retry", "`o11n.retry`"),
    ("timeout", "`o11n.timeout_s`"),
    ("deadline", "the stage's `o11n.deadline_s`, `o11n.pipeline_deadline_s`"),
    ("when", "the stage's `o11n.when`"),
    ("needs", "`o11n.needs`"),
    ("parallel", "the stage's `o11n.parallel`"),
    ("hardware", "`hardware_mode`, and `o11n.hardware`"),
    ("image", "`o11n.image`"),
    ("priority", "`o11n.priority`"),
    ("lock", "`o11n.lock`"),
    ("dispatch", "an entry for each copy; `o11n.dispatch`"),
    ("shards", "an entry for each shard; `o11n.shard`"),
    ("cache", "`o11n.cache`, `o11n.fingerprint`; the stage's `o11n.cached`"),
    ("env", "`o11n.env`, secrets by name"),
    ("before", "`o11n.before`"),
    ("after", "`o11n.after`"),
    ("run", "`o11n.run`"),
    ("shell", "`o11n.shell`"),
    ("command", "`o11n.command`"),
    ("artifacts", "`o11n.artifacts`"),
    ("project", "`project_name`"),
    ("key", "`stage_key`"),
    ("test", "`test_level`, `test_type`, `case_list`, `encrypt_type`, `test_method`"),
];

/// Where a field of a hardware mode is found.
const HARDWARE: &[(&str, &str)] = &[
    ("image", "`o11n.image`, `yaml`"),
    ("lock", "`o11n.lock`"),
    ("env", "`o11n.env`"),
    ("label", "`label`"),
    ("cpu", "`o11n.hardware`, `yaml`"),
    ("memory", "`o11n.hardware`, `yaml`"),
    ("gpu", "`gpu_count`, `o11n.hardware`, `yaml`"),
    ("gpu_type", "`o11n.hardware`, `yaml`"),
    ("disk", "`o11n.hardware`, `yaml`"),
    ("os", "`o11n.hardware`"),
    ("arch", "`o11n.hardware`, `yaml`"),
    ("k8s", "`use_k8s`"),
    ("cloud", "`cloud`"),
    ("container", "`container_name`, `yaml`"),
    ("node_selector", "`yaml`"),
    ("tolerations", "`yaml`"),
    ("volumes", "`yaml`"),
    ("resource_template_name", "`resource_template_name`"),
    ("resource_template", "`resource_template`"),
    ("yaml", "`yaml`, merged in last"),
];
