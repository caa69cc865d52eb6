//! Dry runs without a process: how fakes are read, and how a run is drawn.

mod fakes;

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::{Inputs, Plan};

/// The plan of a file's only pipeline.
fn plan(source: &str) -> Plan {
    let world = MemoryWorld { files: [("main.o11n".into(), source.as_bytes().to_vec())].into(), ..MemoryWorld::default() };
    let planned = driver::plan(&world, &RootPath::resolve(None, "main.o11n").unwrap(), None, &Inputs::default());
    planned.plan.unwrap_or_else(|| panic!("{:#?}", planned.diagnostics))
}
