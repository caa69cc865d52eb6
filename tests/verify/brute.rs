//! Every combination of ends, one after the other, on the machine: what `verify` says in a moment must be the same.

use std::time::Duration as StdDuration;

use o11n::base::Duration;
use o11n::machine::verify::{Breach, Counterexample, Late, Law, Space, Verdict, broken};
use o11n::machine::{Attempt, Behaviour, End, Expectation, Fakes, Layer, Machine, Outcome};
use o11n::plan::{ExitClass, Plan, RetryOn, Substage, SubstageRef};
use o11n::sema::hir::FakeOutcome;
use o11n_sketch::{Features, cases};

use super::{Asked, asked, told};

/// More combinations than this are not tried one by one.
const MOST: u128 = 3_000;
/// In a stage that can be aborted, each substage takes one of these.
const TIMES: [i64; 3] = [1_000, 60_000, 3_600_000];
/// Pipelines that are drawn; `VERIFY_CASES` sets another number.
const CASES: usize = 150;

/// All that a test draws, from one seed.
pub(super) struct Rng(pub(super) fastrand::Rng);

impl Rng {
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.usize(..from.len())]
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.0.u32(..count) == 0
    }
}

pub(super) struct Question {
    plan: Plan,
    /// As written.
    pub(super) texts: Vec<String>,
    expectations: Vec<Expectation>,
}

/// A pipeline with properties; none where no expectation that was drawn makes sense in it.
pub(super) fn question(source: &str, rng: &mut Rng, count: usize, fact: impl Fn(&Plan, &mut Rng) -> String) -> Option<Question> {
    let plan = asked(source, &[])?.plan;
    if plan.stages.is_empty() {
        return None;
    }
    let texts: Vec<String> = (0..count * 3).map(|_| expectation(&plan, rng, &fact)).collect();
    let sound: Vec<String> = texts.into_iter().filter(|text| asked(source, &[text]).is_some()).take(count).collect();
    let all: Vec<&str> = sound.iter().map(String::as_str).collect();
    let Asked { plan, expectations } = asked(source, &all)?;
    Some(Question { plan, texts: sound, expectations })
}

fn paths(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let stages: Vec<String> = plan.stages.iter().map(|stage| stage.name.to_string()).collect();
    let of_plan = plan.substages().map(|(stage, substage)| format!("{}/{}", stage.name, substage.name));
    let substages = of_plan.chain(stages.iter().map(|stage| format!("{stage}/*"))).collect();
    (stages, substages)
}

fn expectation(plan: &Plan, rng: &mut Rng, fact: impl Fn(&Plan, &mut Rng) -> String) -> String {
    let (stages, substages) = paths(plan);
    let fact = fact(plan, rng);
    if rng.one_in(4) { fact } else { format!("{fact} when {}", condition(&stages, &substages, rng, 2)) }
}

pub(super) fn outcome_fact(plan: &Plan, rng: &mut Rng) -> String {
    let (stages, substages) = paths(plan);
    let stage_outcomes = ["succeeded", "unstable", "failed", "skipped"];
    let outcomes = ["succeeded", "unstable", "failed", "timed_out", "lost", "cancelled", "skipped"];
    match rng.0.u32(..10) {
        0 | 1 => format!("pipeline = {}", rng.pick(&stage_outcomes[..3])),
        2 => format!("\"{}\" = {}", rng.pick(&stages), rng.pick(&stage_outcomes)),
        3 => format!("\"{}\" {}", rng.pick(&stages), rng.pick(&["ran", "not ran"])),
        4..=6 => format!("\"{}\" = {}", rng.pick(&substages), rng.pick(&outcomes)),
        7 | 8 => format!("\"{}\" {}", rng.pick(&substages), rng.pick(&["ran", "not ran"])),
        _ => format!("\"{}\" attempts = {}", rng.pick(&substages), rng.0.u32(..5)),
    }
}

fn duration_fact(_: &Plan, rng: &mut Rng) -> String {
    format!("duration {} {}m", rng.pick(&["<=", "<=", "<=", "<", ">="]), rng.0.u32(..20))
}

