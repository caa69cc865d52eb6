//! Which of all counterexamples is shown.

use super::claims::broken_by;

#[test]
fn the_fewest_fakes_are_found_whatever_is_asked_first() {
    let body = r#"stage s { on_error = continue  substage a { run = "x" }  substage b { run = "x" }  substage c { run = "x" } }"#;
    broken_by(body, "\"s/*\" = succeeded when failed(\"s/a\") and failed(\"s/b\") or failed(\"s/c\")", &["s/c = exit(1)"]);
    broken_by(body, "\"s/b\" = failed when failed(\"s/a\") or failed(\"s/b\")", &["s/a = exit(1)"]);
}

#[test]
fn a_condition_may_look_at_what_comes_later() {
    let body = r#"
  on_error = continue
  stage s { substage a { run = "x" } }
  stage t { substage c { run = "x" } }
"#;
    for later in ["t", "t/c"] {
        let expect = format!("\"s/a\" = succeeded when failed(\"{later}\")");
        broken_by(body, &expect, &["s/a = exit(1)", "t/c = exit(1)"]);
    }
}

#[test]
fn a_plain_failure_is_simpler_than_another_end() {
    let body = r#"
  stage s {
    on_error = continue
    substage a { on_error = ignore  exit_codes { 3 = unstable }  run = "x" }
    substage b { run = "x" }
  }
"#;
    broken_by(body, "pipeline = succeeded", &["s/b = exit(1)"]);
}

#[test]
fn of_two_that_are_as_simple_the_first_one_fails() {
    let body = r#"
  on_error = continue
  stage s { substage a { run = "x" }  substage b { run = "y" } }
  stage t { substage c { run = "x" } }
"#;
    broken_by(body, "pipeline = succeeded", &["s/a = exit(1)"]);
}

#[test]
fn where_every_code_is_harmless_something_else_fails() {
    let codes: String = (1..=255).map(|code| format!("{code} = unstable\n")).collect();
    let body = |rest: &str| format!("stage s {{ exit_codes {{ {codes} }} substage a {{ {rest} run = \"x\" }} }}");
    broken_by(&body(""), "pipeline = unstable when failed(\"s\")", &["s/a = timed_out"]);
    broken_by(&body("dispatch { copies = 2 need = 2 }"), "pipeline = unstable when failed(\"s\")", &["s/a = timed_out"]);
}
