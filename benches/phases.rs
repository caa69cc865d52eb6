//! What each phase before emission costs (`benches/emit.rs` has that); whole processes: `cargo xtask bench`.

#[path = "../xtask/src/bench/sources.rs"]
mod sources;

use divan::{Bencher, black_box};
use o11n::base::{FileId, MemoryWorld, RootPath};
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;
use o11n::sema::{Analysis, analyze};
use o11n::{syntax, target};
use sources::Form;

const BY_A_LOOP: [usize; 4] = [20, 1_000, 10_000, 100_000];
/// More would be no file any more: one may have 8 MiB.
const WRITTEN_OUT: [usize; 3] = [20, 1_000, 10_000];

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // The program gives itself as much stack.
    let benchmarks = std::thread::Builder::new().stack_size(16 << 20).spawn(divan::main).expect("a thread");
    benchmarks.join().expect("the benchmarks end");
}

fn world(form: Form, substages: usize) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), sources::source(form, substages).into_bytes());
    world
}

fn analysed(world: &MemoryWorld) -> Analysis {
    let root = RootPath::resolve(None, "main.o11n").expect("a path");
    let analysis = analyze(world, &root, &target::settings());
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics[0]);
    analysis
}

fn planned(world: &MemoryWorld, analysis: &mut Analysis) -> Plan {
    let inputs = Inputs { limit: Some(100_000_000), ..Inputs::default() };
    let built = plan::build(&analysis.program, PipelineId(0), &inputs, world, &mut analysis.sources);
    built.plan.unwrap_or_else(|| panic!("{:?}", built.diagnostics[0]))
}

#[divan::bench(args = WRITTEN_OUT)]
fn parse(bencher: Bencher<'_, '_>, substages: usize) {
    let text = sources::source(Form::WrittenOut, substages);
    bencher.bench(|| syntax::parse(FileId(0), black_box(&text)));
}

/// Parsing included.
#[divan::bench(args = WRITTEN_OUT)]
fn check(bencher: Bencher<'_, '_>, substages: usize) {
    let world = world(Form::WrittenOut, substages);
    bencher.bench(|| analysed(black_box(&world)));
}

#[divan::bench(args = WRITTEN_OUT)]
fn lint(bencher: Bencher<'_, '_>, substages: usize) {
    let analysis = analysed(&world(Form::WrittenOut, substages));
    bencher.bench(|| o11n::lint::check(black_box(&analysis)));
}

#[divan::bench(args = WRITTEN_OUT)]
fn plan_written_out(bencher: Bencher<'_, '_>, substages: usize) {
    let world = world(Form::WrittenOut, substages);
    let mut analysis = analysed(&world);
    bencher.bench_local(|| planned(&world, &mut analysis));
}

#[divan::bench(args = BY_A_LOOP)]
fn plan_by_a_loop(bencher: Bencher<'_, '_>, substages: usize) {
    let world = world(Form::Loop, substages);
    let mut analysis = analysed(&world);
    bencher.bench_local(|| planned(&world, &mut analysis));
}
