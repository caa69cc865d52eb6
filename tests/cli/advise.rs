//! `o11n advise`: cases by hand, what is printed, and what is said where there is nothing to say.

use serde_json::Value;

use super::guide::Guide;
use super::{Ran, Workspace};

fn of_guide() -> Workspace {
    let guide = Guide::read("advise.md");
    Workspace::of(&[("regression.o11n", guide.blocks("o11n")[0]), ("week.toml", guide.blocks("toml")[0])])
}

/// One run on machines that are idle otherwise, under a queue that starts at once.
fn one_run(cluster: &str, stages: &str, takes: &str) -> Workspace {
    let source = format!("cluster c {{\n  {cluster}\n}}\npipeline p {{\n{stages}\n}}\n");
    Workspace::of(&[
        ("a.o11n", &source),
        ("load.toml", &format!("length = \"1h\"\nruns.r.daily = [\"00:00\"]\n[takes]\n{takes}\n")),
    ])
}

fn advise(workspace: &Workspace, more: &[&str]) -> Ran {
    workspace.run(&[&["advise", "a.o11n", "--load", "load.toml", "--policy", "fifo"], more].concat())
}

fn json(workspace: &Workspace, more: &[&str]) -> Value {
    advise(workspace, &[&["--format", "json"], more].concat()).ends(0).json()
}

/// What has the change, the attribute with both numbers, and how long a run takes then.
fn tried(document: &Value, of: &str) -> Vec<(String, f64, bool)> {
    let mut rows = Vec::new();
    for row in document[of].as_array().unwrap() {
        let change = &row["changes"][0];
        let text = format!(
            "{}: {} = {} -> {}",
            change["of"].as_str().unwrap(),
            change["attribute"].as_str().unwrap(),
            change["from"],
            change["to"]
        );
        rows.push((text, row["duration"].as_f64().unwrap(), row["recommended"].as_bool().unwrap()));
    }
    rows
}

fn path(document: &Value) -> Vec<(&str, [f64; 2])> {
    let rows = document["path"].as_array().unwrap().iter();
    rows.map(|row| (row["path"].as_str().unwrap(), ["waits", "runs"].map(|part| row[part].as_f64().unwrap()))).collect()
}

#[test]
fn the_guide_shows_what_is_printed() {
    Guide::read("advise.md").shows_what_is_printed(&of_guide(), 0);
}

#[test]
fn a_machine_that_is_missing_is_found() {
    let stages = "  stage a { substage x { run = \"x\" } }\n  stage b { substage y { run = \"y\" }  substage z { run = \"z\" } }";
    let workspace = one_run("agent \"m\" { label = \"m\" }", stages, "\"*/*\" = \"10m\"\n\"b/y\" = \"50m\"");
    let document = json(&workspace, &["--only", "machines"]);
    assert_eq!(document["duration"]["mean"], 4200.0);
    // The last one waits for the long one.
    assert_eq!(path(&document), [("b/z", [5.0 / 7.0, 1.0 / 7.0]), ("a/x", [0.0, 1.0 / 7.0])]);
    assert_eq!(document["modes"][0]["part"], 5.0 / 7.0);
    assert_eq!(tried(&document, "tried"), [("agent \"m\": count = 1 -> 2".to_owned(), 3600.0, true)]);
    let human = advise(&workspace, &[]).ends(0).stdout;
    assert!(human.contains("agent \"m\": count = 1 -> 2  -14.3 %"), "{human}");
    assert!(human.contains("so few runs do not say how sure this is"), "{human}");
    // `count` is not written yet.
    let diff = advise(&workspace, &["--diff"]).ends(0).stdout;
    assert!(diff.contains("\n-  agent \"m\" { label = \"m\" }\n+  agent \"m\" { count = 2  label = \"m\" }\n"), "{diff}");
}

#[test]
fn more_shards_shorten_what_can_be_divided() {
    let stages = "  stage a {\n    substage unit {\n      shards = 2\n      run = \"x\"\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 8 }", stages, "\"a/unit\" = \"20m\"");
    let document = json(&workspace, &["--fixed", "2m"]);
    // Each needs 2 of its 20 minutes anyway; 36 are divided by four, or all are one's.
    let expected = [("a/unit: shards = 2 -> 4", 660.0, true), ("a/unit: shards = 2 -> 1", 2280.0, false)];
    assert_eq!(tried(&document, "tried"), expected.map(|(text, duration, good)| (text.to_owned(), duration, good)));
    assert_eq!(tried(&json(&workspace, &[]), "tried")[0].1, 600.0);
    let diff = advise(&workspace, &["--diff"]).ends(0).stdout;
    assert!(diff.starts_with("--- a.o11n\n+++ a.o11n\n@@ "), "{diff}");
    assert!(diff.contains("\n-      shards = 2\n+      shards = 4\n"), "{diff}");
    assert!(json(&workspace, &["--only", "machines,parallel"])["tried"].as_array().unwrap().is_empty());
}

