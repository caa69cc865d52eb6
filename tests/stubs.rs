//! Stubs as an engine would run them: compiled, then run by real shells, with what a run may set in their environment.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::{self, Body, Inputs, Plan, Script, Stub, Substage};

/// The plan of a source, its scripts replaced, compiled in an environment.
fn stubbed(source: &str, mode: Stub, environment: &[(&str, &str)]) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    world.env.extend(environment.iter().map(|(name, value)| ((*name).into(), (*value).into())));
    let main = RootPath::resolve(None, "main.o11n").unwrap();
    let planned = driver::plan(&world, &main, None, &Inputs::default());
    let mut plan = planned.plan.unwrap_or_else(|| panic!("{:#?}", planned.diagnostics));
    let problems = plan::stub(&mut plan, mode, &world);
    assert!(problems.is_empty(), "{problems:#?}");
    plan
}

/// A folder of its own for a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("stubs-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// One process of an attempt.
struct Process<'a> {
    name: &'a str,
    environment: &'a [(&'a str, &'a str)],
}

impl Process<'_> {
    /// Runs scripts as one, as the contract of `shell` has it.
    fn script(&self, shell: &str, scripts: &[Script]) -> Output {
        let text: String = scripts.iter().map(|script| format!("{}\n", script.text())).collect();
        let words: Vec<&str> = match shell {
            "sh" => vec!["sh", "-eu"],
            "bash" => vec!["bash", "-euo", "pipefail"],
            other => other.split_whitespace().collect(),
        };
        self.run(Command::new(words[0]).args(&words[1..]).args(["-c", &text]))
    }

    fn run(&self, command: &mut Command) -> Output {
        let path = std::env::var("PATH").unwrap();
        command.current_dir(folder(self.name)).env_clear().env("PATH", path).env("O11N_STAGE", "s").env("O11N_SUBSTAGE", "a");
        command.envs(self.environment.iter().copied()).output().unwrap()
    }

    /// What comes before the body, and the body.
    fn attempt(&self, substage: &Substage) -> Output {
        let Body::Run(run) = &substage.body else { panic!("a stub is a script") };
        self.script(&substage.shell, &[&substage.before[..], std::slice::from_ref(run)].concat())
    }
}

fn first(plan: &Plan) -> &Substage {
    &plan.stages[0].substages[0]
}

/// The exit code of the only substage of `compile`, called `build-planner`: what was set while compiling, what the run sets.
fn code(name: &str, compiled: &[(&str, &str)], run: &[(&str, &str)]) -> i32 {
    let source = "pipeline p { stage compile { before = \"exit 9\"  substage \"build-planner\" { run = \"exit 8\" } } }";
    let plan = stubbed(source, Stub::Always, compiled);
    let output = Process { name, environment: run }.attempt(first(&plan));
    let bash = Process { name, environment: run }.script(
        "bash",
        &[match &first(&plan).body {
            Body::Run(run) => run.clone(),
            Body::Command(_) => panic!("a stub is a script"),
        }],
    );
    assert_eq!(output.status.code(), bash.status.code(), "sh and bash agree");
    output.status.code().unwrap()
}

const STAGE: &str = "FAKE_COMPILE_RETCODE";
const OWN: &str = "FAKE_COMPILE_BUILD_PLANNER_RETCODE";

#[test]
fn a_stub_ends_as_the_variables_say() {
    for (compiled, run, expected) in [
        (&[][..], &[][..], 0),
        (&[], &[(STAGE, "3")], 3),
        (&[], &[(OWN, "4")], 4),
        (&[], &[(STAGE, "3"), (OWN, "4")], 4),
        (&[], &[(STAGE, "3"), (OWN, "0")], 0),
        (&[(STAGE, "3")], &[], 3),
        (&[(STAGE, "3")], &[(STAGE, "5")], 5),
        (&[(STAGE, "3"), (OWN, "4")], &[], 4),
        (&[(OWN, "4")], &[(STAGE, "5")], 4),
        (&[(OWN, "4")], &[(OWN, "0")], 0),
        (&[(STAGE, "")], &[(OWN, "")], 0),
        (&[], &[(STAGE, "  ")], 0),
        (&[], &[(STAGE, "255")], 255),
        (&[], &[("O11N_FAKES", "FAKE_COMPILE_RETCODE=3")], 3),
        (&[(STAGE, "1")], &[("O11N_FAKES", " FAKE_OTHER_RETCODE=9  FAKE_COMPILE_BUILD_PLANNER_RETCODE=7,8 ")], 7),
        (&[], &[(STAGE, "2"), ("O11N_FAKES", "FAKE_COMPILE_RETCODE=3")], 3),
    ] {
        assert_eq!(code("variables", compiled, run), expected, "compiled with {compiled:?}, run with {run:?}");
    }
}

#[test]
fn a_list_counts_attempt_by_attempt_and_its_last_code_repeats() {
    for (list, expected) in [("1,0", [1, 0, 0, 0]), ("1, 2,3", [1, 2, 3, 3]), ("7", [7, 7, 7, 7])] {
        for (attempt, expected) in ["1", "2", "3", "9"].into_iter().zip(expected) {
            let run = [(OWN, list), ("O11N_ATTEMPT", attempt)];
            assert_eq!(code("lists", &[], &run), expected, "{list}, attempt {attempt}");
            assert_eq!(code("lists", &[(OWN, list)], &[("O11N_ATTEMPT", attempt)]), expected, "{list}, attempt {attempt}");
        }
    }
}

