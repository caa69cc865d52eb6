//! Airflow itself, versions 2 and 3: compiled pipelines run under its scheduler, and what happens is compared with the machine.
//!
//! All cases are rehearsed: the scheduler goes step by step, and time jumps. Some also run for real: scheduler, executor, database and,
//! in version 3, the API server are the real ones, tasks are processes, and time passes; only the bodies are ours, which end as each case
//! says (`tests/engines/airflow/play.py`).

mod causes;
mod declared;
mod observed;
mod play;
mod whole;

use super::conformance::case::Case;
use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Known, Seen};
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, conformance};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::{Context, Result, bail};
pub use declared::DECLARED;
use declared::EXCUSES;
use o11n::target::Options;
use observed::Run;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

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

pub static AIRFLOW_2: Tool = Tool {
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

/// Runs under way at once on the clock of the machine, and tasks.
const AT_ONCE: usize = 24;
const WORKERS: usize = 32;
/// How long a run may take there, in seconds.
const LIMIT: f64 = 300.0;
/// Random pipelines take turns with the versions, since each costs a second of processor time.
const VERSIONS: usize = 2;
/// So many processes rehearse side by side.
const REHEARSALS: usize = 2;

/// The cases that also run on the clock of the machine, with processes: by what their names begin with.
const REAL: &[&str] = &[
    "attempts: retries: each until it passes",
    "attempts: timeouts: tried again, and in time",
    "deadlines: deadline: only an ignored one hangs",
    "dispatch: dispatch: enough pass",
    "needs: needs: a family is needed whole",
    "policies: abort: what runs is killed",
    "slots: slots: two at a time",
];

/// Compiled files with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    ("attempts: retries: each until it passes", Mutation { name: "a retry less", from: "retries=3", to: "retries=2" }),
    (
        "policies: policies: continue alone",
        Mutation { name: "another policy", from: "on_error=\"continue\"", to: "on_error=\"finish\"" },
    ),
    ("pairs: parallel and priority: it passes", Mutation { name: "a slot more", from: " 1 'at most", to: " 2 'at most" }),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no warning", from: "outcome = \"unstable\"", to: "outcome = \"succeeded\"" },
    ),
    (
        "needs: needs: a family is needed whole",
        Mutation { name: "an open gate", from: "if state != \"success\" and not forgiven:", to: "if state == \"removed\":" },
    ),
    (
        "policies: abort: what runs is killed and not tried again",
        Mutation { name: "nobody who looks", from: "return \"abort\"", to: "return None" },
    ),
    (
        "policies: plain: nothing of ours, all is well",
        Mutation { name: "a file that is no Python", from: "with DAG(", to: "with DAG((" },
    ),
];

/// How DAGs are run.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Airflow's scheduler step by step, on a clock of ours (`tests/engines/airflow/rehearse.py`).
    Rehearsed,
    /// Airflow's own processes and the machine's clock (`tests/engines/airflow/conduct.py`).
    Real,
}

/// What the programs in Python write.
#[derive(Default, Deserialize)]
struct Report {
    runs: BTreeMap<String, Run>,
    /// Files that could not be read, and why.
    errors: BTreeMap<String, String>,
    times: BTreeMap<String, f64>,
    /// How many tasks each DAG has that was read.
    sizes: BTreeMap<String, usize>,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Rehearsed => "rehearsed",
            Self::Real => "real",
        }
    }
}

fn judge(site: &Site, tally: &mut Tally, tool: &Tool, version: u8) -> Result<()> {
    let mut all = conformance::all(site.arguments)?;
    let mut drawn = 0;
    all.retain(|case| {
        drawn += usize::from(case.is_drawn());
        !case.is_drawn() || drawn % VERSIONS == usize::from(version) % VERSIONS
    });
    let is_real = |case: &&Case| REAL.iter().any(|name| case.name.starts_with(name));
    let real: Vec<Case> = all.iter().filter(is_real).cloned().collect();
    let mut rounds = Vec::new();
    for (way, cases, broken) in [(Way::Rehearsed, all, BROKEN), (Way::Real, real, &[])] {
        let folder = site.scratch.join(way.word());
        let staged = cases.into_iter().map(|case| play::staged(case, way, &folder)).collect();
        let cases = Cases::new("airflow", &Options::default(), staged, broken, &site.arguments.case)?;
        rounds.push(Round { way, folder, cases });
    }
    rounds.retain(|round| !round.cases.good.is_empty());
    // What is real mostly waits, so it runs beside the others.
    let ran: Vec<Result<Vec<Report>>> = thread::scope(|scope| {
        let running: Vec<_> = rounds.iter().map(|round| scope.spawn(|| round.run(tool, version))).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| bail!("a round did not end as it should"))).collect()
    });
    for (round, reports) in rounds.iter().zip(ran) {
        let (reports, name) = (reports?, format!("airflow-{version}, {}", round.way.word()));
        let known = Known { declared: DECLARED, excuses: EXCUSES, in_order: true };
        let seen = |number: usize, one: &Compiled| see(number, one, &reports, &round.folder);
        round.cases.judge(&name, &known, seen, &site.scratch.join("reports").join(round.way.word()), tally)?;
        let spent = |from: &str, to: &str| reports.iter().map(|report| report.times[to] - report.times[from]).fold(0.0, f64::max);
        println!(
            "{name}: {:.0} s to read the files, {:.0} s to run them",
            spent("start", "prepared"),
            spent("prepared", "ended")
        );
    }
    if site.arguments.case.is_empty() {
        whole::judge(&site.scratch.join("whole"), tool, version, tally)?;
    }
    Ok(())
}

