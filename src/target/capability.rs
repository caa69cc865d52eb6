//! What a target keeps, as data: a row for each rule of the semantics and for each attribute of the language.
//!
//! One generic pass turns "used but refused" into an error at the user's line and "kept only nearly" into one warning a
//! feature, so no target drops anything silently.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::Target;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::plan::{Hardware, Plan, Stage, Substage};
use crate::schema::{self, Kind};

/// One row: kept, but for its limits.
#[derive(Clone, Debug)]
pub struct Capability {
    pub feature: Feature,
    /// How it is done there, for people; may be empty.
    pub how: Cow<'static, str>,
    pub limits: Vec<Limit>,
}

/// A use of a feature that is not kept.
#[derive(Clone, Debug)]
pub struct Limit {
    /// `Approximated` or `Refused`.
    pub level: Level,
    /// What differs, or what to write instead.
    pub remark: Cow<'static, str>,
    pub at: At,
}

/// What a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// A rule of the semantics, from 1.
    Rule(u8),
    /// An attribute of a pipeline, stage or substage.
    Attribute(&'static str),
    /// A field of a hardware mode, `k8s` included.
    Hardware(&'static str),
    /// The block `trigger`.
    Trigger,
}

/// Where a plan uses a feature in a way that matters.
pub type Places = fn(&Plan) -> Vec<Span>;

/// The places of a row.
#[derive(Clone, Debug)]
pub enum At {
    /// Those that the function finds.
    Found(Places),
    /// Those of the plan for which the row was made.
    Given(Vec<Span>),
}

/// How well a feature is kept, without the why. The greatest is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Kept,
    Approximated,
    Refused,
}

impl Level {
    /// In one word, for tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Approximated => "approximated",
            Self::Refused => "refused",
        }
    }
}

impl Capability {
    /// The worst that it comes to.
    pub fn level(&self) -> Level {
        self.limits.iter().map(|limit| limit.level).max().unwrap_or(Level::Kept)
    }

    /// How it is done there, or what is to be said of the worst that it comes to; may be empty.
    pub fn remark(&self) -> String {
        match self.level() {
            Level::Kept => self.how.to_string(),
            worst => remarks(self.limits.iter().filter(|limit| limit.level == worst)),
        }
    }

    /// The limits that a plan meets, each with the places, once each: of the worst level that there is.
    pub fn met(&self, plan: &Plan) -> Vec<(&Limit, Vec<Span>)> {
        let met = self.limits.iter().map(|limit| (limit, limit.places(plan)));
        let mut met: Vec<(&Limit, Vec<Span>)> = met.filter(|(_, places)| !places.is_empty()).collect();
        let worst = met.iter().map(|(limit, _)| limit.level).max();
        met.retain(|(limit, _)| Some(limit.level) == worst);
        met
    }

    /// The same with one more limit: some uses are refused.
    pub fn but_refused(mut self, instead: &'static str, at: Places) -> Self {
        self.limits.push(Limit { level: Level::Refused, remark: Cow::Borrowed(instead), at: At::Found(at) });
        self
    }
}

/// What is to be said of some limits.
pub fn remarks<'a>(limits: impl Iterator<Item = &'a Limit>) -> String {
    limits.map(|limit| &*limit.remark).collect::<Vec<_>>().join("; ")
}

impl Limit {
    fn places(&self, plan: &Plan) -> Vec<Span> {
        distinct(match &self.at {
            At::Found(find) => find(plan),
            At::Given(places) => places.clone(),
        })
    }
}

impl Feature {
    /// Its name for programs, also outside of this one.
    pub fn id(self) -> String {
        match self {
            Self::Rule(number) => format!("rule {number}"),
            Self::Attribute(name) => name.to_owned(),
            Self::Hardware(name) => format!("hardware.{name}"),
            Self::Trigger => "trigger".to_owned(),
        }
    }
}

impl std::fmt::Display for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(number) => write!(f, "rule {number} ({})", RULES[usize::from(*number) - 1]),
            Self::Attribute(name) => write!(f, "`{name}`"),
            Self::Hardware(name) => write!(f, "`{name}` of a hardware mode"),
            Self::Trigger => f.write_str("`trigger`"),
        }
    }
}

/// The rules of the semantics, the first is rule 1.
pub const RULES: [&str; 10] = [
    "stages in sequence",
    "`when`",
    "substages in parallel, `needs`",
    "attempts",
    "retry",
    "dispatch",
    "policies",
    "deadlines",
    "cache",
    "outcomes roll up",
];

