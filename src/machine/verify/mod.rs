//! Whether an expectation holds in every run: whatever the attempts come to and however long they take.
//!
//! What is explored, and what that stands for, is argued in `docs/decisions/0010-verification-explores-classes.md`.

mod base;
mod bound;
mod count;
mod explore;
mod laws;
mod likeness;
mod model;
mod realise;
mod schedule;
mod shorten;
mod ways;

use std::collections::HashSet;

pub use count::Count;
pub use laws::{Breach, Late, Law, LawFinding, broken};
pub use realise::Counterexample;

use super::expect::{Check, Fact};
use super::{Expectation, Fakes, Trace};
use crate::base::Duration;
use crate::plan::Plan;
use crate::sema::hir::BinaryOp;
use base::Base;
use bound::{Bounds, Lengths};
use explore::{Found, Search};
use model::{Model, Precision, Subject};
use realise::Trials;

/// Runs that no schedule shows, before more precision is tried, or a question is given up.
const TRIES: u32 = 64;

/// The search finds more runs than there are where it leaves out what seldom counts. If no schedule shows them, it is done again:
/// with all needs, then with more than one run for each state.
const EFFORTS: [(Precision, u32); 3] = [(Precision::Cone, 1), (Precision::Whole, 1), (Precision::Whole, 16)];

/// What became of a claim about all runs.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It holds in every run.
    Holds,
    /// There is a run in which it does not.
    Broken(Box<Counterexample>),
    /// There are too many states. It holds in every run in which fewer than so many substages have to be faked.
    Cut { fakes: u32 },
    /// Nothing shows a run in which it does not hold, nor that there is none.
    Open,
}

/// A verdict, and how many states it took.
#[derive(Clone, Debug)]
pub struct Finding {
    pub verdict: Verdict,
    pub explored: u64,
}

/// All runs of a plan: every behaviour, but that nothing is cached that is not given so, and without deadlines.
#[derive(Debug)]
pub struct Space<'p> {
    base: Base<'p>,
    /// The plan without deadlines.
    free: Plan,
    given: &'p Fakes<'p>,
}

impl<'p> Space<'p> {
    /// `given`: how some attempts end, or how long they take, in all runs.
    pub fn new(plan: &'p Plan, given: &'p Fakes<'p>) -> Self {
        let mut free = plan.clone();
        free.deadline = None;
        free.stages.iter_mut().for_each(|stage| stage.deadline = None);
        Self { base: Base::new(plan, given), free, given }
    }

    /// How many combinations of ends there are: of all attempts of all replicas of all substages.
    pub fn combinations(&self) -> Count {
        self.base.combinations
    }

    /// Whether an expectation holds in all runs. `limit`: states that may be looked at.
    pub fn verify(&self, expectation: &Expectation, limit: u64) -> Finding {
        match expectation.fact {
            Fact::Duration(op, bound) => self.duration(expectation, op, bound, limit),
            _ => self.shown(expectation, limit, &|trace| expectation.check(trace).is_err()),
        }
    }

    /// As [`Self::verify`], where more may be asked of a run that breaks it.
    fn shown(&self, expectation: &Expectation, limit: u64, is_missed: &dyn Fn(&Trace) -> bool) -> Finding {
        let mut budget = limit;
        let mut inquiry = Inquiry { space: self, expectation, is_missed, trials: None, best: None };
        let verdict = inquiry.answer(&mut budget);
        Finding { verdict, explored: limit - budget }
    }

