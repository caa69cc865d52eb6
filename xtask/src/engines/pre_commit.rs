//! pre-commit itself, with our hooks in a repository of a user.

use super::tally::Tally;
use super::{Engine, Site};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "pre-commit",
    judges: ".pre-commit-hooks.yaml: good files pass, a mistake and a crooked layout do not",
    wants_examples: false,
    tools: &[&PRE_COMMIT],
    judge,
};

const PRE_COMMIT: Tool = Tool {
    name: "pre-commit",
    version: "4.7.0",
    inputs: &["tests/engines/pre-commit/requirements.txt"],
    install: |into| tools::python(into, "tests/engines/pre-commit/requirements.txt"),
};

const GOOD: &str = "pipeline hello {\n  stage greet {\n    substage world { run = \"echo hello\" }\n  }\n}\n";

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let repository = repository(&site.scratch)?;
    fs::write(repository.join("hello.o11n"), GOOD)?;
    let said = run_hooks(&repository)?;
    for hook in ["o11n check", "o11n test", "o11n fmt"] {
        tally.accepts(&format!("{hook} on a good file"), passed(&said, hook));
    }

    // One file each, so that one hook's finding is not the other's.
    fs::write(repository.join("mistake.o11n"), GOOD.replace("hello {", "wrong {").replace("run =", "rum ="))?;
    fs::write(repository.join("crooked.o11n"), GOOD.replace("hello {", "crooked  {"))?;
    let said = run_hooks(&repository)?;
    for hook in ["o11n check", "o11n test", "o11n fmt"] {
        tally.refuses(&format!("{hook} on a bad file"), passed(&said, hook));
    }
    let mended = fs::read_to_string(repository.join("crooked.o11n"))?;
    let laid_out = mended == GOOD.replace("hello {", "crooked {");
    tally.accepts("o11n fmt mends the layout", if laid_out { Ok(()) } else { Err(mended) });
    let told = said.contains("mistake.o11n") && said.contains("rum");
    tally.accepts("o11n check names the mistake", if told { Ok(()) } else { Err(said) });
    Ok(())
}

/// A repository of a user who has our hooks, at the commit that is checked out here.
fn repository(scratch: &Path) -> Result<PathBuf> {
    let folder = scratch.join("repository");
    process::stdout(Command::new("git").args(["init", "--quiet"]).arg(&folder))?;
    let revision = process::stdout(Command::new("git").args(["rev-parse", "HEAD"]).current_dir(project::root()))?;
    let hooks = format!(
        "repos: [{{repo: {:?}, rev: {}, hooks: [{{id: o11n-check}}, {{id: o11n-test}}, {{id: o11n-fmt}}]}}]\n",
        project::root(),
        revision.trim()
    );
    fs::write(folder.join(".pre-commit-config.yaml"), hooks)?;
    Ok(folder)
}

/// All hooks on all files; what pre-commit said.
fn run_hooks(repository: &Path) -> Result<String> {
    process::stdout(Command::new("git").args(["add", "--all"]).current_dir(repository))?;
    let mut command = Command::new(PRE_COMMIT.folder()?.join("bin/python"));
    command.args(["-m", "pre_commit", "run", "--all-files", "--verbose"]).current_dir(repository);
    command.env("PRE_COMMIT_HOME", repository.with_file_name("home"));
    // pre-commit compiles us as it would for a user, but need not optimize.
    let quick = ["LTO", "OPT_LEVEL", "CODEGEN_UNITS"].map(|setting| format!("CARGO_PROFILE_RELEASE_{setting}"));
    command.envs(quick.into_iter().zip(["off", "0", "16"])).env("CARGO_TARGET_DIR", project::target_dir("pre-commit"));
    Ok(process::said(&process::output(&mut command)?))
}

/// Reads the line `o11n check......Passed`.
fn passed(said: &str, hook: &str) -> Result<(), String> {
    let line = said.lines().find(|line| line.starts_with(&format!("{hook}..")));
    match line {
        Some(line) if line.ends_with("Passed") => Ok(()),
        Some(line) if line.ends_with("Failed") => Err(said.to_owned()),
        _ => Err(format!("pre-commit says nothing of {hook}:\n{said}")),
    }
}
