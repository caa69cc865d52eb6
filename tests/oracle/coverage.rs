//! What the compared pairs met, rule by rule, so that agreement is known to say something.

use std::fmt;

use o11n::base::Duration;
use o11n::machine::{AttemptTrace, Behaviour, Outcome, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use o11n::plan::{Condition, ExitClass, Need, OnError, Plan, Stage, Substage, SubstageRef};
use o11n::sema::hir::RetryOn;

use crate::played::Played;

/// How many pairs met each of [`ROWS`].
pub(crate) struct Coverage {
    pairs: usize,
    met: Vec<usize>,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { pairs: 0, met: vec![0; ROWS.len()] }
    }
}

impl Coverage {
    pub(crate) fn add(&mut self, plan: &Plan, behaviour: &Played, trace: &Trace) {
        let pair = Pair { plan, behaviour, trace };
        self.pairs += 1;
        for (met, (_, test)) in self.met.iter_mut().zip(ROWS) {
            *met += usize::from(test(&pair));
        }
    }

    /// A thing that no pair meets is not compared.
    pub(crate) fn assert_complete(&self) {
        let missed: Vec<_> = ROWS.iter().zip(&self.met).filter(|(_, met)| **met == 0).map(|((name, _), _)| name).collect();
        assert!(missed.is_empty(), "no pair of {} met {missed:?}", self.pairs);
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>10}  pairs, none of which differs; of these", self.pairs)?;
        for ((name, _), met) in ROWS.iter().zip(&self.met) {
            writeln!(f, "{met:>10}  {name}")?;
        }
        Ok(())
    }
}

type Row = (&'static str, fn(&Pair<'_>) -> bool);

