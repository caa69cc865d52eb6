//! Programs that we fetch or build once, and keep: `~/.cache/o11n/NAME-VERSION-DIGEST/`, or under `O11N_CACHE`.
//!
//! The digest covers the project's files that say what is installed, so a changed one installs anew. An entry appears
//! under its name only when it is whole.

use crate::{process, project};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
    /// The project's files or folders that say what is installed.
    pub inputs: &'static [&'static str],
    /// Puts the tool into a folder that exists and is empty; the folder moves afterwards.
    pub install: fn(&Path) -> Result<()>,
}

impl Tool {
    /// The folder that the tool is installed in; installs it first where it is missing.
    pub fn folder(&self) -> Result<PathBuf> {
        let name = format!("{}-{}-{}", self.name, self.version, self.digest()?);
        let folder = cache()?.join(&name);
        if folder.is_dir() {
            return Ok(folder);
        }
        let start = Instant::now();
        eprintln!("installing {} {} into {}", self.name, self.version, folder.display());
        let unfinished = cache()?.join(format!(".{name}.{}", std::process::id()));
        fs::create_dir_all(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
        let installed = (self.install)(&unfinished).with_context(|| format!("cannot install {} {}", self.name, self.version));
        // Two at once may install the same: whoever comes second finds the folder there.
        if installed.is_ok() && (fs::rename(&unfinished, &folder).is_ok() || folder.is_dir()) {
            eprintln!("installed {} in {:.0} s", self.name, start.elapsed().as_secs_f64());
        }
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        installed.map(|()| folder)
    }

    fn digest(&self) -> Result<String> {
        let mut hash = Sha256::new();
        for input in self.inputs {
            for path in files_under(&project::root().join(input))? {
                let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                hash.update(path.strip_prefix(project::root())?.as_os_str().as_encoded_bytes());
                hash.update(text.len().to_le_bytes());
                hash.update(text);
            }
        }
        Ok(hash.finalize()[..4].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Where all tools are kept.
fn cache() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("O11N_CACHE") {
        return Ok(PathBuf::from(folder));
    }
    let home = std::env::var_os("HOME").context("neither O11N_CACHE nor HOME is set: where to keep tools?")?;
    Ok(Path::new(&home).join(".cache/o11n"))
}

/// A file by itself, or all files under a folder, sorted.
pub fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        files.extend(files_under(&entry?.path())?);
    }
    files.sort();
    Ok(files)
}

/// Makes a Python environment with exactly these packages. It is moved afterwards: start `bin/python -m MODULE`, since
/// the scripts beside it name the first place.
pub fn python(into: &Path, requirements: &str) -> Result<()> {
    process::stdout(Command::new("python3").args(["-m", "venv"]).arg(into))?;
    let mut install = Command::new(into.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    process::stdout(install.arg(project::root().join(requirements))).map(drop)
}

/// Builds programs from a folder of the project that is a Go module, into a folder, with further flags of `go build`.
///
/// All our modules are built alike, so that they share Go's own cache.
pub fn go_build<P: AsRef<std::ffi::OsStr>>(module: &str, packages: &[P], flags: &[&str], into: &Path) -> Result<()> {
    // It takes minutes and all cores, on a machine that may have other things to do.
    let mut go = Command::new("nice");
    go.args(["go", "build", "-ldflags", "-s -w"]).args(flags).arg("-o").arg(into.join("")).args(packages);
    process::stdout(go.current_dir(project::root().join(module)).env("CGO_ENABLED", "0")).map(drop)
}

/// Where the source of a module lies that one of ours requires.
pub fn go_module(module: &str, required: &str) -> Result<PathBuf> {
    let mut go = Command::new("go");
    go.args(["list", "-m", "-f", "{{.Dir}}", required]).current_dir(project::root().join(module));
    Ok(PathBuf::from(process::stdout(&mut go)?.trim()))
}
