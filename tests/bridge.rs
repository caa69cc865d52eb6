//! `o11n bridge jenkins` against a played Jenkins: no build is lost, and none runs twice, whatever goes wrong.

use o11n_played_jenkins::{Build, Fault, Jenkins, Parameters, Plan};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const JOB: &str = "ci/板卡";

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A build that ends after a moment, and says how.
fn says(description: &str) -> impl Fn(&str, &Parameters) -> Plan + Send + 'static {
    let description = description.to_owned();
    move |_, _| Plan { waits: ms(10), takes: ms(30), result: "FAILURE", description: description.clone() }
}

/// A build that never ends by itself.
fn endless(_: &str, _: &Parameters) -> Plan {
    Plan { waits: ms(0), takes: Duration::from_secs(600), result: "SUCCESS", description: String::new() }
}

fn well(_: usize) -> Option<Fault> {
    None
}

fn bridge(jenkins: &Jenkins, attempt: u32) -> Command {
    polling(jenkins, attempt, "5ms")
}

fn polling(jenkins: &Jenkins, attempt: u32, poll: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_o11n"));
    command.env_clear().args(["bridge", "jenkins", "--url", &jenkins.url(), "--job", JOB, "--run", "run-1"]);
    command.args(["--step", "测试/板 1", "--attempt", &attempt.to_string(), "--param", "LEVEL=a=b & c"]);
    command.args(["--poll", poll, "--grace", "20s", "--timed-out", "121", "--lost", "122"]);
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the binary runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("nobody killed it")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "not so: {what}");
        std::thread::sleep(ms(2));
    }
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

fn terminate(child: Child) -> Output {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("there is `kill`");
    assert!(killed.success());
    child.wait_with_output().expect("it ends")
}

fn that_ran(jenkins: &Jenkins) -> Vec<Build> {
    jenkins.builds().into_iter().filter(Build::has_run).collect()
}

#[test]
fn ends_as_the_build_says() {
    for (description, wanted) in [
        ("o11n: exit 0", 0),
        ("o11n: exit 7", 7),
        ("o11n: timed out", 121),
        ("o11n: lost", 122),
        // What it says is not for us.
        ("", 1),
        ("nightly of main", 1),
        ("o11n: exit 700", 1),
        ("o11n: duplicate of 9", 1),
    ] {
        let jenkins = Jenkins::start(says(description), well).unwrap();
        let output = run(&mut bridge(&jenkins, 1));
        assert_eq!(code(&output), wanted, "{description}: {}", said(&output));
        assert_eq!(that_ran(&jenkins).len(), 1);
    }
}

#[test]
fn ends_as_jenkins_says_where_the_build_says_nothing() {
    for (result, wanted) in [("SUCCESS", 0), ("UNSTABLE", 80), ("FAILURE", 1), ("ABORTED", 130), ("NOT_BUILT", 122)] {
        let plan = move |_: &str, _: &Parameters| Plan { waits: ms(0), takes: ms(0), result, description: String::new() };
        let jenkins = Jenkins::start(plan, well).unwrap();
        assert_eq!(code(&run(&mut bridge(&jenkins, 1))), wanted, "{result}");
    }
}

