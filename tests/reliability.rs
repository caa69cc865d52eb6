//! Reliability against brute force: every combination of how attempts end, each run by the machine.

#[path = "reliability/bounds.rs"]
mod bounds;

use std::collections::{BTreeMap, HashMap};

use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::machine::reliability::{Bounds, Odds, Reliability, Share, counted, propagated, reliability, remedies, worst};
use o11n::machine::{Attempt, Behaviour, End, Outcome, Reason, run};
use o11n::plan::{Inputs, OnError, Plan, SubstageRef};
use o11n_sketch::{Features, cases};

fn plan_of(source: &str) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    let planned = driver::plan(&world, &RootPath::resolve(None, "main.o11n").unwrap(), None, &Inputs::default());
    planned.plan.unwrap_or_else(|| panic!("{:#?}\n{source}", planned.diagnostics))
}

fn plan(stages: &str) -> Plan {
    plan_of(&format!("hardware gpu {{ label = \"gpu\" gpu = 2 }}\npipeline p {{ hardware = gpu\n{stages}\n}}"))
}

/// How attempts of a substage end, with their probabilities, and how long they take.
type Dice = BTreeMap<SubstageRef, (Vec<(End, f64)>, Duration)>;

/// One throw of all dice.
struct Thrown<'d> {
    dice: &'d Dice,
    ends: HashMap<(SubstageRef, u32, u32), End>,
}

impl Behaviour for Thrown<'_> {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let end = self.ends.get(&(at, replica, attempt)).copied().unwrap_or(End::Exit(0));
        Attempt { end, takes: self.dice.get(&at).map_or(Duration(60_000), |(_, takes)| *takes) }
    }
}

/// Sums over all throws: the outcomes, and of each substage whether it runs, its attempts, their time, whether it breaks.
#[derive(Default, Debug)]
struct Sums {
    outcomes: BTreeMap<Outcome, f64>,
    shares: BTreeMap<SubstageRef, [f64; 4]>,
}

/// None if there are too many throws.
fn brute_force(plan: &Plan, dice: &Dice, most: usize) -> Option<Sums> {
    let mut keys = Vec::new();
    for (at, (ends, _)) in dice {
        let substage = plan.substage(*at);
        let copies = substage.dispatch.map_or(1, |dispatch| dispatch.copies);
        let attempts = (1..=copies).flat_map(|replica| (1..=substage.retry.limit + 1).map(move |attempt| (replica, attempt)));
        keys.extend(attempts.map(|(replica, attempt)| (*at, replica, attempt, ends)));
    }
    let throws =
        keys.iter().try_fold(1usize, |product, (.., ends)| product.checked_mul(ends.len()).filter(|all| *all <= most))?;
    let mut sums = Sums::default();
    for throw in 0..throws {
        let (mut rest, mut weight) = (throw, 1.0);
        let mut ends = HashMap::new();
        for (at, replica, attempt, all) in &keys {
            let (end, probability) = all[rest % all.len()];
            rest /= all.len();
            weight *= probability;
            ends.insert((*at, *replica, *attempt), end);
        }
        let trace = run(plan, &Thrown { dice, ends });
        *sums.outcomes.entry(trace.outcome).or_default() += weight;
        for (stage, traced) in (0..).zip(&trace.stages) {
            for (substage, traced) in (0..).zip(&traced.substages) {
                let at = SubstageRef { stage, substage };
                let attempts: Vec<_> = traced.replicas.iter().flat_map(|replica| &replica.attempts).collect();
                let busy: i64 = attempts.iter().map(|attempt| attempt.end.0 - attempt.start.0).sum();
                let by_itself = !matches!(traced.reason, Some(Reason::StageDeadline | Reason::PipelineDeadline));
                let breaks = traced.outcome.is_failure() && by_itself && plan.substage(at).on_error != OnError::Ignore;
                let seen = [f64::from(!attempts.is_empty()), attempts.len() as f64, busy as f64, f64::from(breaks)];
                let shares = sums.shares.entry(at).or_default();
                shares.iter_mut().zip(seen).for_each(|(sum, seen)| *sum += weight * seen);
            }
        }
    }
    Some(sums)
}

