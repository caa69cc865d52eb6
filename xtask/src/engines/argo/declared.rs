//! Where Argo's run differs from the machine's, as the compiler warns.

use super::super::conformance::judge::{Declared, Excuse};

pub const DECLARED: &[Declared] = &[
    Declared {
        case: "declared: an attempt that takes too long, where the code of a kill is listed",
        feature: "`exit_codes`",
        differs: &["test is unstable, not failed", "test/a is unstable, not timed_out", "the pipeline is unstable, not failed"],
        by_chance: false,
    },
    Declared {
        case: "declared: a success that is to be tried again",
        feature: "`retry`",
        differs: &[
            "test is succeeded, not failed",
            "test/a is succeeded, not failed",
            "test/a attempt by attempt is succeeded (0), not succeeded (0), failed (1)",
            "the pipeline is succeeded, not failed",
        ],
        by_chance: false,
    },
    Declared {
        case: "declared: what is cached, though its need did not pass",
        feature: "`needs`",
        differs: &["test/b is skipped, not cached"],
        by_chance: false,
    },
    Declared {
        case: "declared: what waits for a lock takes no slot",
        feature: "`lock`",
        differs: &[
            "attempt 1 of test/b started before attempt 1 of test/c",
            "attempt 1 of test/c started before attempt 1 of test/a had ended",
        ],
        by_chance: true,
    },
    Declared {
        case: "needs: needs inside a stage: what nobody needs fails",
        feature: "rule 3 (substages in parallel, `needs`)",
        differs: &[
            "attempt 1 of build/doc started before attempt 1 of build/app",
            // It took the slot that was for `app`.
            "attempt 1 of build/doc started before attempt 1 of build/lint had ended",
        ],
        by_chance: true,
    },
];

pub const EXCUSES: &[Excuse] = &[
    Excuse { feature: "rule 3 (substages in parallel, `needs`)", explains: is_about_order },
    Excuse { feature: "`lock`", explains: is_about_order },
    // What follows from these can be anything.
    Excuse { feature: "`exit_codes`", explains: |_, _| true },
    Excuse { feature: "`needs`", explains: |_, _| true },
];

/// Who started before whom; and all that follows where an attempt was to end after another one had started, which waited for it.
fn is_about_order(difference: &str, notes: &[String]) -> bool {
    difference.contains(" started before ") || notes.iter().any(|note| note.contains("waited in vain for `S "))
}
