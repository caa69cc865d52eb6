//! What the machine costs, in outcomes of substages a second.

use divan::Bencher;
use divan::counter::ItemsCount;
use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::machine::{Attempt, Behaviour, Document, End, Machine, Outcome};
use o11n::plan::{self, Inputs, Plan, SubstageRef};
use o11n::sema::hir::PipelineId;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Thirty substages, as a nightly run has them: needs, retries, a dispatch, shards, a lock, a stage that always runs.
const NIGHTLY: &str = r#"
    stage build { for m in ["a", "b", "c", "d", "e", "f", "g", "h"] { substage "${{ m }}" { run = "x"  retry = 2 } } }
    stage unit { parallel = 4  substage t { run = "x"  shards = 12  on_error = continue  timeout = 10m } }
    stage board {
        for n in range(6) { substage "b${{ n }}" { run = "x"  lock = ["board-${{ n % 2 }}"]  needs = ["build/a"] } }
        substage fuzz { run = "x"  dispatch { copies = 3  need = 2 } }
    }
    stage report { when = always  substage merge { run = "x" }  substage mail { run = "x"  needs = ["report/merge"]  on_error = ignore } }
    stage alarm { when = failed  substage page { run = "x"  on_error = ignore } }
"#;

const FORMS: &[(&str, &str)] = &[
    ("side by side", "stage s { substage x { run = \"x\"  shards = 100000 } }"),
    ("eight slots", "stage s { parallel = 8  substage x { run = \"x\"  shards = 100000 } }"),
    ("one lock", "stage s { substage x { run = \"x\"  shards = 100000  lock = [\"board\"] } }"),
    (
        "families",
        "stage s { substage x { run = \"x\"  shards = 50000 }  substage y { run = \"x\"  shards = 100  needs = [\"s/x\"] } }
         stage t { substage z { run = \"x\"  shards = 49900  needs = [\"s/y\"] } }",
    ),
    ("retries", "stage s { substage x { run = \"x\"  shards = 100000  retry { limit = 2  delay = 10s } } }"),
    (
        "two of three",
        "stage s { for n in range(33000) { substage \"x${{ n }}\" { run = \"x\"  dispatch { copies = 3  need = 2 } } } }",
    ),
];

fn planned(stages: &str) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), format!("pipeline p {{ {stages} }}").into_bytes());
    let mut analysis = driver::analyze(&world, &RootPath::resolve(None, "main.o11n").expect("a plain name"));
    let inputs = Inputs { limit: Some(100_000_000), ..Inputs::default() };
    let built = plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
    built.plan.unwrap_or_else(|| panic!("{:#?}", built.diagnostics))
}

/// All end well but every nth attempt, in an order of its own; durations differ.
struct Mixed {
    one_bad_in: u32,
}

impl Behaviour for Mixed {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let hash = (at.stage.wrapping_mul(31) ^ at.substage.wrapping_mul(0x9e37_79b1) ^ (replica << 8) ^ attempt)
            .wrapping_mul(0x85eb_ca6b);
        let end = if (hash >> 8).is_multiple_of(self.one_bad_in) { End::Exit(1) } else { End::Exit(0) };
        Attempt { end, takes: Duration(i64::from(hash % 600_000)) }
    }
}

/// A plan run again and again, as `verify` does.
#[divan::bench(args = [1_000_000, 10])]
fn nightly_again(bencher: Bencher<'_, '_>, one_bad_in: u32) {
    let plan = planned(NIGHTLY);
    let mut machine = Machine::new(&plan);
    let behaviour = Mixed { one_bad_in };
    bencher.counter(ItemsCount::new(plan.substages().count())).bench_local(|| machine.run(&behaviour).outcome);
}

/// The same, the plan made ready each time.
#[divan::bench]
fn nightly_once(bencher: Bencher<'_, '_>) {
    let plan = planned(NIGHTLY);
    let count = ItemsCount::new(plan.substages().count());
    bencher.counter(count).bench_local(|| o11n::machine::run(&plan, &Mixed { one_bad_in: 10 }));
}

#[divan::bench(args = FORMS.iter().map(|form| form.0), sample_count = 20)]
fn hundred_thousand(bencher: Bencher<'_, '_>, form: &str) {
    let (_, stages) = FORMS.iter().find(|(name, _)| *name == form).expect("it is in the list");
    let plan = planned(stages);
    let mut machine = Machine::new(&plan);
    bencher.counter(ItemsCount::new(plan.substages().count())).bench_local(|| machine.run(&Mixed { one_bad_in: 10 }).outcome);
}

#[divan::bench(sample_count = 20)]
fn document(bencher: Bencher<'_, '_>) {
    let plan = planned(FORMS[1].1);
    let trace = o11n::machine::run(&plan, &Mixed { one_bad_in: 10 });
    assert_eq!(trace.outcome, Outcome::Failed);
    bencher.counter(ItemsCount::new(plan.substages().count())).bench_local(|| Document::new(&plan, &trace));
}
