//! What cases expect lies beside them, in files.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;

/// Compares what came of a case with what its file says; nothing is a file that is not there. `BLESS=1` writes what came.
pub(crate) fn golden(path: &Path, text: Option<&str>) -> Result<(), Failed> {
    if std::env::var_os("BLESS").is_some() {
        match text {
            Some(text) => fs::write(path, text)?,
            None if path.exists() => fs::remove_file(path)?,
            None => {}
        }
        return Ok(());
    }
    let expected = if path.exists() { Some(fs::read_to_string(path)?) } else { None };
    if expected.as_deref() == text {
        return Ok(());
    }
    let (expected, text) = (expected.unwrap_or_default(), text.unwrap_or_default());
    let difference = o11n::view::unified("expected, then now", &expected, text);
    Err(format!("{} (`BLESS=1` writes what comes of it now):\n{difference}", path.display()).into())
}
