//! A second interpreter of the ten rules of `docs/reference/semantics.md`, slow and plain, to judge the machine by.
//!
//! It keeps no queue of events and no state that changes with them. Two things make that possible. What becomes of a replica that
//! nobody cuts short depends on its start alone: its whole life is written down at once. And of a running stage it is enough to know
//! which substage was started when: all else is computed anew from that, at every step of the clock.

use o11n::base::Duration;
use o11n::machine::{Attempt, AttemptTrace, Behaviour, End, Outcome, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use o11n::plan::{Condition, ExitClass, Need, OnError, Plan, Stage, Substage, SubstageRef};
use o11n::sema::hir::RetryOn;

/// An instant, and how often it has come round: what starts at an instant and takes no time ends in the next round of it.
///
/// In each moment: attempts end and replicas settle (steps 1 and 2 of the page), deadlines act (3), policies act (4), then things
/// start (5). So what starts in a moment is running in all later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    time: i64,
    round: u32,
}

impl Moment {
    /// The first round of an instant.
    fn at(time: i64) -> Self {
        Self { time, round: 0 }
    }

    /// When an attempt ends that starts now.
    fn end_after(self, length: i64) -> Self {
        if length == 0 { Self { round: self.round + 1, ..self } } else { Self::at(self.time + length) }
    }

    /// When a retry starts whose back-off begins now: one without a wait in step 5 of this very moment.
    fn retry_after(self, wait: i64) -> Self {
        if wait == 0 { self } else { Self::at(self.time + wait) }
    }
}

/// One attempt that nobody cut short.
struct Try {
    outcome: Outcome,
    code: Option<u8>,
    start: Moment,
    end: Moment,
}

/// All attempts of a replica that nobody cuts short; at least one.
type Life = Vec<Try>;

/// What is decided of a substage.
#[derive(Clone, Copy)]
enum Decision {
    Cached,
    Skipped,
    Started(Moment),
}

/// A stage that ran.
struct StageRun {
    start: Moment,
    end: Moment,
    /// None for what never started.
    decisions: Vec<Option<Decision>>,
    /// What cut short all that was left of it: an abort (`Cancelled`) or a deadline (`TimedOut`).
    cut: Option<(Moment, Outcome)>,
}

/// What a plan does.
pub(crate) fn run(plan: &Plan, behaviour: &dyn Behaviour) -> Trace {
    Oracle { plan, behaviour }.run()
}

struct Oracle<'p> {
    plan: &'p Plan,
    behaviour: &'p dyn Behaviour,
}

// The pipeline.
impl Oracle<'_> {
    fn run(&self) -> Trace {
        let mut now = Moment::at(0);
        let (mut stopped, mut failing) = (false, false);
        let mut runs: Vec<Option<StageRun>> = Vec::new();
        let mut stages: Vec<StageTrace> = Vec::new();
        // Rule 1: one stage after the other.
        for (index, stage) in self.plan.stages.iter().enumerate() {
            // Rule 2: without a substage it is skipped; a condition replaces the default.
            let wanted = match &stage.when {
                None => !stopped,
                Some(when) => self.holds(when, failing, &stages),
            };
            if stage.substages.is_empty() || !wanted {
                runs.push(None);
                stages.push(skipped_stage(stage));
                continue;
            }
            let run = self.stage(index, now, &runs);
            now = run.end;
            runs.push(Some(run));
            let run = runs[index].as_ref().expect("it was just pushed");
            let trace = self.stage_trace(index, run);
            // Rule 7: what the failures of this stage do to later ones. Rule 8: a deadline sets both flags.
            for policy in self.failures(index, run) {
                stopped |= matches!(policy, OnError::Abort | OnError::Finish);
                failing |= matches!(policy, OnError::Abort | OnError::Finish | OnError::Continue);
            }
            let by_deadline = matches!(run.cut, Some((_, Outcome::TimedOut)));
            // Rule 8: the pipeline's deadline passed as this stage ended, for that is step 3 and the end of a stage step 5. Only the
            // last stage keeps it by ending exactly then.
            let is_last = index + 1 == self.plan.stages.len();
            let passed = self.plan.deadline.is_some_and(|deadline| deadline.0 < now.time + i64::from(!is_last));
            stopped |= by_deadline || passed;
            failing |= by_deadline || passed;
            stages.push(trace);
        }
        // Rule 10.
        let outcome = if failing {
            Outcome::Failed
        } else if stages.iter().any(|stage| stage.outcome == Outcome::Unstable) {
            Outcome::Unstable
        } else {
            Outcome::Succeeded
        };
        Trace { outcome, duration: Duration(now.time), stages }
    }

    /// Rule 2. A stage that is skipped, or is not in this plan, is neither failed nor succeeded.
    fn holds(&self, when: &Condition, failing: bool, earlier: &[StageTrace]) -> bool {
        let outcome = |name: &str| {
            let index = self.plan.stages.iter().position(|stage| stage.name == name);
            index.and_then(|index| earlier.get(index)).map(|stage| stage.outcome)
        };
        match when {
            Condition::Always => true,
            Condition::Succeeded => !failing,
            Condition::Failed => failing,
            Condition::StageFailed(name) => outcome(name) == Some(Outcome::Failed),
            Condition::StageSucceeded(name) => matches!(outcome(name), Some(Outcome::Succeeded | Outcome::Unstable)),
            Condition::Not(inner) => !self.holds(inner, failing, earlier),
            Condition::And(left, right) => self.holds(left, failing, earlier) && self.holds(right, failing, earlier),
            Condition::Or(left, right) => self.holds(left, failing, earlier) || self.holds(right, failing, earlier),
        }
    }
}

