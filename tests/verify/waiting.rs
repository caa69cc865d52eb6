//! Who waits for whom in a stage that is aborted, and which of its substages are alike.

use super::claims::{broken_by, holds};

/// A stage of these substages that any of them aborts.
fn aborted(rest: &str, substages: &[(&str, &str)]) -> String {
    let all = substages.iter().map(|(name, inside)| format!("substage {name} {{ {inside} run = \"x\" }}\n"));
    format!("stage s {{ on_error = abort {rest}\n{} }}", all.collect::<String>())
}

const X: &str = "lock = [\"x\"]";

#[test]
fn one_that_waits_for_a_slot_may_never_start() {
    let five = [("a", ""), ("b", ""), ("c", ""), ("d", ""), ("e", "retry = 1")];
    broken_by(&aborted("parallel = 2", &five), "\"s/e\" ran", &["s/a = exit(1)"]);
    broken_by(&aborted("parallel = 2", &five), "\"s/*\" ran", &["s/a = exit(1)"]);
    broken_by(&aborted("parallel = 1", &five), "\"s/*\" ran", &["s/a = exit(1)"]);
    holds(&aborted("parallel = 5", &five), "\"s/*\" ran");
    holds(&aborted("parallel = 2", &five), "\"s/b\" ran");
    // They start in this order.
    holds(&aborted("parallel = 1", &five), "\"s/c\" not ran when failed(\"s/b\")");
    holds(&aborted("parallel = 1", &five), "\"s/*\" = succeeded when succeeded(\"s/e\")");
}

#[test]
fn one_that_waits_for_a_lock_may_never_start() {
    let three = [("a", X), ("b", X), ("c", "")];
    holds(&aborted("", &three), "\"s/b\" not ran when failed(\"s/a\")");
    holds(&aborted("", &three), "\"s/c\" ran");
    // Whoever holds it keeps it until the abort, fail or not.
    let (a, b) = (format!("on_error = ignore {X}"), format!("on_error = ignore {X}"));
    broken_by(&aborted("", &[("a", &a), ("b", &b), ("c", "")]), "\"s/b\" ran", &["s/c = exit(1)"]);
    // And no two hold it, whatever else they wait for.
    holds(&aborted("parallel = 2", &three), "\"s/b\" = cancelled when failed(\"s/a\") and not succeeded(\"s/b\")");
    broken_by(&aborted("", &three), "\"s/b\" ran", &["s/a = exit(1)"]);
    // With slots enough for it.
    broken_by(&aborted("parallel = 2", &three), "\"s/b\" ran", &["s/a = exit(1)"]);
    // All hold both.
    let both = [("a", "lock = [\"x\", \"y\"]"), ("b", "lock = [\"x\", \"y\"]")];
    holds(&aborted("", &both), "\"s/b\" not ran when failed(\"s/a\")");
    // Nobody else holds them.
    holds(&aborted("", &[("a", "lock = [\"x\", \"y\"]"), ("b", ""), ("c", "")]), "\"s/a\" ran");
    // What waits for one lock does not hold the other up.
    let crossed = [("p", "lock = [\"y\"]"), ("a", "lock = [\"x\", \"y\"]"), ("b", X), ("t", "")];
    let cut = "not succeeded(\"s/a\") and not failed(\"s/a\")";
    broken_by(
        &aborted("", &crossed),
        &format!("\"s/a\" not ran when succeeded(\"s/b\") and failed(\"s/t\") and {cut}"),
        &["s/t = exit(1)", "s/a takes 4h", "s/t takes 1h"],
    );
}

#[test]
fn a_lock_is_free_again_in_the_next_stage() {
    let four = [("a", X), ("b", X), ("c", "lock = [\"y\"]"), ("d", "lock = [\"y\"]")];
    let first = aborted("", &four);
    let next = first.replace("stage s {", "stage t { when = always");
    let cut = "failed(\"s/a\") and not succeeded(\"s/c\") and not failed(\"s/c\")";
    broken_by(
        &format!("{first}\n{next}"),
        &format!("\"t/c\" not ran when {cut} and failed(\"t/a\")"),
        &["s/a = exit(1)", "t/a = exit(1)", "s/c takes 4m"],
    );
}

