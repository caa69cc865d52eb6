//! `o11n verify`: which properties are verified, what is said of them, and that it is always the same.

use super::{BAD, GOOD, Workspace};

/// A pipeline of this name with these properties.
fn pipeline(name: &str, properties: &str) -> String {
    format!(
        "pipeline {name} {{\n  stage build {{\n    substage app {{ run = \"make\" }}\n    substage lib {{ run = \"make\" }}\n  }}\n  stage deploy {{\n    substage push {{ run = \"push\" }}\n  }}\n{properties}}}\n"
    )
}

const HOLDS: &str = "  property \"what is red is not deployed\" { expect \"deploy\" not ran when failed(\"build\") }\n";
const BROKEN: &str = "  property \"it is always green\" { expect pipeline = succeeded }\n";
/// Two have to fail.
const DEEP: &str =
    "  property \"one is left\" { expect pipeline = succeeded when failed(\"build/app\") and failed(\"build/lib\") }\n";

#[test]
fn exit_statuses_tell_what_was_wrong() {
    let workspace = Workspace::of(&[
        ("good.o11n", &pipeline("a", HOLDS)),
        ("red.o11n", &pipeline("b", BROKEN)),
        ("bad.o11n", BAD),
        (
            "warns.o11n",
            "pipeline w {\n  stage a { substage x { run = \"x\" } }\n  stage b {\n    when = always\n    substage y {\n      needs = [\"a/x\"]\n      run = \"y\"\n    }\n  }\n}\n",
        ),
    ]);
    workspace.run(&["verify", "good.o11n"]).ends(0);
    workspace.run(&["verify", "red.o11n"]).ends(1);
    workspace.run(&["verify", "bad.o11n"]).ends(1);
    workspace.run(&["verify", "good.o11n", "--limit", "3"]).ends(1);
    workspace.run(&["verify", "--no-such-flag"]).ends(2);
    workspace.run(&["verify", "good.o11n", "--filter", "no such thing"]).ends(2);
    workspace.run(&["verify", "missing.o11n"]).ends(3);
    let warned = workspace.run(&["verify", "warns.o11n"]).ends(0);
    assert!(warned.stdout.contains("warning[W0502]"), "{}", warned.stdout);
}

