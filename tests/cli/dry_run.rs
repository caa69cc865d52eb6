//! `o11n dry-run`: exit statuses, forms, and what the terminal decides.

use std::path::Path;
use std::process::Command;

use super::{BAD, GOOD, Ran, Workspace};

const TWO: &str = "pipeline nightly {\n  on_error = finish\n  stage build {\n    substage app { run = \"make\" }\n  }\n  stage test {\n    substage unit {\n      retry { limit = 1  delay = 30s }\n      run = \"make test\"\n    }\n  }\n}\n";

/// The program on the examples of this repository.
fn example(args: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_o11n"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).env_clear().env("LANG", "C.UTF-8");
    Ran::from(command.args(args).envs(env.iter().copied()).output().unwrap())
}

#[test]
fn a_compile_error_skips_the_tests_and_sends_the_message() {
    let by_flag = ["dry-run", "examples/regression.o11n", "--fake", "compile/*=2"];
    let by_variable = ["dry-run", "examples/regression.o11n"];
    for (args, env, code) in [(&by_flag[..], &[][..], 2), (&by_variable, &[("FAKE_COMPILE_RETCODE", "1")], 1)] {
        let ran = example(args, env).ends(1);
        assert_eq!(ran.stderr, "");
        let lines: Vec<String> = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let has = |start: &str, end: &str| lines.iter().any(|line| line.starts_with(start) && line.ends_with(end));
        assert!(has("✗ compile ", " 1m") && has("✗ planner-x86 ", &format!("exit {code} after 1m")), "{}", ran.stdout);
        for stage in ["unit", "function", "speed", "accuracy"] {
            assert!(has(&format!("○ {stage} skipped"), "`compile` stopped the pipeline"), "{stage}\n{}", ran.stdout);
        }
        assert!(has("✓ dingtalk ", " 1m") && has("✗ failed after 2m", " skipped"), "{}", ran.stdout);
    }
}

#[test]
fn the_exit_status_is_the_verdict() {
    let workspace = Workspace::of(&[("a.o11n", TWO)]);
    workspace.run(&["dry-run", "a.o11n"]).ends(0);
    workspace.run(&["dry-run", "a.o11n", "--fake", "test/unit=1"]).ends(1);
    workspace.run(&["dry-run", "a.o11n", "--fake", "test/unit=1,0"]).ends(0);
    workspace.write("b.o11n", TWO.replace("on_error = finish", "exit_codes { 80 = unstable }"));
    let unstable = workspace.run(&["dry-run", "b.o11n", "--fake", "*/*=80"]).ends(0);
    assert!(unstable.stdout.contains("! unstable after 2m: 2 unstable"), "{}", unstable.stdout);
}

#[test]
fn mistakes_are_told_as_compile_tells_them() {
    let workspace = Workspace::of(&[("bad.o11n", BAD), ("good.o11n", GOOD)]);
    let ran = workspace.run(&["dry-run", "bad.o11n"]).ends(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("[E0101]"), "{}", ran.stderr);
    workspace
        .write("needy.o11n", "pipeline p { param n: int  sample { n = 1 }  stage s { substage a { run = \"echo ${{ n }}\" } } }");
    let ran = workspace.run(&["dry-run", "needy.o11n"]).ends(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("[E0701]"), "samples are not for runs: {}", ran.stderr);
    workspace.run(&["dry-run", "needy.o11n", "--param", "n=2"]).ends(0);
    let ran = workspace.run(&["dry-run", "good.o11n", "--trigger", "night"]).ends(1);
    assert!(ran.stderr.contains("pipeline `nightly` has no trigger `night`"), "{}", ran.stderr);
    workspace.run(&["dry-run", "none.o11n"]).ends(3);
}

#[test]
fn a_fake_that_means_nothing_is_not_taken_for_a_failed_run() {
    let workspace = Workspace::of(&[("good.o11n", GOOD)]);
    let ran = workspace.run(&["dry-run", "good.o11n", "--fake", "build/ap=1"]).ends(2);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("did you mean `build/app`?"), "{}", ran.stderr);
    let short = workspace.run(&["dry-run", "good.o11n", "--fake", "build=1", "--message-format", "short"]).ends(2);
    assert!(short.stderr.starts_with("error[E0109]: `build` names a stage"), "{}", short.stderr);
    workspace.run(&["dry-run", "good.o11n", "--takes", "build/ap=5m"]).ends(2);
    let of_variable =
        |name: &str, value: &str| Ran::from(workspace.command(&["dry-run", "good.o11n"]).env(name, value).output().unwrap());
    assert!(of_variable("FAKE_BUILD_RETCODE", "red").ends(2).stderr.contains("error[E1001]"));
    let unused = of_variable("FAKE_BULID_RETCODE", "1").ends(0);
    assert!(unused.stderr.contains("did you mean `FAKE_BUILD_RETCODE`?"), "{}", unused.stderr);
}

