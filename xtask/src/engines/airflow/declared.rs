//! Where Airflow's run differs from the machine's, as the compiler warns.

use super::super::conformance::judge::{Declared, Excuse};

/// In all of them another takes the slot or the lock of what waits between two attempts.
const RETRY: &str = "`retry`";

const SLOT_TAKEN: &[&str] = &["attempt 1 of test/sibling started before attempt 2 of test/it had ended"];
const LOCK_TAKEN: &[&str] = &[
    "attempt 1 of test/sibling started before attempt 1 of test/last had ended",
    "attempt 1 of test/sibling started before attempt 2 of test/it had ended",
];
const LOCK_LOST: &[&str] = &[
    "attempt 1 of test/b started before attempt 1 of test/d had ended",
    "attempt 1 of test/b started before attempt 2 of test/a",
    "attempt 1 of test/b started before attempt 2 of test/a had ended",
];

pub const DECLARED: &[Declared] = &[
    Declared {
        case: "deadlines: deadline: all hang",
        feature: RETRY,
        differs: &["test/waits is timed_out, not cancelled"],
        by_chance: false,
    },
    Declared { case: "pairs: retry and lock: it fails", feature: RETRY, differs: LOCK_TAKEN, by_chance: false },
    Declared { case: "pairs: retry and lock: it passes", feature: RETRY, differs: LOCK_TAKEN, by_chance: false },
    Declared { case: "pairs: retry and parallel: it fails", feature: RETRY, differs: SLOT_TAKEN, by_chance: false },
    Declared { case: "pairs: retry and parallel: it passes", feature: RETRY, differs: SLOT_TAKEN, by_chance: false },
    Declared { case: "slots: locks: given back by a failure", feature: RETRY, differs: LOCK_LOST, by_chance: false },
    Declared { case: "slots: locks: kept between two attempts", feature: RETRY, differs: LOCK_LOST, by_chance: false },
    Declared {
        case: "slots: slots: a back-off keeps its slot",
        feature: RETRY,
        differs: &[
            "attempt 1 of test/b started before attempt 1 of test/d had ended",
            "attempt 1 of test/c started before attempt 1 of test/b had ended",
        ],
        by_chance: false,
    },
];

/// What was seen to happen in a stage, of what the compiler warns of, explains what follows from it there.
pub const EXCUSES: &[Excuse] = &[
    Excuse { feature: RETRY, explains: |found, notes| follows_from("`retry`", found, notes) },
    Excuse { feature: "`lock`", explains: |found, notes| follows_from("`lock`", found, notes) },
    Excuse { feature: "`dispatch`", explains: |found, notes| follows_from("`dispatch`", found, notes) },
];

/// Others start earlier or later, so an abort or a deadline cuts others. What ends by itself ends alike, unless bodies waited for others
/// that could not start: until something's time was over, so that no clock says any more what it says on the machine.
fn follows_from(feature: &str, found: &str, notes: &[String]) -> bool {
    let happened_in = |stage: &str| notes.iter().any(|note| note.starts_with(&format!("{feature} in {stage}")));
    if happened_in("") && notes.iter().any(|note| note.contains(" waited in vain for ")) {
        return true;
    }
    let stage_of = |name: &str| name.split('/').next().is_some_and(|stage| happened_in(&format!("{stage}: ")));
    if let Some((attempt, _)) = found.split_once(" started before ") {
        return attempt.split_once(" of ").is_some_and(|(_, path)| stage_of(path));
    }
    let Some((what, (got, wanted))) = found.split_once(" is ").and_then(|(what, how)| Some((what, how.split_once(", not ")?)))
    else {
        return false;
    };
    let is_cut = |outcome: &str| ["timed_out", "cancelled", "skipped"].contains(&outcome);
    match what.split_once(" attempt by attempt") {
        Some((path, _)) => {
            let [got, wanted] = [got, wanted].map(|attempts| if attempts == "nothing" { "" } else { attempts });
            stage_of(path) && (got.starts_with(wanted) || wanted.starts_with(got))
        }
        None => stage_of(what) && (is_cut(got) || is_cut(wanted)),
    }
}

#[cfg(test)]
mod tests {
    use super::follows_from;

    #[test]
    fn a_cause_explains_what_it_can_and_no_more() {
        let notes = ["`retry` in test: test/a started between two attempts of test/b".to_owned()];
        let explained = |found: &str| follows_from("`retry`", found, &notes);
        assert!(explained("attempt 1 of test/a started before attempt 2 of test/b"));
        assert!(explained("test/a is timed_out, not succeeded"));
        assert!(explained("test/a#2 attempt by attempt is failed (1), not failed (1), succeeded"));
        assert!(explained("test/a attempt by attempt is nothing, not failed (1)"));
        assert!(!explained("test/a is failed, not succeeded"));
        assert!(!explained("test/a attempt by attempt is failed (2), not failed (1)"));
        assert!(!explained("attempt 1 of build/a started before attempt 2 of build/b"));
        assert!(!explained("the pipeline is succeeded, not failed"));
        assert!(!follows_from("`lock`", "test/a is timed_out, not succeeded", &notes));
        let in_vain = [notes[0].clone(), "? test/a#1@1 waited in vain for ['S test/b#1@1']\t15.2".to_owned()];
        assert!(follows_from("`retry`", "the pipeline is succeeded, not failed", &in_vain));
        assert!(!follows_from("`lock`", "the pipeline is succeeded, not failed", &in_vain));
        assert!(!follows_from("`retry`", "the pipeline is succeeded, not failed", &in_vain[1..]));
    }
}
