//! Vim itself, with our syntax and indentation.

use super::tally::Tally;
use super::{Engine, Site};
use crate::{process, project};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "vim",
    judges: "editors/vim: an example is coloured and indented as it should be",
    wants_examples: false,
    tools: &[],
    judge,
};

const EXAMPLE: &str = "examples/regression.o11n";

/// What `smoke.vim` reports of it.
const WANTED: &str = "type o11n\nblock o11nBlock\nattribute o11nAttribute\nloop o11nRepeat\nstring o11nString\n\
                      duration o11nQuantity\ncomment o11nDocComment\nindented as it was\n";

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let example = project::root().join(EXAMPLE);
    let ours = project::root().join("editors/vim");
    tally.accepts(EXAMPLE, report(site, &ours, &example)?);
    tally.refuses("without our files", report(site, &site.scratch, &example)?);
    let crooked = site.scratch.join("crooked.o11n");
    fs::write(&crooked, fs::read_to_string(&example)?.replacen("\n  deadline", "\n      deadline", 1))?;
    tally.refuses("with a crooked line", report(site, &ours, &crooked)?);
    Ok(())
}

fn report(site: &Site, runtime: &Path, file: &Path) -> Result<Result<(), String>> {
    let path = site.scratch.join("report");
    let mut vim = Command::new("vim");
    vim.args(["-u", "NONE", "-i", "NONE", "-n", "-es", "-S"]).arg(project::root().join("tests/engines/vim/smoke.vim"));
    let said = process::output(vim.env("O11N_FILE", file).env("O11N_RUNTIME", runtime).env("O11N_REPORT", &path))?;
    let report = fs::read_to_string(&path).with_context(|| format!("Vim reported nothing: {}", process::said(&said)))?;
    fs::remove_file(&path)?;
    Ok(if report == WANTED { Ok(()) } else { Err(format!("Vim reports\n{report}")) })
}
