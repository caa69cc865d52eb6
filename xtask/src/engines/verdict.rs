//! The line that our judges of Kubernetes objects print for each object.

use super::tally::Tally;
use crate::process;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
struct Verdict {
    file: PathBuf,
    kind: String,
    name: String,
    error: Option<String>,
}

/// Asks a judge once for all files, since its start is the dear part: it must accept the good and refuse the broken.
pub fn judge_files<'a>(
    judge: &mut Command,
    good: impl Iterator<Item = (&'a str, &'a Path)> + Clone,
    broken: &[(&str, PathBuf)],
    tally: &mut Tally,
) -> Result<()> {
    let all = good.clone().map(|(_, file)| file).chain(broken.iter().map(|(_, file)| file.as_path()));
    let verdicts = Verdicts::ask(judge, all)?;
    for (name, file) in good {
        tally.accepts(name, verdicts.of(file));
    }
    for (name, file) in broken {
        tally.refuses(name, verdicts.of(file));
    }
    Ok(())
}

/// What a judge said of some files.
struct Verdicts(Vec<Verdict>);

impl Verdicts {
    fn ask<'a>(judge: &mut Command, files: impl Iterator<Item = &'a Path>) -> Result<Self> {
        let output = process::output(judge.args(files))?;
        let mut verdicts = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            verdicts.push(serde_json::from_str(line).with_context(|| format!("the judge printed {line:?}"))?);
        }
        anyhow::ensure!(output.status.code().is_some_and(|code| code < 2), "the judge broke down: {}", process::said(&output));
        Ok(Self(verdicts))
    }

    /// Accepted: at least one object was found in the file, and none refused.
    fn of(&self, file: &Path) -> Result<(), String> {
        let mut here = self.0.iter().filter(|verdict| verdict.file == file).peekable();
        if here.peek().is_none() {
            return Err("holds nothing for this engine to judge".into());
        }
        match here.find(|verdict| verdict.error.is_some()) {
            Some(Verdict { kind, name, error: Some(error), .. }) => Err(format!("{kind} {name}: {error}")),
            _ => Ok(()),
        }
    }
}
