//! `o11n simulate`: how long runs of a pipeline wait on a cluster, under one policy or another.

use std::cell::Cell;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use serde::Serialize;

use super::chosen::{Chosen, text_of};
use super::disk::reason;
use super::driver::Planned;
use super::output::{Exit, MessageFormat, unreadable};
use super::parallel;
use super::progress::{INTERRUPTED, Progress};
use super::workspace::Root;
use crate::diag::{Code, Diagnostic, nearest};
use crate::plan::{Cluster, Plan};
use crate::simulate::{
    Document, Explanation, Goal, Load, Pictures, Policy, Range, Reel, Study, Sweep, Try, Week, read_load, search,
};
use crate::view;

/// Most weeks of one simulation.
const MOST_SEEDS: u64 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// What arrives when, in TOML
    #[arg(long, value_name = "FILE")]
    load: PathBuf,
    /// The cluster, where the pipeline sees several
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Policies to compare, such as `jenkins,fifo,jenkins+priority+nodelay`, or names of the load's own
    #[arg(long = "policy", value_name = "POLICY", value_delimiter = ',', default_value = "jenkins,fifo")]
    policies: Vec<String>,
    /// Another seed than the load's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many weeks to play, each with the seed after the one before: how far they differ says how sure the figures are
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MOST_SEEDS))]
    seeds: u64,
    /// Refuse a log that has rows which cannot be read, instead of leaving them out
    #[arg(long)]
    strict: bool,
    /// Find the smallest number of machines of this agent or cloud that reaches the goal
    #[arg(long, value_name = "NAME=FROM..TO", requires = "until", value_parser = Range::parse)]
    sweep: Option<Range>,
    /// The goal, such as `p95(wait, class=small) < 5m and cost < 100`
    #[arg(long, value_name = "GOAL", requires = "sweep", value_parser = Goal::parse)]
    until: Option<Goal>,
    /// Say moment by moment why a build waited, such as `push#12/test/unit`
    #[arg(long, value_name = "BUILD", conflicts_with_all = ["sweep", "seeds"])]
    explain: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
    /// One line for each figure
    Csv,
    /// One page that needs nothing beside it, with curves over time
    Html,
}

/// What was asked for.
enum Answer {
    Document(Box<Document>, Option<Pictures>),
    Sweep(Sweep),
    /// And whether it was interrupted.
    Explanation(Explanation, bool),
}

pub(super) fn run(args: &Args) -> Exit {
    let is_interrupted = Cell::new(false);
    let exit = args.chosen.answer(args.file.as_deref(), &args.root, args.message_format, |planned| {
        let answer = args.answer(planned)?;
        is_interrupted.set(match &answer {
            Answer::Document(document, _) => document.interrupted,
            Answer::Sweep(sweep) => sweep.interrupted,
            Answer::Explanation(_, interrupted) => *interrupted,
        });
        Some(args.shown(&answer))
    });
    if is_interrupted.get() { exit.max(Exit::Of(INTERRUPTED)) } else { exit }
}

fn json<T: Serialize>(document: &T) -> String {
    serde_json::to_string_pretty(document).expect("numbers and strings have a JSON form") + "\n"
}

impl Args {
    fn shown(&self, answer: &Answer) -> String {
        match (self.format, answer) {
            (Format::Json, Answer::Document(document, _)) => json(document),
            (Format::Csv, Answer::Document(document, _)) => view::simulation_csv(document),
            (Format::Human, Answer::Document(document, _)) => view::simulation(document),
            (Format::Html, Answer::Document(document, pictures)) => view::simulation_html(document, pictures.as_ref()),
            (Format::Json, Answer::Sweep(sweep)) => json(sweep),
            (Format::Csv, Answer::Sweep(sweep)) => view::sweep_csv(sweep),
            (Format::Human | Format::Html, Answer::Sweep(sweep)) => view::sweep(sweep),
            (Format::Json, Answer::Explanation(explanation, _)) => json(explanation),
            (_, Answer::Explanation(explanation, _)) => view::explanation(explanation),
        }
    }