// One stage.
impl Oracle<'_> {
    /// Runs a stage that is decided to start.
    fn stage(&self, index: usize, start: Moment, earlier: &[Option<StageRun>]) -> StageRun {
        let stage = &self.plan.stages[index];
        // Rule 9 and rule 3: cached as the stage starts, whatever it needs.
        let is_cached = |at: usize| self.behaviour.is_cached(place(index, at));
        let decisions = (0..stage.substages.len()).map(|at| is_cached(at).then_some(Decision::Cached)).collect();
        let mut run = StageRun { start, end: start, decisions, cut: None };
        let deadlines = self.deadlines(stage, start);
        loop {
            let now = run.end;
            // Steps 3 and 4. In the moment of its start these steps were over before it started.
            if now > start && self.is_left(index, &run) {
                if deadlines.contains(&now) {
                    run.cut = Some((now, Outcome::TimedOut));
                } else if self.aborts(index, &run) {
                    run.cut = Some((now, Outcome::Cancelled));
                }
            }
            // Step 5.
            if run.cut.is_none() {
                self.skip_by_needs(index, &mut run, earlier);
                self.start_what_can(index, &mut run, earlier);
            }
            if run.cut.is_some() || !self.is_left(index, &run) {
                return run;
            }
            let ends = (0..stage.substages.len()).filter_map(|at| Some(self.own_end(index, at, &run)?.0));
            let next = ends.chain(deadlines.iter().copied()).filter(|moment| *moment > now).min();
            run.end = next.expect("what is left waits for something");
        }
    }

    /// Rule 8: the stage's deadline counts from its start, the pipeline's from the run's; one that has passed acts no more.
    fn deadlines(&self, stage: &Stage, start: Moment) -> Vec<Moment> {
        let own = stage.deadline.map(|deadline| start.time + deadline.0);
        let whole = self.plan.deadline.map(|deadline| deadline.0).filter(|deadline| *deadline > start.time);
        own.into_iter().chain(whole).map(Moment::at).collect()
    }

    /// Whether a substage waits or runs after steps 1 and 2 of the present moment.
    fn is_left(&self, index: usize, run: &StageRun) -> bool {
        (0..run.decisions.len()).any(|at| run.decisions[at].is_none() || self.is_running(index, at, run))
    }

    fn is_running(&self, index: usize, at: usize, run: &StageRun) -> bool {
        self.own_end(index, at, run).is_some_and(|(end, _)| end > run.end)
    }

    /// Rule 7: whether a substage under `abort` fails in the present moment.
    fn aborts(&self, index: usize, run: &StageRun) -> bool {
        let substages = &self.plan.stages[index].substages;
        (0..substages.len()).any(|at| {
            let fails_now = |(end, outcome)| end == run.end && is_failure(outcome);
            substages[at].on_error == OnError::Abort && self.own_end(index, at, run).is_some_and(fails_now)
        })
    }

    /// Rule 3, needs: skipped when all that it needs is in an outcome and a part of it did not pass; a skip may bring others.
    fn skip_by_needs(&self, index: usize, run: &mut StageRun, earlier: &[Option<StageRun>]) {
        let substages = &self.plan.stages[index].substages;
        loop {
            let is_to_skip = |at: &usize| {
                let needs = self.needed(&substages[*at].needs, index, run, earlier);
                run.decisions[*at].is_none() && !needs.contains(&Passage::Open) && needs.contains(&Passage::Refused)
            };
            let Some(at) = (0..substages.len()).find(is_to_skip) else { return };
            run.decisions[at] = Some(Decision::Skipped);
        }
    }

    /// Rule 3: in order of priority, then of declaration, each that may start, has a slot and all its locks.
    fn start_what_can(&self, index: usize, run: &mut StageRun, earlier: &[Option<StageRun>]) {
        let stage = &self.plan.stages[index];
        let mut order: Vec<usize> = (0..stage.substages.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(stage.substages[*at].priority), *at));
        for at in order {
            let substage = &stage.substages[at];
            let needs = self.needed(&substage.needs, index, run, earlier);
            if run.decisions[at].is_some() || !needs.iter().all(|need| *need == Passage::Granted) {
                continue;
            }
            // A substage holds slot and locks from its start to its outcome. Each of those just started has one to come.
            let running: Vec<usize> = (0..stage.substages.len()).filter(|other| self.is_running(index, *other, run)).collect();
            let has_slot = stage.parallel.is_none_or(|most| running.len() < most as usize);
            let is_held = |lock| running.iter().any(|other| stage.substages[*other].lock.contains(lock));
            if has_slot && !substage.lock.iter().any(is_held) {
                run.decisions[at] = Some(Decision::Started(run.end));
            }
        }
    }

    /// How things stand with all that is needed.
    fn needed(&self, needs: &[Need], index: usize, run: &StageRun, earlier: &[Option<StageRun>]) -> Vec<Passage> {
        let one = |need: &Need, member: &SubstageRef| {
            let (stage, at) = (member.stage as usize, member.substage as usize);
            match (stage == index, earlier.get(stage)) {
                (true, _) => self.passage(stage, at, run, need.loads),
                (false, Some(Some(run))) => self.passage(stage, at, run, need.loads),
                // Its stage was skipped, and so was it.
                (false, _) => Passage::Refused,
            }
        };
        needs.iter().flat_map(|need| need.members.iter().map(move |member| one(need, member))).collect()
    }

    /// Rule 3: what passes a need. An ignored failure does, but has no files to load; what a deadline cut does not.
    fn passage(&self, index: usize, at: usize, run: &StageRun, loads: bool) -> Passage {
        let passed = match run.decisions[at] {
            None if run.cut.is_none() => return Passage::Open,
            Some(Decision::Started(_)) if run.cut.is_none() && self.is_running(index, at, run) => return Passage::Open,
            None | Some(Decision::Skipped) => false,
            Some(Decision::Cached) => true,
            Some(Decision::Started(_)) => match self.end(index, at, run) {
                (_, Outcome::Succeeded | Outcome::Unstable, _) => true,
                (_, _, Ended::Cut) => false,
                (_, outcome, Ended::ByItself) => {
                    is_failure(outcome) && self.plan.stages[index].substages[at].on_error == OnError::Ignore && !loads
                }
            },
        };
        if passed { Passage::Granted } else { Passage::Refused }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    /// Not in an outcome yet.
    Open,
    Granted,
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    ByItself,
    Cut,
}