fn odds(plan: &Plan, dice: &Dice) -> Odds {
    let mut odds = Odds::new(plan);
    for (at, (ends, takes)) in dice {
        odds.takes(plan, &plan.path(*at), *takes).unwrap();
        for (end, probability) in ends.iter().filter(|(end, _)| *end != End::Exit(0)) {
            odds.flake(plan, &plan.path(*at), *end, *probability).unwrap();
        }
    }
    assert!(odds.check(plan).is_empty());
    odds
}

const ROUNDING: f64 = 1e-9;

fn holds(bounds: Bounds, value: f64) -> bool {
    let rounding = ROUNDING * value.max(1.0);
    bounds.least - rounding <= value && value <= bounds.most + rounding
}

/// All figures, by name, with what they should be.
fn figures(plan: &Plan, found: &Reliability, sums: &Sums) -> Vec<(String, Bounds, f64)> {
    let outcome = |outcome| sums.outcomes.get(&outcome).copied().unwrap_or(0.0);
    let mut figures = vec![
        ("succeeded".to_owned(), found.succeeded, outcome(Outcome::Succeeded)),
        ("unstable".to_owned(), found.unstable, outcome(Outcome::Unstable)),
        ("failed".to_owned(), found.failed, outcome(Outcome::Failed)),
        ("attempts".to_owned(), found.attempts(), sums.shares.values().map(|[_, attempts, ..]| attempts).sum()),
    ];
    for (at, values) in &sums.shares {
        let Share { runs, attempts, busy, breaks } = *found.share(*at);
        let named = [("runs", runs), ("attempts", attempts), ("busy", busy), ("breaks", breaks)];
        figures.extend(named.into_iter().zip(values).map(|((name, bounds), value)| {
            let path = plan.path(*at);
            (format!("{path} {name}"), bounds, *value)
        }));
    }
    figures
}

/// Compares all three ways with brute force; whether the quick one was exact.
fn agree(plan: &Plan, dice: &Dice, sums: &Sums, about: &dyn std::fmt::Display) -> bool {
    let odds = odds(plan, dice);
    let quick = propagated(plan, &odds);
    for (name, bounds, value) in figures(plan, &quick, sums) {
        assert!(holds(bounds, value), "{name}: {value} is not in {bounds:?}\n{:?}\n{dice:?}\n{about}", quick.doubts);
        if quick.doubts.is_empty() {
            assert!(bounds.is_exact(), "{name}: {bounds:?} is said to be exact\n{dice:?}\n{about}");
        }
    }
    let slow = counted(plan, &odds, 1 << 20).expect("brute force was quick enough");
    for (name, bounds, value) in figures(plan, &slow, sums) {
        assert!(holds(bounds, value) && bounds.is_exact(), "{name}: {value} is not {bounds:?}\n{about}");
    }
    quick.doubts.is_empty()
}

/// Ends that a substage's odds may have, each with what the machine makes of it.
const ENDS: [(End, f64); 6] = [
    (End::Exit(1), 0.2),
    (End::Exit(80), 0.25),
    (End::Exit(137), 0.125),
    (End::Lost, 0.1),
    (End::TimedOut, 0.3),
    (End::Exit(2), 0.05),
];

/// Odds of some substages of a plan.
fn dice(plan: &Plan, seed: u64) -> Dice {
    let mut state = seed;
    let mut draw = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let mut dice = Dice::new();
    for (stage, planned) in (0..).zip(&plan.stages) {
        for (substage, planned) in (0..).zip(&planned.substages) {
            // What the pipeline itself speaks of comes up more often.
            let listed = planned.exit_codes.first().map_or(ENDS[0], |(code, _)| (End::Exit(*code), 0.25));
            let takes = Duration([1_000, 1_000, 2_000, 3_000, 1_500, 0][draw(6)]);
            let mut ends: Vec<(End, f64)> = match draw(6) {
                0 => Vec::new(),
                1 | 2 => vec![ENDS[draw(6)]],
                3 => vec![listed],
                4 => vec![listed, (End::TimedOut, 0.125)],
                _ => vec![(End::Exit(1), 1.0)],
            };
            let left: f64 = 1.0 - ends.iter().map(|(_, probability)| probability).sum::<f64>();
            if left > 0.0 {
                ends.push((End::Exit(0), left));
            }
            dice.insert(SubstageRef { stage, substage }, (ends, takes));
        }
    }
    dice
}

