//! Targets that are programs: taken like built-in ones, and whatever they do, there is an end to it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use o11n::target::capability::features;
use serde_json::{Value, json};

use super::{Ran, Workspace};

const PIPELINE: &str = "hardware box { cpu = 2 }\npipeline nightly {\n  stage build {\n    substage app {\n      hardware = box\n      retry = 2\n      run = \"make\"\n    }\n    substage docs { retry = 1  run = \"make docs\" }\n  }\n}\n";

/// What a target says that keeps everything but these rows.
fn manifest(rows: &[Value]) -> Value {
    let named = |feature: &str| rows.iter().find(|row| row["feature"] == feature).cloned();
    let all = features().into_iter().map(|feature| feature.id());
    let all = all.map(|id| named(&id).unwrap_or_else(|| json!({ "feature": id, "support": "kept", "remark": "as it is" })));
    json!({ "schema": "o11n/target/1", "answer": "capabilities", "doc": "One file.", "capabilities": all.collect::<Vec<_>>() })
}

fn compiled(files: &Value, diagnostics: &Value) -> Value {
    json!({ "schema": "o11n/target/1", "answer": "compile", "files": files, "diagnostics": diagnostics })
}

/// A workspace with the pipeline, and a program as the target `NAME`.
struct Plugged(Workspace);

impl Plugged {
    /// The target `sh`, which keeps what these rows say and makes one file.
    fn of(rows: &[Value]) -> Self {
        Self::answering(&manifest(rows), &compiled(&json!([{ "path": "nightly.txt", "text": "made\n" }]), &json!([])))
    }

    fn answering(capabilities: &Value, compile: &Value) -> Self {
        let plugged = Self::running(
            "sh",
            "read -r question\necho \"$question\" >> \"$0.log\"\ncase $question in\n*'\"request\":\"capabilities\"'*) cat \"$0.capabilities\" ;;\n*) cat \"$0.compile\" ;;\nesac\n",
        );
        plugged.0.write("bin/o11n-target-sh.capabilities", capabilities.to_string());
        plugged.0.write("bin/o11n-target-sh.compile", compile.to_string());
        plugged
    }

    /// A target that runs this.
    fn running(name: &str, script: &str) -> Self {
        let plugged = Self(Workspace::of(&[("p.o11n", PIPELINE)]));
        plugged.add(name, script);
        plugged
    }

