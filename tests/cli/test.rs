//! `o11n test`: which scenarios are run, what is said of them, and the report for CI systems.

use std::collections::BTreeMap;
use std::fs;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::{BAD, GOOD, Ran, Workspace};

/// A pipeline of this name with these scenarios and properties.
fn pipeline(name: &str, scenarios: &str) -> String {
    format!("pipeline {name} {{\n  stage build {{\n    substage app {{ run = \"make\" }}\n  }}\n{scenarios}\n}}\n")
}

fn passing(name: &str) -> String {
    format!("  scenario \"{name}\" {{ expect pipeline = succeeded }}\n")
}

fn failing(name: &str) -> String {
    format!("  scenario \"{name}\" {{ expect pipeline = failed }}\n")
}

const PROPERTY: &str = "  property \"it is built\" { expect \"build\" ran }\n";

#[test]
fn exit_statuses_tell_what_was_wrong() {
    let workspace = Workspace::of(&[
        ("good.o11n", &pipeline("a", &passing("it passes"))),
        ("red.o11n", &pipeline("b", &failing("it fails"))),
        ("bad.o11n", BAD),
    ]);
    workspace.run(&["test", "good.o11n"]).ends(0);
    workspace.run(&["test", "red.o11n"]).ends(1);
    workspace.run(&["test", "bad.o11n"]).ends(1);
    workspace.run(&["test", "--no-such-flag"]).ends(2);
    workspace.run(&["test", "good.o11n", "--filter", "no such thing"]).ends(2);
    workspace.run(&["test", "missing.o11n"]).ends(3);
    workspace.run(&["test", "good.o11n", "--junit", "no/such/folder.xml"]).ends(3);
}

#[test]
fn a_scenario_that_fails_is_on_stdout_and_the_summary_on_stderr() {
    let text = pipeline("a", &(passing("it passes") + &failing("it fails") + PROPERTY + &failing("so does this")));
    let workspace = Workspace::of(&[("a.o11n", &text), ("lib.o11n", "let x = 1\n")]);
    let ran = workspace.run(&["test"]).ends(1);
    assert!(ran.stdout.contains("error[E0503]") && ran.stdout.contains("it ended `succeeded`"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("in \"it passes\""), "{}", ran.stdout);
    assert_eq!(ran.stderr, "2 scenarios failed, 1 passed; 1 property is checked by `o11n verify`\n");
    let ran = workspace.run(&["test", "--message-format", "short"]).ends(1);
    assert_eq!(ran.stderr, "");
    let said = "error[E0503]: in \"it fails\", the pipeline ended `succeeded`, not `failed`";
    assert_eq!(ran.stdout.lines().next(), Some(format!("a.o11n:6:25: {said}").as_str()));
    assert_eq!(workspace.run(&["test", "--message-format", "json"]).ends(1).json()["diagnostics"].as_array().unwrap().len(), 2);
    assert_eq!(workspace.run(&["test", "lib.o11n"]).ends(0).stderr, "no scenarios\n");
}

#[test]
fn files_with_mistakes_stop_no_others() {
    let workspace = Workspace::of(&[
        ("a.o11n", BAD),
        ("b.o11n", &pipeline("b", &passing("it passes"))),
        ("c/d.o11n", GOOD),
        ("warn.o11n", "let x = 1\n"),
    ]);
    let ran = workspace.run(&["test"]).ends(1);
    assert!(ran.stdout.contains("error[E0101]") && !ran.stdout.contains("warning"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "1 scenario passed; 1 file with mistakes, not tested\n");
}

#[test]
fn scenarios_are_chosen_by_text_or_by_pattern() {
    let workspace = Workspace::of(&[
        ("ci/a.o11n", &pipeline("夜间", &(passing("通知总会发出") + &passing("it passes")))),
        ("b.o11n", &pipeline("b", &passing("it passes"))),
    ]);
    let list = |args: &[&str]| workspace.run(&[&["test", "--list"], args].concat()).ends(0).stdout;
    let (b, first, second) = ("b.o11n::b::it passes\n", "ci/a.o11n::夜间::通知总会发出\n", "ci/a.o11n::夜间::it passes\n");
    assert_eq!(list(&[]), format!("{b}{first}{second}"));
    assert_eq!(list(&["ci"]), format!("{first}{second}"));
    assert_eq!(list(&["--filter", "::b::"]), b);
    assert_eq!(list(&["--filter", "通知"]), first);
    assert_eq!(list(&["--filter", "*::it*"]), format!("{b}{second}"));
    assert_eq!(list(&["--filter", "ci/*passes"]), second);
    assert_eq!(workspace.run(&["test", "--filter", "b::it"]).ends(0).stderr, "1 scenario passed\n");
    let ran = workspace.run(&["test", "--filter", "it*"]).ends(2);
    assert!(ran.stderr.contains("no scenario matches `--filter it*`"), "{}", ran.stderr);
}

#[test]
fn samples_and_defaults_count_and_the_environment_does_not() {
    let text = "pipeline p {\n  param level: enum(smoke, full) = smoke\n  param version: string\n  sample { version = \"1\" }\n  stage build { substage app { run = \"make ${{ version }}\" } }\n  if level == full { stage soak { substage app { run = \"make soak\" } } }\n  scenario \"smoke\" { expect \"soak\" not ran }\n  scenario \"full\" {\n    with level = full\n    expect \"soak\" ran\n  }\n}\n";
    let workspace = Workspace::of(&[("a.o11n", text)]);
    let with = workspace.command(&["test"]).env("LEVEL", "full").env("FAKE_BUILD_RETCODE", "1").output().unwrap();
    assert_eq!(Ran::from(with).ends(0).stderr, "2 scenarios passed\n");
}

#[test]
fn the_order_is_that_of_the_files_however_many_run_at_once() {
    let files: Vec<(String, String)> = (0..40)
        .map(|index| {
            let scenarios: String = (0..5).map(|number| failing(&format!("number {number}"))).collect();
            (format!("f{index:02}.o11n"), pipeline("p", &scenarios))
        })
        .collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let workspace = Workspace::of(&borrowed);
    let run = || workspace.run(&["test", "--message-format", "short", "--junit", "report.xml"]).ends(1).stdout;
    let (first, report) = (run(), workspace.read("report.xml"));
    let places: Vec<String> = first.lines().map(|line| line.split(": error").next().unwrap().to_owned()).collect();
    let expected: Vec<String> =
        files.iter().flat_map(|(name, _)| (0..5).map(move |number| format!("{name}:{}:25", number + 5))).collect();
    assert_eq!(places, expected);
    assert_eq!((run(), workspace.read("report.xml")), (first, report));
}

/// The attributes of every element, by its path.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut found) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(start) | Event::Empty(start)) = &event else {
            match event {
                Event::End(_) => drop(path.pop()),
                Event::Eof => break,
                _ => {}
            }
            continue;
        };
        path.push(start.name().as_ref().to_owned());
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
            (attribute.key.as_ref().to_owned(), value)
        });
        found.push((path.join("/"), attributes.collect()));
        if matches!(event, Event::Empty(_)) {
            path.pop();
        }
    }
    assert!(path.is_empty(), "{path:?}");
    found
}

