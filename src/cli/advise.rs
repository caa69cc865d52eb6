//! `o11n advise`: where the time of runs goes, and what would shorten them.

use std::cell::Cell;
use std::path::PathBuf;

use super::chosen::{Chosen, Origin};
use super::driver::Planned;
use super::edits::{Edited, NumberEdit, number, replaced, uses};
use super::output::{Exit, MessageFormat};
use super::progress::INTERRUPTED;
use super::weeks::{Weeks, misfit};
use super::workspace::Root;
use crate::base::{Duration, RootPath, SourceMap, Span};
use crate::diag::{Code, Diagnostic};
use crate::plan::{Cluster, Plan};
use crate::simulate::{
    Advice, Base, ChangeFigures, Experiment, MOST_TRIED, Policy, Resize, Study, Untried, Week, Worth, worth as worth_of,
};
use crate::view;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The source file, or `-` for standard input; without one, the pipeline is looked for in the workspace
    file: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    weeks: Weeks,
    /// The policy, such as `jenkins+priority+nodelay`, or the name of one of the load's own
    #[arg(long, value_name = "POLICY", default_value = "jenkins")]
    policy: String,
    /// What each shard needs anyway, however small its part: only the rest is divided among more shards
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = fixed)]
    fixed: Duration,
    /// Change only these numbers: several with `,` between
    #[arg(long, value_enum, value_name = "NUMBERS", value_delimiter = ',')]
    only: Vec<Numbers>,
    /// Print the changes that are worth it together as a diff, and nothing else
    #[arg(long, conflicts_with = "format")]
    diff: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The form of what is said on standard error
    #[arg(long, value_enum, default_value_t)]
    message_format: MessageFormat,
    #[command(flatten)]
    root: Root,
}

/// Numbers that may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Numbers {
    /// `shards` of substages
    Shards,
    /// `parallel` of stages
    Parallel,
    /// `count` of agents, `max` and `each` of clouds
    Machines,
}

impl Args {
    /// The attributes that may be changed.
    fn wanted(&self) -> Vec<&'static str> {
        let all = [
            (Numbers::Shards, &["shards"][..]),
            (Numbers::Parallel, &["parallel"]),
            (Numbers::Machines, &["count", "max", "each"]),
        ];
        let is_wanted = |numbers: &Numbers| self.only.is_empty() || self.only.contains(numbers);
        all.iter().filter(|(numbers, _)| is_wanted(numbers)).flat_map(|(_, attributes)| *attributes).copied().collect()
    }
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}

fn fixed(text: &str) -> Result<Duration, String> {
    Duration::parse(text).filter(|duration| duration.0 >= 0).ok_or_else(|| "write a duration such as `30s`".to_owned())
}

pub(super) fn run(args: &Args) -> Exit {
    let is_interrupted = Cell::new(false);
    let exit = args.chosen.answer_from(args.file.as_deref(), &args.root, args.message_format, |origin, planned| {
        let plan = planned.plan.as_ref()?;
        let mut problems = Vec::new();
        let answer = args.weeks.given(plan, &planned.clusters, &mut problems).and_then(|(cluster, load)| {
            let run = || {
                if load.sources.is_empty() {
                    let why = "no run of the pipeline arrives, and of the jobs of a log nobody knows where their time goes";
                    return Err(Box::new(
                        Diagnostic::new(Code::DataShape, why).help("write a table `[runs.NAME]` into the load"),
                    ));
                }
                let policy = load.policy(&args.policy).map_err(|why| Box::new(Diagnostic::new(Code::OutOfRange, why)))?;
                let study = args.weeks.study(plan, cluster, load)?;
                let adviser = Adviser { args, origin, sources: &planned.analysis.sources, cluster, policy, study: &study };
                adviser.answer()
            };
            run().map_err(|problem| problems.push(*problem)).ok()
        });
        planned.diagnostics.extend(problems);
        let (advice, diff) = answer?;
        is_interrupted.set(advice.interrupted);
        Some(match args.format {
            _ if args.diff => diff,
            Format::Human => view::advice(&advice),
            Format::Json => serde_json::to_string_pretty(&advice).expect("numbers and strings have a JSON form") + "\n",
        })
    });
    if is_interrupted.get() { exit.max(Exit::Of(INTERRUPTED)) } else { exit }
}

