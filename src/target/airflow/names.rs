//! Names as Airflow takes them: ASCII letters, digits, `-` and `_`, of bounded length, each once.

use crate::target::names::{Names, shorten, spelt};

/// The longest part of a task's id; Airflow takes 250 characters for the whole.
const LONGEST: usize = 100;

/// The name in Airflow's letters.
pub(super) fn mangle(name: &str) -> String {
    shorten(&spelt(name, |c| c.is_ascii_alphanumeric() || c == '_'), LONGEST)
}

/// The ids of all tasks: of each stage its group, of each substage the task that its outcome is read from.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) dag: String,
    pub(super) groups: Vec<String>,
    tasks: Vec<Vec<String>>,
}

impl Ids {
    pub(super) fn of(plan: &crate::plan::Plan) -> Self {
        // The ids of our own tasks.
        let mut groups = Names::with(&["verdict"]);
        let tasks = plan.stages.iter().map(|stage| {
            let mut names = Names::with(&["start"]);
            stage.substages.iter().map(|substage| names.unique(&mangle(&substage.name))).collect()
        });
        Self {
            dag: mangle(&plan.pipeline),
            groups: plan.stages.iter().map(|stage| groups.unique(&mangle(&stage.name))).collect(),
            tasks: tasks.collect(),
        }
    }

    /// The last part of the id.
    pub(super) fn label(&self, stage: usize, substage: usize) -> &str {
        &self.tasks[stage][substage]
    }

    pub(super) fn task(&self, stage: usize, substage: usize) -> String {
        format!("{}.{}", self.groups[stage], self.tasks[stage][substage])
    }
}
