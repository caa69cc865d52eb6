//! The five message formats tell the same of the same file.

use std::collections::BTreeSet;

use super::Workspace;

/// File, line, code.
type Found = BTreeSet<(String, u64, String)>;

/// The file with ten mistakes, as files on the disk.
fn ten_mistakes() -> Workspace {
    let text = include_str!("../ui/ten-mistakes.o11n");
    let (main, library) = text.split_once("// file: lib/hardware.o11n\n").expect("two files");
    Workspace::of(&[("main.o11n", main), ("lib/hardware.o11n", library)])
}

fn run(format: &str) -> String {
    ten_mistakes().run(&["check", "main.o11n", "--message-format", format]).ends(1).stdout
}

fn from_json() -> Found {
    let document: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap();
    let found = diagnostics.iter().map(|found| {
        let label = &found["labels"][0];
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&label["file"]), label["start"]["line"].as_u64().unwrap(), text(&found["code"]))
    });
    found.collect()
}

#[test]
fn ten_mistakes_are_ten_findings_each_at_its_place() {
    let wanted = [
        (11, "E0201"), // `30` is no duration
        (15, "E0203"), // `smok`
        (16, "E0704"), // `path` is read from `PATH`
        (18, "E0012"), // `BUILD_TYPE = "Release"` in a record
        (21, "E0302"), // `timeuot`
        (22, "E0101"), // `cpu_larg`
        (25, "E0311"), // nothing to run
        (33, "E0016"), // `substage suite.name`
        (34, "E0109"), // `compile/planer`
        (41, "E0309"), // a later stage
    ];
    let wanted: Found = wanted.iter().map(|(line, code)| ("main.o11n".to_owned(), *line, (*code).to_owned())).collect();
    assert_eq!(from_json(), wanted);
}

#[test]
fn all_formats_have_the_same_findings() {
    let wanted = from_json();

    let short = run("short");
    let found: Found = short
        .lines()
        .map(|line| {
            let mut parts = line.split(':');
            let (file, at) = (parts.next().unwrap(), parts.next().unwrap());
            let code = &line[line.find('[').unwrap() + 1..line.find(']').unwrap()];
            (file.to_owned(), at.parse().unwrap(), code.to_owned())
        })
        .collect();
    assert_eq!(found, wanted);

    let github = run("github");
    let found: Found = github
        .lines()
        .map(|line| {
            let property = |name: &str| {
                let at = line.find(name).unwrap() + name.len();
                line[at..].split([',', ':', '%']).next().unwrap().to_owned()
            };
            (property("file="), property("line=").parse().unwrap(), property("title="))
        })
        .collect();
    assert_eq!(found, wanted);

    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let found: Found = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let line = place["region"]["startLine"].as_u64().unwrap();
            (text(&place["artifactLocation"]["uri"]), line, text(&result["ruleId"]))
        })
        .collect();
    assert_eq!(found, wanted);

    let human = run("human");
    let codes: Vec<&str> = human.lines().filter_map(|line| line.strip_prefix("error[")?.strip_suffix(']')).collect();
    let places: Vec<&str> = human.lines().filter_map(|line| line.trim_start().strip_prefix("╭─[")).collect();
    let found: Found = codes
        .iter()
        .zip(places)
        .map(|(code, place)| {
            let mut parts = place.split(':');
            (parts.next().unwrap().to_owned(), parts.next().unwrap().parse().unwrap(), (*code).to_owned())
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn formats_for_machines_have_a_document_where_nothing_is_wrong() {
    let workspace = Workspace::of(&[("ci.o11n", super::GOOD)]);
    let json = workspace.run(&["check", "--message-format", "json"]).ends(0).json();
    assert_eq!(json, serde_json::json!({ "schema": "o11n/diagnostics/1", "diagnostics": [] }));
    let sarif = workspace.run(&["check", "--message-format", "sarif"]).ends(0).json();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    for format in ["human", "short", "github"] {
        assert_eq!(workspace.run(&["check", "--message-format", format]).ends(0).stdout, "");
    }
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let workspace = Workspace::of(&[("ci.o11n", super::BAD)]);
    let colour = |variables: &[(&str, &str)]| {
        let mut command = workspace.command(&["check"]);
        let ran = super::Ran::from(command.envs(variables.iter().copied()).output().unwrap());
        ran.stdout.contains('\u{1b}')
    };
    assert!(!colour(&[]));
    assert!(colour(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colour(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
