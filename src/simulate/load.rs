//! A load: when runs arrive, whose they are, how long attempts take and how often they go wrong.

use super::chance::Chance;
use super::cluster::Controller;
use super::policy::Policy;
use super::trace::TraceSource;
use crate::base::Duration;
use crate::machine::reliability::Odds;
use crate::plan::Priority;

/// Milliseconds in an hour and in a day.
pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// What happens to a cluster, the same for every policy.
#[derive(Clone, Debug)]
pub struct Load {
    /// Of the first week.
    pub seed: u64,
    /// For how long runs and jobs arrive; none: as long as the log has jobs.
    pub length: Option<Duration>,
    pub sources: Vec<Source>,
    pub odds: Odds,
    /// The standard deviation of an attempt's duration, as a part of its mean.
    pub spread: f64,
    /// An attempt that takes this long on average is a big one.
    pub big: Duration,
    /// What happens to Jenkins itself.
    pub controller: Controller,
    /// A log whose jobs arrive beside the runs.
    pub trace: Option<TraceSource>,
    /// Policies that the load names.
    pub policies: Vec<Policy>,
}

/// Runs of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub name: String,
    /// Runs in an hour, for each hour of a day or of a week, or one number for all.
    pub per_hour: Vec<f64>,
    /// Times of day, from midnight, at which one arrives every day.
    pub daily: Vec<Duration>,
    /// Whose runs they are: the first of them has the most, the second half as many, the third a third, and so on.
    pub users: u32,
    /// None: each substage's own.
    pub priority: Option<Priority>,
    /// No two of them run at once.
    pub is_alone: bool,
    /// One that arrives while another waits for its start is that one.
    pub folds: bool,
}

/// One run that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrival {
    /// Milliseconds from the start, which is midnight.
    pub(super) at: i64,
    pub(super) source: u16,
    pub(super) user: u32,
}

/// Most runs that are simulated.
pub(super) const MOST_RUNS: usize = 1_000_000;

impl Load {
    /// The policy of a name: one that the load has, or a combination of words. The error says why it is none.
    pub fn policy(&self, name: &str) -> Result<Policy, String> {
        let own = self.policies.iter().find(|policy| policy.name == name);
        own.map_or_else(|| Policy::parse(name), |own| Ok(own.clone()))
    }

    /// How many users the runs have.
    pub(super) fn users(&self) -> u32 {
        self.sources.iter().map(|source| source.users).sum()
    }

    /// All runs that arrive with this seed, in order. None if there are more than can be simulated.
    pub(super) fn arrivals(&self, seed: u64) -> Option<Vec<Arrival>> {
        let mut arrivals = Vec::new();
        let length = self.length.unwrap_or_default().0;
        let mut first_user = 0;
        for (number, source) in (0..).zip(&self.sources) {
            let chance = Chance::new(seed).at(number.into());
            let users = Users::new(first_user, source.users);
            first_user += source.users;
            let mut add = |at: i64, count: usize| {
                let user = users.pick(chance.at(1).at(count as u64));
                arrivals.push(Arrival { at, source: number, user });
                arrivals.len() <= MOST_RUNS
            };
            for (count, at) in source.times(length, chance.at(0)).enumerate() {
                if !add(at, count) {
                    return None;
                }
            }
        }
        arrivals.sort_unstable();
        Some(arrivals)
    }
}

impl Source {
    /// When runs arrive, in no order.
    fn times(&self, length: i64, chance: Chance) -> impl Iterator<Item = i64> + '_ {
        let daily =
            self.daily.iter().flat_map(move |time| (0..).map(|day| day * DAY + time.0).take_while(move |at| *at < length));
        // A Poisson process at the highest rate, thinned to the rate of each hour.
        let highest = self.per_hour.iter().copied().fold(0.0, f64::max);
        let mut at = 0.0;
        let candidates = (0_u64..).map_while(move |number| {
            at += chance.at(number).at(0).exponential() / highest * HOUR as f64;
            // At a rate of 0 the first one never comes.
            (at < length as f64).then_some((number, at as i64))
        });
        let kept = candidates.filter(move |(number, at)| {
            let hour = (at / HOUR) as usize % self.per_hour.len();
            chance.at(*number).at(1).uniform() < self.per_hour[hour] / highest
        });
        daily.chain(kept.map(|(_, at)| at))
    }
}

/// Users of whom the k-th has 1/k as many runs as the first.
struct Users {
    first: u32,
    /// By user: the share of it and all before it.
    shares: Vec<f64>,
}

impl Users {
    fn new(first: u32, count: u32) -> Self {
        let mut sum = 0.0;
        let mut shares: Vec<f64> = (1..=count.max(1))
            .map(|rank| {
                sum += 1.0 / f64::from(rank);
                sum
            })
            .collect();
        shares.iter_mut().for_each(|share| *share /= sum);
        Self { first, shares }
    }

    fn pick(&self, chance: Chance) -> u32 {
        let share = chance.uniform();
        self.first + self.shares.partition_point(|known| *known < share).min(self.shares.len() - 1) as u32
    }
}
