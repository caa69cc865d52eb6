//! Probabilities stage by stage: of all that the rules still look at, and of nothing else.
//!
//! A stage is gone through substage by substage, each splitting every state by how it ends; states that the rules cannot tell
//! apart any more become one. What cannot be followed up is a mass of which only the worst and the best are known.

use std::collections::{BTreeMap, BTreeSet};

use super::cut::cuts;
use super::odds::Odds;
use super::stage::{Course, Gates, Member, Time, courses};
use super::timeline::{FAILED, SUCCEEDED, UNSTABLE};
use super::unit::Cut;
use super::{Bounds, Doubt, Reliability, Share};
use crate::plan::{Condition, OnError, Plan};

/// States that are followed up, the most probable; fewer where each of very many substages would split them.
const MOST_STATES: usize = 2_048;
const FEWEST_STATES: usize = 32;
const MOST_SPLITS: usize = 4_000_000;
/// States of which the elapsed time is told to the millisecond; and into how many parts of the deadline, where there are more.
const MOST_EXACT_TIMES: usize = 64;
const PARTS: i64 = 256;
/// A mass that no figure shows, and that is therefore not followed up.
const NEGLIGIBLE: f64 = 1e-16;

/// All that later stages look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    is_stopped: bool,
    is_failing: bool,
    /// Of no interest where it is failing.
    is_unstable: bool,
    /// By stage: whether it succeeded; none where it was skipped or nobody asks.
    stages: Vec<Option<bool>>,
    gates: Gates,
    /// The longest until here, in milliseconds; 0 where the pipeline has no deadline.
    elapsed: i64,
}

/// How far a stage is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Progress {
    level: Level,
    /// Somebody aborted, so what passed may have been cut as well.
    is_aborted: bool,
    gates: Gates,
    /// What the stage's clock notes; 0 where no deadline asks for it, the greatest where one may pass.
    spent: i64,
}

/// What became of a stage so far, the worse the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Fine,
    Unstable,
    /// Failing, not stopped.
    Continued,
    Stopped,
}

/// One of the ways in which a substage that runs ends.
#[derive(Clone, Copy)]
struct Way<'c> {
    probability: f64,
    level: Level,
    aborts: bool,
    opens: &'c [u32],
    takes: i64,
}

pub(super) struct Propagation<'p> {
    plan: &'p Plan,
    courses: Vec<Course>,
    most_states: usize,
    substages: Vec<Vec<Share>>,
    doubts: BTreeSet<Doubt>,
    /// The mass of which nothing more is known than that the run is failing.
    lost_failing: f64,
    /// The mass of which nothing is known.
    lost: f64,
}

impl<'p> Propagation<'p> {
    pub(super) fn new(plan: &'p Plan, odds: &Odds) -> Self {
        let substages = plan.stages.iter().map(|stage| vec![Share::default(); stage.substages.len()]).collect();
        let courses = courses(plan, odds);
        let most_states = (MOST_SPLITS / plan.places().count().max(1)).clamp(FEWEST_STATES, MOST_STATES);
        Self { plan, courses, most_states, substages, doubts: BTreeSet::new(), lost_failing: 0.0, lost: 0.0 }
    }

    pub(super) fn run(mut self) -> Reliability {
        let mut states = BTreeMap::from([(State::default(), 1.0)]);
        let courses = std::mem::take(&mut self.courses);
        for (stage, course) in courses.iter().enumerate() {
            let lost = self.lost + self.lost_failing;
            for at in 0..course.units.len() {
                self.may_run(course, stage, at, lost);
            }
            let mut next = BTreeMap::new();
            let mut known = BTreeMap::new();
            for (state, mass) in states {
                if self.runs(stage, &state) {
                    self.play(course, stage, state, mass, &mut known, &mut next);
                } else {
                    add(&mut next, state.after(course, None), mass);
                }
            }
            states = self.coarsened(next);
            for (state, mass) in prune(&mut states, self.most_states) {
                self.doubts.insert(Doubt::Combinations(stage as u32));
                self.lose(state.is_failing, mass);
            }
        }
        let mass =
            |is_it: fn(&State) -> bool| states.iter().filter(|(state, _)| is_it(state)).fold(0.0, |sum, (_, mass)| sum + mass);
        let failed = mass(|state| state.is_failing);
        let (unstable, succeeded) =
            (mass(|state| !state.is_failing && state.is_unstable), mass(|state| !state.is_failing && !state.is_unstable));
        Reliability {
            succeeded: Bounds { least: succeeded, most: succeeded + self.lost },
            unstable: Bounds { least: unstable, most: unstable + self.lost },
            failed: Bounds { least: failed + self.lost_failing, most: failed + self.lost_failing + self.lost },
            substages: self.substages,
            doubts: self.doubts,
        }
    }