#[test]
fn a_flag_that_cannot_be_read_is_a_mistake_of_the_command_line() {
    let workspace = Workspace::of(&[("a.o11n", GOOD)]);
    for (flag, value, says) in [
        ("--fake", "build/app", "write STAGE/SUBSTAGE=OUTCOME"),
        ("--fake", "build/app=timedout", "did you mean `timed_out`?"),
        ("--fake", "build/app=1,,0", "an outcome is missing"),
        ("--takes", "build/app", "write STAGE/SUBSTAGE=DURATION"),
        ("--takes", "build/app=5", "write a duration such as `90s`, `5m` or `1h30m` after the `=`"),
        ("--takes", "build/app=-5m", "write a duration"),
    ] {
        let ran = workspace.run(&["dry-run", "a.o11n", flag, value]).ends(2);
        assert!(ran.stderr.contains(says), "{value}: {}", ran.stderr);
    }
}

#[test]
fn a_trigger_brings_its_parameters() {
    let source = "pipeline p { param n: int = 1  trigger night { cron = [\"0 2 * * *\"]  with n = 3 }  stage s { for i in range(n) { substage \"a${{ i }}\" { run = \"true\" } } } }";
    let workspace = Workspace::of(&[("a.o11n", source)]);
    let names = |args: &[&str]| {
        workspace.run(&[&["dry-run", "a.o11n", "--format", "json"], args].concat()).ends(0).json()["stages"][0]["substages"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((names(&[]), names(&["--trigger", "night"]), names(&["--param", "n=2"])), (1, 3, 2));
}

#[test]
fn the_document_says_what_happened() {
    let workspace = Workspace::of(&[("a.o11n", TWO)]);
    let args = ["dry-run", "a.o11n", "--format", "json", "--fake", "test/unit=7,lost", "--takes", "test/*=2m"];
    let document = workspace.run(&args).ends(1).json();
    assert_eq!(
        (&document["schema"], &document["outcome"], &document["duration"]),
        (&"o11n/trace/1".into(), &"failed".into(), &330.0.into())
    );
    let unit = &document["stages"][1]["substages"][0];
    let attempts = serde_json::json!([
        { "outcome": "failed", "code": 7, "start": 60.0, "end": 180.0 },
        { "outcome": "lost", "code": null, "start": 210.0, "end": 330.0 },
    ]);
    assert_eq!((&unit["outcome"], &unit["replicas"][0]["attempts"]), (&"lost".into(), &attempts));
}

#[test]
fn other_forms_stand_alone_on_standard_output() {
    let workspace = Workspace::of(&[("a.o11n", TWO)]);
    let page = workspace.run(&["dry-run", "a.o11n", "--format", "html", "--fake", "*/*=1"]).ends(1);
    assert!(page.stdout.starts_with("<!doctype html>") && page.stdout.ends_with("</html>\n") && page.stderr.is_empty());
    let chart = workspace.run(&["dry-run", "a.o11n", "--format", "mermaid"]).ends(0);
    assert!(chart.stdout.starts_with("gantt\n"), "{}", chart.stdout);
}

#[test]
fn the_terminal_decides_signs_and_width() {
    let workspace = Workspace::of(&[("a.o11n", TWO)]);
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = workspace.command(&[&["dry-run", "a.o11n"], args].concat());
        Ran::from(command.envs(env.iter().copied()).output().unwrap()).ends(0).stdout
    };
    let utf8 = ("LANG", "zh_CN.UTF-8");
    assert!(run(&[], &[utf8]).contains('━'));
    for (args, env) in [
        (&[][..], &[][..]),
        (&[], &[("LANG", "C")]),
        (&[], &[utf8, ("LC_ALL", "POSIX")]),
        (&[], &[utf8, ("TERM", "dumb")]),
        (&["--ascii"], &[utf8]),
    ] {
        assert!(run(args, env).is_ascii(), "{args:?} {env:?}");
    }
    let widest = |columns: &str| {
        let drawn = run(&[], &[utf8, ("COLUMNS", columns)]);
        drawn.lines().map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest("60") <= 60 && widest("130") > 100);
    assert!(widest("wide") <= 100);
    assert!(widest("0") > 60, "a terminal that does not know its width");
    assert!(run(&[], &[utf8, ("COLUMNS", "1")]).contains("✓ succeeded after 2m: 2 succeeded"));
    assert!(!run(&[], &[utf8]).contains('\x1b') && run(&[], &[utf8, ("CLICOLOR_FORCE", "1")]).contains("\x1b[32m"));
}

#[test]
fn a_run_without_end_is_ended() {
    let text = "pipeline p {\n  stage a {\n    retry = 1000\n    substage x { dispatch { copies = 1000  need = 1000 }  run = \"make\" }\n  }\n}\n";
    let workspace = Workspace::of(&[("a.o11n", text)]);
    let ran = workspace.run(&["dry-run", "a.o11n", "--fake", "a/x=lost"]).ends(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("error[E0212]"), "{ran:?}");
}
