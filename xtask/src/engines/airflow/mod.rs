//! Airflow itself, versions 2 and 3: compiled pipelines run under its scheduler, and what happens is compared with the machine.
//!
//! Scheduler, executor, database and, in version 3, the API server are the real ones, and tasks are processes; only the bodies
//! are ours, which end as each case says (`tests/engines/airflow/play.py`).

mod declared;
mod observed;
mod play;

use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Known, Seen};
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, conformance};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::{Context, Result};
use declared::{DECLARED, EXCUSES};
use o11n::target::Options;
use observed::Run;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

pub const ENGINE_2: Engine = Engine {
    name: "airflow-2",
    judges: "pipelines run by the scheduler of Airflow 2, compared with the machine",
    wants_examples: false,
    tools: &[&AIRFLOW_2],
    judge: |site, tally| judge(site, tally, &AIRFLOW_2, 2),
};

pub const ENGINE_3: Engine = Engine {
    name: "airflow-3",
    judges: "pipelines run by the scheduler of Airflow 3, compared with the machine",
    wants_examples: false,
    tools: &[&AIRFLOW_3],
    judge: |site, tally| judge(site, tally, &AIRFLOW_3, 3),
};

static AIRFLOW_2: Tool = Tool {
    name: "airflow",
    version: "2.11.2",
    inputs: &["tests/engines/airflow/requirements-2.txt"],
    install: |into| tools::python(into, "tests/engines/airflow/requirements-2.txt"),
};

static AIRFLOW_3: Tool = Tool {
    name: "airflow",
    version: "3.3.2",
    inputs: &["tests/engines/airflow/requirements-3.txt"],
    install: |into| tools::python(into, "tests/engines/airflow/requirements-3.txt"),
};

/// Runs under way at once, and tasks.
const AT_ONCE: usize = 24;
const WORKERS: usize = 32;
/// How much longer than on the machine a run may take on the engine, in seconds.
const LIMIT: f64 = 240.0;

/// Compiled files with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[];

/// What the conductor writes.
#[derive(Deserialize)]
struct Report {
    runs: BTreeMap<String, Run>,
    times: BTreeMap<String, f64>,
}

fn judge(site: &Site, tally: &mut Tally, tool: &Tool, version: u8) -> Result<()> {
    let name = format!("airflow-{version}");
    let plays = site.scratch.join("plays");
    let player = project::root().join("tests/engines/airflow/play.py");
    let cases = conformance::all(site.arguments)?;
    let staged = cases.into_iter().map(|case| play::staged(case, &player, &plays)).collect();
    let cases = Cases::new("airflow", &Options::default(), staged, BROKEN, &site.arguments.case)?;
    let report = run(site, &cases, tool, version)?;
    let known = Known { declared: DECLARED, excuses: EXCUSES, in_order: true };
    let seen = |number: usize, one: &Compiled| see(one, &report.runs[&play::id(number)], &plays.join(play::id(number)));
    cases.judge(&name, &known, seen, &site.scratch.join("reports"), tally)?;
    let time = |name| report.times.get(name).copied().unwrap_or_default();
    let (prepared, ran) = (time("prepared") - time("start"), time("ended") - time("prepared"));
    println!("{name}: {prepared:.0} s to read the files, {ran:.0} s to run them");
    Ok(())
}

fn run(site: &Site, cases: &Cases, tool: &Tool, version: u8) -> Result<Report> {
    let folder = &site.scratch;
    for name in ["dags", "plays", "reports"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let (mut pools, mut variables, mut dags) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    // Those that wait for the clock first, so that nobody waits for them at the end.
    let mut all: Vec<_> = cases.all().collect();
    all.sort_by_key(|(_, one)| !one.case.is_cut_by_clock());
    for (number, one) in all {
        let (id, text) = (play::id(number), play::dag(number, one)?);
        pools.extend(play::pools(&text));
        variables.extend(play::variables(number, &one.case));
        fs::write(folder.join(format!("dags/{id}.py")), text)?;
        fs::write(folder.join(format!("plays/{id}.json")), play::play(&one.case)?.to_string())?;
        fs::write(folder.join(format!("plays/{id}.events")), "")?;
        dags.push(json!({ "id": id, "limit": LIMIT + one.case.trace.duration.as_seconds() * 1.5 }));
    }
    let job = json!({
        "version": version, "pools": pools, "variables": variables, "dags": dags, "at_once": AT_ONCE, "workers": WORKERS,
    });
    fs::write(folder.join("job.json"), job.to_string())?;
    let home = Home::new(version)?;
    let mut conductor = Command::new(tool.folder()?.join("bin/python"));
    conductor.arg(project::root().join("tests/engines/airflow/conduct.py")).arg(folder).env("AIRFLOW_HOME", &home.0);
    let start = Instant::now();
    let ran = process::stdout(&mut conductor);
    if ran.is_err() {
        home.keep(&folder.join("home"));
    }
    ran.with_context(|| {
        format!("Airflow ran for {:.0} s; see {}", start.elapsed().as_secs_f64(), folder.join("home").display())
    })?;
    serde_json::from_slice(&fs::read(folder.join("report.json"))?).context("a report is not what it should be")
}

/// Where Airflow keeps its database and logs while it runs: in memory, where there is such a place.
struct Home(PathBuf);

impl Home {
    fn new(version: u8) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let home = base.join(format!("o11n-airflow-{version}-{}", std::process::id()));
        fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
        Ok(Self(home))
    }

    /// Copies the logs, for people.
    fn keep(&self, into: &Path) {
        let _ = process::output(Command::new("cp").arg("-r").arg(&self.0).arg(into));
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn see(one: &Compiled, run: &Run, play: &Path) -> Seen {
    let events = fs::read_to_string(play.with_extension("events")).unwrap_or_default();
    let notes = events.lines().filter(|line| line.starts_with('?')).map(str::to_owned).collect();
    Seen { observed: observed::observe(&one.case.plan, run, &events), problems: Vec::new(), notes }
}
