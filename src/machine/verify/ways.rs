//! The ways in which one substage can end where nothing cuts it short: few, whatever its attempts.

use std::collections::BTreeSet;

use super::Count;
use crate::base::Duration;
use crate::machine::attempt::{self, Ended};
use crate::machine::stage::dispatch;
use crate::machine::{Attempt, End, Outcome};
use crate::plan::{RetryOn, Substage};
use crate::sema::hir::FakeOutcome;

/// All ways of a substage: at most one for each outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ways {
    /// In order of what is simplest.
    pub(super) all: Vec<Way>,
    /// As many attempts it has at most where it is cut short; one for each replica at least.
    pub(super) cut: (u64, u64),
    replicas: Vec<Replica>,
    need: u32,
    limit: u32,
}

/// An outcome with how many attempts, of all replicas, it can take: each number between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) outcome: Outcome,
    pub(super) least: u64,
    pub(super) most: u64,
}

/// How one replica can end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Replica {
    /// However it likes.
    Free(Ends),
    /// A fake says how, after so many attempts.
    Given { outcome: Outcome, attempts: u64 },
}

/// How an attempt can end: for each outcome the simplest end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Ends {
    /// Not tried again.
    last: Vec<(Outcome, FakeOutcome)>,
    /// Tried again, while there are attempts left.
    again: Vec<(Outcome, FakeOutcome)>,
}

/// All ends that the attempts of a substage can tell apart, simplest first: success, a code that nobody lists, each that somebody
/// lists, timed out, lost.
pub(super) fn ends(substage: &Substage) -> Vec<FakeOutcome> {
    let retried = substage.retry.on.iter().filter_map(|on| if let RetryOn::Exit(code) = on { Some(*code) } else { None });
    let listed: BTreeSet<u8> =
        substage.exit_codes.iter().map(|(code, _)| *code).chain(retried).filter(|code| *code > 0).collect();
    let unlisted = (1..=u8::MAX).find(|code| !listed.contains(code)).map(FakeOutcome::Exit);
    let listed = listed.iter().map(|code| FakeOutcome::Exit(*code));
    let mut ends = vec![FakeOutcome::Succeeded];
    ends.extend(unlisted.into_iter().chain(listed).chain([FakeOutcome::TimedOut, FakeOutcome::Lost]));
    ends
}

/// What an end is to a substage's attempt of this number: its outcome, and the wait before the next attempt if there is one.
pub(super) fn judged(substage: &Substage, end: FakeOutcome, attempt: u32) -> (Outcome, Option<i64>) {
    let Ended { outcome, code, .. } = attempt::end(substage, Attempt { end: exit(end), takes: Duration(0) });
    (outcome, attempt::back_off(&substage.retry, attempt, outcome, code))
}

/// How an attempt ends that is faked so.
pub(super) fn exit(end: FakeOutcome) -> End {
    match end {
        FakeOutcome::Exit(code) => End::Exit(code),
        FakeOutcome::TimedOut => End::TimedOut,
        FakeOutcome::Lost => End::Lost,
        FakeOutcome::Succeeded | FakeOutcome::Cached => End::Exit(0),
    }
}

/// How many lists of ends the attempts of one replica can have.
pub(super) fn sequences(substage: &Substage) -> Count {
    let ends = ends(substage);
    let again = ends.iter().filter(|end| judged(substage, **end, 1).1.is_some()).count() as u32;
    Count::sequences(ends.len() as u32 - again, again, substage.retry.limit)
}

impl Ends {
    fn of(substage: &Substage) -> Self {
        let mut found = Self::default();
        for end in ends(substage) {
            let (outcome, wait) = judged(substage, end, 1);
            let known = if wait.is_some() { &mut found.again } else { &mut found.last };
            if known.iter().all(|(other, _)| *other != outcome) {
                known.push((outcome, end));
            }
        }
        found
    }

    /// The attempts that a replica with this outcome can have had, if it can have it.
    fn attempts(&self, outcome: Outcome, limit: u32) -> Option<(u64, u64)> {
        let has = |ends: &[(Outcome, FakeOutcome)]| ends.iter().any(|(known, _)| *known == outcome);
        let most = self.most(limit);
        if has(&self.last) { Some((1, most)) } else { has(&self.again).then_some((most, most)) }
    }

