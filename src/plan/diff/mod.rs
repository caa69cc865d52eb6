//! What changes from one version of a pipeline to another, in the terms of the plan.
//!
//! Stages and substages are paired by name; what is left over by what it runs (renamed) or by its name elsewhere (moved). Shards
//! of one family are one thing here, and substages of a stage that change alike are told together.

mod facts;
mod pairs;

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Hardware, Plan};
pub use facts::Fact;
use facts::Facts;
use pairs::{Paired, Pairs, Part};

/// All changes; empty where both plans say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changes {
    /// Of what the pipeline itself says.
    pub pipeline: Vec<Change>,
    /// By hardware mode.
    pub hardware: Vec<ModeChange>,
    /// In the order of the new version; removed ones last.
    pub stages: Vec<StageChange>,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Change {
    /// Such as `retry.limit`.
    pub attribute: String,
    /// None: it was not set.
    pub before: Option<Fact>,
    /// None: it is not set any more.
    pub after: Option<Fact>,
}

/// What became of a part of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Added,
    Removed,
    Changed,
    /// It has another name and runs the same; what else differs is in its changes.
    Renamed,
    /// It is in another stage.
    Moved,
}

/// A hardware mode that is used now, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModeChange {
    pub name: String,
    /// Neither renamed nor moved.
    pub fate: Fate,
    pub changes: Vec<Change>,
}

/// A stage with what changes in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StageChange {
    pub name: String,
    /// Its name before, where that was another.
    pub was: Option<String>,
    pub fate: Fate,
    /// Of the stage itself.
    pub changes: Vec<Change>,
    pub substages: Vec<Group>,
    /// How many substages it has, a family of shards counted once; of a removed one, had.
    pub size: usize,
}

/// Substages of a stage that change alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    pub fate: Fate,
    /// The stage that they were in, where that was another.
    pub from: Option<String>,
    /// In the order of the plan.
    pub substages: Vec<Named>,
    /// The same for each of them; none where they are added or removed.
    pub changes: Vec<Change>,
}

/// A substage or a family of shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Named {
    pub name: String,
    /// Its name before, where that was another.
    pub was: Option<String>,
    /// How many shards it has; of a removed one, had.
    pub shards: usize,
}

/// Compares two plans. Takes time and memory in proportion to their size.
pub fn diff(old: &Plan, new: &Plan) -> Changes {
    let Pairs { was, parts, removed } = Pairs::of(old, new);
    let known = Modes::of(old, new);
    let mut pipeline = changes(&facts::of_plan(old), &facts::of_plan(new));
    pipeline.extend(order("order of stages", was.iter().flatten().copied(), |at| old.stages[at].name.as_str()));
    let mut gone: Vec<Vec<Group>> = removed.iter().map(|parts| removed_group(parts)).collect();
    let mut stages = Vec::new();
    for ((stage, was), parts) in new.stages.iter().zip(&was).zip(&parts) {
        let before = was.map(|at| &old.stages[at]);
        let mut told = StageChange {
            name: stage.name.to_string(),
            was: before.map(|before| before.name.to_string()).filter(|before| *before != stage.name),
            fate: before.map_or(Fate::Added, |before| if before.name == stage.name { Fate::Changed } else { Fate::Renamed }),
            changes: before.map(|before| changes(&facts::of_stage(before), &facts::of_stage(stage))).unwrap_or_default(),
            substages: groups(parts, *was, old, &known),
            size: parts.len(),
        };
        let stayed: IndexMap<usize, &str> = parts
            .iter()
            .filter_map(|(part, before)| {
                before.as_ref().filter(|(stage, _)| Some(*stage) == *was).map(|(_, old)| (old.at, part.name))
            })
            .collect();
        told.changes.extend(order("order of substages", stayed.keys().copied(), |at| stayed[&at]));
        told.substages.extend(was.map(|at| std::mem::take(&mut gone[at])).unwrap_or_default());
        if told.fate != Fate::Changed || !told.changes.is_empty() || !told.substages.is_empty() {
            stages.push(told);
        }
    }
    let is_paired: HashSet<usize> = was.into_iter().flatten().collect();
    let ended = old.stages.iter().zip(gone).enumerate().filter(|(at, _)| !is_paired.contains(at));
    stages.extend(ended.map(|(_, (stage, substages))| StageChange {
        name: stage.name.to_string(),
        was: None,
        fate: Fate::Removed,
        changes: Vec::new(),
        size: substages.iter().map(|group| group.substages.len()).sum(),
        substages,
    }));
    Changes { pipeline, hardware: known.changes, stages }
}

impl Changes {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.pipeline.is_empty() && self.hardware.is_empty() && self.stages.is_empty()
    }
}

/// The values that differ, in the order of the old version, then those that are new.
fn changes(old: &Facts, new: &Facts) -> Vec<Change> {
    let change = |attribute: &str| {
        let (before, after) = (old.get(attribute), new.get(attribute));
        (before != after).then(|| Change { attribute: attribute.to_owned(), before: before.cloned(), after: after.cloned() })
    };
    let added = new.keys().filter(|attribute| !old.contains_key(*attribute));
    old.keys().chain(added).filter_map(|attribute| change(attribute)).collect()
}

