//! `o11n port`: what becomes of one pipeline on each target.

use std::path::PathBuf;

use clap::ValueEnum;

use super::chosen::Chosen;
use super::defect::guarded;
use super::driver::{self, Planned};
use super::output::{Exit, MessageFormat, Stream, print, terminal};
use super::workspace::Root;
use crate::base::{SourceMap, World};
use crate::diag::Diagnostic;
use crate::diag::render::arranged;
use crate::target::Target;
use crate::target::capability::Level;
use crate::target::portability::Document;
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
    let opened = args.chosen.open(args.file.as_deref(), &args.root).and_then(|(world, file)| {
        let inputs = args.chosen.of_trigger()?;
        let name = args.chosen.pipeline(&world);
        guarded(|| {
            let mut planned = driver::plan(&world, &file, name.as_deref(), &inputs);
            let mut said = Vec::new();
            let targets = args.targets(&world, &mut said, &mut planned.diagnostics);
            let report = planned.plan.as_ref().map(|plan| Document::new(plan, &targets, &planned.analysis.sources));
            let report = report.transpose().unwrap_or_else(|failed| {
                planned.diagnostics.push(*failed);
                None
            });
            (planned, said, report)
        })
    });
    let (Planned { analysis, diagnostics, .. }, said, report) = match opened {
        Ok(done) => done,
        Err(diagnostic) => {
            args.message_format.show(std::slice::from_ref(&*diagnostic), &SourceMap::default(), Stream::Stderr);
            return Exit::of(&[*diagnostic]);
        }
    };
    let shown: Vec<Diagnostic> = diagnostics.iter().cloned().chain(said).collect();
    let shown: Vec<Diagnostic> = arranged(&shown, &analysis.sources).into_iter().cloned().collect();
    args.message_format.show(&shown, &analysis.sources, Stream::Stderr);
    let ended = Exit::of_run(&diagnostics);
    let Some(report) = report.filter(|_| ended == Exit::Success) else { return ended };
    let is_refused = !args.targets.is_empty() && report.targets.iter().any(|target| target.support == Level::Refused);
    print(&args.drawn(&report)).max(if is_refused { Exit::Diagnostics } else { Exit::Success })
}

impl Args {
    /// The targets that are asked for, each once, else all. What is wrong with one is for `sink` if it is asked for, else it is
    /// only `said`.
    fn targets(&self, world: &dyn World, said: &mut Vec<Diagnostic>, sink: &mut Vec<Diagnostic>) -> Vec<&'static dyn Target> {
        if self.targets.is_empty() {
            let (all, broken) = driver::all_targets(world);
            said.extend(broken);
            return all;
        }
        let mut found: Vec<&'static dyn Target> = Vec::new();
        for name in &self.targets {
            if found.iter().all(|known| known.name() != name) {
                found.extend(driver::target_of(world, Some(name), sink));
            }
        }
        found
    }

    fn drawn(&self, report: &Document) -> String {
        match self.format {
            Report::Human => view::port(report, terminal(self.ascii)),
            Report::Json => serde_json::to_string_pretty(report).expect("strings and numbers have a JSON form") + "\n",
            Report::Markdown => view::port_markdown(report),
        }
    }
}