// One substage.
impl Oracle<'_> {
    /// When and how a substage ends, or would end if nobody cut it short; none if it never started.
    fn own_end(&self, index: usize, at: usize, run: &StageRun) -> Option<(Moment, Outcome)> {
        let Some(Decision::Started(start)) = run.decisions[at] else { return None };
        let lives = self.lives(index, at, start);
        let ends: Vec<(Moment, Outcome)> = lives.iter().map(|life| (last(life).end, last(life).outcome)).collect();
        // Rule 5: the last attempt's outcome.
        let Some(dispatch) = self.plan.stages[index].substages[at].dispatch else { return Some(ends[0]) };
        // Rule 6: decided in the first moment in which enough have passed, or enough have not.
        let (copies, need) = (dispatch.copies as usize, dispatch.need as usize);
        let mut moments: Vec<Moment> = ends.iter().map(|(end, _)| *end).collect();
        moments.sort();
        moments.into_iter().find_map(|now| {
            let ended = ends.iter().enumerate().filter(|(_, (end, _))| *end <= now);
            let (mut passed, others): (Vec<_>, Vec<_>) = ended.partition(|(_, (_, outcome))| is_pass(*outcome));
            if passed.len() >= need {
                passed.sort_by_key(|(number, (end, _))| (end.time, *number));
                let is_unstable = passed[..need].iter().any(|(_, (_, outcome))| *outcome == Outcome::Unstable);
                return Some((now, if is_unstable { Outcome::Unstable } else { Outcome::Succeeded }));
            }
            (others.len() > copies - need).then_some((now, Outcome::Failed))
        })
    }

    /// When and how a substage that started did end, in a stage that is over.
    fn end(&self, index: usize, at: usize, run: &StageRun) -> (Moment, Outcome, Ended) {
        let (end, outcome) = self.own_end(index, at, run).expect("it started");
        match run.cut {
            // Steps 1 and 2 come before 3 and 4: what ends in the moment of the cut has ended by itself.
            Some((cut, word)) if cut < end => (cut, word, Ended::Cut),
            _ => (end, outcome, Ended::ByItself),
        }
    }

    /// Rule 6: all replicas start together. Without `dispatch` there is one.
    fn lives(&self, index: usize, at: usize, start: Moment) -> Vec<Life> {
        let substage = &self.plan.stages[index].substages[at];
        (1..=copies(substage)).map(|replica| self.life(substage, place(index, at), replica, start)).collect()
    }

    /// Rule 5: attempts until one is not to be tried again.
    fn life(&self, substage: &Substage, at: SubstageRef, replica: u32, start: Moment) -> Life {
        let mut life = Life::new();
        let mut start = start;
        for number in 1..=1 + substage.retry.limit {
            let (length, outcome, code) = ending(substage, self.behaviour.attempt(at, replica, number));
            let end = start.end_after(length);
            life.push(Try { outcome, code, start, end });
            let is_tried_again = substage.retry.on.iter().any(|on| match on {
                RetryOn::Failed => outcome == Outcome::Failed,
                RetryOn::TimedOut => outcome == Outcome::TimedOut,
                RetryOn::Lost => outcome == Outcome::Lost,
                RetryOn::Unstable => outcome == Outcome::Unstable,
                RetryOn::Exit(wanted) => code == Some(*wanted),
            });
            if !is_tried_again {
                break;
            }
            start = end.retry_after(wait(substage, number));
        }
        life
    }
}

