//! Pages of the guide whose examples are run: what they show is what is printed.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Ran, Workspace};

/// A page.
pub(super) struct Guide {
    path: PathBuf,
    page: String,
}

impl Guide {
    /// By its name under `docs/guide`.
    pub(super) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide").join(name);
        let page = fs::read_to_string(&path).unwrap();
        Self { path, page }
    }

    /// The blocks of one fence, each without it.
    pub(super) fn blocks(&self, fence: &str) -> Vec<&str> {
        self.page.split(&format!("```{fence}\n")).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
    }

    /// Runs the first command that the page shows, which ends with this status and prints what follows it there. `BLESS=1` writes
    /// what it prints now.
    pub(super) fn shows_what_is_printed(&self, workspace: &Workspace, status: i32) {
        self.shows_what_is_printed_by(0, workspace, status);
    }

    /// The same of another command, by its number.
    pub(super) fn shows_what_is_printed_by(&self, number: usize, workspace: &Workspace, status: i32) {
        let shown = self.blocks("text").into_iter().filter(|block| block.starts_with("$ o11n ")).nth(number).unwrap();
        let command = shown.lines().next().unwrap();
        let args: Vec<&str> = command.strip_prefix("$ o11n ").unwrap().split_whitespace().collect();
        let ran = Ran::from(workspace.command(&args).env("LANG", "C.UTF-8").output().unwrap()).ends(status);
        let printed = format!("{command}\n{}", ran.stdout);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&self.path, self.page.replace(shown, &printed)).unwrap();
        } else {
            assert_eq!(shown, printed);
        }
    }
}
