//! What the pages say is true: their examples are compiled, and every code of the catalogue has its page and its case.

mod examples;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use examples::Example;
use o11n::diag::render::{Format, render};
use o11n::diag::{CATALOGUE, Diagnostic, Entry};

/// Codes that no example can give: the code, and why.
const WITHOUT_EXAMPLE: &[(&str, &str)] = &[
    ("E0008", "the file would have more than 8 MiB; tests/cli.rs makes one"),
    ("E0009", "a page is text; tests/cli.rs writes other bytes"),
    ("E0015", "the text would have to be built to be slow; tests/parse.rs builds it"),
    ("E0605", "needs a program beside; tests/cli/external.rs writes some"),
    ("W0603", "needs a program beside; tests/cli/external.rs writes one"),
    ("E0901", "the path of a command line; tests/cli.rs names one that is not there"),
    ("E0902", "a disk that refuses; tests/cli.rs writes into a folder that is none"),
    ("E0999", "a defect of ours; src/cli/defect.rs has one on purpose"),
];

/// Codes without a case in `tests/ui`: the code, and why.
const WITHOUT_CASE: &[(&str, &str)] = &[
    ("E0008", "tests/cli.rs makes the file: it is too large to keep"),
    ("E0605", "tests/cli/external.rs"),
    ("W0603", "tests/cli/external.rs"),
    ("E0901", "the path of a command line; tests/cli.rs"),
    ("E0902", "the path of a command line; tests/cli.rs"),
    ("E0999", "a defect of ours; src/cli/defect.rs"),
];

/// A fenced block of a page.
struct Block {
    /// What follows the opening fence.
    info: String,
    text: String,
    /// Of the opening fence, from 1.
    line: usize,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The fenced blocks of a page. A fence of four or more shows another page and is skipped.
fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let fence: String = line.chars().take_while(|&c| c == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != fence).collect();
        if fence.len() == 3 {
            let text = body.iter().map(|line| format!("{line}\n")).collect();
            found.push(Block { info: line[3..].trim().to_owned(), text, line: number + 1 });
        }
    }
    found
}

/// All that is said of an example.
fn said(block: &Block) -> (Vec<Diagnostic>, String) {
    let outcome = Example::parse(block.text.as_bytes()).run();
    let drawn = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
    (outcome.diagnostics, drawn)
}

fn problems_of(entry: &Entry) -> Vec<String> {
    let mut problems = Vec::new();
    if entry.page.lines().next() != Some(&format!("# {}: {}", entry.id, entry.title)) {
        problems.push(format!("{}: the first line is not `# {}: {}`", entry.id, entry.id, entry.title));
    }
    let blocks = blocks(entry.page);
    let count = |info: &str| blocks.iter().filter(|block| block.info == info).count();
    let is_excepted = WITHOUT_EXAMPLE.iter().any(|(code, _)| *code == entry.id);
    if is_excepted != (count("o11n fails") == 0 && count("o11n works") == 0) {
        problems.push(format!("{}: it has examples and is excepted, or neither", entry.id));
    }
    if !is_excepted && (count("o11n fails") == 0 || count("o11n works") == 0) {
        problems.push(format!("{}: a failing or a mended example is missing", entry.id));
    }
    for block in &blocks {
        let codes = |found: &[Diagnostic]| found.iter().map(|diagnostic| diagnostic.code.id()).collect::<BTreeSet<_>>();
        let (found, drawn) = match block.info.as_str() {
            "o11n fails" | "o11n works" => said(block),
            _ => continue,
        };
        let wanted = if block.info == "o11n fails" { BTreeSet::from([entry.id]) } else { BTreeSet::new() };
        if codes(&found) != wanted {
            let wanted = if wanted.is_empty() { "nothing" } else { "its code alone" };
            problems.push(format!("{}:{}: the example should give {wanted}; it gives\n{drawn}", entry.id, block.line));
        }
    }
    problems
}

#[test]
fn failing_examples_give_their_code_and_mended_ones_nothing() {
    let problems: Vec<String> = CATALOGUE.iter().flat_map(problems_of).collect();
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let mut drawn = String::new();
    let mut open = vec![root().join("tests/ui")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            drawn += &fs::read_to_string(&path).unwrap();
        }
    }
    let missing: Vec<&str> = CATALOGUE
        .iter()
        .map(|entry| entry.id)
        .filter(|id| drawn.contains(&format!("[{id}]")) == WITHOUT_CASE.iter().any(|(code, _)| code == id))
        .collect();
    assert!(missing.is_empty(), "codes without a case, or with one although excepted: {missing:?}");
}

