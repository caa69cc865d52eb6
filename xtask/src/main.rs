//! Developer commands: `cargo xtask --help`. One file per command.

mod ci;
mod r#gen;
mod process;
mod project;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Developer commands of o11n.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All tests that need only Rust
    Test(test::Arguments),
    /// Writes the files that follow from a table in the code
    Gen(r#gen::Arguments),
    /// What continuous integration runs, here
    Ci,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Gen(arguments) => r#gen::run(&arguments),
        Command::Ci => ci::run(),
    }
}