fn condition(stages: &[String], substages: &[String], rng: &mut Rng, depth: u32) -> String {
    let from = if substages.is_empty() || rng.one_in(3) { stages } else { substages };
    let inner = |rng: &mut Rng| condition(stages, substages, rng, depth - 1);
    match rng.0.u32(..if depth == 0 { 2 } else { 6 }) {
        0 | 3 => format!("failed(\"{}\")", rng.pick(from)),
        1 | 4 => format!("succeeded(\"{}\")", rng.pick(from)),
        2 => format!("not ({})", inner(rng)),
        _ => {
            let word = *rng.pick(&["and", "or"]);
            format!("({}) {word} ({})", inner(rng), inner(rng))
        }
    }
}

/// Every end that the page lists: success, each code that is named, another, timed out, lost.
fn ends(substage: &Substage) -> Vec<End> {
    let mut codes: Vec<u8> = substage.exit_codes.iter().map(|(code, _)| *code).collect();
    codes.extend(substage.retry.on.iter().filter_map(|on| if let RetryOn::Exit(code) = on { Some(*code) } else { None }));
    codes.push((1..=255).find(|code| !codes.contains(code)).unwrap());
    codes.push(0);
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().map(End::Exit).chain([End::TimedOut, End::Lost]).collect()
}

fn is_tried_again(substage: &Substage, end: End) -> bool {
    let class = |code: u8| match substage.exit_codes.iter().find(|(known, _)| *known == code) {
        _ if code == 0 => Outcome::Succeeded,
        Some((_, ExitClass::Unstable)) => Outcome::Unstable,
        Some((_, ExitClass::Lost)) => Outcome::Lost,
        _ => Outcome::Failed,
    };
    let outcome = match end {
        End::Exit(code) => class(code),
        End::TimedOut => Outcome::TimedOut,
        End::Lost => Outcome::Lost,
    };
    substage.retry.on.iter().any(|on| match on {
        RetryOn::Failed => outcome == Outcome::Failed,
        RetryOn::TimedOut => outcome == Outcome::TimedOut,
        RetryOn::Lost => outcome == Outcome::Lost,
        RetryOn::Unstable => outcome == Outcome::Unstable,
        RetryOn::Exit(code) => end == End::Exit(*code),
    })
}

/// Every list of ends that the attempts of one replica can have.
fn lists(substage: &Substage, left: u32) -> Vec<Vec<End>> {
    let mut all = Vec::new();
    for end in ends(substage) {
        if left > 0 && is_tried_again(substage, end) {
            all.extend(lists(substage, left - 1).into_iter().map(|rest| [vec![end], rest].concat()));
        } else {
            all.push(vec![end]);
        }
    }
    all
}

/// One combination: of every replica in turn its list of ends; and how long substages take.
struct Combination<'q> {
    lists: &'q [Vec<Vec<Vec<Vec<End>>>>],
    chosen: Vec<Vec<Vec<usize>>>,
    takes: Vec<Vec<i64>>,
}

impl Behaviour for Combination<'_> {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let (stage, substage, replica) = (at.stage as usize, at.substage as usize, replica as usize - 1);
        let list = &self.lists[stage][substage][replica][self.chosen[stage][substage][replica]];
        let end = list[(attempt as usize - 1).min(list.len() - 1)];
        Attempt { end, takes: Duration(self.takes[stage][substage]) }
    }
}

impl<'q> Combination<'q> {
    fn first(lists: &'q [Vec<Vec<Vec<Vec<End>>>>]) -> Self {
        let chosen = lists.iter().map(|stage| stage.iter().map(|replicas| vec![0; replicas.len()]).collect()).collect();
        Self { lists, chosen, takes: lists.iter().map(|stage| vec![60_000; stage.len()]).collect() }
    }

    /// Counts one on; false after the last.
    fn advance(&mut self) -> bool {
        for (stage, lists) in self.chosen.iter_mut().zip(self.lists) {
            for (substage, lists) in stage.iter_mut().zip(lists) {
                for (chosen, lists) in substage.iter_mut().zip(lists) {
                    *chosen += 1;
                    if *chosen < lists.len() {
                        return true;
                    }
                    *chosen = 0;
                }
            }
        }
        false
    }