#[test]
fn what_is_needed_comes_first_wherever_it_stands() {
    let body = "stage s { on_error = continue substage a { needs = [\"s/b\"] run = \"x\" } substage b { run = \"x\" } substage c { needs = [\"s/b\"] run = \"x\" } }";
    broken_by(body, "\"s/a\" ran", &["s/b = exit(1)"]);
    holds(body, "\"s/a\" ran when succeeded(\"s/b\")");
    holds(body, "\"s/*\" not ran when failed(\"s/a\") and not failed(\"s/a\")");
}

#[test]
fn what_needs_something_else_is_not_alike() {
    let body = |of_a: &str, of_b: &str| {
        format!(
            "stage build {{ substage a {{ {of_a} run = \"x\" }} substage b {{ {of_b} run = \"x\" }} }}
             stage test {{ substage t {{ needs = [\"build/a\"] run = \"x\" }} substage u {{ needs = [\"build/b\"] run = \"x\" }} }}"
        )
    };
    broken_by(&body("on_error = ignore", "on_error = continue"), "\"test/*\" ran", &["build/b = exit(1)"]);
    let (many, also) = ("shards = 70 on_error = ignore", "shards = 70 on_error = continue");
    broken_by(&body(many, also), "\"test/*\" ran", &["build/b-1of70 = exit(1)"]);
}

#[test]
fn a_need_is_known_until_its_last_reader() {
    let body = r#"
  stage build { on_error = continue  substage a { run = "x" } }
  stage test { substage t { needs = ["build/a"]  run = "x" }  substage u { needs = ["build/a"]  run = "x" } }
"#;
    holds(body, "\"test/u\" not ran when not succeeded(\"test/t\") and not failed(\"test/t\")");
    holds(body, "\"test/t\" not ran when not succeeded(\"test/u\") and not failed(\"test/u\")");
    let last_is_first = body.replace("substage u {", "substage u { priority = high");
    holds(&last_is_first, "\"test/t\" not ran when not succeeded(\"test/u\") and not failed(\"test/u\")");
}

#[test]
fn what_needs_something_that_is_cut_is_cancelled_in_its_stage_and_skipped_later() {
    let body = aborted("", &[("a", ""), ("b", ""), ("c", "needs = [\"s/b\"]")])
        + "stage t { when = always substage d { needs = [\"s/b\"] run = \"x\" } }";
    let cut = "failed(\"s/a\") and not succeeded(\"s/b\") and not failed(\"s/b\")";
    holds(&body, &format!("\"s/c\" = cancelled when {cut}"));
    holds(&body, &format!("\"t/d\" = skipped when {cut}"));
}

#[test]
fn what_is_cut_may_have_been_tried_before() {
    let cut = |of_b: &str| {
        let b = format!("retry = 1 on_error = finish {of_b}");
        aborted("", &[("a", ""), ("b", &b)])
    };
    let when = "when not failed(\"s/b\") and not succeeded(\"s/b\")";
    broken_by(&cut(""), &format!("\"s/b\" attempts = 1 {when}"), &["s/a = exit(1)", "s/b = exit(1)", "s/b takes 40s"]);
    broken_by(
        &cut("dispatch { copies = 2 need = 2 }"),
        &format!("\"s/b\" attempts = 2 {when}"),
        &["s/a = exit(1)", "s/b#1 = exit(1)", "s/b takes 40s"],
    );
}

#[test]
fn the_order_of_many_that_are_alike_counts_as_far_as_it_is_seen() {
    let row = |names: &[&'static str]| names.iter().map(|name| (*name, "")).collect::<Vec<_>>();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let eight = row(&names);
    // Far behind others it makes no difference how far.
    for slots in [1, 2, 3] {
        let body = aborted(&format!("parallel = {slots}"), &eight);
        for (at, name) in names.iter().enumerate() {
            let ran = format!("\"s/{name}\" ran");
            if at < slots { holds(&body, &ran) } else { broken_by(&body, &ran, &["s/a = exit(1)"]) }
        }
        holds(&body, "\"s/*\" = succeeded when not failed(\"s/*\") and succeeded(\"s/h\")");
    }
    // A condition names one of them.
    let body = aborted("parallel = 1", &eight);
    broken_by(&body, "\"s/*\" ran when succeeded(\"s/d\")", &["s/e = exit(1)"]);
    holds(&body, "\"s/*\" = cancelled when failed(\"s/d\") and not succeeded(\"s/c\")");
    // One of another kind stands between.
    let mut mixed = eight;
    mixed[4].1 = "on_error = ignore";
    let body = aborted("parallel = 1", &mixed);
    holds(&body, "\"s/f\" ran when failed(\"s/e\") and not failed(\"s/f\") and succeeded(\"s/h\")");
    broken_by(&body, "\"s/*\" = succeeded when failed(\"s/e\") or succeeded(\"s/h\")", &["s/e = exit(1)"]);
}

#[test]
fn one_far_behind_others_is_like_them_only_where_nothing_else_stands_between() {
    let row = ["a", "b", "c", "x1", "x2", "m", "g", "h", "x3", "i", "j", "k"].map(|name| (name, ""));
    // A condition names it.
    broken_by(&aborted("parallel = 1", &row), "\"s/x*\" ran when succeeded(\"s/m\")", &["s/g = exit(1)"]);
    // It alone aborts.
    let body = aborted("parallel = 1", &row.map(|(name, _)| (name, if name == "m" { "" } else { "on_error = ignore" })));
    broken_by(&body, "\"s/x*\" ran", &["s/m = exit(1)"]);
    // Many are alike, and behind the last one nothing fails.
    let mut row = vec![("last", "priority = low")];
    row.extend(["a", "b", "c", "d", "e", "f", "g", "mid", "h", "i", "j"].map(|name| (name, "")));
    let after = r#"stage t { when = always
  substage u { needs = ["s/last"]  run = "x" }
  substage v { needs = ["s/mid"]  run = "x" }
}"#;
    broken_by(&(aborted("parallel = 1", &row) + after), "\"t/*\" not ran when failed(\"s\")", &["s/h = exit(1)"]);
}

#[test]
fn of_many_kinds_each_is_looked_at() {
    let (ignored, unstable) = ("on_error = ignore", "exit_codes { 80 = unstable }");
    let kinds = [("a", ignored), ("b", ""), ("c", ignored), ("d", ""), ("e", unstable)];
    broken_by(&aborted("parallel = 1", &kinds), "pipeline = succeeded when not failed(\"s\")", &["s/e = exit(80)"]);
}

#[test]
fn a_stage_that_wants_success_is_shut_by_a_failure() {
    let body =
        "stage a { on_error = continue substage x { run = \"x\" } } stage b { when = succeeded substage x { run = \"x\" } }";
    holds(body, "\"b\" not ran when failed(\"a\")");
    holds(body, "\"b\" ran when succeeded(\"a\")");
    let body = body.replace("when = succeeded", "when = not failed(\"a\")");
    holds(&body, "\"b\" not ran when failed(\"a\")");
    holds(&body, "\"b\" ran when succeeded(\"a\")");
    let body = |when: &str| {
        let stage = |name: &str, rest: &str| format!("stage {name} {{ {rest} substage x {{ run = \"x\" }} }}\n");
        stage("a", "on_error = continue") + &stage("b", "on_error = continue") + &stage("c", &format!("when = {when}"))
    };
    holds(&body("succeeded(\"a\") and succeeded(\"b\")"), "\"c\" not ran when failed(\"a\")");
    holds(&body("succeeded(\"a\") or succeeded(\"b\")"), "\"c\" ran when succeeded(\"b\")");
}
