//! `o11n reliability`: how often a run fails by chance, what it costs, and what would help.

use std::path::PathBuf;

use super::chosen::Chosen;
use super::driver::Planned;
use super::dry_run::takes;
use super::output::{Exit, MessageFormat};
use super::targets::Format;
use super::workspace::Root;
use crate::base::Duration;
use crate::diag::Diagnostic;
use crate::machine::End;
use crate::machine::reliability::{Document, Odds, Remedy, reliability, remedies, worst};
use crate::plan::{Plan, exit_code};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// How often an attempt goes wrong by itself, from 0 to 1, and how: `0.05` fails, `0.01:lost`, `0.02:timed_out`, `0.1:80`
    /// exits so; `*` matches anything; repeatable
    #[arg(long = "flake", required = true, value_name = "STAGE/SUBSTAGE=P[:END]", value_parser = flake)]
    flakes: Vec<(String, f64, End)>,
    /// How long each attempt takes, such as 5m; repeatable [default: 1m]
    #[arg(long, value_name = "STAGE/SUBSTAGE=DURATION", value_parser = takes)]
    takes: Vec<(String, Duration)>,
    /// How many substages to show, and what would help each
    #[arg(long, value_name = "N", default_value_t = 5)]
    top: usize,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

fn flake(text: &str) -> Result<(String, f64, End), String> {
    let (path, odds) = text.rsplit_once('=').ok_or("write STAGE/SUBSTAGE=P")?;
    let (probability, end) = odds.split_once(':').unwrap_or((odds, "1"));
    let end = match end.trim() {
        "timed_out" => End::TimedOut,
        "lost" => End::Lost,
        code => match exit_code(code) {
            Some(0) => return Err("0 is the exit code of success: write how an attempt goes wrong".to_owned()),
            Some(code) => End::Exit(code),
            None => return Err("write `timed_out`, `lost` or an exit code after the `:`".to_owned()),
        },
    };
    let probability = probability.trim().parse().ok().filter(|probability| (0.0..=1.0).contains(probability));
    let probability = probability.ok_or("write a probability from 0 to 1 after the `=`, such as 0.05")?;
    Ok((path.to_owned(), probability, end))
}

pub(super) fn run(args: &Args) -> Exit {
    args.chosen.answer(args.file.as_deref(), &args.root, args.message_format, |planned| args.answer(planned))
}

impl Args {
    /// What is printed; none if there are errors.
    fn answer(&self, planned: &mut Planned) -> Option<String> {
        let plan = planned.plan.as_ref()?;
        let odds = self.odds(plan).map_err(|problems| planned.diagnostics.extend(problems)).ok()?;
        let found = reliability(plan, &odds);
        let worst = worst(plan, &odds, &found);
        let remedies: Vec<Remedy> = worst.iter().take(self.top).flat_map(|family| remedies(plan, &odds, family)).collect();
        let document = Document::new(plan, &odds, &found, &remedies);
        Some(match self.format {
            Format::Json => serde_json::to_string_pretty(&document).expect("numbers and strings have a JSON form") + "\n",
            Format::Human => view::reliability(&document, self.top),
        })
    }

    fn odds(&self, plan: &Plan) -> Result<Odds, Vec<Diagnostic>> {
        let mut odds = Odds::new(plan);
        let flakes: Vec<_> =
            self.flakes.iter().map(|(path, probability, end)| odds.flake(plan, path, *end, *probability)).collect();
        let takes: Vec<_> = self.takes.iter().map(|(path, duration)| odds.takes(plan, path, *duration)).collect();
        let mut problems: Vec<Diagnostic> =
            flakes.into_iter().chain(takes).filter_map(Result::err).map(|problem| *problem).collect();
        problems.extend(odds.check(plan));
        if problems.is_empty() { Ok(odds) } else { Err(problems) }
    }
}
