//! Behaviour by rules: what flags, scenarios and the environment say of how attempts end and how long they take.

use std::sync::Arc;

use super::{Attempt, Behaviour, End};
use crate::base::{Duration, World, glob};
use crate::diag::{Code, Diagnostic, listed, nearest};
use crate::plan::{Faked, Plan, Stage, Substage, SubstageRef, exit_code, set_fakes};
use crate::sema::hir::FakeOutcome;

/// How long an attempt takes of which nothing is known.
pub const CLASS_DEFAULT: Duration = Duration(60_000);

/// Where a rule was written. Any of a later layer beats all of the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Environment,
    Flag,
    Scenario,
}

/// All rules for a plan, resolved; without any, each attempt succeeds in [`CLASS_DEFAULT`] and nothing is cached.
///
/// A path's first `/` splits stage from substage; a name is taken as written where the plan has it, else `#n` at its end means
/// replica n, from 1, and `*` anything. The name of a family of shards means all of them. In a layer an exact name beats a
/// family's, that a glob, `#n` beats them all, then the last rule wins.
#[derive(Clone, Debug)]
pub struct Fakes<'a> {
    plan: &'a Plan,
    /// A row for each substage, by stage.
    rows: Vec<Vec<Row>>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    outcomes: Winners<Arc<[FakeOutcome]>>,
    takes: Winners<Duration>,
}

/// The strongest rules so far: for all replicas, and for single ones in ascending order.
#[derive(Clone, Debug)]
struct Winners<T> {
    all: Option<(Rank, T)>,
    replicas: Vec<(u32, Rank, T)>,
}

/// How strong a rule is; the later of two equals wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    layer: Layer,
    fit: Fit,
}

/// How a path means a substage, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Glob,
    Family,
    Exact,
}

/// What a path means in a plan.
pub(super) struct Hit {
    pub(super) at: SubstageRef,
    pub(super) fit: Fit,
    pub(super) replica: Option<u32>,
}

impl<T> Default for Winners<T> {
    fn default() -> Self {
        Self { all: None, replicas: Vec::new() }
    }
}

impl<T> Winners<T> {
    fn offer(&mut self, replica: Option<u32>, rank: Rank, rule: T) {
        let Some(replica) = replica else {
            if self.all.as_ref().is_none_or(|(best, _)| rank >= *best) {
                self.all = Some((rank, rule));
            }
            return;
        };
        match self.replicas.binary_search_by_key(&replica, |(number, ..)| *number) {
            Ok(at) if rank >= self.replicas[at].1 => self.replicas[at] = (replica, rank, rule),
            Ok(_) => {}
            Err(at) => self.replicas.insert(at, (replica, rank, rule)),
        }
    }

    /// The rule for a replica.
    fn get(&self, replica: u32) -> Option<&T> {
        let all = self.all.as_ref();
        let own = self.replicas.binary_search_by_key(&replica, |(number, ..)| *number).ok().map(|at| &self.replicas[at]);
        match own {
            Some((_, rank, rule)) if self.beats_all(*rank) => Some(rule),
            _ => all.map(|(_, rule)| rule),
        }
    }

    /// The rule for the substage as a whole; none where a replica has its own.
    fn whole(&self) -> Option<&T> {
        let is_split = self.replicas.iter().any(|(_, rank, _)| self.beats_all(*rank));
        self.all.as_ref().filter(|_| !is_split).map(|(_, rule)| rule)
    }

    fn beats_all(&self, rank: Rank) -> bool {
        self.all.as_ref().is_none_or(|(all, _)| rank.layer >= all.layer)
    }
}

