//! The only door to files and environment, so that every other room is pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

/// A path below the workspace root: `/` between parts, no `.`, no `..`, never absolute, not empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootPath(EcoString);

impl RootPath {
    /// Resolves `path` as written in the file `from`. `None` if it is absolute, empty, holds a NUL or a backslash, or leaves the root.
    pub fn resolve(from: Option<&RootPath>, path: &str) -> Option<Self> {
        if path.is_empty() || path.starts_with('/') || path.contains(['\0', '\\']) {
            return None;
        }
        let folder = from.and_then(|from| from.0.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                _ => parts.push(part),
            }
        }
        (!parts.is_empty()).then(|| Self(parts.join("/").into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RootPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    NotFound,
    /// A symbolic link on the way leads out of the workspace.
    Outside,
    /// A folder, a device, a pipe.
    NotAFile,
    /// Larger than the limit given to [`World::read`]; holds the size in bytes.
    TooLarge(u64),
    /// What the operating system said.
    Other(EcoString),
}

/// What a compilation may see of the outside.
pub trait World: Sync {
    /// The bytes of a file, at most `limit` of them.
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// All files below the root that are not ignored by git, sorted; `Err` when there are more than a sane number.
    fn files(&self) -> Result<Arc<[RootPath]>, ReadError>;

    /// A variable of the environment.
    fn env(&self, name: &str) -> Option<EcoString>;

    /// The names of all variables of the environment, sorted.
    fn variables(&self) -> Vec<EcoString>;
}

/// A world in memory, for tests and editors.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    pub files: BTreeMap<EcoString, Vec<u8>>,
    pub env: BTreeMap<EcoString, EcoString>,
}

impl World for MemoryWorld {
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path.as_str()).ok_or(ReadError::NotFound)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(bytes.len() as u64)) } else { Ok(bytes.clone()) }
    }

    fn files(&self) -> Result<Arc<[RootPath]>, ReadError> {
        Ok(self.files.keys().cloned().map(RootPath).collect())
    }

    fn env(&self, name: &str) -> Option<EcoString> {
        self.env.get(name).cloned()
    }

    fn variables(&self) -> Vec<EcoString> {
        self.env.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        let from = RootPath::resolve(None, "ci/lib/a.o11n").unwrap();
        let at = |path| RootPath::resolve(Some(&from), path).map(|path| path.to_string());
        assert_eq!(at("b.o11n").as_deref(), Some("ci/lib/b.o11n"));
        assert_eq!(at("../../x.yaml").as_deref(), Some("x.yaml"));
        for outside in ["../../../x", "/etc/passwd", "", "a\0b", "..\\x", "../.."] {
            assert_eq!(at(outside), None, "{outside:?}");
        }
    }
}
