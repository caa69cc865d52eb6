//! `o11n targets`: what each target keeps.

use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use super::disk::{DiskWorld, reason};
use super::driver;
use super::output::{Exit, MessageFormat, Stream, print, terminal, unreadable};
use crate::base::SourceMap;
use crate::diag::{Code, Diagnostic};
use crate::target::Target;
use crate::target::capability::{Capability, Level, features};
use crate::view::{Style, legend, matrix, table};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One target: also how it keeps each rule and attribute
    target: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,
}

/// The form of an answer that is not a diagnostic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    targets: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    doc: &'static str,
    features: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    feature: String,
    support: Option<Level>,
    /// How it is done there, what differs, or what to write instead.
    remark: String,
}

pub(super) fn run(args: &Args) -> Exit {
    let world = match DiskWorld::at(Path::new(".")) {
        Ok(world) => world,
        Err(error) => return failed(&[*unreadable(Path::new("."), &reason(&error))]),
    };
    let mut said = Vec::new();
    let chosen: Vec<&dyn Target> = match args.target.as_deref() {
        Some(name) => match driver::target_of(&world, Some(name), &mut said) {
            Some(target) => vec![target],
            None => return failed(&said).max(if said[0].code == Code::UnknownTarget { Exit::Usage } else { Exit::Success }),
        },
        None => {
            let (all, broken) = driver::all_targets(&world);
            said = broken;
            all
        }
    };
    failed(&said);
    let entries = chosen.iter().map(|target| entry(*target)).collect();
    match args.format {
        Format::Json => {
            let document = Document { schema: "o11n/targets/1", targets: entries };
            let text = serde_json::to_string_pretty(&document).expect("strings always have a JSON form");
            print(&format!("{text}\n"))
        }
        Format::Human => print(&human(&entries, args.target.is_some(), terminal(args.ascii))),
    }
}

/// Says what is wrong.
fn failed(diagnostics: &[Diagnostic]) -> Exit {
    MessageFormat::Human.show(diagnostics, &SourceMap::default(), Stream::Stderr);
    Exit::of(diagnostics)
}

/// A row for each feature, in the order of the features' own table.
fn entry(target: &dyn Target) -> Entry {
    let capabilities = target.capabilities();
    let row = |feature| {
        let found = capabilities.iter().find(|row: &&Capability| row.feature == feature);
        let remark = found.map(Capability::remark).unwrap_or_default();
        Row { feature: feature.to_string(), support: found.map(Capability::level), remark }
    };
    Entry { name: target.name(), doc: target.doc(), features: features().into_iter().map(row).collect() }
}

/// All targets as a matrix; one with how it keeps each feature.
fn human(entries: &[Entry], detailed: bool, style: Style) -> String {
    let docs: Vec<Vec<String>> = entries.iter().map(|entry| vec![entry.name.to_owned(), entry.doc.to_owned()]).collect();
    let mut out = table::draw_within(&docs, style.width) + "\n";
    let features = entries.first().map_or(&[][..], |entry| &entry.features);
    if detailed {
        let row =
            |row: &Row| vec![row.feature.clone(), row.support.map_or("unknown", Level::word).to_owned(), row.remark.clone()];
        let rows: Vec<Vec<String>> = features.iter().map(row).collect();
        return out + &table::draw_within(&rows, style.width);
    }
    let heads: Vec<String> = entries.iter().map(|entry| entry.name.to_owned()).collect();
    let row = |(at, row): (usize, &Row)| {
        (entries.iter().map(|entry| entry.features[at].support).collect::<Vec<_>>(), row.feature.clone())
    };
    let rows: Vec<_> = features.iter().enumerate().map(row).collect();
    out += &matrix(&heads, &rows, style);
    out + &format!("\n{}\n`o11n targets NAME` says how\n", legend(style))
}
