//! Where figures are exact and where they are not, each on a pipeline that shows it; all are held to brute force.

use std::collections::BTreeSet;

use o11n::base::Duration;
use o11n::machine::End;
use o11n::machine::reliability::{Bounds, Document, Doubt, Odds, Reliability, counted, propagated, reliability};
use o11n::plan::{Plan, SubstageRef};

use super::{Dice, FAILS, agree, brute_force, flakes, holds, is, plan, plan_of, quick};

/// The substage's attempts end so, and take so many minutes.
type Thrown<'t> = (&'t str, i64, &'t [(End, f64)]);

const SURE: &[(End, f64)] = &[(End::Exit(0), 1.0)];
const BAD: &[(End, f64)] = &[(FAILS, 1.0)];
const FLAKY: &[(End, f64)] = &[(FAILS, 0.25), (End::Exit(0), 0.75)];
const YELLOW: &[(End, f64)] = &[(End::Exit(80), 0.25), (FAILS, 0.125), (End::Exit(0), 0.625)];

fn dice(plan: &Plan, thrown: &[Thrown<'_>]) -> Dice {
    let of = |path: &str| thrown.iter().find(|(known, ..)| *known == path).unwrap_or_else(|| panic!("{path} is missing"));
    let throw = |at: SubstageRef| {
        let (_, minutes, ends) = of(&plan.path(at));
        (ends.to_vec(), Duration(minutes * 60_000))
    };
    plan.places().map(|at| (at, throw(at))).collect()
}

/// Whether it is told exactly without going through runs; what is told is right in any case.
#[track_caller]
fn is_exact(body: &str, thrown: &[Thrown<'_>]) -> bool {
    let source = format!("pipeline p {{\n{body}\n}}");
    let plan = plan_of(&source);
    let dice = dice(&plan, thrown);
    let sums = brute_force(&plan, &dice, 1 << 16).expect("few throws");
    agree(&plan, &dice, &sums, &source)
}

#[test]
fn a_stage_in_which_somebody_waits_keeps_a_deadline_for_certain() {
    // Two at a time: no list of tasks takes longer than its longest task and its work by its slots (Graham).
    let four = |rest: &str| {
        format!(
            "stage s {{ {rest} substage a {{ run = \"x\" }} substage b {{ run = \"x\" }} substage c {{ run = \"x\" }} substage d {{ run = \"x\" }} }}"
        )
    };
    let thrown = [("s/a", 10, FLAKY), ("s/b", 10, SURE), ("s/c", 10, SURE), ("s/d", 10, SURE)];
    assert!(is_exact(&four("parallel = 2 deadline = 30m"), &thrown));
    assert!(!is_exact(&four("parallel = 2 deadline = 29m"), &thrown));
    assert!(!is_exact(&four("parallel = 2 deadline = 19m"), &thrown));
    // A retry is told from none.
    assert!(!is_exact(&four("parallel = 2 retry = 1 deadline = 30m"), &thrown));
    assert!(is_exact(&four("parallel = 2 retry = 1 deadline = 45m"), &thrown));
    // As many slots as substages are as good as none.
    assert!(is_exact(&four("parallel = 4 retry = 1 deadline = 15m"), &thrown));
    // One behind the other.
    let chain = |deadline: &str| {
        format!(
            "stage s {{ deadline = {deadline} substage a {{ run = \"x\" }} substage b {{ needs = [\"s/a\"] run = \"x\" }} \
             substage c {{ needs = [\"s/b\"] run = \"x\" }} substage d {{ run = \"x\" }} }}"
        )
    };
    assert!(is_exact(&chain("30m"), &thrown));
    assert!(!is_exact(&chain("29m"), &thrown));
    // A lock that nobody else holds.
    let alone = four("parallel = 2 deadline = 30m").replace("a { run", "a { lock = [\"x\"] run");
    assert!(is_exact(&alone, &thrown));
    // A lock, though there are slots enough.
    let held = |name: &str| format!("substage {name} {{ lock = [\"x\"] run = \"x\" }}");
    let locked = |deadline: &str| {
        let all = ["a", "b", "c"].map(held).concat();
        format!("stage s {{ parallel = 3 deadline = {deadline} {all} substage d {{ run = \"x\" }} }}")
    };
    assert!(!is_exact(&locked("25m"), &thrown));
    assert!(is_exact(&locked("40m"), &thrown));
}

#[test]
fn what_meets_a_deadline_to_the_moment() {
    // It begins as the deadline passes, and does not start.
    let two = "substage a { run = \"x\" } substage b { run = \"x\" }";
    let thrown = [("s/a", 10, FLAKY), ("s/b", 0, SURE)];
    assert!(!is_exact(&format!("stage s {{ parallel = 1 deadline = 10m {two} }}"), &thrown));
    assert!(!is_exact(&format!("deadline = 10m\nstage s {{ parallel = 1 {two} }}"), &thrown));
    let thrown = [("s/a", 10, FLAKY), ("s/b", 10, SURE), ("t/a", 10, SURE)];
    assert!(is_exact(&format!("deadline = 20m\nstage s {{ parallel = 1 {two} }}"), &thrown[..2]));
    // Only the last stage keeps the pipeline's by ending with it.
    let last = "stage t { when = failed substage a { run = \"x\" } }";
    assert!(!is_exact(&format!("deadline = 20m\nstage s {{ parallel = 1 {two} }}\n{last}"), &thrown));
    assert!(is_exact(&format!("deadline = 30m\nstage s {{ parallel = 1 {two} }}\n{last}"), &thrown));
    // A retry that a deadline does not let come.
    assert!(is_exact(&format!("stage s {{ deadline = 15m retry = 1 {two} }}"), &thrown[..2]));
    assert!(is_exact(&format!("stage s {{ deadline = 10m retry = 1 {two} }}"), &thrown[..2]));
}

#[test]
fn what_a_deadline_may_cut_is_missing_from_what_is_least() {
    // The dispatch never starts, with all the attempts that it would have made.
    let body = "stage s { parallel = 1 deadline = 10m retry = 2 substage a { run = \"x\" } \
                substage b { dispatch { copies = 3 need = 3 } run = \"x\" } }";
    assert!(!is_exact(body, &[("s/a", 10, SURE), ("s/b", 10, BAD)]));
    // And no more is missing than may be cut.
    let plan = plan("stage s { parallel = 1 deadline = 35m retry = 3 substage a { run = \"x\" } substage b { run = \"x\" } }");
    let found = propagated(&plan, &flakes(&plan, &[("s/*", 0.01, FAILS)], &[("s/*", 10)]));
    assert_eq!(found.doubts, BTreeSet::from([Doubt::Deadline(0)]));
    let share = found.share(SubstageRef { stage: 0, substage: 1 });
    assert!(share.runs.least > 0.99 && share.attempts.least > 0.99, "{share:?}");
}

#[test]
fn what_an_abort_cuts_is_known_where_all_start_at_once() {
    let stage = |rest: &str, of_b: &str| {
        format!(
            "stage s {{ on_error = abort {rest} substage a {{ run = \"x\" }} substage b {{ {of_b} run = \"x\" }} substage c {{ run = \"x\" }} }}"
        )
    };
    let some_lost = [(End::Lost, 0.25), (FAILS, 0.125), (End::Exit(80), 0.125), (End::Exit(0), 0.5)];
    let thrown = [("s/a", 3, YELLOW), ("s/b", 2, &some_lost[..]), ("s/c", 4, FLAKY)];
    let yellow = "exit_codes { 80 = unstable }";
    for of_b in [
        "",
        "retry { limit = 2 on = [lost] }",
        "retry = 2",
        "on_error = ignore",
        "dispatch { copies = 3 need = 2 }",
        "retry = 1 dispatch { copies = 2 need = 1 }",
    ] {
        assert!(is_exact(&stage(yellow, of_b), &thrown), "{of_b}");
        assert!(is_exact(&stage("parallel = 3 exit_codes { 80 = unstable }", of_b), &thrown), "{of_b}");
        assert!(is_exact(&stage("deadline = 5m exit_codes { 80 = unstable }", of_b), &thrown), "{of_b}");
        assert!(!is_exact(&stage("parallel = 2 exit_codes { 80 = unstable }", of_b), &thrown), "{of_b}");
    }
    // Where nothing can fail, nothing is cut.
    let green = [("s/a", 3, SURE), ("s/b", 2, &[(End::Exit(80), 0.5), (End::Exit(0), 0.5)][..]), ("s/c", 4, SURE)];
    assert!(is_exact(&stage("parallel = 2 exit_codes { 80 = unstable }", ""), &green));
    // Nor where there is nobody else.
    assert!(is_exact("stage s { on_error = abort retry = 1 substage a { run = \"x\" } }", &[("s/a", 0, FLAKY)]));
    // Of attempts without length several share an instant.
    assert!(!is_exact(&stage("retry = 1", ""), &[("s/a", 0, FLAKY), ("s/b", 2, FLAKY), ("s/c", 4, SURE)]));
    // Nobody cuts what does not run.
    let needs = |rest: &str| {
        format!(
            "stage r {{ on_error = ignore substage x {{ run = \"x\" }} }}\n\
             stage s {{ on_error = abort {rest} substage a {{ artifacts {{ load = [\"r/x\"] }} run = \"x\" }} \
             substage b {{ artifacts {{ load = [\"r/x\"] }} run = \"x\" }} }}"
        )
    };
    assert!(is_exact(&needs(""), &[("r/x", 1, FLAKY), ("s/a", 3, FLAKY), ("s/b", 2, FLAKY)]));
    assert!(is_exact(&needs("parallel = 1"), &[("r/x", 1, BAD), ("s/a", 3, FLAKY), ("s/b", 2, FLAKY)]));
}

#[test]
fn a_condition_remembers_stages_far_behind() {
    let body = r#"
      stage a { on_error = continue substage x { run = "x" } }
      stage b { on_error = continue substage x { run = "x" } }
      stage c { on_error = continue substage x { run = "x" } }
      stage d { when = failed("a") and not succeeded("b") substage x { run = "x" } }
      stage e { when = succeeded("a") or failed("b") substage x { run = "x" } }"#;
    assert!(is_exact(body, &["a/x", "b/x", "c/x", "d/x", "e/x"].map(|path| (path, 1, FLAKY))));
}

#[test]
fn a_dispatch_is_told_instant_by_instant() {
    let of = |copies: u32, need: u32, retry: u32| {
        format!(
            "stage s {{ exit_codes {{ 80 = unstable }} substage a {{ retry {{ limit = {retry} delay = 1m }} \
             dispatch {{ copies = {copies} need = {need} }} run = \"x\" }} }}"
        )
    };
    for (copies, retry) in [(2, 0), (2, 2), (3, 0), (3, 1), (4, 1)] {
        for need in 1..=copies {
            let ends = if copies < 4 { YELLOW } else { FLAKY };
            assert!(is_exact(&of(copies, need, retry), &[("s/a", 2, ends)]), "{need} of {copies}, {retry} retries");
        }
    }
    // Some have failed for good while others are tried again.
    let partly = |need: u32| {
        format!(
            "stage s {{ substage a {{ retry {{ limit = 1 on = [lost] }} dispatch {{ copies = 3 need = {need} }} run = \"x\" }} }}"
        )
    };
    let some_lost = [(End::Lost, 0.25), (FAILS, 0.25), (End::Exit(0), 0.5)];
    for need in 1..=3 {
        assert!(is_exact(&partly(need), &[("s/a", 2, &some_lost)]), "{need}");
    }
    // Without length and retries all end at once; with retries it is not told which come first.
    assert!(is_exact(&of(3, 2, 0), &[("s/a", 0, YELLOW)]));
    assert!(!is_exact("stage s { retry = 1 substage a { dispatch { copies = 3 need = 2 } run = \"x\" } }", &[("s/a", 0, FLAKY)]));
}

/// The probability that at least `need` of `copies` pass, one copy after the other.
fn at_least(copies: usize, need: usize, pass: f64) -> f64 {
    let mut passed = vec![0.0; copies + 1];
    passed[0] = 1.0;
    for _ in 0..copies {
        for count in (0..passed.len()).rev() {
            passed[count] = passed[count] * (1.0 - pass) + if count > 0 { passed[count - 1] * pass } else { 0.0 };
        }
    }
    passed[need..].iter().sum()
}

#[test]
fn a_dispatch_of_too_many_is_bounded() {
    let of = |need: u32, retry: u32, rest: &str| {
        plan(&format!(
            "{rest} stage s {{ exit_codes {{ 80 = unstable }} retry = {retry} \
             substage a {{ dispatch {{ copies = 1000 need = {need} }} run = \"x\" }} }}"
        ))
    };
    let odds = |plan: &Plan| flakes(plan, &[("s/a", 0.1, FAILS), ("s/a", 0.2, End::Exit(80))], &[("s/a", 60)]);
    let passes = at_least(1_000, 990, 0.99);
    let near = |value: f64, wanted: f64| assert!((value - wanted).abs() < 1e-9 * wanted, "{value} is not {wanted}");
    for rest in ["", "deadline = 1d"] {
        let big = of(990, 1, rest);
        let found = propagated(&big, &odds(&big));
        assert_eq!(found.doubts, BTreeSet::from([Doubt::Dispatch(SubstageRef { stage: 0, substage: 0 })]));
        near(found.failed.least, 1.0 - passes);
        near(found.succeeded.most, passes);
        near(found.attempts().most, 1_100.0);
        near(found.gpu_hours(&big).most, 2.0 * 1_100.0);
        assert_eq!((found.attempts().least, found.gpu_hours(&big).least), (0.0, 0.0));
    }
    // What is told exactly goes as far as it is quick.
    let most = of(700, 0, "");
    assert!((quick(&most, &odds(&most)).failed.most - (1.0 - at_least(1_000, 700, 0.9))).abs() < 1e-12);
}

#[test]
fn the_time_of_many_states_is_rounded_up() {
    // All sums of these times may come about: more than are told to the moment.
    let found = |deadline: i64, minutes: &[i64]| {
        let each = |of: &dyn Fn(usize) -> String| (0..minutes.len()).map(of).collect::<String>();
        let stages = each(&|at| format!("stage s{at} {{ on_error = ignore retry = 1 substage a {{ run = \"x\" }} }}\n"));
        let plan = plan(&format!("deadline = {deadline}m\n{stages}"));
        let mut odds = flakes(&plan, &[("*/*", 0.25, FAILS)], &[]);
        for (at, minutes) in minutes.iter().enumerate() {
            odds.takes(&plan, &format!("s{at}/a"), Duration(minutes * 60_000)).unwrap();
        }
        (propagated(&plan, &odds), counted(&plan, &odds, 1 << 20).expect("few runs"))
    };
    // A part is a minute, and every time is so many parts: nothing is rounded, and the longest run just keeps the deadline.
    let (whole, _) = found(256, &[1, 2, 4, 8, 16, 32, 64, 1]);
    assert!(whole.doubts.is_empty(), "{:?}", whole.doubts);
    is(whole.succeeded, 1.0);
    // Here a part is two minutes at most, for each of eight stages; the longest run takes 510.
    let minutes = [1, 2, 4, 8, 16, 32, 64, 128];
    let (quick, _) = found(527, &minutes);
    assert!(quick.doubts.is_empty(), "{:?}", quick.doubts);
    for deadline in [300, 400, 500] {
        let (quick, sure) = found(deadline, &minutes);
        let (_, earlier) = found(deadline - 16, &minutes);
        assert!(holds(quick.succeeded, sure.succeeded.least), "{:?} {:?}", quick.succeeded, sure.succeeded);
        assert!(quick.succeeded.least >= earlier.succeeded.least - 1e-12, "{:?} {:?}", quick.succeeded, earlier.succeeded);
    }
}

#[test]
fn what_is_lost_is_missing_nowhere() {
    let all = |of: &dyn Fn(usize) -> String| (0..16).map(of).collect::<String>();
    let found = |rest: &str| {
        let plan = plan(&format!(
            "stage bad {{ on_error = continue substage x {{ run = \"x\" }} }}\nstage build {{ {rest} on_error = ignore {} }}\n\
             stage test {{ on_error = continue {} }}",
            all(&|at| format!("substage b{at} {{ run = \"x\" }}\n")),
            all(&|at| format!("substage t{at} {{ artifacts {{ load = [\"build/b{at}\"] }} run = \"x\" }}\n")),
        ));
        let found =
            propagated(&plan, &flakes(&plan, &[("build/*", 0.25, FAILS), ("bad/*", 0.5, FAILS), ("test/*", 0.02, FAILS)], &[]));
        assert!(found.doubts.iter().any(|doubt| matches!(doubt, Doubt::Combinations(_))), "{:?}", found.doubts);
        found
    };
    for rest in ["", "parallel = 8 deadline = 1d"] {
        let found = found(rest);
        let succeeded = 0.5 * (0.25 + 0.75 * 0.98f64).powi(16);
        // Of what is lost it is known whether it was failing already.
        assert!(holds(found.failed, 1.0 - succeeded) && found.failed.least > 0.5, "{:?}", found.failed);
        for share in &found.substages[1] {
            assert!(holds(share.runs, 1.0) && holds(share.attempts, 1.0) && holds(share.busy, 60_000.0), "{share:?}");
            assert!(share.runs.most < 1.0 + 1e-9, "{share:?}");
        }
        for share in &found.substages[2] {
            assert!(holds(share.runs, 0.75) && holds(share.attempts, 0.75) && holds(share.busy, 45_000.0), "{share:?}");
            assert!(holds(share.breaks, 0.75 * 0.02) && share.breaks.most < 0.02, "{share:?}");
        }
    }
    // One by one a minute each: the deadline lets half of them start.
    let found = found("parallel = 1 deadline = 8m");
    for (at, share) in found.substages[1].iter().enumerate() {
        assert!(holds(share.runs, if at < 8 { 1.0 } else { 0.0 }), "{at}: {share:?}");
    }
}

#[test]
fn bounds_are_exact_but_for_rounding() {
    let bounds = |least: f64, most: f64| Bounds { least, most };
    assert!(bounds(1e6, 1e6 + 1e-4).is_exact());
    assert!(!bounds(1e6, 1e6 + 1e-2).is_exact());
    assert!(bounds(0.0, 1e-13).is_exact());
    assert!(!bounds(0.0, 1e-11).is_exact());
    // Probabilities that are 1 together leave nothing to succeed by.
    let plan = plan("stage s { substage a { run = \"x\" } }");
    let thirds = [("s/a", 0.7, FAILS), ("s/a", 0.2, End::Lost), ("s/a", 0.1, End::Exit(2))];
    assert_eq!(counted(&plan, &flakes(&plan, &thirds, &[]), 100).unwrap().succeeded.most, 0.0);
}

#[test]
fn runs_are_gone_through_as_far_as_is_said() {
    let plan = plan("stage s { substage a { run = \"x\" } }");
    let odds = flakes(&plan, &[("s/a", 0.5, FAILS)], &[]);
    // The first of the two runs has one substage with one attempt.
    assert!(counted(&plan, &odds, 1).is_none());
    assert!(counted(&plan, &odds, 2).is_some());
    // What never happens is no run.
    assert!(counted(&plan, &flakes(&plan, &[("s/a", 0.0, FAILS)], &[]), 1).is_some());
}

#[test]
fn doubts_are_told() {
    let plan = plan_of(
        "pipeline p { deadline = 90s stage s { on_error = abort parallel = 1 substage a { run = \"x\" } substage b { run = \"x\" } } }",
    );
    let odds = flakes(&plan, &[("s/*", 0.1, FAILS)], &[]);
    let told = |found: &Reliability, odds: &Odds| Document::new(&plan, odds, found, &[]).doubts;
    assert_eq!(
        told(&propagated(&plan, &odds), &odds),
        [
            "what an abort cuts in `s` depends on who has started, and its substages wait for slots, locks or each other",
            "the pipeline's deadline may pass in `s`"
        ]
    );
    assert_eq!(told(&reliability(&plan, &odds), &odds), [""; 0]);
}
