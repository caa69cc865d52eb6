//! Cases of `tests/ui`: a source and, beside it, all that is said of it, drawn for people. `BLESS=1` writes what is said now.

mod examples;
mod golden;

use std::fs;
use std::path::{Path, PathBuf};

use examples::Example;
use golden::golden;
use libtest_mimic::{Arguments, Failed, Trial};
use o11n::diag::render::{Format, render};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let cases = cases(&root);
    assert!(!cases.is_empty(), "no cases in {}", root.display());
    let trials = cases.into_iter().map(|case| {
        let name = case.strip_prefix(&root).expect("cases lie below the root").with_extension("").display().to_string();
        Trial::test(name, move || run(&case))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// Every `.o11n` file, and every folder with a `main.o11n`, which is one case.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "o11n");
    entries
        .into_iter()
        .flat_map(|path| match path.is_dir() {
            true if path.join("main.o11n").exists() => vec![path],
            true => cases(&path),
            false => Vec::from_iter(Some(path).filter(is_source)),
        })
        .collect()
}

fn run(case: &Path) -> Result<(), Failed> {
    let main = if case.is_dir() { case.join("main.o11n") } else { case.to_owned() };
    let mut example = Example::parse(&fs::read(main)?);
    if case.is_dir() {
        gather(case, case, &mut example);
    }
    let outcome = example.run();
    let said = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
    golden(&case.with_extension("stderr"), Some(&said))
}

/// Adds the files of a case that is a folder, by their names in it.
fn gather(case: &Path, folder: &Path, example: &mut Example) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(case, &path, example);
        } else {
            let name = path.strip_prefix(case).expect("files lie in their case").to_str().expect("names are UTF-8");
            example.world.files.insert(name.replace('\\', "/").into(), fs::read(&path).unwrap());
        }
    }
}