impl Behaviour for Fakes<'_> {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.row(at).outcomes.whole().is_some_and(|outcomes| **outcomes == [FakeOutcome::Cached])
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let row = self.row(at);
        let outcomes = row.outcomes.get(replica).map_or(&[][..], |outcomes| outcomes);
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let end = match outcomes.get(index).or(outcomes.last()) {
            Some(FakeOutcome::Exit(code)) => End::Exit(*code),
            Some(FakeOutcome::TimedOut) => End::TimedOut,
            Some(FakeOutcome::Lost) => End::Lost,
            // A success of the cache that another replica's rule does not let count stays a success.
            Some(FakeOutcome::Succeeded | FakeOutcome::Cached) | None => End::Exit(0),
        };
        Attempt { end, takes: row.takes.get(replica).copied().unwrap_or(CLASS_DEFAULT) }
    }
}

impl<'a> Fakes<'a> {
    /// No rules yet.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, rows: plan.stages.iter().map(|stage| vec![Row::default(); stage.substages.len()]).collect() }
    }

    /// Adds how attempts of what the path means end: outcomes attempt by attempt, the last one for all further.
    ///
    /// The diagnostic has no place; whoever knows one adds it.
    pub fn fake(&mut self, layer: Layer, path: &str, outcomes: &[FakeOutcome]) -> Result<(), Box<Diagnostic>> {
        let hits = self.hits(path)?;
        let has_cached = outcomes.contains(&FakeOutcome::Cached);
        if outcomes.is_empty() {
            return Err(bad_fake(format!("the fake of `{path}` says no outcome"), "say at least one"));
        }
        if has_cached && outcomes.len() > 1 {
            let message = format!("the fake of `{path}` has `cached` among its attempts, but what is cached makes none");
            return Err(bad_fake(message, "write `cached` alone, or `succeeded` in the list"));
        }
        if has_cached && hits.iter().any(|hit| hit.replica.is_some()) {
            let message = format!("`{path}` names one replica, but the cache has a substage as a whole or not at all");
            return Err(bad_fake(message, "fake the whole substage as `cached`, without `#`"));
        }
        let outcomes: Arc<[FakeOutcome]> = outcomes.into();
        for Hit { at, fit, replica } in hits {
            self.row_mut(at).outcomes.offer(replica, Rank { layer, fit }, Arc::clone(&outcomes));
        }
        Ok(())
    }

    /// Adds how long each attempt of what the path means takes, at least 0.
    pub fn takes(&mut self, layer: Layer, path: &str, duration: Duration) -> Result<(), Box<Diagnostic>> {
        if duration < Duration(0) {
            return Err(bad_fake(format!("`{path}` cannot take {duration}"), "say a duration of at least 0"));
        }
        for Hit { at, fit, replica } in self.hits(path)? {
            self.row_mut(at).takes.offer(replica, Rank { layer, fit }, duration);
        }
        Ok(())
    }

    /// Adds what variables such as `FAKE_COMPILE_RETCODE` say. An empty one counts as not set.
    pub fn environment(&mut self, world: &dyn World) -> Vec<Diagnostic> {
        let (fakes, problems) = set_fakes(self.plan, world);
        for (faked, codes) in fakes {
            let codes: Arc<[FakeOutcome]> = codes.into_iter().map(FakeOutcome::Exit).collect();
            let (stage, substages, fit) = match faked {
                Faked::Stage(stage) => (stage, 0..self.rows[stage as usize].len(), Fit::Glob),
                Faked::Substage(at) => (at.stage, at.substage as usize..at.substage as usize + 1, Fit::Exact),
            };
            for row in &mut self.rows[stage as usize][substages] {
                row.outcomes.offer(None, Rank { layer: Layer::Environment, fit }, Arc::clone(&codes));
            }
        }
        problems
    }

    /// What the rules say of a replica's attempts, if they say anything.
    pub(super) fn outcomes(&self, at: SubstageRef, replica: u32) -> Option<&[FakeOutcome]> {
        self.row(at).outcomes.get(replica).map(|outcomes| &**outcomes)
    }

    /// How long the rules say that a replica's attempts take, if they say anything.
    pub(super) fn duration(&self, at: SubstageRef, replica: u32) -> Option<Duration> {
        self.row(at).takes.get(replica).copied()
    }

    /// Whether the rules say of anything how long it takes.
    pub(super) fn has_durations(&self) -> bool {
        self.rows.iter().flatten().any(|row| row.takes.all.is_some() || !row.takes.replicas.is_empty())
    }

    /// The substages that a path means; none where it is none.
    pub fn substages(&self, path: &str) -> Vec<SubstageRef> {
        self.hits(path).map(|hits| hits.into_iter().map(|hit| hit.at).collect()).unwrap_or_default()
    }

    fn row(&self, at: SubstageRef) -> &Row {
        &self.rows[at.stage as usize][at.substage as usize]
    }

    fn row_mut(&mut self, at: SubstageRef) -> &mut Row {
        &mut self.rows[at.stage as usize][at.substage as usize]
    }

    /// What a path means; never empty.
    pub(super) fn hits(&self, path: &str) -> Result<Vec<Hit>, Box<Diagnostic>> {
        let Some((stage, substage)) = path.split_once('/') else { return Err(self.no_substage(path)) };
        let hits = self.readings(stage, substage).into_iter().find(|hits| !hits.is_empty());
        hits.ok_or_else(|| self.nothing_hit(path, stage, substage))
    }

    /// What a path means under each reading, strictest first.
    fn readings(&self, stage: &str, substage: &str) -> Vec<Vec<Hit>> {
        let mut readings = vec![self.find(stage, substage, None, false)];
        if let Some((name, replica)) = replica_of(substage) {
            readings.push(self.find(stage, name, Some(replica), false));
            readings.push(self.find(stage, name, Some(replica), true));
        }
        readings.push(self.find(stage, substage, None, true));
        readings
    }

    fn find(&self, stage: &str, substage: &str, replica: Option<u32>, is_glob: bool) -> Vec<Hit> {
        let has_stage = self.plan.stages.iter().any(|known| known.name == stage);
        let is_stage = |known: &Stage| if has_stage { known.name == stage } else { glob(stage, &known.name) };
        let fit_of = |known: &Substage| {
            let family = known.shard.as_ref().map(|shard| shard.family.as_str());
            let fit = if is_glob {
                (glob(substage, &known.name) || family.is_some_and(|family| glob(substage, family))).then_some(Fit::Glob)
            } else if known.name == substage {
                Some(Fit::Exact)
            } else {
                (family == Some(substage)).then_some(Fit::Family)
            };
            fit.filter(|_| replica.is_none_or(|replica| (1..=copies(known)).contains(&replica)))
        };
        let mut hits = Vec::new();
        for (index, known) in (0..).zip(&self.plan.stages).filter(|(_, known)| is_stage(known)) {
            for (at, substage) in (0..).zip(&known.substages) {
                if let Some(fit) = fit_of(substage) {
                    let fit = if has_stage { fit } else { Fit::Glob };
                    hits.push(Hit { at: SubstageRef { stage: index, substage: at }, fit, replica });
                }
            }
        }
        hits
    }

    fn no_substage(&self, path: &str) -> Box<Diagnostic> {
        let names = || self.plan.stages.iter().map(|stage| stage.name.as_str());
        let is_stage = names().any(|name| glob(path, name));
        let message = if is_stage {
            format!("`{path}` names a stage, but substages end, not stages")
        } else {
            format!("the plan has no `{path}`")
        };
        let meant = if is_stage { Some(path) } else { nearest(path, names()) };
        let bare = replica_of(path).map_or(path, |(name, _)| name);
        let of_substage = self.plan.stages.iter().find(|stage| stage.substages.iter().any(|known| known.name == bare));
        let help = match (meant, of_substage) {
            (Some(meant), _) => format!("write `{meant}/*` for all its substages"),
            (None, Some(stage)) => format!("did you mean `{}/{path}`?", stage.name),
            (None, None) => "name a stage and a substage, with `/` between".to_owned(),
        };
        Box::new(Diagnostic::new(Code::UnknownPath, message).help(help))
    }

    fn nothing_hit(&self, path: &str, stage: &str, substage: &str) -> Box<Diagnostic> {
        let problem = Diagnostic::new(Code::UnknownPath, format!("the plan has no `{path}`"));
        let (name, suffix) = replica_of(substage).map_or((substage, ""), |(name, _)| (name, &substage[name.len()..]));
        let of_stage: Vec<&Stage> = self.plan.stages.iter().filter(|known| glob(stage, &known.name)).collect();
        let found = self.find(stage, name, None, true);
        if let Some(Hit { at, .. }) = found.first().filter(|_| !suffix.is_empty()) {
            let most = found.iter().map(|hit| copies(self.plan.substage(hit.at))).max().unwrap_or(1);
            let known = Faked::Substage(*at).path(self.plan);
            return Box::new(problem.help(match most {
                1 => format!("`{known}` has no `dispatch`: fake it without `{suffix}`"),
                _ => format!("`{known}` has the replicas #1 to #{most}"),
            }));
        }
        let stages = || self.plan.stages.iter();
        let near_name = |stage: &Stage| {
            nearest(name, stage.substages.iter().map(|known| known.name.as_str()))
                .map(|near| format!("{}/{near}{suffix}", stage.name))
        };
        let all = || stages().flat_map(|stage| stage.substages.iter().map(move |known| format!("{}/{}", stage.name, known.name)));
        let meant = of_stage.iter().find_map(|stage| near_name(stage)).or_else(|| {
            let near = nearest(stage, stages().map(|known| known.name.as_str())).filter(|_| of_stage.is_empty())?;
            let path = format!("{near}/{substage}");
            self.readings(near, substage).iter().any(|hits| !hits.is_empty()).then_some(path)
        });
        let meant = meant.or_else(|| {
            stages()
                .find(|known| known.substages.iter().any(|known| known.name == name))
                .map(|stage| format!("{}/{name}{suffix}", stage.name))
        });
        Box::new(match meant {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None if self.plan.stages.iter().all(|stage| stage.substages.is_empty()) => problem.help("it has no substages at all"),
            None => problem.help(format!("it has {}", listed(all()))),
        })
    }
}

