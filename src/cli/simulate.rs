//! `o11n simulate`: how long runs of a pipeline wait on a cluster, under one policy or another.

use std::cell::Cell;
use std::path::PathBuf;

use serde::Serialize;

use super::chosen::Chosen;
use super::driver::Planned;
use super::output::{Exit, MessageFormat};
use super::progress::INTERRUPTED;
use super::weeks::{Weeks, misfit};
use super::workspace::Root;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Cluster, Plan};
use crate::simulate::{Document, Explanation, Goal, Load, Pictures, Policy, Range, Reel, Study, Sweep, Try, Week, search};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    weeks: Weeks,
    /// Policies to compare, such as `jenkins,fifo,jenkins+priority+nodelay`, or names of the load's own
    #[arg(long = "policy", value_name = "POLICY", value_delimiter = ',', default_value = "jenkins,fifo")]
    policies: Vec<String>,
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
        let answer = self
            .weeks
            .given(plan, &planned.clusters, &mut problems)
            .and_then(|(cluster, load)| self.answer_of(plan, cluster, load).map_err(|problem| problems.push(*problem)).ok());
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
                let largest = self.weeks.study(plan, &resized(range.to)?, load)?;
                let attempt = |count, policy: &Policy| {
                    let study = largest.resized(&resized(count)?).map_err(misfit)?;
                    let played = self.play(&study, std::slice::from_ref(policy)).map_err(misfit)?;
                    Ok(study.document(self.weeks.seeds, played))
                };
                swept(range, goal, &policies, attempt).map(Answer::Sweep)
            }
            _ => {
                let study = self.weeks.study(plan, cluster, load)?;
                let mut played = self.play(&study, &policies).map_err(misfit)?;
                let pictures = self.pictures(&study, &mut played);
                Ok(Answer::Document(study.document(self.weeks.seeds, played).into(), pictures))
            }
        }
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
        let study = self.weeks.study(plan, cluster, load)?;
        let mut played = self.play(&study, policies).map_err(misfit)?;
        let explanation = study.explain(build, &reels(&mut played));
        let interrupted = study.document(self.weeks.seeds, played).interrupted;
        let explanation = explanation.map_err(|why| Box::new(Diagnostic::new(Code::UnknownName, why)))?;
        Ok(Answer::Explanation(explanation, interrupted))
    }

    /// The weeks of each policy, as far as nobody interrupts.
    fn play(&self, study: &Study<'_>, policies: &[Policy]) -> Result<Vec<Vec<Week>>, String> {
        let is_filmed = self.format == Format::Html || self.explain.is_some();
        let play = |policy: usize, week, goes_on: &dyn Fn(f64) -> bool| {
            if is_filmed && week == 0 {
                study.film(&policies[policy], week, goes_on)
            } else {
                study.play(&policies[policy], week, goes_on)
            }
        };
        self.weeks.play(policies.len(), &play).into_iter().collect()
    }

    /// Of the first week.
    fn pictures(&self, study: &Study<'_>, played: &mut [Vec<Week>]) -> Option<Pictures> {
        (self.format == Format::Html).then(|| study.pictures(&reels(played)))
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
