//! The examples: without a finding, laid out, and compiled to what `examples/expected` holds.
//!
//! `BLESS=1 cargo test --test compiled_examples` rewrites what is expected; read it before it is committed.

use std::fs;
use std::path::Path;

use o11n::base::{MemoryWorld, RootPath};
use o11n::diag::Diagnostic;
use o11n::diag::render::{Format, render};
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;
use o11n::{lint, sema, syntax, target};

const EXAMPLES: [&str; 4] = ["daily", "regression", "release", "tvm"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Puts a folder's files into a world; their names begin with `prefix`.
fn gather(folder: &Path, prefix: &str, world: &mut MemoryWorld) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), &name, world);
        } else {
            world.files.insert(name.into(), fs::read(entry.path()).unwrap());
        }
    }
}

/// The examples, and an environment that holds nothing but what names the run.
fn world() -> MemoryWorld {
    let mut world = MemoryWorld::default();
    gather(&root().join("examples"), "examples", &mut world);
    world.env.insert("JOB_NAME".into(), "nightly".into());
    world.env.insert("BUILD_ID".into(), "4711".into());
    world
}

fn analysed(world: &MemoryWorld, path: &str) -> sema::Analysis {
    sema::analyze(world, &RootPath::resolve(None, path).unwrap(), &target::settings())
}

/// The plan of an example with its defaults, a required parameter as in `sample`.
fn plan_of(name: &str) -> Plan {
    let world = world();
    let mut analysis = analysed(&world, &format!("examples/{name}.o11n"));
    let inputs = Inputs { sample: true, ..Inputs::default() };
    let plan::Built { plan, diagnostics } = plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
    assert!(diagnostics.is_empty(), "{}", render(Format::Short, &diagnostics, &analysis.sources));
    plan.expect("a plan without diagnostics is there")
}

/// Compares a target's output with what is expected.
fn compiles_as_expected(target_name: &str, ending: &str) {
    let target = target::by_name(target_name).unwrap();
    for name in EXAMPLES {
        let emitted = target::emit(target, &plan_of(name), &target::Options::default());
        let errors: Vec<_> = emitted.diagnostics.iter().filter(|diagnostic| Diagnostic::is_error(diagnostic)).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let [artifact] = emitted.artifacts.as_slice() else { panic!("{name}: {} files", emitted.artifacts.len()) };
        let path = root().join(format!("examples/expected/{name}.{ending}"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &artifact.text).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(artifact.text == expected, "{} is out of date; bless it and read the difference", path.display());
    }
}

#[test]
fn every_example_compiles_to_the_expected_taskbook() {
    compiles_as_expected("taskbook", "taskbook.json");
}

#[test]
fn every_example_compiles_to_the_expected_workflow() {
    compiles_as_expected("argo", "argo.yaml");
}

#[test]
fn no_example_has_a_finding() {
    let world = world();
    for path in world.files.keys().filter(|path| path.ends_with(".o11n")) {
        let analysis = analysed(&world, path);
        let mut found = analysis.diagnostics.clone();
        found.extend(lint::check(&analysis));
        assert!(found.is_empty(), "{}", render(Format::Short, &found, &analysis.sources));
    }
}

#[test]
fn every_example_says_what_it_shows_and_stands_in_the_table() {
    let table = fs::read_to_string(root().join("examples/README.md")).unwrap();
    for name in EXAMPLES {
        let text = fs::read_to_string(root().join(format!("examples/{name}.o11n"))).unwrap();
        assert!(text.starts_with("//! "), "{name} does not begin with what it shows");
        assert!(table.contains(&format!("]({name}.o11n)")), "{name} is not in examples/README.md");
    }
}

#[test]
fn the_regression_is_of_a_real_size() {
    let plan = plan_of("regression");
    assert!(plan.substages().count() >= 30, "{}", plan.substages().count());
    let modes: std::collections::BTreeSet<_> =
        plan.substages().filter_map(|(_, substage)| Some(substage.hardware.as_ref()?.name.clone())).collect();
    assert!(modes.len() >= 5, "{modes:?}");
}
#[test]
fn examples_and_library_are_laid_out() {
    let mut world = world();
    gather(&root().join("stdlib"), "stdlib", &mut world);
    for (path, text) in world.files.iter().filter(|(path, _)| path.ends_with(".o11n")) {
        let text = std::str::from_utf8(text).unwrap();
        assert!(syntax::fmt::format(text).as_deref() == Ok(text), "`o11n fmt` changes {path}");
    }
}
