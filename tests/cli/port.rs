//! `o11n port`: what becomes of a pipeline on the targets, and whether those that are asked take it.

use super::guide::Guide;
use super::{BAD, GOOD, Ran, Workspace};

fn workspace() -> Workspace {
    let guide = Guide::read("porting.md");
    Workspace::of(&[("nightly.o11n", guide.blocks("o11n")[0]), ("good.o11n", GOOD), ("bad.o11n", BAD)])
}

#[test]
fn the_guide_shows_what_is_printed() {
    Guide::read("porting.md").shows_what_is_printed(&workspace(), 1);
}

#[test]
fn only_a_target_that_is_asked_for_can_refuse() {
    let workspace = workspace();
    workspace.run(&["port", "nightly.o11n", "--target", "argo"]).ends(1);
    workspace.run(&["port", "nightly.o11n", "--target", "taskbook", "--target", "json"]).ends(0);
    let all = workspace.run(&["port", "nightly.o11n"]).ends(0).stdout;
    assert!(all.contains("\nargo") && all.contains("refuses 1 construct"), "{all}");
    workspace.run(&["port", "bad.o11n"]).ends(1);
    let ran = workspace.run(&["port", "good.o11n", "--target", "argoo"]).ends(1);
    assert!(ran.stderr.contains("did you mean `argo`?"), "{}", ran.stderr);
    workspace.run(&["port", "none.o11n"]).ends(3);
}

#[test]
fn tools_get_each_construct_with_its_places() {
    let document = workspace().run(&["port", "nightly.o11n", "--format", "json", "--target", "argo"]).ends(1).json();
    assert_eq!(document["schema"], "o11n/port/1");
    let constructs = document["constructs"].as_array().unwrap();
    let of = |name: &str| constructs.iter().find(|row| row["construct"] == name).unwrap_or_else(|| panic!("{name}"));
    let place = |line, column| serde_json::json!([{ "file": "nightly.o11n", "line": line, "column": column }]);
    assert_eq!(of("`retry`")["places"], place(22, 7));
    assert_eq!(of("`label` of a hardware mode")["places"], place(5, 18));
    assert_eq!(of("`node_selector` of a hardware mode")["places"], place(3, 3));
    let refused = &of("`hardware`")["targets"]["argo"];
    assert_eq!((&refused["support"], &refused["places"]), (&"refused".into(), &place(21, 7)));
    assert!(constructs.iter().all(|row| row["construct"] != "`dispatch`" && row["construct"] != "`os` of a hardware mode"));
}

#[test]
fn an_attribute_that_nothing_takes_over_is_not_used() {
    let source = "pipeline p {\n  retry = 3\n  stage s {\n    retry = 2\n    substage a { retry = 1  run = \"x\" }\n  }\n}\n";
    let document = Workspace::of(&[("p.o11n", source)]).run(&["port", "p.o11n", "--format", "json"]).ends(0).json();
    let constructs = document["constructs"].as_array().unwrap();
    let row = constructs.iter().find(|row| row["construct"] == "`retry`").unwrap();
    assert_eq!(row["places"], serde_json::json!([{ "file": "p.o11n", "line": 5, "column": 18 }]));
}

#[test]
fn a_report_fits_a_narrow_terminal() {
    let said = workspace().command(&["port", "nightly.o11n", "--ascii"]).env("COLUMNS", "44").output().unwrap();
    let said = Ran::from(said).ends(0).stdout;
    assert!(said.lines().all(|line| line.len() <= 44), "{said}");
    assert!(said.is_ascii() && said.contains("x refused"), "{said}");
}

#[test]
fn reviews_get_a_table() {
    let said = workspace().run(&["port", "nightly.o11n", "--format", "markdown"]).ends(0).stdout;
    assert!(said.starts_with("## nightly: where it can run\n\n| construct | taskbook |"), "{said}");
    let refused = "- **argo refuses `hardware`**: give the mode a `k8s { }` block";
    assert!(said.contains(refused) && said.contains("(`nightly.o11n:21:7`)"), "{said}");
}
