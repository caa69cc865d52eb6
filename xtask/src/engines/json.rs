//! A JSON Schema validator: what we publish as the form of taskbooks and plans is the form that they have.

use super::cases::Case;
use super::kubernetes::PYTHON;
use super::tally::Tally;
use super::verdict::judge_files;
use super::{Engine, Site};
use crate::project;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "json",
    judges: "every taskbook and every plan, against its published schema",
    wants_examples: true,
    tools: &[&PYTHON],
    judge,
};

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let broken = break_field(site, &site.cases.taskbooks, &["err_no"])?;
    judge_by("taskbook", &site.cases.taskbooks, &broken, tally)?;
    let broken = break_field(site, &site.cases.plans, &["pipeline", "stages"])?;
    judge_by("plan", &site.cases.plans, &broken, tally)
}

fn judge_by(schema: &str, cases: &[Case], broken: &[(&str, PathBuf)], tally: &mut Tally) -> Result<()> {
    let mut judge = Command::new(PYTHON.folder()?.join("bin/python"));
    judge.arg(project::root().join("tests/engines/json/judge.py"));
    judge.arg(project::root().join(format!("docs/reference/{schema}.schema.json")));
    judge_files(&mut judge, cases.iter().map(Case::named_file), broken, tally)
}

/// Two broken files for each field of the first case: without it, and with a value of another type.
fn break_field<'a>(site: &Site, cases: &[Case], fields: &[&'a str]) -> Result<Vec<(&'a str, PathBuf)>> {
    let case = cases.first().context("there is nothing to judge")?;
    let good: Value = serde_json::from_slice(&fs::read(&case.file)?)?;
    let mut broken = Vec::new();
    for field in fields {
        let (mut without, mut other) = (good.clone(), good.clone());
        without.as_object_mut().context("the document is no object")?.remove(*field);
        other[*field] = json!([true]);
        for (how, value) in [("without", without), ("other", other)] {
            let path = site.scratch.join(format!("{how}-{field}.json"));
            fs::write(&path, value.to_string())?;
            broken.push((*field, path));
        }
    }
    Ok(broken)
}
