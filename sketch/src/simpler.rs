//! What is a little simpler than a case: to find the smallest one that still shows a defect.

use std::time::Duration;

use crate::Case;
use crate::model::{Settings, Sketch, Substage, When};
use crate::outcomes::{Attempt, End, SubstageOutcomes};

impl Case {
    /// Cases with one thing less, the largest things first. Each is strictly simpler, so that to go on from one of them comes to an
    /// end. Whatever named a thing that is gone is gone with it.
    pub fn simpler(&self) -> Vec<Case> {
        let mut found = Simpler { of: self, cases: Vec::new() };
        found.without_stages();
        found.without_substages();
        found.with_less_around_stages();
        found.with_less_in_substages();
        found.with_plainer_outcomes();
        found.cases
    }

    /// Drops needs, conditions and outcomes of what is no longer there.
    fn mend(&mut self) {
        let before = self.sketch.clone();
        for (at, stage) in self.sketch.stages.iter_mut().enumerate() {
            let is_earlier = |name: &str| before.stages[..at].iter().any(|stage| stage.name == name);
            stage.when.take_if(|when| !when.stages().iter().all(|name| is_earlier(name)));
            for substage in &mut stage.substages {
                substage.needs.retain(|need| before.declares(&need.stage, &need.substage));
            }
        }
        let paths: Vec<String> = self.sketch.planned().map(|planned| planned.path()).collect();
        self.outcomes.substages.retain(|path, _| paths.contains(path));
    }
}

/// The simplest case that still fails, by one step after the other.
pub fn shrink(case: Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case;
    while let Some(next) = smallest.simpler().into_iter().find(&fails) {
        smallest = next;
    }
    smallest
}

impl Sketch {
    fn declares(&self, stage: &str, name: &str) -> bool {
        let substages = self.stages.iter().filter(|other| other.name == stage).flat_map(|stage| &stage.substages);
        substages.into_iter().any(|substage| substage.name == name || substage.names().iter().any(|shard| shard == name))
    }
}

struct Simpler<'c> {
    of: &'c Case,
    cases: Vec<Case>,
}

