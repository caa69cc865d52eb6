//! The machine at its limits: times beyond all clocks, and 100,000 substages.

#[expect(dead_code, reason = "these fakes say less")]
mod play;

use std::ops::Range;
use std::sync::Arc;

use o11n::base::{Duration, FileId, Span};
use o11n::machine::{Attempt, Behaviour, Document, End, Machine, Outcome, run};
use o11n::plan::{Need, Plan, Stage, Substage, SubstageRef};

/// Everything ends so.
struct All(End, i64);

impl Behaviour for All {
    fn is_cached(&self, _: SubstageRef) -> bool {
        false
    }

    fn attempt(&self, _: SubstageRef, _: u32, _: u32) -> Attempt {
        Attempt { end: self.0, takes: Duration(self.1) }
    }
}

fn attempts(plan: &Plan, behaviour: &All) -> Vec<(i64, i64)> {
    let trace = run(plan, behaviour);
    let replicas = &trace.stages.last().expect("there is a stage").substages[0].replicas;
    replicas[0].attempts.iter().map(|attempt| (attempt.start.0, attempt.end.0)).collect()
}

#[test]
fn times_beyond_all_clocks_stay_at_the_last_instant() {
    let two =
        play::plan("pipeline p { stage a { substage x { run = \"x\" } } stage b { deadline = 5m  substage y { run = \"x\" } } }");
    assert_eq!(attempts(&two, &All(End::Exit(0), i64::MAX)), [(i64::MAX, i64::MAX)]);
    let retries = play::plan(
        "pipeline p { stage a { substage x { run = \"x\"  retry { limit = 3  delay = 1000000d  factor = 1000000000000.0 } } } }",
    );
    let day = 86_400_000_000_000;
    assert_eq!(attempts(&retries, &All(End::Exit(1), 0)), [(0, 0), (day, day), (i64::MAX, i64::MAX), (i64::MAX, i64::MAX)]);
    let timeout = play::plan("pipeline p { stage a { substage x { run = \"x\"  timeout = 106751991167d } } }");
    assert_eq!(attempts(&timeout, &All(End::Exit(0), i64::MAX)), [(0, 106_751_991_167 * 86_400_000)]);
}

#[test]
fn a_wait_of_nothing_stays_nothing_however_it_grows() {
    let source =
        "pipeline p { stage a { substage x { run = \"x\"  retry { limit = 1000  factor = 1000000000000.0  max_delay = 5m } } } }";
    let times = attempts(&play::plan(source), &All(End::Lost, 0));
    assert_eq!(times, [(0, 0); 1_001]);
}

#[test]
fn a_wait_that_grows_beyond_all_clocks_is_capped() {
    let source =
        "pipeline p { stage a { substage x { run = \"x\"  retry { limit = 1000  delay = 1s  factor = 10  max_delay = 5s } } } }";
    let times = attempts(&play::plan(source), &All(End::Lost, 0));
    assert_eq!(times.last(), Some(&(4_996_000, 4_996_000)));
}

/// A plan of one substage, made 100,000 in stages of `width` each; quadratic work would take minutes.
fn many(source: &str, width: u32, edit: impl Fn(u32, &mut Substage)) {
    let mut plan = play::plan(source);
    let one = plan.stages.remove(0);
    for stage in 0..100_000 / width {
        let substages = (0..width).map(|at| {
            let mut substage = one.substages[0].clone();
            edit(at, &mut substage);
            substage
        });
        plan.stages.push(Stage { name: stage.to_string().into(), substages: substages.collect(), ..one.clone() });
    }
    let mut machine = Machine::new(&plan);
    for (end, outcome) in [(End::Exit(0), Outcome::Succeeded), (End::Exit(1), Outcome::Failed)] {
        let trace = machine.run(&All(end, 60_000));
        assert_eq!(trace.outcome, outcome);
        Document::new(&plan, trace);
    }
}

fn need(members: Arc<[SubstageRef]>) -> Need {
    Need { path: "of a family".into(), members, loads: false, span: Span::new(FileId(0), 0, 0) }
}

fn members(range: Range<u32>) -> Arc<[SubstageRef]> {
    range.map(|substage| SubstageRef { stage: 0, substage }).collect()
}

#[test]
fn a_hundred_thousand_substages_side_by_side() {
    many("pipeline p { stage s { substage x { run = \"x\"  retry = 1  on_error = continue } } }", 100_000, |_, _| ());
}

#[test]
fn a_hundred_thousand_substages_wait_for_slots() {
    many("pipeline p { stage s { parallel = 7  substage x { run = \"x\" } } }", 100_000, |_, _| ());
}

#[test]
fn a_hundred_thousand_substages_wait_for_locks() {
    many("pipeline p { stage s { substage x { run = \"x\"  lock = [\"a\", \"b\"] } } }", 100_000, |_, _| ());
}

#[test]
fn a_hundred_thousand_substages_need_a_family() {
    let (first, second) = (members(0..49_000), members(49_000..51_000));
    many("pipeline p { stage s { substage x { run = \"x\" } } }", 100_000, |at, substage| match at {
        0..49_000 => {}
        49_000..51_000 => substage.needs.push(need(first.clone())),
        _ => substage.needs.push(need(second.clone())),
    });
}

#[test]
fn a_hundred_thousand_substages_in_a_chain_of_needs() {
    many("pipeline p { stage s { substage x { run = \"x\" } } }", 100_000, |at, substage| {
        if at > 0 {
            substage.needs.push(need(members(at - 1..at)));
        }
    });
}

#[test]
fn fifty_thousand_stages_of_two() {
    let source =
        "pipeline p { stage s { when = always  deadline = 1h  substage x { run = \"x\"  lock = [\"a\"]  on_error = abort } } }";
    many(source, 2, |_, _| ());
}

#[test]
fn an_abort_beside_a_hundred_thousand() {
    many("pipeline p { stage s { parallel = 10  substage x { run = \"x\"  on_error = abort } } }", 100_000, |_, _| ());
}
