//! The command line: one file a subcommand, thin over the phases. The only room that touches files, environment and terminal.
//!
//! Exit status: 0 success (warnings too), 1 something is wrong with what was read, 2 with the command line, 3 a file could not
//! be read or written.

mod advise;
mod bridge;
mod cases;
mod check;
mod chosen;
mod compile;
mod completions;
mod defect;
mod diff;
mod disk;
pub mod driver;
mod dry_run;
mod edits;
mod explain;
mod external;
mod fixes;
mod fmt;
mod init;
mod junit;
mod list;
mod output;
mod parallel;
mod port;
mod progress;
mod reliability;
mod revision;
mod simulate;
mod targets;
mod test;
mod verify;
mod weeks;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use compile::request;
pub use disk::DiskWorld;
pub use dry_run::rehearsal;

use crate::base::SourceMap;
use output::{Exit, MessageFormat, Stream};

/// Bytes of stack for the work: nesting is limited, and this is enough for the limit on every platform.
const STACK: usize = 16 << 20;

/// Compiles pipelines to a taskbook, or to the file of an engine
#[derive(Debug, Parser)]
#[command(name = "o11n", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile one pipeline
    Compile(compile::Args),
    /// Show what a pipeline does, without running it
    DryRun(dry_run::Args),
    /// Report every mistake of files, or of the workspace
    Check(check::Args),
    /// Lay files out
    Fmt(fmt::Args),
    /// Show the pipelines of the workspace, and what they take
    List(list::Args),
    /// Run the scenarios of files, or of the workspace
    Test(test::Args),
    /// Tell how often a run fails, and what a retry would buy
    Reliability(reliability::Args),
    /// Tell how long runs wait on a cluster, under one policy or another
    Simulate(simulate::Args),
    /// Tell where the time of runs goes on a cluster, and what would shorten them
    Advise(advise::Args),
    /// Verify the properties of files, or of the workspace, and the laws of every pipeline
    Verify(verify::Args),
    /// Explain a diagnostic code
    Explain(explain::Args),
    /// Write a first pipeline
    Init(init::Args),
    /// Show what becomes of one pipeline on each target
    Port(port::Args),
    /// Show what changes between two versions of a pipeline
    Diff(diff::Args),
    /// Show what each target keeps, approximates and refuses
    Targets(targets::Args),
    /// Run a step of one engine as a build of another
    Bridge(bridge::Args),
    /// Print what a shell needs to complete command lines
    Completions(completions::Args),
}

impl Command {
    fn run(&self) -> Exit {
        match self {
            Self::Compile(args) => compile::run(args),
            Self::DryRun(args) => dry_run::run(args),
            Self::Check(args) => check::run(args),
            Self::Fmt(args) => fmt::run(args),
            Self::List(args) => list::run(args),
            Self::Test(args) => test::run(args),
            Self::Reliability(args) => reliability::run(args),
            Self::Simulate(args) => simulate::run(args),
            Self::Advise(args) => advise::run(args),
            Self::Verify(args) => verify::run(args),
            Self::Explain(args) => explain::run(args),
            Self::Init(args) => init::run(args),
            Self::Port(args) => port::run(args),
            Self::Diff(args) => diff::run(args),
            Self::Targets(args) => targets::run(args),
            Self::Bridge(args) => bridge::run(args),
            Self::Completions(args) => completions::run(args),
        }
    }
}

/// The program.
pub fn main() -> ExitCode {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    // As a container, the environment says it all.
    if words.len() == 1 && std::env::var_os(chosen::PIPELINE_VARIABLE).is_some_and(|name| !name.is_empty()) {
        words.push("compile".into());
    }
    let command = match Cli::try_parse_from(words) {
        Ok(cli) => cli.command,
        Err(error) => {
            // Help and version come this way too; a reader that went away is no error.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    defect::silence_panics();
    let work = move || defect::guarded(|| command.run());
    let done = std::thread::Builder::new().stack_size(STACK).spawn(work).map(|thread| thread.join());
    match done {
        Ok(Ok(Ok(exit))) => exit.into(),
        Ok(Ok(Err(defect))) => {
            MessageFormat::Human.show(&[*defect], &SourceMap::default(), Stream::Stderr);
            Exit::Diagnostics.into()
        }
        Ok(Err(_)) => Exit::Diagnostics.into(),
        Err(error) => {
            output::say(&format!("error: cannot start: {error}\n"));
            Exit::Io.into()
        }
    }
}
