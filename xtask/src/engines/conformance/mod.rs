//! One table of cases for all engines: a pipeline, how its attempts end, and what the machine makes of it.
//!
//! An engine compiles the cases for its target, runs what came out with those ends, and says what it saw in the machine's words.
//! That is compared outcome by outcome and attempt by attempt; times are not. A difference is a failure, unless the compiler warns
//! of it and the engine declares it.

pub mod case;
mod compare;
pub mod compiled;
mod generated;
pub mod judge;
pub mod observed;
mod pairs;
pub mod whole;

use super::Arguments;
use crate::{project, tools};
use anyhow::Result;
use case::Case;
use o11n::base::{Duration, RootPath};
use o11n::cli::DiskWorld;
use std::fs;

/// Each scenario in these files is a case.
const TABLE: &str = "tests/engines/conformance";

/// Longer and larger runs of the examples are left to the machine: engines have no virtual time.
const PATIENCE: Duration = Duration(120_000);
const MOST: usize = 50;

/// The whole table: what people wrote, what is made by combination, what is drawn at random.
pub fn all(arguments: &Arguments) -> Result<Vec<Case>> {
    let mut cases = written(TABLE)?;
    cases.extend(examples()?);
    cases.extend(case::of_source("policies", &pairs::policies())?);
    cases.extend(case::of_source("pairs", &pairs::features())?);
    cases.extend(generated::cases(arguments.seed, arguments.generated, &generated::features())?);
    Ok(cases)
}

/// Random pipelines of one stage whose substages know nothing of each other.
pub fn of_one_stage(arguments: &Arguments) -> Result<Vec<Case>> {
    generated::cases(arguments.seed, arguments.generated, &generated::features_of_one_stage())
}

/// The cases of a folder of sources.
pub fn written(folder: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for file in tools::files_under(&project::root().join(folder))? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.extend(case::of_source(&stem, &fs::read_to_string(&file)?)?);
    }
    Ok(cases)
}

/// The scenarios of the examples, but those about hours or of very many substages.
fn examples() -> Result<Vec<Case>> {
    let world = DiskWorld::at(project::root())?;
    let mut cases = Vec::new();
    for file in tools::files_under(&project::root().join("examples"))? {
        let path = file.strip_prefix(project::root())?.to_string_lossy().into_owned();
        if let Some(main) = path.ends_with(".o11n").then(|| RootPath::resolve(None, &path)).flatten() {
            cases.extend(case::of_file(&path, &world, &main, &fs::read_to_string(&file)?)?);
        }
    }
    cases.retain(|case| case.trace.duration <= PATIENCE && case.plan.substages().count() <= MOST);
    Ok(cases)
}