    fn add(&self, name: &str, script: &str) {
        let file = format!("bin/o11n-target-{name}");
        self.0.write(&file, format!("#!/bin/sh\n{script}"));
        fs::set_permissions(self.0.file(&file), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.run_within(60, args)
    }

    /// With so many seconds for each answer.
    fn run_within(&self, seconds: u32, args: &[&str]) -> Ran {
        let path = format!("{}:/usr/bin:/bin", self.0.file("bin").display());
        let mut command = self.0.command(args);
        command.env("PATH", path).env("O11N_TARGET_TIMEOUT", seconds.to_string()).env("COLUMNS", "400");
        Ran::from(command.output().unwrap())
    }

    /// What is said of a target that fails.
    fn fails(&self, name: &str) -> String {
        self.fails_within(60, name)
    }

    fn fails_within(&self, seconds: u32, name: &str) -> String {
        let ran = self.run_within(seconds, &["compile", "p.o11n", "--target", name]).ends(1);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error[E0605]\n"), "{}{}", ran.stdout, ran.stderr);
        ran.stderr
    }
}

#[test]
fn a_program_on_the_path_is_a_target() {
    let plugged = Plugged::of(&[]);
    let ran = plugged.run(&["compile", "p.o11n", "--target", "sh"]).ends(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("made\n", ""));
    plugged.run(&["compile", "p.o11n", "--target", "sh", "-o", "out/"]).ends(0);
    assert_eq!(plugged.0.read("out/nightly.txt"), "made\n");
    // It was asked what it keeps, in general and of the plan, then for files.
    let log = plugged.0.read("bin/o11n-target-sh.log");
    let asked: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |at: usize| (asked[at]["request"].as_str().unwrap(), asked[at]["plan"]["schema"].as_str());
    let plan = Some("o11n/plan/1");
    assert_eq!([of(0), of(1), of(2)], [("capabilities", None), ("capabilities", plan), ("compile", plan)]);
    assert_eq!(asked[2]["kind"], "run");
    let ran = plugged.run(&["compile", "p.o11n", "--target", "sh", "--kind", "cron"]).ends(1);
    assert!(ran.stderr.contains("target `sh` knows no `--kind`"), "{}", ran.stderr);
}

#[test]
fn it_is_shown_beside_the_built_in_ones() {
    let plugged = Plugged::of(&[json!({ "feature": "retry", "support": "refused", "remark": "leave it out" })]);
    let all = plugged.run(&["targets"]).ends(0).stdout;
    assert!(all.contains("sh") && all.contains("One file."), "{all}");
    let one = plugged.run(&["targets", "sh", "--format", "json"]).ends(0).json();
    let rows = one["targets"][0]["features"].as_array().unwrap();
    let retry = rows.iter().find(|row| row["feature"] == "`retry`").unwrap();
    assert_eq!((&retry["support"], &retry["remark"]), (&"refused".into(), &"leave it out".into()));
    let report = plugged.run(&["port", "p.o11n", "--target", "sh", "--format", "json"]).ends(1).json();
    assert_eq!(report["targets"][0], json!({ "name": "sh", "support": "refused", "approximated": 0, "refused": 1 }));
    let human = plugged.run(&["port", "p.o11n"]).ends(0).stdout;
    assert!(human.contains("sh refuses `retry`\n  leave it out\n    p.o11n:6:7\n    p.o11n:9:21\n"), "{human}");
}

#[test]
fn what_it_does_not_keep_is_said_at_the_place() {
    let refuses = [
        json!({ "feature": "retry", "support": "refused", "remark": "once is enough", "places": [{ "stage": 0, "substage": 1, "attribute": "retry" }] }),
        json!({ "feature": "hardware.cpu", "support": "approximated", "remark": "as many as there are" }),
    ];
    let ran = Plugged::of(&refuses).run(&["compile", "p.o11n", "--target", "sh", "--message-format", "short"]).ends(1);
    assert_eq!(
        ran.stderr,
        "p.o11n:1:16: warning[W0601]: target `sh` keeps `cpu` of a hardware mode only nearly\n\
         p.o11n:9:21: error[E0601]: target `sh` does not support `retry`\n"
    );
    let finding = json!([{ "severity": "error", "message": "no \u{1b}[31mred boxes", "place": { "stage": 0, "substage": 0, "attribute": "hardware.cpu" }, "help": "paint it" }]);
    let plugged = Plugged::answering(&manifest(&[]), &compiled(&json!([{ "path": "a", "text": "x" }]), &finding));
    let ran = plugged.run(&["compile", "p.o11n", "--target", "sh"]).ends(1);
    assert!(
        ran.stdout.is_empty() && ran.stderr.contains("no ␛[31mred boxes") && ran.stderr.contains("paint it"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("p.o11n:1:16"), "{}", ran.stderr);
}

#[test]
fn what_it_does_not_know_is_refused() {
    let mut told = manifest(&[]);
    told["capabilities"].as_array_mut().unwrap().retain(|row| row["feature"] != "retry");
    told["capabilities"].as_array_mut().unwrap().push(json!({ "feature": "of tomorrow", "support": "kept" }));
    let plugged = Plugged::answering(&told, &compiled(&json!([]), &json!([])));
    let ran = plugged.run(&["compile", "p.o11n", "--target", "sh", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stderr.matches("does not support `retry`").count(), 2, "{}", ran.stderr);
}

#[test]
fn answers_that_make_no_sense_are_told() {
    let file = |path: &str| json!([{ "path": path, "text": "" }]);
    let cases = [
        (manifest(&[]), compiled(&file("../up"), &json!([])), "`../up` is no file name without folders"),
        (manifest(&[]), compiled(&file("/etc/passwd"), &json!([])), "is no file name without folders"),
        (manifest(&[]), compiled(&file(".."), &json!([])), "is no file name without folders"),
        (
            manifest(&[]),
            compiled(&json!([{ "path": "a", "text": "" }, { "path": "A", "text": "" }]), &json!([])),
            "two files `A`",
        ),
        (manifest(&[]), compiled(&json!([]), &json!([])), "it has no files, and no error that says why"),
        (
            manifest(&[]),
            compiled(&json!([]), &json!([{ "severity": "error", "message": "m", "place": { "stage": 7 } }])),
            "it names the stage 7, and there are 1, from 0",
        ),
        (manifest(&[]), manifest(&[]), "it answers `capabilities`, and was asked to `compile`"),
        (json!({ "schema": "o11n/target/9" }), json!({}), "it speaks `o11n/target/9`, and this o11n `o11n/target/1`"),
        (json!({ "schema": "o11n/target/1", "answer": "capabilities" }), json!({}), "missing field `doc`"),
        (json!("words"), json!({}), "it is not as the protocol says"),
    ];
    for (capabilities, compile, wanted) in cases {
        let said = Plugged::answering(&capabilities, &compile).fails("sh");
        assert!(said.contains("gives no answer that can be read") && said.contains(wanted), "{wanted}:\n{said}");
    }
}

#[test]
fn a_program_that_fails_is_told_with_what_it_says() {
    let said = Plugged::running("sh", "echo 'no such \u{1b}[31mthing' >&2; exit 3\n").fails("sh");
    assert!(said.contains("o11n-target-sh` ended with status 3") && said.contains("it says: no such ␛[31mthing"), "{said}");
    let said = Plugged::running("sh", "kill -9 $$\n").fails("sh");
    assert!(said.contains("was killed"), "{said}");
    let said = Plugged::running("sh", "cat > /dev/null\n").fails("sh");
    assert!(said.contains("it is empty"), "{said}");
    let said = Plugged::running("sh", "exec printf '{\\377'\n").fails("sh");
    assert!(said.contains("it is not as the protocol says"), "{said}");
    let plugged = Plugged::running("sh", "");
    plugged.0.write("bin/o11n-target-sh", "#!/nowhere/interpreter\n");
    assert!(plugged.fails("sh").contains("cannot be run: no such file or folder"));
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    // The second keeps the answer's pipe open after the first has ended.
    let scripts = [
        "sleep 1000\n",
        "exec sleep 1000\n",
        "echo $$ > \"$0.pid\"; (trap '' TERM; echo \"$(exec sh -c 'echo $PPID')\" > \"$0.pid\"; sleep 1000; sleep 1000) & exit 0\n",
    ];
    for script in scripts {
        let plugged = Plugged::running("sh", script);
        let start = Instant::now();
        let said = plugged.fails_within(1, "sh");
        assert!(said.contains("did not answer within 1s"), "{said}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        if let Ok(pid) = fs::read_to_string(plugged.0.file("bin/o11n-target-sh.pid")) {
            std::thread::sleep(Duration::from_millis(100));
            let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            assert!(state.is_empty() || state.contains(") Z"), "it lives: {state}");
        }
    }
}

#[test]
fn a_program_that_never_stops_talking_is_ended() {
    let said = Plugged::running("sh", "exec yes '{\"schema\":\"o11n/target/1\"}'\n").fails("sh");
    assert!(said.contains("answers with more than 64 MiB"), "{said}");
    // Standard error may be long; only its beginning is told.
    let said = Plugged::running("sh", "yes 测试 | head -c 3000000 >&2; exit 1\n").fails("sh");
    assert!(said.contains("ended with status 1") && said.len() < 100_000, "{}", said.len());
}

#[test]
fn a_built_in_target_wins() {
    let plugged = Plugged::running("json", "exit 1\n");
    let ran = plugged.run(&["compile", "p.o11n", "--target", "json"]).ends(0);
    assert!(
        ran.stderr.starts_with("warning[W0603]\n") && ran.stderr.contains("the built-in target `json` hides `"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.json()["schema"], "o11n/plan/1");
    assert_eq!(plugged.run(&["targets"]).ends(0).stderr, "");
}

#[test]
fn a_target_that_is_not_there_is_told_with_its_file_name() {
    let plugged = Plugged::running("sh", "exit 1\n");
    let mut command = plugged.0.command(&["compile", "p.o11n", "--target", "sh"]);
    command.env("PATH", plugged.0.file("bin")).env("O11N_TARGET_TIMEOUT", "soon");
    let ran = Ran::from(command.output().unwrap()).ends(1);
    assert!(ran.stderr.contains("`O11N_TARGET_TIMEOUT` is `soon`"), "{}", ran.stderr);
    let ran = plugged.run(&["compile", "p.o11n", "--target", "cobol"]).ends(1);
    assert!(ran.stderr.contains("there is no `o11n-target-cobol` on the `PATH` either"), "{}", ran.stderr);
    // A path is no name.
    let ran = plugged.run(&["compile", "p.o11n", "--target", "../bin/o11n-target-sh"]).ends(1);
    assert!(ran.stderr.contains("unknown target") && !ran.stderr.contains("on the `PATH`"), "{}", ran.stderr);
    // A file that may not be run is none, and neither is one of a folder of the moment.
    fs::set_permissions(plugged.0.file("bin/o11n-target-sh"), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = plugged.run(&["compile", "p.o11n", "--target", "sh"]).ends(1);
    assert!(ran.stderr.contains("error[E0604]"), "{}", ran.stderr);
    let mut command = plugged.0.command(&["compile", "p.o11n", "--target", "sh"]);
    plugged.add("sh", "exit 1\n");
    assert!(Ran::from(command.env("PATH", "bin").output().unwrap()).ends(1).stderr.contains("error[E0604]"));
}

#[test]
fn a_broken_target_that_nobody_asked_for_stops_nothing() {
    let plugged = Plugged::running("broken", "exit 1\n");
    for args in [&["targets"][..], &["port", "p.o11n"]] {
        let ran = plugged.run(args).ends(0);
        assert!(
            ran.stderr.contains("o11n-target-broken` ended with status 1") && ran.stdout.contains("taskbook"),
            "{}",
            ran.stderr
        );
    }
    plugged.run(&["compile", "p.o11n"]).ends(0);
    plugged.run(&["port", "p.o11n", "--target", "broken"]).ends(1);
    plugged.run(&["targets", "broken"]).ends(1);
}
