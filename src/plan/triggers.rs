//! What a pipeline has beside its stages: the values of its parameters, its triggers, the settings of its targets, the times
//! that a scenario gives.

use ecow::EcoString;
use indexmap::IndexMap;

use super::attrs::Attrs;
use super::eval::{Eval, Frame};
use super::model::Trigger;
use super::value::{Quantities, Value};
use crate::base::Duration;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::Pipeline;

type Json = serde_json::Value;

impl<'a> Eval<'a> {
    /// The values of all parameters, in their order; each is evaluated, also where nothing uses it.
    pub(super) fn params(&mut self, pipeline: &'a Pipeline) -> IndexMap<EcoString, Json> {
        let mut params = IndexMap::with_capacity(pipeline.params.len());
        for id in &pipeline.params {
            if let Ok(value) = self.param(*id) {
                let name = self.program.params[id.0 as usize].name.clone();
                params.insert(name, value.to_json(self.program, Quantities::Literals));
            }
        }
        params
    }

    pub(super) fn triggers(&mut self, pipeline: &'a Pipeline, frame: &mut Frame) -> Vec<Trigger> {
        let mut triggers = Vec::with_capacity(pipeline.triggers.len());
        for trigger in &pipeline.triggers {
            let attrs = self.layer(Attrs::default(), &trigger.settings, frame);
            let cron = attrs.value("cron").map(Value::strings).unwrap_or_default();
            let timezone = attrs.value("timezone").and_then(Value::as_string).cloned().unwrap_or_else(|| "UTC".into());
            let mut with = IndexMap::with_capacity(trigger.with.len());
            for (id, value) in &trigger.with {
                if let Ok(value) = self.eval(value, frame) {
                    let name = self.program.params[id.0 as usize].name.clone();
                    with.insert(name, value.to_json(self.program, Quantities::Literals));
                }
            }
            triggers.push(Trigger { name: trigger.name.clone(), cron, timezone, with, span: trigger.span });
        }
        triggers
    }

    /// The settings of each target, those that are set, times in seconds and sizes in bytes.
    pub(super) fn targets(
        &mut self,
        pipeline: &'a Pipeline,
        frame: &mut Frame,
    ) -> IndexMap<EcoString, IndexMap<EcoString, Json>> {
        let mut targets: IndexMap<EcoString, IndexMap<EcoString, Json>> = IndexMap::new();
        for (name, settings, _) in &pipeline.targets {
            let attrs = self.layer(Attrs::default(), settings, frame);
            let settings = targets.entry(name.clone()).or_default();
            for entry in attrs.iter() {
                settings.insert(entry.attribute.name.into(), entry.value.to_json(self.program, Quantities::Numbers));
            }
        }
        targets
    }

    /// How long attempts take in this scenario, one duration for each of its `takes`.
    pub(super) fn takes(&mut self, pipeline: &'a Pipeline, scenario: Option<usize>, frame: &mut Frame) -> Vec<Duration> {
        let Some(scenario) = scenario.and_then(|index| pipeline.scenarios.get(index)) else { return Vec::new() };
        let mut takes = Vec::with_capacity(scenario.takes.len());
        for (_, value, _) in &scenario.takes {
            let Ok(Value::Duration(duration)) = self.eval(value, frame) else { continue };
            if duration < Duration(0) {
                let message = format!("nothing takes {duration}");
                let diagnostic = Diagnostic::at(Code::OutOfRange, value.span, message, "less than no time");
                self.report(diagnostic.help("give a duration of at least `0s`"));
            }
            takes.push(duration);
        }
        takes
    }
}
