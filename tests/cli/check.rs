//! `o11n check`: files, folders, workspaces, and mends.

use super::{BAD, GOOD, Workspace};

#[test]
fn exit_statuses_tell_what_was_wrong() {
    let workspace = Workspace::of(&[("good.o11n", GOOD), ("bad.o11n", BAD)]);
    workspace.run(&["check", "good.o11n"]).ends(0);
    workspace.run(&["check", "bad.o11n"]).ends(1);
    workspace.run(&["check", "--no-such-flag"]).ends(2);
    workspace.run(&["check", "missing.o11n"]).ends(3);
    workspace.run(&["check", "bad.o11n", "missing.o11n"]).ends(3);
}

#[test]
fn findings_are_on_stdout_and_the_summary_for_people_on_stderr() {
    let workspace = Workspace::of(&[("good.o11n", GOOD), ("bad.o11n", BAD)]);
    let ran = workspace.run(&["check"]).ends(1);
    assert!(ran.stdout.contains("error[E0101]"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "1 error in 2 files\n");
    let ran = workspace.run(&["check", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stderr, "");
    assert!(ran.stdout.starts_with("bad.o11n:3:36: error[E0101]: "), "{}", ran.stdout);
}

#[test]
fn the_workspace_is_walked_as_git_sees_it() {
    let workspace = Workspace::of(&[
        (".gitignore", "ignored/\n"),
        ("ignored/bad.o11n", BAD),
        (".git/bad.o11n", BAD),
        (".ci/bad.o11n", BAD),
        ("z.o11n", BAD),
        ("a/b.o11n", BAD),
        ("a/c.txt", BAD),
    ]);
    let files = |args: &[&str]| -> Vec<String> {
        let ran = workspace.run(args);
        ran.stdout.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(files(&["check", "--message-format", "short"]), [".ci/bad.o11n", "a/b.o11n", "z.o11n"]);
    assert_eq!(files(&["check", "--message-format", "short", "a"]), ["a/b.o11n"]);
    assert_eq!(files(&["check", "--message-format", "short", "ignored/bad.o11n"]), ["ignored/bad.o11n"]);
}

#[test]
fn a_library_with_a_mistake_is_told_of_once() {
    let import = "import \"lib.o11n\" { x }\npipeline p {\n  stage s { substage a { run = \"echo ${{ x }}\" } }\n}\n";
    let workspace = Workspace::of(&[("lib.o11n", "let x = nothing_like_it\n"), ("a.o11n", import), ("b.o11n", import)]);
    let ran = workspace.run(&["check", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("lib.o11n:1:9: "), "{}", ran.stdout);
}

#[test]
fn the_root_is_the_nearest_mark_upward() {
    let import = "import \"../lib.o11n\" { x }\npipeline p {\n  stage s { substage a { run = \"echo ${{ x }}\" } }\n}\n";
    let workspace = Workspace::of(&[("lib.o11n", "let x = 1\n"), ("ci/deep/o11n.toml", ""), ("ci/a.o11n", import)]);
    workspace.run(&["check", "ci/a.o11n"]).ends(0);
    let ran = workspace.run(&["check", "ci/a.o11n", "--root", "ci", "--message-format", "short"]).ends(1);
    assert!(ran.stdout.contains("error[E0105]"), "{}", ran.stdout);
    let ran = workspace.run(&["check", "lib.o11n", "--root", "ci", "--message-format", "short"]).ends(3);
    assert!(ran.stdout.contains("outside of the workspace"), "{}", ran.stdout);
}

#[test]
fn samples_and_not_the_environment_give_the_values() {
    let text = "pipeline p {\n  param n: int\n  sample { n = 2 }\n  stage s { assert n == 2, \"n is ${{ n }}\"  substage a { run = \"echo ${{ n }}\" } }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text)]);
    let ran = super::Ran::from(workspace.command(&["check"]).env("N", "3").output().unwrap());
    ran.ends(0);
}

#[test]
fn fix_mends_and_leaves_the_rest_alone() {
    let text = "// kept\npipeline nightly {\n  stage build {\n    timeuot = 40m // kept too\n    on_error = aborrt\n    substage app { run = \"make\" }\n  }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text), ("bad.o11n", BAD)]);
    let ran = workspace.run(&["check", "--fix"]).ends(1);
    assert!(ran.stderr.contains("1 error in 2 files; 2 mistakes mended"), "{}", ran.stderr);
    assert_eq!(workspace.read("ci.o11n"), text.replace("timeuot", "timeout").replace("aborrt", "abort"));
    assert_eq!(workspace.read("bad.o11n"), BAD);
    workspace.run(&["check", "ci.o11n"]).ends(0);
}

#[test]
fn fix_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let workspace = Workspace::of(&[("real.o11n", &GOOD.replace("stage", "stag"))]);
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(workspace.file("real.o11n"), mode).unwrap();
    symlink("real.o11n", workspace.file("link.o11n")).unwrap();
    workspace.run(&["check", "--fix", "link.o11n"]).ends(0);
    assert!(workspace.file("link.o11n").is_symlink());
    assert_eq!(workspace.read("real.o11n"), GOOD);
    assert_eq!(std::fs::metadata(workspace.file("real.o11n")).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn standard_input_is_a_file_of_the_current_folder() {
    let text = "import \"lib.o11n\" { x }\npipeline p {\n  stage s { substage a { run = \"echo ${{ x }}\" } }\n}\n";
    let workspace = Workspace::of(&[("lib.o11n", "let x = 1\n")]);
    workspace.run_with_stdin(&["check", "-"], text.as_bytes()).ends(0);
    let ran = workspace.run_with_stdin(&["check", "-", "lib.o11n", "--message-format", "short"], BAD.as_bytes()).ends(1);
    assert!(ran.stdout.starts_with("<stdin>:3:36: error[E0101]: "), "{}", ran.stdout);
    let book = workspace.run_with_stdin(&["compile", "-"], text.as_bytes()).ends(0).json();
    assert_eq!(book["s"]["substages"][0]["substage_name"], "a");
    let book = workspace.run_with_stdin(&["compile", "-"], BAD.as_bytes()).ends(1).json();
    assert_eq!(book["err_no"], 101);
    workspace.run_with_stdin(&["check", "--fix", "-"], BAD.as_bytes()).ends(2);
    workspace.run_with_stdin(&["check", "-"], b"\xff\xfe").ends(1);
}

#[test]
fn fix_mends_one_of_two_that_mean_the_same_and_leaves_the_other() {
    let text = "pipeline p {\n  stage s {\n    substage a {\n      timeuot = 1m\n      timeot = 2m\n      retry { limt = 1  limit = 2 }\n      run = \"make\"\n    }\n  }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text)]);
    let ran = workspace.run(&["check", "--fix"]).ends(1);
    assert_eq!(workspace.read("ci.o11n"), text.replace("timeuot", "timeout"));
    assert!(ran.stdout.contains("if you mean `timeout`, this block has it already"), "{}", ran.stdout);
    assert!(ran.stdout.contains("if you mean `limit`, this block has it already"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("set twice"), "{}", ran.stdout);
}

#[test]
fn fix_writes_marks_as_the_layout_has_them() {
    let text = "type T = { a: int, b: int }\nlet x: T = { a = 1, b =2 }\npipeline p {\n  stage s {\n    timeout: 1m\n    substage a { run = \"echo ${{ x.a }}\" }\n  }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text)]);
    workspace.run(&["check", "--fix"]).ends(0);
    let mended = text.replace("a = 1, b =2", "a: 1, b: 2").replace("timeout: 1m", "timeout = 1m");
    assert_eq!(workspace.read("ci.o11n"), mended);
}

#[test]
fn a_piece_of_a_manifest_is_checked_without_a_target() {
    let text = "hardware h { k8s { yaml = \"spec: [\" } }\npipeline p {\n  hardware = h\n  stage s { substage a { run = \"make\" } }\n}\n";
    let workspace = Workspace::of(&[("ci.o11n", text)]);
    let ran = workspace.run(&["check", "--message-format", "short"]).ends(1);
    assert!(ran.stdout.starts_with("ci.o11n:1:10: error[E0601]: "), "{}", ran.stdout);
}
