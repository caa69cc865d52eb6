//! Names as Airflow takes them: ASCII letters, digits, `-` and `_`, of bounded length, each once.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

/// The longest part of a task's id; Airflow takes 250 characters for the whole.
const LONGEST: usize = 100;

/// The name in Airflow's letters: a letter that ASCII lacks is `u` and its hex code point, any run of other characters one `-`.
pub(super) fn mangle(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c);
        } else if c.is_alphanumeric() {
            out.push_str(&format!("u{:x}", u32::from(c)));
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    if out.is_empty() {
        out.push('x');
    }
    if out.len() > LONGEST {
        let digest: String = Sha256::digest(name.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        out.truncate(LONGEST - 9);
        out.push('-');
        out.push_str(&digest);
    }
    out
}

/// Hands out names, each once: a second one of a kind gets a number.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    pub(super) fn with(reserved: &[&str]) -> Self {
        Self(reserved.iter().map(|name| (*name).to_owned()).collect())
    }

    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        name
    }
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
