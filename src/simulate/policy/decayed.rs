//! Decayed fair share: who had less lately comes first, as in Slurm's classic form; age and priority count as well.

use std::collections::HashMap;

use super::parts::key;
use super::{Item, Order, Settings};

/// Classes of priority below the most urgent.
const LOWEST: f64 = 4.0;

/// What a user had and has.
#[derive(Clone, Copy, Debug, Default)]
struct User {
    /// Executor time, as it counted at some time.
    used: f64,
    at: i64,
    /// Executors that it has, and the sum over them of when it got them, as it has weighed since then.
    has: f64,
    weight: f64,
    /// The factor when it was last computed.
    factor: f64,
}

pub struct Decayed {
    users: HashMap<u32, User>,
    settings: Settings,
    /// When factors were computed.
    computed: Option<i64>,
}

impl Decayed {
    pub fn new(settings: &Settings) -> Self {
        Self { users: HashMap::new(), settings: settings.clone(), computed: None }
    }

    /// A user of this weight shows up.
    pub fn know(&mut self, user: u32, weight: f64) {
        self.users.entry(user).or_insert(User { weight, factor: 1.0, ..User::default() }).weight = weight;
    }

    /// A user has so many executors more from now on, or fewer.
    pub fn hold(&mut self, user: u32, executors: f64, now: i64) {
        let half_life = self.settings.half_life;
        let known = self.users.entry(user).or_default();
        *known = User { used: known.used_by(now, half_life), at: now, has: known.has + executors, ..*known };
    }

    /// Of each user, from 0 to 1: 1 for who had nothing, one half for who had its share of all that was had.
    pub fn factors(&self, now: i64) -> Vec<(u32, f64)> {
        let used = |user: &User| user.used_by(now, self.settings.half_life);
        let mut all: Vec<(u32, &User)> = self.users.iter().map(|(number, user)| (*number, user)).collect();
        // In an order of their own, sums would differ from run to run.
        all.sort_unstable_by_key(|(number, _)| *number);
        let sum: f64 = all.iter().map(|(_, user)| used(user)).sum();
        let weights: f64 = all.iter().map(|(_, user)| user.weight).sum();
        let factor = |user: &User| if sum > 0.0 { (-(used(user) / sum) / (user.weight / weights)).exp2() } else { 1.0 };
        all.into_iter().map(|(number, user)| (number, factor(user))).collect()
    }
}

impl User {
    /// What it had counts half after each half-life, what it has as well.
    fn used_by(&self, now: i64, half_life: i64) -> f64 {
        let passed = (now - self.at) as f64;
        let rate = std::f64::consts::LN_2 / half_life as f64;
        let kept = (-rate * passed).exp();
        self.used * kept + self.has * (1.0 - kept) / rate
    }
}

impl Order for Decayed {
    fn enter(&mut self, item: &Item, _: i64) -> u64 {
        let weight = self.settings.weight(item.queue);
        self.know(item.user, weight);
        0
    }

    fn standing(&mut self, item: &Item, _: u64, since: i64, now: i64) -> u128 {
        if self.computed.is_none_or(|at| now - at >= self.settings.every) {
            self.computed = Some(now);
            let factors = self.factors(now);
            factors.into_iter().for_each(|(user, factor)| self.users.entry(user).or_default().factor = factor);
        }
        let Settings { share, age, urgency, max_age, .. } = &self.settings;
        let factor = self.users.get(&item.user).map_or(1.0, |user| user.factor);
        let waited = ((now - since) as f64 / *max_age as f64).min(1.0);
        let urgent = 1.0 - f64::from(item.priority.clamp(1, 5) - 1) / LOWEST;
        key(share + age + urgency - (share * factor + age * waited + urgency * urgent)).into()
    }

    fn start(&mut self, item: &Item, _: u64, now: i64) {
        self.hold(item.user, item.width.into(), now);
    }

    fn end(&mut self, item: &Item, _: i64, now: i64) {
        self.hold(item.user, -f64::from(item.width), now);
    }
}