/// Reads how attempts end as a flag says it: `2`, `timed_out`, `1,lost,0`. The error says what would be right.
pub fn parse_outcomes(text: &str) -> Result<Vec<FakeOutcome>, String> {
    text.split(',').map(|part| parse_outcome(part.trim())).collect()
}

fn parse_outcome(text: &str) -> Result<FakeOutcome, String> {
    exit_code(text).map(FakeOutcome::Exit).or_else(|| FakeOutcome::of_word(text)).ok_or_else(|| match text {
        "" => "an outcome is missing".to_owned(),
        "failed" => "a failure has an exit code: write `1`".to_owned(),
        "unstable" => "write a code that `exit_codes` lists as unstable".to_owned(),
        "cancelled" | "skipped" => format!("`{text}` follows from how others end; it cannot be faked"),
        _ => match nearest(text, FakeOutcome::WORDS.map(|(word, _)| word)) {
            Some(meant) => format!("`{text}` is no outcome; did you mean `{meant}`?"),
            None => format!("`{text}` is no outcome: write an exit code from 0 to 255, `timed_out`, `lost` or `cached`"),
        },
    })
}

fn copies(substage: &Substage) -> u32 {
    substage.dispatch.map_or(1, |dispatch| dispatch.copies)
}

/// `fuzz#2` is replica 2 of `fuzz`.
fn replica_of(substage: &str) -> Option<(&str, u32)> {
    let (name, number) = substage.rsplit_once('#')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (name, number.parse().unwrap_or(u32::MAX)))
}

fn bad_fake(message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::BadFake, message).help(help))
}