/// Every feature that a target must have a row for.
pub fn features() -> Vec<Feature> {
    let levels = [Kind::Pipeline, Kind::Stage, Kind::Substage];
    let rules = (1..=10).map(Feature::Rule);
    let attributes = schema::ATTRIBUTES.iter().filter(|row| levels.iter().any(|kind| row.on.contains(kind)));
    let hardware = schema::ATTRIBUTES.iter().filter(|row| row.on.contains(&Kind::Hardware) || row.on.contains(&Kind::K8s));
    rules
        .chain(attributes.map(|row| Feature::Attribute(row.name)))
        .chain(hardware.map(|row| Feature::Hardware(row.name)))
        .chain([Feature::Trigger])
        .collect()
}

pub const fn kept(feature: Feature, how: &'static str) -> Capability {
    Capability { feature, how: Cow::Borrowed(how), limits: Vec::new() }
}

pub fn approximated(feature: Feature, how: &'static str, differs: &'static str, at: Places) -> Capability {
    let limit = Limit { level: Level::Approximated, remark: Cow::Borrowed(differs), at: At::Found(at) };
    Capability { feature, how: Cow::Borrowed(how), limits: vec![limit] }
}

pub fn refused(feature: Feature, instead: &'static str, at: Places) -> Capability {
    kept(feature, "").but_refused(instead, at)
}

/// The places where an attribute that counts in the plan was written, each once, in the plan's order.
pub fn written(plan: &Plan, attribute: &str) -> Vec<Span> {
    let stages = plan.stages.iter().flat_map(|stage| {
        let substages = stage.substages.iter().flat_map(|substage| &substage.origins);
        stage.origins.iter().chain(substages)
    });
    let mut spans: Vec<Span> =
        plan.origins.iter().chain(stages).filter(|(name, _)| *name == attribute).map(|(_, span)| *span).collect();
    let mut seen = std::collections::HashSet::new();
    spans.retain(|span| seen.insert(*span));
    spans
}

/// The places where substages of a kind got an attribute from.
pub fn used(plan: &Plan, attribute: &str, wanted: impl Fn(&Stage, &Substage) -> bool) -> Vec<Span> {
    let substages = plan.substages().filter(|(stage, substage)| wanted(stage, substage));
    substages.map(|(_, substage)| origin(&substage.origins, attribute, substage.span)).collect()
}

/// The hardware modes of a kind that substages have.
pub fn modes(plan: &Plan, wanted: impl Fn(&Hardware) -> bool) -> Vec<Span> {
    let modes = plan.substages().filter_map(|(_, substage)| substage.hardware.as_deref());
    modes.filter(|mode| wanted(mode)).map(|mode| mode.span).collect()
}

/// Modes of which the scripts around a body would know nothing.
pub fn other_systems(plan: &Plan) -> Vec<Span> {
    modes(plan, |mode| mode.os != "linux")
}

/// The place where the substage got an attribute from, else its name.
pub fn origin(origins: &[(&'static str, Span)], attribute: &str, otherwise: Span) -> Span {
    origins.iter().find(|(name, _)| *name == attribute).map_or(otherwise, |(_, span)| *span)
}

/// Reports what the plan uses and the target does not keep: an error for each refused place, one warning for each approximated
/// feature.
pub fn check(target: &dyn Target, plan: &Plan, sink: &mut Vec<Diagnostic>) {
    let rows = match target.capabilities_of(plan) {
        Ok(rows) => rows,
        Err(diagnostic) => return sink.push(*diagnostic),
    };
    for row in rows {
        for (limit, places) in row.met(plan) {
            match limit.level {
                Level::Kept => {}
                Level::Refused => {
                    for span in places {
                        let message = format!("target `{}` does not support {}", target.name(), row.feature);
                        sink.push(Diagnostic::at(Code::Refused, span, message, "used here").help(&*limit.remark));
                    }
                }
                Level::Approximated => {
                    let message = format!("target `{}` keeps {} only nearly", target.name(), row.feature);
                    let label = match places.len() {
                        1 => "used here".to_owned(),
                        2 => "used here, and at one more place".to_owned(),
                        count => format!("used here, and at {} more places", count - 1),
                    };
                    sink.push(Diagnostic::at(Code::Approximated, places[0], message, label).note(&*limit.remark));
                }
            }
        }
    }
}

/// Each place once, in the given order.
fn distinct(mut spans: Vec<Span>) -> Vec<Span> {
    let mut seen = std::collections::HashSet::new();
    spans.retain(|span| seen.insert(*span));
    spans
}
