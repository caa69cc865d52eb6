//! The plan itself, as JSON: for tools, and for targets that live outside.

use super::capability::{Capability, features, kept};
use super::{Artifact, Emitted, Options, Target};
use crate::plan::Plan;
use crate::schema::TargetSettings;

/// The target `json`.
#[derive(Debug)]
pub(super) struct Json;

impl Target for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn doc(&self) -> &'static str {
        "The plan itself, for tools."
    }

    fn capabilities(&self) -> Vec<Capability> {
        // It is the plan, whatever the plan may come to hold.
        features().into_iter().map(|feature| kept(feature, "")).collect()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: &[] }
    }

    fn encode(&self, plan: &Plan, _: &Options) -> Emitted {
        let mut text = serde_json::to_string_pretty(plan).expect("a plan has string keys and finite numbers");
        text.push('\n');
        Emitted { artifacts: vec![Artifact { path: format!("{}.plan.json", plan.pipeline), text }], diagnostics: Vec::new() }
    }
}
