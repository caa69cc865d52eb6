//! Which rule decides how an attempt ends and how long it takes.

use o11n::base::{Duration, MemoryWorld};
use o11n::diag::{Code, Diagnostic};
use o11n::machine::{Attempt, Behaviour, CLASS_DEFAULT, End, Fakes, Layer, parse_outcomes};
use o11n::plan::{Plan, SubstageRef};

use super::plan;

const SOURCE: &str = r##"pipeline nightly {
  stage compile {
    substage planner { run = "make" }
    substage control { run = "make" }
  }
  stage "编译 2" {
    key = "two"
    substage planner { run = "make" }
  }
  stage test {
    substage fuzz {
      dispatch { copies = 3  need = 2 }
      run = "./fuzz"
    }
    substage unit { shards = 3  run = "./unit" }
    substage "a,b*c#1=d/e" { run = "true" }
    substage "fuzz#2" { run = "true" }
    substage "测试" { run = "true" }
  }
}
"##;

fn at(plan: &Plan, path: &str) -> SubstageRef {
    let (stage, substage) = path.split_once('/').unwrap();
    let stage_at = plan.stages.iter().position(|known| known.name == stage).unwrap();
    let substage_at = plan.stages[stage_at].substages.iter().position(|known| known.name == substage).unwrap();
    SubstageRef { stage: stage_at as u32, substage: substage_at as u32 }
}

/// Rules as flags give them, in order.
fn flags<'a>(plan: &'a Plan, rules: &[&str]) -> Fakes<'a> {
    let mut fakes = Fakes::new(plan);
    for rule in rules {
        give(&mut fakes, rule).unwrap_or_else(|problem| panic!("{rule}: {problem:?}"));
    }
    fakes
}

fn give(fakes: &mut Fakes, rule: &str) -> Result<(), Box<Diagnostic>> {
    let (path, outcomes) = rule.rsplit_once('=').unwrap();
    fakes.fake(Layer::Flag, path, &parse_outcomes(outcomes).unwrap())
}

/// The fakes of an environment alone.
fn environment<'a>(plan: &'a Plan, variables: &[(&str, &str)]) -> (Fakes<'a>, Vec<Diagnostic>) {
    let mut fakes = Fakes::new(plan);
    let world = MemoryWorld {
        env: variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..Default::default()
    };
    let problems = fakes.environment(&world);
    (fakes, problems)
}

/// How attempt 1 of a replica ends.
fn ends(fakes: &Fakes, plan: &Plan, path: &str, replica: u32) -> End {
    fakes.attempt(at(plan, path), replica, 1).end
}

#[track_caller]
fn refused(rule: &str) -> Diagnostic {
    let plan = plan(SOURCE);
    *give(&mut Fakes::new(&plan), rule).expect_err(rule)
}

#[track_caller]
fn helps(rule: &str, code: Code, help: &str) {
    let problem = refused(rule);
    assert_eq!((problem.code, problem.help.as_deref()), (code, Some(help)), "{rule}: {}", problem.message);
}

#[test]
fn without_a_rule_everything_succeeds_in_a_minute() {
    let plan = plan(SOURCE);
    let fakes = Fakes::new(&plan);
    assert_eq!(CLASS_DEFAULT, Duration::from_seconds(60));
    for attempt in [1, 2, u32::MAX] {
        let expected = Attempt { end: End::Exit(0), takes: CLASS_DEFAULT };
        assert_eq!(fakes.attempt(at(&plan, "compile/planner"), 1, attempt), expected);
    }
    assert!(!fakes.is_cached(at(&plan, "compile/planner")));
}

#[test]
fn a_list_goes_attempt_by_attempt_and_its_last_repeats() {
    let plan = plan(SOURCE);
    let fakes = flags(&plan, &["compile/planner=1,lost, timed_out,succeeded,7"]);
    let of = |attempt| fakes.attempt(at(&plan, "compile/planner"), 1, attempt).end;
    assert_eq!(
        [1, 2, 3, 4, 5, 6, 99].map(of),
        [End::Exit(1), End::Lost, End::TimedOut, End::Exit(0), End::Exit(7), End::Exit(7), End::Exit(7)]
    );
}

#[test]
fn the_last_equals_sign_and_the_first_slash_split() {
    let plan = plan(SOURCE);
    let fakes = flags(&plan, &["test/a,b*c#1=d/e=3"]);
    assert_eq!(ends(&fakes, &plan, "test/a,b*c#1=d/e", 1), End::Exit(3));
}