    /// Substages of which not all replicas succeed at once.
    fn faked(&self) -> usize {
        let is_plain = |list: &Vec<End>| *list == [End::Exit(0)];
        let stages = self.chosen.iter().zip(self.lists);
        let substages = stages.flat_map(|(chosen, lists)| chosen.iter().zip(lists));
        // What has no choice needs no fake.
        let needs_none = |chosen: usize, lists: &Vec<Vec<End>>| lists.len() == 1 || is_plain(&lists[chosen]);
        substages.filter(|(chosen, lists)| !chosen.iter().zip(*lists).all(|(chosen, lists)| needs_none(*chosen, lists))).count()
    }
}

/// What all combinations show.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    /// The fewest fakes with which an expectation is missed, where everything takes as long as usual.
    usually: Option<usize>,
    /// Whether it is missed with other durations.
    ever: bool,
}

/// Of each replica, by stage, substage and number, every list of ends that it can have.
fn all_lists(plan: &Plan) -> Vec<Vec<Vec<Vec<Vec<End>>>>> {
    let of = |substage: &Substage| {
        let lists = lists(substage, substage.retry.limit);
        vec![lists; substage.dispatch.map_or(1, |dispatch| dispatch.copies) as usize]
    };
    plan.stages.iter().map(|stage| stage.substages.iter().map(of).collect()).collect()
}

/// What a property could fake: of one substage, or of one replica of it, how its attempts end.
struct Faked {
    at: SubstageRef,
    replica: Option<u32>,
    ends: Vec<End>,
}

impl Faked {
    fn draw(plan: &Plan, rng: &mut Rng) -> Option<Self> {
        let places: Vec<SubstageRef> = (0..)
            .zip(&plan.stages)
            .flat_map(|(stage, planned)| (0..planned.substages.len() as u32).map(move |substage| SubstageRef { stage, substage }))
            .collect();
        if places.is_empty() {
            return None;
        }
        let at = *rng.pick(&places);
        let substage = plan.substage(at);
        let replica = substage.dispatch.filter(|_| rng.one_in(2)).map(|dispatch| rng.0.u32(1..=dispatch.copies));
        let known = ends(substage);
        Some(Self { at, replica, ends: (0..rng.0.usize(1..=3)).map(|_| *rng.pick(&known)).collect() })
    }

    fn path(&self, plan: &Plan) -> String {
        let path = plan.path(self.at);
        self.replica.map_or(path.clone(), |replica| format!("{path}#{replica}"))
    }

    fn outcomes(&self) -> Vec<FakeOutcome> {
        let outcome = |end: &End| match end {
            End::Exit(code) => FakeOutcome::Exit(*code),
            End::TimedOut => FakeOutcome::TimedOut,
            End::Lost => FakeOutcome::Lost,
        };
        self.ends.iter().map(outcome).collect()
    }

    /// Of all lists, only the one that comes of it.
    fn apply(&self, plan: &Plan, lists: &mut [Vec<Vec<Vec<Vec<End>>>>]) {
        let substage = plan.substage(self.at);
        let mut list = Vec::new();
        for attempt in 0..=substage.retry.limit as usize {
            list.push(self.ends[attempt.min(self.ends.len() - 1)]);
            if !is_tried_again(substage, list[attempt]) {
                break;
            }
        }
        let replicas = &mut lists[self.at.stage as usize][self.at.substage as usize];
        for (_, lists) in (1..).zip(replicas).filter(|(number, _)| self.replica.is_none_or(|replica| replica == *number)) {
            *lists = vec![list.clone()];
        }
    }
}

