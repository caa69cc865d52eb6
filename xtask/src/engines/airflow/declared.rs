//! Where Airflow's run differs from the machine's, as the compiler warns.

use super::super::conformance::judge::{Declared, Excuse};

pub const DECLARED: &[Declared] = &[Declared {
    // Its slot is free while another waits between two attempts.
    case: "deadlines: deadline: all hang",
    feature: "`retry`",
    differs: &["test/waits is timed_out, not cancelled"],
    by_chance: false,
}];

/// What was seen to happen, of what the compiler warns of, explains what follows from it.
pub const EXCUSES: &[Excuse] = &[
    Excuse { feature: "`retry`", explains: |_, notes| was_seen("`retry`: ", notes) },
    Excuse { feature: "`lock`", explains: |_, notes| was_seen("`lock`: ", notes) },
    Excuse { feature: "`dispatch`", explains: |_, notes| was_seen("`dispatch`: ", notes) },
];

fn was_seen(feature: &str, notes: &[String]) -> bool {
    notes.iter().any(|note| note.starts_with(feature))
}
