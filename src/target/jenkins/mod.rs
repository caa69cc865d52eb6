//! Jenkins: a scripted Jenkinsfile with a method for each stage and each substage, and below them a small runtime that keeps the
//! rules with Jenkins' own steps. Of the runtime there is only what the pipeline needs.
//!
//! Jenkins compiles a method into one piece that has a limit, and a file too: so nothing is nested, lists are short, and a large
//! pipeline has companion files that the first one loads. Described for its readers in `docs/targets/jenkins.md`.

mod companion;
mod document;
mod script;
mod settings;
mod substage;

use super::capability::Capability;
use super::groovy::capabilities;
use super::{Emitted, Options, Target};
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::schema::TargetSettings;

pub(in crate::target) use companion::companion;

/// The target `jenkins`.
#[derive(Debug)]
pub(super) struct Jenkins;

impl Target for Jenkins {
    fn name(&self) -> &'static str {
        "jenkins"
    }

    fn has_kinds(&self) -> bool {
        true
    }

    fn doc(&self) -> &'static str {
        "A scripted Jenkinsfile."
    }

    fn capabilities(&self) -> Vec<Capability> {
        capabilities::rows()
    }

    fn settings(&self) -> TargetSettings {
        TargetSettings { name: self.name(), attributes: settings::ATTRIBUTES }
    }

    fn encode(&self, plan: &Plan, options: &Options) -> Emitted {
        let mut diagnostics = Vec::new();
        capabilities::check_options(self.name(), plan, options, &mut diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Emitted { artifacts: Vec::new(), diagnostics };
        }
        let artifacts = document::artifacts(plan, options, &mut diagnostics);
        Emitted { artifacts, diagnostics }
    }
}
