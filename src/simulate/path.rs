//! Where the time of runs goes: of each, what it waited for, from its end back to its arrival.
//!
//! A run ends with its last stage, that with one of its substages. What this one did before is on the path, back to the moment at which
//! it could start; then what ended at that moment and let it start: one that it needs, one with a lock of its, one that had its slot of
//! `parallel`; or its stage began, as the one before it ended. So the parts of a path are as long together as the run.

use crate::machine::{AttemptTrace, Outcome, Reason, Replica, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use crate::plan::{Plan, Stage};

/// Milliseconds of a substage on the paths of runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Until it had its locks, where other runs held them.
    pub locks: i64,
    /// Until it had a machine, of all its attempts. What it lost to others that took back its machine is in it.
    pub machine: i64,
    /// Its last attempt.
    pub runs: i64,
    /// Attempts that were tried again, and the wait before the next.
    pub retries: i64,
    /// Paths that it is on.
    pub paths: u64,
}

impl Spent {
    pub fn sum(&self) -> i64 {
        self.locks + self.machine + self.runs + self.retries
    }

    fn add(&mut self, other: &Self) {
        self.locks += other.locks;
        self.machine += other.machine;
        self.runs += other.runs;
        self.retries += other.retries;
        self.paths += other.paths;
    }
}

/// The paths of all runs that ended. Times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// By run, in the order in which they ended: its number among those that arrive, and the time from its arrival to its end.
    pub runs: Vec<(u64, i64)>,
    /// Before a run is noticed: its quiet period, and another that it may not run beside.
    pub before: i64,
    /// By substage, through the whole plan.
    pub substages: Vec<Spent>,
    /// By stage: how long what is on a path waited for its turn among those that run at once, which is time of others on the path.
    pub turns: Vec<i64>,
}

impl Paths {
    pub(super) fn new(plan: &Plan) -> Self {
        let substages = vec![Spent::default(); plan.substages().count()];
        Self { runs: Vec::new(), before: 0, substages, turns: vec![0; plan.stages.len()] }
    }

    /// The time of all runs.
    pub fn total(&self) -> i64 {
        self.runs.iter().map(|(_, duration)| duration).sum()
    }

    /// Those of another week.
    pub(super) fn join(&mut self, other: &Self) {
        self.runs.extend(&other.runs);
        self.before += other.before;
        self.substages.iter_mut().zip(&other.substages).for_each(|(one, other)| one.add(other));
        self.turns.iter_mut().zip(&other.turns).for_each(|(one, other)| *one += other);
    }

    /// A run is over, which waited so long until it was noticed.
    pub(super) fn add(&mut self, number: u64, waited: i64, plan: &Plan, trace: &Trace, asked: &mut [Asked]) {
        self.runs.push((number, waited + trace.duration.0));
        self.before += waited;
        asked.sort_by_key(|asked| (asked.replica.substage, asked.replica.number));
        let mut first = self.substages.len();
        for (at, (stage, traced)) in plan.stages.iter().zip(&trace.stages).enumerate().rev() {
            first -= stage.substages.len();
            if let Some((start, end)) = traced.time {
                let timed = Timed::new((at as u32, stage), traced, (start.0, end.0), first as u32, asked);
                self.turns[at] += timed.walk(&mut self.substages[first..]);
            }
        }
    }
}

/// An attempt that was due. Times are milliseconds from the start of its run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) replica: Replica,
    pub(super) due: i64,
    /// When it had its locks and asked for a machine.
    pub(super) ready: Option<i64>,
}

/// What let a substage start.
enum Link {
    /// One that it needs, or one with a lock of its.
    Held(u32),
    /// One that ran in its turn.
    Turn(u32),
}

/// The substages of a stage that could start, by their ends.
struct Timed<'t> {
    at: u32,
    stage: &'t Stage,
    traced: &'t StageTrace,
    start: i64,
    end: i64,
    /// By substage: when it could start and when it ended, if it could.
    times: Vec<Option<(i64, i64)>>,
    /// By substage: its attempts that were due.
    asked: Vec<&'t [Asked]>,
    /// End and substage, ascending.
    ends: Vec<(i64, u32)>,
}

