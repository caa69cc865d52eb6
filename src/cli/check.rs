//! `o11n check`: every mistake of files or of the whole workspace.

use std::path::PathBuf;

use super::driver::{self, Merged, Outcome};
use super::fixes;
use super::output::{Exit, MessageFormat, Stream, say, usage};
use super::workspace::{Root, Selection, is_stdin};
use crate::base::SourceMap;
use crate::diag::Diagnostic;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; without any, the workspace; `-` reads standard input
    paths: Vec<PathBuf>,
    /// Check for this target too
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Mend what can be mended for certain
    #[arg(long)]
    fix: bool,
    /// The form of the findings
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

pub(super) fn run(args: &Args) -> Exit {
    if args.fix && args.paths.iter().any(|path| is_stdin(path)) {
        return usage("`--fix` writes what it mends to files, and standard input is none");
    }
    let mut merged = Merged::default();
    let mut unread = Vec::new();
    let selections = args.root.select(&args.paths, &mut unread);
    let mut mended = 0;
    for Selection { world, files } in &selections {
        merged.leave_workspace();
        if args.fix {
            let (count, problems) = fixes::mend(world, files, args.target.as_deref());
            mended += count;
            unread.extend(problems);
        }
        for file in files {
            let outcome = driver::check(world, file, args.target.as_deref());
            merged.absorb(&outcome.sources, outcome.diagnostics);
        }
    }
    merged.absorb(&SourceMap::default(), unread);
    let outcome = merged.finish();
    let shown = args.message_format.show(&outcome.diagnostics, &outcome.sources, Stream::Stdout);
    if args.message_format == MessageFormat::Human {
        let files = selections.iter().map(|selection| selection.files.len()).sum();
        say(&summary(&outcome, files, mended));
    }
    Exit::of(&outcome.diagnostics).max(shown)
}

/// One line for people.
fn summary(outcome: &Outcome, files: usize, mended: usize) -> String {
    let errors = outcome.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = outcome.diagnostics.len() - errors;
    let found = match (errors, warnings) {
        (0, 0) => "no mistakes".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let mut line = format!("{found} in {}", counted(files, "file"));
    if mended > 0 {
        line += &format!("; {} mended", counted(mended, "mistake"));
    }
    let mendable = outcome.diagnostics.iter().filter(|diagnostic| is_mendable(diagnostic)).count();
    if mendable > 0 {
        line += &format!("; `--fix` mends {mendable}");
    }
    line + "\n"
}

fn is_mendable(diagnostic: &Diagnostic) -> bool {
    diagnostic.fix.is_some()
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
