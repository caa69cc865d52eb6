//! `o11n dry-run`: what a pipeline does, on paper.

use std::path::PathBuf;

use clap::ValueEnum;

use super::chosen::Chosen;
use super::defect::guarded;
use super::driver::{self, Rules};
use super::output::{Exit, MessageFormat, Stream, print, terminal};
use super::workspace::Root;
use crate::base::{Duration, SourceMap};
use crate::machine::{Document, Outcome, Trace, parse_outcomes};
use crate::plan::{Inputs, Plan};
use crate::sema::hir::FakeOutcome;
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    given: Given,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// How substages end, and how long they take.
#[derive(Debug, Default, clap::Args)]
struct Given {
    /// How attempts end: a code, `timed_out`, `lost`, `cached`, or a list attempt by attempt; `*` matches anything, `#n` is
    /// replica n; repeatable [env: FAKE_STAGE_RETCODE, FAKE_STAGE_SUBSTAGE_RETCODE]
    #[arg(long = "fake", value_name = "STAGE/SUBSTAGE=OUTCOME", value_parser = fake)]
    fakes: Vec<(String, Vec<FakeOutcome>)>,
    /// How long each attempt takes, such as 5m; repeatable [default: 1m]
    #[arg(long, value_name = "STAGE/SUBSTAGE=DURATION", value_parser = takes)]
    takes: Vec<(String, Duration)>,
}

/// The value of `--format`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A timeline for the terminal
    #[default]
    Human,
    /// One JSON document
    Json,
    /// One page that needs nothing beside it
    Html,
    /// A Gantt chart in Mermaid's language
    Mermaid,
}

fn fake(text: &str) -> Result<(String, Vec<FakeOutcome>), String> {
    let (path, outcomes) = text.rsplit_once('=').ok_or("write STAGE/SUBSTAGE=OUTCOME")?;
    Ok((path.to_owned(), parse_outcomes(outcomes)?))
}

pub(super) fn takes(text: &str) -> Result<(String, Duration), String> {
    let (path, duration) = text.rsplit_once('=').ok_or("write STAGE/SUBSTAGE=DURATION")?;
    let duration = Duration::parse(duration.trim()).ok_or("write a duration such as `90s`, `5m` or `1h30m` after the `=`")?;
    Ok((path.to_owned(), duration))
}

impl Given {
    fn rules(&self) -> Rules {
        Rules { fakes: self.fakes.clone(), takes: self.takes.clone() }
    }
}

/// What these words of a command line make, for tests that run without a process: the pipeline's name, the inputs, the rules.
pub fn rehearsal(words: &[&str], world: &dyn crate::base::World) -> Result<(Option<String>, Inputs, Rules), String> {
    #[derive(clap::Parser)]
    #[command(no_binary_name = true)]
    struct Line {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        given: Given,
    }
    let line = <Line as clap::Parser>::try_parse_from(words).map_err(|error| error.to_string())?;
    let inputs = line.chosen.of_trigger().map_err(|diagnostic| diagnostic.message)?;
    Ok((line.chosen.pipeline(world), inputs, line.given.rules()))
}

pub(super) fn run(args: &Args) -> Exit {
    let opened = args.chosen.open(args.file.as_deref(), &args.root).and_then(|(world, file)| {
        let inputs = args.chosen.of_trigger()?;
        let name = args.chosen.pipeline(&world);
        guarded(|| driver::dry_run(&world, &file, name.as_deref(), &inputs, &args.given.rules()))
    });
    let (outcome, ran) = match opened {
        Ok(done) => done,
        Err(diagnostic) => {
            args.message_format.show(std::slice::from_ref(&*diagnostic), &SourceMap::default(), Stream::Stderr);
            return Exit::of(&[*diagnostic]);
        }
    };
    args.message_format.show(&outcome.diagnostics, &outcome.sources, Stream::Stderr);
    let Some((plan, trace)) = ran else { return Exit::of_run(&outcome.diagnostics) };
    let printed = print(&args.drawn(&plan, &trace));
    let ended = if trace.outcome == Outcome::Failed { Exit::Diagnostics } else { Exit::Success };
    printed.max(ended)
}

impl Args {
    fn drawn(&self, plan: &Plan, trace: &Trace) -> String {
        match self.format {
            Format::Human => view::human(plan, trace, terminal(self.ascii)),
            Format::Json => {
                let document = Document::new(plan, trace);
                serde_json::to_string_pretty(&document).expect("numbers and strings always have a JSON form") + "\n"
            }
            Format::Html => view::html(plan, trace),
            Format::Mermaid => view::mermaid(plan, trace),
        }
    }
}
