//! Two texts, line by line.

use std::fmt::Write as _;
use std::ops::Range;

use similar::DiffTag;
use similar::algorithms::{Capture, Replace, myers};

/// Lines that differ, and those around them.
pub(super) struct Hunk<'t> {
    before: Range<usize>,
    after: Range<usize>,
    /// Each with its sign, and with its end of line if it has one.
    pub(super) lines: Vec<(char, &'t str)>,
}

/// What differs, with so many lines around it.
pub(super) fn hunks<'t>(before: &'t str, after: &'t str, around: usize) -> Vec<Hunk<'t>> {
    let [before, after] = [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let mut found = Replace::new(Capture::new());
    let Ok(()) = myers::diff(&mut found, &before, 0..before.len(), &after, 0..after.len());
    let mut hunks = Vec::new();
    for group in found.into_inner().into_grouped_ops(around) {
        let mut lines = Vec::new();
        for op in &group {
            let (tag, old, new) = op.as_tag_tuple();
            let [removed, added] = [('-', &before[old.clone()]), ('+', &after[new])]
                .map(|(sign, lines)| lines.iter().map(move |line| (sign, *line)));
            match tag {
                DiffTag::Equal => lines.extend(before[old].iter().map(|line| (' ', *line))),
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => lines.extend(removed.chain(added)),
            }
        }
        if let (Some(first), Some(last)) = (group.first(), group.last()) {
            let [before, after] = [first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end];
            hunks.push(Hunk { before, after, lines });
        }
    }
    hunks
}

/// How a file changes, as `patch -p0` reads it.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let mut out = format!("--- {name}\n+++ {name}\n");
    for hunk in hunks(before, after, 3) {
        let _ = writeln!(out, "@@ -{} +{} @@", place(&hunk.before), place(&hunk.after));
        for (sign, line) in hunk.lines {
            let _ = write!(out, "{sign}{line}");
            if !line.ends_with('\n') {
                out += "\n\\ No newline at end of file\n";
            }
        }
    }
    out
}

/// The first line and how many; of none, the line before.
fn place(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn what_differs_is_as_patch_reads_it() {
        let before = "one\ntwo\n3\n4\n5\n6\n7\n8\n9\nten";
        let after = "two\n3\n4\n5\n6\n7\n8\n9\nten\nmore\n";
        let expected = "--- a\n+++ a\n@@ -1,4 +1,3 @@\n-one\n two\n 3\n 4\n@@ -7,4 +6,5 @@\n 7\n 8\n 9\n-ten\n\
                        \\ No newline at end of file\n+ten\n+more\n";
        assert_eq!(unified("a", before, after), expected);
        assert_eq!(unified("a", "", "x\n"), "--- a\n+++ a\n@@ -0,0 +1 @@\n+x\n");
    }
}
