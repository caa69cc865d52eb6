//! The driver of runs on Kubernetes, one step at a time: its rules are a function from files to files, run here by a real awk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::Inputs;
use o11n::target::{self, Options, yaml};
use serde_json::Value;

const LOCKS: &str = r#"
pipeline p {
  stage test {
    parallel = 2

    substage board { lock = ["board"]  on_error = abort  run = "true" }
    substage one   { run = "true" }
    substage two   { run = "true" }
  }
}
"#;

/// A driver between two steps.
struct Driver(PathBuf);

impl Driver {
    /// One that has not begun, with the files that its pod would have.
    fn new(name: &str, source: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kubernetes-driver-{name}"));
        let _ = fs::remove_dir_all(&folder);
        for inner in ["here", "work"] {
            fs::create_dir_all(folder.join(inner)).unwrap();
        }
        for (path, text) in files(source) {
            fs::write(folder.join("here").join(path), text).unwrap();
        }
        let driver = Self(folder);
        for file in ["state", "news", "locks", "remembered"] {
            driver.tell(file, "");
        }
        driver
    }

    fn tell(&self, file: &str, text: &str) {
        fs::write(self.work().join(file), text).unwrap();
    }

    fn work(&self) -> PathBuf {
        self.0.join("work")
    }

    /// A step at a second.
    fn step(&self, now: u32) {
        for file in ["manifests", "delete", "want", "release", "over"] {
            let _ = fs::remove_file(self.work().join(file));
        }
        let mut awk = Command::new("awk");
        let set = |name: &str, path: &Path| format!("{name}={}", path.display());
        awk.args(["-v", &format!("now={now}"), "-v", "run=p-1", "-v", "uid=u", "-v", &set("work", &self.work())]);
        awk.args(["-v", &set("here", &self.0.join("here")), "-f"]).arg(self.0.join("here/rules.awk"));
        let output = awk.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        self.tell("news", "");
    }

    /// The lines of a file that the last step wrote, sorted; nothing if there is none.
    fn said(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.work().join(file)).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// The Jobs that the last step makes.
    fn made(&self) -> Vec<String> {
        let names = self.said("manifests");
        names.iter().filter_map(|line| line.strip_prefix("  name: \"p-1-")?.strip_suffix('"')).map(str::to_owned).collect()
    }
}

/// The driver's files, by their paths.
fn files(source: &str) -> Vec<(String, String)> {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    let main = RootPath::resolve(None, "main.o11n").unwrap();
    let plan = driver::plan(&world, &main, None, &Inputs::default()).plan.unwrap();
    let options = Options { given: vec![("driver".into(), "job".into())], ..Options::default() };
    let emitted = target::emit(target::by_name("kubernetes").unwrap(), &plan, &options);
    let objects = emitted.artifacts[0].text.split("\n---\n").map(|text| yaml::parse(text.trim_start_matches("---\n")).unwrap());
    let texts = objects.filter(|object| object["metadata"]["name"].as_str().is_some_and(|name| name.contains("-driver-")));
    let entry = |(path, text): (String, Value)| (path, text.as_str().unwrap().to_owned());
    texts.flat_map(|object| object["data"].as_object().unwrap().clone()).map(entry).collect()
}

#[test]
fn a_lock_that_the_cluster_does_not_give_holds_nobody_up() {
    let driver = Driver::new("refused-lock", LOCKS);
    driver.step(1);
    let lock = driver.said("want");
    assert_eq!(lock.len(), 1);
    assert_eq!(driver.made(), ["test-one-a1"], "it has a slot, and the one that waits for its lock the other");
    // Nobody holds the lock, though it was to be taken.
    driver.tell("wanted", &format!("{}\n", lock[0]));
    driver.step(2);
    assert_eq!(driver.made(), ["test-two-a1"], "what waits for a lock takes no slot");
    assert_eq!(driver.said("want"), lock, "it is asked for again");
    // It is given, but there is no slot: it goes back.
    driver.tell("wanted", &format!("{}\n", lock[0]));
    driver.tell("locks", &format!("{} p-1\n", lock[0]));
    driver.step(3);
    assert_eq!((driver.made(), driver.said("release")), (vec![], lock.clone()));
    driver.tell("locks", "");
    driver.tell("wanted", "");
    driver.tell("news", "pod MODIFIED p-1-test-one-a1 phase=Succeeded code=0\n");
    driver.step(4);
    assert_eq!(driver.said("want"), lock);
    driver.tell("locks", &format!("{} p-1\n", lock[0]));
    driver.step(5);
    assert_eq!(driver.made(), ["test-board-a1"]);
}

#[test]
fn what_should_have_ended_is_ended_when_a_driver_takes_the_run_up() {
    let driver = Driver::new("left-over", LOCKS);
    driver.tell("locks", "");
    driver.step(1);
    let lock = driver.said("want");
    driver.tell("locks", &format!("{} p-1\n", lock[0]));
    driver.step(2);
    driver.tell("news", "pod MODIFIED p-1-test-board-a1 phase=Failed code=3\n");
    driver.step(3);
    assert_eq!(driver.said("delete"), ["p-1-test-one-a1"], "the abort ends the other");
    assert_eq!(driver.said("over"), ["failed"]);
    // Before the Job was deleted, the driver's node went away.
    driver.tell("news", "whole restart\njob p-1-test-one-a1\njob p-1-test-board-a1 FailureTarget Failed\n");
    driver.step(9);
    assert_eq!(driver.said("delete"), ["p-1-test-one-a1"]);
    assert_eq!(driver.made(), Vec::<String>::new(), "and nothing is started again");
    driver.tell("news", "whole again\njob p-1-test-one-a1 Deleted\n");
    driver.step(10);
    assert_eq!(driver.said("delete"), Vec::<String>::new());
}

#[test]
fn what_was_not_yet_made_is_made_by_the_next_driver_and_what_is_there_is_not() {
    let driver = Driver::new("half-made", LOCKS);
    driver.step(1);
    let lock = driver.said("want");
    driver.tell("locks", &format!("{} p-1\n", lock[0]));
    driver.step(2);
    driver.tell("news", "whole restart\njob p-1-test-one-a1\npod LISTED p-1-test-one-a1 phase=Running\n");
    driver.step(3);
    assert_eq!(driver.made(), ["test-board-a1"]);
    // One that is gone later was deleted by somebody.
    driver.tell("news", "whole again\njob p-1-test-board-a1\n");
    driver.step(4);
    assert_eq!(driver.said("state").iter().filter(|line| line.starts_with("attempt test/one 1 1 lost")).count(), 1);
}

#[test]
fn an_attempt_whose_pod_went_while_nobody_looked_has_ended() {
    let driver = Driver::new("unseen", LOCKS);
    driver.step(1);
    let lock = driver.said("want");
    driver.tell("locks", &format!("{} p-1\n", lock[0]));
    driver.step(2);
    driver.tell("news", "whole again\njob p-1-test-one-a1 Failed\njob p-1-test-board-a1 SuccessCriteriaMet Complete\n");
    driver.step(3);
    let state = driver.said("state").join("\n");
    assert!(state.contains("attempt test/one 1 1 lost - - -"), "{state}");
    assert!(state.contains("attempt test/board 1 1 succeeded 0 - -"), "{state}");
    driver.tell("news", "whole again\njob p-1-test-two-a1 Failed\npod LISTED p-1-test-two-a1 phase=Failed code=3\n");
    driver.step(4);
    assert_eq!(driver.said("over"), ["failed"]);
    assert!(driver.said("state").contains(&"attempt test/two 1 1 failed 3 - -".to_owned()));
}
