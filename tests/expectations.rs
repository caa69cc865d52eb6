//! What expectations of scenarios mean, on traces written by hand.

use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::machine::{AttemptTrace, Expectation, Miss, Outcome, ReplicaTrace, StageTrace, SubstageTrace, Trace};
use o11n::plan::{Inputs, Plan, SubstageRef};
use o11n::schema;

const PIPELINE: &str = r#"
  param deploys: bool = false
  stage build { substage app { run = "make" }  substage lib { run = "make" } }
  stage test {
    substage unit { shards = 2  run = "make" }
    substage fuzz { dispatch { copies = 3  need = 2 }  on_error = ignore  run = "make" }
  }
  stage "o*d" { substage "x*y" { run = "make" }  substage xzy { run = "make" } }
  if deploys { stage deploy { substage app { run = "make" } } }
"#;

const BUILD: Miss = Miss::Stage(0);
const APP: Miss = Miss::Substage(SubstageRef { stage: 0, substage: 0 });
const LIB: Miss = Miss::Substage(SubstageRef { stage: 0, substage: 1 });
const UNIT_1: Miss = Miss::Substage(SubstageRef { stage: 1, substage: 0 });
const UNIT_2: Miss = Miss::Substage(SubstageRef { stage: 1, substage: 1 });
const FUZZ: Miss = Miss::Substage(SubstageRef { stage: 1, substage: 2 });

/// All that a trace is not as one `expect` has it.
fn misses(expect: &str, change: impl FnOnce(&mut Trace)) -> Vec<Miss> {
    let source = format!("pipeline p {{{PIPELINE}  scenario \"s\" {{ expect {expect} }}\n}}\n");
    let world = MemoryWorld { files: [("a.o11n".into(), source.into_bytes())].into(), ..MemoryWorld::default() };
    let planned = driver::plan(&world, &RootPath::resolve(None, "a.o11n").unwrap(), None, &Inputs::default());
    assert!(!planned.diagnostics.iter().any(Diagnostic::is_error), "{expect}: {:?}", planned.diagnostics);
    let plan = planned.plan.unwrap();
    let mut trace = success(&plan);
    change(&mut trace);
    let expectation = Expectation::resolve(&plan, &planned.analysis.program.pipelines[0].scenarios[0].expects[0]);
    let found: Vec<Miss> = expectation.misses(&trace).collect();
    assert_eq!(expectation.check(&trace), found.first().map_or(Ok(()), |miss| Err(*miss)));
    found
}

/// Every substage ran once, a minute each.
fn success(plan: &Plan) -> Trace {
    let minute = Duration(60_000);
    let attempt = AttemptTrace { outcome: Outcome::Succeeded, code: Some(0), start: Duration(0), end: minute };
    let replica = ReplicaTrace { outcome: Outcome::Succeeded, attempts: vec![attempt] };
    let substage = |copies| SubstageTrace {
        outcome: Outcome::Succeeded,
        ignored: false,
        reason: None,
        replicas: vec![replica.clone(); copies],
    };
    let stages = plan.stages.iter().map(|stage| StageTrace {
        outcome: Outcome::Succeeded,
        time: Some((Duration(0), minute)),
        substages: stage
            .substages
            .iter()
            .map(|known| substage(known.dispatch.map_or(1, |dispatch| dispatch.copies as usize)))
            .collect(),
    });
    Trace { outcome: Outcome::Succeeded, duration: minute, stages: stages.collect() }
}

fn end(trace: &mut Trace, stage: usize, substage: usize, outcome: Outcome) {
    let substage = &mut trace.stages[stage].substages[substage];
    substage.outcome = outcome;
    if matches!(outcome, Outcome::Skipped | Outcome::Cached) {
        substage.replicas.clear();
    }
}

fn as_it_is(_: &mut Trace) {}

