//! What verification costs: the real example, and pipelines that grow.

use std::fs;
use std::path::Path;

use divan::{Bencher, black_box};
use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, answer, questions};
use o11n::machine::Fakes;
use o11n::machine::verify::{Space, Verdict};
use o11n::sema::Analysis;

fn main() {
    divan::main();
}

/// The examples as they lie on the disk.
fn gather(folder: &Path, prefix: &str, world: &mut MemoryWorld) {
    for entry in fs::read_dir(folder).expect("the examples").map(|entry| entry.expect("an entry")) {
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        match entry.path() {
            path if path.is_dir() => gather(&path, &name, world),
            path => drop(world.files.insert(name.into(), fs::read(path).expect("a file"))),
        }
    }
}

fn regression() -> (MemoryWorld, RootPath) {
    let mut world = MemoryWorld::default();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), "examples", &mut world);
    (world, RootPath::resolve(None, "examples/regression.o11n").expect("a path"))
}

/// From the source: all properties and the laws.
#[divan::bench]
fn the_regression_from_its_source(bencher: Bencher<'_, '_>) {
    let (world, file) = regression();
    bencher.bench(|| {
        let outcome = driver::verify(black_box(&world), &file, 100_000);
        assert!(outcome.diagnostics.is_empty());
    });
}

/// The same, read already: planning and exploring.
#[divan::bench]
fn the_regression_read_already(bencher: Bencher<'_, '_>) {
    let (world, file) = regression();
    let analysis = driver::analyze(&world, &file);
    bencher.bench(|| {
        for question in questions(&analysis.program) {
            assert!(!answer(black_box(&world), &analysis, question, 100_000).outcome.has_errors());
        }
    });
}

/// A row of builds, a test that needs each of them, a deployment, a message.
fn grown(substages: usize) -> (MemoryWorld, RootPath) {
    let text = format!(
        r#"pipeline p {{
  stage build {{
    on_error = abort
    parallel = 8
    retry {{ limit = 2  on = [lost] }}
    for i in range({substages} / 2) {{ substage "b${{{{ i }}}}" {{ run = "x" }} }}
  }}
  stage test {{
    on_error = continue
    retry = 1
    for i in range({substages} / 2) {{ substage "t${{{{ i }}}}" {{ needs = ["build/b${{{{ i }}}}"]  run = "x" }} }}
  }}
  stage deploy {{ when = succeeded  substage push {{ run = "x" }} }}
  stage report {{ when = always  substage mail {{ on_error = ignore  run = "x" }} }}

  property "the team always hears of it" {{ expect "report" ran }}
  property "what is red is not deployed" {{ expect "deploy" not ran when failed("build") or failed("test") }}
  property "a red test hides no other" {{ expect "test/*" ran when succeeded("build") }}
}}
"#
    );
    let world = MemoryWorld { files: [("main.o11n".into(), text.into_bytes())].into(), ..MemoryWorld::default() };
    (world, RootPath::resolve(None, "main.o11n").expect("a path"))
}

/// All questions but reading.
#[divan::bench(sample_count = 10, args = [20, 100, 1_000, 10_000])]
fn grown_read_already(bencher: Bencher<'_, '_>, substages: usize) {
    let (world, file) = grown(substages);
    let analysis: Analysis = driver::analyze(&world, &file);
    bencher.bench(|| {
        for question in questions(&analysis.program) {
            let answer = answer(black_box(&world), &analysis, question, 1_000_000);
            assert!(!answer.outcome.has_errors(), "{:?}", answer.outcome.diagnostics);
        }
    });
}

/// What no reduction helps: which of thirty passed is read much later.
#[divan::bench(sample_count = 10, args = [1_000, 10_000, 100_000, 500_000])]
fn states(bencher: Bencher<'_, '_>, states: u64) {
    let needs: Vec<String> = (0..30).map(|at| format!("succeeded(\"build/b{at}\")")).collect();
    let text = format!(
        r#"pipeline p {{
  stage build {{ on_error = continue  for i in range(30) {{ substage "b${{{{ i }}}}" {{ run = "x" }} }} }}
  property "p" {{ expect pipeline = succeeded when not ({}) and {} }}
}}
"#,
        needs.join(" and "),
        needs.iter().rev().cloned().collect::<Vec<_>>().join(" and ")
    );
    let world = MemoryWorld { files: [("main.o11n".into(), text.into_bytes())].into(), ..MemoryWorld::default() };
    let planned = driver::plan(&world, &RootPath::resolve(None, "main.o11n").expect("a path"), None, &Default::default());
    let plan = planned.plan.expect("a plan");
    let expect = &planned.analysis.program.pipelines[0].scenarios[0].expects[0];
    let expectation = o11n::machine::Expectation::resolve(&plan, expect);
    let given = Fakes::new(&plan);
    let space = Space::new(&plan, &given);
    bencher.bench_local(|| {
        let finding = space.verify(black_box(&expectation), states);
        assert!(matches!(finding.verdict, Verdict::Cut { .. }) && finding.explored == states);
    });
}
