//! `o11n compile`: one document on standard output, everything else on standard error.

use super::{BAD, GOOD, Workspace};

#[test]
fn a_taskbook_is_all_that_is_on_stdout() {
    let workspace = Workspace::of(&[("ci.o11n", GOOD)]);
    let ran = workspace.run(&["compile", "ci.o11n"]).ends(0);
    assert_eq!(ran.json()["err_no"], 0);
    assert_eq!(ran.json()["build"]["substages"][0]["substage_name"], "app");
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_taskbook_of_a_failure_says_why_and_where() {
    let workspace = Workspace::of(&[("ci.o11n", BAD)]);
    let ran = workspace.run(&["compile", "ci.o11n"]).ends(1);
    assert_eq!(ran.json()["err_no"], 101);
    assert_eq!(ran.json()["build"]["err_no"], 101);
    assert!(ran.stderr.contains("error[E0101]"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_not_there_has_its_taskbook_too() {
    let workspace = Workspace::of(&[]);
    let ran = workspace.run(&["compile", "ci.o11n"]).ends(3);
    assert_eq!(ran.json()["err_no"], 901);
    assert!(ran.stderr.contains("cannot read `ci.o11n`: no such file"), "{}", ran.stderr);
}

#[test]
fn another_target_prints_nothing_when_it_fails() {
    let workspace = Workspace::of(&[("ci.o11n", BAD)]);
    let ran = workspace.run(&["compile", "ci.o11n", "--target", "json"]).ends(1);
    assert_eq!(ran.stdout, "");
    let ran = workspace.run(&["compile", "missing.o11n", "--target", "json"]).ends(3);
    assert_eq!(ran.stdout, "");
}

#[test]
fn an_unknown_target_is_answered_with_the_nearest() {
    let workspace = Workspace::of(&[("ci.o11n", GOOD)]);
    let ran = workspace.run(&["compile", "ci.o11n", "--target", "jsn", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stderr, "error[E0604]: unknown target `jsn`\n");
}

#[test]
fn as_a_container_the_environment_says_it_all() {
    let text = "pipeline nightly {\n  param test_level: enum(smoke, full) = smoke\n  stage build {\n    substage app { run = \"make ${{ test_level }}\" }\n  }\n}\n";
    let workspace = Workspace::of(&[("ci/a.o11n", GOOD), ("ci/b.o11n", &text.replace("nightly", "regression"))]);
    let mut command = workspace.command(&[]);
    command.envs([("O11N_PIPELINE", "regression"), ("TEST_LEVEL", "full"), ("JOB_NAME", "nightly"), ("BUILD_ID", "4711")]);
    let ran = super::Ran::from(command.output().unwrap()).ends(0);
    let entry = &ran.json()["build"]["substages"][0];
    assert_eq!((&entry["build_cate"], &entry["build_id"]), (&"nightly".into(), &4711.into()));
    assert_eq!(entry["o11n"]["run"], "make full");
    assert_eq!(ran.stderr, "");

    command.env("O11N_TARGET", "json");
    let ran = super::Ran::from(command.output().unwrap()).ends(0);
    assert_eq!(ran.json()["schema"], "o11n/plan/1");

    let near = super::Ran::from(workspace.command(&[]).env("O11N_PIPELINE", "regresion").output().unwrap()).ends(1);
    assert_eq!(near.json()["err_no"], 706);
    assert!(near.stderr.contains("did you mean `regression`?"), "{}", near.stderr);
}

#[test]
fn without_a_file_the_only_pipeline_of_the_workspace_is_meant() {
    let workspace = Workspace::of(&[("ci/a.o11n", GOOD), ("lib/b.o11n", "let x = 1\n")]);
    assert_eq!(workspace.run(&["compile"]).ends(0).json()["err_no"], 0);
    workspace.write("c.o11n", GOOD.replace("nightly", "daily"));
    let ran = workspace.run(&["compile"]).ends(1);
    assert!(ran.stderr.contains("this workspace has 2 pipelines"), "{}", ran.stderr);
}

#[test]
fn parameters_come_from_flags_then_the_file_then_the_environment() {
    let text = "pipeline p {\n  param a: string = \"default\"\n  param b: string = \"default\"\n  param c: string = \"default\"\n  stage s { substage x { command = [a, b, c] } }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text), ("values.yaml", "a: file\nb: file\n")]);
    let mut command = workspace.command(&["compile", "ci.o11n", "--param", "a=flag=1", "--params", "values.yaml"]);
    command.envs([("A", "variable"), ("B", "variable"), ("C", "variable")]);
    let ran = super::Ran::from(command.output().unwrap()).ends(0);
    assert_eq!(ran.json()["s"]["substages"][0]["o11n"]["command"], serde_json::json!(["flag=1", "file", "variable"]));
}

#[test]
fn output_goes_to_a_file_or_a_folder() {
    let workspace = Workspace::of(&[("ci.o11n", GOOD), ("bad.o11n", BAD)]);
    assert_eq!(workspace.run(&["compile", "ci.o11n", "-o", "out.json"]).ends(0).stdout, "");
    let written = workspace.read("out.json");
    assert!(written.starts_with("{\n  \"err_no\": 0"), "{written}");
    assert_eq!(workspace.run(&["compile", "ci.o11n", "-o", "-"]).ends(0).stdout, written);
    workspace.run(&["compile", "ci.o11n", "-o", "new/folder/"]).ends(0);
    assert_eq!(workspace.read("new/folder/nightly.taskbook.json"), written);
    // What a driver reads is never the taskbook of an earlier run.
    workspace.run(&["compile", "bad.o11n", "-o", "out.json"]).ends(1);
    assert!(workspace.read("out.json").contains("\"err_no\": 101"));
    let ran = workspace.run(&["compile", "ci.o11n", "-o", "ci.o11n/x.json", "--message-format", "short"]).ends(3);
    assert!(ran.stderr.starts_with("error[E0902]: cannot write `ci.o11n/x.json`"), "{}", ran.stderr);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let workspace = Workspace::of(&[("ci.o11n", GOOD)]);
    for target in ["taskbook", "json", "argo"] {
        let first = workspace.run(&["compile", "ci.o11n", "--target", target]).ends(0).stdout;
        let elsewhere = Workspace::of(&[("ci.o11n", GOOD)]);
        assert_eq!(elsewhere.run(&["compile", "ci.o11n", "--target", target]).ends(0).stdout, first);
    }
}

#[test]
fn a_trigger_that_sets_parameters_has_a_schedule_of_its_own() {
    let text = "pipeline p {\n  param level: enum(smoke, full) = smoke\n  trigger noon { cron = [\"0 12 * * *\"] }\n  trigger night { cron = [\"0 2 * * *\"]  with level = full }\n  stage s { substage x { run = \"make ${{ level }}\" } }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text)]);
    let ran = workspace.run(&["compile", "ci.o11n", "--target", "argo", "--kind", "cron"]).ends(0);
    assert_eq!(
        ran.stdout.matches("kind: CronWorkflow").count() + ran.stdout.matches("kind: \"CronWorkflow\"").count(),
        2,
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("make full") && ran.stdout.contains("make smoke"), "{}", ran.stdout);
    let one = workspace.run(&["compile", "ci.o11n", "--target", "argo", "--kind", "cron", "--trigger", "night"]).ends(0);
    assert!(one.stdout.contains("make full") && !one.stdout.contains("make smoke"), "{}", one.stdout);
    let none = workspace.run(&["compile", "ci.o11n", "--target", "argo", "--trigger", "nigth"]).ends(1);
    assert!(none.stderr.contains("did you mean `night`?"), "{}", none.stderr);
}
