//! Developer commands: `cargo xtask --help`. One file per command.

mod bench;
mod ci;
mod container;
mod engines;
mod r#gen;
mod process;
mod project;
mod test;
mod tools;

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
    /// What we emit, judged by those who will read it
    Engines(engines::Arguments),
    /// Writes the files that follow from a table in the code
    Gen(r#gen::Arguments),
    /// What a whole process costs, from source to output
    Bench(bench::Arguments),
    /// Runs a program and prints what it cost: for `bench`
    #[command(hide = true)]
    Measured(bench::Measured),
    /// A cluster with a real node, inside of namespaces: for `engines`
    #[command(hide = true)]
    RealCluster(engines::RealCluster),
    /// The image of o11n, built with buildah from a static binary compiled here
    Container(container::Arguments),
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
        Command::Engines(arguments) => engines::run(&arguments),
        Command::Gen(arguments) => r#gen::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Measured(measured) => measured.run(),
        Command::RealCluster(arguments) => engines::real_cluster(&arguments),
        Command::Container(arguments) => container::run(&arguments),
        Command::Ci => ci::run(),
    }
}
