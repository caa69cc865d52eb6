//! A scenario without the lines that it does not need, and with simpler ones.

use std::ops::Range;

use super::realise::Draft;
use super::ways::ends;
use crate::machine::Trace;
use crate::plan::{Plan, SubstageRef};
use crate::sema::hir::FakeOutcome;

/// Runs of the machine that one scenario may take.
const RUNS: u32 = 2_000;

/// Runs a draft; its trace, if it still shows what it is to show.
type Run<'r> = &'r mut dyn FnMut(&Draft) -> Option<Trace>;

struct Shortening<'r> {
    plan: &'r Plan,
    /// What was shown last, and by which run.
    draft: Draft,
    trace: Trace,
    run: Run<'r>,
    left: u32,
}

/// The shortest draft that was found to show the same, with its run.
pub(super) fn shortened(plan: &Plan, draft: Draft, trace: Trace, run: Run<'_>) -> (Draft, Trace) {
    let mut shortening = Shortening { plan, draft, trace, run, left: RUNS };
    shortening.leave_out();
    if shortening.draft.pace.is_some() {
        shortening.offer(Draft { pace: None, ..shortening.draft.clone() });
    }
    for index in 0..shortening.draft.fakes.len() {
        while shortening.simplify(index) {}
    }
    // What is simpler now may do without more.
    shortening.leave_out();
    (shortening.draft, shortening.trace)
}

impl Shortening<'_> {
    fn offer(&mut self, draft: Draft) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let Some(trace) = (self.run)(&draft) else { return false };
        (self.draft, self.trace) = (draft, trace);
        true
    }

    /// Half of the lines at once, then fewer: most are not needed.
    fn leave_out(&mut self) {
        let mut size = self.draft.lines().div_ceil(2);
        while size > 0 {
            let mut start = 0;
            while start < self.draft.lines() {
                let end = (start + size).min(self.draft.lines());
                if !self.offer(self.draft.without(start..end)) {
                    start = end;
                }
            }
            size /= 2;
        }
    }

    /// One of its ends fewer, or all of them simpler; false where nothing of this will do.
    fn simplify(&mut self, index: usize) -> bool {
        let (at, _, outcomes) = &self.draft.fakes[index];
        let plainest = ends(self.plan.substage(*at)).get(1).copied().unwrap_or(FakeOutcome::Lost);
        let mut simpler = vec![vec![plainest; outcomes.len()]];
        if outcomes.len() > 1 {
            simpler.extend([vec![plainest], outcomes[1..].to_vec(), outcomes[..outcomes.len() - 1].to_vec()]);
        }
        let (plan, at, outcomes) = (self.plan, *at, outcomes.clone());
        simpler.retain(|other| rank(plan, at, other) < rank(plan, at, &outcomes));
        simpler.into_iter().any(|other| {
            let mut draft = self.draft.clone();
            draft.fakes[index].2 = other;
            self.offer(draft)
        })
    }
}

/// The less, the simpler.
fn rank(plan: &Plan, at: SubstageRef, outcomes: &[FakeOutcome]) -> (usize, Vec<Option<usize>>) {
    let known = ends(plan.substage(at));
    (outcomes.len(), outcomes.iter().map(|outcome| known.iter().position(|end| end == outcome)).collect())
}

impl Draft {
    /// The pace apart.
    fn lines(&self) -> usize {
        self.fakes.len() + self.takes.len()
    }

    /// Without some of its lines.
    fn without(&self, lines: Range<usize>) -> Self {
        let count = self.fakes.len();
        let fakes = (0..).zip(&self.fakes).filter(|(line, _)| !lines.contains(line)).map(|(_, fake)| fake.clone());
        let takes = (count..).zip(&self.takes).filter(|(line, _)| !lines.contains(line)).map(|(_, takes)| *takes);
        Self { pace: self.pace, fakes: fakes.collect(), takes: takes.collect() }
    }
}