#[test]
fn every_page_belongs_to_a_code() {
    for entry in fs::read_dir(root().join("docs/errors")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.trim_end_matches(".md");
        assert!(name == "README.md" || CATALOGUE.iter().any(|entry| entry.id == code), "docs/errors/{name} explains no code");
    }
}

/// The pages that a newcomer reads.
fn guide() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs/guide")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.extend([root().join("README.md")]);
    pages.sort();
    pages
}

#[test]
fn the_guide_shows_what_compiles() {
    let mut problems = Vec::new();
    for page in guide() {
        let name = page.strip_prefix(root()).unwrap_or(Path::new("")).display().to_string();
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            let should_fail = match block.info.as_str() {
                "o11n" | "o11n works" => false,
                "o11n fails" => true,
                _ => continue,
            };
            let (found, drawn) = said(&block);
            if should_fail != found.iter().any(Diagnostic::is_error) || !should_fail && !found.is_empty() {
                problems.push(format!("{name}:{}\n{drawn}", block.line));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_guide_is_laid_out_as_fmt_does() {
    for page in guide() {
        for block in blocks(&fs::read_to_string(&page).unwrap()).iter().filter(|block| block.info == "o11n") {
            for (name, text) in Example::parse(block.text.as_bytes()).world.files {
                if name.ends_with(".o11n") {
                    let text = String::from_utf8(text).unwrap();
                    let laid_out = o11n::syntax::fmt::format(&text).expect("the block is right");
                    assert_eq!(text.trim_end(), laid_out.trim_end(), "{}:{}: {name}", page.display(), block.line);
                }
            }
        }
    }
}

/// Scenarios of the guide are right about their pipelines.
#[test]
fn the_guide_shows_scenarios_that_pass() {
    let mut count = 0;
    for page in guide() {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            if block.info != "o11n" || !block.text.contains("  scenario \"") {
                continue;
            }
            let outcome = Example::parse(format!("// args: test\n{}", block.text).as_bytes()).run();
            let drawn = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
            assert!(outcome.diagnostics.is_empty(), "{}:{}\n{drawn}", page.display(), block.line);
            count += 1;
        }
    }
    assert!(count >= 2, "{count}");
}

/// Properties of the guide hold, and so do the laws of the pipelines that have some.
#[test]
fn the_guide_shows_properties_that_hold() {
    let mut count = 0;
    for page in guide() {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            if block.info != "o11n" || !block.text.contains("  property \"") {
                continue;
            }
            let outcome = Example::parse(format!("// args: verify\n{}", block.text).as_bytes()).run();
            let drawn = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
            assert!(outcome.diagnostics.is_empty(), "{}:{}\n{drawn}", page.display(), block.line);
            count += 1;
        }
    }
    assert!(count >= 1, "{count}");
}

/// A stranger runs the tests as the README says, and so does continuous integration.
#[test]
fn the_readme_tells_the_test_command_that_ci_runs() {
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let command = page.lines().find(|line| line.contains("# run the tests")).and_then(|line| line.split(" #").next());
    let command = command.expect("README.md tells how to run the tests").trim();
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line.starts_with(&format!("step test {command}"))), "`.ci/run` does not run `{command}`");
}

/// The README shows parts of what its example compiles to: lines of the output in their order, `…` for what is left out.
#[test]
fn the_readme_shows_what_comes_out() {
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&page);
    let source = &blocks.iter().find(|block| block.info == "o11n").unwrap().text;
    for (info, target) in [("json", "taskbook"), ("yaml", "argo")] {
        let shown = &blocks.iter().find(|block| block.info == info).unwrap().text;
        let text = format!("// args: --target {target}\n{source}");
        let outcome = Example::parse(text.as_bytes()).run();
        let mut output = outcome.artifacts.iter().flat_map(|artifact| artifact.text.lines());
        for line in shown.lines().filter(|line| line.trim() != "…") {
            assert!(output.any(|printed| printed == line), "the {target} that README.md shows has a line of its own:\n{line}");
        }
    }
}
