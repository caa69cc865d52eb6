//! `o11n targets`: what each target keeps.

use clap::ValueEnum;
use serde::Serialize;

use super::output::{Exit, print, usage};
use crate::target::capability::{Capability, Support, features};
use crate::target::{self, Target};
use crate::view::table;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One target: also how it keeps each rule and attribute
    target: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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
    support: &'static str,
    /// How it is done there, what differs, or what to write instead.
    remark: &'static str,
}

pub(super) fn run(args: &Args) -> Exit {
    let chosen: Vec<&dyn Target> = match args.target.as_deref().map(target::by_name) {
        None => target::ALL.to_vec(),
        Some(Ok(target)) => vec![target],
        Some(Err(near)) => {
            let help = near.map(|near| format!("\n  help: did you mean `{near}`?")).unwrap_or_default();
            return usage(&format!("there is no target `{}`{help}", args.target.as_deref().unwrap_or_default()));
        }
    };
    let entries = chosen.iter().map(|target| entry(*target)).collect();
    match args.format {
        Format::Json => {
            let document = Document { schema: "o11n/targets/1", targets: entries };
            let text = serde_json::to_string_pretty(&document).expect("strings always have a JSON form");
            print(&format!("{text}\n"))
        }
        Format::Human => print(&human(&entries, args.target.is_some())),
    }
}

/// A row for each feature, in the order of the features' own table.
fn entry(target: &dyn Target) -> Entry {
    let capabilities = target.capabilities();
    let row = |feature| {
        let found = capabilities.iter().find(|row: &&Capability| row.feature == feature);
        let (support, remark) = found.map_or(("unknown", ""), |row| (row.support.word(), remark(row)));
        Row { feature: feature.to_string(), support, remark }
    };
    Entry { name: target.name(), doc: target.doc(), features: features().into_iter().map(row).collect() }
}

fn remark(row: &Capability) -> &'static str {
    match row.support {
        Support::Kept => row.how,
        Support::Approximated { differs, .. } => differs,
        Support::Refused { instead, .. } => instead,
    }
}

fn human(entries: &[Entry], detailed: bool) -> String {
    let mut out: String = entries.iter().map(|entry| format!("{}: {}\n", entry.name, entry.doc)).collect();
    out.push('\n');
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(entries.iter().map(|entry| entry.name.to_owned()));
    for (index, feature) in entries.first().map_or(&[][..], |entry| &entry.features).iter().enumerate() {
        let mut row = vec![feature.feature.clone()];
        row.extend(entries.iter().map(|entry| entry.features[index].support.to_owned()));
        if detailed {
            row.push(feature.remark.to_owned());
        }
        rows.push(row);
    }
    out + &table::draw(&rows)
}
