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
use crate::plan::Plan;
use crate::schema::{self, Kind};

/// One row.
#[derive(Clone, Debug)]
pub struct Capability {
    pub feature: Feature,
    pub support: Support,
    /// How it is done there, for people; may be empty.
    pub how: Cow<'static, str>,
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

/// How well it is kept.
#[derive(Clone, Debug)]
pub enum Support {
    Kept,
    /// Kept only nearly, at some places.
    Approximated {
        /// What differs.
        differs: Cow<'static, str>,
        at: At,
    },
    /// Not expressible, at some places.
    Refused {
        /// What to write instead.
        instead: Cow<'static, str>,
        at: At,
    },
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
        match self.support {
            Support::Kept => Level::Kept,
            Support::Approximated { .. } => Level::Approximated,
            Support::Refused { .. } => Level::Refused,
        }
    }

    /// How it is done there, what differs, or what to write instead; may be empty.
    pub fn remark(&self) -> &str {
        match &self.support {
            Support::Kept => &self.how,
            Support::Approximated { differs, .. } => differs,
            Support::Refused { instead, .. } => instead,
        }
    }

    /// The places of a plan where it is not kept, each once.
    pub fn places(&self, plan: &Plan) -> Vec<Span> {
        match &self.support {
            Support::Kept => Vec::new(),
            Support::Approximated { at, .. } | Support::Refused { at, .. } => distinct(match at {
                At::Found(find) => find(plan),
                At::Given(places) => places.clone(),
            }),
        }
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
    Capability { feature, support: Support::Kept, how: Cow::Borrowed(how) }
}

pub const fn approximated(feature: Feature, how: &'static str, differs: &'static str, at: Places) -> Capability {
    let support = Support::Approximated { differs: Cow::Borrowed(differs), at: At::Found(at) };
    Capability { feature, support, how: Cow::Borrowed(how) }
}

pub const fn refused(feature: Feature, instead: &'static str, at: Places) -> Capability {
    let support = Support::Refused { instead: Cow::Borrowed(instead), at: At::Found(at) };
    Capability { feature, support, how: Cow::Borrowed("") }
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
        let places = row.places(plan);
        match row.support {
            Support::Kept => {}
            Support::Refused { instead, .. } => {
                for span in places {
                    let message = format!("target `{}` does not support {}", target.name(), row.feature);
                    sink.push(Diagnostic::at(Code::Refused, span, message, "used here").help(&*instead));
                }
            }
            Support::Approximated { differs, .. } => {
                let Some(&first) = places.first() else { continue };
                let message = format!("target `{}` keeps {} only nearly", target.name(), row.feature);
                let label = match places.len() {
                    1 => "used here".to_owned(),
                    2 => "used here, and at one more place".to_owned(),
                    count => format!("used here, and at {} more places", count - 1),
                };
                sink.push(Diagnostic::at(Code::Approximated, first, message, label).note(differs));
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