#[test]
fn what_is_wrong_is_on_stdout_and_a_line_for_each_pipeline_on_stderr() {
    let text = pipeline("a", &(HOLDS.to_owned() + BROKEN)) + &pipeline("夜间", "");
    let workspace = Workspace::of(&[("a.o11n", &text), ("bad.o11n", BAD), ("lib.o11n", "let x = 1\n")]);
    let ran = workspace.run(&["verify"]).ends(1);
    assert!(ran.stdout.contains("error[E0504]") && ran.stdout.contains("fake \"build/app\" = exit(1)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("error[E0101]"), "{}", ran.stdout);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let [first, second, third] = lines[..] else { panic!("{}", ran.stderr) };
    assert!(first.starts_with("a: 1 property does not hold, 1 property holds, the laws hold; "), "{first}");
    assert!(first.ends_with(" states stand for 64 combinations of outcomes"), "{first}");
    assert!(second.starts_with("夜间: the laws hold; "), "{second}");
    assert_eq!(third, "1 file with mistakes, not verified");
    let ran = workspace.run(&["verify", "a.o11n", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stderr, "");
    let said =
        "a.o11n:10:35: error[E0504]: \"it is always green\" does not always hold: the pipeline ended `failed`, not `succeeded`";
    assert_eq!(ran.stdout.lines().next(), Some(said));
    assert_eq!(
        workspace.run(&["verify", "a.o11n", "--message-format", "json"]).ends(1).json()["diagnostics"].as_array().unwrap().len(),
        1
    );
    assert_eq!(workspace.run(&["verify", "lib.o11n"]).ends(0).stderr, "no pipelines\n");
}

#[test]
fn properties_are_chosen_by_text_or_by_pattern_and_so_are_the_laws() {
    let workspace = Workspace::of(&[("ci/a.o11n", &pipeline("夜间", &(HOLDS.to_owned() + BROKEN))), ("b.o11n", GOOD)]);
    let list = |args: &[&str]| workspace.run(&[&["verify", "--list"], args].concat()).ends(0).stdout;
    let (b, laws) = ("b.o11n::nightly::laws\n", "ci/a.o11n::夜间::laws\n");
    let (holds, broken) = ("ci/a.o11n::夜间::what is red is not deployed\n", "ci/a.o11n::夜间::it is always green\n");
    assert_eq!(list(&[]), format!("{b}{laws}{holds}{broken}"));
    assert_eq!(list(&["--filter", "*::laws"]), format!("{b}{laws}"));
    assert_eq!(list(&["--filter", "green"]), broken);
    assert_eq!(list(&["b.o11n"]), b);
    let ran = workspace.run(&["verify", "--filter", "*deployed"]).ends(0);
    assert!(ran.stderr.starts_with("夜间: 1 property holds; "), "{}", ran.stderr);
    let ran = workspace.run(&["verify", "--filter", "it*"]).ends(2);
    assert!(ran.stderr.contains("no property matches `--filter it*`"), "{}", ran.stderr);
}

#[test]
fn what_is_cut_short_says_what_was_covered_and_never_that_it_holds() {
    let workspace = Workspace::of(&[("a.o11n", &pipeline("p", DEEP))]);
    let run = |limit: &str| workspace.run(&["verify", "--filter", "one is left", "--limit", limit]).ends(1);
    let nothing = run("0");
    assert!(nothing.stdout.contains("error[E0507]") && nothing.stdout.contains("nothing was covered"), "{}", nothing.stdout);
    let line = "p: 1 property is not decided; 0 states were looked at, for not all of 64 combinations of outcomes\n";
    assert_eq!(nothing.stderr, line);
    let some = run("14");
    assert!(some.stdout.contains("covered is the run in which nothing goes wrong"), "{}", some.stdout);
    let all = run("1000");
    assert!(all.stdout.contains("error[E0504]"), "{}", all.stdout);
    // The laws stop as well.
    let ran = workspace.run(&["verify", "--filter", "*laws", "--limit", "2"]).ends(1);
    assert!(ran.stderr.starts_with("p: not all laws are decided; 2 states were looked at"), "{}", ran.stderr);
}

#[test]
fn samples_and_defaults_count_and_the_environment_does_not() {
    let text = "pipeline p {\n  param level: enum(smoke, full) = smoke\n  param version: string\n  sample { version = \"1\" }\n  stage build { substage app { run = \"make ${{ version }}\" } }\n  if level == full { stage soak { substage app { run = \"make soak\" } } }\n  property \"smoke\" { expect \"soak\" not ran }\n  property \"full\" {\n    with level = full\n    expect \"soak\" ran when succeeded(\"build\")\n  }\n}\n";
    let workspace = Workspace::of(&[("a.o11n", text)]);
    let with = workspace.command(&["verify"]).env("LEVEL", "full").env("FAKE_BUILD_RETCODE", "1").output().unwrap();
    let ran = super::Ran::from(with).ends(0);
    assert!(ran.stderr.starts_with("p: 2 properties hold, the laws hold; "), "{}", ran.stderr);
}

#[test]
fn the_order_is_that_of_the_files_however_many_are_verified_at_once() {
    let files: Vec<(String, String)> =
        (0..30).map(|index| (format!("f{index:02}.o11n"), pipeline("p", &(BROKEN.to_owned() + HOLDS + DEEP)))).collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let workspace = Workspace::of(&borrowed);
    let run = || workspace.run(&["verify"]).ends(1);
    let (first, second) = (run(), run());
    assert_eq!((&first.stdout, &first.stderr), (&second.stdout, &second.stderr));
    let short = workspace.run(&["verify", "--message-format", "short"]).ends(1).stdout;
    let places: Vec<String> = short.lines().map(|line| line.split(": error").next().unwrap().to_owned()).collect();
    let expected: Vec<String> = files.iter().flat_map(|(name, _)| [format!("{name}:9:35"), format!("{name}:11:28")]).collect();
    assert_eq!(places, expected);
}
