//! Where Airflow's run differs from the machine's, as the compiler warns.

use super::super::conformance::judge::{Declared, Excuse};

pub const DECLARED: &[Declared] = &[Declared {
    // Its slot is free while another waits between two attempts.
    case: "deadlines: deadline: all hang",
    feature: "`retry`",
    differs: &["test/waits is timed_out, not cancelled"],
    by_chance: false,
}];

pub const EXCUSES: &[Excuse] = &[
    // Between two attempts another one may take the slot or the lock.
    Excuse { feature: "`retry`", explains: |difference, _| difference.contains(" started before ") },
    Excuse { feature: "`lock`", explains: |difference, _| difference.contains(" started before ") },
    // Copies that wait for slots start when the dispatch may be decided already.
    Excuse {
        feature: "`dispatch`",
        explains: |difference, _| difference.contains(" started before ") || difference.contains("attempt by attempt"),
    },
];
