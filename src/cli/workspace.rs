//! From paths of the command line to files of a workspace.

use std::path::{Path, PathBuf};

use super::disk::{DiskWorld, reason};
use super::driver::EXTENSION;
use super::output::unreadable;
use crate::base::{ReadError, RootPath, World};
use crate::diag::Diagnostic;

/// The flag that all commands have that read a workspace.
#[derive(Debug, clap::Args)]
pub(super) struct Root {
    /// The workspace's root [default: the nearest folder upward with `.git` or `o11n.toml`, else the file's own]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// Files of one workspace.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) world: DiskWorld,
    pub(super) files: Vec<RootPath>,
}

impl Root {
    /// The workspace that a path of the command line is in.
    pub(super) fn open(&self, near: &Path) -> Result<DiskWorld, Box<Diagnostic>> {
        match &self.root {
            Some(root) => DiskWorld::at(root).map_err(|error| unreadable(root, &reason(&error))),
            None => DiskWorld::around(near).map_err(|error| unreadable(near, &reason(&error))),
        }
    }

    /// The workspace that one source file is in, and the file's name there. Standard input, `-`, is in the current folder's.
    pub(super) fn open_file(&self, path: &Path) -> Result<(DiskWorld, RootPath), Box<Diagnostic>> {
        if is_stdin(path) {
            let world = self.open(Path::new("."))?;
            let beside = outside(&world);
            let opened = world.with_stdin().map_err(|error| unreadable(path, &reason(&error)))?;
            return opened.ok_or_else(|| unreadable(Path::new("."), &beside));
        }
        let world = self.open(path)?;
        let file = world.locate(path).map_err(|error| unreadable(path, &reason(&error)))?;
        let Some(file) = file else {
            let why = if path.is_dir() { "it is a folder".to_owned() } else { outside(&world) };
            return Err(unreadable(path, &why));
        };
        match world.probe(&file) {
            Ok(_) => Ok((world, file)),
            Err(error) => Err(unreadable(path, &why(&error, &world))),
        }
    }

    /// The source files that the paths mean: a file itself, also one that git ignores; of a folder all that git does not. No
    /// path means the workspace. What cannot be read is reported and left out.
    pub(super) fn select(&self, paths: &[PathBuf], sink: &mut Vec<Diagnostic>) -> Vec<Selection> {
        let here = [PathBuf::from(".")];
        let whole = paths.is_empty();
        let mut selections: Vec<Selection> = Vec::new();
        for path in if whole { &here[..] } else { paths } {
            let found = if path.is_dir() {
                self.open(path).and_then(|world| {
                    let folder = world.locate(path).map_err(|error| unreadable(path, &reason(&error)))?;
                    let files =
                        sources(&world, if whole { None } else { folder.as_ref() }).map_err(|why| unreadable(path, &why))?;
                    Ok((world, files))
                })
            } else {
                self.open_file(path).map(|(world, file)| (world, vec![file]))
            };
            match found {
                Err(diagnostic) => sink.push(*diagnostic),
                Ok((world, files)) => match selections.iter_mut().find(|selection| selection.world.is_same(&world)) {
                    Some(selection) => selection.files.extend(files),
                    None => selections.push(Selection { world, files }),
                },
            }
        }
        for selection in &mut selections {
            selection.files.sort_unstable();
            selection.files.dedup();
        }
        selections
    }
}

/// Whether a path of the command line means standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// All source files of a workspace, or of one folder of it.
pub(super) fn sources(world: &DiskWorld, folder: Option<&RootPath>) -> Result<Vec<RootPath>, String> {
    let files = world.files().map_err(|error| why(&error, world))?;
    let inside = |file: &&RootPath| folder.is_none_or(|folder| Path::new(file.as_str()).starts_with(folder.as_str()));
    Ok(files.iter().filter(|file| file.as_str().ends_with(EXTENSION)).filter(inside).cloned().collect())
}

fn outside(world: &DiskWorld) -> String {
    format!("it is outside of the workspace `{}`", world.root().display())
}

pub(super) fn why(error: &ReadError, world: &DiskWorld) -> String {
    match error {
        ReadError::NotFound => "no such file or folder".to_owned(),
        ReadError::Outside => outside(world),
        ReadError::NotAFile => "it is no regular file".to_owned(),
        ReadError::TooLarge(size) => format!("it has {size} bytes"),
        ReadError::Other(reason) => reason.to_string(),
    }
}
