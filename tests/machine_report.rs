//! What follows from a trace: the document, the critical path, peaks, GPU-hours.

#[expect(dead_code, reason = "a document is compared as JSON")]
mod play;

use o11n::machine::{Document, TRACE_SCHEMA};
use serde_json::{Value as Json, json};

/// The document of a run.
fn document(source: &str, fakes: &str) -> Json {
    let plan = play::plan(source);
    let trace = play::run(&plan, fakes);
    serde_json::to_value(Document::new(&plan, &trace)).expect("a document is plain data")
}

/// The critical path of stages whose substages have no more than what is said.
fn path(stages: &str, fakes: &str) -> Vec<String> {
    let source = format!("pipeline p {{ {} }}", stages.replace("{}", "{ run = \"true\" }").replace("run;", "run = \"true\""));
    let document = document(&source, fakes);
    document["critical_path"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_document_has_all_fields_in_this_order() {
    let source = r#"
        hardware gpus { label = "g"  gpu = 2  gpu_type = "a" }
        pipeline regression {
          stage compile {
            exit_codes { 3 = lost }
            substage build { run = "true"  hardware = gpus  retry = 1 }
            substage late { run = "true"  timeout = 30s  on_error = ignore }
          }
          stage test { substage unit { run = "true" } }
          stage tell {
            when = always
            parallel = 1
            deadline = 90s
            substage mail { run = "true" }
            substage sms { run = "true" }
            substage cached { run = "true" }
            substage fax { run = "true" }
          }
        }"#;
    let actual = document(source, "compile/build = 3:90s, 2:30s500ms; tell/cached = cached");
    let expected = json!({
        "schema": "o11n/trace/1", "pipeline": "regression", "outcome": "failed", "duration": 210.5,
        "stages": [
            { "name": "compile", "outcome": "failed", "start": 0.0, "end": 120.5, "substages": [
                { "name": "build", "outcome": "failed", "ignored": false, "reason": "exit 2", "replicas": [
                    { "outcome": "failed", "attempts": [
                        { "outcome": "lost", "code": 3, "start": 0.0, "end": 90.0 },
                        { "outcome": "failed", "code": 2, "start": 90.0, "end": 120.5 },
                    ] },
                ] },
                { "name": "late", "outcome": "timed_out", "ignored": true, "reason": "ran into its timeout of 30s", "replicas": [
                    { "outcome": "timed_out", "attempts": [{ "outcome": "timed_out", "code": null, "start": 0.0, "end": 30.0 }] },
                ] },
            ] },
            { "name": "test", "outcome": "skipped", "start": null, "end": null, "substages": [
                { "name": "unit", "outcome": "skipped", "ignored": false, "reason": "the stage did not run", "replicas": [] },
            ] },
            { "name": "tell", "outcome": "failed", "start": 120.5, "end": 210.5, "substages": [
                { "name": "mail", "outcome": "succeeded", "ignored": false, "reason": null, "replicas": [
                    { "outcome": "succeeded", "attempts": [{ "outcome": "succeeded", "code": 0, "start": 120.5, "end": 180.5 }] },
                ] },
                { "name": "sms", "outcome": "timed_out", "ignored": false,
                  "reason": "the stage ran into its deadline of 1m30s", "replicas": [
                    { "outcome": "timed_out", "attempts": [{ "outcome": "timed_out", "code": null, "start": 180.5, "end": 210.5 }] },
                ] },
                { "name": "cached", "outcome": "cached", "ignored": false, "reason": null, "replicas": [] },
                { "name": "fax", "outcome": "cancelled", "ignored": false,
                  "reason": "the stage ran into its deadline of 1m30s", "replicas": [{ "outcome": "cancelled", "attempts": [] }] },
            ] },
        ],
        "critical_path": ["compile/build", "tell/mail", "tell/sms"],
        "peak": { "gpus": 1 },
        "gpu_hours": 241.0 / 3_600.0,
    });
    assert_eq!(serde_json::to_string_pretty(&actual).unwrap(), serde_json::to_string_pretty(&expected).unwrap());
    assert_eq!(actual["schema"], TRACE_SCHEMA);
}

#[test]
fn the_critical_path_goes_through_the_stages_that_ran() {
    let stages = "stage a { substage x {}\n substage y {} } stage b { when = failed  substage n {} } stage c { substage z {} }";
    assert_eq!(path(stages, "a/y = 0:2m"), ["a/y", "c/z"]);
    assert_eq!(path(stages, "a/x = 0:2m"), ["a/x", "c/z"]);
    // Of several that end last, the first declared.
    assert_eq!(path(stages, ""), ["a/x", "c/z"]);
    assert_eq!(path(stages, "a/x = cached; a/y = cached; c/z = cached"), [""; 0]);
}

#[test]
fn the_critical_path_names_what_was_waited_for() {
    let needs = "stage s { substage other { run; }\n substage a {}\n substage b { run;  needs = [\"s/a\"] }\n substage c { run;  needs = [\"s/b\", \"s/a\"] } }";
    let needs = needs.replace("run;", "run = \"true\"");
    // What is needed comes before what merely ended then.
    assert_eq!(path(&needs, ""), ["s/a", "s/b", "s/c"]);
    let lock = "stage s { substage other {}\n substage a { run = \"true\"  lock = [\"l\"] }\n substage b { run = \"true\"  lock = [\"k\", \"l\"] } }";
    assert_eq!(path(lock, ""), ["s/a", "s/b"]);
    let slot = "stage s { parallel = 2\n substage a {}\n substage b {}\n substage c {}\n substage d {} }";
    assert_eq!(path(slot, "s/b = 0:30s; s/d = 0:2m"), ["s/a", "s/d"]);
    assert_eq!(path(slot, "s/b = 0:30s; s/c = 0:10m"), ["s/b", "s/c"]);
    // What it needs of an earlier stage is not what it waited for.
    let earlier = "stage r { substage a {}\n substage b {} } stage s { parallel = 1  substage x {}\n substage y { run = \"true\"  needs = [\"r/b\"] } }";
    assert_eq!(path(earlier, ""), ["r/a", "s/x", "s/y"]);
    // The family's last.
    let family = "stage s { substage f { run = \"true\"  shards = 3 }\n substage a { run = \"true\"  needs = [\"s/f\"] } }";
    assert_eq!(path(family, "s/f-2of3 = 0:2m"), ["s/f-2of3", "s/a"]);
    assert_eq!(path(family, "s/f-2of3 = 0:2m; s/f-3of3 = 0:2m"), ["s/f-2of3", "s/a"]);
}

#[test]
fn the_critical_path_does_not_turn_in_a_ring_at_one_instant() {
    let stages = "stage s { parallel = 1\n substage a {}\n substage b {}\n substage c {}\n substage d { run = \"true\"  needs = [\"s/c\"] } }";
    assert_eq!(path(stages, "s/b = 0:0s; s/c = 0:0s; s/d = 0:0s"), ["s/a"]);
    assert_eq!(path(stages, "s/b = 0:0s; s/c = 0:0s"), ["s/a", "s/c", "s/d"]);
    let first = "stage s { parallel = 1\n substage z {}\n substage a { run = \"true\"  priority = urgent }\n substage c { run = \"true\"  priority = low } }";
    assert_eq!(path(first, "s/z = 0:0s"), ["s/a", "s/c"]);
}

#[test]
fn the_critical_path_of_a_stage_that_was_cut_ends_with_what_cut_it() {
    let stages = "stage s { substage y {}\n substage x { run = \"true\"  on_error = abort } }";
    assert_eq!(path(stages, "s/x = 1:2m; s/y = 0:1h"), ["s/x"]);
    let waits = "stage s { deadline = 5m\n substage x { run = \"true\"  retry { limit = 1  delay = 1h } }\n substage y {} }";
    assert_eq!(path(waits, "s/x = 1"), ["s/x"]);
}

#[test]
fn a_peak_counts_replicas_that_run_at_once() {
    let source = |inner: &str| {
        format!(
            "hardware big {{ label = \"b\" }}\nhardware small {{ label = \"s\"  gpu = 4  gpu_type = \"a\" }}\npipeline p {{ {} }}",
            inner
                .replace("S {", "substage")
                .replace("big;", "run = \"true\"  hardware = big")
                .replace("small;", "run = \"true\"  hardware = small")
        )
    };
    let of = |inner: &str, fakes: &str| {
        let document = document(&source(inner), fakes);
        (document["peak"].clone(), document["gpu_hours"].clone())
    };
    let stages =
        "stage s { parallel = 3\n substage a { small; }\n substage b { big; }\n substage c { big;  dispatch { copies = 3 } }
        substage d { small; }\n substage none { run = \"true\" } } stage t { substage e { big; } }";
    // What ends makes room for what starts: `d` is not beside `a`.
    assert_eq!(of(stages, ""), (json!({ "small": 1, "big": 4 }), json!(480.0 / 3_600.0)));
    assert_eq!(of(stages, "s/a = 0:5m"), (json!({ "small": 2, "big": 4 }), json!(1_440.0 / 3_600.0)));
    // A back-off is no running.
    let waits = "stage s { substage a { small;  retry { limit = 1  delay = 2m } }\n substage b { small; needs = [\"s/c\"] }\n substage c { big; } }";
    assert_eq!(of(waits, "s/a = 1, 0"), (json!({ "small": 1, "big": 1 }), json!(720.0 / 3_600.0)));
    // No time, no machine.
    assert_eq!(of(waits, "s/a = 0:0s; s/b = 0:0s"), (json!({ "small": 0, "big": 1 }), json!(0.0)));
    assert_eq!(of("stage s { substage none { run = \"true\" } }", ""), (json!({}), json!(0.0)));
}

#[test]
fn reasons_are_sentences_with_paths() {
    let source = r#"pipeline p {
      deadline = 10m
      stage s {
        on_error = ignore
        substage quorum { run = "x"  dispatch { copies = 3  need = 2 } }
        substage faked_late { run = "x" }
        substage needing { run = "x"  needs = ["s/lost"]  artifacts { load = ["s/lost"] } }
        substage lost { run = "x"  artifacts { save = ["x"] } }
      }
      stage t { substage abort { run = "x"  on_error = abort }
                substage aborted { run = "x" } }
      stage u { when = always  substage long { run = "x"  needs = ["s/quorum"] } }
      stage v { when = failed  substage needing { run = "x"  needs = ["t/abort"] } }
    }"#;
    let document =
        document(source, "s/quorum = 1; s/faked_late = timed_out; s/lost = lost; t/abort = 7; t/aborted = 0:9h; u/long = 0:1h");
    let stages = document["stages"].as_array().unwrap().iter();
    let reasons = stages.flat_map(|stage| stage["substages"].as_array().unwrap()).map(|substage| &substage["reason"]);
    let expected = json!([
        "0 of 3 passed, and 2 must",
        "ran into its timeout",
        "needs s/lost (lost, ignored)",
        null,
        "exit 7",
        "t/abort aborted the stage",
        "the pipeline ran into its deadline of 10m",
        "needs t/abort (failed)",
    ]);
    assert_eq!(json!(reasons.collect::<Vec<_>>()), expected);
}
