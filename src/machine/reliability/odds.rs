//! The odds: how often attempts of each substage go wrong by themselves, and how long they take.

use super::super::fakes::{Fakes, Fit};
use super::super::{CLASS_DEFAULT, End};
use crate::base::Duration;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Plan, SubstageRef};

/// For each substage of a plan how its attempts end, each independently of all others, and how long each takes.
///
/// Paths are those of fakes. For each end an exact name beats a family's, that a glob, then the last wins; what no end is given
/// for succeeds. Recorded history fills it the same way.
#[derive(Clone, Debug)]
pub struct Odds {
    /// By stage, then by substage.
    rows: Vec<Vec<Row>>,
}

#[derive(Clone, Debug)]
struct Row {
    flakes: Vec<(End, Fit, f64)>,
    takes: (Fit, Duration),
}

impl Odds {
    /// Each attempt succeeds, in the time that an attempt takes of which nothing is known.
    pub fn new(plan: &Plan) -> Self {
        let row = Row { flakes: Vec::new(), takes: (Fit::Glob, CLASS_DEFAULT) };
        Self { rows: plan.stages.iter().map(|stage| vec![row.clone(); stage.substages.len()]).collect() }
    }

    /// Each attempt of what the path means ends so with this probability, between 0 and 1.
    pub fn flake(&mut self, plan: &Plan, path: &str, end: End, probability: f64) -> Result<(), Box<Diagnostic>> {
        if !(0.0..=1.0).contains(&probability) {
            let message = format!("the probability {probability} of `{path}` lies outside 0 to 1");
            return Err(out_of_range(message, "write a number such as `0.05`, which is one attempt in twenty"));
        }
        for (at, fit) in whole(plan, path)? {
            let flakes = &mut self.row_mut(at).flakes;
            match flakes.iter_mut().find(|(known, ..)| *known == end) {
                Some(known) if fit >= known.1 => *known = (end, fit, probability),
                Some(_) => {}
                None => flakes.push((end, fit, probability)),
            }
        }
        Ok(())
    }

    /// Each attempt of what the path means takes so long, at least 0.
    pub fn takes(&mut self, plan: &Plan, path: &str, duration: Duration) -> Result<(), Box<Diagnostic>> {
        if duration < Duration(0) {
            return Err(out_of_range(format!("`{path}` cannot take {duration}"), "say a duration of at least 0"));
        }
        for (at, fit) in whole(plan, path)? {
            let takes = &mut self.row_mut(at).takes;
            if fit >= takes.0 {
                *takes = (fit, duration);
            }
        }
        Ok(())
    }

    /// Says where the ends of a substage have more than 1 together.
    pub fn check(&self, plan: &Plan) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for at in plan.places() {
            let sum: f64 = self.row(at).flakes.iter().map(|(_, _, probability)| probability).sum();
            if sum > 1.0 + 1e-9 {
                let message = format!("the probabilities of `{}` add up to {sum:.4}", plan.path(at));
                problems.push(*out_of_range(message, "all ways in which one attempt goes wrong are 1 together at most"));
            }
        }
        problems
    }

    /// The substages whose attempts may go wrong, in the plan's order.
    pub fn flaky(&self, plan: &Plan) -> impl Iterator<Item = SubstageRef> {
        plan.places().filter(|at| self.row(*at).flakes.iter().any(|(_, _, probability)| *probability > 0.0))
    }

    /// The substages whose attempts are longer than their timeout, so that each is timed out; in the plan's order.
    pub fn overlong(&self, plan: &Plan) -> impl Iterator<Item = SubstageRef> {
        plan.places().filter(|at| plan.substage(*at).timeout.is_some_and(|timeout| self.duration(*at) > timeout))
    }

    /// The ways in which an attempt of the substage ends, each with its probability, which is more than 0.
    pub fn ends(&self, at: SubstageRef) -> Vec<(End, f64)> {
        let flakes = &self.row(at).flakes;
        let rest = 1.0 - flakes.iter().map(|(_, _, probability)| probability).sum::<f64>();
        let flakes = flakes.iter().map(|(end, _, probability)| (*end, *probability));
        // Probabilities that were meant to be 1 together miss it by a rounding.
        flakes
            .chain([(End::Exit(0), if rest < 1e-12 { 0.0 } else { rest })])
            .filter(|(_, probability)| *probability > 0.0)
            .collect()
    }

    /// The odds of another plan: `next` says, for each of its substages in order, whose ends they have and how long they take.
    pub fn carried(&self, plan: &Plan, mut next: impl FnMut() -> (SubstageRef, Duration)) -> Self {
        let mut row = || {
            let (of, takes) = next();
            Row { flakes: self.row(of).flakes.clone(), takes: (self.row(of).takes.0, takes) }
        };
        Self { rows: plan.stages.iter().map(|stage| stage.substages.iter().map(|_| row()).collect()).collect() }
    }

    /// How long each of its attempts takes.
    pub fn duration(&self, at: SubstageRef) -> Duration {
        self.row(at).takes.1
    }

    fn row(&self, at: SubstageRef) -> &Row {
        &self.rows[at.stage as usize][at.substage as usize]
    }

    fn row_mut(&mut self, at: SubstageRef) -> &mut Row {
        &mut self.rows[at.stage as usize][at.substage as usize]
    }
}

/// The substages that a path means, all replicas of each.
fn whole(plan: &Plan, path: &str) -> Result<Vec<(SubstageRef, Fit)>, Box<Diagnostic>> {
    let hits = Fakes::new(plan).hits(path)?;
    if hits.iter().any(|hit| hit.replica.is_some()) {
        let message = format!("`{path}` names one replica, but the odds are those of all");
        return Err(Box::new(Diagnostic::new(Code::BadFake, message).help("name the substage, without `#`")));
    }
    Ok(hits.into_iter().map(|hit| (hit.at, hit.fit)).collect())
}

fn out_of_range(message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::OutOfRange, message).help(help))
}
