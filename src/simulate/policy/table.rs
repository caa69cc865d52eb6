//! Policies of a load file: `[policy.NAME]` has words and what they are told.

use std::ops::RangeInclusive;

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::cohort::MOST_LEVELS;
use super::{Policy, Predicts, Quota, Settings};
use crate::base::{Duration, Size};
use crate::diag::nearest;

/// Most that one queue can weigh.
const MOST_WEIGHT: f64 = 1e6;
/// Most of anything in a quota.
const MOST_AMOUNT: f64 = 1e18;
/// Most executors that are kept idle.
const MOST_KEPT: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::simulate) struct Table {
    /// Words joined by `+`.
    is: String,
    /// By source of runs.
    #[serde(default)]
    weights: IndexMap<String, f64>,
    half_life: Option<String>,
    every: Option<String>,
    max_age: Option<String>,
    share: Option<f64>,
    age: Option<f64>,
    urgency: Option<f64>,
    keep: Option<u32>,
    target: Option<f64>,
    odds: Option<f64>,
    within: Option<String>,
    predicts: Option<String>,
    /// By source of runs.
    #[serde(default)]
    quotas: IndexMap<String, QuotaTable>,
    #[serde(default)]
    cohorts: IndexMap<String, CohortTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaTable {
    cohort: Option<String>,
    #[serde(default)]
    nominal: Amounts,
    #[serde(default)]
    borrow: Amounts,
    #[serde(default)]
    lend: Amounts,
    #[serde(default)]
    guarantee: Amounts,
    #[serde(default)]
    capability: Amounts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CohortTable {
    parent: Option<String>,
    weight: Option<f64>,
    #[serde(default)]
    nominal: Amounts,
    #[serde(default)]
    borrow: Amounts,
    #[serde(default)]
    lend: Amounts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amounts {
    executors: Option<f64>,
    /// Cores.
    cpu: Option<f64>,
    memory: Option<String>,
    gpu: Option<f64>,
}

impl Table {
    /// `queues` are the names of the load's queues. The error says what is wrong where.
    pub(in crate::simulate) fn policy(&self, name: &str, queues: &[&str]) -> Result<Policy, String> {
        if name.contains(['+', ',']) || Policy::words().any(|(word, _)| word == name) {
            return Err("the name is a word of its own, or has a `+` or `,` in it: choose another".to_owned());
        }
        let policy = Policy::parse(&self.is)?;
        Ok(Policy { name: name.to_owned(), settings: self.settings(queues)?, ..policy })
    }

    fn settings(&self, queues: &[&str]) -> Result<Settings, String> {
        let mut settings = Settings { weights: vec![1.0; queues.len()], ..Settings::default() };
        for (name, weight) in &self.weights {
            let at = queue("weights", name, queues)?;
            settings.weights[at] = checked(*weight, name)?;
        }
        if !self.quotas.is_empty() {
            settings.quotas = vec![Quota::default(); queues.len()];
        }
        let names = self.cohort_names();
        let place = |name: &Option<String>| name.as_ref().and_then(|name| names.get_index_of(name.as_str()));
        for (name, quota) in &self.quotas {
            let at = queue("quotas", name, queues)?;
            let QuotaTable { cohort, nominal, borrow, lend, guarantee, capability } = quota;
            settings.quotas[at] = Quota {
                nominal: nominal.read()?,
                borrow: borrow.read()?,
                lend: lend.read()?,
                guarantee: guarantee.read()?,
                capability: capability.read()?,
                parent: place(cohort),
            };
        }
        for name in &names {
            let none = CohortTable::default();
            let CohortTable { parent, weight, nominal, borrow, lend } = self.cohorts.get(*name).unwrap_or(&none);
            let [nominal, borrow, lend] = [nominal.read()?, borrow.read()?, lend.read()?];
            let quota = Quota { nominal, borrow, lend, parent: place(parent), ..Quota::default() };
            settings.cohorts.push((quota, checked(weight.unwrap_or(1.0), name)?));
        }
        let above = |at: usize| std::iter::successors(Some(at), |at| settings.cohorts[*at].0.parent);
        if let Some(name) = (0..names.len()).find(|at| above(*at).nth(MOST_LEVELS).is_some()).and_then(|at| names.get_index(at)) {
            return Err(format!("the cohort `{name}` has itself or more than {} others above it", MOST_LEVELS - 1));
        }
        set_time(&mut settings.half_life, "half_life", self.half_life.as_deref())?;
        set_time(&mut settings.every, "every", self.every.as_deref())?;
        set_time(&mut settings.max_age, "max_age", self.max_age.as_deref())?;
        set_time(&mut settings.within, "within", self.within.as_deref())?;
        set_number(&mut settings.share, "share", self.share, 0.0..=MOST_WEIGHT)?;
        set_number(&mut settings.age, "age", self.age, 0.0..=MOST_WEIGHT)?;
        set_number(&mut settings.urgency, "urgency", self.urgency, 0.0..=MOST_WEIGHT)?;
        set_number(&mut settings.target, "target", self.target, 0.01..=1.0)?;
        set_number(&mut settings.odds, "odds", self.odds, 1e-6..=1.0)?;
        settings.predicts = self.predicts.as_deref().map(Predicts::parse).transpose()?.unwrap_or_default();
        let keep = self.keep.unwrap_or(settings.keep);
        if keep > MOST_KEPT {
            return Err(format!("`keep` is a number from 0 to {MOST_KEPT}"));
        }
        settings.keep = keep;
        Ok(settings)
    }
}

impl Table {
    /// Those that have quotas, and those that only have others.
    fn cohort_names(&self) -> IndexSet<&str> {
        let parents = self.cohorts.values().filter_map(|cohort| cohort.parent.as_deref());
        let of_queues = self.quotas.values().filter_map(|quota| quota.cohort.as_deref());
        self.cohorts.keys().map(String::as_str).chain(parents).chain(of_queues).collect()
    }
}

fn checked(weight: f64, name: &str) -> Result<f64, String> {
    let is_weight = weight > 0.0 && weight <= MOST_WEIGHT;
    is_weight.then_some(weight).ok_or_else(|| format!("the weight of `{name}` is a number above 0, at most {MOST_WEIGHT}"))
}

impl Amounts {
    fn read(&self) -> Result<[Option<f64>; 4], String> {
        let memory = |text: &str| {
            Size::parse(text)
                .map(|size| size.0 as f64)
                .ok_or_else(|| format!("`{}` is no size such as \"64GiB\"", text.escape_debug()))
        };
        let amounts =
            [self.executors, self.cpu.map(|cores| cores * 1_000.0), self.memory.as_deref().map(memory).transpose()?, self.gpu];
        if amounts.iter().flatten().any(|amount| !(0.0..=MOST_AMOUNT).contains(amount)) {
            return Err("a quota is a number from 0 on".to_owned());
        }
        Ok(amounts)
    }
}

/// The place of a queue that a table names.
fn queue(key: &str, name: &str, queues: &[&str]) -> Result<usize, String> {
    queues.iter().position(|queue| *queue == name).ok_or_else(|| {
        let near = nearest(name, queues.iter().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        format!("`{key}` has `{name}`, of which no runs arrive{near}")
    })
}

fn set_time(time: &mut i64, key: &str, text: Option<&str>) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    let parsed = Duration::parse(text).filter(|parsed| parsed.0 > 0);
    *time = parsed.ok_or_else(|| format!("`{key}` is a duration above 0, such as \"30m\" or \"7d\""))?.0;
    Ok(())
}

fn set_number(number: &mut f64, key: &str, given: Option<f64>, range: RangeInclusive<f64>) -> Result<(), String> {
    let Some(given) = given else { return Ok(()) };
    if !range.contains(&given) {
        return Err(format!("`{key}` is a number from {} to {}", range.start(), range.end()));
    }
    *number = given;
    Ok(())
}
