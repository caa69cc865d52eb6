//! Files between substages: where a saved path lies in a pod, and how loaded ones come into the workspace.

use super::Context;
use crate::diag::{Code, Diagnostic};
use crate::plan::Substage;
use crate::target::capability::origin;

/// The working directory of every body.
pub(super) const WORKSPACE: &str = "/workspace";

/// The lines of a script that bring in what was loaded beside the workspace; `cp` merges folders.
pub(super) const COPY: &str = r#"for o11n_file in /o11n/load/*/* /o11n/load/*/.[!.]*; do
  [ ! -e "$o11n_file" ] || cp -a "$o11n_file" /workspace/
done
"#;

/// What comes into a pod.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// Where a file or folder is put, and its key in the repository.
    pub(super) files: Vec<(String, String)>,
    /// They lie in folders of their own, for [`COPY`].
    pub(super) are_copied: bool,
}

pub(super) fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// A path below the workspace. Argo knows no globs: the folder above the first one is taken whole.
pub(super) fn path(path: &str) -> String {
    let kept: Vec<&str> = path.split('/').take_while(|part| !is_glob(part)).filter(|part| !matches!(*part, "" | ".")).collect();
    if kept.is_empty() { WORKSPACE.to_owned() } else { format!("{WORKSPACE}/{}", kept.join("/")) }
}

/// The paths that a substage saves, each once, with the index of the first entry that means it: two globs may share a folder.
pub(super) fn saved(substage: &Substage) -> Vec<(usize, String)> {
    let mut saved: Vec<(usize, String)> = Vec::new();
    for (index, entry) in substage.artifacts.save.iter().enumerate() {
        let path = path(entry);
        if saved.iter().all(|(_, known)| *known != path) {
            saved.push((index, path));
        }
    }
    saved
}

/// What a substage loads. Argo mounts each artifact, so one cannot lie in another, nor be the workspace itself; where that would
/// be so, each gets a folder of its own, from where the script copies it.
pub(super) fn loads(cx: &Context, substage: &Substage) -> Loads {
    let mut files = Vec::new();
    for at in substage.needs.iter().filter(|need| need.loads).flat_map(|need| need.members.iter()) {
        let (from, producer) = (&cx.plan.stages[at.stage as usize], cx.plan.substage(*at));
        files.extend(saved(producer).into_iter().map(|(index, path)| (path, cx.key(from, producer, index))));
    }
    let are_copied = overlap(&files);
    if are_copied {
        for (index, (path, _)) in files.iter_mut().enumerate() {
            *path = format!("/o11n/load/{}{}", index + 1, &path[WORKSPACE.len()..]);
        }
    }
    Loads { files, are_copied }
}

fn overlap(files: &[(String, String)]) -> bool {
    let mut paths: Vec<String> = files.iter().map(|(path, _)| format!("{path}/")).collect();
    // What lies in a folder comes right behind it.
    paths.sort_unstable();
    paths.first().is_some_and(|first| first.len() == WORKSPACE.len() + 1)
        || paths.windows(2).any(|pair| pair[1].starts_with(pair[0].as_str()))
}

/// A body that is a program without a shell, where one must copy.
pub(super) fn cannot_copy(substage: &Substage) -> Diagnostic {
    let span = origin(&substage.origins, "artifacts", substage.span);
    Diagnostic::at(
        Code::Refused,
        span,
        "files that are loaded lie in each other, and `command` cannot bring them together",
        "loaded here",
    )
    .note("Argo mounts each artifact by itself, so a shell has to copy them into one folder")
    .help("write the body as `run`, or let the substages that save the files save different folders")
}
