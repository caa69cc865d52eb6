//! The examples: without a finding, laid out, compiled to what `examples/expected` holds, their scenarios passed; and what is
//! said when a line of one is broken, in `tests/broken_examples`.
//!
//! `BLESS=1 cargo test --test compiled_examples` rewrites what is expected; read it before it is committed.

use std::fs;
use std::path::Path;

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, Outcome};
use o11n::diag::Diagnostic;
use o11n::diag::render::{Format, render};
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;
use o11n::{lint, sema, syntax, target};

const EXAMPLES: [&str; 5] = ["boards", "daily", "regression", "release", "tvm"];

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
    let plan::Built { plan, diagnostics, .. } =
        plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
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
        for (number, artifact) in emitted.artifacts.iter().enumerate() {
            // A second one is for another engine.
            let (_, kind) = artifact.path.rsplit_once('.').unwrap();
            let ending = if number == 0 { ending.to_owned() } else { format!("{target_name}.{kind}") };
            let path = root().join(format!("examples/expected/{name}.{ending}"));
            if std::env::var_os("BLESS").is_some() {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &artifact.text).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert!(artifact.text == expected, "{} is out of date; bless it and read the difference", path.display());
        }
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
fn every_example_compiles_for_kubernetes_with_its_driver() {
    let target = target::by_name("kubernetes").unwrap();
    let options = target::Options { given: vec![("driver".into(), "job".into())], ..target::Options::default() };
    // Boards that are agents of Jenkins are out of its reach.
    for name in EXAMPLES.into_iter().filter(|name| *name != "boards") {
        let emitted = target::emit(target, &plan_of(name), &options);
        let errors: Vec<_> = emitted.diagnostics.iter().filter(|found| found.is_error()).map(|found| &found.message).collect();
        assert!(errors.is_empty() && emitted.artifacts.len() == 1, "{name}: {errors:?}");
    }
}

#[test]
fn every_example_compiles_to_the_expected_jenkinsfile() {
    compiles_as_expected("jenkins", "Jenkinsfile");
}

#[test]
fn every_example_compiles_to_the_expected_dag() {
    compiles_as_expected("airflow", "airflow.py");
}

