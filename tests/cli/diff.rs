//! `o11n diff`: what changes between two versions, each change once, and nothing where nothing does.

use super::guide::Guide;
use super::{BAD, GOOD, Workspace};

fn workspace(guide: &Guide) -> Workspace {
    let sources = guide.blocks("o11n");
    Workspace::of(&[("before.o11n", sources[0]), ("after.o11n", sources[1])])
}

/// What is said of two pipelines made of these stages.
fn diff(before: &str, after: &str) -> String {
    let [before, after] = [before, after].map(|stages| format!("pipeline p {{\n{stages}\n}}\n"));
    let workspace = Workspace::of(&[("a.o11n", &before), ("b.o11n", &after)]);
    let ran = workspace.run(&["diff", "a.o11n", "b.o11n", "--ascii"]).ends(1);
    ran.stdout.split_once("\n\n").expect("figures stand first").1.to_owned()
}

#[test]
fn the_guide_shows_what_is_printed() {
    let guide = Guide::read("reviewing.md");
    guide.shows_what_is_printed(&workspace(&guide), 1);
}

#[test]
fn the_exit_status_tells_whether_anything_changes() {
    let laid_out_otherwise = "// A comment.\npipeline nightly { stage build { substage app { run = \"make\" } } }\n";
    let workspace = Workspace::of(&[("a.o11n", GOOD), ("same.o11n", laid_out_otherwise), ("bad.o11n", BAD)]);
    let ran = workspace.run(&["diff", "a.o11n", "same.o11n"]).ends(0);
    assert_eq!(ran.stdout, "nothing changes in the plan\n");
    workspace.write("b.o11n", GOOD.replace("make", "make all"));
    workspace.run(&["diff", "a.o11n", "b.o11n"]).ends(1);
    let ran = workspace.run(&["diff", "a.o11n", "bad.o11n"]).ends(2);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("error[E0"), "{}", ran.stderr);
    workspace.run(&["diff", "a.o11n", "none.o11n"]).ends(3);
    workspace.run(&["diff", "-", "-"]).ends(2);
    workspace.run_with_stdin(&["diff", "-", "b.o11n"], GOOD.as_bytes()).ends(1);
    // What only one of them has may be named, what neither has may not.
    workspace.run(&["diff", "a.o11n", "b.o11n", "--takes", "build/app=5m"]).ends(1);
    let ran = workspace.run(&["diff", "a.o11n", "a.o11n", "--takes", "build/ap=5m"]).ends(2);
    assert!(ran.stderr.contains("build/ap"), "{}", ran.stderr);
}