/// Of random pipelines with random odds, how many were compared, and for how many the quick way was exact.
fn compare(seed: u64, count: usize, features: &Features, most: usize) -> (usize, usize) {
    let (mut compared, mut exact) = (0, 0);
    for (index, case) in cases(seed, count, features).enumerate() {
        let source = case.sketch.source();
        let plan = plan_of(&source);
        for throw in 0..2 {
            let dice = dice(&plan, seed * 1_000_003 + index as u64 * 7 + throw);
            let Some(sums) = brute_force(&plan, &dice, most) else { continue };
            compared += 1;
            exact += usize::from(agree(&plan, &dice, &sums, &source));
        }
    }
    (compared, exact)
}

/// Random pipelines, and those whose stages start at once, where all but the pipeline's deadline is known.
fn kinds() -> [Features; 2] {
    let at_once =
        Features { pipeline_deadline: false, parallel: false, locks: false, needs: false, loads: false, ..Features::default() };
    [Features::default(), at_once]
}

#[test]
fn random_pipelines_agree_with_brute_force() {
    for (seed, features) in (11..).zip(kinds()) {
        let (compared, exact) = compare(seed, 60, &features, 256);
        assert!(compared > 60 && exact * 2 > compared, "of {compared} only {exact} exactly");
    }
}

#[test]
#[ignore = "takes minutes"]
fn many_random_pipelines_agree_with_brute_force() {
    for (seed, features) in (100..).zip(kinds()) {
        println!("{:?}", compare(seed, 2_000, &features, 2_048));
    }
}

/// Odds from paths.
fn flakes(plan: &Plan, flakes: &[(&str, f64, End)], takes: &[(&str, i64)]) -> Odds {
    let mut odds = Odds::new(plan);
    for (path, probability, end) in flakes {
        odds.flake(plan, path, *end, *probability).unwrap();
    }
    for (path, minutes) in takes {
        odds.takes(plan, path, Duration(minutes * 60_000)).unwrap();
    }
    odds
}

const FAILS: End = End::Exit(1);

#[track_caller]
fn is(bounds: Bounds, value: f64) {
    assert!(bounds.is_exact() && (bounds.most - value).abs() < 1e-12, "{bounds:?} is not {value}");
}

/// What is exact without going through runs.
fn quick(plan: &Plan, odds: &Odds) -> Reliability {
    let found = propagated(plan, odds);
    assert!(found.doubts.is_empty(), "{:?}", found.doubts);
    found
}

#[test]
fn what_can_go_wrong_is_told_from_what_cannot() {
    let plan =
        plan("stage s { timeout = 10m  substage a { run = \"x\" }  substage b { run = \"y\" }  substage c { run = \"z\" } }");
    let odds = flakes(&plan, &[("s/a", 0.0, FAILS), ("s/b", 0.1, FAILS)], &[("s/a", 10), ("s/b", 9), ("s/c", 11)]);
    let paths = |found: &mut dyn Iterator<Item = _>| found.map(|at| plan.path(at)).collect::<Vec<_>>();
    assert_eq!(paths(&mut odds.flaky(&plan)), ["s/b"]);
    assert_eq!(paths(&mut odds.overlong(&plan)), ["s/c"]);
}

