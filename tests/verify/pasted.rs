//! What `verify` says of a broken property, pasted back into the source: `test` must see it fail.

use o11n::cli::driver;
use o11n::diag::{Code, Diagnostic};
use o11n_sketch::{Features, cases};

use super::brute::{Rng, features, outcome_fact, question};
use super::{drawn, main, with, world};

/// The scenarios that findings come with.
fn scenarios(found: &[Diagnostic]) -> Vec<String> {
    let notes = found.iter().flat_map(|found| &found.notes);
    notes.filter_map(|note| note.strip_prefix("this scenario shows it:\n")).map(str::to_owned).collect()
}

/// How many scenarios `verify` gives for a source, and how many properties it leaves open. Each of the scenarios fails, and
/// nothing else is wrong with it.
#[track_caller]
fn pasted(source: &str) -> (usize, usize) {
    let outcome = driver::verify(&world(source), &main(), 100_000);
    let open = outcome.diagnostics.iter().filter(|found| found.code == Code::Undecided && found.message.starts_with('"')).count();
    let scenarios = scenarios(&outcome.diagnostics);
    for scenario in &scenarios {
        let source = with(source, &format!("{scenario}\n"));
        let tested = driver::test(&world(&source), &main());
        let codes: Vec<Code> = tested.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, [Code::MissedExpectation], "{source}\n{}", drawn(&tested));
    }
    (scenarios.len(), open)
}

#[test]
fn a_counterexample_fails_as_a_scenario() {
    let mut rng = Rng(fastrand::Rng::with_seed(5));
    let (mut shown, mut open) = (0, 0);
    // Deadlines stand in a scenario's way, and yet they take no part.
    let features = Features { stage_deadline: true, pipeline_deadline: true, ..features() };
    for case in cases(5, 80, &features) {
        let source = case.sketch.source();
        let Some(question) = question(&source, &mut rng, 3, outcome_fact) else { continue };
        let numbered = (0..).zip(&question.texts);
        let properties: String =
            numbered.map(|(number, text)| format!("  property \"number {number}\" {{ expect {text} }}\n")).collect();
        let (more_shown, more_open) = pasted(&with(&source, &properties));
        shown += more_shown;
        open += more_open;
    }
    assert!(shown > 60 && open * 20 < shown, "{shown} shown, {open} open");
}

#[test]
fn what_the_property_gives_is_pasted_too() {
    let source = r#"pipeline p {
  param name: string = "a"
  param deploys: bool = false
  let long = 20m
  stage build {
    on_error = abort
    substage "say \"${{ name }}\"\\" { run = "make" }
    substage other { retry = 1  run = "make" }
    substage fuzz { dispatch { copies = 3  need = 2 }  exit_codes { 80 = unstable }  run = "./fuzz" }
  }
  if deploys { stage "de $${{ploy" { substage push { run = "./push.sh" } } }
  property "it \"is\" \\ green" {
    with deploys = true
    with name = "b"
    fake "build/fuzz#2" = exit(1)
    fake "build/other" = [lost, succeeded]
    takes "build/*" = long * 2
    expect "de $${{ploy" ran
    expect "build/fuzz" attempts = 3
  }
  scenario "it \"is\" \\ green: broken" { expect pipeline = succeeded }
}
"#;
    assert_eq!(pasted(source), (1, 0), "{}", drawn(&driver::verify(&world(source), &main(), 1_000)));
}
