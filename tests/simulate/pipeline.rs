//! The plan of a pipeline that a test has as text.

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, Planned};
use o11n::plan::Inputs;

/// None where the text has a mistake.
pub(crate) fn planned_if_sound(text: &str) -> Option<Planned> {
    let planned = any(text);
    planned.plan.is_some().then_some(planned)
}

pub(crate) fn planned(text: &str) -> Planned {
    let planned = any(text);
    assert!(planned.plan.is_some(), "{:#?}", planned.diagnostics);
    planned
}

fn any(text: &str) -> Planned {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), text.as_bytes().to_vec());
    driver::plan(&world, &RootPath::resolve(None, "main.o11n").unwrap(), None, &Inputs::default())
}
