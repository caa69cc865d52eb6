//! Input that means no good: a diagnostic and an exit status, in bounded time.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{GOOD, Workspace};

/// What `check` says of one file, in short, and that it took no time to speak of.
fn said(workspace: &Workspace, name: &str, status: i32) -> String {
    let started = Instant::now();
    let said = workspace.run(&["check", name, "--message-format", "short"]).ends(status).stdout;
    assert!(started.elapsed() < Duration::from_secs(20), "{name} took {:?}", started.elapsed());
    said
}

#[test]
fn folders_devices_and_pipes_are_no_sources() {
    let workspace = Workspace::of(&[("folder.o11n/x", "")]);
    assert!(said(&workspace, "/dev/zero", 3).contains("it is no regular file"));
    let made = Command::new("mkfifo").arg(workspace.file("pipe.o11n")).status().unwrap();
    assert!(made.success());
    assert!(said(&workspace, "pipe.o11n", 3).contains("it is no regular file"));
    let ran = workspace.run(&["compile", "folder.o11n"]).ends(3);
    assert!(ran.stderr.contains("error[E0901]"), "{}", ran.stderr);
    // A folder with such a name is walked, not read.
    assert_eq!(said(&workspace, "folder.o11n", 0), "");
}

#[test]
fn a_file_that_may_not_be_read_is_told_of() {
    let workspace = Workspace::of(&[("secret.o11n", GOOD)]);
    fs::set_permissions(workspace.file("secret.o11n"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(workspace.file("secret.o11n")).is_ok() {
        // This user may read everything, so there is nothing to see.
        assert_eq!(said(&workspace, "secret.o11n", 0), "");
    } else {
        assert!(said(&workspace, "secret.o11n", 3).contains("permission denied"));
    }
}

#[test]
fn bytes_that_are_no_text_are_told_of() {
    let workspace = Workspace::of(&[]);
    workspace.write("latin.o11n", b"let a = \"caf\xe9\"\n");
    assert!(said(&workspace, "latin.o11n", 1).contains("error[E0009]"));
    workspace.write("nul.o11n", b"let a = 1\0\n");
    assert!(said(&workspace, "nul.o11n", 1).contains("error[E0"));
    workspace.write("zeros.o11n", vec![0; 1 << 20]);
    assert!(said(&workspace, "zeros.o11n", 1).contains("error[E0"));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_unread() {
    let workspace = Workspace::of(&[]);
    workspace.write("long.o11n", vec![b'a'; 100 << 20]);
    let said = said(&workspace, "long.o11n", 1);
    assert!(said.contains("error[E0008]") && said.len() < 1_000, "{said}");
    let ran = workspace.run(&["compile", "long.o11n"]).ends(1);
    assert_eq!(ran.json()["err_no"], 8);
}

#[test]
fn a_long_line_with_many_mistakes_is_told_of_in_time_in_every_format() {
    let workspace = Workspace::of(&[("wide.o11n", &format!("let a = [{}]\n", "x, ".repeat(20_000)))]);
    for format in ["human", "short", "json", "sarif", "github"] {
        let started = Instant::now();
        let ran = workspace.run(&["check", "wide.o11n", "--message-format", format]).ends(1);
        assert!(started.elapsed() < Duration::from_secs(60), "{format} took {:?}", started.elapsed());
        assert!(ran.stdout.contains("E0101"), "{format}");
    }
}

#[test]
fn links_may_not_lead_out_of_the_workspace() {
    let outside = Workspace::of(&[("a.o11n", "let x = 1\n")]);
    let import = "import \"link.o11n\" { x }\npipeline p { stage s { substage a { run = \"echo ${{ x }}\" } } }\n";
    let workspace = Workspace::of(&[("ci.o11n", import)]);
    symlink(outside.file("a.o11n"), workspace.file("link.o11n")).unwrap();
    symlink(outside.path(), workspace.file("folder")).unwrap();
    symlink("loop.o11n", workspace.file("loop.o11n")).unwrap();
    assert!(said(&workspace, "ci.o11n", 1).contains("error[E0105]"));
    assert!(said(&workspace, "link.o11n", 3).contains("outside of the workspace"));
    assert!(said(&workspace, "loop.o11n", 3).contains("error[E0901]"));
    workspace.write("ci.o11n", import.replace("link.o11n", "folder/a.o11n"));
    assert!(said(&workspace, "ci.o11n", 1).contains("error[E0105]"));
    workspace.write("ci.o11n", import.replace("link.o11n", "loop.o11n"));
    assert!(said(&workspace, "ci.o11n", 3).starts_with("ci.o11n:1:8: error[E0901]"));
    // What leads out is no part of the workspace.
    fs::remove_file(workspace.file("ci.o11n")).unwrap();
    assert_eq!(workspace.run(&["check"]).ends(0).stderr, "no mistakes in 0 files\n");
}

#[test]
fn names_and_text_cannot_steer_the_terminal() {
    let workspace = Workspace::of(&[("a\u{1b}[31m.o11n", "let a = \"\u{1b}]0;owned\u{7}\" + nothing_like_it\u{202e}\n")]);
    for format in ["human", "short", "github"] {
        let ran = workspace.run(&["check", "--message-format", format]).ends(1);
        assert!(!(ran.stdout + &ran.stderr).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}");
    }
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let workspace = Workspace::of(&[]);
    let mut command = workspace.command(&["check"]);
    let output = command.arg(std::ffi::OsStr::from_bytes(b"\xff.o11n")).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let mut command = workspace.command(&["explain"]);
    assert_eq!(command.arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap().status.code(), Some(2));
}
