//! From a run that was found to a scenario that shows it on the machine.

use super::base::{Base, StageBase};
use super::bound::{Bounds, Turn};
use super::explore::{Moment, Pick};
use super::shorten::shortened;
use crate::base::Duration;
use crate::machine::limit::Limited;
use crate::machine::stage::dispatch;
use crate::machine::{CLASS_DEFAULT, Fakes, Layer, Machine, Trace, attempt};
use crate::plan::{Plan, SubstageRef};
use crate::sema::hir::FakeOutcome;

/// A run that is not as expected, as the lines of a scenario, in the plan's order.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Of a path how its attempts end, the last one for all further.
    pub fakes: Vec<(String, Vec<FakeOutcome>)>,
    /// Of a path how long each attempt takes.
    pub takes: Vec<(String, Duration)>,
    pub trace: Trace,
}

impl Counterexample {
    /// How many things it fakes.
    pub(super) fn lines(&self) -> u32 {
        self.fakes.len() as u32
    }
}

/// Attempts of all runs that one question may take.
const ATTEMPTS: u64 = 5_000_000;

/// How long attempts take, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Those that are to end before others.
    quick: i64,
    usual: i64,
    /// Those that are to end after others.
    slow: i64,
}

impl Pace {
    fn new(usual: i64) -> Self {
        Self { quick: usual / 60, usual, slow: usual.saturating_mul(60) }
    }
}

/// Of a substage, or of one replica, how its attempts end.
pub(super) type Fake = (SubstageRef, Option<u32>, Vec<FakeOutcome>);

/// The lines of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// How long everything takes.
    pub(super) pace: Option<Duration>,
    pub(super) fakes: Vec<Fake>,
    pub(super) takes: Vec<(SubstageRef, Duration)>,
}

/// What a substage does in a stage that is aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Before,
    /// Or it aborts.
    Then,
    IsCut {
        attempts: u64,
    },
}

/// Which roles need durations of their own.
#[derive(Clone, Copy, Debug)]
struct Timing {
    hurries: bool,
    /// What aborts takes long.
    delays: bool,
    cuts: bool,
}

/// All that helps, least first.
const TIMINGS: [Timing; 5] = [
    Timing { hurries: false, delays: false, cuts: false },
    Timing { hurries: false, delays: false, cuts: true },
    Timing { hurries: true, delays: false, cuts: true },
    Timing { hurries: false, delays: true, cuts: true },
    Timing { hurries: true, delays: true, cuts: true },
];

/// Tries scenarios on the machine.
#[derive(Debug)]
pub(super) struct Trials<'p> {
    base: &'p Base<'p>,
    given: &'p Fakes<'p>,
    machine: Machine<'p>,
    /// The same plan without deadlines: they take no part, so what is shown must not hang on one.
    free: Machine<'p>,
    /// That may still be made.
    attempts: u64,
    /// Whether a run may meet a deadline.
    meets_deadlines: bool,
}

impl<'p> Trials<'p> {
    /// `free`: the plan without deadlines.
    pub(super) fn new(base: &'p Base<'p>, free: &'p Plan, given: &'p Fakes<'p>) -> Self {
        Self {
            base,
            given,
            machine: Machine::new(base.plan),
            free: Machine::new(free),
            attempts: ATTEMPTS,
            meets_deadlines: true,
        }
    }

    /// A scenario of which the machine makes a run that misses what is expected. None where no schedule that was tried does.
    pub(super) fn realise(&mut self, picks: &[Pick], is_missed: &dyn Fn(&Trace) -> bool) -> Option<Counterexample> {
        let (fakes, roles) = self.read(picks);
        // Rather a run that meets no deadline, so that it shows what was found and nothing else.
        for meets_deadlines in [false, true] {
            self.meets_deadlines = meets_deadlines;
            for (pace, timing) in self.paces().into_iter().flat_map(|pace| TIMINGS.map(|timing| (pace, timing))) {
                let takes = self.schedule(&roles, timing, pace);
                let all = Duration(pace.usual);
                let draft = Draft { pace: (all != CLASS_DEFAULT).then_some(all), fakes: fakes.clone(), takes };
                if let Some(trace) = self.run(&draft, is_missed) {
                    return Some(self.shortened(draft, trace, is_missed));
                }
            }
        }
        None
    }

