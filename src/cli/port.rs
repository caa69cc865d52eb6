//! `o11n port`: what becomes of one pipeline on each target.

use std::path::PathBuf;

use clap::ValueEnum;

use super::chosen::Chosen;
use super::defect::guarded;
use super::driver::{self, Planned};
use super::output::{Exit, MessageFormat, Stream, print, terminal};
use super::workspace::Root;
use crate::base::SourceMap;
use crate::diag::Diagnostic;
use crate::diag::render::arranged;
use crate::target::capability::Level;
use crate::target::portability::Document;
use crate::target::{self, Target};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// Only this target, which must take the pipeline; repeatable [default: all targets, and none must]
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Report,
    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// The form of a report that reviews are made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Report {
    /// For a terminal
    #[default]
    Human,
    /// One JSON document
    Json,
    /// For a comment in a review
    Markdown,
}

pub(super) fn run(args: &Args) -> Exit {
    let mut unknown = Vec::new();
    let mut targets: Vec<&dyn Target> = Vec::new();
    for name in &args.targets {
        let found = driver::target_of(Some(name), &mut unknown);
        targets.extend(found.filter(|found| targets.iter().all(|known| known.name() != found.name())));
    }
    if args.targets.is_empty() {
        targets.extend(target::ALL);
    }
    let opened = match unknown.pop() {
        Some(unknown) => Err(Box::new(unknown)),
        None => args.chosen.open(args.file.as_deref(), &args.root).and_then(|(world, file)| {
            let inputs = args.chosen.of_trigger()?;
            let name = args.chosen.pipeline(&world);
            guarded(|| {
                let planned = driver::plan(&world, &file, name.as_deref(), &inputs);
                let report = planned.plan.as_ref().map(|plan| Document::new(plan, &targets, &planned.analysis.sources));
                (planned, report)
            })
        }),
    };
    let (Planned { analysis, diagnostics, .. }, report) = match opened {
        Ok(done) => done,
        Err(diagnostic) => {
            args.message_format.show(std::slice::from_ref(&*diagnostic), &SourceMap::default(), Stream::Stderr);
            return Exit::of(&[*diagnostic]);
        }
    };
    let diagnostics: Vec<Diagnostic> = arranged(&diagnostics, &analysis.sources).into_iter().cloned().collect();
    args.message_format.show(&diagnostics, &analysis.sources, Stream::Stderr);
    let Some(report) = report else { return Exit::of_run(&diagnostics) };
    let is_refused = !args.targets.is_empty() && report.targets.iter().any(|target| target.support == Level::Refused);
    let ended = if is_refused { Exit::Diagnostics } else { Exit::Success };
    print(&args.drawn(&report)).max(ended).max(Exit::of_run(&diagnostics))
}

impl Args {
    fn drawn(&self, report: &Document) -> String {
        match self.format {
            Report::Human => view::port(report, terminal(self.ascii)),
            Report::Json => serde_json::to_string_pretty(report).expect("strings and numbers have a JSON form") + "\n",
            Report::Markdown => view::port_markdown(report),
        }
    }
}
