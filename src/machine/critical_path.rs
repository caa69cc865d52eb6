//! Which substages made the run as long as it was.

use std::collections::HashMap;

use super::{Reason, StageTrace, SubstageTrace, Trace};
use crate::base::Duration;
use crate::plan::{Need, Plan, Stage, SubstageRef};

/// From the last substage of the last stage backwards: what ended when it started, up to the stage's start, and so on through the
/// stages before. Of several, one that it needs is taken, else one with a lock of its, else the one that is declared first.
pub fn critical_path(plan: &Plan, trace: &Trace) -> Vec<SubstageRef> {
    let mut path = Vec::new();
    for (at, (stage, traced)) in plan.stages.iter().zip(&trace.stages).enumerate().rev() {
        let at = at as u32;
        let Some((start, end)) = traced.time else { continue };
        let mut timed = Timed::new(stage, traced, end);
        let mut next = timed.last(end);
        while let Some(substage) = next {
            path.push(SubstageRef { stage: at, substage });
            next = timed.before(at, substage, start);
        }
    }
    path.reverse();
    path
}

/// The substages of a stage that started, by their ends.
struct Timed<'t> {
    stage: &'t Stage,
    traced: &'t StageTrace,
    /// By substage: start and end, if it started.
    times: Vec<Option<(Duration, Duration)>>,
    /// End and substage, ascending.
    ends: Vec<(Duration, u32)>,
    /// By the members of a need: the end of the last of them, and which that is.
    needed: HashMap<*const SubstageRef, Option<(Duration, u32)>>,
}

impl<'t> Timed<'t> {
    fn new(stage: &'t Stage, traced: &'t StageTrace, end: Duration) -> Self {
        let times: Vec<_> = traced.substages.iter().map(|substage| time(substage, end)).collect();
        let mut ends: Vec<_> = (0..).zip(&times).filter_map(|(at, time)| Some(((*time)?.1, at))).collect();
        ends.sort_unstable();
        Self { stage, traced, times, ends, needed: HashMap::new() }
    }

    /// Those that ended at an instant, in the order of declaration.
    fn ended_at(&self, instant: Duration) -> impl Iterator<Item = u32> {
        let from = self.ends.partition_point(|(end, _)| *end < instant);
        self.ends[from..].iter().take_while(move |(end, _)| *end == instant).map(|(_, at)| *at)
    }

    /// What ended with the stage, by itself if there is such a one.
    fn last(&self, end: Duration) -> Option<u32> {
        self.ended_at(end).min_by_key(|at| is_cut(&self.traced.substages[*at as usize]))
    }

    /// What a substage waited for, if it did not start with the stage.
    fn before(&mut self, stage: u32, substage: u32, stage_start: Duration) -> Option<u32> {
        let (start, _) = self.times[substage as usize]?;
        if start == stage_start {
            return None;
        }
        let planned = &self.stage.substages[substage as usize];
        let needs = planned.needs.iter().filter_map(|need| self.last_needed(stage, need)).collect::<Vec<_>>();
        if let Some((_, needed)) = needs.into_iter().find(|(end, _)| *end == start) {
            return Some(needed);
        }
        let held_before = |at: &u32| self.times[*at as usize].is_some_and(|(earlier, _)| earlier < start);
        let shares = |at: &u32| self.stage.substages[*at as usize].lock.iter().any(|lock| planned.lock.contains(lock));
        self.ended_at(start).filter(held_before).min_by_key(|at| !shares(at))
    }

    /// The member of a need in this stage that ended last.
    fn last_needed(&mut self, stage: u32, need: &Need) -> Option<(Duration, u32)> {
        let times = &self.times;
        let last = || {
            let members = need.members.iter().filter(|member| member.stage == stage);
            let ends = members.filter_map(|member| Some((times[member.substage as usize]?.1, member.substage)));
            ends.max_by_key(|(end, at)| (*end, std::cmp::Reverse(*at)))
        };
        *self.needed.entry(need.members.as_ptr()).or_insert_with(last)
    }
}

/// From the first start to its end; one that was cut ended with the stage, in back-off too.
fn time(substage: &SubstageTrace, stage_end: Duration) -> Option<(Duration, Duration)> {
    let attempts = || substage.replicas.iter().flat_map(|replica| &replica.attempts);
    let start = attempts().map(|attempt| attempt.start).min()?;
    let end = attempts().map(|attempt| attempt.end).max()?;
    Some((start, if is_cut(substage) { stage_end } else { end }))
}

fn is_cut(substage: &SubstageTrace) -> bool {
    matches!(substage.reason, Some(Reason::StageDeadline | Reason::PipelineDeadline | Reason::Abort(_)))
}