const ROWS: &[Row] = &[
    // Outcomes.
    ("pipeline succeeded", |pair| pair.trace.outcome == Outcome::Succeeded),
    ("pipeline unstable", |pair| pair.trace.outcome == Outcome::Unstable),
    ("pipeline failed", |pair| pair.trace.outcome == Outcome::Failed),
    ("stage succeeded", |pair| pair.stage(|of| of.trace.outcome == Outcome::Succeeded)),
    ("stage unstable", |pair| pair.stage(|of| of.trace.outcome == Outcome::Unstable)),
    ("stage failed", |pair| pair.stage(|of| of.trace.outcome == Outcome::Failed)),
    ("stage skipped", |pair| pair.stage(|of| of.trace.outcome == Outcome::Skipped)),
    ("substage succeeded", |pair| pair.substage(|of| of.trace.outcome == Outcome::Succeeded)),
    ("substage unstable", |pair| pair.substage(|of| of.trace.outcome == Outcome::Unstable)),
    ("substage failed", |pair| pair.substage(|of| of.trace.outcome == Outcome::Failed)),
    ("substage timed_out", |pair| pair.substage(|of| of.trace.outcome == Outcome::TimedOut)),
    ("substage lost", |pair| pair.substage(|of| of.trace.outcome == Outcome::Lost)),
    ("substage cancelled", |pair| pair.substage(|of| of.trace.outcome == Outcome::Cancelled)),
    ("substage skipped", |pair| pair.substage(|of| of.trace.outcome == Outcome::Skipped)),
    ("substage cached", |pair| pair.substage(|of| of.trace.outcome == Outcome::Cached)),
    ("attempt succeeded", |pair| pair.attempt(|of, _| of.outcome == Outcome::Succeeded)),
    ("attempt unstable", |pair| pair.attempt(|of, _| of.outcome == Outcome::Unstable)),
    ("attempt failed", |pair| pair.attempt(|of, _| of.outcome == Outcome::Failed)),
    ("attempt timed_out", |pair| pair.attempt(|of, _| of.outcome == Outcome::TimedOut)),
    ("attempt lost", |pair| pair.attempt(|of, _| of.outcome == Outcome::Lost)),
    ("attempt cancelled", |pair| pair.attempt(|of, _| of.outcome == Outcome::Cancelled)),
    // Rule 2.
    ("when: a stage runs after a failure that stops", |pair| {
        pair.stage(|of| of.plan.when.is_some() && of.ran() && of.is_stopped())
    }),
    ("when: a stage without it does not", |pair| pair.stage(|of| of.plan.when.is_none() && !of.ran() && of.has_substages())),
    ("when: always", |pair| pair.condition(true, |when| matches!(when, Condition::Always))),
    ("when: succeeded, runs", |pair| pair.condition(true, |when| matches!(when, Condition::Succeeded))),
    ("when: succeeded, skipped", |pair| pair.condition(false, |when| matches!(when, Condition::Succeeded))),
    ("when: failed, runs", |pair| pair.condition(true, |when| matches!(when, Condition::Failed))),
    ("when: failed, skipped", |pair| pair.condition(false, |when| matches!(when, Condition::Failed))),
    ("when: succeeded(\"x\"), runs", |pair| pair.condition(true, |when| matches!(when, Condition::StageSucceeded(_)))),
    ("when: succeeded(\"x\"), skipped", |pair| pair.condition(false, |when| matches!(when, Condition::StageSucceeded(_)))),
    ("when: failed(\"x\"), runs", |pair| pair.condition(true, |when| matches!(when, Condition::StageFailed(_)))),
    ("when: failed(\"x\"), skipped", |pair| pair.condition(false, |when| matches!(when, Condition::StageFailed(_)))),
    ("when: not, runs", |pair| pair.condition(true, |when| matches!(when, Condition::Not(_)))),
    ("when: and, runs", |pair| pair.condition(true, |when| matches!(when, Condition::And(..)))),
    ("when: or, skipped", |pair| pair.condition(false, |when| matches!(when, Condition::Or(..)))),
    ("when: names a stage that is not in the plan", |pair| {
        pair.stage(|of| of.plan.when.as_ref().is_some_and(|when| pair.is_absent(when)))
    }),
    ("a stage without substages", |pair| pair.stage(|of| !of.has_substages())),
    ("all stages skipped", |pair| !pair.stage(|of| of.ran())),
    // Rule 3.
    ("parallel: one waits for a slot", |pair| {
        pair.substage(|of| of.waited() && of.is_free() && of.stage.plan.parallel.is_some())
    }),
    ("lock: one waits for it", |pair| pair.substage(|of| of.waited() && of.plan.needs.is_empty() && of.holds_only_locks())),
    ("priority: a later one starts first", |pair| pair.substage(|of| of.is_overtaken())),
    ("needs: one waits in its stage", |pair| pair.substage(|of| of.waited() && of.needs(|_, need| need.stage == of.at.stage))),
    ("needs: one in its stage refuses", |pair| {
        pair.substage(|of| of.is_refused() && of.needs(|_, need| need.stage == of.at.stage))
    }),
    ("needs: one in an earlier stage refuses", |pair| {
        pair.substage(|of| of.is_refused() && of.needs(|_, need| need.stage < of.at.stage))
    }),
    ("needs: a family of shards", |pair| pair.substage(|of| of.plan.needs.iter().any(|need| need.members.len() > 1))),
    ("needs: one that is not in the plan", |pair| pair.substage(|of| of.plan.needs.iter().any(|need| need.members.is_empty()))),
    ("needs: an ignored failure passes", |pair| {
        pair.substage(|of| of.started() && of.needs(|_, at| pair.trace.substage(at).ignored))
    }),
    ("needs: loads refuses an ignored failure", |pair| {
        pair.substage(|of| of.is_refused() && of.needs(|need, at| need.loads && pair.trace.substage(at).ignored))
    }),
    // Rule 4.
    ("an attempt that takes no time", |pair| pair.attempt(|of, _| of.start == of.end && of.outcome != Outcome::Cancelled)),
    ("an attempt that takes exactly its timeout", |pair| {
        pair.attempt(|of, plan| plan.timeout == Some(length(of)) && of.outcome != Outcome::TimedOut)
    }),
    ("exit code listed as failed", |pair| {
        pair.attempt(|of, plan| of.code.is_some_and(|code| plan.exit_codes.contains(&(code, ExitClass::Failed))))
    }),
    ("exit code listed as lost", |pair| {
        pair.attempt(|of, plan| of.code.is_some_and(|code| plan.exit_codes.contains(&(code, ExitClass::Lost))))
    }),
    // Rule 5.
    ("retry: at once", |pair| pair.retry(|before, after, _| before.end == after.start)),
    ("retry: after a wait", |pair| pair.retry(|before, after, _| before.end < after.start)),
    ("retry: after a wait that is capped", |pair| {
        pair.retry(|before, after, plan| plan.retry.max_delay == Some(Duration(after.start.0 - before.end.0)))
    }),
    ("retry: the second wait is longer", |pair| {
        pair.replica(|of, _| of.attempts.windows(3).any(|of| of[2].start.0 - of[1].end.0 > of[1].start.0 - of[0].end.0))
    }),
    ("retry: of an exit code", |pair| {
        pair.retry(|before, _, plan| before.code.is_some_and(|code| plan.retry.on.contains(&RetryOn::Exit(code))))
    }),
    ("retry: of an unstable attempt", |pair| pair.retry(|before, _, _| before.outcome == Outcome::Unstable)),
    ("retry: of a success", |pair| pair.retry(|before, _, _| before.outcome == Outcome::Succeeded)),
    ("retry: of a timeout", |pair| pair.retry(|before, _, _| before.outcome == Outcome::TimedOut)),
    ("retry: of a lost attempt", |pair| pair.retry(|before, _, _| before.outcome == Outcome::Lost)),
    ("retry: not of this outcome", |pair| {
        pair.replica(|of, plan| fails(of.outcome) && of.attempts.len() <= plan.retry.limit as usize)
    }),
    ("retry: none is left", |pair| {
        pair.replica(|of, plan| fails(of.outcome) && plan.retry.limit > 0 && of.attempts.len() > plan.retry.limit as usize)
    }),
    // Rule 6.
    ("dispatch: passes and cancels the rest", |pair| {
        pair.dispatch(|of| passes(of.trace.outcome) && of.has_replica(Outcome::Cancelled))
    }),
    ("dispatch: passes although some failed", |pair| {
        pair.dispatch(|of| passes(of.trace.outcome) && of.trace.replicas.iter().any(|of| fails(of.outcome)))
    }),
    ("dispatch: fails and cancels the rest", |pair| {
        pair.dispatch(|of| of.trace.outcome == Outcome::Failed && of.has_replica(Outcome::Cancelled))
    }),
    ("dispatch: unstable", |pair| pair.dispatch(|of| of.trace.outcome == Outcome::Unstable)),
    ("dispatch: succeeds with an unstable replica", |pair| {
        pair.dispatch(|of| of.trace.outcome == Outcome::Succeeded && of.has_replica(Outcome::Unstable))
    }),
    ("dispatch: drops a replica in back-off", |pair| {
        pair.dispatch(|of| passes(of.trace.outcome) && of.is_dropped_in_back_off(Outcome::Cancelled))
    }),
    ("dispatch: cut by a deadline", |pair| pair.dispatch(|of| of.trace.outcome == Outcome::TimedOut)),
    ("dispatch: cut by an abort", |pair| pair.dispatch(|of| of.trace.outcome == Outcome::Cancelled && of.started())),
    // Rule 7.
    ("abort: cancels what runs", |pair| {
        pair.stage(|of| of.aborts() && of.substage(|of| of.started() && of.trace.outcome == Outcome::Cancelled))
    }),
    ("abort: cancels what waits", |pair| {
        pair.stage(|of| of.aborts() && of.substage(|of| !of.started() && of.trace.outcome == Outcome::Cancelled))
    }),
    ("abort: cancels what is in back-off", |pair| {
        pair.stage(|of| {
            of.aborts()
                && of.substage(|of| of.trace.outcome == Outcome::Cancelled && of.is_dropped_in_back_off(Outcome::Cancelled))
        })
    }),
    ("abort: with a failure under another policy", |pair| pair.stage(|of| of.aborts() && of.fails_under(OnError::Continue))),
    ("abort: in a stage that runs although stopped", |pair| pair.stage(|of| of.aborts() && of.is_stopped())),
    ("finish: a sibling starts after it", |pair| pair.stage(|of| of.sibling_starts_after(OnError::Finish))),
    ("continue: a sibling starts after it", |pair| pair.stage(|of| of.sibling_starts_after(OnError::Continue))),
    ("continue: the next stage runs", |pair| {
        pair.stage(|of| of.plan.when.is_none() && of.ran() && of.earlier().any(|of| of.fails_under(OnError::Continue)))
    }),
    ("ignore: a failure is ignored", |pair| pair.substage(|of| of.trace.ignored)),
    ("ignore: not where a deadline cuts it", |pair| {
        pair.substage(|of| of.plan.on_error == OnError::Ignore && of.is_cut_by_deadline())
    }),
    // Rule 8.
    ("deadline of a stage: cuts what runs", |pair| {
        pair.stage(|of| of.ends_at_deadline() && of.substage(|of| of.is_cut_by_deadline()))
    }),
    ("deadline of a stage: cancels what waits", |pair| {
        pair.stage(|of| {
            of.ends_at_deadline() && !of.aborts() && of.substage(|of| !of.started() && of.trace.outcome == Outcome::Cancelled)
        })
    }),
    ("deadline of a stage: cuts what is in back-off", |pair| {
        pair.stage(|of| of.ends_at_deadline() && of.substage(|of| of.is_dropped_in_back_off(Outcome::TimedOut)))
    }),
    ("deadline of a stage: it ends exactly then", |pair| {
        pair.stage(|of| of.ends_at_deadline() && of.trace.outcome != Outcome::Failed)
    }),
    ("deadline of the pipeline: cuts what runs", |pair| {
        pair.stage(|of| of.ends_at_pipeline_deadline() && of.substage(|of| of.is_cut_by_deadline()))
    }),
    ("deadline of the pipeline: between two stages", |pair| {
        pair.stage(|of| of.ends_at_pipeline_deadline() && of.trace.outcome != Outcome::Failed && of.has_next())
    }),
    ("deadline of the pipeline: as the last stage ends", |pair| {
        pair.stage(|of| of.ends_at_pipeline_deadline() && of.trace.outcome != Outcome::Failed && !of.has_next())
    }),
    ("deadline of the pipeline: a stage runs after it", |pair| {
        pair.stage(|of| of.trace.time.is_some_and(|(start, _)| pair.plan.deadline.is_some_and(|deadline| deadline <= start)))
    }),
    ("both deadlines at one instant", |pair| pair.stage(|of| of.ends_at_pipeline_deadline() && of.ends_at_deadline())),
    // Rule 9.
    ("cache: one whose need did not pass", |pair| {
        pair.substage(|of| of.trace.outcome == Outcome::Cached && of.needs(|_, at| fails(pair.trace.substage(at).outcome)))
    }),
    ("cache: one passes a need", |pair| {
        pair.substage(|of| of.started() && of.needs(|_, at| pair.trace.substage(at).outcome == Outcome::Cached))
    }),
    ("cache: a whole stage", |pair| {
        pair.stage(|of| of.ran() && of.trace.substages.iter().all(|of| of.outcome == Outcome::Cached))
    }),
    // Rule 10.
    ("a stage of which all is skipped by needs", |pair| {
        pair.stage(|of| of.ran() && of.trace.substages.iter().all(|of| of.outcome == Outcome::Skipped))
    }),
    ("a stage that runs always fails", |pair| {
        pair.stage(|of| of.plan.when == Some(Condition::Always) && of.trace.outcome == Outcome::Failed)
    }),
    // Time.
    ("two attempts of a stage end at one instant", |pair| pair.stage(|of| of.has_tie())),
    ("an attempt that is cut as it starts", |pair| pair.attempt(|of, _| of.start == of.end && of.outcome == Outcome::Cancelled)),
    ("a case that asks the cache", |pair| pair.substage(|of| pair.behaviour.is_cached(of.at))),
];