#[test]
fn retries_are_geometric() {
    let plan = plan("stage s { substage a { retry { limit = 2 delay = 1m } run = \"x\" } }");
    let found = quick(&plan, &flakes(&plan, &[("s/a", 0.1, FAILS)], &[("s/a", 30)]));
    is(found.succeeded, 0.999);
    is(found.failed, 0.001);
    is(found.attempts(), 1.11);
    is(found.gpu_hours(&plan), 1.11);
    // Many of them cost no more to tell, and what always fails fails.
    let plan = self::plan("stage s { substage a { retry = 1000 run = \"x\" } }");
    is(quick(&plan, &flakes(&plan, &[("s/a", 0.5, FAILS)], &[])).attempts(), 2.0);
    let found = quick(&plan, &flakes(&plan, &[("s/a", 1.0, FAILS)], &[]));
    is(found.failed, 1.0);
    is(found.attempts(), 1_001.0);
}

#[test]
fn a_dispatch_is_binomial() {
    let plan = plan("stage s { substage a { dispatch { copies = 3 need = 2 } run = \"x\" } }");
    let found = quick(&plan, &flakes(&plan, &[("s/a", 0.1, FAILS)], &[]));
    is(found.failed, 3.0 * 0.01 - 2.0 * 0.001);
    is(found.attempts(), 3.0);
    // With a retry it is over once two passed: the third is tried again only if one of the others failed as well.
    let plan = self::plan("stage s { substage a { retry = 1 dispatch { copies = 3 need = 2 } run = \"x\" } }");
    let found = quick(&plan, &flakes(&plan, &[("s/a", 0.1, FAILS)], &[]));
    is(found.attempts(), 3.0 + 2.0 * (3.0 * 0.01 * 0.9) + 3.0 * 0.001);
    let plan = self::plan("stage s { substage a { dispatch { copies = 200 need = 1 } run = \"x\" } }");
    is(quick(&plan, &flakes(&plan, &[("s/a", 0.99, FAILS)], &[])).failed, 0.99f64.powi(200));
}

#[test]
fn a_colour_comes_from_the_first_replicas_that_pass() {
    let plan = plan("stage s { substage a { exit_codes { 80 = unstable } dispatch { copies = 3 need = 2 } run = \"x\" } }");
    let found = quick(&plan, &flakes(&plan, &[("s/a", 0.2, End::Exit(80)), ("s/a", 0.1, FAILS)], &[]));
    let passes = 1.0 - (3.0 * 0.01 - 2.0 * 0.001);
    let green: f64 = 0.7 / 0.9;
    is(found.succeeded, passes * green.powi(2));
    is(found.unstable, passes * (1.0 - green.powi(2)));
}

#[test]
fn needs_couple_what_runs() {
    let plan = plan(
        r#"stage build { on_error = ignore  substage a { run = "x" } substage b { run = "x" } }
           stage test {
             substage plain { needs = ["build/a"] run = "x" }
             substage load { artifacts { load = ["build/a", "build/b"] } run = "x" }
             substage behind { needs = ["test/load"] run = "x" }
           }"#,
    );
    let found = quick(&plan, &flakes(&plan, &[("build/*", 0.1, FAILS), ("test/*", 0.5, FAILS)], &[]));
    let runs = |substage| found.share(SubstageRef { stage: 1, substage }).runs;
    is(runs(0), 1.0);
    is(runs(1), 0.81);
    is(runs(2), 0.405);
    is(found.succeeded, 0.5 * (0.81 * 0.25 + 0.19));
}

#[test]
fn conditions_see_what_became_of_earlier_stages() {
    let plan = plan(
        r#"stage build { substage a { run = "x" } }
           stage test { on_error = continue  substage a { run = "x" } }
           stage undo { when = failed("test")  substage a { run = "x" } }
           stage tell { when = always  substage a { on_error = ignore run = "x" } }"#,
    );
    let found = quick(&plan, &flakes(&plan, &[("*/*", 0.1, FAILS)], &[]));
    let share = |stage| *found.share(SubstageRef { stage, substage: 0 });
    is(share(1).runs, 0.9);
    is(share(2).runs, 0.09);
    is(share(3).runs, 1.0);
    is(share(2).breaks, 0.009);
    is(share(3).breaks, 0.0);
    is(found.failed, 0.19);
    is(found.succeeded, 0.81);
}

