//! Cases by chance. Times are drawn from few values, so that ends, timeouts, back-offs and deadlines often meet.

use std::time::Duration;

use fastrand::Rng;

use crate::features::Features;
use crate::model::{Class, Dispatch, Need, OnError, Planned, Priority, Retry, RetryOn, Settings, Sketch, Stage, Substage, When};
use crate::outcomes::{Attempt, End, Outcomes, SubstageOutcomes};

/// Names need not be English.
const STAGES: [&str; 4] = ["build", "test", "部署", "report"];
const SUBSTAGES: [&str; 4] = ["a", "b", "丙", "d"];
const LOCKS: [&str; 2] = ["board", "licence"];
/// Exit codes of failures; some of them have a meaning elsewhere: killed, terminated.
const CODES: [u8; 5] = [1, 2, 80, 137, 143];

impl Sketch {
    pub(crate) fn draw(rng: &mut Rng, features: &Features) -> Self {
        let features = features.some(rng);
        Draw { rng, features: &features }.sketch()
    }
}

impl Outcomes {
    pub(crate) fn draw(sketch: &Sketch, rng: &mut Rng, features: &Features) -> Self {
        let mut draw = Draw { rng, features };
        // Of eight attempts, how many do not succeed: a run that fails early never meets what comes later.
        let bad = draw.pick(&[1, 2, 3, 6]);
        Self { substages: sketch.planned().map(|planned| (planned.path(), draw.outcomes(&planned, bad))).collect() }
    }
}

struct Draw<'d> {
    rng: &'d mut Rng,
    features: &'d Features,
}