#[test]
fn a_limit_that_binds_is_found() {
    let substages: String = (0..4).map(|at| format!("    substage s{at} {{ run = \"x\" }}\n")).collect();
    let workspace = one_run(
        "agent \"m\" { executors = 8 }",
        &format!("  stage a {{\n    parallel = 1\n{substages}  }}"),
        "\"a/*\" = \"10m\"",
    );
    let document = json(&workspace, &["--only", "parallel"]);
    let expected = [("stage a: parallel = 1 -> 4", 600.0, true), ("stage a: parallel = 1 -> 2", 1200.0, true)];
    assert_eq!(tried(&document, "tried"), expected.map(|(text, duration, good)| (text.to_owned(), duration, good)));
    // One number is changed once.
    assert_eq!(tried(&document, "steps"), [("stage a: parallel = 1 -> 4".to_owned(), 600.0, true)]);
    assert_eq!(document["limits"], serde_json::json!([{ "stage": "a", "parallel": 1, "part": 0.75 }]));
    let quarter = |name| (name, [0.0, 0.25]);
    assert_eq!(path(&document), ["a/s0", "a/s1", "a/s2", "a/s3"].map(quarter));
}

#[test]
fn where_nothing_helps_by_itself_that_is_said() {
    // Four at once of four shards on two executors: neither more of the one nor of the other helps by itself.
    let stages = "  stage a {\n    parallel = 2\n    substage unit {\n      shards = 4\n      run = \"x\"\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 2 }", stages, "\"a/unit\" = \"10m\"");
    let document = json(&workspace, &[]);
    assert!(tried(&document, "tried").iter().all(|(_, duration, recommended)| *duration >= 1200.0 && !recommended));
    assert!(document["steps"].as_array().unwrap().is_empty());
    let human = advise(&workspace, &[]).ends(0).stdout;
    assert!(human.contains("that was tried shortens it for certain"), "{human}");
    assert_eq!(advise(&workspace, &["--diff"]).ends(0).stdout, "");
}

#[test]
fn numbers_that_are_computed_are_left_to_their_author() {
    let stages = "  let n = 2\n  stage a {\n    substage unit {\n      shards = n\n      run = \"x\"\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 8 }", stages, "\"a/unit\" = \"20m\"");
    let document = json(&workspace, &[]);
    assert_eq!(document["tried"][0]["changes"][0]["computed"], "n");
    assert_eq!(advise(&workspace, &["--diff"]).ends(0).stdout, "");
    let human = advise(&workspace, &[]).ends(0).stdout;
    assert!(human.contains("a/unit: `shards` is `n` in a.o11n:8, so change what that comes from; `--diff` leaves it"), "{human}");
}

#[test]
fn one_number_for_several_is_one_change() {
    let stages = "  stage a {\n    for x in [1, 2, 3] {\n      substage \"t${{ x }}\" {\n        shards = 2\n        run = \"x\"\n      }\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 16 }", stages, "\"a/*\" = \"20m\"");
    let document = json(&workspace, &[]);
    assert_eq!(tried(&document, "tried")[0], ("a/t1 and 2 more: shards = 2 -> 4".to_owned(), 600.0, true));
    let diff = advise(&workspace, &["--diff"]).ends(0).stdout;
    assert_eq!(diff.matches("\n+").count(), 2, "{diff}");
}

#[test]
fn numbers_that_go_through_a_template_are_changed_where_it_is_used() {
    let stages = "  stage a {\n    use test.ctest(name = \"one\", shards = 2)\n    use test.ctest(name = \"two\", shards = 2)\n    use test.ctest(name = \"three\", shards = 4)\n  }";
    let workspace =
        one_run("agent \"m\" { executors = 32 }", stages, "\"a/one\" = \"40m\"\n\"a/two\" = \"20m\"\n\"a/three\" = \"5m\"");
    workspace.write("a.o11n", format!("import \"std/test\" as test\n{}", workspace.read("a.o11n")));
    let document = json(&workspace, &[]);
    let tried = tried(&document, "tried");
    assert_eq!(tried[0], ("a/one: shards = 2 -> 4".to_owned(), 1200.0, true), "{tried:?}");
    // It runs beside the path.
    assert!(tried.contains(&("a/two: shards = 2 -> 4".to_owned(), 2400.0, false)), "{tried:?}");
    let diff = advise(&workspace, &["--diff"]).ends(0).stdout;
    assert!(diff.contains("\n+    use test.ctest(name = \"one\", shards = 4)\n") && diff.matches("\n+").count() == 2, "{diff}");
}

#[test]
fn of_numbers_that_a_loop_computes_only_one_is_changed() {
    let stages = "  stage a {\n    for n in [2, 3] {\n      use test.ctest(name = \"t${{ n }}\", shards = n)\n      substage \"u${{ n }}\" { shards = n + 0  run = \"x\" }\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 32 }", stages, "\"a/t2\" = \"40m\"\n\"a/u2\" = \"39m\"");
    workspace.write("a.o11n", format!("import \"std/test\" as test\n{}", workspace.read("a.o11n")));
    let document = json(&workspace, &[]);
    // All others are as they were, and so the second is what is left.
    assert_eq!(tried(&document, "tried")[0], ("a/t2: shards = 2 -> 4".to_owned(), 2340.0, true));
    assert_eq!(document["tried"][0]["changes"][0]["computed"], "n");
    assert_eq!(advise(&workspace, &["--diff"]).ends(0).stdout, "");
}

