//! How long runs take at most: what is proved, what is shown, and what lies between.

use o11n::base::Duration;
use o11n::machine::verify::{Breach, Late, Verdict};
use o11n::sema::hir::FakeOutcome::{Cached, Exit, Lost, Succeeded, TimedOut};

use super::claims::{Given, LIMIT, broken_by, finding, finding_given, holds, laws};
use super::told;

/// No run takes longer, in seconds, and one takes as long. Attempts take a minute.
#[track_caller]
fn longest(body: &str, given: &[Given<'_>], seconds: i64) {
    let most = finding_given(body, given, &format!("duration <= {seconds}s"), LIMIT).verdict;
    assert!(matches!(most, Verdict::Holds), "<= {seconds}: {}\n{body}", told(&most));
    let less = finding_given(body, given, &format!("duration < {seconds}s"), LIMIT).verdict;
    assert!(matches!(less, Verdict::Broken(_)), "< {seconds}: {}\n{body}", told(&less));
}

/// That no run takes longer is proved, and for less nothing is.
#[track_caller]
fn bound(body: &str, milliseconds: i64) {
    let most = finding(body, &format!("duration <= {milliseconds}ms"), LIMIT).verdict;
    assert!(matches!(most, Verdict::Holds), "<= {milliseconds}: {}", told(&most));
    let less = finding(body, &format!("duration < {milliseconds}ms"), LIMIT).verdict;
    assert!(matches!(less, Verdict::Open), "< {milliseconds}: {}", told(&less));
}

#[test]
fn a_stage_takes_as_long_as_who_waits_for_whom() {
    let stage = |rest: &str, substages: &[&str]| {
        let all = substages.iter().enumerate().map(|(at, inside)| format!("substage s{at} {{ {inside} run = \"x\" }}\n"));
        format!("stage s {{ {rest}\n{} }}", all.collect::<String>())
    };
    longest(&stage("", &["", "retry = 2", ""]), &[], 180);
    longest(&stage("parallel = 2", &["", "", ""]), &[], 120);
    longest(&stage("parallel = 3", &["", "", ""]), &[], 60);
    let (x, y) = ("lock = [\"x\"]", "lock = [\"y\"]");
    longest(&stage("", &[x, y, x, y, ""]), &[], 120);
    longest(&stage("", &["", "needs = [\"s/s0\"]", "needs = [\"s/s1\"]", ""]), &[], 180);
    // As many slots as substages are no limit.
    longest(&stage("parallel = 4", &["", "needs = [\"s/s0\"]", "needs = [\"s/s1\"]", ""]), &[], 180);
    longest(&stage("", &["dispatch { copies = 3 need = 2 }"]), &[], 60);
    // Those that locks link are taken for a row, though the first and the last run side by side.
    bound(&stage("", &[x, "lock = [\"x\", \"y\"]", y]), 180_000);
    // With slots and needs it is Graham's: the chain, and the rest by the slots. None of them is told exactly.
    bound(&stage("parallel = 2", &["", "needs = [\"s/s0\"]", "", ""]), 180_000);
    let mut ten = [""; 10];
    ten[1] = "needs = [\"s/s0\"]";
    bound(&stage("parallel = 7", &ten), 120_000 + 68_572);
}

#[test]
fn a_pipeline_takes_as_long_as_its_longest_way() {
    let stage =
        |name: &str, rest: &str, inside: &str| format!("stage {name} {{ {rest} substage x {{ {inside} run = \"x\" }} }}\n");
    let (once, thrice) = ("", "retry = 2");
    let a = |rest: &str| stage("a", rest, once);
    longest(&(a("") + &stage("b", "", once)), &[], 120);
    // One of them runs.
    let either = stage("b", "when = succeeded(\"a\")", once) + &stage("c", "when = failed(\"a\")", thrice);
    longest(&(a("") + &either), &[], 240);
    let either = stage("b", "when = not failed(\"a\")", thrice) + &stage("c", "when = not succeeded(\"a\")", once);
    longest(&(a("") + &either), &[], 240);
    longest(&(a("") + &either), &[("a/x", &[Exit(1)])], 120);
    let both = stage("b", "when = succeeded(\"a\") and failed(\"a\")", thrice);
    longest(&(a("") + &both), &[], 60);
    let any = stage("b", "when = succeeded(\"a\") or failed(\"a\")", thrice);
    longest(&(a("") + &any), &[], 240);
    let by_flags = stage("b", "when = succeeded", once) + &stage("c", "when = failed", thrice);
    longest(&(a("") + &by_flags), &[], 300);
    longest(&(a("") + &stage("b", "when = always", once)), &[], 120);
    // A stage without substages takes no time.
    longest(&(a("") + "stage b { if false { substage x { run = \"x\" } } }\n" + &stage("c", "", once)), &[], 120);
    // What is known to fail stops what comes behind it, but under `continue`.
    let fails: &[Given<'_>] = &[("a/x", &[Exit(1)])];
    longest(&(a("") + &stage("b", "", once)), fails, 60);
    longest(&(a("on_error = abort") + &stage("b", "", once)), fails, 60);
    longest(&(a("on_error = continue") + &stage("b", "", once)), fails, 120);
    longest(&(a("on_error = continue") + &stage("b", "when = succeeded", once) + &stage("c", "when = failed", once)), fails, 120);
    longest(&(a("") + &stage("b", "when = failed", once) + &stage("c", "", once)), fails, 120);
    longest(&(a("on_error = ignore") + &stage("b", "", once)), fails, 120);
    // A timeout takes longer than a success, and the flags say nothing new.
    longest(&(a("on_error = continue") + &stage("b", "on_error = continue", "timeout = 2m")), fails, 180);
    longest(&stage("a", "on_error = ignore", "timeout = 2m"), &[], 120);
    longest(&(stage("a", "", "timeout = 2m") + &stage("b", "", once)), &[], 120);
    longest(&(stage("a", "on_error = abort", "timeout = 3m") + &stage("b", "when = failed", once)), &[], 240);
    let two =
        "stage a { timeout = 3m substage x { on_error = continue run = \"x\" } substage y { on_error = ignore run = \"x\" } }\n";
    longest(&(two.to_owned() + &stage("b", "when = succeeded(\"a\")", thrice)), &[], 360);
    // Too many ways to be told apart.
    let many: String = (0..14).map(|at| stage(&format!("s{at}"), "on_error = continue", once)).collect();
    let asked = (0..14).map(|at| format!("succeeded(\"s{at}\")")).collect::<Vec<_>>().join(" or ");
    longest(&(many + &stage("last", &format!("when = {asked}"), once)), &[], 900);
}

#[test]
fn what_is_given_takes_its_time() {
    let stage = |retry: &str| format!("stage a {{ substage x {{ retry {{ {retry} }} run = \"x\" }} }}");
    let doubling = stage("limit = 3 delay = 1m factor = 2");
    longest(&doubling, &[("a/x", &[Succeeded])], 60);
    longest(&doubling, &[("a/x", &[Lost, Succeeded])], 180);
    longest(&doubling, &[("a/x", &[Lost, Exit(1)])], 240 + 420);
    longest(&doubling, &[("a/x", &[Exit(1)])], 240 + 420);
    longest(&doubling, &[("a/x", &[Exit(1), Exit(2), TimedOut, Lost, Succeeded])], 240 + 420);
    longest(&stage("limit = 3 delay = 1m on = [lost]"), &[("a/x", &[Lost, Exit(1)])], 180);
    longest(&doubling, &[], 240 + 420);
    // Of a dispatch, one replica.
    let two = "stage a { substage x { retry = 1 dispatch { copies = 2 need = 2 } run = \"x\" } }";
    longest(two, &[("a/x#1", &[Lost, Succeeded]), ("a/x#2", &[Succeeded])], 120);
    longest(two, &[("a/x#1", &[Succeeded])], 120);
    let cached = "stage a { substage x { cache { inputs = [\"x\"] } run = \"x\" } substage y { run = \"x\" } }";
    longest(cached, &[("a/x", &[Cached])], 60);
}

#[test]
fn what_is_looked_at_is_counted() {
    let explored = |expect: &str| finding("stage a { substage x { run = \"x\" } }", expect, LIMIT).explored;
    // Its condition, and the two ways in which the stage goes.
    assert_eq!(explored("duration <= 1m"), 1 + 2);
    // Each of them as long as it can be, and no fake, and each way of its substage: all are run.
    assert_eq!(explored("duration < 1m"), 1 + 2 + 2 + 5);
}

fn late(body: &str, given: &[Given<'_>]) -> Vec<Late> {
    let late = |breach| if let Breach::Late(late) = breach { late } else { panic!("{breach:?}") };
    laws(body, given).breaches.into_iter().map(late).collect()
}

#[test]
fn a_late_worst_case_is_shown_with_what_it_is_made_of() {
    let minutes = |count: i64| Duration(count * 60_000);
    let body = |of_pipeline: &str, of_stage: &str| {
        format!(
            "{of_pipeline} timeout = 1m
             stage a {{ {of_stage} retry {{ limit = 2 on = [lost] delay = 1m factor = 1 }} substage x {{ run = \"x\" }} }}
             stage b {{ when = succeeded substage x {{ needs = [\"a/x\"] run = \"x\" }} substage y {{ needs = [\"b/x\"] run = \"x\" }} }}
             stage c {{ when = failed substage x {{ run = \"x\" }} }}"
        )
    };
    assert!(late(&body("deadline = 8m", "deadline = 5m"), &[]).is_empty());
    let found = late(&body("deadline = 7m", ""), &[]);
    let [Late { stage: None, at_least, at_most, parts, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*at_least, *at_most), (minutes(8), minutes(8)));
    assert_eq!(parts, &[(0, minutes(5)), (1, minutes(2)), (2, minutes(1))]);
    let found = late(&body("", "deadline = 4m"), &[]);
    let [Late { stage: Some(0), at_least, at_most, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*at_least, *at_most), (minutes(5), minutes(5)));
    // A stage is looked at by itself, whatever comes before it.
    let found = late(&body("", "").replace("when = succeeded", "when = succeeded deadline = 1m"), &[]);
    let [Late { stage: Some(1), at_least, at_most, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*at_least, *at_most), (minutes(2), minutes(2)));
}

#[test]
fn what_is_cached_makes_nothing_late() {
    let body = "deadline = 1m timeout = 2m
        stage a { substage x { cache { inputs = [\"x\"] } run = \"x\" } }
        stage b { substage x { run = \"x\" } }";
    let found = late(body, &[("a/x", &[Cached])]);
    let [Late { at_least, at_most, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*at_least, *at_most), (Duration(120_000), Duration(120_000)));
}

#[test]
fn each_stage_that_a_deadline_is_held_to_is_counted() {
    let explored = |deadline: &str| {
        let stage = |name: &str| format!("stage {name} {{ timeout = 1m substage x {{ run = \"x\" }} }}\n");
        laws(&format!("{deadline}\n{}{}{}", stage("a"), stage("b"), stage("c")), &[]).explored
    };
    assert!(explored("") > 1);
    assert_eq!(explored("deadline = 1h"), explored("") + 3);
}

#[test]
fn a_bound_is_compared_with_the_longest_run() {
    let body = "stage a { substage x { run = \"x\" } }";
    holds(body, "duration < 61s");
    broken_by(body, "duration < 30s", &[]);
    broken_by(body, "duration >= 2m", &[]);
}