impl Simpler<'_> {
    /// Adds the case with a change, if it changes anything.
    fn try_with(&mut self, change: impl FnOnce(&mut Case)) {
        let mut case = self.of.clone();
        change(&mut case);
        case.mend();
        if case != *self.of {
            self.cases.push(case);
        }
    }

    fn without_stages(&mut self) {
        for at in 0..self.of.sketch.stages.len() {
            self.try_with(|case| drop(case.sketch.stages.remove(at)));
        }
    }

    fn without_substages(&mut self) {
        for (stage, at) in self.places() {
            self.try_with(|case| drop(case.sketch.stages[stage].substages.remove(at)));
        }
    }

    /// Every substage by the index of its stage and its own.
    fn places(&self) -> Vec<(usize, usize)> {
        let stages = self.of.sketch.stages.iter().enumerate();
        stages.flat_map(|(stage, written)| (0..written.substages.len()).map(move |at| (stage, at))).collect()
    }

    fn with_less_around_stages(&mut self) {
        self.try_with(|case| case.sketch.deadline = None);
        self.try_with(|case| case.sketch.parallel = None);
        self.with_less_set(|sketch| &mut sketch.settings);
        for at in 0..self.of.sketch.stages.len() {
            self.try_with(|case| case.sketch.stages[at].present = true);
            self.try_with(|case| case.sketch.stages[at].deadline = None);
            self.try_with(|case| case.sketch.stages[at].parallel = None);
            self.try_with(|case| case.sketch.stages[at].when = None);
            for part in self.of.sketch.stages[at].when.iter().flat_map(parts) {
                self.try_with(|case| case.sketch.stages[at].when = Some(part));
            }
            self.with_less_set(|sketch| &mut sketch.stages[at].settings);
        }
    }

    fn with_less_set(&mut self, settings: impl Fn(&mut Sketch) -> &mut Settings) {
        self.try_with(|case| *settings(&mut case.sketch) = Settings::default());
        self.try_with(|case| settings(&mut case.sketch).on_error = None);
        self.try_with(|case| settings(&mut case.sketch).timeout = None);
        self.try_with(|case| settings(&mut case.sketch).priority = None);
        self.try_with(|case| settings(&mut case.sketch).exit_codes.clear());
        self.try_with(|case| {
            settings(&mut case.sketch).exit_codes.pop();
        });
        self.try_with(|case| settings(&mut case.sketch).retry = None);
        let mut with_less_retried = |change: fn(&mut crate::Retry)| {
            self.try_with(|case| {
                settings(&mut case.sketch).retry.iter_mut().for_each(change);
            });
        };
        with_less_retried(|retry| retry.on = None);
        with_less_retried(|retry| {
            retry.on.iter_mut().for_each(|on| on.truncate(on.len().saturating_sub(1)));
        });
        with_less_retried(|retry| retry.delay = None);
        with_less_retried(|retry| retry.factor = None);
        with_less_retried(|retry| retry.max_delay = None);
        with_less_retried(|retry| retry.limit = retry.limit.map(|limit| limit.saturating_sub(1)));
    }

    fn with_less_in_substages(&mut self) {
        for (stage, at) in self.places() {
            let mut try_on = |change: fn(&mut Substage)| {
                self.try_with(|case| change(&mut case.sketch.stages[stage].substages[at]));
            };
            try_on(|substage| substage.present = true);
            try_on(|substage| substage.shards = 1);
            try_on(|substage| substage.dispatch = None);
            try_on(|substage| {
                if let Some(dispatch) = &mut substage.dispatch {
                    dispatch.copies = (dispatch.copies - 1).max(1);
                    dispatch.need = dispatch.need.min(dispatch.copies);
                }
            });
            try_on(|substage| substage.cache = false);
            try_on(|substage| substage.needs.clear());
            try_on(|substage| drop(substage.needs.pop()));
            try_on(|substage| substage.needs.iter_mut().for_each(|need| need.loads = false));
            try_on(|substage| substage.locks.clear());
            try_on(|substage| drop(substage.locks.pop()));
            self.with_less_set(|sketch| &mut sketch.stages[stage].substages[at].settings);
        }
    }

    fn with_plainer_outcomes(&mut self) {
        for (path, outcomes) in &self.of.outcomes.substages {
            self.try_with(|case| drop(case.outcomes.substages.remove(path)));
            for plainer in plainer(outcomes) {
                self.try_with(|case| drop(case.outcomes.substages.insert(path.clone(), plainer)));
            }
        }
    }
}

/// The conditions that it is made of.
fn parts(when: &When) -> Vec<When> {
    match when {
        When::Not(inner) => vec![When::clone(inner)],
        When::And(left, right) | When::Or(left, right) => vec![When::clone(left), When::clone(right)],
        _ => Vec::new(),
    }
}

fn plainer(outcomes: &SubstageOutcomes) -> Vec<SubstageOutcomes> {
    let mut found = Vec::new();
    let mut try_with = |change: &dyn Fn(&mut SubstageOutcomes)| {
        let mut plainer = outcomes.clone();
        change(&mut plainer);
        if plainer != *outcomes {
            found.push(plainer);
        }
    };
    try_with(&|plainer| plainer.cached = false);
    try_with(&|plainer| {
        if plainer.replicas.len() > 1 {
            plainer.replicas.pop();
        }
    });
    for (replica, attempts) in outcomes.replicas.iter().enumerate() {
        if attempts.len() > 1 {
            try_with(&|plainer| plainer.replicas[replica].truncate(attempts.len() - 1));
        }
        for (at, attempt) in attempts.iter().enumerate() {
            for change in plainer_attempts(*attempt) {
                try_with(&|plainer| plainer.replicas[replica][at] = change);
            }
        }
    }
    found
}

/// Success before exit 1, exit 1 before all else; a second before all other times, then shorter ones.
fn plainer_attempts(attempt: Attempt) -> Vec<Attempt> {
    let Attempt { end, takes } = attempt;
    let ends: &[End] = match end {
        End::Exit(0) => &[],
        End::Exit(1) => &[End::Exit(0)],
        _ => &[End::Exit(0), End::Exit(1)],
    };
    let second = Duration::from_secs(1);
    let times = [second, takes.saturating_sub(second)].into_iter().filter(|shorter| (second..takes).contains(shorter));
    let ends = ends.iter().map(|end| Attempt { end: *end, takes });
    ends.chain(times.map(|takes| Attempt { end, takes })).collect()
}