    /// Durations are bounded, and the bound is tried.
    fn duration(&self, expectation: &Expectation, op: BinaryOp, bound: Duration, limit: u64) -> Finding {
        let is_missed = |trace: &Trace| expectation.check(trace).is_err();
        // Where its condition never holds, nothing is expected.
        let never = Expectation { fact: Fact::Substages(Vec::new(), Check::Ran(true)), when: expectation.when.clone() };
        let condition = self.shown(&never, limit, &|trace| never.check(trace).is_err());
        let mut explored = condition.explored;
        if matches!(condition.verdict, Verdict::Holds | Verdict::Cut { .. }) {
            return condition;
        }
        let bounds = Bounds::new(&self.base, self.given, Lengths::Given);
        let routes = bounds.routes();
        explored += routes.len() as u64;
        let longest = routes.first().map_or(Duration(0), |route| Duration(route.total));
        if op == BinaryOp::Le && longest <= bound || op == BinaryOp::Lt && longest < bound {
            return Finding { verdict: Verdict::Holds, explored };
        }
        let mut trials = Trials::new(&self.base, &self.free, self.given);
        let slow = routes.iter().take(TRIES as usize).map(|route| trials.slowest(&bounds, &route.turns));
        let drafts: Vec<_> = slow.chain(trials.single_faults(TRIES as usize)).collect();
        explored += drafts.len() as u64;
        let shown = drafts.into_iter().find_map(|fakes| trials.shown(fakes, &is_missed));
        Finding { verdict: shown.map_or(Verdict::Open, |shown| Verdict::Broken(Box::new(shown))), explored }
    }
}

/// One expectation, asked of one thing after the other.
struct Inquiry<'s, 'p> {
    space: &'s Space<'p>,
    expectation: &'s Expectation,
    is_missed: &'s dyn Fn(&Trace) -> bool,
    trials: Option<Trials<'s>>,
    /// The counterexample with the fewest fakes so far.
    best: Option<Counterexample>,
}

/// What is left when a subject has been asked for.
enum Rest {
    Nothing,
    /// Runs that no scenario shows.
    Unshown,
    Cut {
        fakes: u32,
    },
}

impl Inquiry<'_, '_> {
    fn answer(&mut self, budget: &mut u64) -> Verdict {
        let (mut cut, mut is_open) = (None, false);
        let base = &self.space.base;
        let named = likeness::named(base, self.expectation.when.as_ref());
        let mut known = HashSet::new();
        for subject in model::subjects(self.expectation) {
            let likeness = likeness::likeness(base, subject, &named);
            if likeness.as_ref().is_some_and(|likeness| known.contains(likeness)) {
                continue;
            }
            let mut rest = self.ask(subject, EFFORTS[0], budget);
            if matches!(rest, Rest::Nothing) {
                known.extend(likeness);
            }
            for effort in &EFFORTS[1..] {
                if matches!(rest, Rest::Unshown) && self.best.is_none() {
                    rest = self.ask(subject, *effort, budget);
                }
            }
            match rest {
                Rest::Nothing => {}
                Rest::Unshown => is_open = true,
                Rest::Cut { fakes } => cut = Some(cut.map_or(fakes, |least: u32| least.min(fakes))),
            }
        }
        match (self.best.take(), cut) {
            (Some(best), _) => Verdict::Broken(Box::new(best)),
            (None, Some(fakes)) => Verdict::Cut { fakes },
            (None, None) if is_open => Verdict::Open,
            (None, None) => Verdict::Holds,
        }
    }

    fn ask(&mut self, subject: Subject, (precision, visits): (Precision, u32), budget: &mut u64) -> Rest {
        let model = Model::new(&self.space.base, self.expectation, subject, precision);
        let mut search = Search::new(&model, visits);
        for tries in 0..TRIES {
            match search.next(budget, self.best.as_ref().map(Counterexample::lines)) {
                Found::Run(picks) => {
                    if let Some(shown) = self.realise(&picks) {
                        self.best = Some(shown);
                        return Rest::Nothing;
                    }
                }
                Found::Nothing if tries > 0 => return Rest::Unshown,
                Found::Nothing => return Rest::Nothing,
                Found::Limit { fakes } => return Rest::Cut { fakes },
            }
        }
        Rest::Unshown
    }

    fn realise(&mut self, picks: &[explore::Pick]) -> Option<Counterexample> {
        let space = self.space;
        let trials = self.trials.get_or_insert_with(|| Trials::new(&space.base, &space.free, space.given));
        trials.realise(picks, self.is_missed)
    }
}