    /// The same states, of which many differ by little more than the time: that is rounded up.
    fn coarsened(&self, states: BTreeMap<State, f64>) -> BTreeMap<State, f64> {
        let Some(deadline) = self.plan.deadline.filter(|_| states.len() > MOST_EXACT_TIMES) else { return states };
        let part = (deadline.0 / PARTS).max(1);
        let mut coarse = BTreeMap::new();
        for (state, mass) in states {
            let elapsed = state.elapsed.saturating_add(part - 1) / part * part;
            add(&mut coarse, State { elapsed, ..state }, mass);
        }
        coarse
    }

    fn lose(&mut self, is_failing: bool, mass: f64) {
        if is_failing {
            self.lost_failing += mass;
        } else {
            self.lost += mass;
        }
    }

    /// Notes a mass in which the substage may run or not.
    fn may_run(&mut self, course: &Course, stage: usize, at: usize, mass: f64) {
        let (known, share) = (&course.shares[at], &mut self.substages[stage][at]);
        share.runs.most += known.runs.most * mass;
        share.attempts.most += known.attempts.most * mass;
        share.busy.most += known.busy.most * mass;
        share.breaks.most += known.breaks.most * mass;
    }

    fn runs(&self, stage: usize, state: &State) -> bool {
        let planned = &self.plan.stages[stage];
        let runs = match &planned.when {
            None => !state.is_stopped,
            Some(condition) => self.holds(condition, state),
        };
        runs && !planned.substages.is_empty()
    }

    fn holds(&self, condition: &Condition, state: &State) -> bool {
        let succeeded = |name: &str| {
            let stage = self.plan.stages.iter().position(|stage| stage.name == name)?;
            state.stages.get(stage).copied().flatten()
        };
        match condition {
            Condition::Always => true,
            Condition::Succeeded => !state.is_failing,
            Condition::Failed => state.is_failing,
            Condition::StageSucceeded(name) => succeeded(name) == Some(true),
            Condition::StageFailed(name) => succeeded(name) == Some(false),
            Condition::Not(inner) => !self.holds(inner, state),
            Condition::And(left, right) => self.holds(left, state) && self.holds(right, state),
            Condition::Or(left, right) => self.holds(left, state) || self.holds(right, state),
        }
    }

    /// Goes through a stage that runs in a state. `known` remembers what is cut of those that run.
    fn play(
        &mut self,
        course: &Course,
        stage: usize,
        state: State,
        mass: f64,
        known: &mut BTreeMap<Vec<bool>, Vec<Cut>>,
        next: &mut BTreeMap<State, f64>,
    ) {
        if course.time == Time::Known {
            self.play_cut(course, stage, &state, mass, known);
        }
        let start = Progress { level: Level::Fine, is_aborted: false, gates: state.gates.clone(), spent: 0 };
        let mut open = BTreeMap::from([(start, mass)]);
        let mut late = 0.0;
        for (index, member) in course.members.iter().enumerate() {
            let ran = self.split(course, stage, member, state.elapsed, &mut open);
            if course.time != Time::Known {
                let share = course.shares[member.at];
                self.substages[stage][member.at].add(&share, ran);
                if course.time == Time::Aborts && ran > 0.0 {
                    self.doubts.insert(Doubt::Abort(stage as u32));
                }
            }
            for (progress, mass) in prune(&mut open, self.most_states * 2) {
                self.doubts.insert(Doubt::Combinations(stage as u32));
                self.lose(state.is_failing || progress.level >= Level::Continued, mass);
                late += if self.is_timed(course) { mass } else { 0.0 };
                if course.time != Time::Known {
                    course.members[index + 1..].iter().for_each(|member| self.may_run(course, stage, member.at, mass));
                }
            }
        }
        for (progress, mass) in open {
            let is_failing = state.is_failing || progress.level >= Level::Continued;
            if let Some(doubt) = self.late(course, stage, state.elapsed, progress.spent) {
                self.doubts.insert(doubt);
                late += mass;
                self.lose(is_failing, mass);
            } else if let Time::Unknown(doubt) = course.time {
                self.doubts.insert(doubt);
                self.lose(is_failing, mass);
            } else if progress.is_aborted && course.is_needed_if_stopped {
                self.doubts.insert(Doubt::Needs(stage as u32));
                self.lose(is_failing, mass);
            } else {
                let elapsed =
                    state.elapsed.saturating_add(self.plan.deadline.map_or(0, |_| course.clock.longest(progress.spent)));
                let state = State { gates: progress.gates, elapsed, ..state.clone() };
                add(next, state.after(course, Some(progress.level)), mass);
            }
        }
        if late > 0.0 {
            self.may_not_run(course, stage, late);
        }
    }

