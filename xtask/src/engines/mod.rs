//! `cargo xtask engines`: what we emit, judged by those who will read it.
//!
//! An engine is a program that others wrote and that decides for real whether our output is right. Each one also gets
//! broken input, and must refuse it: a judge that takes everything proves nothing. Nothing is skipped: a tool that cannot
//! be installed, or an engine with nothing to judge, is a failure.

mod airflow;
mod argo;
mod argo_lint;
mod browser;
mod cases;
mod cluster;
mod conformance;
mod container;
mod external;
mod grammar;
mod jenkins;
mod json;
mod kubernetes;
mod kubernetes_run;
mod mutation;
mod pre_commit;
mod shellcheck;
mod tally;
mod verdict;
mod vim;
mod yaml;

use crate::project;
use crate::tools::Tool;
use anyhow::{Context, Result, bail};
use cases::Cases;
pub use cluster::real::{Arguments as RealCluster, inside as real_cluster};
pub use conformance::judge::Declared;
use o11n::target::{Emitted, Options};
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;
use tally::Tally;

#[derive(clap::Args)]
pub struct Arguments {
    /// Run only the engines of these names
    #[arg(value_name = "NAME")]
    engines: Vec<String>,
    /// Where pipelines run: only cases whose name holds one of these
    #[arg(long, value_name = "TEXT")]
    case: Vec<String>,
    /// Where pipelines run: so many random ones
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    generated: usize,
    /// Where pipelines run: where the random ones begin
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Print the engines and what each judges
    #[arg(long)]
    list: bool,
}

/// One judge.
struct Engine {
    name: &'static str,
    judges: &'static str,
    /// It is given what the examples compile to.
    wants_examples: bool,
    /// Installed before it is asked.
    tools: &'static [&'static Tool],
    judge: fn(&Site, &mut Tally) -> Result<()>,
}

impl Engine {
    fn uses(&self, tool: &Tool) -> bool {
        self.tools.iter().any(|known| known.name == tool.name)
    }
}

/// Where an engine works.
struct Site<'a> {
    /// Its own folder under `target`, empty at the start.
    scratch: PathBuf,
    cases: &'a Cases,
    arguments: &'a Arguments,
}

const ENGINES: &[Engine] = &[
    argo_lint::ENGINE,
    kubernetes::ENGINE,
    json::ENGINE,
    external::ENGINE,
    yaml::ENGINE,
    shellcheck::ENGINE,
    grammar::ENGINE,
    vim::ENGINE,
    browser::ENGINE,
    container::ENGINE,
    pre_commit::ENGINE,
    argo::ENGINE,
    jenkins::ENGINE,
    jenkins::taskbook::ENGINE,
    jenkins::series::ENGINE,
    argo::REAL_ENGINE,
    kubernetes_run::ENGINE,
    kubernetes_run::real::ENGINE,
    airflow::ENGINE_2,
    airflow::ENGINE_3,
];

/// What a target makes of the only pipeline of a source.
pub fn emitted(target: &str, source: &str, options: &Options) -> Result<Emitted> {
    conformance::compiled::emit(target, &conformance::case::plan_of(source)?, options)
}

/// The cases that a target's engine is known to run otherwise; none if no engine runs what it writes.
pub fn declared(target: &str) -> Option<&'static [Declared]> {
    let known = [
        ("argo", argo::DECLARED),
        ("jenkins", jenkins::DECLARED),
        ("jenkins-taskbook", jenkins::DECLARED),
        ("kubernetes", kubernetes_run::DECLARED),
        ("airflow", airflow::DECLARED),
    ];
    known.into_iter().find(|(name, _)| *name == target).map(|(_, declared)| declared)
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.list {
        for engine in ENGINES {
            let tools = engine.tools.iter().map(|tool| format!("{} {}", tool.name, tool.version)).collect::<Vec<_>>();
            println!("{:<16} {} [{}]", engine.name, engine.judges, tools.join(", "));
        }
        return Ok(());
    }
    let chosen = choose(&arguments.engines)?;
    let start = Instant::now();
    let mut total = Total::default();
    let mut compiled = Tally::default();
    let cases = if chosen.iter().any(|engine| engine.wants_examples) {
        let cases = Cases::make(&mut compiled)?;
        total.add("examples", &compiled, start);
        cases
    } else {
        Cases::default()
    };
    // Two that want the same tool must not install it at the same time. Whoever wants one that cannot be had says so itself.
    chosen.iter().flat_map(|engine| engine.tools).for_each(|tool| drop(tool.folder()));
    // Argo's controller mostly waits, and Airflow's rehearsals give way to whatever lives by the clock, so the others run meanwhile.
    let (with_argo, others): (Vec<_>, Vec<_>) =
        chosen.into_iter().partition(|engine| engine.uses(&cluster::programs::CONTROLLER));
    let (with_airflow, others) = others.into_iter().partition(|engine| engine.uses(&airflow::AIRFLOW_2));
    let total = Mutex::new(total);
    thread::scope(|scope| {
        for lane in [with_argo, with_airflow, others] {
            let (cases, total) = (&cases, &total);
            scope.spawn(move || {
                for engine in lane {
                    let start = Instant::now();
                    let tally = ask(engine, cases, arguments);
                    total.lock().unwrap_or_else(PoisonError::into_inner).add(engine.name, &tally, start);
                }
            });
        }
    });
    let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("engines: {} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("{} failures", total.failed);
    }
    Ok(())
}

#[derive(Default)]
struct Total {
    passed: usize,
    failed: usize,
}

impl Total {
    /// Adds what was found and prints it.
    fn add(&mut self, name: &str, tally: &Tally, start: Instant) {
        let (passed, failed) = (tally.passed(), tally.failures().len());
        println!("{name:<16} {passed} cases, {failed} failures, {:.1} s", start.elapsed().as_secs_f64());
        for failure in tally.failures() {
            println!("  {failure}");
        }
        self.passed += passed;
        self.failed += failed;
    }
}

fn choose(only: &[String]) -> Result<Vec<&'static Engine>> {
    if let Some(unknown) = only.iter().find(|name| ENGINES.iter().all(|engine| engine.name != **name)) {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
        bail!("no engine is called `{unknown}`; there are {}", names.join(", "));
    }
    if only.is_empty() {
        return Ok(ENGINES.iter().collect());
    }
    Ok(ENGINES.iter().filter(|engine| only.iter().any(|name| name == engine.name)).collect())
}

/// Runs one engine; whatever stops it is a failure of it, and the others still run.
fn ask(engine: &Engine, cases: &Cases, arguments: &Arguments) -> Tally {
    let mut tally = Tally::default();
    let asked = clean_site(engine, cases, arguments).and_then(|site| {
        engine.tools.iter().try_for_each(|tool| tool.folder().map(drop))?;
        (engine.judge)(&site, &mut tally)
    });
    if let Err(error) = asked {
        tally.fail("the engine itself", &format!("{error:#}"));
    }
    tally.close();
    tally
}

fn clean_site<'a>(engine: &Engine, cases: &'a Cases, arguments: &'a Arguments) -> Result<Site<'a>> {
    let scratch = project::target_dir("engines").join(engine.name);
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot clear {}", scratch.display()))?;
    }
    fs::create_dir_all(&scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
    Ok(Site { scratch, cases, arguments })
}
