//! The portability report says what compiling says: of every example and every case of `tests/emit`, on every target.

#[expect(dead_code, reason = "other tests use the rest")]
mod examples;

use std::fs;
use std::path::{Path, PathBuf};

use examples::Example;
use o11n::base::{RootPath, SourceMap, World};
use o11n::cli::{DiskWorld, driver};
use o11n::diag::Diagnostic;
use o11n::plan::{Inputs, Plan};
use o11n::target;
use o11n::target::capability::{Level, check};
use o11n::target::portability::{Document, Place};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "o11n"));
    found.sort();
    found
}

/// The plans of a file's pipelines, each with its sources.
fn plans(world: &dyn World, file: &str) -> Vec<(Plan, SourceMap)> {
    let file = RootPath::resolve(None, file).unwrap();
    let names: Vec<String> = driver::analyze(world, &file).program.pipelines.iter().map(|known| known.name.to_string()).collect();
    let inputs = Inputs { sample: true, environment: false, ..Inputs::default() };
    let planned = names.iter().map(|name| driver::plan(world, &file, Some(name), &inputs));
    planned.filter_map(|planned| Some((planned.plan?, planned.analysis.sources))).collect()
}

/// Every plan of the examples and of the cases of all targets.
fn all_plans() -> Vec<(Plan, SourceMap)> {
    let mut found = Vec::new();
    let world = DiskWorld::at(root()).unwrap();
    for example in sources(&root().join("examples")) {
        found.extend(plans(&world, example.strip_prefix(root()).unwrap().to_str().unwrap()));
    }
    for target in target::ALL {
        for case in sources(&root().join("tests/emit").join(target.name())) {
            let example = Example::parse(&fs::read(case).unwrap());
            found.extend(plans(&example.world, &example.main));
        }
    }
    assert!(found.len() > 30);
    found
}

fn place(found: &Diagnostic, sources: &SourceMap) -> Place {
    let span = found.span().unwrap();
    let at = sources.position(span);
    Place { file: sources.get(span.file).path.to_string(), line: at.line, column: at.column }
}

#[test]
fn the_report_is_what_compiling_says() {
    for (plan, sources) in all_plans() {
        let report = Document::new(&plan, target::ALL, &sources).unwrap();
        for target in target::ALL {
            let mut said = Vec::new();
            check(*target, &plan, &mut said);
            // A warning names its first place only.
            let told = |level: Level, most: usize| -> Vec<Place> {
                let found = report.constructs.iter().map(|construct| &construct.targets[target.name()]);
                let found = found.filter(|found| found.support == level);
                found.flat_map(|found| found.places.iter().take(most).cloned()).collect()
            };
            let wanted = |is_error| -> Vec<Place> {
                let found = said.iter().filter(|found| found.is_error() == is_error);
                found.map(|found| place(found, &sources)).collect()
            };
            let sorted = |mut places: Vec<Place>| {
                places.sort_by_key(|place| (place.file.clone(), place.line, place.column));
                places
            };
            let name = (target.name(), &plan.pipeline);
            assert_eq!(sorted(told(Level::Refused, usize::MAX)), sorted(wanted(true)), "{name:?}");
            assert_eq!(sorted(told(Level::Approximated, 1)), sorted(wanted(false)), "{name:?}");
        }
    }
}

/// What is no construct and yet cannot be compiled, as `docs/guide/porting.md` says: names, sizes and texts.
const NO_CONSTRUCT: &[&str] = &[
    "are both",
    "begins the names of our own",
    "cannot be the value of a label",
    "is the name of a copy",
    "is no piece of a pod manifest",
    "lie in each other",
    "makes an object of",
    "to remember",
    "would change the text",
];

#[test]
fn what_the_report_says_is_taken_compiles() {
    let mut wrong = Vec::new();
    for (plan, sources) in all_plans() {
        let report = Document::new(&plan, target::ALL, &sources).unwrap();
        for (target, verdict) in target::ALL.iter().zip(&report.targets) {
            let given = target.presupposes().iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let emitted = target::emit(*target, &plan, &target::Options { given, ..target::Options::default() });
            let errors = emitted.diagnostics.iter().filter(|found| found.is_error());
            let errors: Vec<String> = errors.map(|found| found.message.to_string()).collect();
            let is_refused = errors.iter().any(|error| !NO_CONSTRUCT.iter().any(|words| error.contains(words)));
            if (verdict.support == Level::Refused) != is_refused {
                wrong.push(format!("{} {}: {errors:?}", target.name(), plan.pipeline));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_target_minds_is_used() {
    for (plan, sources) in all_plans() {
        for construct in Document::new(&plan, target::ALL, &sources).unwrap().constructs {
            assert!(!construct.places.is_empty(), "{}: {} is minded and not used", plan.pipeline, construct.construct);
        }
    }
}