#[test]
fn a_star_matches_anything_in_stages_and_substages() {
    let plan = plan(SOURCE);
    let fakes = flags(&plan, &["*/plan*=4"]);
    let of = |path| ends(&fakes, &plan, path, 1);
    assert_eq!(["compile/planner", "编译 2/planner", "compile/control"].map(of), [End::Exit(4), End::Exit(4), End::Exit(0)]);
    let fakes = flags(&plan, &["te*/*=5"]);
    assert_eq!(
        ["test/a,b*c#1=d/e", "test/测试", "compile/planner"].map(|path| ends(&fakes, &plan, path, 1)),
        [End::Exit(5), End::Exit(5), End::Exit(0)]
    );
}

#[test]
fn an_exact_name_beats_a_glob_whatever_the_order() {
    let plan = plan(SOURCE);
    for rules in
        [["compile/planner=1", "compile/*=2"], ["compile/*=2", "compile/planner=1"], ["*/planner=2", "compile/planner=1"]]
    {
        let fakes = flags(&plan, &rules);
        assert_eq!(ends(&fakes, &plan, "compile/planner", 1), End::Exit(1), "{rules:?}");
    }
    // In a glob's stage an exact substage is still a glob: the last one wins.
    let fakes = flags(&plan, &["*/planner=1", "compile/*=2"]);
    assert_eq!(ends(&fakes, &plan, "compile/planner", 1), End::Exit(2));
}

#[test]
fn of_two_alike_the_last_wins() {
    let plan = plan(SOURCE);
    for (rules, expected) in [
        (["compile/*=1", "comp*/*=2"], 2),
        (["comp*/*=2", "compile/*=1"], 1),
        (["compile/planner=1", "compile/planner=2"], 2),
        (["test/fuzz#1=1", "test/fuzz#1=2"], 2),
    ] {
        let fakes = flags(&plan, &rules);
        let path = if rules[0].starts_with("test") { "test/fuzz" } else { "compile/planner" };
        assert_eq!(ends(&fakes, &plan, path, 1), End::Exit(expected), "{rules:?}");
    }
}

#[test]
fn a_replica_beats_both() {
    let plan = plan(SOURCE);
    for rules in [["test/*#2=2", "test/fuzz=1", "test/*=0"], ["test/fuzz=1", "test/*=0", "test/*#2=2"]] {
        let fakes = flags(&plan, &rules);
        assert_eq!(
            [1, 2, 3].map(|replica| ends(&fakes, &plan, "test/fuzz", replica)),
            [End::Exit(1), End::Exit(2), End::Exit(1)]
        );
    }
    // Among replicas' rules the exact name wins again.
    let fakes = flags(&plan, &["test/fuzz#3=1", "test/*#3=2"]);
    assert_eq!(ends(&fakes, &plan, "test/fuzz", 3), End::Exit(1));
    // A substage without `dispatch` is its replica 1.
    let fakes = flags(&plan, &["compile/planner#1=9"]);
    assert_eq!(ends(&fakes, &plan, "compile/planner", 1), End::Exit(9));
}

#[test]
fn an_exact_name_is_tried_before_its_signs_mean_anything() {
    let plan = plan(SOURCE);
    let fakes = flags(&plan, &["test/fuzz#2=6"]);
    assert_eq!(ends(&fakes, &plan, "test/fuzz#2", 1), End::Exit(6), "the substage of this very name");
    assert_eq!(ends(&fakes, &plan, "test/fuzz", 2), End::Exit(0), "not the replica");
    let fakes = flags(&plan, &["test/fuzz#3=6"]);
    assert_eq!(ends(&fakes, &plan, "test/fuzz", 3), End::Exit(6));
    // No replica 7 anywhere, but a name that the glob matches.
    let fakes = flags(&plan, &["test/a*#1=d/e=8"]);
    assert_eq!(ends(&fakes, &plan, "test/a,b*c#1=d/e", 1), End::Exit(8));
}

#[test]
fn a_stages_exact_name_is_tried_first_too() {
    let plan = plan("pipeline p { stage \"a*\" { substage x { run = \"true\" } }  stage abc { substage x { run = \"true\" } } }");
    let fakes = flags(&plan, &["a*/*=1"]);
    assert_eq!(["a*/x", "abc/x"].map(|path| ends(&fakes, &plan, path, 1)), [End::Exit(1), End::Exit(0)]);
}

#[test]
fn a_familys_name_means_its_shards() {
    let plan = plan(SOURCE);
    for rules in [["test/unit=1", "test/unit-2of3=2", "test/*=0"], ["test/*=0", "test/unit-2of3=2", "test/unit=1"]] {
        let fakes = flags(&plan, &rules);
        let found = ["test/unit-1of3", "test/unit-2of3", "test/unit-3of3"].map(|path| ends(&fakes, &plan, path, 1));
        assert_eq!(found, [End::Exit(1), End::Exit(2), End::Exit(1)], "{rules:?}");
    }
    assert_eq!(ends(&flags(&plan, &["test/u*t=1"]), &plan, "test/unit-3of3", 1), End::Exit(1));
}