    /// The fakes that make a route long.
    pub(super) fn slowest(&self, bounds: &Bounds<'_>, turns: &[Turn]) -> Vec<Fake> {
        let slowest = bounds.behaviour(turns);
        let all = (0..)
            .zip(&self.base.stages)
            .flat_map(|(stage, base)| (0..base.sites.len() as u32).map(move |substage| SubstageRef { stage, substage }));
        let free = all.filter(|at| self.given.outcomes(*at, 1).is_none());
        free.filter_map(|at| Some((at, None, slowest.written(at)?))).collect()
    }

    /// No fake at all, then of each group of substages one that ends in one of its ways; at most so many.
    pub(super) fn single_faults(&self, most: usize) -> Vec<Vec<Fake>> {
        let of_stage = |stage: &StageBase| {
            let index = stage.index;
            let firsts = stage.groups.iter().filter_map(|group| group.first().copied());
            let faults = firsts.flat_map(|substage| {
                let ways = &stage.sites[substage as usize].ways;
                let at = SubstageRef { stage: index, substage };
                ways.all.iter().map(move |way| (at, ways.fakes(way.outcome, way.least)))
            });
            let fakes = faults.map(|(at, fakes)| fakes.into_iter().map(|(replica, ends)| (at, replica, ends)).collect());
            fakes.collect::<Vec<Vec<Fake>>>()
        };
        std::iter::once(Vec::new()).chain(self.base.stages.iter().flat_map(of_stage)).take(most).collect()
    }

    /// A scenario with these fakes, made as short as it can be, if it misses what is expected.
    pub(super) fn shown(&mut self, fakes: Vec<Fake>, is_missed: &dyn Fn(&Trace) -> bool) -> Option<Counterexample> {
        let draft = Draft { fakes, ..Draft::default() };
        let trace = self.run(&draft, is_missed)?;
        Some(self.shortened(draft, trace, is_missed))
    }

    /// The usual one if it meets no timeout, then one that meets none, then one that should leave deadlines alone.
    fn paces(&self) -> Vec<Pace> {
        let usual = CLASS_DEFAULT.0;
        // Where durations are given, nothing may beat them.
        if self.given.has_durations() {
            return vec![Pace::new(usual)];
        }
        let timeouts = self.base.plan.substages().filter_map(|(_, substage)| substage.timeout);
        let shortest = timeouts.map(|timeout| timeout.0).min().unwrap_or(usual).min(usual);
        let mut paces = vec![usual, shortest, shortest / 60];
        paces.dedup();
        paces.into_iter().map(Pace::new).collect()
    }

    /// What is faked, and who does what in stages that are aborted.
    fn read(&self, picks: &[Pick]) -> (Vec<Fake>, Vec<(SubstageRef, Role)>) {
        let (mut fakes, mut roles) = (Vec::new(), Vec::new());
        let mut is_aborted = false;
        for pick in picks {
            let (at, faked, role) = match *pick {
                Pick::Only => continue,
                Pick::Runs | Pick::Aborts => {
                    is_aborted = *pick == Pick::Aborts;
                    continue;
                }
                Pick::Ends { at, outcome, attempts, moment } => {
                    let ways = &self.base.site(at).ways;
                    let faked = if ways.is_default(outcome, attempts) { Vec::new() } else { ways.fakes(outcome, attempts) };
                    (at, faked, if moment == Moment::Before { Role::Before } else { Role::Then })
                }
                Pick::IsCut { at, attempts } => (at, self.base.site(at).ways.fakes_of_cut(attempts), Role::IsCut { attempts }),
            };
            fakes.extend(faked.into_iter().map(|(replica, outcomes)| (at, replica, outcomes)));
            if is_aborted {
                roles.push((at, role));
            }
        }
        fakes.sort_by_key(|(at, replica, _)| (*at, *replica));
        roles.sort_by_key(|(at, _)| *at);
        (fakes, roles)
    }

