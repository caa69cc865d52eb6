//! What emission costs, next to writing the same values once more as YAML: the floor that a target cannot go below.

use divan::Bencher;
use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;
use o11n::target::{self, Options, yaml};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// By a loop: one template for all. Written out: each has a script of its own.
#[derive(Clone, Copy, Debug)]
enum Form {
    Loop(usize),
    Written(usize),
}

const FORMS: [Form; 4] = [Form::Loop(1_000), Form::Loop(10_000), Form::Written(1_000), Form::Written(10_000)];
const TARGETS: [&str; 3] = ["argo", "taskbook", "json"];

fn plan(form: Form) -> Plan {
    let body = |run: &str| format!("env {{ MODE = \"fast\" }}  retry = 2  timeout = 10m  run = \"make -j{run}\"");
    let stage = |at: usize, substages: String| format!("stage s{at} {{ {substages} }}\n");
    let (count, inner): (usize, Box<dyn Fn(usize) -> String>) = match form {
        Form::Loop(count) => (
            count,
            Box::new(|at| format!("for n in range(1000) {{ substage \"t{at}-${{{{ n }}}}\" {{ {} }} }}", body("${{ n }}"))),
        ),
        Form::Written(count) => {
            (count, Box::new(|at| (0..1_000).map(|n| format!("substage t{at}_{n} {{ {} }}\n", body(&n.to_string()))).collect()))
        }
    };
    let stages: String = (0..count / 1_000).map(|at| stage(at, inner(at))).collect();
    // One object, so that the floor is one document.
    let source = format!("pipeline many {{ target argo {{ max_size = 1TiB }}\n{stages} }}");
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.into_bytes());
    let main = RootPath::resolve(None, "main.o11n").expect("a plain name");
    let mut analysis = driver::analyze(&world, &main);
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
    built.plan.expect("the source is right")
}

#[divan::bench(args = FORMS, consts = [0, 1, 2])]
fn emit<const TARGET: usize>(bencher: Bencher, form: &Form) {
    let plan = plan(*form);
    let target = target::by_name(TARGETS[TARGET]).expect("it is in the list");
    bencher.bench(|| target::emit(target, &plan, &Options::default()));
}

/// The same values as plain data, written as YAML. Our reader refuses more than 250,000 nodes, so only the smaller ones.
#[divan::bench(args = [Form::Loop(1_000), Form::Written(1_000)])]
fn floor_of_argo(bencher: Bencher, form: &Form) {
    let target = target::by_name("argo").expect("it is in the list");
    let emitted = target::emit(target, &plan(*form), &Options::default());
    let value = yaml::parse(&emitted.artifacts[0].text).expect("it is one document");
    bencher.bench(|| yaml::document(&value));
}
