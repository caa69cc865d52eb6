//! Other readers of YAML: Kubernetes' and Argo's (Go), PyYAML and libyaml. What we write must say the same to all.

use super::argo_lint::ARGO;
use super::kubernetes::PYTHON;
use super::tally::Tally;
use super::{Engine, Site};
use crate::{process, project};
use anyhow::{Context, Result};
use o11n::target::yaml::{self, Text};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "yaml",
    judges: "strings that YAML readers stumble over, as values and as keys",
    wants_examples: false,
    tools: &[&ARGO, &PYTHON],
    judge,
};

/// Words, numbers, blanks, line breaks, control characters and whatever else was ever read as something else.
const TABLE: &str = "tests/emit/nasty.json";

/// A document and what it must read as.
struct Document {
    file: PathBuf,
    wanted: Value,
}

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let table = fs::read_to_string(project::root().join(TABLE)).with_context(|| format!("cannot read {TABLE}"))?;
    let strings: Vec<String> = serde_json::from_str(&table).with_context(|| format!("{TABLE} is a list of strings"))?;
    let documents = strings.iter().enumerate().map(|(number, string)| write(site, number, string, &emitted(string)));
    let documents = documents.collect::<Result<Vec<_>>>()?;
    // What an emitter would write that does not know that YAML 1.1 reads `no` as false.
    let naive = write(site, documents.len(), "no", &emitted("word").replace("word", "no"))?;

    let mut python = Command::new(PYTHON.folder()?.join("bin/python"));
    python.arg(project::root().join("tests/engines/yaml/read.py"));
    let readers = [("sigs.k8s.io/yaml", Command::new(ARGO.folder()?.join("yaml-read"))), ("PyYAML", python)];
    for (reader, mut command) in readers {
        let files = documents.iter().chain([&naive]).map(|document| &document.file);
        let output = process::output(command.args(files))?;
        let text = String::from_utf8(output.stdout)?;
        let lines: Vec<&str> = text.lines().collect();
        anyhow::ensure!(lines.len() == documents.len() + 1, "{reader} broke down");
        for ((document, line), string) in documents.iter().zip(&lines).zip(&strings) {
            tally.accepts(&format!("{reader} reads {string:?}"), compare(document, line));
        }
        tally.refuses(&format!("{reader} reads a bare no"), compare(&naive, lines[documents.len()]));
    }
    Ok(())
}

/// The string as our emitter writes it: as a value, in a list, below another key, and as a key.
fn emitted(string: &str) -> String {
    #[derive(Serialize)]
    struct Places<'a> {
        value: Text,
        list: [Text; 2],
        nested: BTreeMap<&'a str, Text>,
        key: BTreeMap<&'a str, Text>,
    }
    let text = || Text::from(string);
    yaml::document(&Places {
        value: text(),
        list: [text(), text()],
        nested: BTreeMap::from([("deep", text())]),
        key: BTreeMap::from([(string, text())]),
    })
}

fn write(site: &Site, number: usize, string: &str, document: &str) -> Result<Document> {
    let file = site.scratch.join(format!("{number}.yaml"));
    fs::write(&file, document)?;
    let wanted = json!({ "value": string, "list": [string, string], "nested": { "deep": string }, "key": { string: string } });
    Ok(Document { file, wanted })
}

fn compare(document: &Document, line: &str) -> Result<(), String> {
    match serde_json::from_str::<Value>(line) {
        Ok(read) if read == document.wanted => Ok(()),
        Ok(read) => Err(format!("as {read}")),
        Err(error) => Err(format!("printed no JSON: {error}")),
    }
}
