//! `o11n list`: the pipelines of a workspace, and what each takes.

use std::path::PathBuf;

use serde::Serialize;

use super::driver;
use super::output::{Exit, MessageFormat, Stream, print, say};
use super::targets::Format;
use super::workspace::Root;
use crate::base::SourceMap;
use crate::diag::Diagnostic;
use crate::sema::Analysis;
use crate::sema::hir::{Param, Pipeline};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; without any, the workspace; `-` reads standard input
    paths: Vec<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    root: Root,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    pipelines: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    /// Relative to the workspace's root.
    file: String,
    docs: Option<String>,
    params: Vec<Row>,
    triggers: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    /// As the source writes it; null where a value is required.
    default: Option<String>,
    /// The environment variable that it is read from.
    env: String,
    docs: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut unread = Vec::new();
    let mut pipelines = Vec::new();
    let mut faulty = Vec::new();
    for selection in args.root.select(&args.paths, &mut unread) {
        for file in &selection.files {
            let analysis = driver::analyze(&selection.world, file);
            pipelines.extend(analysis.program.pipelines.iter().map(|pipeline| entry(pipeline, &analysis)));
            if analysis.diagnostics.iter().any(Diagnostic::is_error) {
                faulty.push(file.clone());
            }
        }
    }
    MessageFormat::Human.show(&unread, &SourceMap::default(), Stream::Stderr);
    for file in &faulty {
        say(&format!("`{file}` has mistakes: `o11n check {file}` shows them\n"));
    }
    let shown = match args.format {
        Format::Json => {
            let document = Document { schema: "o11n/pipelines/1", pipelines };
            print(&(serde_json::to_string_pretty(&document).expect("strings always have a JSON form") + "\n"))
        }
        Format::Human => print(&human(&pipelines)),
    };
    let found = if faulty.is_empty() { Exit::Success } else { Exit::Diagnostics };
    shown.max(found).max(Exit::of(&unread))
}

fn entry(pipeline: &Pipeline, analysis: &Analysis) -> Entry {
    let row = |param: &Param| Row {
        name: param.name.to_string(),
        ty: param.ty.to_string(),
        default: param.default.as_ref().map(|value| one_line(analysis.sources.text(value.span))),
        env: param.env.to_string(),
        docs: param.docs.as_ref().map(ToString::to_string),
    };
    Entry {
        name: pipeline.name.to_string(),
        file: pipeline.path.to_string(),
        docs: pipeline.docs.as_ref().map(ToString::to_string),
        params: pipeline.params.iter().map(|id| row(&analysis.program.params[id.0 as usize])).collect(),
        triggers: pipeline.triggers.iter().map(|trigger| trigger.name.to_string()).collect(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn human(pipelines: &[Entry]) -> String {
    if pipelines.is_empty() {
        return "no pipelines; `o11n init` writes a first one\n".to_owned();
    }
    pipelines.iter().map(human_entry).collect::<Vec<_>>().join("\n")
}

fn human_entry(entry: &Entry) -> String {
    let mut out = format!("{} ({})\n", entry.name, entry.file);
    for line in entry.docs.iter().flat_map(|docs| docs.lines()) {
        out += &format!("  {line}\n");
    }
    if !entry.triggers.is_empty() {
        out += &format!("  starts by itself: {}\n", entry.triggers.join(", "));
    }
    for row in &entry.params {
        let value = row.default.as_ref().map_or(", required".to_owned(), |default| format!(" = {default}"));
        out += &format!("  {}: {}{value}\n", row.name, row.ty);
        let docs = row.docs.as_deref().map(one_line).unwrap_or_default();
        out += format!("      ${}  {docs}", row.env).trim_end();
        out.push('\n');
    }
    out
}
