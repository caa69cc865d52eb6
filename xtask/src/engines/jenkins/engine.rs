//! The interpreter of Jenkins' pipelines with steps of ours (`tests/engines/jenkins`): one process plays many builds.

use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCES: &str = "tests/engines/jenkins";

/// `groovy-cps` and Groovy, as Jenkins runs them, from Maven Central; and the steps, compiled.
pub const TOOL: Tool = Tool {
    name: "jenkins-cps",
    version: "1.31",
    inputs: &[SOURCES],
    install: |into| {
        let mut maven = Command::new("mvn");
        maven.args(["--batch-mode", "--quiet", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"]);
        maven.arg(format!("-DoutputDirectory={}", into.join("lib").display())).arg("-DincludeScope=runtime");
        process::stdout(maven.current_dir(project::root().join(SOURCES)))?;
        let mut javac = Command::new("javac");
        javac.args(["-nowarn", "-Xlint:none", "-proc:none", "-cp"]).arg(into.join("lib/*"));
        javac.arg("-d").arg(into.join("classes"));
        javac.args(tools::files_under(&project::root().join(SOURCES).join("src"))?);
        process::stdout(&mut javac).map(drop)
    },
};

/// What the interpreter reaches into.
const OPENED: &[&str] =
    &["java.lang", "java.lang.reflect", "java.util", "java.util.concurrent", "java.io", "java.text", "java.net"];

/// One build.
#[derive(Default, Serialize)]
pub struct Job {
    pub id: String,
    /// By name; `Jenkinsfile` is the one that runs.
    pub files: BTreeMap<String, String>,
    /// By the label of the step, how its calls end.
    pub attempts: BTreeMap<String, Vec<Attempt>>,
    /// Files that the last build has archived.
    pub archived: BTreeMap<String, String>,
    /// By the label of a command, the files that it writes instead of running.
    pub written: BTreeMap<String, BTreeMap<String, String>>,
    /// What a command prints, by a part of it.
    pub printed: BTreeMap<String, String>,
    pub credentials: BTreeMap<String, String>,
    pub parameters: BTreeMap<String, String>,
    /// The parameters of the builds before this one.
    pub earlier: Vec<BTreeMap<String, String>>,
    /// When somebody stops the build, in milliseconds.
    pub stopped_at: Option<i64>,
    /// When Jenkins starts anew and knows only what it has written down, in milliseconds.
    pub forgets_at: Option<i64>,
    /// Whether commands really run.
    pub real: bool,
    pub saved: bool,
    pub compile_only: bool,
}

#[derive(Serialize)]
pub struct Attempt {
    /// `exit`, `lost` or `never`.
    pub end: &'static str,
    pub code: u8,
    /// In milliseconds.
    pub takes: i64,
}

#[derive(Deserialize)]
pub struct Report {
    pub id: String,
    pub result: String,
    /// What the build says of itself in the end.
    pub description: Option<String>,
    pub error: Option<String>,
    #[serde(default)]
    pub trace: Vec<String>,
    pub stages: Vec<Stage>,
    pub attempts: Vec<Played>,
    pub log: Vec<String>,
    pub problems: Vec<String>,
    /// The most that was written down at a step, in bytes.
    pub largest_state: usize,
}

impl Report {
    /// The labels of what ran for substages, in the order in which it began.
    pub fn labels(&self) -> Vec<&str> {
        self.attempts.iter().filter_map(|one| one.label.as_deref()).filter(|label| *label != super::PRINTS).collect()
    }
}

#[derive(Deserialize)]
pub struct Stage {
    pub name: String,
    pub result: String,
}

/// A call of `sh`; times in milliseconds.
#[derive(Deserialize)]
pub struct Played {
    pub label: Option<String>,
    pub start: f64,
    pub end: Option<f64>,
    pub code: Option<u8>,
    #[serde(default)]
    pub lost: bool,
    pub printed: Option<String>,
    /// The label that its agent has.
    pub agent: Option<String>,
    /// Its variables, or the parameters of a build.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The job whose build it is.
    pub job: Option<String>,
}

/// Plays builds, one after the other; the reports are in their order.
pub fn play(jobs: &[Job], folder: &Path) -> Result<Vec<Report>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let tool = TOOL.folder()?;
    let mut java = Command::new("java");
    java.args(["-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    for package in OPENED {
        java.args(["--add-opens", &format!("java.base/{package}=ALL-UNNAMED")]);
    }
    let path = format!("{}:{}", tool.join("classes").display(), tool.join("lib/*").display());
    fs::create_dir_all(folder)?;
    let lines = jobs.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    fs::write(folder.join("jobs.jsonl"), lines.join("\n") + "\n")?;
    java.args(["-cp", &path, "o11n.Main"]).arg(folder.join("jobs.jsonl"));
    let output = process::output(&mut java)?;
    fs::write(folder.join("reports.jsonl"), &output.stdout)?;
    fs::write(folder.join("interpreter.log"), &output.stderr)?;
    if !output.status.success() {
        bail!("the interpreter has ended: {}", process::said(&output));
    }
    let text = String::from_utf8(output.stdout).context("reports are text")?;
    let reports: Vec<Report> =
        text.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("a report is not what it should be")?;
    ensure!(reports.len() == jobs.len(), "{} reports of {} builds", reports.len(), jobs.len());
    ensure!(reports.iter().zip(jobs).all(|(report, job)| report.id == job.id), "reports are in another order");
    Ok(reports)
}
