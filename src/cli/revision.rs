//! The world as a commit of git has it: `main:ci/nightly.o11n` on the command line, as git itself writes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use ecow::EcoString;

use super::disk::{self, MARKS, reason};
use super::output::unreadable;
use crate::base::{ReadError, RootPath, World};
use crate::diag::Diagnostic;

/// The workspace of a file, as it was in a commit.
#[derive(Debug)]
pub(super) struct Revision {
    /// What git calls the content of each file, and its size in bytes.
    files: BTreeMap<RootPath, (String, u64)>,
}

impl Revision {
    /// The world of `main:ci/nightly.o11n`, from the top of the repository, or `main:./nightly.o11n`, from the current folder, and
    /// the file's name there. `None` where the path is not of this form, or there is such a file.
    pub(super) fn open(path: &Path) -> Option<Result<(Self, RootPath), Box<Diagnostic>>> {
        let (commit, file) = path.to_str()?.split_once(':')?;
        let is_meant = !commit.is_empty() && !file.is_empty() && !path.exists();
        is_meant.then(|| Self::of(commit, file).map_err(|why| unreadable(path, &why)))
    }

    fn of(commit: &str, file: &str) -> Result<(Self, RootPath), String> {
        let wanted = format!("{commit}^{{commit}}");
        let found = git(&["rev-parse", "--verify", "--end-of-options", &wanted]);
        let found = found
            .map_err(|said| if said.contains("single revision") { format!("git knows no commit `{commit}`") } else { said })?;
        let commit = found.trim_end();
        let is_from_here = file.starts_with("./") || file.starts_with("../");
        let full =
            if is_from_here { git(&["ls-tree", "-z", "--name-only", "--full-name", commit, file])? } else { file.to_owned() };
        let tree = git(&["ls-tree", "-z", "-r", "-l", "--full-tree", commit])?;
        let all: BTreeMap<&str, (&str, u64)> = tree.split('\0').filter_map(entry).collect();
        let full = full.trim_end_matches('\0');
        if !all.contains_key(full) {
            return Err("that commit has no such file".to_owned());
        }
        // The nearest folder upward that is marked as a workspace, else the whole.
        let is_marked = |folder: &&str| MARKS.iter().any(|mark| all.contains_key(format!("{folder}{mark}").as_str()));
        let ends = full.rmatch_indices('/').map(|(end, _)| &full[..=end]);
        let root = ends.chain([""]).find(is_marked).unwrap_or_default();
        let inside = |path: &str| RootPath::resolve(None, path.strip_prefix(root)?);
        let files = all.iter().filter_map(|(path, (id, size))| Some((inside(path)?, ((*id).to_owned(), *size))));
        let file = inside(full).ok_or("its name cannot be written in a path")?;
        Ok((Self { files: files.collect() }, file))
    }
}

/// A file of a listing: its path, what git calls its content, its size. Neither links nor submodules are files.
fn entry(line: &str) -> Option<(&str, (&str, u64))> {
    let (known, path) = line.split_once('\t')?;
    let mut known = known.split_ascii_whitespace();
    let mode = known.next()?;
    let (_, id, size) = (known.next()?, known.next()?, known.next()?.parse().ok()?);
    mode.starts_with("100").then_some((path, (id, size)))
}

/// What git prints; else what it says.
fn git(arguments: &[&str]) -> Result<String, String> {
    let bytes = output(arguments)?;
    String::from_utf8(bytes).map_err(|_| "a file of that commit has a name that is not UTF-8".to_owned())
}

fn output(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("git cannot be asked: {}", reason(&error)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("git fails").trim_start_matches("fatal: ").to_owned();
    if output.status.success() { Ok(output.stdout) } else { Err(said) }
}

impl World for Revision {
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (id, size) = self.files.get(path).ok_or(ReadError::NotFound)?;
        if *size > limit {
            return Err(ReadError::TooLarge(*size));
        }
        output(&["cat-file", "blob", id]).map_err(|why| ReadError::Other(why.into()))
    }

    fn files(&self) -> Result<Arc<[RootPath]>, ReadError> {
        Ok(self.files.keys().cloned().collect())
    }

    fn env(&self, name: &str) -> Option<EcoString> {
        disk::variable(name)
    }

    fn variables(&self) -> Vec<EcoString> {
        disk::variables()
    }
}
