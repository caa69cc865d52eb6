//! Every `tests/fmt/*.o11n` against the layout beside it (`.out`); the same text where there is none. And the laws of layout.
//! `BLESS=1` rewrites what lies beside.

#[path = "parse/dump.rs"]
mod dump;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use o11n::base::FileId;
use o11n::syntax::{self, LeafKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials: Vec<Trial> = Vec::new();
    for path in sources(&root.join("tests/fmt")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(Trial::test(name, move || run(&path)));
    }
    let texts: Vec<(PathBuf, String)> = ["tests/fmt", "tests/parse", "examples", "stdlib"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)))
        .filter(|(_, text)| syntax::parse(FileId(0), text).diagnostics.is_empty())
        .collect();
    for (path, text) in texts {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        trials.push(Trial::test(format!("laws::{name}"), move || any_layout(&text)));
    }
    trials.push(Trial::test("laws::a_file_with_mistakes_is_refused", refuses_mistakes));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// All sources below a folder, in order of their paths.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else if path.extension().is_some_and(|extension| extension == "o11n") {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}

fn format(text: &str) -> Result<String, String> {
    syntax::fmt::format(text).map_err(|diagnostics| format!("{text}\nhas mistakes: {:?}", diagnostics.first()))
}

fn run(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let formatted = format(&text)?;
    let beside = path.with_extension("out");
    if std::env::var_os("BLESS").is_some() {
        if formatted == text {
            let _ = std::fs::remove_file(&beside);
        } else {
            std::fs::write(&beside, &formatted)?;
        }
        return Ok(());
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or(text);
    if expected == formatted { Ok(()) } else { Err(format!("expected\n{expected}\nbut it is\n{formatted}").into()) }
}

fn meaning(text: &str) -> String {
    dump::file(&syntax::parse(FileId(0), text).ast, dump::Spans::Hidden)
}

/// The comments, sorted: one inside an expression moves before it.
fn comments(text: &str) -> Vec<&str> {
    let leaves = syntax::parse(FileId(0), text).cst.leaves(text);
    let mut comments: Vec<&str> =
        leaves.into_iter().filter(|leaf| leaf.kind == LeafKind::Comment).map(|leaf| text[leaf.range].trim_end()).collect();
    comments.sort_unstable();
    comments
}

/// Formatting again changes nothing; tree and comments stay; no line ends in blanks or is too long without need.
fn check(text: &str) -> Result<(), String> {
    let formatted = format(text)?;
    let again = format(&formatted)?;
    if again != formatted {
        return Err(format!("{text}\nis laid out as\n{formatted}\nand that as\n{again}"));
    }
    if meaning(&formatted) != meaning(text) {
        return Err(format!("{text}\nbecomes another tree:\n{formatted}"));
    }
    if comments(&formatted) != comments(text) {
        return Err(format!("{text}\nloses a comment:\n{formatted}"));
    }
    Ok(())
}

/// White space between tokens, jumbled.
const BLANKS: &[&str] =
    &[" ", "  ", "\n", "\n\n\n", "\t", "\r\n", " // remark\n", "\n// remark\n", "\n\n  // remark  \n\n", "\n/// note\n"];

fn any_layout(text: &str) -> Result<(), Failed> {
    check(text)?;
    let leaves = syntax::parse(FileId(0), text).cst.leaves(text);
    // A long text has as many places to jumble, and costs as much more.
    let cases = (60_000 / text.len().max(1)).clamp(4, 40) as u32;
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let edits = prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(BLANKS.to_vec())), 1..12);
    TestRunner::new(config)
        .run(&edits, |edits| {
            let mut blanks: Vec<&str> = leaves.iter().map(|leaf| &text[leaf.range.clone()]).collect();
            for (at, blank) in edits {
                let at = at.index(leaves.len());
                let follows_comment = at > 0 && leaves[at - 1].kind == LeafKind::Comment;
                if leaves[at].kind == LeafKind::Blank && !follows_comment {
                    blanks[at] = blank;
                }
            }
            let jumbled = blanks.concat();
            if syntax::parse(FileId(0), &jumbled).diagnostics.is_empty() {
                check(&jumbled).map_err(TestCaseError::fail)
            } else {
                Ok(())
            }
        })
        .map_err(|error| error.to_string().into())
}

fn refuses_mistakes() -> Result<(), Failed> {
    match syntax::fmt::format("pipeline p { x = }") {
        Err(diagnostics) if !diagnostics.is_empty() => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
