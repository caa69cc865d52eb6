//! What holds of all targets, whatever the pipeline.

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;
use o11n::target::capability::{Feature, features};
use o11n::target::{self, taskbook, yaml};
use serde::Serialize;

#[test]
fn every_target_has_one_row_for_every_feature() {
    for target in target::ALL {
        let rows: Vec<Feature> = target.capabilities().iter().map(|row| row.feature).collect();
        let unique: BTreeSet<Feature> = rows.iter().copied().collect();
        let wanted: BTreeSet<Feature> = features().into_iter().collect();
        let missing: Vec<_> = wanted.difference(&unique).collect();
        let unknown: Vec<_> = unique.difference(&wanted).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{}: missing {missing:?}, unknown {unknown:?}", target.name());
        assert_eq!(rows.len(), unique.len(), "{}: two rows for one feature", target.name());
    }
}

#[test]
fn a_misspelt_target_is_answered_with_the_nearest() {
    assert!(target::by_name("taskbook").is_ok());
    assert_eq!(target::by_name("tasbook").err(), Some(Some("taskbook")));
    assert_eq!(target::by_name("cobol").err(), Some(None));
}

/// Compares with a published file, or writes it under `BLESS=1`.
fn published(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(known == text, "{path} is out of date: run `BLESS=1 cargo test --test emit_checks` and read the difference");
}

fn schema_of<T: schemars::JsonSchema>() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(T)).unwrap() + "\n"
}

#[test]
fn the_schema_of_the_taskbook_is_published() {
    published("docs/reference/taskbook.schema.json", &schema_of::<taskbook::Document>());
}

#[test]
fn the_schema_of_the_plan_is_published() {
    published("docs/reference/plan.schema.json", &schema_of::<o11n::plan::Plan>());
}

#[test]
fn the_schema_of_the_trace_is_published() {
    published("docs/reference/trace.schema.json", &schema_of::<o11n::machine::Document>());
}

#[test]
fn the_schema_of_reliability_is_published() {
    published("docs/reference/reliability.schema.json", &schema_of::<o11n::machine::reliability::Document>());
}

#[test]
fn the_schema_of_simulations_is_published() {
    published("docs/reference/simulation.schema.json", &schema_of::<o11n::simulate::Document>());
}

#[test]
fn the_schema_of_sweeps_of_simulations_is_published() {
    published("docs/reference/sweep.schema.json", &schema_of::<o11n::simulate::Sweep>());
}

#[test]
fn the_schema_of_advice_is_published() {
    published("docs/reference/advice.schema.json", &schema_of::<o11n::simulate::Advice>());
}

#[test]
fn the_schema_of_explanations_of_a_wait_is_published() {
    published("docs/reference/explanation.schema.json", &schema_of::<o11n::simulate::Explanation>());
}

#[test]
fn the_schema_of_portability_reports_is_published() {
    published("docs/reference/port.schema.json", &schema_of::<target::portability::Document>());
}

#[test]
fn the_schema_of_differences_is_published() {
    published("docs/reference/diff.schema.json", &schema_of::<o11n::machine::Difference>());
}

#[test]
fn the_schemas_of_the_protocol_for_external_targets_are_published() {
    published("docs/reference/target-request.schema.json", &schema_of::<target::protocol::Request<'_>>());
    published("docs/reference/target-answer.schema.json", &schema_of::<target::protocol::Answer>());
}

/// One document a string: as a value, in a list, nested below a key, and as a key.
#[derive(Serialize)]
struct Nasty<'a> {
    value: yaml::Text,
    list: [yaml::Text; 2],
    nested: [IndexMap<&'a str, yaml::Text>; 1],
    key: IndexMap<&'a str, &'a str>,
}

fn nasty() -> Vec<String> {
    serde_json::from_str(include_str!("emit/nasty.json")).unwrap()
}

fn nasty_document(text: &str) -> String {
    yaml::document(&Nasty {
        value: text.into(),
        list: [text.into(), text.into()],
        nested: [IndexMap::from([("deep", text.into()), ("after", "it".into())])],
        key: IndexMap::from([(text, "it")]),
    })
}

#[test]
fn nasty_strings_read_back_as_they_were() {
    let mut wrong = Vec::new();
    for text in nasty() {
        let document = nasty_document(&text);
        let wanted = serde_json::json!({
            "value": text, "list": [text, text], "nested": [{ "deep": text, "after": "it" }], "key": { text.as_str(): "it" }
        });
        match yaml::parse(&document) {
            Ok(read) if read == wanted => {}
            read => wrong.push(format!("{text:?}: {read:?}\n{document}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// For the readers of other languages: `nasty.json` beside this file says what each document must read as.
#[test]
fn nasty_documents_are_written_for_other_readers() {
    let documents: Vec<String> = nasty().iter().map(|text| format!("---\n{}", nasty_document(text))).collect();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("nasty.yaml"), documents.concat()).unwrap();
}
