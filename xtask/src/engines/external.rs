//! The example of a target outside of o11n: what it makes is run by make itself, and what is said between the two is as the
//! published schemas say.

use super::kubernetes::PYTHON;
use super::tally::Tally;
use super::verdict::judge_files;
use super::{Engine, Site};
use crate::{process, project};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "external",
    judges: "the target `make` of examples/external: GNU make runs what it makes; its messages, by the published schemas",
    wants_examples: false,
    tools: &[&PYTHON],
    judge,
};

/// The example, with everything noted that goes in and out.
const NOTING: &str = "#!/bin/sh\nnumber=$(ls \"$MESSAGES\" | wc -l)\n\
    tee \"$MESSAGES/$number.request.json\" | \"$EXAMPLE\" | tee \"$MESSAGES/$number.answer.json\"\n";

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    process::run(Command::new("cargo").args(["build", "--quiet"]).current_dir(project::root()))?;
    let [bin, messages, made, workspace] = ["bin", "messages", "made", "workspace"].map(|name| site.scratch.join(name));
    for folder in [&bin, &messages, &workspace] {
        fs::create_dir_all(folder)?;
    }
    let program = bin.join("o11n-target-make");
    fs::write(&program, NOTING)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let compile = |file: &Path, into: &Path| {
        let mut o11n = Command::new(project::root().join("target/debug/o11n"));
        o11n.args(["compile", "--target", "make", "-o"]).arg(format!("{}/", into.display())).arg(file);
        o11n.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()));
        o11n.env("MESSAGES", &messages).env("EXAMPLE", project::root().join("examples/external/o11n-target-make"));
        process::output(&mut o11n)
    };
    let night = project::root().join("tests/engines/external/night.o11n");
    let output = compile(&night, &made)?;
    anyhow::ensure!(output.status.success(), "night.o11n does not compile: {}", process::said(&output));
    let wanted = fs::read_to_string(night.with_extension("txt"))?;
    tally.accepts("night.o11n", outcomes(&made, &workspace).map(|found| same(&found, &wanted))?);
    let is_untouched = !workspace.join("must-not-be").exists();
    tally.accepts("what must not run", if is_untouched { Ok(()) } else { Err("something ran after a failure".into()) });

    // A judge that does not look would not see that a body differs.
    fs::write(made.join("0-1.sh"), "exit 1\n")?;
    tally.refuses("a step that fails", outcomes(&made, &workspace).map(|found| same(&found, &wanted))?);
    let refused = compile(&project::root().join("examples/regression.o11n"), &site.scratch.join("refused"))?;
    let said = process::said(&refused);
    let is_told = !refused.status.success() && said.contains("target `make` does not support `when`");
    tally.accepts("what it refuses is told", if is_told { Ok(()) } else { Err(said) });
    messages_are_right(&messages, tally)
}

/// What make says of the substages, sorted.
fn outcomes(made: &Path, workspace: &Path) -> Result<String> {
    let mut make = Command::new("make");
    make.arg("-C").arg(made).arg(format!("WORKSPACE={}", workspace.display())).env("NIGHT_TOKEN", "hidden");
    let output = process::output(&mut make)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("make")).collect();
    lines.sort_unstable();
    Ok(format!("{}\nstatus {}\n", lines.join("\n"), output.status.code().unwrap_or(-1)))
}

fn same(found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("wanted\n{wanted}found\n{found}")) }
}

/// Holds all messages against the schemas, and some that are broken.
fn messages_are_right(messages: &Path, tally: &mut Tally) -> Result<()> {
    for kind in ["request", "answer"] {
        let mut files: Vec<PathBuf> = fs::read_dir(messages)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|file| file.to_string_lossy().ends_with(&format!("{kind}.json")));
        files.sort();
        let names: Vec<String> = files.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into()).collect();
        let good: Value = serde_json::from_slice(&fs::read(files.last().context("there are no messages")?)?)?;
        let mut broken = Vec::new();
        for field in ["schema", kind] {
            let (mut without, mut other) = (good.clone(), good.clone());
            without.as_object_mut().context("a message is an object")?.remove(field);
            other[field] = json!([true]);
            for (how, value) in [("without", without), ("other", other)] {
                let path = messages.with_file_name(format!("{how}-{field}-{kind}.json"));
                fs::write(&path, value.to_string())?;
                broken.push((field, path));
            }
        }
        let mut judge = Command::new(PYTHON.folder()?.join("bin/python"));
        judge.arg(project::root().join("tests/engines/json/judge.py"));
        judge.arg(project::root().join(format!("docs/reference/target-{kind}.schema.json")));
        let good = names.iter().map(String::as_str).zip(files.iter().map(PathBuf::as_path));
        judge_files(&mut judge, good, &broken, tally)?;
    }
    Ok(())
}