#[test]
fn every_example_compiles_to_the_expected_driver() {
    let drivers = EXAMPLES.map(|name| {
        let emitted = target::emit(target::by_name("jenkins-taskbook").unwrap(), &plan_of(name), &target::Options::default());
        let errors: Vec<_> = emitted.diagnostics.iter().filter(|found| found.is_error()).map(|found| &found.message).collect();
        assert!(errors.is_empty() && emitted.artifacts.len() == 1, "{name}: {errors:?}");
        let text = emitted.artifacts[0].text.replace(&format!("'{name}'"), "NAME");
        text.split_once("@Field").unwrap().1.to_owned()
    });
    assert!(drivers.iter().all(|driver| *driver == drivers[0]), "the driver depends on nothing but the pipeline's name");
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

/// A line of the examples, what becomes of it, and the scenarios that notice: the case's name, the example that is tested, the
/// file, what is replaced, by what, and the scenarios in their order.
type Broken = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const BROKEN: &[Broken] = &[
    (
        "compile-errors-no-longer-abort",
        "regression",
        "lib/policies.o11n",
        "on_error = abort",
        "on_error = continue",
        &["a compile error stops everything but the message"],
    ),
    (
        "red-tests-stop-the-run",
        "regression",
        "lib/policies.o11n",
        "policy flaky {\n  on_error = continue",
        "policy flaky {\n  on_error = finish",
        &["a red test hides no other"],
    ),
    (
        "slower-programs-are-red",
        "regression",
        "lib/policies.o11n",
        "80 = unstable  75 = lost",
        "75 = lost",
        &["a slower program is yellow"],
    ),
    (
        "lost-boards-are-not-tried-again",
        "regression",
        "lib/policies.o11n",
        "on = [lost, timed_out, exit(137)]",
        "on = [timed_out, exit(137)]",
        &["a board that falls off the bus is tried again"],
    ),
    (
        "the-message-needs-success",
        "regression",
        "regression.o11n",
        "    when = always\n",
        "",
        &["a compile error stops everything but the message"],
    ),
    (
        "all-seeds-must-pass",
        "regression",
        "regression.o11n",
        "dispatch { copies = 3  need = 2 }",
        "dispatch { copies = 3  need = 3 }",
        &["one bad seed of three is no news"],
    ),
    (
        "the-night-is-too-long",
        "regression",
        "regression.o11n",
        "    parallel = 2\n",
        "    parallel = 1\n",
        &["the night fits before work begins"],
    ),
    (
        "publications-are-not-taken-back",
        "release",
        "release.o11n",
        "failed(\"publish\") or failed(\"smoke\")",
        "failed(\"smoke\")",
        &["half a publication is taken back"],
    ),
    (
        "rehearsals-publish",
        "release",
        "release.o11n",
        "  if not rehearsal {",
        "  if rehearsal or not rehearsal {",
        &["a rehearsal publishes nothing"],
    ),
    (
        "broken-models-are-red",
        "daily",
        "daily.o11n",
        "    policy = measured\n",
        "",
        &["一台机器丢了，换一台再来", "一个模型变差，其他照常"],
    ),
    ("a-download-is-tried-twice", "daily", "daily.o11n", "retry { limit = 2", "retry { limit = 1", &["数据没有准备好就不训练"]),
    (
        "one-platform-costs-all",
        "tvm",
        "tvm.o11n",
        "  stage build {\n    on_error = continue\n",
        "  stage build {\n",
        &["a broken build of one platform costs only its own tests", "the second spot instance goes too"],
    ),
];

/// As [`BROKEN`], but what notices are properties.
const UNSAFE: &[Broken] = &[
    (
        "tests-hide-tests",
        "regression",
        "lib/policies.o11n",
        "policy flaky {\n  on_error = continue",
        "policy flaky {\n  on_error = finish",
        &["no test hides another"],
    ),
    ("nobody-hears-of-it", "regression", "regression.o11n", "    when = always\n", "", &["the team always hears of it"]),
    (
        "broken-releases-stay-out",
        "release",
        "release.o11n",
        "failed(\"publish\") or failed(\"smoke\")",
        "failed(\"smoke\")",
        &["what went out broken comes back"],
    ),
];

fn verified(world: &MemoryWorld, name: &str) -> Outcome {
    driver::verify(world, &RootPath::resolve(None, &format!("examples/{name}.o11n")).unwrap(), 100_000)
}

fn tested(world: &MemoryWorld, name: &str) -> Outcome {
    driver::test(world, &RootPath::resolve(None, &format!("examples/{name}.o11n")).unwrap())
}

fn says_nothing(outcome: &Outcome) {
    let said = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
    assert!(outcome.diagnostics.is_empty(), "{said}");
}

#[test]
fn every_scenario_of_the_examples_passes() {
    EXAMPLES.iter().for_each(|name| says_nothing(&tested(&world(), name)));
}

#[test]
fn every_property_of_the_examples_holds_and_every_law() {
    EXAMPLES.iter().for_each(|name| says_nothing(&verified(&world(), name)));
}

#[test]
fn a_broken_line_is_noticed_by_a_scenario_that_says_why() {
    notices(BROKEN, "in", tested);
}

#[test]
fn a_broken_line_is_noticed_by_a_property_that_says_why() {
    notices(UNSAFE, "", verified);
}

/// `word`: what a finding says before the name of what noticed.
fn notices(cases: &[Broken], word: &str, run: fn(&MemoryWorld, &str) -> Outcome) {
    for (case, name, file, from, to, noticing) in cases {
        let mut world = world();
        let text = world.files.get_mut(format!("examples/{file}").as_str()).unwrap();
        let original = String::from_utf8(std::mem::take(text)).unwrap();
        assert!(original.contains(from), "{case}: `{from}` is not in {file}");
        *text = original.replace(from, to).into_bytes();
        let outcome = run(&world, name);
        let named = |found: &Diagnostic| {
            noticing.iter().find(|noticing| found.message.starts_with(format!("{word} {noticing:?}").trim_start())).copied()
        };
        let mut noticed: Vec<Option<&str>> = outcome.diagnostics.iter().map(named).collect();
        noticed.dedup();
        let said = render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources);
        let mut expected: Vec<Option<&str>> = noticing.iter().map(|noticing| Some(*noticing)).collect();
        expected.sort_unstable();
        noticed.sort_unstable();
        assert_eq!(noticed, expected, "{case}:\n{said}");
        let golden = root().join(format!("tests/broken_examples/{case}.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(golden.parent().unwrap()).unwrap();
            fs::write(&golden, &said).unwrap();
        }
        assert!(fs::read_to_string(&golden).unwrap_or_default() == said, "{case} is out of date; bless it and read it:\n{said}");
    }
}
