//! How the user's text reaches the shell: as the script of a `sh` step, begun by a line that names the interpreter.

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::plan::{Body, EnvValue, Script, Substage};
use crate::target::runner::{interpreter, words};

/// The script of the body, `before` included.
pub(super) fn body(substage: &Substage) -> String {
    let before: Vec<&Script> = substage.before.iter().collect();
    match &substage.body {
        Body::Run(run) => {
            let parts: Vec<&Script> = before.into_iter().chain([run]).collect();
            script(substage, &parts)
        }
        Body::Command(command) => {
            let mut out = format!("#!/bin/sh -e\n{}", exports(substage));
            if !before.is_empty() {
                out.push_str(&interpreted(substage, &joined(&before)));
            }
            out.push_str(&format!("exec {}\n", words(command)));
            out
        }
    }
}

/// The script of one `after`.
pub(super) fn after(substage: &Substage, after: &Script) -> String {
    script(substage, &[after])
}

fn script(substage: &Substage, parts: &[&Script]) -> String {
    let (text, exports) = (joined(parts), exports(substage));
    match substage.shell.as_str() {
        "bash" => format!("#!/usr/bin/env bash\nset -euo pipefail\n{exports}{text}"),
        "sh" => format!("#!/bin/sh -eu\n{exports}{text}"),
        _ => format!("#!/bin/sh -e\n{exports}{}", interpreted(substage, &text)),
    }
}

fn joined(scripts: &[&Script]) -> String {
    let mut out = String::new();
    for script in scripts {
        out.push_str(&script.text());
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// Lines of a POSIX shell that hand a text to the substage's own interpreter, as a file.
fn interpreted(substage: &Substage, text: &str) -> String {
    let interpreter = words(&interpreter(&substage.shell));
    let mut end = "O11N".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    let file = "\"${WORKSPACE_TMP:-/tmp}/o11n-$$\"";
    let written = if text.contains('\r') || !text.ends_with('\n') {
        format!("base64 -d > {file} <<'O11N'\n{}\nO11N\n", BASE64_STANDARD.encode(text))
    } else {
        format!("cat > {file} <<'{end}'\n{text}{end}\n")
    };
    format!("mkdir -p \"${{WORKSPACE_TMP:-/tmp}}\"\n{written}{interpreter} {file}\n")
}

/// Variables that `withEnv` would unset: those that are empty.
fn exports(substage: &Substage) -> String {
    let is_empty = |value: &EnvValue| matches!(value, EnvValue::Text(text) if text.is_empty());
    let empty = substage.env.iter().filter(|(_, value)| is_empty(value));
    empty.map(|(name, _)| format!("export {name}=''\n")).collect()
}
