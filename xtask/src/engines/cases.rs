//! What the engines judge: the output of every example, and every expected output of the emit tests.

use super::tally::Tally;
use crate::{process, project, tools};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One output and where it came from.
pub struct Case {
    /// For people, such as `examples/regression.o11n regression --target argo --kind cron`.
    pub name: String,
    pub file: PathBuf,
}

/// Parameters to compile an example with, as flags: one line a variant. An example that is not listed is compiled as it is.
const VARIANTS: &[(&str, &[&str])] = &[
    ("examples/regression.o11n", &[]),
    ("examples/regression.o11n", &["test_level=full"]),
    ("examples/release.o11n", &["version=2.14.0"]),
    ("examples/release.o11n", &["version=2.14.0", "channel=stable", "rehearsal=true"]),
];

/// The values of `--stub`.
const STUBS: [&str; 2] = ["always", "guard"];

/// A pipeline of an example, with parameters.
pub struct Pipeline {
    /// For people: file, name and parameters.
    pub name: String,
    /// The plan, as the target `json` prints it.
    pub plan: Value,
}

/// All there is to judge, by what it is.
#[derive(Default)]
pub struct Cases {
    pub pipelines: Vec<Pipeline>,
    pub argo: Vec<Case>,
    /// Kubernetes' own objects: the pods in the taskbooks, and what Argo must be granted.
    pub objects: Vec<Case>,
    pub taskbooks: Vec<Case>,
    pub plans: Vec<Case>,
}

impl Cases {
    /// Compiles every pipeline of every example for every target and kind; a compile that fails is counted as a failure.
    pub fn make(tally: &mut Tally) -> Result<Self> {
        build()?;
        let folder = project::target_dir("engines/cases");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut cases = Self::default();
        for (file, pipeline) in pipelines("examples", tally)? {
            for parameters in variants(&file) {
                cases.add(&folder, &file, &pipeline, parameters, tally)?;
            }
        }
        fs::write(folder.join("large.o11n"), large())?;
        let mut command = o11n();
        command.arg("compile").arg(folder.join("large.o11n")).args(["--target", "argo"]);
        cases.argo.extend(compiled(command, "2,000 substages".to_owned(), folder.join("large.yaml"), tally)?);
        for case in expected_outputs("tests/emit/argo", "yaml")? {
            // One of them is what `--rbac` prints.
            let ours = fs::read_to_string(&case.file)?.contains("apiVersion: argoproj.io/");
            if ours && !case.name.contains("/stub-") {
                cases.argo.extend(stubbed(&folder, &case, tally)?);
            }
            if ours { &mut cases.argo } else { &mut cases.objects }.push(case);
        }
        cases.taskbooks.extend(expected_outputs("tests/emit/taskbook", "json")?);
        Ok(cases)
    }

    /// Compiles one pipeline for everything.
    fn add(&mut self, folder: &Path, file: &str, pipeline: &str, parameters: &[&str], tally: &mut Tally) -> Result<()> {
        let shown = [&[file, pipeline], parameters].concat().join(" ");
        let stem = folder.join(shown.replace(['/', ' '], "-"));
        let mut compile = |arguments: &[&str], ending: &str| -> Result<Option<Case>> {
            let name = [&[shown.as_str()], arguments].concat().join(" ");
            let parameters = parameters.iter().flat_map(|value| ["--param", value]);
            let mut command = o11n();
            command.args(["compile", file, "--pipeline", pipeline]).args(parameters).args(arguments);
            compiled(command, name, PathBuf::from(format!("{}{ending}", stem.display())), tally)
        };
        let Some(plan) = compile(&["--target", "json"], ".plan.json")? else { return Ok(()) };
        let plan_value = plan.json()?;
        for kind in kinds(&plan_value) {
            self.argo.extend(compile(&["--target", "argo", "--kind", kind], &format!("-{kind}.yaml"))?);
        }
        for stub in STUBS {
            self.argo.extend(compile(&["--target", "argo", "--stub", stub], &format!("-{stub}.yaml"))?);
        }
        self.objects.extend(compile(&["--target", "argo", "--rbac"], "-rbac.yaml")?);
        if let Some(taskbook) = compile(&["--target", "taskbook"], ".taskbook.json")? {
            for (number, pod) in pods(&taskbook.json()?).into_iter().enumerate() {
                let path = PathBuf::from(format!("{}-pod-{number}.yaml", stem.display()));
                fs::write(&path, pod)?;
                self.objects.push(Case { name: format!("{}, pod {number}", taskbook.name), file: path });
            }
            self.taskbooks.push(taskbook);
        }
        self.plans.push(plan);
        self.pipelines.push(Pipeline { name: shown, plan: plan_value });
        Ok(())
    }
}

impl Case {
    pub fn named_file(&self) -> (&str, &Path) {
        (&self.name, &self.file)
    }

    fn json(&self) -> Result<Value> {
        serde_json::from_slice(&fs::read(&self.file)?).with_context(|| format!("{} is not JSON", self.name))
    }
}