#[test]
fn an_abort_saves_what_it_cuts() {
    let stages = |parallel: &str| {
        format!(
            "stage build {{ on_error = abort {parallel} substage a {{ run = \"x\" }} substage b {{ run = \"x\" }} substage c {{ run = \"x\" }} }}"
        )
    };
    let (flaky, takes) = ([("build/a", 0.25, FAILS)], [("build/a", 30), ("build/b", 120), ("build/c", 60)]);
    let plan = plan(&stages(""));
    let found = quick(&plan, &flakes(&plan, &flaky, &takes));
    is(found.attempts(), 3.0);
    is(found.gpu_hours(&plan), 2.0 * (0.5 + 0.75 * 2.0 + 0.25 * 0.5 + 0.75 + 0.25 * 0.5));
    // Who waits for a slot may not start at all: bounds, but for going through the runs.
    let plan = self::plan(&stages("parallel = 2"));
    let odds = flakes(&plan, &flaky, &takes);
    let found = propagated(&plan, &odds);
    assert!(!found.doubts.is_empty() && !found.attempts().is_exact());
    is(found.failed, 0.25);
    let found = reliability(&plan, &odds);
    assert!(found.doubts.is_empty());
    is(found.attempts(), 2.75);
}

#[test]
fn a_deadline_is_exact_where_all_start_at_once_and_else_close() {
    let stages = |limits: &str| {
        format!(
            "stage test {{ {limits} retry = 3 substage a {{ run = \"x\" }} substage b {{ run = \"x\" }} substage c {{ run = \"x\" }} }}\n\
             stage tell {{ when = always substage a {{ run = \"x\" }} }}"
        )
    };
    let plan = plan(&stages("deadline = 25m"));
    let found = quick(&plan, &flakes(&plan, &[("test/*", 0.1, FAILS)], &[("test/*", 10)]));
    // Two attempts fit.
    is(found.succeeded, 0.99f64.powi(3));
    is(found.share(SubstageRef { stage: 1, substage: 0 }).runs, 1.0);
    // One after the other: as many attempts as fit, of all three together.
    let plan = self::plan(&stages("deadline = 65m parallel = 1"));
    let found = propagated(&plan, &flakes(&plan, &[("test/*", 0.1, FAILS)], &[("test/*", 10)]));
    assert!(!found.doubts.is_empty());
    assert!(found.succeeded.least > 0.99 && found.succeeded.most <= 1.0, "{:?}", found.succeeded);
    let runs = found.share(SubstageRef { stage: 1, substage: 0 }).runs;
    assert!(runs.least > 0.99 && runs.most >= 1.0 - 1e-9, "{runs:?}");
}

#[test]
fn what_cannot_be_told_is_not_said_to_be_exact() {
    for source in [
        // A pipeline's deadline that passes as a stage ends that is not the last.
        "pipeline p { deadline = 1m stage a { substage x { run = \"x\" } } stage b { substage x { run = \"x\" } } }",
        // An abort that may cut what a later stage needs.
        r#"pipeline p {
          stage a { on_error = abort substage x { run = "x" } substage y { run = "x" } }
          stage b { when = always substage x { needs = ["a/x"] run = "x" } }
        }"#,
    ] {
        let plan = plan_of(source);
        let throw = |takes| (vec![(FAILS, 0.25), (End::Exit(0), 0.75)], Duration(takes));
        let dice: Dice = plan.places().map(|at| (at, throw(60_000 * (1 + i64::from(at.substage))))).collect();
        let sums = brute_force(&plan, &dice, 64).unwrap();
        assert!(!agree(&plan, &dice, &sums, &source), "{source}");
    }
}

