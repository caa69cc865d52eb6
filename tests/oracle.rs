//! The machine against a second interpreter of the ten rules, on random pipelines and on all outcomes of small ones.
//!
//! `ORACLE_CASES=5000000 cargo test --test oracle -- --nocapture` compares that many pairs of a plan and its outcomes, and prints
//! what they met; `ORACLE_SEED` chooses others.

#[path = "oracle/coverage.rs"]
mod coverage;
#[path = "oracle/interpreter.rs"]
mod interpreter;
#[path = "oracle/played.rs"]
mod played;
#[path = "oracle/small.rs"]
mod small;

use coverage::Coverage;
use o11n::machine::{self, Change, Live, Machine, Trace};
use o11n::plan::Plan;
use o11n_sketch::{Case, Features, Outcomes, case, shrink};
use played::Played;

/// Outcomes that are tried on one plan: to compile it takes longer than to run it.
const OUTCOMES: usize = 40;

/// How many pairs of random plans and outcomes are compared where nobody says otherwise.
const PAIRS: usize = 12_000;

fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[test]
fn the_machine_agrees_on_random_pipelines() {
    let pairs = number("ORACLE_CASES").unwrap_or(PAIRS);
    let seed = number("ORACLE_SEED").unwrap_or(1) as u64;
    let features = Features::default();
    let mut coverage = Coverage::default();
    for index in 0..pairs.div_ceil(OUTCOMES) as u64 {
        let Case { sketch, .. } = case(seed, index, &features);
        let plan = played::plan(&sketch);
        let mut machine = Machine::new(&plan);
        for outcomes in sketch.outcomes(seed ^ index, OUTCOMES, &features) {
            let trace = judge(&plan, &mut machine, &outcomes, || Case { sketch: sketch.clone(), outcomes: outcomes.clone() });
            coverage.add(&plan, &Played::new(&plan, &outcomes), &trace);
        }
    }
    println!("seed {seed}\n{coverage}");
    coverage.assert_complete();
}

#[test]
fn the_machine_agrees_on_all_outcomes_of_small_pipelines() {
    // All of them are for those who ask; a part that is prime to their number meets every value of each.
    let step = if number("ORACLE_CASES").is_some() { 1 } else { 17 };
    let mut pairs = 0;
    for (sketch, choices) in small::pipelines() {
        let plan = played::plan(&sketch);
        let mut machine = Machine::new(&plan);
        for index in (pairs % step..choices.count()).step_by(step) {
            let outcomes = choices.outcomes(index);
            judge(&plan, &mut machine, &outcomes, || Case { sketch: sketch.clone(), outcomes: outcomes.clone() });
            pairs += 1;
        }
    }
    println!("{pairs} pairs of small pipelines and their outcomes");
}

/// The run among others, if a machine is always free for it.
fn live(plan: &Plan, behaviour: &Played) -> Trace {
    let mut live = Live::new(plan);
    live.start(behaviour);
    let mut now = 0;
    loop {
        let changes: Vec<Change> = live.changes().collect();
        for change in changes {
            if let Change::Asks(replica) = change {
                live.begin(replica, now, behaviour);
            }
        }
        match live.next() {
            Some(next) => now = next,
            None => return live.trace().clone(),
        }
        live.advance(now, behaviour);
    }
}

/// What both say to a pair; where they differ, the smallest case that shows it. The machine has run before: no run may leave
/// anything to the next.
fn judge(plan: &Plan, machine: &mut Machine<'_>, outcomes: &Outcomes, case: impl Fn() -> Case) -> Trace {
    let behaviour = Played::new(plan, outcomes);
    let ours = interpreter::run(plan, &behaviour);
    assert_eq!(live(plan, &behaviour), *machine.run(&behaviour), "{}", case());
    if ours == without_reasons(machine.run(&behaviour).clone()) {
        return ours;
    }
    let both = |case: &Case| {
        let plan = played::plan(&case.sketch);
        let behaviour = Played::new(&plan, &case.outcomes);
        (interpreter::run(&plan, &behaviour), without_reasons(machine::run(&plan, &behaviour)))
    };
    let differs = |case: &Case| {
        let (ours, theirs) = both(case);
        ours != theirs
    };
    assert!(differs(&case()), "the machine says so only after other runs:\n{}", case());
    let case = shrink(case(), differs);
    let (ours, theirs) = both(&case);
    panic!("{case}\nthe oracle says {ours:#?}\nthe machine says {theirs:#?}");
}

/// What the page leaves free.
fn without_reasons(mut trace: Trace) -> Trace {
    for substage in trace.stages.iter_mut().flat_map(|stage| &mut stage.substages) {
        substage.reason = None;
    }
    trace
}