/// Rule 4: how long an attempt takes, how it ends, and its exit code. One that takes exactly its timeout ends by itself.
fn ending(substage: &Substage, attempt: Attempt) -> (i64, Outcome, Option<u8>) {
    let takes = attempt.takes.0;
    match (attempt.end, substage.timeout) {
        (End::TimedOut, Some(timeout)) => (timeout.0, Outcome::TimedOut, None),
        (_, Some(timeout)) if takes > timeout.0 => (timeout.0, Outcome::TimedOut, None),
        (End::TimedOut, None) => (takes, Outcome::TimedOut, None),
        (End::Lost, _) => (takes, Outcome::Lost, None),
        (End::Exit(code), _) => {
            let listed = substage.exit_codes.iter().find(|(listed, _)| *listed == code).map(|(_, class)| class);
            let outcome = match listed {
                _ if code == 0 => Outcome::Succeeded,
                Some(ExitClass::Unstable) => Outcome::Unstable,
                Some(ExitClass::Lost) => Outcome::Lost,
                Some(ExitClass::Failed) | None => Outcome::Failed,
            };
            (takes, outcome, Some(code))
        }
    }
}

/// Rule 5: `min(delay · factor^(attempt-1), max_delay)`, to the nearest millisecond.
fn wait(substage: &Substage, attempt: u32) -> i64 {
    let retry = &substage.retry;
    let mut wait = retry.delay.0 as f64;
    for _ in 1..attempt {
        wait *= retry.factor;
    }
    let wait = wait.round() as i64;
    retry.max_delay.map_or(wait, |most| wait.min(most.0))
}

