//! Broken input, made from good input by one change: so that it is refused for that change and nothing else.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// One change of a text.
pub struct Mutation {
    /// What is wrong afterwards.
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

/// Writes the sample, changed by each mutation in turn, into a folder.
pub fn write_all(sample: &Path, mutations: &'static [Mutation], folder: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let text = fs::read_to_string(sample).with_context(|| format!("cannot read {}", sample.display()))?;
    let mut written = Vec::new();
    for (number, mutation) in mutations.iter().enumerate() {
        let places = text.matches(mutation.from).count();
        anyhow::ensure!(places == 1, "{:?} stands {places} times in {}", mutation.from, sample.display());
        let path = folder.join(format!("broken-{number}.yaml"));
        fs::write(&path, text.replace(mutation.from, mutation.to))?;
        written.push((mutation.name, path));
    }
    Ok(written)
}
