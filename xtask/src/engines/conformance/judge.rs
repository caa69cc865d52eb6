//! Whether what happened on an engine is what the machine says, or differs as the compiler has warned.

use super::compare;
use super::compiled::Compiled;
use super::observed::Observed;
use anyhow::Result;

/// One case that is known to differ.
pub struct Declared {
    pub case: &'static str,
    /// What the compiler says is kept only nearly: the words between "keeps", or "keep", and "only nearly".
    pub feature: &'static str,
    /// How the case differs.
    pub differs: &'static [&'static str],
    /// It may also be as the machine has it, in part or wholly.
    pub by_chance: bool,
}

/// A feature of which the compiler warns, and what it explains in cases that nobody wrote.
pub struct Excuse {
    pub feature: &'static str,
    /// By a difference, and what was noted of the run.
    pub explains: fn(&str, &[String]) -> bool,
}

/// What is known to differ on one engine.
pub struct Known {
    pub declared: &'static [Declared],
    pub excuses: &'static [Excuse],
    /// Attempts end in the order that the machine has, so that who starts when can be compared.
    pub in_order: bool,
}

/// What was seen of a run.
pub struct Seen {
    pub observed: Result<Observed>,
    /// What went wrong beside it.
    pub problems: Vec<String>,
    /// What may help to understand a failure.
    pub notes: Vec<String>,
}

/// How a case that is no failure came out.
#[derive(Clone, Copy, PartialEq)]
pub enum Verdict {
    Same,
    /// It differs in a way that the compiler has warned of.
    AsWarned,
}

/// Compares what happened with the machine, and the difference with what is declared.
pub fn judge(one: &Compiled, seen: Seen, known: &Known) -> Result<Verdict, String> {
    let (case, mut problems) = (&one.case, seen.problems);
    let mut found = match seen.observed {
        Ok(observed) => compare::differences(&case.plan, &case.trace, &observed, known.in_order),
        Err(error) => {
            problems.push(format!("{error:#}"));
            Vec::new()
        }
    };
    let warns = |feature: &str| one.approximated.iter().any(|said| said.contains(&format!(" {feature} only nearly")));
    if let Some(declared) = known.declared.iter().find(|declared| declared.case == case.name) {
        if !warns(declared.feature) {
            return Err(format!("is declared to differ, but the compiler does not warn of {}", declared.feature));
        }
        let is_missing = |wanted: &&&str| !found.iter().any(|found| found == **wanted);
        if let Some(missing) = declared.differs.iter().find(is_missing).filter(|_| !declared.by_chance) {
            return Err(format!("is declared to differ, and does not: {missing}"));
        }
        found.retain(|found| !declared.differs.contains(&found.as_str()));
        if found.is_empty() && problems.is_empty() {
            return Ok(Verdict::AsWarned);
        }
    } else {
        let count = found.len();
        found.retain(|found| !known.excuses.iter().any(|excuse| (excuse.explains)(found, &seen.notes) && warns(excuse.feature)));
        if count > 0 && found.is_empty() && problems.is_empty() {
            return Ok(Verdict::AsWarned);
        }
    }
    found.extend(problems);
    if found.is_empty() {
        return Ok(Verdict::Same);
    }
    found.extend(seen.notes.into_iter().map(|note| format!("({note})")));
    Err(format!("\n    {}", found.join("\n    ")))
}