    /// Which deadline may pass in a stage that begins so late and takes so long; none if all are kept for certain.
    fn late(&self, course: &Course, stage: usize, elapsed: i64, spent: i64) -> Option<Doubt> {
        let end = elapsed.saturating_add(course.clock.longest(spent));
        // Only the last stage keeps it by ending exactly then.
        let is_last = stage + 1 == self.plan.stages.len() && !course.clock.has_instants;
        if self.plan.deadline.is_some_and(|deadline| end > deadline.0 || end == deadline.0 && !is_last) {
            Some(Doubt::PipelineDeadline(stage as u32))
        } else {
            (!course.clock.keeps_deadline(spent)).then_some(Doubt::Deadline(stage as u32))
        }
    }

    /// Takes back what was noted for a mass in which the stage may have been cut: of that, anything may be missing.
    fn may_not_run(&mut self, course: &Course, stage: usize, mass: f64) {
        for (unit, share) in course.units.iter().zip(&mut self.substages[stage]) {
            let less = |bounds: &mut Bounds, most: f64| bounds.least = (bounds.least - most * mass).max(0.0);
            less(&mut share.runs, 1.0);
            less(&mut share.attempts, unit.most_attempts());
            less(&mut share.busy, unit.most_busy());
            less(&mut share.breaks, 1.0);
        }
    }

    /// Of a stage whose substages all start at once: what those that run contribute.
    fn play_cut(&mut self, course: &Course, stage: usize, state: &State, mass: f64, known: &mut BTreeMap<Vec<bool>, Vec<Cut>>) {
        let mut running = vec![false; course.units.len()];
        for member in &course.members {
            running[member.at] = member.needs.iter().all(|gate| state.gates.has(*gate));
        }
        let planned = &self.plan.stages[stage];
        let deadline = planned.deadline.map(|deadline| deadline.0);
        let cuts = known.entry(running).or_insert_with_key(|running| cuts(&course.units, running, &course.aborting, deadline));
        for ((substage, cut), share) in planned.substages.iter().zip(cuts.iter()).zip(&mut self.substages[stage]) {
            let runs = if cut.attempts > 0.0 { 1.0 } else { 0.0 };
            let breaks = if substage.on_error == OnError::Ignore { 0.0 } else { cut.fails };
            let exactly = Share {
                runs: Bounds::exactly(runs),
                attempts: Bounds::exactly(cut.attempts),
                busy: Bounds::exactly(cut.busy),
                breaks: Bounds::exactly(breaks),
            };
            share.add(&exactly, mass);
        }
    }

    /// Splits each state by how the substage ends; the mass in which it runs.
    fn split(&mut self, course: &Course, stage: usize, member: &Member, elapsed: i64, open: &mut BTreeMap<Progress, f64>) -> f64 {
        let ways = self.ways(course, stage, member);
        let unit = &course.units[member.at];
        let is_timed = self.is_timed(course);
        let mut ran = 0.0;
        for (mut progress, mass) in std::mem::take(open) {
            if !member.needs.iter().all(|gate| progress.gates.has(*gate)) {
                member.spent.iter().for_each(|gate| progress.gates.close(*gate));
                add(open, progress, mass);
                continue;
            }
            ran += mass;
            for way in &ways {
                let mut after = progress.clone();
                after.level = after.level.max(way.level);
                after.is_aborted |= way.aborts;
                way.opens.iter().for_each(|gate| after.gates.open(*gate));
                member.spent.iter().for_each(|gate| after.gates.close(*gate));
                if after.level == Level::Stopped {
                    after.gates.keep(&course.kept_within);
                }
                if is_timed {
                    after.spent = course.clock.note(after.spent, unit, way.takes);
                    // More time makes it no earlier.
                    if self.late(course, stage, elapsed, after.spent).is_some() {
                        after.spent = i64::MAX;
                    }
                }
                add(open, after, mass * way.probability);
            }
        }
        if open.len() > MOST_EXACT_TIMES {
            let (kept, lost): (BTreeMap<_, _>, BTreeMap<_, _>) =
                std::mem::take(open).into_iter().partition(|(_, mass)| *mass > NEGLIGIBLE);
            self.lost += lost.into_values().sum::<f64>();
            *open = kept;
        }
        ran
    }