fn brute(question: &Question, faked: Option<&Faked>, rng: &mut Rng) -> (u128, Vec<Shown>) {
    let plan = &question.plan;
    let mut lists = all_lists(plan);
    if let Some(faked) = faked {
        faked.apply(plan, &mut lists);
    }
    let mut combination = Combination::first(&lists);
    let mut machine = Machine::new(plan);
    let mut shown = vec![Shown::default(); question.expectations.len()];
    let mut count = 0;
    loop {
        count += 1;
        let faked = combination.faked();
        combination.takes.iter_mut().flatten().for_each(|takes| *takes = 60_000);
        let trace = machine.run(&combination);
        for (shown, expectation) in shown.iter_mut().zip(&question.expectations) {
            if expectation.check(trace).is_err() {
                shown.usually = Some(shown.usually.map_or(faked, |least| least.min(faked)));
            }
        }
        for _ in 0..3 {
            combination.takes.iter_mut().flatten().for_each(|takes| *takes = *rng.pick(&TIMES));
            let trace = machine.run(&combination);
            for (shown, expectation) in shown.iter_mut().zip(&question.expectations) {
                shown.ever |= expectation.check(trace).is_err();
            }
        }
        if !combination.advance() {
            return (count, shown);
        }
    }
}

/// Runs a counterexample as the scenario that it is.
fn replayed(plan: &Plan, given: &Fakes<'_>, shown: &Counterexample, expectation: &Expectation) {
    let mut fakes = given.clone();
    for (path, outcomes) in &shown.fakes {
        fakes.fake(Layer::Scenario, path, outcomes).unwrap();
    }
    for (path, duration) in &shown.takes {
        fakes.takes(Layer::Scenario, path, *duration).unwrap();
    }
    let trace = Machine::new(plan).run(&fakes).clone();
    assert_eq!(trace, shown.trace);
    assert!(expectation.check(&trace).is_err());
}

pub(super) fn features() -> Features {
    Features {
        stages: 3,
        substages: 3,
        unit: StdDuration::from_secs(60),
        odd_times: false,
        stage_deadline: false,
        pipeline_deadline: false,
        cache: false,
        ..Features::default()
    }
}