#[test]
fn what_is_no_exit_code_is_never_a_success() {
    for bad in ["256", "-1", "red", "*", "0 0x", "1e3", "$(echo 0)", ";exit 0", ",0"] {
        assert_eq!(code("bad", &[], &[(OWN, bad), ("O11N_ATTEMPT", if bad == "0 0x" { "2" } else { "1" })]), 125, "{bad}");
    }
    let plan = stubbed("pipeline p { stage s { substage a { run = \"make\" } } }", Stub::Always, &[]);
    let environment = [("O11N_FAKES", "no assignment; exit 0")];
    assert!(!Process { name: "bad", environment: &environment }.attempt(first(&plan)).status.success());
}

#[test]
fn a_stub_says_what_it_stands_for() {
    let source = "pipeline p { stage s { when = always  substage a { run = \"say $O11N_VERDICT\" } } }";
    let plan = stubbed(source, Stub::Always, &[]);
    let environment = [("O11N_VERDICT", "failed"), ("O11N_ATTEMPT", "2"), ("FAKE_S_RETCODE", "4")];
    let said = Process { name: "says", environment: &environment }.attempt(first(&plan)).stdout;
    assert_eq!(String::from_utf8(said).unwrap(), "stub of s/a, attempt 2, verdict failed: exit 4\n");
}

#[test]
fn whoever_loads_what_a_stub_saved_finds_something() {
    let source = r#"pipeline p { stage s { substage a {
        artifacts { save = ["out", "out/测试 a.tar", "lib/**/*.so", "*.log", "-x"] }
        run = "make"
    } } }"#;
    let plan = stubbed(source, Stub::Always, &[]);
    assert!(Process { name: "saves", environment: &[] }.attempt(first(&plan)).status.success());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stubs-saves");
    for file in ["out/stub", "out/测试 a.tar/stub", "lib/stub/stub.so", "stub.log", "-x/stub"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn nothing_real_is_left_in_a_stub() {
    let source = r#"pipeline p { before = "canary" after = "canary" stage s {
        substage a { run = "canary" }
        substage b { command = ["canary"] }
        substage c { shell = "python3" before = null after = null run = "canary()" }
        substage d { cache { inputs = ["x"] } run = "canary" }
    } }"#;
    let real = {
        let mut world = MemoryWorld::default();
        world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
        driver::plan(&world, &RootPath::resolve(None, "main.o11n").unwrap(), None, &Inputs::default()).plan.unwrap()
    };
    let plan = stubbed(source, Stub::Always, &[]);
    for (substage, real) in plan.stages[0].substages.iter().zip(&real.stages[0].substages) {
        assert!(!substage.names("canary"), "{}", substage.name);
        assert_eq!((substage.shell.as_str(), substage.after.len()), ("sh", real.after.len()), "{}", substage.name);
        assert!(substage.cache.is_none(), "a stub is never remembered as the real thing");
        assert_ne!(substage.fingerprint, real.fingerprint);
    }
}

/// How a substage, given as the attributes of its block, behaves behind a guard: what it printed and its exit code.
fn guarded(name: &str, substage: &str, environment: &[(&str, &str)]) -> (String, i32) {
    let plan = stubbed(&format!("pipeline p {{ stage s {{ substage a {{ {substage} }} }} }}"), Stub::Guard, &[]);
    let output = Process { name, environment }.attempt(first(&plan));
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn a_guard_lets_only_real_runs_through() {
    for (substage, printed, code) in [
        ("before = \"x=1\"  run = \"echo $x; exit 3\"", "1\n", 3),
        ("shell = \"sh\"  before = \"x=1\"  run = \"echo $x; exit 3\"", "1\n", 3),
        ("command = [\"printf\", \"%s|\", \"it's\", \"$x\", \"\", \"测试\"]", "it's|$x||测试|", 0),
        ("before = \"x=1; exit 0\"  command = [\"sh\", \"-c\", \"echo ${x-unset}; exit 3\"]", "unset\n", 3),
        ("before = \"exit 4\"  command = [\"echo\", \"no\"]", "", 4),
        ("shell = \"env bash\"  before = \"x='it'\\\\''s'\"  run = \"echo \\\"$x\\\" ${BASH_VERSION:+bash}\"", "it's bash\n", 0),
        ("shell = \"env bash\"  before = \"exit 4\"  command = [\"echo\", \"no\"]", "", 4),
    ] {
        assert_eq!(guarded("guard", substage, &[("O11N_REAL_RUN", "1")]), (printed.to_owned(), code), "{substage}");
        for not_real in [&[][..], &[("O11N_REAL_RUN", "")], &[("O11N_REAL_RUN", "0")], &[("O11N_REAL_RUN", "true")]] {
            let environment = [not_real, &[("FAKE_S_A_RETCODE", "7")]].concat();
            let (said, code) = guarded("guard", substage, &environment);
            assert_eq!((said.as_str(), code), ("stub of s/a, attempt 1: exit 7\n", 7), "{substage}");
            assert_eq!(guarded("guard", substage, not_real).1, 0, "{substage}");
        }
    }
}

#[test]
fn what_comes_after_is_guarded_too() {
    for shell in ["bash", "sh", "env bash"] {
        let source =
            format!("pipeline p {{ shell = \"{shell}\"  after = \"echo real\"  stage s {{ substage a {{ run = \"x\" }} }} }}");
        let plan = stubbed(&source, Stub::Guard, &[]);
        let after = |environment| {
            let output = Process { name: "after", environment }.script(&first(&plan).shell, &first(&plan).after);
            (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
        };
        assert_eq!(after(&[]), (String::new(), 0), "{shell}");
        assert_eq!(after(&[("O11N_REAL_RUN", "1")]), ("real\n".to_owned(), 0), "{shell}");
    }
}
