//! What a change is worth: the same weeks with it and without it, in which all that is in both has the same fortune.

use o11n::base::Duration;
use o11n::simulate::{Policy, Study, Week, Worth, read_load, worth};

use crate::pipeline::planned;

const LOAD: &str = "length = \"2d\"\nspread = 0.5\n[takes]\n\"s/long\" = \"1h\"\n\"s/x\" = \"4m\"\n[flakes]\n\"s/*\" = { lost = 0.2 }\n[runs.r]\nper_hour = 3\n";

fn source(shards: u32, executors: u32, parallel: u32) -> String {
    format!(
        "cluster c {{ agent \"a\" {{ executors = {executors} }} }}\n\
         pipeline p {{\n  retry {{ limit = 2 }}\n  stage s {{\n    parallel = {parallel}\n    substage x {{ run = \"x\"  shards = {shards} }}\n    \
         substage long {{ run = \"x\" }}\n  }}\n}}\n"
    )
}

/// What it is worth to have the second instead of the first, over so many weeks.
fn compared(before: &str, after: &str, seeds: u64) -> Worth {
    let (before, after) = (planned(before), planned(after));
    let plan = before.plan.as_ref().unwrap();
    let base = Study::new(plan, &before.clusters[0], read_load(LOAD, plan).unwrap()).unwrap();
    let changed = base.changed(after.plan.as_ref().unwrap(), &after.clusters[0], Duration(0)).unwrap();
    let policy = Policy::parse("fifo").unwrap();
    let weeks =
        |study: &Study<'_>| -> Vec<Week> { (0..seeds).map(|week| study.follow(&policy, week, &|_| true).unwrap()).collect() };
    worth(&weeks(&base), &weeks(&changed))
}

#[test]
fn what_changes_nothing_is_worth_nothing() {
    let unchanged =
        |worth: &Worth| (worth.duration_change.mean, worth.duration_p95_change.mean, worth.recommended) == (0.0, 0.0, false);
    // More slots than there is anything for, and more machines than anything runs on.
    assert!(unchanged(&compared(&source(2, 500, 3), &source(2, 500, 30), 2)));
    assert!(unchanged(&compared(&source(2, 500, 3), &source(2, 501, 3), 1)));
    // Other shards beside what is on the path: it takes as long and is lost as often as before.
    let shards = compared(&source(2, 500, 30), &source(8, 500, 30), 2);
    assert!(shards.duration_change.mean.abs() < 0.01 * shards.duration, "{shards:?}");
}

#[test]
fn what_helps_is_told_from_chance() {
    let helps = compared(&source(2, 4, 3), &source(2, 8, 3), 3);
    let half_width = helps.duration_change.half_width.unwrap();
    assert!(helps.recommended && helps.duration_change.mean + half_width < 0.0, "{helps:?}");
    let worse = compared(&source(2, 8, 3), &source(2, 4, 3), 3);
    assert!(!worse.recommended, "{worse:?}");
    // The reverse of the one is the other.
    assert!((helps.duration_change.mean + worse.duration_change.mean).abs() < 1e-6);
}