#[test]
fn hands_parameters_over_and_the_log_back() {
    let plan = |_: &str, _: &Parameters| Plan { waits: ms(300), takes: ms(30), result: "SUCCESS", description: String::new() };
    let jenkins = Jenkins::start(plan, well).unwrap();
    let output = run(&mut bridge(&jenkins, 2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "begin of 测试/板 1\nend of 测试/板 1\n");
    let builds = jenkins.builds();
    let given: Vec<(&str, &str)> = builds[0].parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let key = "run-1/测试/板 1@2";
    assert_eq!(given, [("LEVEL", "a=b & c"), ("O11N_KEY", key), ("O11N_STEP", "测试/板 1")]);
    assert!(said(&output).contains("Waiting for next available executor on ‘板卡’"), "{}", said(&output));
    assert!(said(&output).contains("/job/ci/job/%E6%9D%BF%E5%8D%A1/1/"), "where to look: {}", said(&output));
}

#[test]
fn says_who_it_is() {
    let jenkins = Jenkins::start(says("o11n: exit 0"), well).unwrap();
    jenkins.require("Basic Ym90OnMzY3IzdA==");
    let output = run(bridge(&jenkins, 1).args(["--user", "bot"]).env("JENKINS_TOKEN", "s3cr3t"));
    assert_eq!(code(&output), 0, "{}", said(&output));
    let output = run(bridge(&jenkins, 1).args(["--user", "bot"]).env("JENKINS_TOKEN", "wrong"));
    assert_eq!(code(&output), 122);
    assert!(said(&output).contains("are user and token right"), "{}", said(&output));
    let output = run(bridge(&jenkins, 1).args(["--user", "bot"]));
    assert_eq!(code(&output), 2, "a user without a token");
}

#[test]
fn tells_what_is_wrong_with_the_job() {
    let jenkins = Jenkins::start(says("o11n: exit 0"), well).unwrap();
    let mut other = Command::new(env!("CARGO_BIN_EXE_o11n"));
    other.env_clear().args(["bridge", "jenkins", "--url", &jenkins.url(), "--job", "other", "--run", "r", "--step", "a/b"]);
    let output = run(&mut other);
    assert_eq!(code(&output), 75);
    assert!(said(&output).contains("knows no such job"), "{}", said(&output));

    jenkins.forget_key();
    let output = run(&mut bridge(&jenkins, 1));
    assert_eq!(code(&output), 122);
    assert!(said(&output).contains("does not take the parameter O11N_KEY"), "{}", said(&output));
    assert!(!jenkins.builds().iter().any(Build::is_building), "what is not ours is not left running");
}

#[test]
fn a_person_takes_it_out_of_the_queue() {
    let jenkins = Jenkins::start(endless, well).unwrap();
    jenkins.hold(true);
    let child = spawn(&mut bridge(&jenkins, 1));
    until("it waits", || jenkins.queued() == 1);
    jenkins.cancel_queue();
    assert_eq!(code(&child.wait_with_output().unwrap()), 130);
    assert!(jenkins.builds().is_empty());
}

#[test]
fn stops_the_build_when_it_is_stopped() {
    let jenkins = Jenkins::start(endless, well).unwrap();
    let child = spawn(&mut bridge(&jenkins, 1));
    until("it builds", || jenkins.builds().iter().any(Build::is_building));
    assert_eq!(code(&terminate(child)), 143);
    assert!(jenkins.builds()[0].was_stopped());

    jenkins.hold(true);
    let child = spawn(&mut bridge(&jenkins, 2));
    until("it waits", || jenkins.queued() == 1);
    assert_eq!(code(&terminate(child)), 143);
    assert_eq!(jenkins.queued(), 0, "taken out of the queue");
}

#[test]
fn stops_what_it_does_not_know_to_have_started() {
    // The request that starts it is the third: queue, builds, start.
    for fault in [Fault::DroppedAfter, Fault::Late(ms(20)), Fault::Restart { away: ms(50), keeps_queue: true }] {
        let jenkins = Jenkins::start(endless, move |number| (number == 2).then_some(fault)).unwrap();
        let child = spawn(&mut polling(&jenkins, 1, "40ms"));
        until("it has asked", || jenkins.requests() >= 3);
        assert_eq!(code(&terminate(child)), 143);
        assert!(!jenkins.builds().iter().any(Build::is_building) && jenkins.queued() == 0, "{fault:?}");
    }
}

#[test]
fn finds_its_build_again_after_it_was_killed() {
    let plan =
        |_: &str, _: &Parameters| Plan { waits: ms(0), takes: ms(400), result: "FAILURE", description: "o11n: exit 7".into() };
    let jenkins = Jenkins::start(plan, well).unwrap();
    let mut child = spawn(&mut bridge(&jenkins, 1));
    until("it builds", || jenkins.builds().iter().any(Build::is_building));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(code(&run(&mut bridge(&jenkins, 1))), 7);
    assert_eq!(jenkins.builds().len(), 1);
}

#[test]
fn ends_the_build_of_a_lost_attempt_before_it_begins_the_next() {
    let plan = |_: &str, _: &Parameters| Plan {
        waits: ms(0),
        takes: ms(100_000),
        result: "FAILURE",
        description: "o11n: exit 7".into(),
    };
    let jenkins = Jenkins::start(plan, well).unwrap();
    let mut child = spawn(&mut bridge(&jenkins, 1));
    until("it builds", || jenkins.builds().iter().any(Build::is_building));
    child.kill().unwrap();
    child.wait().unwrap();
    let child = spawn(&mut bridge(&jenkins, 2));
    until("the next builds", || jenkins.builds().len() == 2);
    assert!(jenkins.builds()[0].was_stopped(), "two attempts at once");
    terminate(child);
}

#[test]
fn does_not_wait_for_ever_for_a_jenkins_that_is_gone() {
    let jenkins = Jenkins::start(endless, |number| (number > 6).then_some(Fault::Error(503))).unwrap();
    let output = run(bridge(&jenkins, 1).args(["--patience", "100ms"]));
    assert_eq!(code(&output), 122);
    assert!(said(&output).contains("Jenkins is out of reach: Jenkins answers 503"), "{}", said(&output));
}

/// Random troubles: however they fall, one build of the key runs, and its end is the bridge's.
#[test]
fn one_build_runs_whatever_goes_wrong() {
    // They mostly wait.
    std::thread::scope(|scope| {
        for first in 0..12 {
            scope.spawn(move || (first..120).step_by(12).for_each(in_trouble));
        }
    });
}

fn in_trouble(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (share, waits, takes) = (random.f64() * 0.7, ms(random.u64(0..40)), ms(random.u64(0..80)));
    // Where what was asked for may come at any time, a second build can begin, and gives way.
    let may_be_late = seed.is_multiple_of(2);
    let faults = move |_: usize| {
        (random.f64() < share).then(|| match random.u8(0..8) {
            0 => Fault::Slow(ms(random.u64(0..30))),
            1 | 2 => Fault::Dropped,
            3 | 4 => Fault::DroppedAfter,
            5 => Fault::Error([500, 502, 503][random.usize(0..3)]),
            6 if may_be_late => Fault::Late(ms(random.u64(0..60))),
            _ => Fault::Restart { away: ms(random.u64(0..40)), keeps_queue: random.bool() },
        })
    };
    let plan = move |_: &str, _: &Parameters| Plan { waits, takes, result: "FAILURE", description: "o11n: exit 7".into() };
    let jenkins = Jenkins::start(plan, faults).unwrap();
    let output = run(&mut bridge(&jenkins, 1));
    // What comes late comes now.
    std::thread::sleep(ms(70));
    let ran = that_ran(&jenkins);
    assert_eq!(code(&output), 7, "seed {seed}: {}", said(&output));
    assert_eq!(ran.len(), 1, "seed {seed}: {:?}\n{}", jenkins.builds(), said(&output));
    assert!(may_be_late || jenkins.builds().len() == 1, "seed {seed}: {:?}", jenkins.builds());
    assert!(!ran[0].is_building(), "seed {seed}: it was left running");
}

#[test]
fn hands_on_what_it_finds_and_keeps_its_codes_apart() {
    let jenkins = Jenkins::start(says("o11n: exit 121"), well).unwrap();
    let mut command = bridge(&jenkins, 1);
    command.args(["--pass", "O11N_VERDICT", "--pass", "NOT_SET", "--instead", "120"]).env("O11N_VERDICT", "unstable");
    let output = run(&mut command);
    assert_eq!(code(&output), 120, "the build itself exits with the code for one that took too long: {}", said(&output));
    let builds = jenkins.builds();
    assert_eq!(builds[0].parameters.get("O11N_VERDICT").map(String::as_str), Some("unstable"));
    assert!(!builds[0].parameters.contains_key("NOT_SET"));
}

#[test]
fn takes_attempts_of_a_pod_for_one_run() {
    let jenkins = Jenkins::start(says("o11n: exit 0"), well).unwrap();
    for (run_name, attempt) in [("uid wf[0].a(0)", "1"), ("uid wf[0].a(1)", "2")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_o11n"));
        command.env_clear().args(["bridge", "jenkins", "--job", JOB, "--poll", "5ms"]);
        command.envs([
            ("JENKINS_URL", jenkins.url().as_str()),
            ("O11N_RUN", run_name),
            ("O11N_STEP", "s/a"),
            ("O11N_ATTEMPT", attempt),
        ]);
        assert_eq!(code(&run(&mut command)), 0);
    }
    let keys: Vec<String> = jenkins.builds().iter().map(|build| build.key().to_owned()).collect();
    assert_eq!(keys, ["uid wf[0].a/s/a@1", "uid wf[0].a/s/a@2"]);
}

#[test]
fn speaks_to_whom_it_can_trust() {
    let jenkins = Jenkins::start_with_tls(says("o11n: exit 5")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, jenkins.certificate()).unwrap();
    let output = run(bridge(&jenkins, 1).arg("--ca-file").arg(&file));
    assert_eq!(code(&output), 5, "{}", said(&output));
    let output = run(bridge(&jenkins, 2).args(["--patience", "100ms"]));
    assert_eq!(code(&output), 122, "{}", said(&output));
    assert!(said(&output).contains("certificate"), "{}", said(&output));
    assert_eq!(jenkins.builds().len(), 1);
}