// What the trace shows.
impl Oracle<'_> {
    /// The policies of all failures of a stage, not of what was cut short.
    fn failures(&self, index: usize, run: &StageRun) -> Vec<OnError> {
        let substages = self.plan.stages[index].substages.iter().enumerate();
        let failed = substages.filter(|(at, _)| {
            matches!(run.decisions[*at], Some(Decision::Started(_)))
                && matches!(self.end(index, *at, run), (_, outcome, Ended::ByItself) if is_failure(outcome))
        });
        failed.map(|(_, substage)| substage.on_error).collect()
    }

    fn stage_trace(&self, index: usize, run: &StageRun) -> StageTrace {
        let substages: Vec<SubstageTrace> = (0..run.decisions.len()).map(|at| self.substage_trace(index, at, run)).collect();
        let by_deadline = matches!(run.cut, Some((_, Outcome::TimedOut)));
        // Rule 10.
        let outcome = if by_deadline || self.failures(index, run).iter().any(|policy| *policy != OnError::Ignore) {
            Outcome::Failed
        } else if substages.iter().any(|substage| substage.outcome == Outcome::Unstable) {
            Outcome::Unstable
        } else {
            Outcome::Succeeded
        };
        StageTrace { outcome, time: Some((Duration(run.start.time), Duration(run.end.time))), substages }
    }

    fn substage_trace(&self, index: usize, at: usize, run: &StageRun) -> SubstageTrace {
        let substage = &self.plan.stages[index].substages[at];
        let plain = |outcome, replicas| SubstageTrace { outcome, ignored: false, reason: None, replicas };
        let start = match run.decisions[at] {
            Some(Decision::Cached) => return plain(Outcome::Cached, Vec::new()),
            Some(Decision::Skipped) => return plain(Outcome::Skipped, Vec::new()),
            // Rules 7 and 8: what waits is cancelled, by an abort as by a deadline.
            None => {
                let never = ReplicaTrace { outcome: Outcome::Cancelled, attempts: Vec::new() };
                return plain(Outcome::Cancelled, vec![never; copies(substage) as usize]);
            }
            Some(Decision::Started(start)) => start,
        };
        let (end, outcome, how) = self.end(index, at, run);
        // Rule 6: a decided dispatch cancels what is left of it.
        let word = if how == Ended::Cut { outcome } else { Outcome::Cancelled };
        let replicas = self.lives(index, at, start).iter().map(|life| replica_trace(life, end, word)).collect();
        let ignored = how == Ended::ByItself && is_failure(outcome) && substage.on_error == OnError::Ignore;
        SubstageTrace { outcome, ignored, reason: None, replicas }
    }
}

/// A life up to a moment, and what is left of it cut short there under this word. What starts in step 5 of that moment never
/// starts: a retry that is due then is still in back-off.
fn replica_trace(life: &Life, end: Moment, word: Outcome) -> ReplicaTrace {
    let is_whole = last(life).end <= end;
    let started = life.iter().filter(|attempt| attempt.start < end);
    let attempts = started.map(|attempt| {
        let start = Duration(attempt.start.time);
        if attempt.end <= end {
            AttemptTrace { outcome: attempt.outcome, code: attempt.code, start, end: Duration(attempt.end.time) }
        } else {
            AttemptTrace { outcome: word, code: None, start, end: Duration(end.time) }
        }
    });
    ReplicaTrace { outcome: if is_whole { last(life).outcome } else { word }, attempts: attempts.collect() }
}

/// Rule 2: a stage that does not run is skipped, and so are its substages.
fn skipped_stage(stage: &Stage) -> StageTrace {
    let substage = SubstageTrace { outcome: Outcome::Skipped, ignored: false, reason: None, replicas: Vec::new() };
    StageTrace { outcome: Outcome::Skipped, time: None, substages: vec![substage; stage.substages.len()] }
}

fn last(life: &Life) -> &Try {
    life.last().expect("there is a first attempt")
}

fn copies(substage: &Substage) -> u32 {
    substage.dispatch.map_or(1, |dispatch| dispatch.copies)
}

fn place(stage: usize, substage: usize) -> SubstageRef {
    SubstageRef { stage: stage as u32, substage: substage as u32 }
}

fn is_pass(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Succeeded | Outcome::Unstable)
}

fn is_failure(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Lost)
}
