//! Every `tests/parse/*.o11n` against the tree (`.ast`) and the diagnostics (`.diag`) beside it, and the laws of parsing.
//! `BLESS=1` rewrites what lies beside.

#[path = "parse/dump.rs"]
mod dump;
#[path = "parse/laws.rs"]
mod laws;

use std::fmt::Write as _;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use o11n::base::{SourceMap, Span};
use o11n::diag::Diagnostic;
use o11n::syntax;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of cases is part of the repository")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "o11n"))
        .collect();
    cases.sort();
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&path))
        })
        .collect();
    trials.extend(laws::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let mut sources = SourceMap::default();
    let file = sources.add("case.o11n", text.as_str());
    let parse = syntax::parse(file, &text);
    let leaves: String = parse.cst.leaves(&text).into_iter().map(|leaf| &text[leaf.range]).collect();
    if leaves != text {
        return Err("the leaves of the tree are not the source".into());
    }
    let diagnostics: String = parse.diagnostics.iter().map(|diagnostic| shown(diagnostic, &sources)).collect();
    compare(&path.with_extension("diag"), &diagnostics)?;
    compare(&path.with_extension("ast"), &dump::file(&parse.ast, dump::Spans::Shown))
}

/// An absent file is an empty one.
fn compare(path: &Path, actual: &str) -> Result<(), Failed> {
    if std::env::var_os("BLESS").is_some() {
        if actual.is_empty() {
            let _ = std::fs::remove_file(path);
        } else {
            std::fs::write(path, actual)?;
        }
        return Ok(());
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual { Ok(()) } else { Err(format!("{}: expected\n{expected}\nbut it is\n{actual}", path.display()).into()) }
}

/// Every label with its exact place and text, then notes, help and fix.
fn shown(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = |span: Span| {
        let position = sources.position(span);
        format!("{}:{} {:?}", position.line, position.column, sources.text(span))
    };
    let mut out = format!("{}: {}\n", diagnostic.code.id(), diagnostic.message);
    for label in &diagnostic.labels {
        let _ = writeln!(out, "  at {}: {}", place(label.span), label.text);
    }
    for note in &diagnostic.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  help: {help}");
    }
    if let Some(fix) = &diagnostic.fix {
        let _ = writeln!(out, "  fix: {}", fix.title);
        for (span, text) in &fix.edits {
            let _ = writeln!(out, "    {} -> {text:?}", place(*span));
        }
    }
    out
}
