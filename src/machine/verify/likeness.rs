//! Which subjects of one expectation have the same answer: those of which the search would be the same, but for names.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::base::Base;
use super::model::{self, Subject};
use crate::machine::expect::When;
use crate::plan::SubstageRef;

/// Needs that lead to more substages are not looked into: those that have the same need are alike, others are not.
const NODES: usize = 64;

/// Two that are equal are alike.
pub(super) type Likeness = Vec<u64>;

/// The substages that a condition tells from others, and what these need; and the stages that they are in.
#[derive(Debug, Default)]
pub(super) struct Named {
    substages: HashSet<SubstageRef>,
    stages: HashSet<u32>,
}

pub(super) fn named(base: &Base<'_>, when: Option<&When>) -> Named {
    let mut named = Named::default();
    let mut open = Vec::new();
    if let Some(when) = when {
        model::few_of_condition(when, &mut open);
        when.substages(&mut |at| {
            named.substages.insert(at);
        });
    }
    let mut followed = HashSet::new();
    while let Some(at) = open.pop() {
        if followed.insert(at) {
            open.extend(model::needs(base.plan, at).flat_map(|need| need.members.iter().copied()));
        }
    }
    named.substages.extend(followed);
    named.stages = named.substages.iter().map(|at| at.stage).collect();
    named
}

/// What the search sees of a substage and of all that it needs, without their names. None where the condition tells some of them
/// from others.
pub(super) fn likeness(base: &Base<'_>, subject: Subject, named: &Named) -> Option<Likeness> {
    let Subject::Substage(at, _) = subject else { return None };
    let mut nodes = vec![at];
    let mut numbers = HashMap::from([(at, 0)]);
    let mut words = Vec::new();
    let mut index = 0;
    while let Some(&node) = nodes.get(index) {
        if named.substages.contains(&node) {
            return None;
        }
        words.extend([u64::from(node.stage), u64::from(base.site(node).group)]);
        for need in model::needs(base.plan, node) {
            if nodes.len() + need.members.len() > NODES {
                return Some(opaque(base, at, named));
            }
            words.extend([u64::from(need.loads), need.members.len() as u64]);
            for member in need.members.iter() {
                let number = *numbers.entry(*member).or_insert(nodes.len() as u64);
                if number == nodes.len() as u64 {
                    nodes.push(*member);
                }
                words.push(number);
            }
        }
        // No number is as large.
        words.push(u64::MAX);
        index += 1;
    }
    words.extend(order(base, &nodes, named));
    Some(words)
}

/// As told by the very needs that it has.
fn opaque(base: &Base<'_>, at: SubstageRef, named: &Named) -> Likeness {
    let mut words = vec![u64::MAX, u64::from(at.stage), u64::from(base.site(at).group)];
    for need in model::needs(base.plan, at) {
        let first = need.members[0];
        words.extend([u64::from(first.stage), u64::from(first.substage), need.members.len() as u64, u64::from(need.loads)]);
    }
    words.extend(order(base, &[at], named));
    words
}

/// Where order counts: how many others there are before, between and after these, as far as that makes a difference.
fn order(base: &Base<'_>, nodes: &[SubstageRef], named: &Named) -> Vec<u64> {
    let mut of_stage: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
    for (number, node) in (0..).zip(nodes) {
        let stage = &base.stages[node.stage as usize];
        if stage.width.enough().is_some() {
            of_stage.entry(node.stage).or_default().push((stage.turns[node.substage as usize], number));
        }
    }
    let mut words = Vec::new();
    for (index, mut turns) in of_stage {
        turns.sort_unstable();
        let stage = &base.stages[index as usize];
        // Where all others are of one group, only their number counts, and that only so far.
        let is_plain = stage.groups.len() == 1 && !named.stages.contains(&index);
        let most = stage.width.enough().filter(|_| is_plain).unwrap_or(u32::MAX);
        let mut last = 0;
        for (turn, number) in turns {
            words.extend([u64::from((turn - last).min(most)), number]);
            last = turn + 1;
        }
        words.push(u64::from((stage.sites.len() as u32 - last).min(most)));
    }
    words
}