    /// None if there are errors.
    fn answer(&self, planned: &mut Planned) -> Option<Answer> {
        let plan = planned.plan.as_ref()?;
        let mut problems = Vec::new();
        let cluster = self.cluster(&planned.clusters).map_err(|problem| problems.push(*problem)).ok();
        let file = format!("in `{}`", self.load.display());
        let text = text_of(&self.load).map_err(|problem| problems.push(*problem)).ok();
        let mut told = |found: Vec<Diagnostic>| problems.extend(found.into_iter().map(|one| one.note(&*file)));
        let load = text.and_then(|text| read_load(&text, plan).map_err(&mut told).ok());
        let mut answer = None;
        if let (Some(cluster), Some(mut load)) = (cluster, load) {
            load.seed = self.seed.unwrap_or(load.seed);
            answer = match load.seed.checked_add(self.seeds - 1) {
                Some(_) => self.answer_of(plan, cluster, load),
                None => Err(no_seeds(load.seed, self.seeds)),
            }
            .map_err(|problem| problems.push(*problem))
            .ok();
        }
        planned.diagnostics.extend(problems);
        answer
    }

    fn answer_of(&self, plan: &Plan, cluster: &Cluster, load: Load) -> Result<Answer, Box<Diagnostic>> {
        let policies: Result<Vec<Policy>, String> = self.policies.iter().map(|name| load.policy(name)).collect();
        let policies = policies.map_err(|why| Box::new(Diagnostic::new(Code::OutOfRange, why)))?;
        if let Some(build) = &self.explain {
            return self.explained(plan, cluster, load, &policies, build);
        }
        match (&self.sweep, &self.until) {
            (Some(_), _) if self.format == Format::Html => {
                let why = "`--format html` shows one comparison over time: leave it or `--sweep` out";
                Err(Box::new(Diagnostic::new(Code::OutOfRange, why)))
            }
            (Some(range), Some(goal)) => {
                let resized = |count| range.apply(cluster, count).map_err(misfit);
                // A log is read once, whatever number is tried: it may be standard input.
                let largest = self.study(plan, &resized(range.to)?, load)?;
                let attempt = |count, policy: &Policy| {
                    let study = largest.resized(&resized(count)?).map_err(misfit)?;
                    let played = self.play(&study, std::slice::from_ref(policy)).map_err(misfit)?;
                    Ok(study.document(self.seeds, played))
                };
                swept(range, goal, &policies, attempt).map(Answer::Sweep)
            }
            _ => {
                let study = self.study(plan, cluster, load)?;
                let mut played = self.play(&study, &policies).map_err(misfit)?;
                let pictures = self.pictures(&study, &mut played);
                Ok(Answer::Document(study.document(self.seeds, played).into(), pictures))
            }
        }
    }

