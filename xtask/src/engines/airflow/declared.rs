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

/// What was seen to happen, of what the compiler warns of, explains what follows from it.
pub const EXCUSES: &[Excuse] = &[
    Excuse { feature: RETRY, explains: |_, notes| was_seen("`retry`: ", notes) },
    Excuse { feature: "`lock`", explains: |_, notes| was_seen("`lock`: ", notes) },
    Excuse { feature: "`dispatch`", explains: |_, notes| was_seen("`dispatch`: ", notes) },
];

fn was_seen(feature: &str, notes: &[String]) -> bool {
    notes.iter().any(|note| note.starts_with(feature))
}
