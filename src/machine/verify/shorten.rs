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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, MemoryWorld, RootPath};
    use crate::machine::{Fakes, run};
    use crate::plan::{Inputs, build};
    use crate::sema::analyze;
    use crate::sema::hir::FakeOutcome::{Exit, Lost};
    use crate::sema::hir::PipelineId;

    const FIRST: SubstageRef = SubstageRef { stage: 0, substage: 0 };

    /// What becomes of a draft with these ends of one substage, if the drafts that show the same are known.
    fn simplest(
        pace: Option<Duration>,
        ends: &[FakeOutcome],
        shows: impl Fn(&Draft) -> bool,
    ) -> (Option<Duration>, Vec<FakeOutcome>) {
        let text = "pipeline p { stage s { substage a { retry = 3 run = \"x\" } } }";
        let mut world = MemoryWorld::default();
        world.files.insert("p.o11n".into(), text.as_bytes().to_vec());
        let mut analysis = analyze(&world, &RootPath::resolve(None, "p.o11n").expect("it is a path"), &[]);
        let built = build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
        let plan = built.plan.expect("nothing is wrong with it");
        let trace = run(&plan, &Fakes::new(&plan));
        let draft = Draft { pace, fakes: vec![(FIRST, None, ends.to_vec())], takes: Vec::new() };
        let (draft, _) = shortened(&plan, draft, trace.clone(), &mut |draft| shows(draft).then(|| trace.clone()));
        (draft.pace, draft.fakes.into_iter().flat_map(|(_, _, ends)| ends).collect())
    }

    #[test]
    fn durations_that_matter_to_nobody_are_left_out() {
        let pace = Some(Duration(60_000));
        assert_eq!(simplest(pace, &[Exit(1)], |draft| !draft.fakes.is_empty()), (None, vec![Exit(1)]));
        assert_eq!(simplest(pace, &[Exit(1)], |draft| draft.pace.is_some()), (pace, vec![]));
    }

    #[test]
    fn ends_are_left_out_before_and_behind() {
        let only = |wanted: &'static [FakeOutcome]| move |draft: &Draft| draft.fakes.iter().any(|(_, _, ends)| ends == wanted);
        assert_eq!(simplest(None, &[Lost, Exit(1)], only(&[Lost])).1, [Lost]);
        assert_eq!(simplest(None, &[Exit(1), Lost], only(&[Lost])).1, [Lost]);
        assert_eq!(simplest(None, &[Lost, Lost], only(&[Exit(1)])).1, [Exit(1)]);
    }

    #[test]
    fn a_plain_failure_stands_for_other_ends() {
        let some = |draft: &Draft| draft.fakes.iter().any(|(_, _, ends)| !ends.is_empty());
        assert_eq!(simplest(None, &[Lost], some).1, [Exit(1)]);
        assert_eq!(simplest(None, &[Exit(1)], some).1, [Exit(1)]);
        assert_eq!(
            simplest(None, &[Lost, Lost], |draft| draft.fakes.iter().any(|(_, _, ends)| ends.len() == 2)).1,
            [Exit(1), Exit(1)]
        );
    }
}