    fn is_timed(&self, course: &Course) -> bool {
        self.plan.deadline.is_some() || course.clock.deadline.is_some()
    }

    /// The ways in which a substage ends that runs; by time, where somebody asks for it.
    fn ways<'c>(&self, course: &Course, stage: usize, member: &'c Member) -> Vec<Way<'c>> {
        let planned = &self.plan.stages[stage];
        let unit = &course.units[member.at];
        let deadline = planned.deadline.filter(|_| course.time == Time::Known).map_or(i64::MAX, |deadline| deadline.0);
        let whole = [(unit.longest, unit.ends)];
        let instants = if unit.instants().is_empty() || !self.is_timed(course) && deadline == i64::MAX {
            &whole[..]
        } else {
            unit.instants()
        };
        let aborts = course.aborting.contains(&member.at);
        let (level, opens) = match planned.substages[member.at].on_error {
            OnError::Ignore => (Level::Fine, member.ignored.as_slice()),
            OnError::Continue => (Level::Continued, &[][..]),
            OnError::Finish | OnError::Abort => (Level::Stopped, &[][..]),
        };
        let passing = member.passing.as_slice();
        let ways = instants.iter().flat_map(|&(takes, ends)| {
            let in_time = [
                Way { probability: ends[SUCCEEDED], level: Level::Fine, aborts: false, opens: passing, takes },
                Way { probability: ends[UNSTABLE], level: Level::Unstable, aborts: false, opens: passing, takes },
                Way { probability: ends[FAILED], level, aborts, opens, takes },
            ];
            // What runs when the stage's deadline passes stops the pipeline.
            let late = Way { probability: ends.iter().sum(), level: Level::Stopped, aborts: false, opens: &[], takes: deadline };
            if takes <= deadline { in_time.to_vec() } else { vec![late] }
        });
        ways.filter(|way| way.probability > 1e-15).collect()
    }
}

impl State {
    /// The state behind a stage that ended so; none if it was skipped.
    fn after(mut self, course: &Course, level: Option<Level>) -> Self {
        let level_reached = level.unwrap_or(Level::Fine);
        self.is_stopped |= level_reached == Level::Stopped;
        self.is_failing |= level_reached >= Level::Continued;
        self.is_unstable = !self.is_failing && (self.is_unstable || level_reached == Level::Unstable);
        self.stages.push(level.map(|level| level < Level::Continued));
        for (stage, is_remembered) in self.stages.iter_mut().zip(&course.remembered) {
            if !is_remembered {
                *stage = None;
            }
        }
        if self.is_stopped {
            self.gates.keep(&course.kept_if_stopped);
            if course.is_last_if_stopped {
                self.elapsed = 0;
            }
        }
        self
    }
}

impl Share {
    fn add(&mut self, other: &Self, mass: f64) {
        self.runs.add(other.runs.times(mass));
        self.attempts.add(other.attempts.times(mass));
        self.busy.add(other.busy.times(mass));
        self.breaks.add(other.breaks.times(mass));
    }
}

fn add<K: Ord>(masses: &mut BTreeMap<K, f64>, key: K, mass: f64) {
    *masses.entry(key).or_insert(0.0) += mass;
}

/// Takes out all but the most probable.
fn prune<K: Ord + Clone>(masses: &mut BTreeMap<K, f64>, most: usize) -> Vec<(K, f64)> {
    if masses.len() <= most {
        return Vec::new();
    }
    let mut sorted: Vec<(K, f64)> = std::mem::take(masses).into_iter().collect();
    sorted.sort_by(|(left, a), (right, b)| b.total_cmp(a).then_with(|| left.cmp(right)));
    let rest = sorted.split_off(most);
    masses.extend(sorted);
    rest
}
