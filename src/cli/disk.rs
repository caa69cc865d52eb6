//! The world on disk: the workspace's files and the process's environment. The only place where they are read.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ecow::EcoString;
use ignore::WalkBuilder;

use crate::base::{ReadError, RootPath, World};
use crate::syntax;

/// Files that a workspace may have; more is taken for a mistake in the choice of the root.
const MOST_FILES: usize = 1_000_000;
/// What standard input is called in messages.
pub(super) const STDIN: &str = "<stdin>";
/// What marks the root of a workspace.
pub(super) const MARKS: [&str; 2] = [".git", "o11n.toml"];

/// A workspace. Nothing outside its root is ever read, also not through a symbolic link.
#[derive(Debug)]
pub struct DiskWorld {
    /// Absolute, without symbolic links.
    root: PathBuf,
    files: OnceLock<Result<Arc<[RootPath]>, ReadError>>,
    /// What came by standard input, and the name that it has here.
    stdin: Option<(RootPath, Vec<u8>)>,
}

impl DiskWorld {
    /// The workspace with this root. Fails if there is no such folder.
    pub fn at(root: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(Self { root, files: OnceLock::new(), stdin: None })
    }

    /// The workspace that a file or folder is in: the nearest folder upward with a `.git` or an `o11n.toml`, else its own.
    pub fn around(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path)?;
        let own = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let marked = own.ancestors().find(|folder| MARKS.iter().any(|mark| folder.join(mark).exists()));
        Self::at(marked.unwrap_or(own))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The same workspace with standard input as a file of the current folder; `None` where that folder is outside.
    pub(super) fn with_stdin(self) -> io::Result<Option<(Self, RootPath)>> {
        let Some(path) = self.locate(Path::new(STDIN))? else { return Ok(None) };
        let stdin = Some((path.clone(), read_stdin()?));
        Ok(Some((Self { stdin, ..self }, path)))
    }

    /// Whether both see the same files.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.root, &self.stdin) == (&other.root, &other.stdin)
    }

    /// What a path of the command line is called in the workspace: `None` where it is outside, or is the root itself. The last
    /// part is not followed where it is a link; what it leads to is judged when it is read.
    pub fn locate(&self, path: &Path) -> io::Result<Option<RootPath>> {
        let absolute = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if parent == Path::new("") => fs::canonicalize(".")?.join(name),
            (Some(parent), Some(name)) => fs::canonicalize(parent)?.join(name),
            _ => fs::canonicalize(path)?,
        };
        let inside = absolute.strip_prefix(&self.root).ok().and_then(Path::to_str);
        Ok(inside.and_then(|inside| RootPath::resolve(None, inside)))
    }

    /// Where a file of the workspace is on the disk.
    pub fn disk_path(&self, path: &RootPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// Its size, if it is a file of the workspace that can be read.
    pub fn probe(&self, path: &RootPath) -> Result<u64, ReadError> {
        let real = fs::canonicalize(self.disk_path(path)).map_err(read_error)?;
        if !real.starts_with(&self.root) {
            return Err(ReadError::Outside);
        }
        let meta = fs::metadata(&real).map_err(read_error)?;
        // A pipe or device may block for ever, or have no end.
        if meta.is_file() { Ok(meta.len()) } else { Err(ReadError::NotAFile) }
    }

    /// All files that git would not ignore. What only this machine's settings of git say does not count: the same files give
    /// the same result everywhere.
    fn walk(&self) -> Result<Arc<[RootPath]>, ReadError> {
        let walk = WalkBuilder::new(&self.root)
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .parents(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        let mut files = Vec::new();
        for entry in walk {
            // A folder that may not be entered hides its files; whoever names one of them is told why.
            let Ok(entry) = entry else { continue };
            let Ok(inside) = entry.path().strip_prefix(&self.root) else { continue };
            let Some(path) = inside.to_str().and_then(|inside| RootPath::resolve(None, inside)) else { continue };
            let is_file =
                entry.file_type().is_some_and(|kind| kind.is_file()) || entry.path_is_symlink() && self.probe(&path).is_ok();
            if is_file {
                files.push(path);
            }
            if files.len() > MOST_FILES {
                return Err(ReadError::Other(format!("the workspace has more than {MOST_FILES} files").into()));
            }
        }
        files.sort_unstable();
        Ok(files.into())
    }
}

impl World for DiskWorld {
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        if let Some((_, bytes)) = self.stdin.as_ref().filter(|(stdin, _)| stdin == path) {
            let size = bytes.len() as u64;
            return if size > limit { Err(ReadError::TooLarge(size)) } else { Ok(bytes.clone()) };
        }
        let size = self.probe(path)?;
        if size > limit {
            return Err(ReadError::TooLarge(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let file = fs::File::open(self.disk_path(path)).map_err(read_error)?;
        // It may have grown since.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(read_error)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(bytes.len() as u64)) } else { Ok(bytes) }
    }

    fn files(&self) -> Result<Arc<[RootPath]>, ReadError> {
        self.files.get_or_init(|| self.walk()).clone()
    }

    fn env(&self, name: &str) -> Option<EcoString> {
        variable(name)
    }

    fn variables(&self) -> Vec<EcoString> {
        variables()
    }
}

/// A variable of the environment.
pub(super) fn variable(name: &str) -> Option<EcoString> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into())
}

/// The names of all variables of the environment, sorted.
pub(super) fn variables() -> Vec<EcoString> {
    let mut names: Vec<EcoString> = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into()).collect();
    names.sort();
    names
}

/// Standard input, at most one byte more than a source may have: that shows that there is more.
pub(super) fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(syntax::FILE_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_error(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::NotFound,
        io::ErrorKind::IsADirectory => ReadError::NotAFile,
        _ => ReadError::Other(reason(&error).into()),
    }
}

/// What the operating system says, in the form of our messages.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_limit_is_read_whole() {
        let root = std::env::temp_dir().join(format!("o11n-disk-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("a.txt"), "whole").unwrap();
        let world = DiskWorld::at(&root).unwrap();
        let read = world.read(&RootPath::resolve(None, "a.txt").unwrap(), u64::MAX);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(read, Ok(b"whole".to_vec()));
    }
}
