//! The smaller commands.

use std::process::Stdio;

use o11n::diag::CATALOGUE;

use super::{BAD, GOOD, Ran, Workspace};

#[test]
fn every_code_can_be_explained() {
    let workspace = Workspace::of(&[]);
    let list = workspace.run(&["explain"]).ends(0).stdout;
    for entry in CATALOGUE {
        assert!(list.contains(&format!("{}  {}\n", entry.id, entry.title)));
    }
    let page = workspace.run(&["explain", "e0203"]).ends(0).stdout;
    assert!(page.starts_with("# E0203: ") && page.contains("```o11n\n") && !page.contains("o11n fails"), "{page}");
    let ran = workspace.run(&["explain", "E020"]).ends(2);
    assert!(ran.stderr.contains("did you mean `E020"), "{}", ran.stderr);
}

#[test]
fn init_writes_what_compiles_and_nothing_over() {
    let workspace = Workspace::of(&[]);
    workspace.run(&["init", "new"]).ends(0);
    let text = workspace.read("new/ci.o11n");
    for target in ["taskbook", "json", "argo"] {
        let ran = workspace.run(&["compile", "new/ci.o11n", "--target", target]).ends(0);
        assert_eq!(ran.stderr, "");
    }
    assert_eq!(workspace.run(&["check", "--message-format", "short"]).ends(0).stdout, "");
    workspace.run(&["fmt", "--check"]).ends(0);
    workspace.write("new/ci.o11n", "mine");
    let ran = workspace.run(&["init", "new"]).ends(3);
    assert!(ran.stderr.contains("`new/ci.o11n` is there already"), "{}", ran.stderr);
    assert_eq!(workspace.read("new/ci.o11n"), "mine");
    assert!(text.contains("pipeline ci {"));
}

#[test]
fn list_shows_what_a_pipeline_takes() {
    let text = "/// All of it.\npipeline nightly {\n  /// How much.\n  param test_level: enum(smoke, full) = smoke\n  param version: string\n  sample { version = \"1\" }\n  trigger night { cron = [\"0 2 * * *\"] }\n  stage s { substage a { run = \"echo ${{ test_level }} ${{ version }}\" } }\n}\n";
    let workspace = Workspace::of(&[("ci/a.o11n", text), ("lib.o11n", "let x = 1\n")]);
    let human = workspace.run(&["list"]).ends(0).stdout;
    let expected = "nightly (ci/a.o11n)\n  All of it.\n  starts by itself: night\n  test_level: enum(smoke, full) = smoke\n      $TEST_LEVEL  How much.\n  version: string, required\n      $VERSION\n";
    assert_eq!(human, expected);
    let json = workspace.run(&["list", "--format", "json"]).ends(0).json();
    let pipeline = &json["pipelines"][0];
    assert_eq!((&pipeline["name"], &pipeline["file"]), (&"nightly".into(), &"ci/a.o11n".into()));
    let params = serde_json::json!([
        { "name": "test_level", "type": "enum(smoke, full)", "default": "smoke", "env": "TEST_LEVEL", "docs": "How much." },
        { "name": "version", "type": "string", "default": null, "env": "VERSION", "docs": null },
    ]);
    assert_eq!(pipeline["params"], params);
    workspace.write("bad.o11n", BAD);
    let ran = workspace.run(&["list"]).ends(1);
    assert!(ran.stderr.contains("`bad.o11n` has mistakes"), "{}", ran.stderr);
}

#[test]
fn targets_are_shown_with_what_they_keep() {
    let workspace = Workspace::of(&[]);
    let human = workspace.run(&["targets"]).ends(0).stdout;
    assert!(human.contains("rule 5 (retry)") && human.contains("taskbook"), "{human}");
    let json = workspace.run(&["targets", "--format", "json"]).ends(0).json();
    let names: Vec<&str> = json["targets"].as_array().unwrap().iter().map(|target| target["name"].as_str().unwrap()).collect();
    assert_eq!(names[0], "taskbook");
    assert!(json["targets"][0]["features"].as_array().unwrap().iter().all(|row| row["support"].is_string()));
    let ran = workspace.run(&["targets", "taskbok"]).ends(2);
    assert!(ran.stderr.contains("did you mean `taskbook`?"), "{}", ran.stderr);
}

#[test]
fn shells_are_told_all_commands() {
    let workspace = Workspace::of(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = workspace.run(&["completions", shell]).ends(0).stdout;
        for command in ["compile", "dry-run", "check", "fmt", "explain", "list", "init", "diff", "port", "targets", "completions"]
        {
            assert!(script.contains(command), "{shell} is not told of {command}");
        }
    }
}

#[test]
fn help_is_a_success_and_no_command_is_not() {
    let workspace = Workspace::of(&[]);
    let help = workspace.run(&["--help"]).ends(0);
    assert!(help.stdout.contains("compile") && help.stderr.is_empty());
    assert!(workspace.run(&["--version"]).ends(0).stdout.starts_with("o11n "));
    assert_eq!(workspace.run(&[]).ends(2).stdout, "");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let workspace = Workspace::of(&[]);
    let mut child =
        workspace.command(&["targets", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap()).ends(0);
    assert_eq!(ran.stderr, "");
}

/// Messy, but right.
const MESSY: &str = "pipeline   nightly{ stage build{\n substage app{run=\"make\"} } }";

#[test]
fn fmt_reads_stdin_and_writes_stdout() {
    let workspace = Workspace::of(&[]);
    let laid_out = workspace.run_with_stdin(&["fmt", "-"], MESSY.as_bytes()).ends(0).stdout;
    assert!(laid_out.starts_with("pipeline nightly {\n  stage build {\n"), "{laid_out}");
    assert_eq!(workspace.run_with_stdin(&["fmt", "-"], laid_out.as_bytes()).ends(0).stdout, laid_out);
    let refused = workspace.run_with_stdin(&["fmt", "-"], b"pipeline {{{").ends(1);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("error[E0"), "{}", refused.stderr);
    workspace.run_with_stdin(&["fmt", "-"], b"\xff\xfe").ends(1);
}

#[test]
fn fmt_writes_only_what_changes_and_check_writes_nothing() {
    let workspace = Workspace::of(&[("a.o11n", MESSY), ("bad.o11n", "pipeline {{{")]);
    let ran = workspace.run(&["fmt", "--check", "a.o11n"]).ends(1);
    assert_eq!(ran.stdout, "a.o11n\n");
    let ran = workspace.run(&["fmt", "--diff", "a.o11n"]).ends(1);
    assert!(ran.stdout.contains("+pipeline nightly {\n"), "{}", ran.stdout);
    assert_eq!(workspace.read("a.o11n"), MESSY);
    workspace.run(&["fmt", "a.o11n"]).ends(0);
    workspace.run(&["fmt", "--check", "a.o11n"]).ends(0);
    workspace.run(&["fmt"]).ends(1);
    assert_eq!(workspace.read("bad.o11n"), "pipeline {{{");
    assert!(workspace.read("a.o11n").starts_with("pipeline nightly {"));
    workspace.write("good.o11n", GOOD);
    assert_eq!(workspace.run(&["fmt", "missing.o11n"]).ends(3).stdout, "");
}