struct Adviser<'a> {
    args: &'a Args,
    origin: &'a Origin,
    sources: &'a SourceMap,
    cluster: &'a Cluster,
    policy: Policy,
    study: &'a Study<'a>,
}

/// Numbers of the source changed, and what is planned then.
struct Candidate {
    changes: Vec<ChangeFigures>,
    edits: Vec<NumberEdit>,
    plan: Plan,
    cluster: Cluster,
}

/// One that was tried.
struct Tried {
    candidate: Candidate,
    worth: Worth,
}

impl Adviser<'_> {
    /// And the diff of what is recommended.
    fn answer(&self) -> Result<(Advice, String), Box<Diagnostic>> {
        let seeds = self.args.weeks.seeds;
        let own = self.play(&[self.study]).remove(0).map_err(misfit)?;
        let base = Base::new(self.study, &own);
        let mut advice = base.advice(&self.policy, seeds, self.args.fixed);
        advice.interrupted = own.len() as u64 != seeds;
        if advice.interrupted {
            return Ok((advice, String::new()));
        }
        let (resizes, left_out) = base.changes(self.cluster, &self.args.wanted());
        advice.left_out = left_out;
        let mut candidates = Vec::new();
        for resize in &resizes {
            match self.made(resize) {
                Ok(made) => candidates.extend(made),
                Err(_) if resize.is_unsplit => {}
                Err(why) => advice.untried.push(Untried { of: resize.of.clone(), attribute: resize.attribute.to_owned(), why }),
            }
        }
        advice.untried.dedup();
        // One number may be several in the source.
        advice.left_out += candidates.len().saturating_sub(MOST_TRIED);
        candidates.truncate(MOST_TRIED);
        let mut tried = self.tried(&base, candidates, &mut advice)?;
        tried.sort_by(|one, other| one.worth.duration_change.mean.total_cmp(&other.worth.duration_change.mean));
        let edits = self.steps(&base, &own, &tried, &mut advice)?;
        let by_machine = edits.iter().filter(|edit| edit.computed.is_none()).map(|edit| (edit.span, edit.text.as_str()));
        let diff = self.diff(by_machine.collect());
        advice.tried = tried.into_iter().map(Tried::experiment).collect();
        Ok((advice, diff))
    }

    /// Makes one change after the other, the best first, as long as each shortens runs further. A change that helps by itself may not help
    /// beside another, and the reverse.
    fn steps(
        &self,
        base: &Base<'_>,
        own: &[Week],
        tried: &[Tried],
        advice: &mut Advice,
    ) -> Result<Vec<NumberEdit>, Box<Diagnostic>> {
        let (mut changes, mut edits): (Vec<ChangeFigures>, Vec<NumberEdit>) = (Vec::new(), Vec::new());
        let mut weeks: Option<Vec<Week>> = None;
        for Tried { candidate, worth } in tried {
            if advice.interrupted {
                break;
            }
            let is_taken = candidate.edits.iter().any(|edit| edits.iter().any(|known| known.span == edit.span));
            let is_idea = candidate.changes.iter().any(|change| change.unsplit);
            if is_taken || is_idea || edits.is_empty() && !worth.recommended {
                continue;
            }
            let changed = [&changes[..], &candidate.changes].concat();
            let Ok(next) = self.candidate(changed.clone(), [&edits[..], &candidate.edits].concat()) else { continue };
            let study = self.changed(&next).map_err(misfit)?;
            let Ok(played) = self.play(&[&study]).remove(0) else { continue };
            advice.interrupted = played.len() != own.len();
            if !advice.interrupted && worth_of(weeks.as_deref().unwrap_or(own), &played).recommended {
                advice.steps.push(Experiment { changes: candidate.changes.clone(), worth: base.worth(&played) });
                (changes, edits, weeks) = (changed, next.edits, Some(played));
            }
        }
        Ok(edits)
    }

    /// For each, the weeks that were played to their end; or why it cannot be played.
    fn play(&self, studies: &[&Study<'_>]) -> Vec<Result<Vec<Week>, String>> {
        let play = |study: usize, week, goes_on: &dyn Fn(f64) -> bool| studies[study].follow(&self.policy, week, goes_on);
        let mut played = self.args.weeks.play(studies.len(), &play);
        played.iter_mut().flatten().for_each(|weeks| weeks.retain(|week| !week.is_cut()));
        played
    }

    /// What each is worth, but of those that an interrupt cut short.
    fn tried(&self, base: &Base<'_>, candidates: Vec<Candidate>, advice: &mut Advice) -> Result<Vec<Tried>, Box<Diagnostic>> {
        let studies: Result<Vec<Study<'_>>, String> = candidates.iter().map(|candidate| self.changed(candidate)).collect();
        let studies = studies.map_err(misfit)?;
        let played = self.play(&studies.iter().collect::<Vec<&Study<'_>>>());
        drop(studies);
        let mut tried = Vec::new();
        for (candidate, weeks) in candidates.into_iter().zip(played) {
            match weeks {
                Ok(weeks) if weeks.len() as u64 == self.args.weeks.seeds => {
                    tried.push(Tried { worth: base.worth(&weeks), candidate });
                }
                Ok(_) => advice.interrupted = true,
                Err(why) => advice.untried.extend(candidate.changes.into_iter().map(|change| {
                    let ChangeFigures { of, attribute, .. } = change;
                    Untried { of, attribute, why: why.clone() }
                })),
            }
        }
        Ok(tried)
    }

    /// What makes a change: one candidate, or one for each place that a template has its number from. The error says why there is none.
    fn made(&self, resize: &Resize) -> Result<Vec<Candidate>, String> {
        let Resize { attribute, from, to, place, block, is_unsplit, .. } = resize;
        let edit = number(&self.origin.world, self.sources, (attribute, *from, *to), *place, *block);
        let of_uses = || place.map(|place| uses(&self.origin.world, self.sources, (*from, *to), place)).unwrap_or_default();
        let edits = match edit {
            Ok(NumberEdit { computed: None, .. }) => Vec::new(),
            _ => of_uses(),
        };
        let edits = if edits.is_empty() { vec![edit?] } else { edits };
        let (mut made, mut why) = (Vec::new(), "it comes out otherwise".to_owned());
        for edit in edits {
            let change = ChangeFigures {
                of: String::new(),
                attribute: (*attribute).to_owned(),
                from: *from,
                to: *to,
                file: self.sources.get(edit.span.file).path.to_string(),
                line: self.sources.position(edit.span).line,
                unsplit: *is_unsplit,
                computed: edit.computed.clone(),
            };
            match self.candidate(vec![change], vec![edit]) {
                Ok(mut candidate) => {
                    if let Some(of) = resize.made(&candidate.plan) {
                        candidate.changes[0].of = of;
                        made.push(candidate);
                    }
                }
                Err(found) => why = found,
            }
        }
        if made.is_empty() { Err(why) } else { Ok(made) }
    }

    /// The pipeline and its cluster with these edits. The error says why they cannot be.
    fn candidate(&self, changes: Vec<ChangeFigures>, edits: Vec<NumberEdit>) -> Result<Candidate, String> {
        let mut world = Edited::new(&self.origin.world);
        let texts = replaced(edits.iter().map(|edit| (edit.span, edit.text.as_str())).collect(), self.sources);
        world.files.extend(texts.into_iter().filter_map(|(path, text)| Some((RootPath::resolve(None, &path)?, text))));
        let Planned { plan, mut clusters, diagnostics, .. } = self.origin.plan(&world);
        let Some(plan) = plan else {
            let why = diagnostics.into_iter().find(Diagnostic::is_error).map_or_else(String::new, |error| error.message);
            return Err(format!("it would be wrong then: {why}"));
        };
        let at = clusters.iter().position(|cluster| cluster.name == self.cluster.name).ok_or("the cluster is gone then")?;
        let candidate = Candidate { changes, edits, plan, cluster: clusters.swap_remove(at) };
        // Told here, where it is one change of several that cannot be.
        self.changed(&candidate)?;
        Ok(candidate)
    }

    fn changed<'c>(&self, candidate: &'c Candidate) -> Result<Study<'c>, String> {
        self.study.changed(&candidate.plan, &candidate.cluster, self.args.fixed)
    }

    fn diff(&self, edits: Vec<(Span, &str)>) -> String {
        let mut files = replaced(edits, self.sources);
        files.sort();
        let old = |path: &str| self.sources.iter().find(|(_, file)| file.path == path).map_or("", |(_, file)| &*file.text);
        files.iter().map(|(path, text)| view::unified(path, old(path), text)).collect()
    }
}

impl Tried {
    fn experiment(self) -> Experiment {
        Experiment { changes: self.candidate.changes, worth: self.worth }
    }
}
