//! Starting other programs.

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs a command with its output on the terminal; an error if it cannot be started or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a command quietly; whatever its status, that is a result.
pub fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))
}

/// Runs a command quietly and returns its standard output; if it fails, the error holds all it said.
pub fn stdout(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        bail!("`{}` failed: {}\n{}", shown(command), output.status, said(&output));
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something that is not text", shown(command)))
}

/// Runs a command on the given standard input.
pub fn with_input(command: &mut Command, input: &str) -> Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // The child may end before it has read everything: then its status tells.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().context("waiting for a program")
}

/// All that a program printed, trimmed.
pub fn said(output: &Output) -> String {
    let text = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    text.trim().to_owned()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`: is it installed?", command.get_program().to_string_lossy())
}
