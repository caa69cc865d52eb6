//! `o11n test`: the scenarios of files or of the whole workspace.

use std::path::{Path, PathBuf};

use super::cases::{self, File, counted, is_wanted};
use super::defect::guarded;
use super::driver::{self, Case, Outcome};
use super::output::{Exit, MessageFormat, Stream, print, say, unwritable, usage, write_file};
use super::workspace::Root;
use super::{junit, parallel};
use crate::base::{RootPath, SourceMap};
use crate::diag::Diagnostic;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders; without any, the workspace; `-` reads standard input
    paths: Vec<PathBuf>,
    /// Only scenarios whose `file::pipeline::scenario` holds this text, or matches it where it has a `*`
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Print the scenarios, and run none
    #[arg(long)]
    list: bool,
    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The form of what is said of scenarios that do not hold
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// A scenario, or a file whose mistakes let none run.
pub(super) struct Tested<'f> {
    pub(super) file: &'f RootPath,
    /// Pipeline and scenario.
    pub(super) name: Option<(&'f str, &'f str)>,
    /// The line of the scenario's name.
    pub(super) line: Option<usize>,
    pub(super) outcome: Outcome,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut unread = Vec::new();
    let selections = args.root.select(&args.paths, &mut unread);
    let files = cases::read(&selections);
    let mut cases: Vec<(&File<'_>, Case)> = Vec::new();
    for file in files.iter().filter(|file| !file.has_errors()) {
        cases.extend(driver::scenarios(&file.analysis.program).into_iter().map(|case| (file, case)));
    }
    if let Some(wanted) = &args.filter {
        cases.retain(|(file, case)| is_wanted(&id(file, *case), wanted));
        if cases.is_empty() {
            return usage(&format!("no scenario matches `--filter {wanted}`; `o11n test --list` shows all"));
        }
    }
    if args.list {
        let list: String = cases.iter().map(|(file, case)| id(file, *case) + "\n").collect();
        return tell(args, &files, &[], unread).max(print(&list));
    }
    let tested: Vec<Tested<'_>> = parallel::map(&cases, |(file, case)| test(file, *case));
    let told = tell(args, &files, &tested, unread);
    if args.message_format == MessageFormat::Human {
        say(&summary(&files, &tested));
    }
    match &args.junit {
        Some(path) => told.max(write_report(path, &files, tested)),
        None => told,
    }
}

fn id(file: &File<'_>, case: Case) -> String {
    let (pipeline, scenario) = case.find(&file.analysis.program);
    file.id(&pipeline.name, &scenario.name)
}

fn test<'f>(file: &'f File<'_>, case: Case) -> Tested<'f> {
    let (pipeline, scenario) = case.find(&file.analysis.program);
    let outcome = guarded(|| driver::play(&file.selection.world, &file.analysis, case))
        .unwrap_or_else(|defect| Outcome { diagnostics: vec![*defect], ..Outcome::default() });
    Tested {
        file: file.path,
        name: Some((&pipeline.name, &scenario.name)),
        line: Some(file.analysis.sources.position(scenario.span).line),
        outcome,
    }
}

fn tell(args: &Args, files: &[File<'_>], tested: &[Tested<'_>], unread: Vec<Diagnostic>) -> Exit {
    cases::tell(args.message_format, files, tested.iter().map(|test| (test.file, &test.outcome)), unread)
}

/// One line for people.
fn summary(files: &[File<'_>], tested: &[Tested<'_>]) -> String {
    let failed = tested.iter().filter(|test| test.outcome.has_errors()).count();
    let held = tested.len() - failed;
    let mut line = match (held, failed) {
        (0, 0) => "no scenarios".to_owned(),
        (_, 0) => format!("{} passed", counted(held, "scenario")),
        (0, _) => format!("{} failed", counted(failed, "scenario")),
        _ => format!("{} failed, {held} passed", counted(failed, "scenario")),
    };
    let faulty = files.iter().filter(|file| file.has_errors()).count();
    if faulty > 0 {
        line += &format!("; {} with mistakes, not tested", counted(faulty, "file"));
    }
    let pipelines = files.iter().flat_map(|file| &file.analysis.program.pipelines);
    let properties = pipelines.flat_map(|pipeline| &pipeline.scenarios).filter(|scenario| scenario.is_property).count();
    if properties > 0 {
        let are = if properties == 1 { "property is" } else { "properties are" };
        line += &format!("; {properties} {are} checked by `o11n verify`");
    }
    line + "\n"
}

fn write_report(path: &Path, files: &[File<'_>], tested: Vec<Tested<'_>>) -> Exit {
    let faulty = files.iter().filter(|file| file.has_errors()).map(|file| Tested {
        file: file.path,
        name: None,
        line: None,
        outcome: Outcome { sources: file.analysis.sources.clone(), diagnostics: file.mistakes(), ..Outcome::default() },
    });
    let mut all: Vec<Tested<'_>> = faulty.chain(tested).collect();
    all.sort_by_key(|test| test.file);
    match write_file(path, junit::report(&all).as_bytes()) {
        Ok(()) => Exit::Success,
        Err(error) => {
            MessageFormat::Human.show(&[*unwritable(path, &error)], &SourceMap::default(), Stream::Stderr);
            Exit::Io
        }
    }
}
