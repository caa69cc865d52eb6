//! The program as a user meets it: exit statuses, what goes where, and input that means no good.

mod advise;
mod check;
mod commands;
mod compile;
mod diff;
mod dry_run;
#[cfg(unix)]
mod external;
mod formats;
mod guide;
mod hostile;
mod port;
mod reliability;
mod simulate;
mod test;
mod verify;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A pipeline without a mistake.
const GOOD: &str = "pipeline nightly {\n  stage build {\n    substage app { run = \"make\" }\n  }\n}\n";
/// One error, and nothing that can be mended.
const BAD: &str = "pipeline nightly {\n  stage build {\n    substage app { run = \"make ${{ nothing_like_it }}\" }\n  }\n}\n";

/// A workspace in a folder of its own, marked as one.
struct Workspace(TempDir);

impl Workspace {
    fn of(files: &[(&str, &str)]) -> Self {
        let workspace = Self(TempDir::new().unwrap());
        workspace.write("o11n.toml", "");
        for (name, text) in files {
            workspace.write(name, text);
        }
        workspace
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// The program in this workspace, with an empty environment.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_o11n"));
        command.current_dir(self.path()).env_clear().args(args).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    fn run_with_stdin(&self, args: &[&str], text: &[u8]) -> Ran {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        Ran::from(child.wait_with_output().unwrap())
    }
}

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Ran {
    /// Asserts the exit status.
    #[track_caller]
    fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }
}