impl<'t> Timed<'t> {
    /// `first` is the number of the stage's first substage; what was asked for is in the order of substages.
    fn new(
        (at, stage): (u32, &'t Stage),
        traced: &'t StageTrace,
        (start, end): (i64, i64),
        first: u32,
        asked: &'t [Asked],
    ) -> Self {
        let of = |substage: usize| {
            let number = first + substage as u32;
            let from = asked.partition_point(|asked| asked.replica.substage < number);
            &asked[from..from + asked[from..].partition_point(|asked| asked.replica.substage == number)]
        };
        let asked: Vec<&[Asked]> = (0..stage.substages.len()).map(of).collect();
        let time = |(asked, traced): (&&[Asked], &SubstageTrace)| {
            let due = asked.iter().map(|asked| asked.due).min()?;
            let last = traced.replicas.iter().flat_map(|replica| &replica.attempts).map(|attempt| attempt.end.0).max();
            Some((due, last.filter(|_| !is_cut(traced)).unwrap_or(end)))
        };
        let times: Vec<Option<(i64, i64)>> = asked.iter().zip(&traced.substages).map(time).collect();
        let mut ends: Vec<(i64, u32)> = (0..).zip(&times).filter_map(|(at, time)| Some(((*time)?.1, at))).collect();
        ends.sort_unstable();
        Self { at, stage, traced, start, end, times, asked, ends }
    }

    /// Goes from the stage's end back to its start; returns for how long what is on the way waited for its turn.
    fn walk(&self, spent: &mut [Spent]) -> i64 {
        let mut next = self.ended_at(self.end).min_by_key(|at| is_cut(&self.traced.substages[*at as usize]));
        let (mut waited, mut earliest) = (0, i64::MAX);
        while let Some(at) = next {
            let Some((due, end)) = self.times[at as usize] else { break };
            spent[at as usize].add(&self.spent(at, end));
            next = match self.link(at, due) {
                None => None,
                Some(Link::Held(before)) => Some(before),
                Some(Link::Turn(before)) => {
                    let since = self.needed(at).max(self.start);
                    waited += (due.min(earliest) - since).max(0);
                    earliest = earliest.min(since);
                    Some(before)
                }
            };
        }
        waited
    }

    /// Those that could start before an instant and ended at it, in the order of declaration.
    fn ended_at(&self, instant: i64) -> impl Iterator<Item = u32> {
        let from = self.ends.partition_point(|(end, _)| *end < instant);
        let ended = self.ends[from..].iter().take_while(move |(end, _)| *end == instant).map(|(_, at)| *at);
        // What took no time cannot have let anything else pass; of a stage that takes none, nothing has.
        ended.filter(move |at| self.times[*at as usize].is_some_and(|(due, _)| due < instant))
    }

    /// What let it start at this time, unless that was the start of the stage.
    fn link(&self, substage: u32, due: i64) -> Option<Link> {
        if due == self.start {
            return None;
        }
        let planned = &self.stage.substages[substage as usize];
        let ended: Vec<u32> = self.ended_at(due).collect();
        let is_needed = |at: &u32| self.needs(substage).any(|member| member == *at);
        let shares = |at: &u32| self.stage.substages[*at as usize].lock.iter().any(|lock| planned.lock.contains(lock));
        let held = ended.iter().copied().find(is_needed).or_else(|| ended.iter().copied().find(shares));
        held.map(Link::Held).or_else(|| ended.first().map(|at| Link::Turn(*at)))
    }

    /// What it needs of this stage.
    fn needs(&self, substage: u32) -> impl Iterator<Item = u32> {
        let needs = self.stage.substages[substage as usize].needs.iter();
        needs.flat_map(|need| need.members.iter()).filter(|member| member.stage == self.at).map(|member| member.substage)
    }

    /// When the last that it needs ended; before all times if it needs nothing of the stage.
    fn needed(&self, substage: u32) -> i64 {
        self.needs(substage).filter_map(|member| Some(self.times[member as usize]?.1)).max().unwrap_or(i64::MIN)
    }

    /// What became of the time from the moment at which it could start to this end.
    fn spent(&self, substage: u32, end: i64) -> Spent {
        let replicas = &self.traced.substages[substage as usize].replicas;
        let copies = self.asked[substage as usize].chunk_by(|one, other| one.replica == other.replica);
        let traced = |asked: &[Asked]| replicas.get(asked[0].replica.number as usize).map_or(&[][..], attempts);
        // The copy that it waited for: the last to end, and not as a consequence.
        let last = copies.max_by_key(|asked| {
            let traced = traced(asked);
            let last = if asked.len() > traced.len() { end } else { traced.last().map_or(i64::MIN, |attempt| attempt.end.0) };
            (last, traced.last().is_some_and(|attempt| attempt.outcome != Outcome::Cancelled))
        });
        let Some(asked) = last else { return Spent::default() };
        let traced = traced(asked);
        let mut spent = Spent { paths: 1, ..Spent::default() };
        let mut at = end;
        for (number, Asked { due, ready, .. }) in asked.iter().enumerate().rev() {
            if let Some(attempt) = traced.get(number) {
                spent.retries += at - attempt.end.0;
                let ran = if number + 1 == asked.len() { &mut spent.runs } else { &mut spent.retries };
                *ran += attempt.end.0 - attempt.start.0;
                at = attempt.start.0;
            }
            let ready = ready.unwrap_or(at);
            spent.machine += at - ready;
            spent.locks += ready - due;
            at = *due;
        }
        spent
    }
}

fn attempts(replica: &ReplicaTrace) -> &[AttemptTrace] {
    &replica.attempts
}

/// Whether it ended with its stage, and not by itself.
fn is_cut(substage: &SubstageTrace) -> bool {
    matches!(substage.reason, Some(Reason::StageDeadline | Reason::PipelineDeadline | Reason::Abort(_)))
}
