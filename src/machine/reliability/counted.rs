//! All runs, one by one: attempts are decided as the machine asks for them, and every decision is gone back to.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::super::{Attempt, Behaviour, Machine, Outcome, Reason, SubstageTrace, Trace};
use super::{Bounds, Odds, Reliability, Share};
use crate::plan::{OnError, Plan, SubstageRef};

/// One path through the tree of decisions: the machine asks in the same order as long as it hears the same answers.
struct Decisions<'o> {
    odds: &'o Odds,
    path: RefCell<Path>,
}

#[derive(Default)]
struct Path {
    /// For each attempt that could end otherwise: which end is taken, and of how many.
    taken: Vec<(usize, usize)>,
    /// Of these so many have been asked for.
    asked: usize,
    probability: f64,
}

impl Behaviour for Decisions<'_> {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, at: SubstageRef, _: u32, _: u32) -> Attempt {
        let ends = self.odds.ends(at);
        let takes = self.odds.duration(at);
        if let [(end, _)] = ends[..] {
            return Attempt { end, takes };
        }
        let mut path = self.path.borrow_mut();
        let asked = path.asked;
        path.asked += 1;
        if asked == path.taken.len() {
            path.taken.push((0, ends.len()));
        }
        let (end, probability) = ends[path.taken[asked].0];
        path.probability *= probability;
        Attempt { end, takes }
    }
}

impl Path {
    /// Goes on to the next path; whether there is one.
    fn advance(&mut self) -> bool {
        while let Some((taken, of)) = self.taken.pop() {
            if taken + 1 < of {
                self.taken.push((taken + 1, of));
                return true;
            }
        }
        false
    }
}

pub(super) fn count(plan: &Plan, odds: &Odds, most: usize) -> Option<Reliability> {
    let decisions = Decisions { odds, path: RefCell::default() };
    let mut machine = Machine::new(plan);
    let mut sums = Reliability {
        succeeded: Bounds::default(),
        unstable: Bounds::default(),
        failed: Bounds::default(),
        substages: plan.stages.iter().map(|stage| vec![Share::default(); stage.substages.len()]).collect(),
        doubts: BTreeSet::new(),
    };
    let mut looked_at = 0;
    loop {
        {
            let mut path = decisions.path.borrow_mut();
            path.asked = 0;
            path.probability = 1.0;
        }
        let trace = machine.run(&decisions);
        let mut path = decisions.path.borrow_mut();
        looked_at += sums.add(plan, trace, path.probability);
        if !path.advance() {
            return Some(sums);
        }
        if looked_at > most {
            return None;
        }
    }
}

impl Reliability {
    /// Adds a run with its probability; how many attempts it has, and substages without one.
    fn add(&mut self, plan: &Plan, trace: &Trace, probability: f64) -> usize {
        let outcome = match trace.outcome {
            Outcome::Failed => &mut self.failed,
            Outcome::Unstable => &mut self.unstable,
            _ => &mut self.succeeded,
        };
        outcome.add(Bounds::exactly(probability));
        let mut looked_at = 0;
        for ((stage, traced), shares) in plan.stages.iter().zip(&trace.stages).zip(&mut self.substages) {
            for ((substage, traced), share) in stage.substages.iter().zip(&traced.substages).zip(shares) {
                let attempts = traced.replicas.iter().flat_map(|replica| &replica.attempts);
                let (count, busy) =
                    attempts.fold((0, 0.0), |(count, busy), one| (count + 1, busy + one.end.0 as f64 - one.start.0 as f64));
                let exactly = |value: f64| Bounds::exactly(value * probability);
                share.runs.add(exactly(if count > 0 { 1.0 } else { 0.0 }));
                share.attempts.add(exactly(count as f64));
                share.busy.add(exactly(busy));
                share.breaks.add(exactly(if breaks(substage.on_error, traced) { 1.0 } else { 0.0 }));
                looked_at += count + 1;
            }
        }
        looked_at
    }
}

/// Whether it failed by itself and makes the run fail.
fn breaks(on_error: OnError, traced: &SubstageTrace) -> bool {
    let is_cut = matches!(traced.reason, Some(Reason::StageDeadline | Reason::PipelineDeadline));
    traced.outcome.is_failure() && !is_cut && on_error != OnError::Ignore
}