/// The change of the order of what both versions have, given by its old places in the new order.
fn order<'p>(attribute: &str, places: impl Iterator<Item = usize>, name: impl Fn(usize) -> &'p str) -> Option<Change> {
    let places: Vec<usize> = places.collect();
    if places.is_sorted() {
        return None;
    }
    let mut before = places.clone();
    before.sort_unstable();
    let names = |places: Vec<usize>| Some(Fact::List(places.into_iter().map(|at| name(at).to_owned()).collect()));
    Some(Change { attribute: attribute.to_owned(), before: names(before), after: names(places) })
}

/// The parts of a stage that change, those together that change alike.
fn groups(parts: &[Paired], was: Option<usize>, old: &Plan, modes: &Modes) -> Vec<Group> {
    type Alike = (Fate, Option<String>, Vec<Change>);
    let mut groups: IndexMap<Alike, Vec<Named>> = IndexMap::new();
    for (part, before) in parts {
        let mut alike = (Fate::Added, None, Vec::new());
        let mut former = None;
        if let Some((stage, before)) = before {
            former = Some(before.name.to_owned()).filter(|former| former != part.name);
            alike.0 = if former.is_some() { Fate::Renamed } else { Fate::Changed };
            if Some(*stage) != was {
                alike.0 = Fate::Moved;
                alike.1 = Some(old.stages[*stage].name.to_string());
            }
            alike.2 = of_part(before, part, modes);
            if alike.0 == Fate::Changed && alike.2.is_empty() {
                continue;
            }
        }
        groups.entry(alike).or_default().push(named(part, former));
    }
    let group = |((fate, from, changes), substages)| Group { fate, from, substages, changes };
    groups.into_iter().map(group).collect()
}

fn of_part(old: &Part, new: &Part, modes: &Modes) -> Vec<Change> {
    let mode = |known: &ByPlace, part: &Part| {
        let mode = part.members[0].hardware.as_deref().map(std::ptr::from_ref)?;
        known.get(&mode).map(|mode| mode.name.clone())
    };
    let (before, after) = (mode(&modes.old, old), mode(&modes.new, new));
    let mut found =
        changes(&facts::of_family(&old.members, before.as_deref()), &facts::of_family(&new.members, after.as_deref()));
    let cached = |part: &Part| part.members[0].cache.as_ref().map(|_| part.members[0].fingerprint.clone());
    if let (true, Some(old), Some(new)) = (found.is_empty() && !modes.has_changed(after.as_deref()), cached(old), cached(new))
        && old != new
    {
        // Only the content of the files that its cache depends on is left.
        let fact = |fingerprint: &str| Some(Fact::Text(fingerprint.to_owned()));
        found.push(Change { attribute: "fingerprint".to_owned(), before: fact(&old), after: fact(&new) });
    }
    found
}

fn removed_group(parts: &[Part]) -> Vec<Group> {
    let substages: Vec<Named> = parts.iter().map(|part| named(part, None)).collect();
    let group = Group { fate: Fate::Removed, from: None, substages, changes: Vec::new() };
    if parts.is_empty() { Vec::new() } else { vec![group] }
}

fn named(part: &Part, was: Option<String>) -> Named {
    Named { name: part.name.to_owned(), was, shards: part.members.len() }
}

/// A hardware mode under a name that no other of its plan has.
struct Mode {
    name: String,
    facts: Facts,
}

/// By place in memory: the plan shares each mode.
type ByPlace = IndexMap<*const Hardware, Mode>;

/// The modes of both plans.
struct Modes {
    old: ByPlace,
    new: ByPlace,
    changes: Vec<ModeChange>,
}

/// The modes that a plan uses. Files may have modes of one name; the second is called `gpu #2`.
fn modes(plan: &Plan) -> ByPlace {
    let mut found: ByPlace = IndexMap::new();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for mode in plan.substages().filter_map(|(_, substage)| substage.hardware.as_deref()) {
        found.entry(std::ptr::from_ref(mode)).or_insert_with(|| {
            let times = times.entry(mode.name.as_str()).or_default();
            *times += 1;
            let name = if *times == 1 { mode.name.to_string() } else { format!("{} #{times}", mode.name) };
            Mode { name, facts: facts::of_hardware(mode) }
        });
    }
    found
}

impl Modes {
    fn of(old: &Plan, new: &Plan) -> Self {
        let (old, new) = (modes(old), modes(new));
        let changes = mode_changes(&old, &new);
        Self { old, new, changes }
    }

    fn has_changed(&self, name: Option<&str>) -> bool {
        self.changes.iter().any(|change| Some(change.name.as_str()) == name)
    }
}

fn mode_changes(old: &ByPlace, new: &ByPlace) -> Vec<ModeChange> {
    let by_name = |modes: &ByPlace| -> IndexMap<String, Facts> {
        modes.values().map(|mode| (mode.name.clone(), mode.facts.clone())).collect()
    };
    let (old, new) = (by_name(old), by_name(new));
    let mut found = Vec::new();
    for (name, facts) in &new {
        let (fate, changes) = match old.get(name) {
            Some(before) => (Fate::Changed, changes(before, facts)),
            None => (Fate::Added, changes(&Facts::new(), facts)),
        };
        if fate == Fate::Added || !changes.is_empty() {
            found.push(ModeChange { name: name.clone(), fate, changes });
        }
    }
    let ended = old.keys().filter(|name| !new.contains_key(*name));
    found.extend(ended.map(|name| ModeChange { name: name.clone(), fate: Fate::Removed, changes: Vec::new() }));
    found
}