#[test]
fn an_outcome_holds_for_all_that_is_named() {
    let lib_failed = |trace: &mut Trace| {
        trace.stages[0].outcome = Outcome::Failed;
        end(trace, 0, 1, Outcome::Failed);
    };
    assert_eq!(misses("\"build/app\" = succeeded", lib_failed), []);
    assert_eq!(misses("\"build/lib\" = succeeded", lib_failed), [LIB]);
    assert_eq!(misses("\"build/*\" = succeeded", lib_failed), [LIB]);
    assert_eq!(misses("\"build/*\" = failed", lib_failed), [APP]);
    assert_eq!(misses("\"*/*b\" = failed", lib_failed), []);
    assert_eq!(misses("\"build\" = failed", lib_failed), []);
    assert_eq!(misses("\"*\" = succeeded", lib_failed), [BUILD]);
}

#[test]
fn a_family_is_all_its_shards() {
    let second_failed = |trace: &mut Trace| end(trace, 1, 1, Outcome::Failed);
    assert_eq!(misses("\"test/unit\" = succeeded", as_it_is), []);
    assert_eq!(misses("\"test/unit\" = failed", as_it_is), [UNIT_1, UNIT_2]);
    assert_eq!(misses("\"test/unit\" = succeeded", second_failed), [UNIT_2]);
    assert_eq!(misses("\"test/unit-2of2\" = failed", second_failed), []);
    assert_eq!(misses("\"test/*nit\" = succeeded", second_failed), [UNIT_2]);
}

#[test]
fn a_name_counts_as_written_where_the_plan_has_it() {
    let odd_failed = |trace: &mut Trace| end(trace, 2, 1, Outcome::Failed);
    assert_eq!(misses("\"o*d/x*y\" = succeeded", odd_failed), []);
    assert_eq!(misses("\"o*d/x*\" = succeeded", odd_failed), [Miss::Substage(SubstageRef { stage: 2, substage: 1 })]);
}

#[test]
fn to_have_run_is_to_have_an_attempt() {
    assert_eq!(misses("\"build/app\" ran", as_it_is), []);
    assert_eq!(misses("\"build/app\" not ran", as_it_is), [APP]);
    for outcome in [Outcome::Skipped, Outcome::Cached] {
        assert_eq!(misses("\"build/app\" ran", |trace| end(trace, 0, 0, outcome)), [APP]);
        assert_eq!(misses("\"build/app\" not ran", |trace| end(trace, 0, 0, outcome)), []);
    }
    let waited = |trace: &mut Trace| {
        end(trace, 0, 0, Outcome::Cancelled);
        trace.stages[0].substages[0].replicas[0].attempts.clear();
    };
    assert_eq!(misses("\"build/app\" not ran", waited), []);
    let all_cached = |trace: &mut Trace| (0..2).for_each(|substage| end(trace, 0, substage, Outcome::Cached));
    assert_eq!(misses("\"build\" ran", all_cached), []);
    let skipped = |trace: &mut Trace| trace.stages[0].outcome = Outcome::Skipped;
    assert_eq!(misses("\"build\" ran", skipped), [BUILD]);
    assert_eq!(misses("\"build\" not ran", skipped), []);
}

#[test]
fn attempts_are_those_of_all_replicas() {
    assert_eq!(misses("\"build/app\" attempts = 1", as_it_is), []);
    assert_eq!(misses("\"build/app\" attempts = 2", as_it_is), [APP]);
    assert_eq!(misses("\"test/fuzz\" attempts = 3", as_it_is), []);
    assert_eq!(misses("\"test/*\" attempts = 1", as_it_is), [FUZZ]);
    assert_eq!(misses("\"build/app\" attempts = 0", |trace| end(trace, 0, 0, Outcome::Skipped)), []);
}

