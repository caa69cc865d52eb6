//! What verification promises, each on a pipeline that shows it.

use o11n::base::Duration;
use o11n::cli::driver;
use o11n::diag::Code;
use o11n::machine::verify::{Counterexample, Finding, Law, LawFinding, Space, Verdict, broken};
use o11n::machine::{AttemptTrace, Fakes, Layer, Machine, Outcome, Trace};
use o11n::plan::Plan;
use o11n::sema::hir::FakeOutcome;

use super::{Asked, asked, drawn, main, told, world};

pub(super) const LIMIT: u64 = 100_000;

/// A path, and how the attempts of what it names end in all runs.
pub(super) type Given<'g> = (&'g str, &'g [FakeOutcome]);

#[track_caller]
fn asked_of(body: &str, expects: &[&str]) -> Asked {
    let source = format!("pipeline p {{\n{body}\n}}\n");
    asked(&source, expects)
        .unwrap_or_else(|| panic!("{source}\n{expects:?}\n{}", drawn(&driver::check(&world(&source), &main(), None))))
}

fn fakes<'p>(plan: &'p Plan, given: &[Given<'_>]) -> Fakes<'p> {
    let mut fakes = Fakes::new(plan);
    for (path, outcomes) in given {
        fakes.fake(Layer::Scenario, path, outcomes).unwrap();
    }
    fakes
}

#[track_caller]
pub(super) fn finding_given(body: &str, given: &[Given<'_>], expect: &str, limit: u64) -> Finding {
    let Asked { plan, expectations } = asked_of(body, &[expect]);
    Space::new(&plan, &fakes(&plan, given)).verify(&expectations[0], limit)
}

#[track_caller]
pub(super) fn finding(body: &str, expect: &str, limit: u64) -> Finding {
    finding_given(body, &[], expect, limit)
}

#[track_caller]
pub(super) fn laws(body: &str, given: &[Given<'_>]) -> LawFinding {
    let Asked { plan, .. } = asked_of(body, &[]);
    Space::new(&plan, &fakes(&plan, given)).laws(LIMIT)
}

#[track_caller]
pub(super) fn holds(body: &str, expect: &str) {
    holds_given(body, &[], expect);
}

#[track_caller]
pub(super) fn holds_given(body: &str, given: &[Given<'_>], expect: &str) {
    let finding = finding_given(body, given, expect, LIMIT);
    assert!(matches!(finding.verdict, Verdict::Holds), "{expect}: {}", told(&finding.verdict));
}

#[track_caller]
pub(super) fn broken_by(body: &str, expect: &str, lines: &[&str]) {
    broken_by_given(body, &[], expect, lines);
}

/// The counterexample, line by line.
#[track_caller]
pub(super) fn broken_by_given(body: &str, given: &[Given<'_>], expect: &str, lines: &[&str]) {
    let finding = finding_given(body, given, expect, LIMIT);
    let Verdict::Broken(shown) = &finding.verdict else { panic!("{expect}: {}", told(&finding.verdict)) };
    let Counterexample { fakes, takes, .. } = &**shown;
    let ends = |outcomes: &[FakeOutcome]| outcomes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let fakes = fakes.iter().map(|(path, outcomes)| format!("{path} = {}", ends(outcomes)));
    let all: Vec<String> = fakes.chain(takes.iter().map(|(path, duration)| format!("{path} takes {duration}"))).collect();
    assert_eq!(all, lines, "{expect}");
}

#[test]
fn a_counterexample_has_the_fewest_and_simplest_fakes() {
    let body = r#"
  on_error = continue
  exit_codes { 3 = unstable }
  stage build { substage a { run = "a" }  substage b { retry { limit = 2  on = [lost] }  run = "b" } }
  stage test { substage c { needs = ["build/b"]  run = "c" } }
"#;
    broken_by(body, "pipeline = succeeded", &["build/a = exit(1)"]);
    broken_by(body, "pipeline = unstable when not failed(\"build\") and not failed(\"test\")", &[]);
    broken_by(body, "pipeline = succeeded when not failed(\"build\") and not failed(\"test\")", &["build/a = exit(3)"]);
    broken_by(body, "\"test/c\" ran when failed(\"build/a\")", &["build/a = exit(1)", "build/b = exit(1)"]);
    broken_by(body, "\"build/b\" attempts = 1 when succeeded(\"build/b\")", &["build/b = lost, succeeded"]);
    broken_by(body, "\"build/b\" = failed when failed(\"build/b\")", &["build/b = timed_out"]);
}

#[test]
fn what_an_abort_cuts_is_a_matter_of_any_time() {
    let body = r#"
  stage build { on_error = abort  substage a { run = "a" }  substage b { on_error = finish  run = "b" } }
  stage test { when = always  substage c { needs = ["build/b"]  run = "c" } }
"#;
    // Of one length, both have ended when one of them aborts.
    broken_by(body, "\"test/c\" ran when not failed(\"build/b\")", &["build/a = exit(1)", "build/b takes 4m"]);
    holds(body, "\"build/b\" ran");
    let one_by_one = body.replace("on_error = abort ", "on_error = abort  parallel = 1 ");
    holds(&one_by_one, "\"build/b\" not ran when failed(\"build/a\")");
    broken_by(&one_by_one, "\"build/b\" ran", &["build/a = exit(1)"]);
    let locked = body.replace("{ run = \"a\" }", "{ lock = [\"x\"]  run = \"a\" }").replace("finish ", "finish  lock = [\"x\"] ");
    holds(&locked, "\"build/b\" not ran when failed(\"build/a\")");
    let urgent = one_by_one.replace("on_error = finish", "on_error = finish  priority = high");
    holds(&urgent, "\"build/b\" ran");
}

#[test]
fn deadlines_take_no_part() {
    let body = r#"
  deadline = 30s
  stage build { on_error = ignore  substage a { run = "a" } }
  stage test { substage b { run = "b" } }
  stage report { when = failed  substage c { run = "c" } }
"#;
    // By default everything takes a minute, and the deadline would end it.
    holds(body, "\"test\" ran");
    holds(body, "pipeline = succeeded when not failed(\"test\")");
    broken_by(body, "\"report\" not ran", &["test/b = exit(1)", "*/* takes 1s"]);
}

#[test]
fn a_dispatch_is_told_by_how_many_pass() {
    let body = r#"
  exit_codes { 80 = unstable }
  stage test { substage fuzz { dispatch { copies = 3  need = 2 }  retry = 1  run = "./fuzz" } }
"#;
    broken_by(body, "\"test/fuzz\" = succeeded", &["test/fuzz = exit(1)"]);
    broken_by(body, "\"test/fuzz\" = succeeded when succeeded(\"test/fuzz\")", &["test/fuzz = exit(80)"]);
    broken_by(body, "\"test/fuzz\" attempts = 3 when succeeded(\"test/fuzz\")", &["test/fuzz = exit(1), succeeded"]);
    // A replica never times out as a whole.
    holds(body, "\"test/fuzz\" = failed when failed(\"test/fuzz\")");
}

#[test]
fn a_limit_tells_what_was_covered() {
    let body = r#"
  on_error = continue
  stage build { substage a { run = "a" }  substage b { run = "b" }  substage c { run = "c" } }
  stage test { substage d { needs = ["build/a", "build/b", "build/c"]  run = "d" } }
"#;
    let all_three = "pipeline = unstable when failed(\"build/a\") and failed(\"build/b\") and failed(\"build/c\")";
    assert_eq!(covered(body, &[], all_three), 3);
    // What is given is no fake.
    assert_eq!(covered(body, &[("build/a", &[FakeOutcome::Exit(1)])], all_three), 2);
    // What an abort cuts in its first attempt is no fake either; a second attempt needs one.
    let body = r#"
  stage build { on_error = abort  substage a { run = "a" }  substage b { on_error = finish  retry = 1  run = "b" } }
  stage test { when = always  substage c { needs = ["build/b"]  run = "c" } }
"#;
    assert_eq!(covered(body, &[], "\"test/c\" ran when not failed(\"build/b\")"), 1);
    assert_eq!(covered(body, &[], "\"build/b\" attempts = 1 when not failed(\"build/b\") and not succeeded(\"build/b\")"), 2);
}

/// How many fakes the counterexample has. With less to look at, never is more said to be covered than is so.
#[track_caller]
fn covered(body: &str, given: &[Given<'_>], expect: &str) -> u32 {
    let mut covered = Vec::new();
    for limit in 0..LIMIT {
        let Finding { verdict, explored } = finding_given(body, given, expect, limit);
        assert!(explored <= limit);
        match verdict {
            Verdict::Cut { fakes } => covered.push(fakes),
            Verdict::Broken(shown) => {
                let fakes = shown.fakes.len() as u32;
                assert!(covered.is_sorted() && covered[0] == 0 && covered.last() == Some(&fakes), "{covered:?}");
                return fakes;
            }
            other => panic!("{other:?}"),
        }
    }
    unreachable!("it is found")
}

#[test]
fn what_nobody_tells_apart_is_looked_at_once() {
    let body = |count: usize| {
        format!(
            "stage build {{ on_error = continue  for i in range({count}) {{ substage \"s${{{{ i }}}}\" {{ run = \"make\" }} }} }}
             stage report {{ when = always  substage mail {{ run = \"mail\" }} }}"
        )
    };
    let explored = |count: usize, expect: &str| {
        let Finding { verdict, explored } = finding(&body(count), expect, LIMIT);
        assert!(matches!(verdict, Verdict::Holds));
        explored
    };
    for expect in ["\"report\" ran", "pipeline = failed when failed(\"build\")"] {
        assert_eq!(explored(10, expect), explored(1_000, expect), "{expect}");
        assert!(explored(1_000, expect) < 100);
    }
    // Each of them is named here, and only the first is asked for: the others are like it.
    assert!(explored(1_000, "\"build/*\" ran") < 100);
    // So it is where some of them wait.
    let row = |count: usize| {
        let body = body(count).replace("on_error = continue", "on_error = abort parallel = 2");
        finding(&body, "pipeline = failed when failed(\"build\")", LIMIT).explored
    };
    assert_eq!(row(10), row(200));
    // And where each needs one of its own.
    let chains = |count: usize| {
        let body = format!(
            "stage build {{ on_error = abort for i in range({count}) {{ substage \"s${{{{ i }}}}\" {{ run = \"make\" }} }} }}
             stage test {{ for i in range({count}) {{ substage \"s${{{{ i }}}}\" {{ needs = [\"build/s${{{{ i }}}}\"] run = \"make\" }} }} }}"
        );
        finding(&body, "\"test/*\" not ran when failed(\"build\")", LIMIT).explored
    };
    assert_eq!(chains(10), chains(60));
}

#[test]
fn what_a_condition_names_is_not_like_the_rest() {
    let body = r#"
  stage build { on_error = continue  for name in ["a1", "a2", "a3", "a4", "a5", "b"] { substage "${{ name }}" { run = "make" } } }
"#;
    broken_by(body, "\"build/*\" = succeeded when succeeded(\"build/a1\")", &["build/a2 = exit(1)"]);
    broken_by(body, "\"build/*\" = succeeded when succeeded(\"build/a*\")", &["build/b = exit(1)"]);
}

#[test]
fn needs_do_not_multiply() {
    let stage = |name: &str, need: &str| {
        let needs = if need.is_empty() { String::new() } else { format!("needs = [\"{need}/${{{{ i }}}}\"]") };
        format!(
            "stage {name} {{ on_error = continue  for i in range(40) {{ substage \"${{{{ i }}}}\" {{ {needs}  run = \"make\" }} }} }}\n"
        )
    };
    let body = stage("build", "") + &stage("unit", "build") + &stage("system", "unit");
    // Two to the power of 80 combinations of what passed.
    let Finding { verdict, explored } = finding(&body, "pipeline = failed when failed(\"build/7\") or failed(\"unit/7\")", LIMIT);
    assert!(matches!(verdict, Verdict::Holds) && explored < 2_000, "{explored}");
    let Finding { verdict, explored } = finding(&body, "\"system/*\" ran when succeeded(\"unit/*\")", LIMIT);
    assert!(matches!(verdict, Verdict::Holds) && explored < 20_000, "{explored}");
    // What a condition names has its needs looked at, and nothing else.
    let never = "\"system/3\" not ran when failed(\"unit/7\") and not succeeded(\"build/7\")";
    let Finding { verdict, explored } = finding(&body, never, LIMIT);
    assert!(matches!(verdict, Verdict::Holds) && explored < 2_000, "{explored}");
}

#[test]
fn needs_of_many_are_looked_at_where_they_matter() {
    let tests: String =
        (1..=6).map(|number| format!("substage t{number} {{ needs = [\"build/a\"] run = \"x {number}\" }}\n")).collect();
    let body = format!("on_error = continue\nstage build {{ substage a {{ run = \"x\" }} }}\nstage test {{ {tests} }}");
    holds(&body, "\"build/a\" = succeeded when failed(\"test/*\")");
}

#[test]
fn what_a_property_gives_is_given_in_every_run() {
    let source = r#"pipeline p {
  stage build { substage a { run = "a" }  substage b { cache { inputs = ["x"] }  run = "b" } }
  property "one fails" {
    fake "build/a" = exit(2)
    expect "build" = failed
    expect "build/b" ran when not failed("build/b")
  }
  property "one is cached" {
    fake "build/b" = cached
    expect "build/b" not ran
  }
  property "what is cached has not succeeded" {
    fake "build/b" = cached
    expect "build/b" = succeeded
  }
  property "it takes its time" {
    takes "build/a" = 30m
    expect duration >= 30m
  }
  property "and no more" {
    takes "build/a" = 30m
    expect duration <= 30m
  }
  property "but for a moment" {
    takes "build/a" = 30m
    expect duration < 30m
  }
}
"#;
    let outcome = driver::verify(&world(source), &main(), LIMIT);
    let told = drawn(&outcome);
    // A bound from below is tried, but never proved.
    let codes: Vec<Code> = outcome.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::BrokenProperty, Code::Undecided, Code::BrokenProperty], "{told}");
    assert!(outcome.diagnostics[0].message.contains("what is cached"), "{told}");
    assert!(outcome.diagnostics[1].message.contains("it takes its time"), "{told}");
    assert!(outcome.diagnostics[2].message.contains("but for a moment"), "{told}");
}

#[test]
fn no_schedule_overrules_the_durations_of_a_property() {
    let property = |takes: &str| {
        let source = format!(
            "pipeline p {{\n  stage build {{ timeout = 30s  substage a {{ run = \"a\" }} }}\n  property \"late\" {{\n    takes \"build/*\" = {takes}\n    expect \"build/a\" = timed_out\n  }}\n}}\n"
        );
        let outcome = driver::verify(&world(&source), &main(), LIMIT);
        outcome.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    // Outcomes are explored whatever the durations, and a run that those forbid is never shown.
    assert_eq!(property("1h"), [Code::Undecided]);
    assert_eq!(property("1s"), [Code::BrokenProperty]);
}

#[test]
fn what_only_a_deadline_makes_so_is_not_shown() {
    let property = |expect: &str| {
        let source = format!(
            "pipeline p {{\n  stage build {{ deadline = 30m  substage a {{ run = \"a\" }} }}\n  property \"late\" {{\n    takes \"build/*\" = 1h\n    expect {expect}\n  }}\n}}\n"
        );
        let outcome = driver::verify(&world(&source), &main(), LIMIT);
        outcome.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    // Without the deadline it is not so, with it it is: neither is shown by a scenario.
    assert_eq!(property("\"build/a\" = timed_out"), [Code::Undecided]);
    // No run keeps the deadline, and one is broken with it and without.
    assert_eq!(property("\"build/a\" = succeeded"), [Code::BrokenProperty]);
}

fn run(body: &str) -> (Plan, Trace) {
    let Asked { plan, .. } = asked(&format!("pipeline p {{\n{body}\n}}\n"), &[]).expect("a pipeline");
    let trace = Machine::new(&plan).run(&Fakes::new(&plan)).clone();
    (plan, trace)
}

/// The machine keeps these laws by itself; so that the checks are known to see a breach, runs are changed by hand.
#[test]
fn a_run_that_breaks_a_law_is_told_from_one_that_keeps_it() {
    let body = r#"
  exit_codes { 80 = unstable }
  stage build { substage a { run = "a" }  substage b { on_error = ignore  run = "b" } }
  stage report { when = always  substage mail { retry { limit = 1  on = [exit(80)] }  run = "mail" } }
"#;
    let (plan, trace) = run(body);
    assert_eq!(broken(&plan, &trace), []);

    let mut green = trace.clone();
    green.stages[0].substages[1].outcome = Outcome::Failed;
    green.stages[0].substages[1].ignored = true;
    assert_eq!(broken(&plan, &green), []);
    green.stages[0].substages[0].outcome = Outcome::TimedOut;
    assert_eq!(broken(&plan, &green), [Law::FailuresShow]);
    green.outcome = Outcome::Failed;
    assert_eq!(broken(&plan, &green), []);

    let mut silent = trace.clone();
    silent.stages[1].outcome = Outcome::Skipped;
    assert_eq!(broken(&plan, &silent), [Law::AlwaysRuns]);

    let attempts = |at: (usize, usize), first: Outcome, code: u8| {
        let mut again = trace.clone();
        let list = &mut again.stages[at.0].substages[at.1].replicas[0].attempts;
        let last = list[0];
        list.insert(0, AttemptTrace { outcome: first, code: Some(code), start: Duration(0), end: Duration(0) });
        assert_eq!(list.last(), Some(&last));
        again
    };
    assert_eq!(broken(&plan, &attempts((0, 0), Outcome::Failed, 1)), []);
    assert_eq!(broken(&plan, &attempts((0, 0), Outcome::Succeeded, 0)), [Law::SuccessIsLast]);
    assert_eq!(broken(&plan, &attempts((0, 0), Outcome::Unstable, 80)), [Law::SuccessIsLast]);
    assert_eq!(broken(&plan, &attempts((1, 0), Outcome::Unstable, 80)), []);
}

#[test]
fn nothing_takes_for_ever() {
    let body = r#"
  deadline = 1d
  timeout = 1s
  stage build {
    on_error = abort
    retry { limit = 1000  delay = 1s  factor = 1.0000001 }
    for i in range(80) { substage "s${{ i }}" { lock = ["x"]  run = "make" } }
    substage fuzz { dispatch { copies = 100  need = 50 }  run = "./fuzz" }
  }
  stage test { when = failed("build")  for i in range(80) { substage "s${{ i }}" { needs = ["build/s${{ i }}"]  run = "make" } } }
"#;
    for expect in [
        "\"build/*\" attempts = 7",
        "\"test/*\" = skipped",
        "pipeline = succeeded when succeeded(\"*/*\") or failed(\"build/s*\") and not succeeded(\"test/*\")",
        "duration <= 5h",
        "duration > 1s when failed(\"build\")",
    ] {
        let _ = finding(body, expect, 5_000);
    }
    let source = format!("pipeline p {{\n{body}\n}}\n");
    let outcome = driver::verify(&world(&source), &main(), 5_000);
    assert!(outcome.diagnostics.iter().any(|found| found.code == Code::Undecided || found.code == Code::LateWorstCase));
}