#[test]
fn the_report_is_well_formed_whatever_the_names() {
    let nasty = "a < b && c > \\\"d\\\" ]]> '测试' \\u{1b}[31m \\u{7} \\u{fffe} \\t\\n end";
    let told = "a < b && c > \"d\" ]]> '测试' \u{fffd}[31m \u{fffd} \u{fffd} \t\n end";
    let stops = "  scenario \"its fake hits nothing\" {\n    fake \"build/app#7\" = exit(1)\n    expect pipeline = failed\n  }\n";
    let workspace = Workspace::of(&[
        ("<&>.o11n", &pipeline("夜间", &(failing(nasty) + &passing("it passes") + stops))),
        ("bad.o11n", BAD),
        ("good.o11n", &pipeline("p", &passing("it passes"))),
    ]);
    workspace.run(&["test", "--junit", "report.xml"]).ends(1);
    let report = workspace.read("report.xml");
    assert!(report.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{report}");
    let elements = elements(&report);
    let all = |path: &str, names: &[&str]| -> Vec<Vec<String>> {
        let found = elements.iter().filter(|(known, _)| known == path);
        found
            .map(|(_, attributes)| names.iter().map(|name| attributes.get(*name).cloned().unwrap_or_default()).collect())
            .collect()
    };
    assert_eq!(all("testsuites", &["tests", "failures", "errors"]), [["5", "1", "2"]]);
    let suites = [["<&>.o11n", "3", "1", "1"], ["bad.o11n", "1", "0", "1"], ["good.o11n", "1", "0", "0"]];
    assert_eq!(all("testsuites/testsuite", &["name", "tests", "failures", "errors"]), suites);
    let cases = [
        ["<&>.o11n::夜间", told, "<&>.o11n", "5"],
        ["<&>.o11n::夜间", "it passes", "<&>.o11n", "6"],
        ["<&>.o11n::夜间", "its fake hits nothing", "<&>.o11n", "7"],
        ["bad.o11n", "bad.o11n", "bad.o11n", ""],
        ["good.o11n::p", "it passes", "good.o11n", "5"],
    ];
    assert_eq!(all("testsuites/testsuite/testcase", &["classname", "name", "file", "line"]), cases);
    assert_eq!(all("testsuites/testsuite/testcase/failure", &["type"]), [["E0503"]]);
    assert_eq!(all("testsuites/testsuite/testcase/error", &["type"]), [["E0109"], ["E0101"]]);
}

/// Blocks of the guide, each without its fence.
fn blocks(page: &str, fence: &str) -> Vec<String> {
    page.split(&format!("```{fence}\n")).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_guide_shows_what_is_said() {
    const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guide/6-testing.md");
    let mut page = fs::read_to_string(GUIDE).unwrap();
    let (sources, shown) = (blocks(&page, "o11n"), blocks(&page, "text"));
    let run = |command: &str, source: &str, from: &str, to: &str| {
        let ran = Workspace::of(&[("ci.o11n", &source.replacen(from, to, 1))]).run(&[command]);
        if from.is_empty() {
            format!("$ o11n {command}\n{}", ran.ends(0).stderr)
        } else {
            ran.ends(1).stdout.trim_end().to_owned() + "\n"
        }
    };
    for (shown, said) in shown.iter().zip([
        run("test", &sources[0], "", ""),
        run("test", &sources[0], "on_error = abort", "on_error = continue"),
        run("verify", &sources[1], "", ""),
        run("verify", &sources[1], "when = succeeded\n", "when = succeeded(\"compile\")\n"),
    ]) {
        let is_so = shown.starts_with(&said);
        if !is_so && std::env::var_os("BLESS").is_some() {
            page = page.replace(shown, &said);
            fs::write(GUIDE, &page).unwrap();
        } else {
            assert!(is_so, "shown:\n{shown}\nsaid:\n{said}");
        }
    }
}
