//! What one process costs: CPU time and peak memory, as the kernel counts them.

use crate::process;
use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};

/// Runs after one that warms the caches.
const RUNS: usize = 7;

/// Over some runs of one command.
pub struct Cost {
    /// Milliseconds.
    pub least: f64,
    /// Milliseconds.
    pub median: f64,
    /// Bytes, the most of all runs.
    pub memory: u64,
    /// Bytes on standard output.
    pub output: u64,
    /// Whether it ended with status 0; what is refused has cost its time all the same.
    pub succeeded: bool,
}

/// Measures a command; it must end with status 0 or 1.
pub fn measure(command: &Command) -> Result<Cost> {
    let runs = (0..=RUNS).map(|_| once(command)).collect::<Result<Vec<_>>>()?;
    let mut times: Vec<f64> = runs[1..].iter().map(|run| run.milliseconds).collect();
    times.sort_by(f64::total_cmp);
    let memory = runs.iter().map(|run| run.memory).max().unwrap_or_default();
    Ok(Cost { least: times[0], median: times[RUNS / 2], memory, output: runs[0].output, succeeded: runs[0].succeeded })
}

#[derive(Serialize, Deserialize)]
struct Once {
    milliseconds: f64,
    memory: u64,
    output: u64,
    succeeded: bool,
}

/// The kernel adds up all children of a process: so each command gets a parent of its own, ourselves started as `measured`.
fn once(command: &Command) -> Result<Once> {
    let mut parent = Command::new(std::env::current_exe()?);
    parent.arg("measured").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => parent.env(name, value),
            None => parent.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        parent.current_dir(folder);
    }
    serde_json::from_str(&process::stdout(&mut parent)?).context("reading what a run cost")
}

/// `cargo xtask measured PROGRAM ARGUMENTS...`: runs a program and prints what it cost as JSON.
#[derive(clap::Args)]
pub struct Measured {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<std::ffi::OsString>,
}

impl Measured {
    pub fn run(&self) -> Result<()> {
        let mut child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", self.command[0].to_string_lossy()))?;
        let mut stdout = child.stdout.take().context("standard output is piped")?;
        let output = std::io::copy(&mut stdout, &mut std::io::sink())?;
        let status = child.wait()?;
        anyhow::ensure!(matches!(status.code(), Some(0 | 1)), "{status}");
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let microseconds = (usage.user_time() + usage.system_time()).num_microseconds();
        // The kernel counts memory in KiB.
        let memory = u64::try_from(usage.max_rss())? * 1024;
        let once = Once { milliseconds: microseconds as f64 / 1000.0, memory, output, succeeded: status.success() };
        println!("{}", serde_json::to_string(&once)?);
        Ok(())
    }
}
