//! The random pipelines that other tests stand on: they compile, they hold what they say, and they shrink.

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::plan::{self, Inputs, Plan};
use o11n::sema::hir::PipelineId;
use o11n_sketch::{Case, End, Features, OnError, Sketch, any_case, case, cases, shrink};
use proptest::test_runner::{Config, TestError, TestRng, TestRunner};

fn compile(source: &str) -> Plan {
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    let mut analysis = driver::analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap());
    let errors: Vec<&Diagnostic> = analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{source}\n{errors:#?}");
    let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
    built.plan.unwrap_or_else(|| panic!("{source}\n{:#?}", built.diagnostics))
}

#[test]
fn every_sketch_compiles_to_the_plan_that_it_foretells() {
    for case in cases(1, 300, &Features::default()) {
        let plan = compile(&case.sketch.source());
        let paths: Vec<String> = plan.substages().map(|(stage, substage)| format!("{}/{}", stage.name, substage.name)).collect();
        let planned: Vec<_> = case.sketch.planned().collect();
        assert_eq!(planned.iter().map(|planned| planned.path()).collect::<Vec<_>>(), paths, "{case}");
        for (planned, (_, substage)) in planned.iter().zip(plan.substages()) {
            let timeout = substage.timeout.map(|timeout| timeout.0.unsigned_abs().into());
            assert_eq!(planned.timeout.map(|timeout| timeout.as_millis()), timeout, "{case}");
            assert_eq!(planned.attempts, substage.retry.limit + 1, "{case}");
            assert_eq!(planned.copies, substage.dispatch.map_or(1, |dispatch| dispatch.copies), "{case}");
        }
        assert!(case.outcomes.substages.keys().eq(std::collections::BTreeSet::from_iter(&paths)), "{case}");
    }
}

#[test]
fn a_seed_gives_the_same_cases_however_many_are_asked_for() {
    let features = Features::default();
    let few: Vec<Case> = cases(7, 5, &features).collect();
    assert_eq!(few, cases(7, 50, &features).take(5).collect::<Vec<_>>());
    assert_eq!(few[3], case(7, 3, &features));
    assert_ne!(few, cases(8, 5, &features).collect::<Vec<_>>());
}

#[test]
fn every_feature_is_met_and_can_be_switched_off() {
    type Switch = fn(&mut Features) -> &mut bool;
    let switches: [(&str, Switch); 19] = [
        ("on_error", |features| &mut features.policies),
        ("when", |features| &mut features.conditions),
        ("if false", |features| &mut features.absent),
        ("parallel", |features| &mut features.parallel),
        ("priority", |features| &mut features.priority),
        ("lock", |features| &mut features.locks),
        ("needs", |features| &mut features.needs),
        ("load", |features| &mut features.loads),
        ("shards", |features| &mut features.shards),
        ("dispatch", |features| &mut features.dispatch),
        ("retry", |features| &mut features.retry),
        ("timeout", |features| &mut features.timeout),
        ("deadline", |features| &mut features.stage_deadline),
        ("exit_codes", |features| &mut features.exit_codes),
        ("cache", |features| &mut features.cache),
        ("  deadline", |features| &mut features.pipeline_deadline),
        ("lost after", |features| &mut features.lost),
        (" after 0ns", |features| &mut features.odd_times),
        ("factor = 1.5", |features| &mut features.odd_times),
    ];
    let all: Vec<String> = cases(2, 500, &Features::default()).map(|case| case.to_string()).collect();
    for (word, switch) in switches {
        let count = all.iter().filter(|text| text.contains(word)).count();
        assert!(count >= 25, "{word}: {count} of {}", all.len());
        let mut features = Features::default();
        *switch(&mut features) = false;
        if word.contains("deadline") {
            (features.stage_deadline, features.pipeline_deadline) = (false, false);
        }
        for case in cases(2, 100, &features) {
            assert!(!case.to_string().contains(word), "{word}\n{case}");
        }
    }
}

/// An abort, two attempts of a substage, the first of which runs out of memory.
fn is_wanted(case: &Case) -> bool {
    let is_abort = |sketch: &Sketch| sketch.stages.iter().any(|stage| stage.settings.on_error == Some(OnError::Abort));
    let killed = |attempts: &Vec<o11n_sketch::Attempt>| attempts.len() > 1 && attempts[0].end == End::Exit(137);
    is_abort(&case.sketch) && case.outcomes.substages.values().any(|substage| substage.replicas.iter().any(killed))
}

#[test]
fn what_fails_shrinks_to_little() {
    let features = Features::default();
    let found = cases(3, 10_000, &features).find(is_wanted).expect("such a case is not rare");
    let small = shrink(found.clone(), is_wanted);
    let source = small.sketch.source();
    let settings: Vec<&str> = source.lines().map(str::trim).filter(|line| line.contains('=') && !line.contains("run")).collect();
    assert_eq!(settings, ["on_error = abort"], "{found}\n{small}");
    assert_eq!(small.sketch.planned().count(), 1, "{found}\n{small}");
    compile(&source);
    assert!(small.simpler().iter().all(|simpler| !is_wanted(simpler)));
}

#[test]
fn proptest_shrinks_a_failing_case() {
    let config = Config { failure_persistence: None, cases: 10_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
    let result = runner.run(&any_case(Features::default()), |case| {
        proptest::prop_assert!(!is_wanted(&case));
        Ok(())
    });
    let Err(TestError::Fail(_, small)) = result else { panic!("such a case is not rare") };
    assert!(is_wanted(&small) && small.simpler().iter().all(|simpler| !is_wanted(simpler)), "{small}");
}
