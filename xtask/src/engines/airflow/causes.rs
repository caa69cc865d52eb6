//! Why a run may differ: what the compiler has warned of, where it was seen to happen.

use super::super::conformance::observed::{Observed, ObservedAttempt, ObservedStage};
use o11n::base::Duration;
use o11n::machine::{Outcome, StageTrace, Trace};
use o11n::plan::{Plan, Stage, Substage};

/// What was seen, as notes that begin with the feature and the stage.
pub fn causes(plan: &Plan, trace: &Trace, observed: &Observed) -> Vec<String> {
    let mut found = Vec::new();
    for (number, ((planned, traced), seen)) in plan.stages.iter().zip(&trace.stages).zip(&observed.stages).enumerate() {
        let stage = At { number, planned, traced, seen };
        let mut add = |feature: &str, what: String| found.push(format!("`{feature}` in {}: {what}", planned.name));
        stage.taken_places().for_each(|(one, other)| add("retry", format!("{one} started between two attempts of {other}")));
        stage.filled_by_copies().for_each(|path| add("dispatch", format!("copies of {path} took slots by themselves")));
        stage.reordered().for_each(|(one, other)| add("lock", format!("{one} waited for {other}")));
    }
    found
}

/// One stage: as planned, on the machine, and as seen.
struct At<'a> {
    number: usize,
    planned: &'a Stage,
    traced: &'a StageTrace,
    seen: &'a ObservedStage,
}

impl At<'_> {
    fn path(&self, index: usize) -> String {
        format!("{}/{}", self.planned.name, self.planned.substages[index].name)
    }

    fn known(&self, index: usize) -> &Substage {
        &self.planned.substages[index]
    }

    fn attempts(&self, index: usize) -> impl Iterator<Item = &ObservedAttempt> {
        self.seen.substages[index].replicas.iter().flatten()
    }

    fn start(&self, index: usize) -> Option<f64> {
        self.attempts(index).map(|attempt| attempt.start).reduce(f64::min)
    }

    fn traced_start(&self, index: usize) -> Option<Duration> {
        self.traced.substages[index].replicas.iter().flat_map(|replica| &replica.attempts).map(|attempt| attempt.start).min()
    }

    /// All pairs of different substages.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let count = self.planned.substages.len();
        (0..count).flat_map(move |one| (0..count).filter(move |other| *other != one).map(move |other| (one, other)))
    }

    fn share_a_lock(&self, one: usize, other: usize) -> bool {
        self.known(one).lock.iter().any(|lock| self.known(other).lock.contains(lock))
    }

    /// Who started while another waited between two attempts, whose slot or lock it then could have.
    fn taken_places(&self) -> impl Iterator<Item = (String, String)> {
        let took = |(one, other): &(usize, usize)| {
            let shares = self.planned.parallel.is_some() || self.share_a_lock(*one, *other);
            let waited = self.seen.substages[*other].replicas.iter().flat_map(|attempts| pauses(attempts, self.known(*other)));
            let mut waited = waited.filter(|_| shares);
            waited.any(|(from, to)| self.attempts(*one).any(|attempt| from <= attempt.start && attempt.start < to))
        };
        self.pairs().filter(took).map(|(one, other)| (self.path(one), self.path(other)))
    }

    /// Dispatches whose copies did not start together, or filled slots that the machine has for others.
    fn filled_by_copies(&self) -> impl Iterator<Item = String> {
        let all = 0..self.planned.substages.len();
        let running = |index: usize, at: f64| self.attempts(index).filter(|it| it.start <= at && at < it.end).count();
        let is_full = move |at: f64, limit: usize| {
            let running: Vec<usize> = all.clone().map(|index| running(index, at)).collect();
            running.iter().sum::<usize>() >= limit && running.iter().filter(|count| **count > 0).count() < limit
        };
        let took = move |index: &usize| {
            let limit = self.planned.parallel.filter(|_| self.known(*index).dispatch.is_some());
            limit.is_some_and(|limit| {
                let firsts: Vec<Option<f64>> =
                    self.seen.substages[*index].replicas.iter().map(|copy| copy.first().map(|first| first.start)).collect();
                let is_together = firsts.windows(2).all(|pair| pair[0] == pair[1]);
                !is_together || firsts.into_iter().flatten().any(|start| is_full(start, limit as usize))
            })
        };
        (0..self.planned.substages.len()).filter(took).map(|index| self.path(index))
    }

    /// Who waited for another that has the same lock, and does not on the machine: for its end, or for what that needs.
    fn reordered(&self) -> impl Iterator<Item = (String, String)> {
        let waited = |(one, other): &(usize, usize)| {
            let Some((start, traced)) = self.start(*one).zip(self.traced_start(*one)).filter(|_| self.share_a_lock(*one, *other))
            else {
                return false;
            };
            let was_first = |first: Option<f64>| first.is_some_and(|first| first < start);
            let is_first = |first: Option<Duration>| first.is_some_and(|first| first < traced);
            let mut needs = self.known(*other).needs.iter().flat_map(|need| need.members.iter());
            was_first(self.start(*other)) && !is_first(self.traced_start(*other))
                || needs.any(|need| {
                    let index = need.substage as usize;
                    need.stage as usize == self.number && was_first(self.start(index)) && !is_first(self.traced_start(index))
                })
        };
        self.pairs().filter(waited).map(|(one, other)| (self.path(one), self.path(other)))
    }
}

/// From when to when a copy was between two attempts; for ever, if the other one never came.
fn pauses(attempts: &[ObservedAttempt], known: &Substage) -> Vec<(f64, f64)> {
    let last = attempts.last().filter(|last| last.outcome != Outcome::Succeeded && attempts.len() <= known.retry.limit as usize);
    let starts = attempts.iter().skip(1).map(|attempt| attempt.start).chain(last.map(|_| f64::INFINITY));
    attempts.iter().zip(starts).map(|(before, start)| (before.end, start)).collect()
}