/// A plan and its outcomes, with what both interpreters say of them.
struct Pair<'p> {
    plan: &'p Plan,
    behaviour: &'p Played,
    trace: &'p Trace,
}

/// A stage of a pair.
#[derive(Clone, Copy)]
struct InStage<'p> {
    pair: &'p Pair<'p>,
    index: usize,
    plan: &'p Stage,
    trace: &'p StageTrace,
}

/// A substage of a pair.
#[derive(Clone, Copy)]
struct InSubstage<'p> {
    stage: InStage<'p>,
    at: SubstageRef,
    plan: &'p Substage,
    trace: &'p SubstageTrace,
}

impl Pair<'_> {
    fn stages(&self) -> impl Iterator<Item = InStage<'_>> {
        let stages = self.plan.stages.iter().zip(&self.trace.stages).enumerate();
        stages.map(|(index, (plan, trace))| InStage { pair: self, index, plan, trace })
    }

    fn stage(&self, test: impl Fn(InStage<'_>) -> bool) -> bool {
        self.stages().any(test)
    }

    fn substage(&self, test: impl Fn(InSubstage<'_>) -> bool) -> bool {
        self.stages().any(|stage| stage.substages().any(&test))
    }

    fn dispatch(&self, test: impl Fn(InSubstage<'_>) -> bool) -> bool {
        self.substage(|of| of.plan.dispatch.is_some() && test(of))
    }

    fn replica(&self, test: impl Fn(&ReplicaTrace, &Substage) -> bool) -> bool {
        self.substage(|of| of.trace.replicas.iter().any(|replica| test(replica, of.plan)))
    }

    fn attempt(&self, test: impl Fn(&AttemptTrace, &Substage) -> bool) -> bool {
        self.replica(|of, plan| of.attempts.iter().any(|attempt| test(attempt, plan)))
    }

    /// Of two attempts in a row.
    fn retry(&self, test: impl Fn(&AttemptTrace, &AttemptTrace, &Substage) -> bool) -> bool {
        self.replica(|of, plan| of.attempts.windows(2).any(|pair| test(&pair[0], &pair[1], plan)))
    }

    /// Whether a stage with such a condition runs, or is skipped for it.
    fn condition(&self, runs: bool, test: impl Fn(&Condition) -> bool) -> bool {
        self.stage(|of| of.has_substages() && of.ran() == runs && of.plan.when.as_ref().is_some_and(&test))
    }

    fn is_absent(&self, when: &Condition) -> bool {
        match when {
            Condition::Always | Condition::Succeeded | Condition::Failed => false,
            Condition::StageSucceeded(name) | Condition::StageFailed(name) => self.plan.stages.iter().all(|of| of.name != *name),
            Condition::Not(inner) => self.is_absent(inner),
            Condition::And(left, right) | Condition::Or(left, right) => self.is_absent(left) || self.is_absent(right),
        }
    }
}

impl<'p> InStage<'p> {
    fn substages(self) -> impl Iterator<Item = InSubstage<'p>> {
        let substages = self.plan.substages.iter().zip(&self.trace.substages).enumerate();
        substages.map(move |(at, (plan, trace))| {
            let at = SubstageRef { stage: self.index as u32, substage: at as u32 };
            InSubstage { stage: self, at, plan, trace }
        })
    }

    fn substage(self, test: impl Fn(InSubstage<'_>) -> bool) -> bool {
        self.substages().any(test)
    }

    fn earlier(self) -> impl Iterator<Item = InStage<'p>> {
        self.pair.stages().take(self.index)
    }

    fn ran(self) -> bool {
        self.trace.time.is_some()
    }

    fn has_substages(self) -> bool {
        !self.plan.substages.is_empty()
    }

    fn has_next(self) -> bool {
        self.index + 1 < self.pair.plan.stages.len()
    }

    /// Whether a failure before it stopped the pipeline.
    fn is_stopped(self) -> bool {
        self.earlier().any(|of| of.fails_under(OnError::Abort) || of.fails_under(OnError::Finish))
    }

    fn fails_under(self, policy: OnError) -> bool {
        self.substage(|of| of.plan.on_error == policy && of.fails_by_itself())
    }

    fn aborts(self) -> bool {
        self.fails_under(OnError::Abort)
    }

    fn sibling_starts_after(self, policy: OnError) -> bool {
        self.substage(|failed| {
            let after = |of: InSubstage<'_>| of.start() >= failed.end() && of.at != failed.at;
            failed.plan.on_error == policy && failed.fails_by_itself() && self.substage(after)
        })
    }

    fn ends_at_deadline(self) -> bool {
        let time = self.trace.time.zip(self.plan.deadline);
        time.is_some_and(|((start, end), deadline)| end.0 - start.0 == deadline.0)
    }

    fn ends_at_pipeline_deadline(self) -> bool {
        let time = self.trace.time.zip(self.pair.plan.deadline);
        time.is_some_and(|((start, end), deadline)| start < deadline && end == deadline)
    }

    fn has_tie(self) -> bool {
        let replicas = self.trace.substages.iter().flat_map(|of| &of.replicas);
        let mut ends: Vec<_> = replicas.flat_map(|of| &of.attempts).map(|attempt| attempt.end).collect();
        ends.sort();
        ends.windows(2).any(|pair| pair[0] == pair[1])
    }
}

impl InSubstage<'_> {
    fn start(self) -> Option<Duration> {
        self.trace.replicas.iter().flat_map(|of| &of.attempts).map(|attempt| attempt.start).min()
    }

    fn end(self) -> Option<Duration> {
        self.trace.replicas.iter().flat_map(|of| &of.attempts).map(|attempt| attempt.end).max()
    }

    fn started(self) -> bool {
        self.start().is_some()
    }

    /// Whether it starts later than its stage.
    fn waited(self) -> bool {
        self.start().zip(self.stage.trace.time).is_some_and(|(start, (begin, _))| start > begin)
    }

    fn is_free(self) -> bool {
        self.plan.needs.is_empty() && self.plan.lock.is_empty()
    }

    fn holds_only_locks(self) -> bool {
        !self.plan.lock.is_empty() && self.stage.plan.parallel.is_none()
    }

    fn is_overtaken(self) -> bool {
        let overtakes = |of: InSubstage<'_>| of.is_free() && of.at > self.at && of.start().is_some() && of.start() < self.start();
        self.is_free() && self.stage.substage(overtakes)
    }

    fn needs(self, test: impl Fn(&Need, SubstageRef) -> bool) -> bool {
        self.plan.needs.iter().any(|need| need.members.iter().any(|at| test(need, *at)))
    }

    /// Whether a need made it skipped.
    fn is_refused(self) -> bool {
        self.trace.outcome == Outcome::Skipped && self.stage.ran()
    }

    /// Whether it failed before a deadline could cut it: a cut one has a replica that did not come to its own end.
    fn fails_by_itself(self) -> bool {
        fails(self.trace.outcome) && !self.is_cut_by_deadline()
    }

    fn is_cut_by_deadline(self) -> bool {
        let at_end = self.stage.trace.time.is_some_and(|(_, end)| self.end() <= Some(end));
        let is_due = self.stage.ends_at_deadline() || self.stage.ends_at_pipeline_deadline();
        let ended =
            |of: &ReplicaTrace| of.attempts.last().is_some_and(|last| last.outcome == of.outcome && !self.may_be_cut(last));
        self.trace.outcome == Outcome::TimedOut && at_end && is_due && !self.trace.replicas.iter().all(ended)
    }

    /// Whether an attempt is `timed_out` without its timeout's doing.
    fn may_be_cut(self, attempt: &AttemptTrace) -> bool {
        attempt.outcome == Outcome::TimedOut && self.plan.timeout != Some(length(attempt))
    }

    fn has_replica(self, outcome: Outcome) -> bool {
        self.trace.replicas.iter().any(|of| of.outcome == outcome)
    }

    /// Whether a replica was cut under this word while no attempt of it ran.
    fn is_dropped_in_back_off(self, word: Outcome) -> bool {
        let is_dropped = |of: &ReplicaTrace| of.outcome == word && of.attempts.last().is_some_and(|last| last.outcome != word);
        self.trace.replicas.iter().any(is_dropped)
    }
}

fn length(attempt: &AttemptTrace) -> Duration {
    Duration(attempt.end.0 - attempt.start.0)
}

fn passes(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Succeeded | Outcome::Unstable)
}

fn fails(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Lost)
}