/// Runs a compiler and keeps the file of the wanted kind: there may be another one, for another engine.
fn compiled(mut command: Command, name: String, file: PathBuf, tally: &mut Tally) -> Result<Option<Case>> {
    let folder = file.with_extension("files");
    let output = process::output(command.arg("--output").arg(format!("{}/", folder.display())))?;
    if !output.status.success() {
        tally.accepts(&name, Err(process::said(&output)));
        return Ok(None);
    }
    tally.accepts(&name, Ok(()));
    let files = tools::files_under(&folder)?;
    let found = files.iter().find(|found| found.extension() == file.extension());
    fs::copy(found.with_context(|| format!("{name} made no such file"))?, &file)?;
    Ok(Some(Case { name, file }))
}

/// A case of the emit tests with its scripts replaced by stubs.
fn stubbed(folder: &Path, case: &Case, tally: &mut Tally) -> Result<Vec<Case>> {
    let source = case.file.with_extension("o11n");
    let text = fs::read_to_string(&source)?;
    let arguments = text.lines().next().and_then(|line| line.strip_prefix("// args: ")).unwrap_or_default();
    let mut made = Vec::new();
    for stub in STUBS {
        let name = format!("{} --stub {stub}", case.name);
        let mut command = o11n();
        command.arg("compile").arg(&source).args(["--target", "argo", "--stub", stub]).args(arguments.split_whitespace());
        let file = folder.join(format!("{}-{stub}.yaml", source.file_stem().unwrap_or_default().display()));
        made.extend(compiled(command, name, file, tally)?);
    }
    Ok(made)
}

/// What the emit tests expect of a target.
fn expected_outputs(folder: &str, extension: &str) -> Result<Vec<Case>> {
    let files = tools::files_under(&project::root().join(folder))?.into_iter();
    let files = files.filter(|file| file.extension().is_some_and(|found| found == extension));
    files.map(|file| Ok(Case { name: file.strip_prefix(project::root())?.display().to_string(), file })).collect()
}

/// The kinds that a pipeline can be compiled to: a template is compiled once and run often, so it can have no cache.
fn kinds(plan: &Value) -> Vec<&'static str> {
    let cached = substages(plan).any(|substage| !substage["cache"].is_null());
    let triggered = plan["triggers"].as_array().is_some_and(|triggers| !triggers.is_empty());
    match (cached, triggered) {
        (true, _) => vec!["run"],
        (false, false) => vec!["run", "template"],
        (false, true) => vec!["run", "template", "cron"],
    }
}

fn variants(file: &str) -> Vec<&'static [&'static str]> {
    let listed: Vec<_> = VARIANTS.iter().filter(|(name, _)| *name == file).map(|(_, parameters)| *parameters).collect();
    if listed.is_empty() { vec![&[]] } else { listed }
}

/// A pipeline that no single object of Kubernetes could hold: each body has a template of its own.
fn large() -> String {
    let substages =
        |stage| (1..=100).map(move |number| format!("    substage t{number} {{ run = \"./test {stage} {number}\" }}\n"));
    let stages = (1..=20).map(|stage| format!("  stage s{stage} {{\n{}  }}\n", substages(stage).collect::<String>()));
    format!("pipeline large {{\n{}}}\n", stages.collect::<String>())
}

/// Brings the program under test up to date.
pub fn build() -> Result<()> {
    process::run(Command::new("cargo").args(["build", "--quiet"]).current_dir(project::root()))
}

/// The program under test, as `cargo build` leaves it, with nothing in its environment.
pub fn o11n() -> Command {
    let mut command = Command::new(project::target_dir("debug").join("o11n"));
    command.current_dir(project::root()).env_clear();
    command
}

/// The pipelines under a folder: file and name.
fn pipelines(folder: &str, tally: &mut Tally) -> Result<Vec<(String, String)>> {
    let arguments = ["list", folder, "--format", "json"];
    let output = process::output(o11n().args(arguments))?;
    // What it could read is listed all the same.
    let whole = output.status.success();
    tally.accepts(&arguments.join(" "), if whole { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into()) });
    let listed: Value = serde_json::from_slice(&output.stdout).context("`o11n list` printed no JSON")?;
    let pipelines = listed["pipelines"].as_array().context("`o11n list` gave no pipelines")?;
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a pipeline has a file and a name");
    pipelines.iter().map(|pipeline| Ok((text(&pipeline["file"])?, text(&pipeline["name"])?))).collect()
}

/// All substages of a plan.
pub fn substages(plan: &Value) -> impl Iterator<Item = &Value> {
    let stages = plan["stages"].as_array().map_or(&[][..], Vec::as_slice);
    stages.iter().flat_map(|stage| stage["substages"].as_array().map_or(&[][..], Vec::as_slice))
}

/// The pod manifests of a taskbook, each once.
fn pods(taskbook: &Value) -> BTreeSet<&str> {
    let stages = taskbook.as_object().into_iter().flat_map(|fields| fields.values());
    let substages = stages.filter_map(|stage| stage["substages"].as_array()).flatten();
    substages.filter_map(|substage| substage["yaml"].as_str()).collect()
}
