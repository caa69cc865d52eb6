//! How long something will take, by what the same took before.

use std::collections::VecDeque;

use super::metrics::quantile;
use super::policy::Predicts;
use super::work::Ticket;
use crate::machine::Outcome;

/// Most attempts that a quantile is taken of.
const KEPT: usize = 100;
/// How many builds Jenkins looks at, and of how many it takes the mean.
const LOOKED_AT: u64 = 6;
const AVERAGED: usize = 3;

/// What is known of one substage, or of the jobs of one name in a log. Times are milliseconds.
#[derive(Debug)]
pub struct History(Known);

#[derive(Debug)]
enum Known {
    /// What the last two took, 0 where there was none.
    Two([i64; 2]),
    Builds(Builds),
    /// Oldest first.
    Last(f64, VecDeque<i64>),
}

/// Builds as Jenkins knows them: by number, in the order in which they began.
#[derive(Debug, Default)]
struct Builds {
    begun: u64,
    running: Vec<(Ticket, u64)>,
    /// Of the last ones, newest last: the number, and what it took where it is over and was not cut short; whether it passed.
    recent: VecDeque<(u64, Option<(i64, bool)>)>,
    /// The newest that passed.
    passed: Option<(u64, i64)>,
}

impl History {
    pub fn new(predicts: Predicts) -> Self {
        Self(match predicts {
            Predicts::LastTwo => Known::Two([0; 2]),
            Predicts::Jenkins => Known::Builds(Builds::default()),
            Predicts::Quantile(share) => Known::Last(share, VecDeque::new()),
        })
    }

    /// An attempt begins.
    pub fn begin(&mut self, ticket: Ticket) {
        if let Known::Builds(builds) = &mut self.0 {
            builds.begin(ticket);
        }
    }

    /// An attempt that began is over.
    pub fn end(&mut self, ticket: Ticket, took: i64, outcome: Outcome) {
        match &mut self.0 {
            Known::Two(last) => *last = [took, last[0]],
            Known::Builds(builds) => builds.end(ticket, took, outcome),
            Known::Last(_, last) => {
                last.push_back(took);
                if last.len() > KEPT {
                    last.pop_front();
                }
            }
        }
    }

    /// How long the next will probably take; 0 where nothing is known.
    pub fn estimate(&self) -> i64 {
        match &self.0 {
            Known::Two([last, 0]) => *last,
            Known::Two([last, before]) => last.midpoint(*before),
            Known::Builds(builds) => builds.estimate(),
            Known::Last(share, last) => {
                let mut ascending: Vec<i64> = last.iter().copied().collect();
                ascending.sort_unstable();
                quantile(&ascending, *share)
            }
        }
    }
}

impl Builds {
    fn begin(&mut self, ticket: Ticket) {
        self.begun += 1;
        // One that begins anew is another; of the one before nothing comes any more.
        self.running.retain(|(running, _)| *running != ticket);
        self.running.push((ticket, self.begun));
        self.recent.push_back((self.begun, None));
        while self.recent.front().is_some_and(|(number, _)| number + LOOKED_AT <= self.begun) {
            self.recent.pop_front();
        }
    }

    fn end(&mut self, ticket: Ticket, took: i64, outcome: Outcome) {
        let Some(at) = self.running.iter().position(|(running, _)| *running == ticket) else { return };
        let (_, number) = self.running.swap_remove(at);
        // What is cut short is aborted to Jenkins, and is none that it goes by.
        let is_complete = outcome.passes() || outcome == Outcome::Failed;
        if outcome.passes() && self.passed.is_none_or(|(last, _)| last < number) {
            self.passed = Some((number, took));
        }
        if let Some(build) = self.recent.iter_mut().find(|(known, _)| *known == number) {
            build.1 = is_complete.then_some((took, outcome.passes()));
        }
    }

    /// The mean of the newest that passed, of others among the last six that did, and of those that failed where these are too few.
    fn estimate(&self) -> i64 {
        let newest = self.passed.map(|(number, _)| number);
        let others = || self.recent.iter().rev().filter(|(number, _)| Some(*number) != newest).filter_map(|(_, took)| *took);
        let passed = others().filter(|(_, has_passed)| *has_passed);
        let failed = others().filter(|(_, has_passed)| !*has_passed);
        let found: Vec<i64> =
            self.passed.map(|(_, took)| took).into_iter().chain(passed.chain(failed).map(|(took, _)| took)).collect();
        let found = &found[..found.len().min(AVERAGED)];
        if found.is_empty() { 0 } else { (found.iter().sum::<i64>() as f64 / found.len() as f64).round() as i64 }
    }
}