#[test]
fn the_whole_has_an_outcome_and_a_duration() {
    assert_eq!(misses("pipeline = succeeded", as_it_is), []);
    assert_eq!(misses("pipeline = failed", as_it_is), [Miss::Pipeline]);
    let bounds = [
        ("<= 1m", true),
        ("< 1m", false),
        (">= 1m", true),
        ("> 1m", false),
        ("== 1m", true),
        ("!= 1m", false),
        ("<= 59s", false),
        ("< 61s", true),
        (">= 59s", true),
        (">= 61s", false),
        ("> 59s", true),
        ("> 61s", false),
        ("== 59s", false),
        ("!= 59s", true),
    ];
    for (bound, holds) in bounds {
        let found = misses(&format!("duration {bound}"), as_it_is);
        assert_eq!(found, if holds { vec![] } else { vec![Miss::Duration] }, "{bound}");
    }
}

#[test]
fn what_is_not_in_the_plan_has_not_run_and_nothing_else() {
    for expect in ["\"deploy\" not ran", "\"deploy/app\" not ran", "\"deploy/*\" not ran"] {
        assert_eq!(misses(expect, as_it_is), [], "{expect}");
    }
    for expect in ["\"deploy\" ran", "\"deploy\" = skipped", "\"deploy/*\" = succeeded", "\"deploy/app\" attempts = 0"] {
        assert_eq!(misses(expect, as_it_is), [Miss::NotInPlan], "{expect}");
    }
    assert_eq!(misses("\"deploy\" ran when failed(\"test\")", as_it_is), []);
}

#[test]
fn a_condition_asks_how_something_ended() {
    let holds = |condition: &str, change: fn(&mut Trace)| {
        misses(&format!("pipeline = failed when {condition}"), change) == [Miss::Pipeline]
    };
    let unit_2 = |trace: &mut Trace| end(trace, 1, 1, Outcome::TimedOut);
    let fuzz_ignored = |trace: &mut Trace| {
        end(trace, 1, 2, Outcome::Failed);
        trace.stages[1].substages[2].ignored = true;
    };
    let skipped = |trace: &mut Trace| {
        trace.stages[1].outcome = Outcome::Skipped;
        (0..3).for_each(|substage| end(trace, 1, substage, Outcome::Skipped));
    };
    type Row = (&'static str, fn(&mut Trace), bool);
    let cases: &[Row] = &[
        ("succeeded(\"test\")", as_it_is, true),
        ("succeeded(\"test\")", |trace| trace.stages[1].outcome = Outcome::Unstable, true),
        ("succeeded(\"test\")", |trace| trace.stages[1].outcome = Outcome::Failed, false),
        ("failed(\"test\")", |trace| trace.stages[1].outcome = Outcome::Failed, true),
        ("failed(\"test\")", as_it_is, false),
        // A skipped stage, or one that is not in the plan, is neither.
        ("succeeded(\"test\") or failed(\"test\")", skipped, false),
        ("succeeded(\"test/fuzz\") or failed(\"test/fuzz\")", skipped, false),
        ("succeeded(\"deploy\") or failed(\"deploy\")", as_it_is, false),
        ("succeeded(\"deploy/app\") or failed(\"deploy/app\")", as_it_is, false),
        // Of several, one failure is a failure.
        ("failed(\"test/unit\")", unit_2, true),
        ("failed(\"test/*\")", |trace| end(trace, 1, 0, Outcome::Lost), true),
        ("succeeded(\"test/unit\")", unit_2, false),
        ("succeeded(\"test/unit-1of2\")", unit_2, true),
        ("succeeded(\"test/unit\")", |trace| end(trace, 1, 0, Outcome::Cached), true),
        ("failed(\"test/unit\")", |trace| end(trace, 1, 0, Outcome::Cancelled), false),
        // An ignored failure is a failure, and yet passes what needs it.
        ("succeeded(\"test/fuzz\") and failed(\"test/fuzz\")", fuzz_ignored, true),
        ("not failed(\"test\") and succeeded(\"build\")", as_it_is, true),
        ("not (failed(\"test\") or succeeded(\"build\"))", as_it_is, false),
    ];
    for (condition, change, expected) in cases {
        assert_eq!(holds(condition, *change), *expected, "{condition}");
    }
}

#[test]
fn the_outcomes_of_the_language_are_those_of_a_trace() {
    assert_eq!(Outcome::ALL.map(Outcome::word), schema::OUTCOMES);
}