#[test]
fn cached_is_for_a_whole_substage() {
    let plan = plan(SOURCE);
    let fakes = flags(&plan, &["test/*=cached", "test/unit-1of3=0"]);
    assert!(fakes.is_cached(at(&plan, "test/fuzz")) && fakes.is_cached(at(&plan, "test/unit-2of3")));
    assert!(!fakes.is_cached(at(&plan, "test/unit-1of3")) && !fakes.is_cached(at(&plan, "compile/planner")));
    // A replica's own rule makes it run; the others succeed.
    let fakes = flags(&plan, &["test/fuzz=cached", "test/fuzz#3=1"]);
    assert!(!fakes.is_cached(at(&plan, "test/fuzz")));
    assert_eq!([1, 2, 3].map(|replica| ends(&fakes, &plan, "test/fuzz", replica)), [End::Exit(0), End::Exit(0), End::Exit(1)]);
    helps("test/fuzz=1,cached", Code::BadFake, "write `cached` alone, or `succeeded` in the list");
    helps("test/fuzz#3=cached", Code::BadFake, "fake the whole substage as `cached`, without `#`");
}

#[test]
fn takes_follows_the_same_rules_and_a_scenario_beats_a_flag() {
    let plan = plan(SOURCE);
    let minutes = |count: i64| Duration::from_seconds(60 * count);
    let mut fakes = Fakes::new(&plan);
    for (layer, path, duration) in [
        (Layer::Scenario, "test/*", 9),
        (Layer::Flag, "test/fuzz", 5),
        // `test/fuzz#2` is another substage.
        (Layer::Flag, "test/fuzz#3", 6),
        (Layer::Flag, "compile/planner", 2),
        (Layer::Flag, "*/*", 3),
    ] {
        fakes.takes(layer, path, minutes(duration)).unwrap();
    }
    let of = |path, replica| fakes.attempt(at(&plan, path), replica, 1).takes;
    assert_eq!(of("test/fuzz", 1), minutes(9));
    assert_eq!(of("test/fuzz", 3), minutes(9), "a later layer's glob beats a replica's flag");
    assert_eq!([of("compile/planner", 1), of("compile/control", 1)], [minutes(2), minutes(3)]);
    let fakes = flags(&plan, &["compile/*=timed_out"]);
    assert_eq!(fakes.attempt(at(&plan, "compile/planner"), 1, 1), Attempt { end: End::TimedOut, takes: CLASS_DEFAULT });
    let problem = Fakes::new(&plan).takes(Layer::Scenario, "test/*", Duration(-1)).unwrap_err();
    assert_eq!(problem.code, Code::BadFake);
    assert_eq!(Fakes::new(&plan).takes(Layer::Flag, "tst/*", Duration(0)).unwrap_err().code, Code::UnknownPath);
}

#[test]
fn a_rule_that_hits_nothing_says_what_was_meant() {
    for (rule, help) in [
        ("compile/planer=1", "did you mean `compile/planner`?"),
        ("compil/planner=1", "did you mean `compile/planner`?"),
        ("tset/*=1", "did you mean `test/*`?"),
        ("test/fuz#3=1", "did you mean `test/fuzz#3`?"),
        ("test/control=1", "did you mean `compile/control`?"),
        ("test/unti-1of3=1", "did you mean `test/unit-1of3`?"),
        ("compile=1", "write `compile/*` for all its substages"),
        ("compil=1", "write `compile/*` for all its substages"),
        ("deploy=1", "name a stage and a substage, with `/` between"),
        ("planner=1", "did you mean `compile/planner`?"),
        ("fuzz#1=1", "did you mean `test/fuzz#1`?"),
        ("test/fuzz#4=1", "`test/fuzz` has the replicas #1 to #3"),
        ("test/fuzz#0=1", "`test/fuzz` has the replicas #1 to #3"),
        ("test/fuzz#99999999999=1", "`test/fuzz` has the replicas #1 to #3"),
        ("compile/planner#2=1", "`compile/planner` has no `dispatch`: fake it without `#2`"),
        (
            "deploy/board=1",
            "it has compile/planner, compile/control, 编译 2/planner, test/fuzz, test/unit-1of3, test/unit-2of3, test/unit-3of3, test/a,b*c#1=d/e, test/fuzz#2, test/测试",
        ),
    ] {
        helps(rule, Code::UnknownPath, help);
    }
    assert_eq!(refused("compile/planer=1").message, "the plan has no `compile/planer`");
    assert_eq!(refused("compile=1").message, "`compile` names a stage, but substages end, not stages");
}