/// Cases that are run in one way.
struct Round {
    way: Way,
    folder: PathBuf,
    cases: Cases,
}

impl Round {
    /// Runs all, in parts side by side.
    fn run(&self, tool: &Tool, version: u8) -> Result<Vec<Report>> {
        let (folder, way) = (&self.folder, self.way);
        let parts = if way == Way::Rehearsed { REHEARSALS } else { 1 };
        let mut jobs: Vec<Job> = (0..parts).map(|_| Job::default()).collect();
        for (number, one) in self.cases.all() {
            let (id, part) = (play::id(number), number % parts);
            jobs[part].add(folder, part, &id, &play::dag(number, one)?)?;
            jobs[part].variables.extend(play::variables(number, &one.case));
            fs::write(folder.join(format!("plays/{id}.json")), play::play(&one.case)?.to_string())?;
        }
        thread::scope(|scope| {
            let numbered = jobs.into_iter().enumerate();
            let running: Vec<_> =
                numbered.map(|(part, job)| scope.spawn(move || conduct(folder, way, part, job, version, tool))).collect();
            running.into_iter().map(|one| one.join().unwrap_or_else(|_| bail!("a part did not end as it should"))).collect()
        })
    }
}

/// What one process shall do.
#[derive(Default)]
struct Job {
    pools: BTreeMap<String, u32>,
    variables: BTreeMap<String, String>,
    runs: Vec<Value>,
}

impl Job {
    /// Adds a DAG that shall run.
    fn add(&mut self, folder: &Path, part: usize, id: &str, text: &str) -> Result<()> {
        let place = folder.join(format!("dags-{part}"));
        fs::create_dir_all(&place)?;
        fs::create_dir_all(folder.join("plays"))?;
        fs::write(place.join(format!("{id}.py")), text)?;
        self.pools.extend(play::pools(text));
        self.runs.push(json!({ "id": id }));
        Ok(())
    }
}

/// Runs one part, in an Airflow of its own.
fn conduct(folder: &Path, way: Way, part: usize, job: Job, version: u8, tool: &Tool) -> Result<Report> {
    let (told, report) = (folder.join(format!("job-{part}.json")), folder.join(format!("report-{part}.json")));
    let job = json!({
        "version": version, "dags": folder.join(format!("dags-{part}")), "plays": folder.join("plays"), "report": report,
        "pools": job.pools, "variables": job.variables, "runs": job.runs,
        "at_once": AT_ONCE, "workers": WORKERS, "limit": LIMIT,
    });
    fs::write(&told, job.to_string())?;
    let home = Home::new(&format!("{version}-{}-{part}", way.word()))?;
    // A rehearsal keeps its own time, so others go first.
    let (program, nice) = if way == Way::Rehearsed { ("rehearse.py", "10") } else { ("conduct.py", "0") };
    let mut python = Command::new("nice");
    python.args(["-n", nice]).arg(tool.folder()?.join("bin/python"));
    python.arg(project::root().join("tests/engines/airflow").join(program)).arg(told).env("AIRFLOW_HOME", &home.0);
    let kept = folder.join(format!("home-{part}"));
    let ran = process::stdout(&mut python);
    if ran.is_err() {
        home.keep(&kept);
    }
    ran.with_context(|| format!("Airflow broke off; see {}", kept.display()))?;
    serde_json::from_slice(&fs::read(report)?).context("a report is not what it should be")
}

/// Where Airflow keeps its database and logs while it runs: in memory, where there is such a place.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let home = base.join(format!("o11n-airflow-{name}-{}", std::process::id()));
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

fn see(number: usize, one: &Compiled, reports: &[Report], folder: &Path) -> Seen {
    let id = play::id(number);
    let events = fs::read_to_string(folder.join(format!("plays/{id}.events"))).unwrap_or_default();
    let mut notes: Vec<String> = events.lines().filter(|line| line.starts_with('?')).map(str::to_owned).collect();
    let observed = reports.iter().find_map(|report| report.runs.get(&id)).context("the run is not told of");
    let observed = observed.and_then(|run| observed::observe(&one.case.plan, run, &events));
    if let Ok(observed) = &observed {
        notes.extend(causes::causes(&one.case.plan, &one.case.trace, observed));
    }
    let is_its = |file: &&String| file.ends_with(&format!("{id}.py"));
    let errors = reports.iter().flat_map(|report| report.errors.iter()).filter(|(file, _)| is_its(file));
    Seen { observed, problems: errors.map(|(_, error)| error.clone()).collect(), notes }
}
