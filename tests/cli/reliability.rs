//! `o11n reliability`: figures for people and for tools, and what is said of odds that cannot be.

use super::Workspace;
use super::guide::Guide;

fn workspace() -> Workspace {
    Workspace::of(&[("nightly.o11n", Guide::read("reliability.md").blocks("o11n")[0])])
}

#[test]
fn the_guide_shows_what_is_printed() {
    Guide::read("reliability.md").shows_what_is_printed(&workspace(), 0);
}

#[test]
fn tools_get_bounds_of_everything() {
    let args =
        ["reliability", "nightly.o11n", "--flake", "test/*=0.5", "--flake", "test/unit=1", "--top", "1", "--format", "json"];
    let document = workspace().run(&args).ends(0).json();
    assert_eq!(document["schema"], "o11n/reliability/1");
    assert_eq!(document["run"]["failed"], serde_json::json!({ "least": 1.0, "most": 1.0 }));
    let paths: Vec<&str> = document["substages"].as_array().unwrap().iter().map(|row| row["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["test/unit", "test/board", "test/fuzz"]);
    let changes: Vec<&str> = document["remedies"].as_array().unwrap().iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["retry = 1", "dispatch { copies = 3  need = 2 }"]);
}

#[test]
fn bounds_are_shown_as_such_and_explained() {
    let all: String = (0..30).map(|at| format!("    substage s{at} {{ run = \"x\" }}\n")).collect();
    // So many may end so or so that nobody goes through all runs.
    let source = format!(
        "pipeline p {{\n  stage first {{ on_error = continue\n{all}  }}\n  stage a {{ on_error = abort  parallel = 2\n{all}  }}\n}}\n"
    );
    let said =
        Workspace::of(&[("a.o11n", &source)]).run(&["reliability", "a.o11n", "--flake", "*/*=0.1", "--top", "0"]).ends(0).stdout;
    let attempts = said.lines().find(|line| line.starts_with("attempts")).unwrap();
    assert!(attempts.contains('–') && attempts.ends_with("–60.00"), "{said}");
    assert!(
        said.contains("failed     99.82 %") && said.contains("note: between two figures, since what an abort cuts in `a`"),
        "{said}"
    );
}

#[test]
fn attempts_that_always_time_out_are_pointed_at() {
    let source = "pipeline p { stage a { timeout = 1m  substage b { run = \"x\" } } }\n";
    let args = ["reliability", "a.o11n", "--flake", "a/b=0.1", "--takes", "a/b=2m"];
    let said = Workspace::of(&[("a.o11n", source)]).run(&args).ends(0).stdout;
    assert!(said.contains("failed     100.00 %"), "{said}");
    assert!(said.contains("note: attempts of `a/b` take longer than their timeout, so all of them are timed out"), "{said}");
}

#[test]
fn where_nothing_breaks_there_is_no_table_of_it() {
    let said = workspace().run(&["reliability", "nightly.o11n", "--flake", "test/unit=0"]).ends(0).stdout;
    assert!(said.contains("succeeded  100.00 %") && !said.contains("breaks runs") && !said.contains("what would help"), "{said}");
}

#[test]
fn odds_that_cannot_be_are_refused() {
    let workspace = workspace();
    for (flakes, status, said) in [
        (&["test/unti=0.1"][..], 2, "did you mean `test/unit`?"),
        (&["test/unit=0.7", "test/unit=0.7:lost"], 2, "the probabilities of `test/unit` add up to 1.4000"),
        (&["test/unit#1=0.1"], 2, "`test/unit#1` names one replica"),
        (&["test/unit=1.5"], 2, "write a probability from 0 to 1"),
        (&["test/unit=NaN"], 2, "write a probability from 0 to 1"),
        (&["test/unit=0.1:skipped"], 2, "write `timed_out`, `lost` or an exit code after the `:`"),
        (&["test/unit=0.1:0"], 2, "0 is the exit code of success"),
        (&["test/unit"], 2, "write STAGE/SUBSTAGE=P"),
        (&[], 2, "--flake"),
    ] {
        let mut args = vec!["reliability", "nightly.o11n"];
        flakes.iter().for_each(|flake| args.extend(["--flake", flake]));
        let ran = workspace.run(&args).ends(status);
        assert!(ran.stderr.contains(said) && ran.stdout.is_empty(), "{flakes:?}\n{}", ran.stderr);
    }
}
