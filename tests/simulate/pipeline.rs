//! The plan of a pipeline that a test has as text.

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, Planned};
use o11n::plan::Inputs;

pub(crate) fn planned(text: &str) -> Planned {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), text.as_bytes().to_vec());
    let planned = driver::plan(&world, &RootPath::resolve(None, "main.o11n").unwrap(), None, &Inputs::default());
    assert!(planned.plan.is_some(), "{:#?}", planned.diagnostics);
    planned
}
