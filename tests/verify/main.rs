//! What holds in every run: against brute force, on pipelines written by hand, and as scenarios that are pasted back.

mod brute;
mod claims;
mod durations;
mod fewest;
mod given;
mod pasted;
mod waiting;

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, Outcome};
use o11n::diag::render::{Format, render};
use o11n::machine::Expectation;
use o11n::machine::verify::Verdict;
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;

const MAIN: &str = "main.o11n";

/// A pipeline, and what is expected of it.
struct Asked {
    plan: Plan,
    expectations: Vec<Expectation>,
}

/// The pipeline of a source with one more property; none where that makes no sense.
fn asked(source: &str, expects: &[&str]) -> Option<Asked> {
    let lines: String = expects.iter().map(|text| format!("    expect {text}\n")).collect();
    let property = if expects.is_empty() { String::new() } else { format!("  property \"asked\" {{\n{lines}  }}\n") };
    let world = world(&with(source, &property));
    let mut analysis = driver::analyze(&world, &main());
    if analysis.diagnostics.iter().any(|found| found.is_error()) {
        return None;
    }
    let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
    let plan = built.plan?;
    let scenarios = &analysis.program.pipelines[0].scenarios;
    let expects = scenarios.iter().filter(|scenario| scenario.name == "asked").flat_map(|scenario| &scenario.expects);
    let expectations = expects.map(|expect| Expectation::resolve(&plan, expect)).collect();
    Some(Asked { plan, expectations })
}

/// A source with more at the end of its last pipeline.
fn with(source: &str, more: &str) -> String {
    format!("{}{more}}}\n", source.trim_end().strip_suffix('}').expect("a pipeline"))
}

fn world(source: &str) -> MemoryWorld {
    MemoryWorld { files: [(MAIN.into(), source.as_bytes().to_vec())].into(), ..MemoryWorld::default() }
}

fn main() -> RootPath {
    RootPath::resolve(None, MAIN).expect("a path")
}

fn drawn(outcome: &Outcome) -> String {
    render(Format::Human { colour: false }, &outcome.diagnostics, &outcome.sources)
}

/// A verdict without its trace.
fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Broken(shown) => format!("{:?} {:?}", shown.fakes, shown.takes),
        other => format!("{other:?}"),
    }
}
