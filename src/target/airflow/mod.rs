//! Airflow: one DAG file for versions 2 and 3. A stage is a task group behind a gate, which judges the stage before.
//!
//! The file is its own runtime: a few classes, of which only those that the pipeline needs are written (`runtime/*.py`), then the
//! DAG. The encoding is described for its readers in `docs/targets/airflow.md`.

mod capabilities;
mod condition;
mod document;
mod files;
mod flow;
mod names;
mod pod;
mod python;
mod runtime;
mod settings;
mod task;

use std::collections::HashMap;

use indexmap::IndexMap;

use super::capability::Capability;
use super::{Artifact, Emitted, Options, Target};
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::schema::TargetSettings;
use names::Ids;
use settings::Settings;

/// The target `airflow`.
#[derive(Debug)]
pub(super) struct Airflow;

impl Target for Airflow {
    fn name(&self) -> &'static str {
        "airflow"
    }

    fn doc(&self) -> &'static str {
        "A DAG file for Airflow 2 and 3."
    }

    fn has_kinds(&self) -> bool {
        true
    }

    fn capabilities(&self) -> Vec<Capability> {
        capabilities::rows()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: settings::ATTRIBUTES }
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let mut cx = Context::new(plan, options);
        let text = document::text_of(&mut cx);
        let artifacts = vec![Artifact { path: format!("{}.py", cx.ids.dag), text }];
        Emitted { artifacts, diagnostics: cx.sink }
    }
}

/// What all parts of one emission share.
struct Context<'a> {
    plan: &'a Plan,
    options: &'a Options,
    settings: Settings,
    ids: Ids,
    /// How often each long text stands in the plan; counted first.
    uses: HashMap<String, usize>,
    is_counting: bool,
    /// What is written once and named: by its Python, in the order of their first places, which also numbers them.
    constants: IndexMap<String, String>,
    sink: Vec<Diagnostic>,
}

/// Texts from this length on are written once.
const LONG: usize = 80;

impl<'a> Context<'a> {
    fn new(plan: &'a Plan, options: &'a Options) -> Self {
        Self {
            plan,
            options,
            settings: Settings::of(plan),
            ids: Ids::of(plan),
            uses: HashMap::new(),
            is_counting: true,
            constants: IndexMap::new(),
            sink: Vec::new(),
        }
    }

    /// The variable that holds a stage.
    fn variable(&self, stage: usize) -> String {
        format!("stage_{}", stage + 1)
    }

    /// A text: by the name of a constant if it is long and this is not its only place.
    fn shared(&mut self, text: &str) -> String {
        if self.is_counting && text.len() >= LONG {
            *self.uses.entry(text.to_owned()).or_default() += 1;
        }
        if self.uses.get(text).is_none_or(|uses| *uses < 2) {
            return python::text(text);
        }
        self.constant("TEXT", &python::text(text))
    }

    /// A constant of this value, which is Python already.
    fn constant(&mut self, kind: &str, value: &str) -> String {
        let number = self.constants.len() + 1;
        self.constants.entry(value.to_owned()).or_insert_with(|| format!("{kind}_{number}")).clone()
    }
}