    fn schedule(&self, roles: &[(SubstageRef, Role)], timing: Timing, pace: Pace) -> Vec<(SubstageRef, Duration)> {
        let Pace { quick, usual, slow } = pace;
        let end = if timing.delays { slow } else { usual };
        let mut takes = Vec::new();
        for (at, role) in roles {
            let substage = self.base.plan.substage(*at);
            let wanted = match role {
                Role::Before => timing.hurries.then_some(quick),
                Role::Then => timing.delays.then_some(slow),
                // In the middle of its last attempt.
                Role::IsCut { attempts } => timing.cuts.then(|| {
                    let most = attempts.div_ceil(u64::from(dispatch(substage).copies));
                    let before = i64::try_from(most - 1).unwrap_or(i64::MAX);
                    let waits = attempt::waits(&substage.retry, u32::try_from(before).unwrap_or(u32::MAX));
                    let span = if before == 0 { end.saturating_mul(4) } else { end.saturating_sub(waits).saturating_mul(2) };
                    span.max(0) / before.saturating_mul(2).saturating_add(1)
                }),
            };
            let is_given = self.given.duration(*at, 1).is_some();
            if let Some(wanted) = wanted.filter(|_| !is_given) {
                takes.push((*at, Duration(substage.timeout.map_or(wanted, |timeout| wanted.min(timeout.0)))));
            }
        }
        takes
    }

    /// The run of a draft, if it misses what is expected with deadlines and without.
    fn run(&mut self, draft: &Draft, is_missed: &dyn Fn(&Trace) -> bool) -> Option<Trace> {
        let mut fakes = self.given.clone();
        let plan = self.base.plan;
        // They name what the plan has, so that nothing goes wrong.
        if let Some(pace) = draft.pace {
            let _ = fakes.takes(Layer::Scenario, EVERYTHING, pace);
        }
        for (at, replica, outcomes) in &draft.fakes {
            let _ = fakes.fake(Layer::Scenario, &path(plan, *at, *replica), outcomes);
        }
        for (at, duration) in &draft.takes {
            let _ = fakes.takes(Layer::Scenario, &path(plan, *at, None), *duration);
        }
        let limited = Limited::new(&fakes, self.attempts);
        let (free, trace) = (self.free.run(&limited), self.machine.run(&limited));
        let is_shown = is_missed(free) && is_missed(trace) && (self.meets_deadlines || free == trace) && !limited.is_exhausted();
        self.attempts = limited.left();
        is_shown.then(|| trace.clone())
    }

    /// The draft as short as it can be.
    fn shortened(&mut self, draft: Draft, trace: Trace, is_missed: &dyn Fn(&Trace) -> bool) -> Counterexample {
        let plan = self.base.plan;
        let (draft, trace) = shortened(plan, draft, trace, &mut |draft| self.run(draft, is_missed));
        let pace = draft.pace.map(|pace| (EVERYTHING.to_owned(), pace));
        let takes = draft.takes.into_iter().map(|(at, duration)| (path(plan, at, None), duration));
        Counterexample {
            fakes: draft.fakes.into_iter().map(|(at, replica, outcomes)| (path(plan, at, replica), outcomes)).collect(),
            takes: pace.into_iter().chain(takes).collect(),
            trace,
        }
    }
}

/// What takes the pace of a draft.
const EVERYTHING: &str = "*/*";

/// The path of a substage, or of one of its replicas.
fn path(plan: &Plan, at: SubstageRef, replica: Option<u32>) -> String {
    let (stage, substage) = (&plan.stages[at.stage as usize].name, &plan.substage(at).name);
    match replica {
        Some(replica) => format!("{stage}/{substage}#{replica}"),
        None => format!("{stage}/{substage}"),
    }
}
