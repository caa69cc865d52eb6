//! Dry runs without a process: how fakes are read, and how a run is drawn.

mod fakes;
mod views;

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::{driver, rehearsal};
use o11n::machine::Trace;
use o11n::plan::{Inputs, Plan};

fn world(source: &str) -> (MemoryWorld, RootPath) {
    let world = MemoryWorld { files: [("main.o11n".into(), source.as_bytes().to_vec())].into(), ..MemoryWorld::default() };
    (world, RootPath::resolve(None, "main.o11n").unwrap())
}

/// The plan of a file's only pipeline.
fn plan(source: &str) -> Plan {
    let (world, file) = world(source);
    let planned = driver::plan(&world, &file, None, &Inputs::default());
    planned.plan.unwrap_or_else(|| panic!("{:#?}", planned.diagnostics))
}

/// What the command does with these arguments.
fn run(source: &str, args: &[&str]) -> (Plan, Trace) {
    let (world, file) = world(source);
    let (name, inputs, rules) = rehearsal(args, &world).unwrap();
    let (outcome, ran) = driver::dry_run(&world, &file, name.as_deref(), &inputs, &rules);
    ran.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}