impl Draw<'_> {
    /// One in so many.
    fn one_in(&mut self, count: u32) -> bool {
        self.rng.u32(..count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// A multiple of the unit, both ends included.
    fn time(&mut self, least: u32, most: u32) -> Duration {
        self.features.unit * self.rng.u32(least..=most)
    }

    fn sketch(&mut self) -> Sketch {
        let mut sketch = Sketch {
            settings: self.settings(6),
            parallel: self.parallel(6),
            deadline: (self.features.pipeline_deadline && self.one_in(2)).then(|| self.time(1, 14)),
            stages: Vec::new(),
        };
        let count = self.rng.usize(1..=self.features.stages.clamp(1, STAGES.len()));
        for name in &STAGES[..count] {
            let stage = self.stage(name, &sketch.stages);
            sketch.stages.push(stage);
        }
        sketch
    }

    fn stage(&mut self, name: &str, earlier: &[Stage]) -> Stage {
        let when = (self.features.conditions && !earlier.is_empty() && self.one_in(2)).then(|| self.when(earlier, 2));
        let mut stage = Stage {
            name: name.to_owned(),
            present: self.is_present(),
            settings: self.settings(5),
            parallel: self.parallel(2),
            deadline: (self.features.stage_deadline && self.one_in(2)).then(|| self.time(1, 8)),
            when,
            substages: Vec::new(),
        };
        let is_empty = self.features.absent && self.one_in(8);
        let count = if is_empty { 0 } else { self.rng.usize(1..=self.features.substages.clamp(1, SUBSTAGES.len())) };
        for name in &SUBSTAGES[..count] {
            let substage = self.substage(name);
            stage.substages.push(substage);
        }
        // Needs within a stage point either up or down, so that they never form a ring.
        let points_down = self.rng.bool();
        for at in 0..count {
            let siblings = if points_down { at + 1..count } else { 0..at };
            stage.substages[at].needs = self.needs(earlier, &stage, siblings);
        }
        stage
    }

    fn is_present(&mut self) -> bool {
        !(self.features.absent && self.one_in(8))
    }

    fn parallel(&mut self, odds: u32) -> Option<u32> {
        (self.features.parallel && self.one_in(odds)).then(|| self.rng.u32(1..=3))
    }

    /// Each attribute with odds of one in so many.
    fn settings(&mut self, odds: u32) -> Settings {
        let features = self.features;
        let on_error = [OnError::Ignore, OnError::Continue, OnError::Finish, OnError::Abort];
        let priorities = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
        Settings {
            on_error: (features.policies && self.one_in(odds.min(3))).then(|| self.pick(&on_error)),
            exit_codes: if features.exit_codes && self.one_in(odds.min(3)) { self.exit_codes() } else { Vec::new() },
            retry: (features.retry && self.one_in(odds.min(3))).then(|| self.retry()),
            timeout: (features.timeout && self.one_in(odds)).then(|| self.time(1, 4)),
            priority: (features.priority && self.one_in(odds.min(3))).then(|| self.pick(&priorities)),
        }
    }

    fn exit_codes(&mut self) -> Vec<(u8, Class)> {
        let classes = [Class::Unstable, Class::Unstable, Class::Failed, Class::Lost];
        let codes: Vec<u8> = CODES.into_iter().filter(|_| self.rng.bool()).collect();
        codes.into_iter().map(|code| (code, self.pick(&classes))).collect()
    }

    fn retry(&mut self) -> Retry {
        let factors: &[f64] = if self.features.odd_times { &[1.0, 1.5, 2.0, 3.0] } else { &[1.0, 2.0, 3.0] };
        Retry {
            limit: (!self.one_in(8)).then(|| self.rng.u32(0..=3)),
            on: self.one_in(2).then(|| self.retry_on()),
            delay: self.one_in(2).then(|| self.time(0, 3)),
            factor: self.one_in(2).then(|| self.pick(factors)),
            max_delay: self.one_in(3).then(|| self.time(0, 4)),
        }
    }

    fn retry_on(&mut self) -> Vec<RetryOn> {
        let words = [RetryOn::Failed, RetryOn::TimedOut, RetryOn::Lost, RetryOn::Unstable];
        let mut on: Vec<RetryOn> = words.into_iter().filter(|_| self.one_in(3)).collect();
        on.extend(CODES.into_iter().filter(|_| self.one_in(5)).map(RetryOn::Exit));
        // A success can be tried again, too.
        if self.one_in(12) {
            on.push(RetryOn::Exit(0));
        }
        on
    }

    fn when(&mut self, earlier: &[Stage], depth: u32) -> When {
        let stage = |draw: &mut Self| earlier[draw.rng.usize(..earlier.len())].name.clone();
        match self.rng.u32(..if depth == 0 { 7 } else { 10 }) {
            0 => When::Always,
            1 => When::Succeeded,
            2 => When::Failed,
            3 | 4 => When::StageSucceeded(stage(self)),
            5 | 6 => When::StageFailed(stage(self)),
            7 => When::Not(Box::new(self.when(earlier, depth - 1))),
            8 => When::And(Box::new(self.when(earlier, depth - 1)), Box::new(self.when(earlier, depth - 1))),
            _ => When::Or(Box::new(self.when(earlier, depth - 1)), Box::new(self.when(earlier, depth - 1))),
        }
    }

    fn substage(&mut self, name: &str) -> Substage {
        let dispatch = (self.features.dispatch && self.one_in(3)).then(|| {
            let copies = self.rng.u32(1..=4);
            Dispatch { copies, need: self.rng.u32(1..=copies) }
        });
        let is_sharded = self.features.shards && dispatch.is_none() && self.one_in(4);
        Substage {
            name: name.to_owned(),
            present: self.is_present(),
            settings: self.settings(4),
            needs: Vec::new(),
            locks: LOCKS.into_iter().filter(|_| self.features.locks && self.one_in(3)).map(str::to_owned).collect(),
            shards: if is_sharded { self.rng.u32(2..=3) } else { 1 },
            dispatch,
            cache: self.features.cache && self.one_in(3),
        }
    }

    /// At most two, of earlier stages and of these siblings.
    fn needs(&mut self, earlier: &[Stage], own: &Stage, siblings: std::ops::Range<usize>) -> Vec<Need> {
        let mut needs: Vec<Need> = Vec::new();
        if !self.features.needs {
            return needs;
        }
        for _ in 0..self.rng.usize(..=2) {
            let stage = earlier.get(self.rng.usize(..=earlier.len())).unwrap_or(own);
            let among = if stage.name == own.name { &own.substages[siblings.clone()] } else { &stage.substages[..] };
            if among.is_empty() {
                continue;
            }
            let substage = &among[self.rng.usize(..among.len())];
            let mut names = vec![substage.name.clone()];
            if substage.present && stage.present {
                names.extend(substage.names());
            }
            let name = names.swap_remove(self.rng.usize(..names.len()));
            if needs.iter().all(|need| (&need.stage, &need.substage) != (&stage.name, &name)) {
                let loads = self.features.loads && self.one_in(3);
                needs.push(Need { stage: stage.name.clone(), substage: name, loads });
            }
        }
        needs
    }

    fn outcomes(&mut self, planned: &Planned<'_>, bad: u32) -> SubstageOutcomes {
        let cached = planned.substage.cache && self.one_in(3);
        let count = |draw: &mut Self| draw.rng.u32(1..=planned.attempts);
        let replicas = (0..planned.copies).map(|_| (0..count(self)).map(|_| self.attempt(planned, bad)).collect()).collect();
        SubstageOutcomes { cached, replicas }
    }

    fn attempt(&mut self, planned: &Planned<'_>, bad: u32) -> Attempt {
        let is_bad = self.rng.u32(..8) < bad;
        let may_time_out = planned.timeout.is_some() || self.features.odd_times;
        let end = match self.rng.u32(..6) {
            _ if !is_bad => End::Exit(0),
            0 if may_time_out => End::TimedOut,
            1 if self.features.lost => End::Lost,
            _ => End::Exit(self.pick(&CODES)),
        };
        let takes = match planned.timeout {
            Some(timeout) if self.one_in(6) => timeout,
            _ => self.time(if self.features.odd_times { 0 } else { 1 }, 5),
        };
        Attempt { end, takes }
    }
}