#[test]
fn what_is_not_split_yet_is_an_idea() {
    let stages = "  stage a {\n    substage 测试 {\n      run = \"x\"\n    }\n  }";
    let workspace = one_run("agent \"m\" { executors = 8 }", &stages.replace("测试", "\"测试\""), "\"a/测试\" = \"20m\"");
    let document = json(&workspace, &[]);
    assert_eq!(tried(&document, "tried"), [("a/测试: shards = 1 -> 2".to_owned(), 600.0, true)]);
    assert_eq!((&document["tried"][0]["changes"][0]["unsplit"], &document["steps"]), (&Value::Bool(true), &Value::Array(vec![])));
    assert_eq!(advise(&workspace, &["--diff"]).ends(0).stdout, "");
    assert!(advise(&workspace, &[]).ends(0).stdout.contains("a/测试, if it can be split: shards = 1 -> 2  -50.0 %"));
}

#[test]
fn changes_that_are_too_much_are_told() {
    let stages = "  stage a { substage x { hardware = cpu  run = \"x\" } }";
    let cluster = "cloud \"burst\" { provides = [cpu]  max = 60000  startup = 5m }";
    let workspace = one_run(cluster, stages, "\"*/*\" = \"10m\"");
    workspace.write("a.o11n", format!("hardware cpu {{ label = \"cpu\" }}\n{}", workspace.read("a.o11n")));
    let document = json(&workspace, &["--only", "machines"]);
    let untried = &document["untried"][0];
    assert_eq!((&untried["of"], &untried["attribute"]), (&"cloud \"burst\"".into(), &"max".into()));
    assert!(untried["why"].as_str().unwrap().contains("may have more than 100000 executors"), "{untried}");
    let human = advise(&workspace, &["--only", "machines"]).ends(0).stdout;
    assert!(human.contains("note: cloud \"burst\": `max` was left as it is: the cluster `c` may have"), "{human}");
}

#[test]
fn a_diff_is_what_it_says() {
    let workspace = of_guide();
    let with = |more: &[&str]| workspace.run(&[&["advise", "regression.o11n", "--load", "week.toml"], more].concat()).ends(0);
    let document = with(&["--format", "json"]).json();
    let steps = document["steps"].as_array().unwrap();
    assert!(steps.len() > 1, "{steps:?}");
    let diff = with(&["--diff"]).stdout;
    let mut source = workspace.read("regression.o11n");
    let lines = |sign: char| diff.lines().skip(2).filter_map(move |line| line.strip_prefix(sign)).collect::<Vec<_>>();
    for (old, new) in lines('-').into_iter().zip(lines('+')) {
        assert_eq!(source.matches(old).count(), 1, "{old}");
        source = source.replace(old, new);
    }
    workspace.write("regression.o11n", source);
    let changed = with(&["--format", "json"]).json();
    // The durations of shards are those of the load, which knows of no change; so none may be among them here.
    assert!(steps.iter().all(|step| step["changes"][0]["attribute"] != "shards"), "{steps:?}");
    assert_eq!(changed["duration"]["mean"], steps.last().unwrap()["duration"]);
}

#[test]
fn what_cannot_be_advised_on_is_told() {
    let workspace = one_run("agent \"m\" { }", "  stage a { substage x { run = \"x\" } }", "");
    for (load, args, status, why) in [
        ("length = \"1h\"\nruns.r.daily = [\"00:00\"]\n", &["--policy", "jenkin"][..], 2, "jenkin"),
        ("length = \"1h\"\nruns.r.daily = [\"00:00\"]\n", &["--fixed", "soon"], 2, "write a duration such as `30s`"),
        ("length = \"1h\"\nruns.r.daily = [\"00:00\"]\n", &["--diff", "--format", "json"], 2, "cannot be used with"),
        ("[trace]\nfile = \"jobs.csv\"\nformat = \"csv\"\n", &[], 1, "write a table `[runs.NAME]` into the load"),
    ] {
        workspace.write("load.toml", load);
        let ran = workspace.run(&[&["advise", "a.o11n", "--load", "load.toml"], args].concat()).ends(status);
        assert!(ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(why), "{}", ran.stderr);
    }
    workspace.write("load.toml", "length = \"1h\"\nruns.r.daily = [\"02:00\"]\n");
    let human = advise(&workspace, &[]).ends(0).stdout;
    assert!(human.contains("no run ended, so nothing can be said"), "{human}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_tells_what_is_known() {
    let workspace = of_guide();
    let child = workspace
        .command(&["advise", "regression.o11n", "--load", "week.toml", "--seeds", "9999"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough to have begun, on a slow machine too; a week takes less.
    std::thread::sleep(std::time::Duration::from_secs(3));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("of 9999 weeks, and not all was tried") && text.contains("where the time of runs goes"), "{text}");
}
