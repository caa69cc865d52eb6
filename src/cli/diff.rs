//! `o11n diff`: what changes between two versions of a pipeline, in the terms of the plan.

use std::path::{Path, PathBuf};

use super::chosen::Chosen;
use super::defect::guarded;
use super::driver::{self, Planned};
use super::dry_run::takes;
use super::output::{Exit, MessageFormat, Stream, print, terminal, usage};
use super::port::Report;
use super::revision::Revision;
use super::workspace::{Root, is_stdin};
use crate::base::{Duration, RootPath, SourceMap, World};
use crate::diag::Diagnostic;
use crate::diag::render::arranged;
use crate::machine::{Difference, Fakes, Layer, Trace, run_within_limit};
use crate::plan::{Inputs, Plan};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file as it was; `-` is standard input, `COMMIT:PATH` the file in a commit of git
    before: PathBuf,
    /// The source file as it is, or the same
    after: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
    /// How long each attempt takes, such as 5m, for duration and GPU-hours; repeatable [default: 1m]
    #[arg(long, value_name = "STAGE/SUBSTAGE=DURATION", value_parser = takes)]
    takes: Vec<(String, Duration)>,
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

/// One version, planned and run.
#[derive(Default)]
struct Side {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    ran: Option<(Plan, Trace)>,
    /// By `--takes`: what is wrong with it here.
    missed: Vec<Option<Box<Diagnostic>>>,
}

pub(super) fn run(args: &Args) -> Exit {
    if is_stdin(&args.before) && is_stdin(&args.after) {
        return usage("standard input can be one of the two versions, not both");
    }
    let of = |file: &Path| args.side(file).unwrap_or_else(|found| Side { diagnostics: vec![*found], ..Side::default() });
    let (before, after) = (of(&args.before), of(&args.after));
    let mut ended = Exit::Success;
    for side in [&before, &after] {
        args.message_format.show(&side.diagnostics, &side.sources, Stream::Stderr);
        // 1 says that something changes, so a mistake is 2.
        let is_wrong = side.diagnostics.iter().any(Diagnostic::is_error);
        ended = ended.max(Exit::of(&side.diagnostics)).max(if is_wrong { Exit::Usage } else { Exit::Success });
    }
    let (Some((old, old_trace)), Some((new, new_trace))) = (&before.ran, &after.ran) else { return ended };
    // What one version alone has is a change of it; what neither has is a mistake.
    let missed = before.missed.into_iter().zip(after.missed).filter_map(|(old, new)| old.and(new));
    let unknown: Vec<Diagnostic> = missed.map(|found| *found).collect();
    if !unknown.is_empty() {
        args.message_format.show(&unknown, &SourceMap::default(), Stream::Stderr);
        return Exit::Usage;
    }
    let difference = Difference::new((old, old_trace), (new, new_trace));
    let changed = if difference.same { Exit::Success } else { Exit::Diagnostics };
    print(&args.drawn(&difference)).max(changed).max(ended)
}

impl Args {
    fn side(&self, file: &Path) -> Result<Side, Box<Diagnostic>> {
        if let Some(revision) = Revision::open(file) {
            let (world, file) = revision?;
            return self.side_in(&world, &file);
        }
        let (world, file) = self.root.open_file(file)?;
        self.side_in(&world, &file)
    }

    fn side_in(&self, world: &dyn World, file: &RootPath) -> Result<Side, Box<Diagnostic>> {
        let inputs = Inputs { sample: true, ..self.chosen.of_trigger()? };
        let name = self.chosen.pipeline(world);
        guarded(|| {
            let Planned { analysis, mut diagnostics, plan, .. } = driver::plan(world, file, name.as_deref(), &inputs);
            let mut side = Side::default();
            if let Some(plan) = plan {
                let mut fakes = Fakes::new(&plan);
                side.missed = self.takes.iter().map(|(path, takes)| fakes.takes(Layer::Flag, path, *takes).err()).collect();
                match run_within_limit(&plan, &fakes) {
                    Ok(trace) => side.ran = Some((plan, trace)),
                    Err(limit) => diagnostics.push(*limit),
                }
            }
            side.diagnostics = arranged(&diagnostics, &analysis.sources).into_iter().cloned().collect();
            side.sources = analysis.sources;
            side
        })
    }

    fn drawn(&self, difference: &Difference) -> String {
        match self.format {
            Report::Human => view::diff(difference, terminal(self.ascii)),
            Report::Json => serde_json::to_string_pretty(difference).expect("strings and numbers have a JSON form") + "\n",
            Report::Markdown => view::diff_markdown(difference),
        }
    }
}
