//! Cases of `tests/emit/TARGET`: a source and, beside it, the file that the target makes of it (`.yaml`, `.json`, `.py`), and what is
//! said of it (`.txt`). Arguments stand in the first line: `// args: --kind cron`. `BLESS=1` writes what comes of it now.

#[expect(dead_code, reason = "other tests use the rest")]
mod examples;
mod golden;

use std::fs;
use std::path::{Path, PathBuf};

use examples::Example;
use golden::golden;
use libtest_mimic::{Arguments, Failed, Trial};
use o11n::base::RootPath;
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::diag::render::{Format, render};
use o11n::plan::{self, Inputs};
use o11n::sema::hir::PipelineId;
use o11n::target::{self, Artifact};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emit");
    let mut trials = Vec::new();
    for target in target::ALL {
        let mut cases: Vec<PathBuf> =
            fs::read_dir(root.join(target.name())).unwrap().map(|entry| entry.unwrap().path()).collect();
        cases.retain(|path| path.extension().is_some_and(|extension| extension == "o11n"));
        cases.sort();
        assert!(!cases.is_empty(), "no cases for {}", target.name());
        trials.extend(cases.into_iter().map(|case| {
            let name = format!("{}/{}", target.name(), case.file_stem().expect("a file has a name").to_string_lossy());
            Trial::test(name, move || run(*target, &case))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(target: &dyn target::Target, case: &Path) -> Result<(), Failed> {
    let example = Example::parse(&fs::read(case)?);
    let (artifacts, said) = emit(target, &example);
    let mut artifacts = artifacts.into_iter();
    let text = artifacts.next().map(|artifact| artifact.text);
    // More are for another engine.
    for artifact in artifacts {
        let (_, kind) = artifact.path.rsplit_once('.').expect("a file has an ending");
        golden(&case.with_extension(kind), Some(&artifact.text))?;
    }
    let (extension, text) = match target.name() {
        "airflow" => ("py", text.map(|text| without_runtime(&text))),
        "argo" => ("yaml", text),
        "kubernetes" => ("yaml", text.map(|text| without_program(&text))),
        "jenkins" => ("groovy", text),
        "jenkins-taskbook" => ("groovy", text.map(|text| without_driver(&text))),
        _ => ("json", text),
    };
    golden(&case.with_extension(extension), text.as_deref())?;
    golden(&case.with_extension("txt"), Some(said.as_str()).filter(|said| !said.is_empty()))
}

/// A DAG file whose runtime, which is the same in all, shows only what it imports and which parts it has.
fn without_runtime(text: &str) -> String {
    let Some((header, rest)) = text.split_once("from __future__") else { return text.to_owned() };
    let own = ["\nTEXT_1 = ", "\nPOD_1 = ", "\n\nwith DAG("].iter().filter_map(|start| rest.find(start)).min().unwrap_or(0);
    let (runtime, dag) = rest.split_at(own);
    let is_shown = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic()) && !line.starts_with("def ");
    let parts: String = runtime.split_inclusive('\n').skip(1).filter(is_shown).collect();
    format!("{header}{parts}…\n{dag}")
}

/// A file of Kubernetes without the text of the driver's program, which is the same in all, nor what follows from it.
fn without_program(text: &str) -> String {
    let mut is_program = false;
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("  driver.sh: ") || line.starts_with("  rules.awk: ") {
            is_program = true;
            kept.push_str(line);
            kept.push_str("    …\n");
        } else if !line.starts_with("   ") && line.len() > 1 {
            is_program = false;
        }
        if is_program {
            continue;
        }
        match line.split_once("-driver-") {
            Some((before, digest)) if digest.ends_with("-1\n") => kept.push_str(&format!("{before}-driver-…-1\n")),
            _ => kept.push_str(line),
        }
    }
    kept
}

/// A driver without what is the same for all pipelines.
fn without_driver(text: &str) -> String {
    let (head, driver) = text.split_once(DRIVER).expect("the driver begins somewhere");
    static FIRST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    assert_eq!(FIRST.get_or_init(|| driver.to_owned()), driver, "the driver is the same for all pipelines");
    format!("{head}{DRIVER}\n…\n")
}

/// How it begins.
const DRIVER: &str = "\nList theStages = openTaskbook()";

/// The files that the target makes of the first pipeline, and what is said.
fn emit(target: &dyn target::Target, example: &Example) -> (Vec<Artifact>, String) {
    let main = RootPath::resolve(None, &example.main).expect("the name of the main file is a path");
    let mut analysis = driver::analyze(&example.world, &main);
    let mut found = std::mem::take(&mut analysis.diagnostics);
    let mut artifacts = Vec::new();
    if !found.iter().any(Diagnostic::is_error) {
        let inputs = Inputs { sample: true, ..Inputs::default() };
        let built = plan::build(&analysis.program, PipelineId(0), &inputs, &example.world, &mut analysis.sources);
        found.extend(built.diagnostics);
        if let Some(mut plan) = built.plan {
            let words: Vec<&str> = example.args.as_deref().unwrap_or_default().split_ascii_whitespace().collect();
            let request = o11n::cli::request(&words, &example.world).expect("the arguments are right");
            if let Some(stub) = request.stub {
                found.extend(plan::stub(&mut plan, stub, &example.world));
            }
            let emitted = target::emit(target, &plan, &request.options);
            assert_eq!(
                emitted.artifacts,
                target::emit(target, &plan, &request.options).artifacts,
                "the same plan, the same bytes"
            );
            found.extend(emitted.diagnostics);
            artifacts = emitted.artifacts;
        }
    }
    (artifacts, render(Format::Human { colour: false }, &found, &analysis.sources))
}
