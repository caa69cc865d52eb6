//! Weeks to be played: the flags of all commands that play a load on a cluster.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use super::chosen::text_of;
use super::disk::reason;
use super::output::unreadable;
use super::parallel;
use super::progress::Progress;
use crate::diag::{Code, Diagnostic, nearest};
use crate::plan::{Cluster, Plan};
use crate::simulate::{Load, Study, Week, read_load};

/// Most weeks of one simulation.
const MOST_SEEDS: u64 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct Weeks {
    /// What arrives when, in TOML
    #[arg(long, value_name = "FILE")]
    load: PathBuf,
    /// The cluster, where the pipeline sees several
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Another seed than the load's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many weeks to play, each with the seed after the one before: how far they differ says how sure the figures are
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MOST_SEEDS))]
    pub(super) seeds: u64,
    /// Refuse a log that has rows which cannot be read, instead of leaving them out
    #[arg(long)]
    strict: bool,
}

/// Plays a week of one thing of several, and asks now and then whether to go on.
type OneWeek<'a> = dyn Fn(usize, u64, &dyn Fn(f64) -> bool) -> Result<Week, String> + Sync + 'a;

impl Weeks {
    /// The cluster and the load; none where something is wrong with either.
    pub(super) fn given<'c>(
        &self,
        plan: &Plan,
        clusters: &'c [Cluster],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<(&'c Cluster, Load)> {
        let cluster = self.cluster(clusters).map_err(|problem| problems.push(*problem)).ok();
        let file = format!("in `{}`", self.load.display());
        let text = text_of(&self.load).map_err(|problem| problems.push(*problem)).ok();
        let mut told = |found: Vec<Diagnostic>| problems.extend(found.into_iter().map(|one| one.note(&*file)));
        let mut load = text.and_then(|text| read_load(&text, plan).map_err(&mut told).ok())?;
        load.seed = self.seed.unwrap_or(load.seed);
        if load.seed.checked_add(self.seeds - 1).is_none() {
            problems.push(no_seeds(load.seed, self.seeds));
            return None;
        }
        Some((cluster?, load))
    }

    /// Ready to be played.
    pub(super) fn study<'p>(&self, plan: &'p Plan, cluster: &Cluster, load: Load) -> Result<Study<'p>, Box<Diagnostic>> {
        let mut study = Study::new(plan, cluster, load).map_err(misfit)?;
        self.read_log(&mut study)?;
        Ok(study)
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

    /// The weeks of each of several things, as far as nobody interrupts, on all cores; or why one of them cannot be played. `play` plays one
    /// of them, by the number of its thing and its own.
    pub(super) fn play(&self, things: usize, play: &OneWeek<'_>) -> Vec<Result<Vec<Week>, String>> {
        // Week by week, so that an interrupt leaves about as many to each.
        let all: Vec<(u64, usize)> = (0..self.seeds).flat_map(|week| (0..things).map(move |thing| (week, thing))).collect();
        let places: Vec<usize> = (0..all.len()).collect();
        let played = Progress::of(all.len(), |progress| {
            parallel::map(&places, |place| {
                let (week, thing) = all[*place];
                (!progress.is_interrupted()).then(|| {
                    let played = play(thing, week, &|share| progress.note(*place, share));
                    progress.note(*place, 1.0);
                    played
                })
            })
        });
        let mut weeks = vec![Ok(Vec::new()); things];
        for ((_, thing), week) in all.into_iter().zip(played) {
            match (week, &mut weeks[thing]) {
                (Some(Ok(week)), Ok(played)) => played.push(week),
                (Some(Err(why)), weeks) => *weeks = Err(why),
                _ => {}
            }
        }
        weeks
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

/// What is said where seeds would begin again at 0.
fn no_seeds(first: u64, count: u64) -> Diagnostic {
    let why = format!("there are no {count} seeds from {first} on: the last one is {}", u64::MAX);
    Diagnostic::new(Code::OutOfRange, why).help("choose a smaller `--seed`")
}

/// What is said of a load that cannot be played on a cluster.
pub(super) fn misfit(why: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::DataShape, why))
}