    fn most(&self, limit: u32) -> u64 {
        if self.again.is_empty() { 1 } else { u64::from(limit) + 1 }
    }

    /// The simplest ends that make this outcome after this many attempts.
    fn written(&self, outcome: Outcome, attempts: u64, limit: u32) -> Option<Vec<FakeOutcome>> {
        let find = |ends: &[(Outcome, FakeOutcome)]| ends.iter().find(|(known, _)| *known == outcome).map(|(_, end)| *end);
        let is_full = attempts == u64::from(limit) + 1;
        let last = find(&self.last).or_else(|| if is_full { find(&self.again) } else { None })?;
        let again = self.again.first().map(|(_, end)| *end);
        let mut written: Vec<FakeOutcome> = again.into_iter().cycle().take(attempts as usize - 1).collect();
        written.push(last);
        // The last one repeats.
        while let [.., before, last] = written[..]
            && before == last
        {
            written.pop();
        }
        Some(written)
    }
}

impl Ways {
    /// `given`: what a fake says of a replica, counted from 1.
    pub(super) fn new<'f>(substage: &Substage, given: impl Fn(u32) -> Option<&'f [FakeOutcome]>) -> Self {
        let copies = dispatch(substage).copies;
        let limit = substage.retry.limit;
        let free = Ends::of(substage);
        let replicas: Vec<Replica> = (1..=copies)
            .map(|number| match given(number) {
                Some(fakes) => followed(substage, fakes),
                None => Replica::Free(free.clone()),
            })
            .collect();
        let mut ways = Self { all: Vec::new(), cut: (u64::from(copies), 0), replicas, need: dispatch(substage).need, limit };
        ways.cut.1 = ways.replicas.iter().map(|replica| replica.most(limit)).sum();
        if substage.dispatch.is_some() {
            ways.dispatched();
        } else {
            ways.plain();
        }
        ways
    }

    fn plain(&mut self) {
        let outcomes = [Outcome::Succeeded, Outcome::Unstable, Outcome::Failed, Outcome::TimedOut, Outcome::Lost];
        for outcome in outcomes {
            if let Some((least, most)) = self.replicas[0].attempts(|known| known == outcome, self.limit) {
                self.all.push(Way { outcome, least, most });
            }
        }
    }

    /// A dispatch passes or fails by how its replicas do, whatever the order; which of them are the first to pass, and how far the
    /// others come, time decides.
    fn dispatched(&mut self) {
        let copies = self.replicas.len();
        let need = self.need as usize;
        let least = |wanted: &dyn Fn(Outcome) -> bool, count: usize| {
            let mut attempts: Vec<u64> =
                self.replicas.iter().filter_map(|replica| replica.attempts(wanted, self.limit)).map(|(least, _)| least).collect();
            attempts.sort_unstable();
            // The others make one attempt at least: all start together.
            (attempts.len() >= count).then(|| attempts[..count].iter().sum::<u64>() + (copies - count) as u64)
        };
        let succeeded = least(&|outcome| outcome == Outcome::Succeeded, need);
        let is_unstable = least(&|outcome| outcome == Outcome::Unstable, 1).is_some();
        let unstable = least(&Outcome::passes, need).filter(|_| is_unstable);
        let failed = least(&Outcome::is_failure, copies - need + 1);
        let ways = [(Outcome::Succeeded, succeeded), (Outcome::Unstable, unstable), (Outcome::Failed, failed)];
        let most = self.cut.1;
        self.all = ways.iter().filter_map(|(outcome, least)| least.map(|least| Way { outcome: *outcome, least, most })).collect();
    }

    /// Whether it is the way in which nothing is faked.
    pub(super) fn is_default(&self, outcome: Outcome, attempts: u64) -> bool {
        self.is_given() || outcome == Outcome::Succeeded && attempts == self.replicas.len() as u64
    }

    fn is_given(&self) -> bool {
        self.replicas.iter().all(|replica| replica.free().is_none())
    }

    /// Among the numbers of attempts of a way, the simplest that is not `other`.
    pub(super) fn attempts_but(&self, way: Way, other: u64) -> Option<u64> {
        let copies = self.replicas.len() as u64;
        // All replicas alike come first: one fake says it.
        let alike = (1..=u64::from(self.limit) + 1).take(3).map(|each| each * copies);
        let any = way.least..=way.most.min(way.least.saturating_add(1));
        alike.chain(any).find(|count| (way.least..=way.most).contains(count) && *count != other)
    }

    /// Fakes for the replicas that are free, or one for all, that make it end so after about so many attempts.
    pub(super) fn fakes(&self, outcome: Outcome, attempts: u64) -> Vec<ReplicaFake> {
        let copies = self.replicas.len() as u64;
        // A dispatch only fails; what its replicas do is free.
        let is_wanted = |known: Outcome| known == outcome || copies > 1 && known.is_failure() && outcome.is_failure();
        let mut fakes = Vec::new();
        for (number, ends, share) in self.shares(attempts) {
            let outcomes = ends.last.iter().chain(&ends.again).map(|(known, _)| *known);
            let written = outcomes.filter(|known| is_wanted(*known)).find_map(|known| {
                let (least, most) = ends.attempts(known, self.limit)?;
                ends.written(known, share.clamp(least, most), self.limit)
            });
            fakes.extend(written.map(|written| (Some(number), written)));
        }
        alike(fakes)
    }

    /// Fakes that let it be tried again until it has begun this many attempts.
    pub(super) fn fakes_of_cut(&self, attempts: u64) -> Vec<ReplicaFake> {
        let fakes = self.shares(attempts).map(|(number, ends, share)| {
            let again = ends.again.first().map(|(_, end)| *end);
            let before = again.into_iter().cycle().take(share as usize - 1);
            (Some(number), before.chain([FakeOutcome::Succeeded]).collect())
        });
        alike(fakes.collect())
    }

    /// The replicas that are free, and how many of so many attempts each of them makes: at least one, and all about as many.
    fn shares(&self, attempts: u64) -> impl Iterator<Item = (u32, &Ends, u64)> {
        let given = self.replicas.iter().filter(|replica| replica.free().is_none()).map(|replica| replica.most(self.limit));
        let mut rest = attempts.saturating_sub(given.sum());
        let free: Vec<_> = (1..).zip(&self.replicas).filter_map(|(number, replica)| Some((number, replica.free()?))).collect();
        (1..=free.len() as u64).rev().zip(free).map(move |(left, (number, ends))| {
            let share = rest.div_ceil(left).max(1);
            rest = rest.saturating_sub(share);
            (number, ends, share)
        })
    }
}