fn count() -> usize {
    std::env::var("VERIFY_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES)
}

#[test]
fn a_verdict_is_that_of_all_combinations() {
    let told = compare(1, &outcome_fact, true);
    // Most questions about random pipelines have an answer that needs a scenario.
    assert!(told.broken * 2 > told.asked && told.asked > count(), "{told:?}");
    assert_eq!(told.open, 0, "{told:?}");
}

#[test]
fn durations_are_those_of_all_combinations() {
    let told = compare(2, &duration_fact, false);
    assert!(told.broken * 6 > told.asked && told.asked > count(), "{told:?}");
    // Bounds are not always met where needs and slots, or locks, meet.
    assert!(told.open * 10 < told.asked, "{told:?}");
}

/// How many questions were asked, and what came of them.
#[derive(Debug, Default)]
struct Told {
    asked: usize,
    broken: usize,
    open: usize,
}

/// `is_timeless`: whether the questions ask for outcomes only, which hold for any durations.
fn compare(seed: u64, fact: &dyn Fn(&Plan, &mut Rng) -> String, is_timeless: bool) -> Told {
    let mut rng = Rng(fastrand::Rng::with_seed(seed));
    let mut sum = Told::default();
    for case in cases(seed, count(), &features()) {
        let source = case.sketch.source();
        let Some(question) = question(&source, &mut rng, 4, fact) else { continue };
        let plan = &question.plan;
        let mut given = Fakes::new(plan);
        let faked = if rng.one_in(3) { Faked::draw(plan, &mut rng) } else { None };
        if let Some(faked) = &faked {
            given.fake(Layer::Scenario, &faked.path(plan), &faked.outcomes()).unwrap();
        }
        let space = Space::new(plan, &given);
        if space.combinations().exact().is_none_or(|count| count > MOST) {
            continue;
        }
        let (count, shown) = brute(&question, faked.as_ref(), &mut rng);
        assert_eq!(space.combinations().exact(), Some(count), "{source}");
        for ((shown, expectation), text) in shown.into_iter().zip(&question.expectations).zip(&question.texts) {
            sum.asked += 1;
            let finding = space.verify(expectation, 1_000_000);
            let faked = faked.as_ref().map(|faked| (faked.path(plan), faked.outcomes()));
            let context = || format!("{source}\nexpect {text}\n{faked:?}\n{shown:?}\n{}", told(&finding.verdict));
            match &finding.verdict {
                Verdict::Holds => assert!(shown.usually.is_none() && !(is_timeless && shown.ever), "{}", context()),
                Verdict::Broken(found) => {
                    sum.broken += 1;
                    replayed(plan, &given, found, expectation);
                    // Only a search tells that no fewer fakes would do.
                    let is_least = shown.usually.is_none_or(|least| found.fakes.len() <= least);
                    assert!(is_least || !is_timeless, "{}", context());
                }
                Verdict::Open => {
                    sum.open += 1;
                    assert!(shown.usually.is_none() || !is_timeless, "{}", context());
                }
                Verdict::Cut { .. } => panic!("{}", context()),
            }
        }
    }
    sum
}

#[test]
fn laws_are_kept_by_every_run_that_they_promise_it_of() {
    let mut rng = Rng(fastrand::Rng::with_seed(3));
    let (mut late, mut undecided, mut runs) = (0, 0, 0);
    for case in cases(3, count(), &features()) {
        let source = case.sketch.source();
        let Some(mut question) = question(&source, &mut rng, 1, outcome_fact) else { continue };
        if Space::new(&question.plan, &Fakes::new(&question.plan)).combinations().exact().is_none_or(|count| count > MOST) {
            continue;
        }
        let (longest, counted, tried_again) = all_at_their_timeouts(&question.plan);
        runs += counted;
        let is_timed = question.plan.substages().all(|(_, substage)| substage.timeout.is_some());
        for deadline in [longest, longest - 1].into_iter().filter(|deadline| *deadline > 0) {
            question.plan.deadline = Some(Duration(deadline));
            let given = Fakes::new(&question.plan);
            let found = Space::new(&question.plan, &given).laws(1_000_000);
            let of_time: Vec<&Late> = found
                .breaches
                .iter()
                .filter_map(|breach| if let Breach::Late(late) = breach { Some(late) } else { None })
                .collect();
            let others = found.breaches.iter().filter(|breach| !matches!(breach, Breach::Late(_) | Breach::Idle(..)));
            let others: Vec<&Breach> = others.collect();
            assert_eq!(others.iter().any(|breach| matches!(breach, Breach::Again(..))), tried_again, "{source}\n{others:#?}");
            assert!(others.iter().all(|breach| matches!(breach, Breach::Again(..))), "{source}\n{others:#?}");
            assert_eq!(found.untimed.is_some(), !is_timed, "{source}");
            if !is_timed {
                assert!(of_time.is_empty());
                continue;
            }
            for of_time in &of_time {
                assert!(of_time.at_least.0 <= longest && longest <= of_time.at_most.0, "{source}\n{of_time:?} {longest}");
            }
            undecided += usize::from(of_time.iter().any(|late| late.at_least <= late.deadline));
            if deadline < longest {
                late += 1;
                assert_eq!(of_time.len(), 1, "{source}");
            }
        }
    }
    assert!(late > 10 && undecided * 4 < late, "{late} late, {undecided} undecided, {runs} runs");
}

/// The longest that a run takes if every attempt takes its timeout; how many there are; whether something runs after a success.
fn all_at_their_timeouts(plan: &Plan) -> (i64, u128, bool) {
    let lists = all_lists(plan);
    let mut combination = Combination::first(&lists);
    for (takes, stage) in combination.takes.iter_mut().zip(&plan.stages) {
        for (takes, substage) in takes.iter_mut().zip(&stage.substages) {
            *takes = substage.timeout.map_or(60_000, |timeout| timeout.0);
        }
    }
    let mut machine = Machine::new(plan);
    let (mut longest, mut count, mut again) = (0, 0, false);
    loop {
        count += 1;
        let trace = machine.run(&combination);
        longest = longest.max(trace.duration.0);
        let laws = broken(plan, trace);
        again |= !laws.is_empty();
        assert!(laws.iter().all(|law| *law == Law::SuccessIsLast));
        if !combination.advance() {
            return (longest, count, again);
        }
    }
}
