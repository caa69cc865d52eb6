//! What becomes of one plan on each target: each construct that it uses kept, approximated or refused, by the targets'
//! capabilities alone.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::Target;
use super::capability::{Capability, Level, features, remarks};
use super::uses::Uses;
use crate::base::{SourceMap, Span};
use crate::diag::Diagnostic;
use crate::plan::Plan;

/// The schema's name and version.
pub const SCHEMA: &str = "o11n/port/1";

/// A portability report.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// Always `o11n/port/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub targets: Vec<Verdict>,
    /// What the pipeline uses: the rules of its semantics, then attributes, then fields of hardware modes.
    pub constructs: Vec<Construct>,
}

/// How a target takes the pipeline as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Verdict {
    pub name: String,
    /// The flags of `compile` under which all this holds, where it does not without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// That of the construct that it keeps worst.
    pub support: Level,
    /// How many constructs it keeps only nearly.
    pub approximated: usize,
    /// How many it refuses.
    pub refused: usize,
}

/// A rule, an attribute or a field that the pipeline uses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Construct {
    pub construct: String,
    /// Where it is used.
    pub places: Vec<Place>,
    /// By the name of the target.
    pub targets: IndexMap<String, Finding>,
}

/// What a target makes of a construct as the pipeline uses it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    pub support: Level,
    /// How it is kept, what differs, or what to write instead; may be empty.
    pub remark: String,
    /// The uses that are not kept.
    pub places: Vec<Place>,
}

/// A place in a source, line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl Document {
    /// The report on a plan, with the places of its sources.
    pub fn new(plan: &Plan, targets: &[&dyn Target], sources: &SourceMap) -> Result<Self, Box<Diagnostic>> {
        let uses = Uses::of(plan);
        let rows: Vec<(String, Vec<Capability>)> = targets
            .iter()
            .map(|target| Ok((target.name().to_owned(), target.capabilities_of(plan)?)))
            .collect::<Result<_, Box<Diagnostic>>>()?;
        let mut constructs = Vec::new();
        for feature in features() {
            let findings: IndexMap<String, Finding> = rows
                .iter()
                .filter_map(|(name, rows)| Some((name.clone(), rows.iter().find(|row| row.feature == feature)?)))
                .map(|(name, row)| (name, finding(row, plan, sources)))
                .collect();
            let places = places(uses.places(feature), sources);
            // Where a target minds, it is used, whatever else says.
            if !places.is_empty() || findings.values().any(|found| !found.places.is_empty()) {
                constructs.push(Construct { construct: feature.to_string(), places, targets: findings });
            }
        }
        let verdict = |((name, _), target): (&(String, Vec<Capability>), &&dyn Target)| {
            let levels = || constructs.iter().filter_map(|construct| construct.targets.get(name)).map(|found| found.support);
            let count = |wanted| levels().filter(|level| *level == wanted).count();
            Verdict {
                name: name.clone(),
                with: target.presupposes().iter().map(|(name, value)| format!("--option {name}={value}")).collect(),
                support: levels().max().unwrap_or(Level::Kept),
                approximated: count(Level::Approximated),
                refused: count(Level::Refused),
            }
        };
        let targets = rows.iter().zip(targets).map(verdict).collect();
        Ok(Self { schema: SCHEMA, pipeline: plan.pipeline.to_string(), targets, constructs })
    }
}

fn finding(row: &Capability, plan: &Plan, sources: &SourceMap) -> Finding {
    let met = row.met(plan);
    let Some((first, _)) = met.first() else {
        return Finding { support: Level::Kept, remark: row.how.to_string(), places: Vec::new() };
    };
    let found: Vec<Span> = met.iter().flat_map(|(_, places)| places).copied().collect();
    Finding { support: first.level, remark: remarks(met.iter().map(|(limit, _)| *limit)), places: places(&found, sources) }
}

fn places(spans: &[Span], sources: &SourceMap) -> Vec<Place> {
    let place = |span: &Span| {
        let at = sources.position(*span);
        Place { file: sources.get(span.file).path.to_string(), line: at.line, column: at.column }
    };
    spans.iter().map(place).collect()
}