#[test]
fn a_commit_is_compared_with_all_that_it_imports() {
    let library = "template tool(goal: string) {\n  substage one { run = \"make ${{ goal }}\" }\n}\n";
    let nightly = "import \"./lib/工具.o11n\" as lib\npipeline p {\n  stage build { use lib.tool(\"all\") }\n}\n";
    let workspace = Workspace::of(&[("ci/lib/工具.o11n", library), ("ci/nightly.o11n", nightly)]);
    let git = |arguments: &[&str]| {
        let name = ["-c", "user.name=n", "-c", "user.email=n@example.com"];
        let ran = std::process::Command::new("git").args(name).args(arguments).current_dir(workspace.path()).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    let run = |folder: &str, arguments: &[&str]| {
        let mut command = workspace.command(arguments);
        let path = std::env::var_os("PATH").unwrap();
        super::Ran::from(command.current_dir(workspace.file(folder)).env("PATH", path).output().unwrap())
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    run(".", &["diff", "HEAD:ci/nightly.o11n", "ci/nightly.o11n"]).ends(0);
    workspace.write("ci/lib/工具.o11n", library.replace("make", "make -j"));
    let ran = run(".", &["diff", "HEAD:ci/nightly.o11n", "ci/nightly.o11n", "--ascii"]).ends(1);
    assert!(ran.stdout.contains("make -j"), "{}", ran.stdout);
    // From a folder below, as git has it.
    run("ci", &["diff", "HEAD:./nightly.o11n", "nightly.o11n"]).ends(1);
    run("ci/lib", &["diff", "HEAD:../nightly.o11n", "HEAD:ci/nightly.o11n"]).ends(0);
    for (version, why) in [
        ("HEAD:nightly.o11n", "cannot read `HEAD:nightly.o11n`: that commit has no such file"),
        ("mian:ci/nightly.o11n", "cannot read `mian:ci/nightly.o11n`: git knows no commit `mian`"),
        ("--help:ci/nightly.o11n", "cannot read `--help:ci/nightly.o11n`: git knows no commit `--help`"),
    ] {
        let ran = run(".", &["diff", "--", version, "ci/nightly.o11n"]).ends(3);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}

#[test]
fn each_change_is_told_in_the_words_of_the_language() {
    let changes = [
        ("run = \"x\"", "run = \"x\"  retry { limit = 2  delay = 5s }", "retry.limit: 0 -> 2\n          retry.delay: 0s -> 5s"),
        ("run = \"x\"  timeout = 90s", "run = \"x\"  timeout = 1h", "timeout: 1m30s -> 1h"),
        ("run = \"x\"", "run = \"x\"  on_error = abort", "on_error: finish -> abort"),
        ("run = \"x\"  exit_codes { 80 = unstable }", "run = \"x\"", "exit_codes.80: unstable -> not set"),
        ("run = \"x\"  retry { on = [lost] }", "run = \"x\"  retry { on = [lost, exit(3)] }", "retry.on: +exit(3)"),
        ("run = \"x\"  priority = high", "run = \"x\"", "priority: high -> normal"),
        ("run = \"x\"  lock = [\"a\", \"b\"]", "run = \"x\"  lock = [\"b\", \"c\"]", "lock: +c, -a"),
        ("run = \"x\"  env { A = \"1\" }", "run = \"x\"  env { A = secret(\"one\") }", "env.A: 1 -> secret(\"one\")"),
        ("run = \"x\"", "run = \"x\"  dispatch { copies = 3  need = 2 }", "dispatch.copies: not set -> 3"),
        ("run = \"x\"", "run = \"x\"  cache { ttl = 1d }", "cache: not set -> on\n          cache.ttl: not set -> 1d"),
        ("run = \"x\"", "command = [\"x\", \"y\"]", "run: x -> not set\n          command: not set -> [x, y]"),
        ("run = \"x\"", "run = \"x\"  test { cases = [\"a\"] }", "test.cases: not set -> [a]"),
        ("run = \"x\"", "run = \"x\"  artifacts { save = [\"a\"] }", "artifacts.save: not set -> [a]"),
        ("run = \"x\"  shards = 2", "run = \"x\"  shards = 3", "shards: 2 -> 3"),
        ("run = \"x\"  shell = \"sh\"", "run = \"x\"", "shell: sh -> bash"),
        ("run = \"x\"", "run = \"x\"  before = \"y\"", "before: not set -> y"),
    ];
    for (before, after, wanted) in changes {
        let [old, new] = [before, after].map(|body| format!("stage s {{ substage a {{ {body} }} }}"));
        let said = diff(&old, &new);
        assert!(said.contains(&format!("          {wanted}\n")), "{after}:\n{said}");
    }
}

#[test]
fn stages_and_the_pipeline_change_too() {
    let stage = |name: &str, rest: &str| format!("stage {name} {{ {rest} substage s_{name} {{ run = \"{name}\" }} }}\n");
    let old = stage("a", "") + &stage("b", "") + &stage("c", "deadline = 1h");
    let new = "deadline = 9h\n".to_owned() + &stage("b", "") + &stage("a", "parallel = 2") + &stage("c", "when = failed(\"a\")");
    let said = diff(&old, &new);
    assert_eq!(
        said,
        "~ pipeline\n      deadline: not set -> 9h\n      order of stages: a, b, c -> b, a, c\n\n\
         ~ stage a\n      parallel: not set -> 2\n\n\
         ~ stage c\n      deadline: 1h -> not set\n      when: not set -> failed(\"a\")\n"
    );
}

#[test]
fn what_is_renamed_or_moved_is_not_lost_and_found() {
    let old = "stage a {\n substage x { run = \"1\" }\n substage y { run = \"2\" }\n substage 测试 { run = \"3\" }\n}\n";
    let new =
        "stage a {\n substage z { run = \"1\" }\n substage y { run = \"2\" }\n}\nstage b { substage 测试 { run = \"3\" } }\n";
    assert_eq!(diff(old, new), "~ stage a\n    > z, was x\n\n+ stage b\n    > 测试, from stage a\n");
    assert_eq!(diff(old, &old.replace("stage a", "stage 甲")), "> stage 甲, was a\n");
    let turned = "stage a {\n substage y { run = \"2\" }\n substage x { run = \"1\" }\n substage 测试 { run = \"3\" }\n}\n";
    assert_eq!(diff(old, turned), "~ stage a\n      order of substages: x, y, 测试 -> y, x, 测试\n");
    // Another substage under an old name is another substage.
    let other =
        "stage a {\n substage x { run = \"1\" }\n substage y { run = \"2\" }\n}\nstage b { substage 测试 { run = \"4\" } }\n";
    assert_eq!(diff(old, other), "~ stage a\n    - 测试\n\n+ stage b\n    + 测试\n");
}

#[test]
fn what_changes_alike_is_told_once() {
    let stage = |timeout: &str| {
        format!(
            "stage s {{ timeout = {timeout}\n for i in range(30) {{ substage \"x-${{{{ i }}}}\" {{ shards = 40  run = \"./x ${{{{ i }}}}\" }} }} }}"
        )
    };
    assert_eq!(diff(&stage("1m"), &stage("2m")), "~ stage s\n    ~ all 30 substages\n          timeout: 1m -> 2m\n");
}

#[test]
fn scripts_are_compared_by_lines() {
    let stage =
        |middle: &str| format!("stage s {{ substage a {{ run = \"\"\"\n  one\n  two\n  {middle}\n  four\n  five\n  \"\"\" }} }}");
    let said = diff(&stage("three"), &stage("drei"));
    let wanted = "          run:\n              two\n            - three\n            + drei\n              four\n";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn tools_get_all_of_it() {
    let workspace = workspace(&Guide::read("reviewing.md"));
    let document = workspace.run(&["diff", "before.o11n", "after.o11n", "--format", "json"]).ends(1).json();
    assert_eq!((&document["schema"], &document["same"]), (&"o11n/diff/1".into(), &false.into()));
    assert_eq!(document["before"]["substages"], 43);
    let gpu = serde_json::json!([{ "name": "gpu", "fate": "changed", "changes": [{ "attribute": "gpu", "before": "1", "after": "2" }] }]);
    assert_eq!(document["changes"]["hardware"], gpu);
    let unit = &document["changes"]["stages"][1]["substages"][0];
    assert_eq!(unit["substages"], serde_json::json!([{ "name": "unit", "was": null, "shards": 40 }]));
    let again = workspace.run(&["diff", "before.o11n", "after.o11n", "--format", "json"]).ends(1).json();
    assert_eq!(document, again);
}

#[test]
fn reviews_get_headings_and_lists_that_no_name_breaks() {
    let old = "stage \"a*b\" { substage a { run = \"\"\"\n  x\n  ```\n  \"\"\" } }";
    let [old, new] = [old.to_owned(), old.replace("x\n", "y\n")].map(|stage| format!("pipeline p {{ {stage} }}"));
    let workspace = Workspace::of(&[("a.o11n", &old), ("b.o11n", &new)]);
    let said = workspace.run(&["diff", "a.o11n", "b.o11n", "--format", "markdown"]).ends(1).stdout;
    assert!(said.contains("\n### changed: stage a\\*b\n\n- changed: a\n  - run:\n    ````diff\n"), "{said}");
    assert!(said.ends_with("      ```\n    ````\n"), "{said}");
}
