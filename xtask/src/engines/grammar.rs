//! vscode-tmgrammar-test: the TextMate grammar, in the engine that VS Code colours with.

use super::tally::Tally;
use super::{Engine, Site};
use crate::tools::{self, Tool};
use crate::{process, project};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "grammar",
    judges: "editors/vscode: every word of its tests has the right scope",
    wants_examples: false,
    tools: &[&TMGRAMMAR],
    judge,
};

const TMGRAMMAR: Tool = Tool { name: "vscode-tmgrammar-test", version: "0.1.3", inputs: &[], install };

fn install(into: &Path) -> Result<()> {
    let package = format!("{}@{}", TMGRAMMAR.name, TMGRAMMAR.version);
    let flags = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--prefix"];
    process::stdout(Command::new("npm").arg("install").args(flags).arg(into).arg(package)).map(drop)
}

const TESTS: &str = "editors/vscode/test";

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let tests = tools::files_under(&project::root().join(TESTS))?.into_iter().filter(|file| is_test(file));
    for test in tests {
        tally.accepts(&test.display().to_string(), check(&test)?);
        for (number, broken) in without_one_scope(&test)?.into_iter().enumerate() {
            let path = site.scratch.join(format!("broken-{number}.o11n.test"));
            fs::write(&path, broken)?;
            tally.refuses(&format!("{} with a wrong scope", test.display()), check(&path)?);
        }
    }
    Ok(())
}

fn is_test(file: &Path) -> bool {
    file.to_string_lossy().ends_with(".o11n.test")
}

/// The test with the first line that expects something made to expect something else.
fn without_one_scope(test: &Path) -> Result<Option<String>> {
    let text = fs::read_to_string(test)?;
    Ok(text.contains("^ ").then(|| text.replacen("^ ", "^ no.such.scope ", 1)))
}

fn check(test: &Path) -> Result<Result<(), String>> {
    let grammar = |name: &str| -> PathBuf { project::root().join("editors/vscode").join(name) };
    let mut command = Command::new(TMGRAMMAR.folder()?.join("node_modules/.bin/vscode-tmgrammar-test"));
    command.arg("-g").arg(grammar("syntaxes/o11n.tmLanguage.json")).arg("-g").arg(grammar("test/shell.tmLanguage.json"));
    let output = process::output(command.arg(test))?;
    Ok(if output.status.success() { Ok(()) } else { Err(process::said(&output)) })
}