#[test]
fn what_a_stop_skips_is_not_told_apart() {
    let each = |of: &dyn Fn(usize) -> String| (0..200).map(of).collect::<String>();
    let plan = plan(&format!(
        "stage build {{ {} }}\nstage test {{ {} }}\nstage report {{ when = always substage m {{ needs = [\"build/b0\"] run = \"x\" }} }}",
        each(&|at| format!("substage b{at} {{ run = \"x\" }}\n")),
        each(&|at| format!("substage t{at} {{ needs = [\"build/b{at}\"] run = \"x\" }}\n")),
    ));
    let found = propagated(&plan, &flakes(&plan, &[("build/*", 0.1, FAILS)], &[]));
    assert!(found.doubts.is_empty(), "{:?}", found.doubts);
    is(found.succeeded, 0.9f64.powi(200));
    is(found.share(SubstageRef { stage: 2, substage: 0 }).runs, 0.9);
}

#[test]
fn too_many_combinations_leave_bounds() {
    let pairs: Vec<usize> = (0..24).collect();
    let all = |of: &dyn Fn(usize) -> String| pairs.iter().map(|at| of(*at)).collect::<String>();
    let plan = plan(&format!(
        "stage build {{ on_error = ignore {} }}\nstage test {{ on_error = continue {} }}",
        all(&|at| format!("substage b{at} {{ run = \"x\" }}\n")),
        all(&|at| format!("substage t{at} {{ artifacts {{ load = [\"build/b{at}\"] }} run = \"x\" }}\n")),
    ));
    let odds = flakes(&plan, &[("build/*", 0.03, FAILS), ("test/*", 0.02, FAILS)], &[]);
    let found = reliability(&plan, &odds);
    assert!(!found.doubts.is_empty());
    let succeeded = (0.03 + 0.97 * 0.98f64).powi(24);
    assert!(holds(found.succeeded, succeeded) && found.succeeded.most - found.succeeded.least < 0.02, "{:?}", found.succeeded);
    let attempts = 24.0 + 24.0 * 0.97;
    assert!(holds(found.attempts(), attempts), "{:?}", found.attempts());
    // In one stage each test comes right behind its build, so there is little to remember.
    let plan = self::plan(&format!(
        "stage all {{ on_error = continue {} {} }}",
        all(&|at| format!("substage b{at} {{ on_error = ignore run = \"x\" }}\n")),
        all(&|at| format!("substage t{at} {{ artifacts {{ load = [\"all/b{at}\"] }} run = \"x\" }}\n")),
    ));
    let found = quick(&plan, &flakes(&plan, &[("all/b*", 0.03, FAILS), ("all/t*", 0.02, FAILS)], &[]));
    is(found.succeeded, succeeded);
    is(found.attempts(), attempts);
}

#[test]
fn a_remedy_is_the_figures_of_the_changed_plan() {
    let plan = plan(
        r#"stage test {
             substage soak { run = "x" }
             substage fuzz { dispatch { copies = 3 need = 2 } run = "x" }
             substage unit { shards = 2 retry { limit = 2 on = [lost] } run = "x" }
           }"#,
    );
    let odds = flakes(&plan, &[("test/*", 0.1, FAILS), ("test/soak", 0.3, FAILS)], &[]);
    let found = quick(&plan, &odds);
    let families = worst(&plan, &odds, &found);
    assert_eq!(families.iter().map(|family| family.path.as_str()).collect::<Vec<_>>(), ["test/soak", "test/unit", "test/fuzz"]);
    let all: Vec<_> = families.iter().flat_map(|family| remedies(&plan, &odds, family)).collect();
    let shown: Vec<String> = all.iter().map(|remedy| format!("{} {}", remedy.family.path, remedy.change)).collect();
    assert_eq!(
        shown,
        [
            "test/soak retry = 1",
            "test/soak dispatch { copies = 3  need = 2 }",
            "test/unit retry { limit = 2  on = [lost, failed] }",
            "test/fuzz retry = 1",
            "test/fuzz dispatch { copies = 4  need = 2 }",
        ]
    );
    let fuzz = 1.0 - 0.028;
    is(found.succeeded, 0.7 * 0.81 * fuzz);
    is(all[0].reliability.succeeded, 0.91 * 0.81 * fuzz);
    is(all[1].reliability.succeeded, (1.0 - 3.0 * 0.09 + 2.0 * 0.027) * 0.81 * fuzz);
    is(all[2].reliability.succeeded, 0.7 * 0.999 * 0.999 * fuzz);
    is(all[4].reliability.succeeded, 0.7 * 0.81 * (1.0 - 4.0 * 0.001 * 0.9 - 0.0001));
}