#[test]
fn an_outcome_is_a_code_or_a_word() {
    for (text, problem) in [
        ("", "an outcome is missing"),
        ("1,", "an outcome is missing"),
        ("256", "`256` is no outcome: write an exit code from 0 to 255, `timed_out`, `lost` or `cached`"),
        ("+1", "`+1` is no outcome: write an exit code from 0 to 255, `timed_out`, `lost` or `cached`"),
        ("timedout", "`timedout` is no outcome; did you mean `timed_out`?"),
        ("failed", "a failure has an exit code: write `1`"),
        ("unstable", "write a code that `exit_codes` lists as unstable"),
        ("skipped", "`skipped` follows from how others end; it cannot be faked"),
    ] {
        assert_eq!(parse_outcomes(text), Err(problem.to_owned()), "{text}");
    }
    let plan = plan(SOURCE);
    assert_eq!(Fakes::new(&plan).fake(Layer::Scenario, "compile/planner", &[]).unwrap_err().code, Code::BadFake);
}

#[test]
fn the_environment_fakes_by_the_stages_key() {
    let plan = plan(SOURCE);
    let (fakes, problems) = environment(
        &plan,
        &[
            ("FAKE_COMPILE_RETCODE", "1"),
            ("FAKE_COMPILE_CONTROL_RETCODE", "2, 0"),
            ("FAKE_TWO_PLANNER_RETCODE", "3"),
            ("FAKE_TEST_U6D4BU8BD5_RETCODE", "4"),
            ("FAKE_TEST_UNIT_2OF3_RETCODE", "5"),
            ("FAKE_TEST_A_B_C_1_D_E_RETCODE", "6"),
            ("FAKE_DEPLOY_RETCODE", "nonsense"),
            ("FAKE_TEST_RETCODE", " "),
        ],
    );
    let said: Vec<(Code, &str)> = problems.iter().map(|problem| (problem.code, problem.message.as_str())).collect();
    assert_eq!(said, [(Code::UnusedFake, "`FAKE_DEPLOY_RETCODE` fakes nothing of the pipeline `nightly`")]);
    for (path, expected) in [
        ("compile/planner", 1),
        ("compile/control", 2),
        ("编译 2/planner", 3),
        ("test/测试", 4),
        ("test/unit-2of3", 5),
        ("test/unit-1of3", 0),
        ("test/a,b*c#1=d/e", 6),
    ] {
        assert_eq!(ends(&fakes, &plan, path, 1), End::Exit(expected), "{path}");
    }
    assert_eq!(fakes.attempt(at(&plan, "compile/control"), 1, 2).end, End::Exit(0));
}

#[test]
fn a_flag_beats_the_environment_whatever_the_order() {
    let plan = plan(SOURCE);
    let (mut fakes, _) = environment(&plan, &[("FAKE_COMPILE_PLANNER_RETCODE", "1"), ("FAKE_COMPILE_RETCODE", "1")]);
    give(&mut fakes, "compile/*=2").unwrap();
    assert_eq!(ends(&fakes, &plan, "compile/planner", 1), End::Exit(2));
    let mut fakes = flags(&plan, &["*/planner=2", "test/fuzz#2=3"]);
    let env = [("FAKE_COMPILE_PLANNER_RETCODE", "1"), ("FAKE_COMPILE_RETCODE", "4")];
    let world = MemoryWorld { env: env.map(|(name, value)| (name.into(), value.into())).into(), ..Default::default() };
    assert_eq!(fakes.environment(&world), []);
    assert_eq!(["compile/planner", "compile/control"].map(|path| ends(&fakes, &plan, path, 1)), [End::Exit(2), End::Exit(4)]);
}

#[test]
fn a_set_variable_with_two_meanings_shows_both() {
    let plan = plan(
        r#"pipeline p {
  stage "build-app" { substage x { run = "true" } }
  stage build { substage app { run = "true" }  substage "app-" { run = "true" }  substage app_ { run = "true" } }
}"#,
    );
    let (fakes, problems) = environment(&plan, &[("FAKE_BUILD_RETCODE", "1")]);
    assert_eq!(problems, [], "only what is set counts");
    assert_eq!(ends(&fakes, &plan, "build/app", 1), End::Exit(1));
    let (_, problems) = environment(&plan, &[("FAKE_BUILD_APP_RETCODE", "1"), ("FAKE_BUILD_APP__RETCODE", "1")]);
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`FAKE_BUILD_APP_RETCODE` could fake `build-app` or `build/app`",
            "`FAKE_BUILD_APP__RETCODE` could fake `build/app-` or `build/app_`"
        ]
    );
    assert!(problems.iter().all(|problem| problem.code == Code::AmbiguousFake));
}

#[test]
fn a_variable_holds_codes_only() {
    let plan = plan(SOURCE);
    for value in ["red", "256", "1,,0", "timed_out", "-1"] {
        let (_, problems) = environment(&plan, &[("FAKE_COMPILE_RETCODE", value)]);
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::BadFake], "{value}");
        assert_eq!(problems[0].message, format!("`FAKE_COMPILE_RETCODE` is `{value}`, which is no exit code"));
    }
}
