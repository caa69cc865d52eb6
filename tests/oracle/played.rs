//! Drawn cases as what the machine takes: a plan, and a behaviour.

use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::machine::{Attempt, Behaviour, End};
use o11n::plan::{self, Inputs, Plan, SubstageRef};
use o11n::sema::hir::PipelineId;
use o11n_sketch::{Outcomes, Sketch, SubstageOutcomes};

/// The plan of a sketch.
pub(crate) fn plan(sketch: &Sketch) -> Plan {
    let source = sketch.source();
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.clone().into_bytes());
    let mut analysis = driver::analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap());
    let error = analysis.diagnostics.iter().find(|found| found.is_error());
    assert!(error.is_none(), "{source}\n{error:#?}");
    let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
    built.plan.unwrap_or_else(|| panic!("{source}\n{:#?}", built.diagnostics))
}

/// Outcomes by place.
pub(crate) struct Played {
    stages: Vec<Vec<SubstageOutcomes>>,
}

impl Played {
    pub(crate) fn new(plan: &Plan, outcomes: &Outcomes) -> Self {
        let of = |stage: &plan::Stage| {
            let paths = stage.substages.iter().map(|substage| format!("{}/{}", stage.name, substage.name));
            paths.map(|path| outcomes.substages.get(&path).cloned().unwrap_or_default()).collect()
        };
        Self { stages: plan.stages.iter().map(of).collect() }
    }

    fn at(&self, at: SubstageRef) -> &SubstageOutcomes {
        &self.stages[at.stage as usize][at.substage as usize]
    }
}

impl Behaviour for Played {
    fn is_cached(&self, at: SubstageRef) -> bool {
        self.at(at).cached
    }

    fn attempt(&self, at: SubstageRef, replica: u32, attempt: u32) -> Attempt {
        let drawn = self.at(at).attempt(replica, attempt);
        let end = match drawn.end {
            o11n_sketch::End::Exit(code) => End::Exit(code),
            o11n_sketch::End::TimedOut => End::TimedOut,
            o11n_sketch::End::Lost => End::Lost,
        };
        Attempt { end, takes: Duration(drawn.takes.as_millis() as i64) }
    }
}
