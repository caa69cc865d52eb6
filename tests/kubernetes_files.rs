//! The script that hands files on between pods of Kubernetes, run by a real shell: workspace and volume are folders here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::Inputs;
use o11n::target::{self, Options, yaml};

const SOURCE: &str = r#"
pipeline nightly {
  stage build {
    substage app {
      artifacts { save = ["out/app", "lib/*.so", "dir with blanks"]  keep = ["log/**", "missing"] }
      run = "true"
    }
  }

  stage test {
    substage app {
      artifacts { load = ["build/app"]  junit = ["report.xml"] }
      run = "true"
    }
  }
}
"#;

/// The text of the script of a substage, with folders of a test in place of those of a pod.
fn script(job: &str, root: &Path) -> PathBuf {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), SOURCE.as_bytes().to_vec());
    let main = RootPath::resolve(None, "main.o11n").unwrap();
    let plan = driver::plan(&world, &main, None, &Inputs::default()).plan.unwrap();
    let options = Options { given: vec![("driver".into(), "job".into())], ..Options::default() };
    let emitted = target::emit(target::by_name("kubernetes").unwrap(), &plan, &options);
    let scripts = yaml::parse(emitted.artifacts[0].text.split("---\n").nth(1).unwrap()).unwrap();
    let text = scripts["data"][format!("{job}.files")].as_str().unwrap().to_owned();
    let path = root.join(format!("{job}.files"));
    fs::write(&path, text.replace("/o11n-artifacts", &root.join("store").to_string_lossy())).unwrap();
    path
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kubernetes-files-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a body among its files, in a workspace of its own.
fn run(script: &Path, workspace: &Path, body: &str) -> Output {
    fs::create_dir_all(workspace).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-e").arg(script).args(["sh", "-eu", "-c", body]).current_dir(workspace);
    shell.env("O11N_RUN", "nightly-x7k2p").env("O11N_POD", "pod-1").output().unwrap()
}

#[test]
fn what_one_substage_saves_another_finds() {
    let root = folder("handed-on");
    let body = "mkdir -p out lib log/deep 'dir with blanks'; echo 1 > out/app; echo 2 > lib/a.so; echo 3 > lib/b.txt
                echo 4 > log/deep/x; echo 5 > 'dir with blanks/y z'; exit 3";
    let first = run(&script("build-app", &root), &root.join("one"), body);
    assert_eq!(first.status.code(), Some(3), "it exits as the body did: {first:?}");
    let kept = root.join("store/nightly-x7k2p/build/app");
    assert!(kept.join("keep/log/deep/x").is_file(), "what is kept is there though the body failed");
    assert!(!kept.join("keep/missing").exists() && !kept.join("save/lib/b.txt").exists());

    let second =
        run(&script("test-app", &root), &root.join("two"), "cat out/app lib/a.so 'dir with blanks/y z'; echo r > report.xml");
    assert_eq!((second.status.code(), second.stdout.as_slice()), (Some(0), b"1\n2\n5\n".as_slice()), "{second:?}");
    assert!(root.join("store/nightly-x7k2p/test/app/junit/report.xml").is_file());
}

#[test]
fn a_second_attempt_replaces_what_the_first_saved() {
    let root = folder("again");
    let script = script("build-app", &root);
    run(&script, &root.join("one"), "mkdir out lib; echo 1 > out/app; echo 1 > lib/a.so; exit 1");
    run(&script, &root.join("two"), "mkdir out; echo 2 > out/app");
    let saved = root.join("store/nightly-x7k2p/build/app/save");
    assert_eq!(fs::read_to_string(saved.join("out/app")).unwrap(), "2\n");
    assert!(!saved.join("lib").exists());
}

#[test]
fn what_was_never_saved_is_no_mistake() {
    let root = folder("nothing");
    let found = run(&script("test-app", &root), &root.join("one"), "ls -A");
    assert_eq!((found.status.code(), found.stdout.as_slice()), (Some(0), b"".as_slice()), "{found:?}");
}

#[test]
fn a_body_that_is_stopped_still_leaves_what_it_has() {
    let root = folder("stopped");
    // The signal comes to the script, as it comes to the first process of a container.
    let body = "mkdir log; echo 1 > log/x; trap 'exit 143' TERM; kill -TERM $PPID; while :; do sleep 0.1; done";
    let found = run(&script("build-app", &root), &root.join("one"), body);
    assert_eq!(found.status.code(), Some(143), "{found:?}");
    assert!(root.join("store/nightly-x7k2p/build/app/keep/log/x").is_file());
}
