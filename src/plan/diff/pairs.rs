//! Which part of the one version is which of the other. Everything is looked up, nothing is searched for: the time is in
//! proportion to the plans.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use ecow::EcoString;
use indexmap::IndexMap;

use crate::plan::{Body, Plan, Stage, Substage};

/// A substage, or all shards of a family.
#[derive(Clone, Debug)]
pub(super) struct Part<'p> {
    pub(super) name: &'p str,
    /// Its place among the parts of its stage.
    pub(super) at: usize,
    /// At least one.
    pub(super) members: Vec<&'p Substage>,
}

/// A part of the new version, and what it was: the old version's stage, and the part of it.
pub(super) type Paired<'p> = (Part<'p>, Option<(usize, Part<'p>)>);

#[derive(Debug)]
pub(super) struct Pairs<'p> {
    /// By stage of the new version: which it was.
    pub(super) was: Vec<Option<usize>>,
    /// By stage of the new version: its parts.
    pub(super) parts: Vec<Vec<Paired<'p>>>,
    /// By stage of the old version: the parts that are no more.
    pub(super) removed: Vec<Vec<Part<'p>>>,
}

/// Parts of the old version that are not paired, by place.
type Left<'p> = Vec<Vec<Option<Part<'p>>>>;

impl<'p> Pairs<'p> {
    pub(super) fn of(old: &'p Plan, new: &'p Plan) -> Self {
        let mut left: Left = old.stages.iter().map(|stage| parts(stage).map(Some).collect()).collect();
        let mut parts: Vec<Vec<Paired>> =
            new.stages.iter().map(|stage| parts(stage).map(|part| (part, None)).collect()).collect();
        let was = stages(old, new, &left, &parts);
        for (at, paired) in was.iter().zip(&mut parts) {
            let Some(at) = *at else { continue };
            pair(paired.iter_mut(), &mut left, at..at + 1, |part| part.name);
            // The same work under another name.
            pair(paired.iter_mut(), &mut left, at..at + 1, Part::content);
            pair(paired.iter_mut(), &mut left, at..at + 1, Part::work);
        }
        // The same work under the same name elsewhere.
        let stages = 0..left.len();
        pair(parts.iter_mut().flatten(), &mut left, stages, |part| (part.name, part.work()));
        let removed = left.into_iter().map(|stage| stage.into_iter().flatten().collect()).collect();
        Self { was, parts, removed }
    }
}

impl<'p> Part<'p> {
    /// What tells whether it does the same, down to the last setting.
    fn content(&self) -> Vec<&'p str> {
        self.members.iter().map(|member| member.fingerprint.as_str()).collect()
    }

    /// What it runs.
    fn work(&self) -> (Option<EcoString>, &'p [EcoString]) {
        match &self.members[0].body {
            Body::Run(run) => (Some(run.text()), &[]),
            Body::Command(words) => (None, words),
        }
    }
}

fn parts(stage: &Stage) -> impl Iterator<Item = Part<'_>> {
    let mut families: IndexMap<&str, Vec<&Substage>> = IndexMap::new();
    for substage in &stage.substages {
        let name = substage.shard.as_ref().map_or(&substage.name, |shard| &shard.family);
        families.entry(name).or_default().push(substage);
    }
    families.into_iter().enumerate().map(|(at, (name, members))| Part { name, at, members })
}

/// Which stage of the old version each of the new one was: by its name, else by the names of what
/// is in it.
fn stages<'p>(old: &'p Plan, new: &'p Plan, left: &Left<'p>, parts: &[Vec<Paired<'p>>]) -> Vec<Option<usize>> {
    let by_name: HashMap<&str, usize> = old.stages.iter().enumerate().map(|(at, stage)| (stage.name.as_str(), at)).collect();
    let mut was: Vec<Option<usize>> = new.stages.iter().map(|stage| by_name.get(stage.name.as_str()).copied()).collect();
    let mut is_taken = vec![false; old.stages.len()];
    was.iter().flatten().for_each(|at| is_taken[*at] = true);
    let mut by_parts: HashMap<Vec<&str>, VecDeque<usize>> = HashMap::new();
    for (at, stage) in left.iter().enumerate().filter(|(at, stage)| !is_taken[*at] && !stage.is_empty()) {
        by_parts.entry(stage.iter().flatten().map(|part| part.name).collect()).or_default().push_back(at);
    }
    for (was, parts) in was.iter_mut().zip(parts).filter(|(was, _)| was.is_none()) {
        let names: Vec<&str> = parts.iter().map(|(part, _)| part.name).collect();
        *was = by_parts.get_mut(&names).and_then(VecDeque::pop_front);
        was.iter().for_each(|at| is_taken[*at] = true);
    }
    let mut by_part: HashMap<&str, usize> = HashMap::new();
    for (at, stage) in left.iter().enumerate().filter(|(at, _)| !is_taken[*at]) {
        for part in stage.iter().flatten() {
            by_part.entry(part.name).or_insert(at);
        }
    }
    for (was, parts) in was.iter_mut().zip(parts).filter(|(was, _)| was.is_none()) {
        let mut shared: IndexMap<usize, usize> = IndexMap::new();
        for at in parts.iter().filter_map(|(part, _)| by_part.get(part.name)).filter(|at| !is_taken[**at]) {
            *shared.entry(*at).or_default() += 1;
        }
        // Half of what it was must still be there.
        let most = shared.into_iter().rev().max_by_key(|(_, count)| *count);
        *was = most.filter(|(at, count)| 2 * count >= left[*at].len()).map(|(at, _)| at);
        was.iter().for_each(|at| is_taken[*at] = true);
    }
    was
}

/// Pairs what is unpaired with what is left in some stages of the old version and has the same key, in order.
fn pair<'a, 'p: 'a, K: Hash + Eq>(
    unpaired: impl IntoIterator<Item = &'a mut Paired<'p>>,
    left: &mut Left<'p>,
    stages: std::ops::Range<usize>,
    key: impl Fn(&Part<'p>) -> K,
) {
    let mut waiting: HashMap<K, VecDeque<(usize, usize)>> = HashMap::new();
    for stage in stages {
        for (at, part) in left[stage].iter().enumerate() {
            if let Some(part) = part {
                waiting.entry(key(part)).or_default().push_back((stage, at));
            }
        }
    }
    if waiting.is_empty() {
        return;
    }
    for (part, was) in unpaired.into_iter().filter(|(_, was)| was.is_none()) {
        if let Some((stage, at)) = waiting.get_mut(&key(part)).and_then(VecDeque::pop_front) {
            *was = left[stage][at].take().map(|old| (stage, old));
        }
    }
}
