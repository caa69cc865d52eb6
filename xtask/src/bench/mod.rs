//! `cargo xtask bench`: what a whole process costs, from source to output, and what the tools cost that one would take instead.
//!
//! Writes the table into `docs/performance.md` under `--write`. Not part of continuous integration: times belong to a machine.

mod measure;
mod peers;
mod sources;

pub use measure::Measured;

use crate::{process, project};
use anyhow::{Context, Result};
use measure::{Cost, measure};
use sources::Form;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What is measured, smallest first.
const SIZES: &[(Form, usize)] = &[
    (Form::WrittenOut, 20),
    (Form::WrittenOut, 1_000),
    (Form::WrittenOut, 10_000),
    (Form::Loop, 20),
    (Form::Loop, 1_000),
    (Form::Loop, 10_000),
    (Form::Loop, 100_000),
];

#[derive(clap::Args)]
pub struct Arguments {
    /// Build the other tools too, once, and measure them on 20 and 1,000 substages
    #[arg(long)]
    peers: bool,
    /// Leave this tool out; repeatable
    #[arg(long, value_name = "TOOL", requires = "peers")]
    without: Vec<String>,
    /// Write the tables into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// One row of a table.
struct Row {
    what: String,
    cost: Cost,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut build = Command::new("cargo");
    process::run(build.args(["build", "--quiet", "--release", "--bin", "o11n"]).current_dir(project::root()))?;
    let scratch = scratch()?;
    let mut text = table(&ours(&scratch)?);
    if arguments.peers {
        text += "\n";
        text += &table(&peers::rows(&scratch, &arguments.without)?);
    }
    print!("{text}");
    if arguments.write {
        replace_tables(&text)?;
    }
    Ok(())
}

fn scratch() -> Result<PathBuf> {
    let folder = project::target_dir("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The program as users have it, with nothing in its environment.
fn o11n() -> Command {
    let mut command = Command::new(project::target_dir("release").join("o11n"));
    command.env_clear();
    command
}

fn ours(scratch: &std::path::Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (form, count) in SIZES {
        let source = scratch.join(format!("{form}-{count}.o11n"));
        fs::write(&source, sources::source(*form, *count))?;
        for arguments in
            [&["check"][..], &["compile", "--target", "argo"], &["compile", "--target", "taskbook"], &["fmt", "--check"]]
        {
            // A loop is a few lines, whatever comes of it.
            if arguments[0] == "fmt" && *form == sources::Form::Loop {
                continue;
            }
            let mut command = o11n();
            command.args(arguments).arg(&source).current_dir(scratch);
            let what = format!("{count} substages, {form}: `{}`", arguments.join(" "));
            rows.push(Row { cost: measure(&command).with_context(|| what.clone())?, what });
        }
    }
    Ok(rows)
}

fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| what | CPU, least | CPU, median | peak memory | output |\n| --- | ---: | ---: | ---: | ---: |\n");
    for Row { what, cost } in rows {
        let Cost { least, median, memory, output, succeeded } = cost;
        let memory = megabytes(*memory);
        let output = if *succeeded { megabytes(*output) } else { "refused".into() };
        writeln!(text, "| {what} | {least:.0} ms | {median:.0} ms | {memory} | {output} |").expect("a string takes all");
    }
    text
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- written by `cargo xtask bench --peers --write` -->\n";
const END: &str = "<!-- until here -->\n";

/// Puts the tables between the marks of the page.
fn replace_tables(tables: &str) -> Result<()> {
    let path = project::root().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read {PAGE}"))?;
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("{PAGE} has no mark where the tables begin"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{PAGE} has no mark where the tables end"))?;
    fs::write(&path, format!("{before}{BEGIN}\n{tables}\n{END}{after}"))?;
    Ok(())
}