    /// Ready to be played.
    fn study<'p>(&self, plan: &'p Plan, cluster: &Cluster, load: Load) -> Result<Study<'p>, Box<Diagnostic>> {
        let mut study = Study::new(plan, cluster, load).map_err(misfit)?;
        self.read_log(&mut study)?;
        Ok(study)
    }

    fn explained(
        &self,
        plan: &Plan,
        cluster: &Cluster,
        load: Load,
        policies: &[Policy],
        build: &str,
    ) -> Result<Answer, Box<Diagnostic>> {
        if !matches!(self.format, Format::Human | Format::Json) {
            let why = "`--explain` answers in words or as `--format json`: leave the other format out";
            return Err(Box::new(Diagnostic::new(Code::OutOfRange, why)));
        }
        let study = self.study(plan, cluster, load)?;
        let mut played = self.play(&study, policies).map_err(misfit)?;
        let explanation = study.explain(build, &reels(&mut played));
        let interrupted = study.document(self.seeds, played).interrupted;
        let explanation = explanation.map_err(|why| Box::new(Diagnostic::new(Code::UnknownName, why)))?;
        Ok(Answer::Explanation(explanation, interrupted))
    }

    /// Reads the log that the load names, which stands beside it.
    fn read_log(&self, study: &mut Study<'_>) -> Result<(), Box<Diagnostic>> {
        let Some(log) = study.log() else { return Ok(()) };
        let path = self.load.parent().map_or_else(|| PathBuf::from(&log.file), |folder| folder.join(&log.file));
        let file = File::open(&path).map_err(|error| unreadable(&path, &reason(&error)))?;
        let wrong = |why| Box::new(Diagnostic::new(Code::MalformedData, format!("`{}` cannot be played: {why}", path.display())));
        let found = study.read_log(&mut BufReader::new(file)).map_err(wrong)?;
        if !self.strict || found.bad == 0 {
            return Ok(());
        }
        let rows = if found.bad == 1 { "one row".to_owned() } else { format!("{} rows", found.bad) };
        let mut problem = wrong(format!("{rows} cannot be read, and `--strict` wants all"));
        for row in &found.first_bad {
            problem.notes.push(format!("line {}: {}", row.line, row.why));
        }
        Err(problem)
    }

    /// The weeks of each policy, as far as nobody interrupts.
    fn play(&self, study: &Study<'_>, policies: &[Policy]) -> Result<Vec<Vec<Week>>, String> {
        // Week by week, so that an interrupt leaves about as many to each policy.
        let all: Vec<(u64, usize)> =
            (0..self.seeds).flat_map(|week| (0..policies.len()).map(move |policy| (week, policy))).collect();
        let is_filmed = self.format == Format::Html || self.explain.is_some();
        let places: Vec<usize> = (0..all.len()).collect();
        let played = Progress::of(all.len(), |progress| {
            parallel::map(&places, |place| {
                let (week, policy) = all[*place];
                let goes_on = |share| progress.note(*place, share);
                (!progress.is_interrupted()).then(|| {
                    let played = if is_filmed && week == 0 {
                        study.film(&policies[policy], week, &goes_on)
                    } else {
                        study.play(&policies[policy], week, &goes_on)
                    };
                    progress.note(*place, 1.0);
                    played
                })
            })
        });
        let mut weeks = vec![Vec::new(); policies.len()];
        for ((_, policy), week) in all.into_iter().zip(played) {
            weeks[policy].extend(week.transpose()?);
        }
        Ok(weeks)
    }

    /// Of the first week.
    fn pictures(&self, study: &Study<'_>, played: &mut [Vec<Week>]) -> Option<Pictures> {
        (self.format == Format::Html).then(|| study.pictures(&reels(played)))
    }

    fn cluster<'c>(&self, clusters: &'c [Cluster]) -> Result<&'c Cluster, Box<Diagnostic>> {
        let names = || clusters.iter().map(|cluster| cluster.name.as_str());
        let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (message, help) = match (&self.cluster, clusters) {
            (None, [only]) => return Ok(only),
            (_, []) => {
                let help = "write a `cluster name { agent … cloud … }` in the file, or import one".to_owned();
                ("the pipeline sees no cluster".to_owned(), help)
            }
            (None, _) => (format!("the pipeline sees several clusters: {all}"), "choose one: `--cluster NAME`".to_owned()),
            (Some(name), _) => match clusters.iter().find(|cluster| cluster.name == *name) {
                Some(found) => return Ok(found),
                None => {
                    let near = nearest(name, names());
                    let help = near.map_or(format!("it sees {all}"), |near| format!("did you mean `{near}`?"));
                    (format!("the pipeline sees no cluster `{name}`"), help)
                }
            },
        };
        Err(Box::new(Diagnostic::new(Code::UnknownName, message).help(help)))
    }
}

/// What was filmed of each policy's first week.
fn reels(played: &mut [Vec<Week>]) -> Vec<Reel> {
    played.iter_mut().filter_map(|weeks| weeks.first_mut()?.take_reel()).collect()
}

/// What each policy needs; `attempt` plays one number of machines.
fn swept(
    range: &Range,
    goal: &Goal,
    policies: &[Policy],
    attempt: impl Fn(u32, &Policy) -> Result<Document, Box<Diagnostic>>,
) -> Result<Sweep, Box<Diagnostic>> {
    let (mut last, mut interrupted, mut found) = (None, false, Vec::new());
    for policy in policies {
        let one = |count| -> Result<Option<Try>, Box<Diagnostic>> {
            if interrupted {
                return Ok(None);
            }
            let document = attempt(count, policy)?;
            interrupted = document.interrupted;
            let figures = document.policies.first().filter(|_| !interrupted);
            let tried = figures.map(|figures| Try::of(count, figures, goal)).transpose().map_err(misfit)?;
            last = Some(document);
            Ok(tried)
        };
        found.push(search(&policy.name, range, one)?);
    }
    let last = last.ok_or_else(|| misfit("no policy was named".to_owned()))?;
    Ok(Sweep::new(&last, range, goal, interrupted, found))
}

/// What is said where seeds would begin again at 0.
fn no_seeds(first: u64, count: u64) -> Box<Diagnostic> {
    let why = format!("there are no {count} seeds from {first} on: the last one is {}", u64::MAX);
    Box::new(Diagnostic::new(Code::OutOfRange, why).help("choose a smaller `--seed`"))
}

/// What is said of a load that cannot be played on a cluster.
fn misfit(why: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::DataShape, why))
}
