//! A defect of ours ends in a diagnostic like any other trouble, not in a stack trace.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crate::diag::{Code, Diagnostic};

/// What the last panic said, and where.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from writing to the terminal by themselves.
pub(super) fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(panic.to_string());
        }
    }));
}

/// The result of some work, or `E0999` if it panicked.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Box<Diagnostic>> {
    // What the work has borrowed is not looked at after a panic.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let said = LAST.lock().ok().and_then(|mut last| last.take()).unwrap_or_default();
        let defect = Diagnostic::new(Code::Internal, "o11n has a defect and could not go on");
        Box::new(defect.note(said).help("please report it, with the files that show it"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_diagnostic_that_says_where() {
        silence_panics();
        let defect = guarded(|| panic!("something")).map(|(): ()| ()).expect_err("a panic");
        assert_eq!(defect.code, Code::Internal);
        assert!(defect.notes[0].contains("src/cli/defect.rs") && defect.notes[0].contains("something"), "{:?}", defect.notes);
        assert_eq!(guarded(|| 1).ok(), Some(1));
    }
}
