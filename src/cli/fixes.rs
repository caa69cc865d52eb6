//! `o11n check --fix`: applies the mends that diagnostics carry.
//!
//! A mend is applied whole or not at all, and never over another one; what it leaves is looked at again. Files are written
//! only when nothing is left to do, each whole.

use super::disk::DiskWorld;
use super::driver::{self, Merged};
use super::edits::{Edited, replaced};
use super::output::{unwritable, write_file};
use crate::base::{RootPath, SourceMap, Span};
use crate::diag::{Diagnostic, Fix};

/// Times that the result is mended again: a mend can uncover the next mistake.
const ROUNDS: usize = 10;

/// Mends what the check of these files finds. Returns how many mends were made, and what could not be written.
pub(super) fn mend(disk: &DiskWorld, files: &[RootPath], target: Option<&str>) -> (usize, Vec<Diagnostic>) {
    let mut world = Edited::new(disk);
    let mut made = 0;
    for _ in 0..ROUNDS {
        let mut merged = Merged::default();
        for file in files {
            let outcome = driver::check(&world, file, target);
            merged.absorb(&outcome.sources, outcome.diagnostics);
        }
        let outcome = merged.finish();
        let fixes = outcome.diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        let changed = apply(fixes, &outcome.sources, |path| files.iter().find(|file| file.as_str() == path).cloned());
        if changed.count == 0 {
            break;
        }
        made += changed.count;
        world.files.extend(changed.files);
    }
    let mut problems = Vec::new();
    for (file, text) in &world.files {
        let path = disk.disk_path(file);
        problems.extend(write_file(&path, text.as_bytes()).err().map(|error| *unwritable(&path, &error)));
    }
    (made, problems)
}

/// What one round made.
struct Changed {
    count: usize,
    files: Vec<(RootPath, String)>,
}

/// Applies all fixes that touch only files that may be written and no place that an earlier fix touches.
fn apply<'a>(fixes: impl Iterator<Item = &'a Fix>, sources: &SourceMap, writable: impl Fn(&str) -> Option<RootPath>) -> Changed {
    let mut accepted: Vec<(Span, &str)> = Vec::new();
    let mut count = 0;
    for fix in fixes {
        let is_welcome = fix.edits.iter().all(|(span, _)| {
            let file = sources.find(span.file);
            file.is_some_and(|file| writable(&file.path).is_some() && file.text.get(span.range()).is_some())
                && !accepted.iter().any(|(other, _)| touches(*span, *other))
        });
        if is_welcome && !fix.edits.is_empty() {
            accepted.extend(fix.edits.iter().map(|(span, text)| (*span, text.as_str())));
            count += 1;
        }
    }
    let files = replaced(accepted, sources).into_iter().filter_map(|(path, text)| Some((writable(&path)?, text))).collect();
    Changed { count, files }
}

/// Whether two edits overlap, or insert at one place.
fn touches(a: Span, b: Span) -> bool {
    a.file == b.file && (a.start < b.end && b.start < a.end || a.start == b.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_that_touch_wait_for_the_next_round_whole() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.o11n", "one two three");
        let elsewhere = sources.add("std/git", "x");
        let fix = |edits: &[(usize, usize, &str)]| Fix {
            title: String::new(),
            edits: edits.iter().map(|(start, end, text)| (Span::new(file, *start, *end), (*text).to_owned())).collect(),
        };
        let foreign = Fix { title: String::new(), edits: vec![(Span::new(elsewhere, 0, 1), String::new())] };
        let fixes = [fix(&[(4, 7, "2")]), fix(&[(0, 3, "1"), (6, 8, "!")]), fix(&[(8, 13, "3")]), foreign, fix(&[(8, 8, "+")])];
        let changed = apply(fixes.iter(), &sources, |path| RootPath::resolve(None, path).filter(|_| path == "a.o11n"));
        assert_eq!(changed.count, 2);
        assert_eq!(changed.files[0].1, "one 2 3");
    }
}