#[test]
fn a_remedy_tries_again_whatever_goes_wrong() {
    let plan = plan(
        "stage s { substage a { retry { limit = 0 on = [failed] } run = \"x\" } substage b { retry { limit = 1 on = [exit(1)] } run = \"x\" } }",
    );
    let first = |given: &[(&str, f64, End)]| {
        let odds = flakes(&plan, given, &[]);
        let found = quick(&plan, &odds);
        remedies(&plan, &odds, &worst(&plan, &odds, &found)[0])[0].change.to_string()
    };
    assert_eq!(first(&[("s/a", 0.1, FAILS)]), "retry = 1");
    assert_eq!(first(&[("s/a", 0.1, End::Lost)]), "retry { limit = 1  on = [failed, lost] }");
    let all = [("s/a", 0.1, End::TimedOut), ("s/a", 0.1, End::Exit(2)), ("s/a", 0.1, End::Lost), ("s/a", 0.1, FAILS)];
    assert_eq!(first(&all), "retry { limit = 1  on = [failed, timed_out, lost] }");
    assert_eq!(first(&[("s/b", 0.1, FAILS)]), "retry = 2");
}

#[test]
fn odds_are_given_by_paths() {
    let plan = plan(r#"stage test { substage a { run = "x" } substage b { dispatch { copies = 2 } run = "x" } }"#);
    let failed = |given: &[(&str, f64, End)]| quick(&plan, &flakes(&plan, given, &[])).failed;
    is(failed(&[("test/a", 0.5, FAILS), ("*/a", 0.1, FAILS)]), 0.5);
    is(failed(&[("*/a", 0.1, FAILS), ("test/*", 0.0, FAILS)]), 0.0);
    is(failed(&[("test/a", 0.25, FAILS), ("test/a", 0.25, End::Lost)]), 0.5);
    is(failed(&[("test/a", 0.9, FAILS), ("test/a", 0.1, End::Lost)]), 1.0);
    let mut odds = Odds::new(&plan);
    let refused = |result: Result<(), Box<o11n::diag::Diagnostic>>| result.unwrap_err().message;
    assert_eq!(refused(odds.flake(&plan, "test/c", FAILS, 0.1)), "the plan has no `test/c`");
    assert_eq!(refused(odds.flake(&plan, "test/b#1", FAILS, 0.1)), "`test/b#1` names one replica, but the odds are those of all");
    assert_eq!(refused(odds.flake(&plan, "test/a", FAILS, f64::NAN)), "the probability NaN of `test/a` lies outside 0 to 1");
    assert_eq!(refused(odds.takes(&plan, "test/a", Duration(-1))), "`test/a` cannot take -1ms");
    odds.flake(&plan, "test/a", FAILS, 0.7).unwrap();
    odds.flake(&plan, "test/a", End::Lost, 0.4).unwrap();
    assert_eq!(odds.check(&plan)[0].message, "the probabilities of `test/a` add up to 1.1000");
}

#[test]
fn large_plans_take_little_time() {
    let substages: String = (0..3_000).map(|at| format!("substage s{at} {{ retry = 1 run = \"x\" }}\n")).collect();
    let plan = plan(&format!(
        "deadline = 1d\nstage a {{ on_error = abort parallel = 100 {substages} }}\nstage b {{ on_error = continue {substages} }}"
    ));
    let found = reliability(&plan, &flakes(&plan, &[("a/*", 0.001, FAILS), ("b/*", 0.01, FAILS)], &[]));
    let succeeded = (1.0 - 1e-6f64).powi(3_000) * (1.0 - 1e-4f64).powi(3_000);
    assert!(holds(found.succeeded, succeeded), "{:?}", found.succeeded);
}