/// A replica, or all of them, and how its attempts end.
pub(super) type ReplicaFake = (Option<u32>, Vec<FakeOutcome>);

/// One fake for all replicas that are free where each of these has the same.
fn alike(fakes: Vec<ReplicaFake>) -> Vec<ReplicaFake> {
    match fakes.first() {
        Some((_, first)) if fakes.iter().all(|(_, other)| other == first) => vec![(None, first.clone())],
        _ => fakes,
    }
}

impl Replica {
    fn free(&self) -> Option<&Ends> {
        if let Self::Free(ends) = self { Some(ends) } else { None }
    }

    /// The attempts that it can have had where its outcome is one of these.
    fn attempts(&self, wanted: impl Fn(Outcome) -> bool, limit: u32) -> Option<(u64, u64)> {
        match self {
            Self::Given { outcome, attempts } => wanted(*outcome).then_some((*attempts, *attempts)),
            Self::Free(ends) => {
                let outcomes =
                    ends.last.iter().chain(&ends.again).map(|(outcome, _)| *outcome).filter(|outcome| wanted(*outcome));
                let ranges = outcomes.filter_map(|outcome| ends.attempts(outcome, limit));
                ranges.reduce(|(least, most), (other_least, other_most)| (least.min(other_least), most.max(other_most)))
            }
        }
    }

    fn most(&self, limit: u32) -> u64 {
        match self {
            Self::Free(ends) => ends.most(limit),
            Self::Given { attempts, .. } => *attempts,
        }
    }
}

/// What comes of fakes, attempt by attempt, the last one for all further.
fn followed(substage: &Substage, fakes: &[FakeOutcome]) -> Replica {
    let mut known = None;
    for (attempt, end) in (1..).zip(fakes) {
        let (outcome, wait) = judged(substage, *end, attempt);
        if wait.is_none() {
            return Replica::Given { outcome, attempts: u64::from(attempt) };
        }
        known = Some(outcome);
    }
    // The last one is tried again, to the limit.
    Replica::Given { outcome: known.unwrap_or(Outcome::Succeeded), attempts: u64::from(substage.retry.limit) + 1 }
}
