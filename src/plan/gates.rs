//! Needs and run conditions: what they name, in which order it runs, and whether it can.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ecow::EcoString;

use super::eval::{Eval, VALUE_BYTES};
use super::expand::StageDraft;
use super::model::{Condition, Need, SubstageRef};
use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::sema::gates;
use crate::sema::hir::Pipeline;

/// Where the names of a plan lead.
struct Index<'d> {
    pipeline: &'d Pipeline,
    stages: HashMap<EcoString, u32>,
    /// A path means the same wherever it stands.
    found: HashMap<EcoString, Target>,
}

#[derive(Clone)]
enum Target {
    /// A stage, the unit in it, and its members.
    Substages { stage: u32, unit: u32, members: Arc<[SubstageRef]> },
    /// Declared, but not in this plan.
    Absent,
    /// No such thing; what may help.
    Unknown(String),
}

/// Fills in the members of all needs, and judges needs and conditions.
pub(super) fn resolve(eval: &mut Eval<'_>, drafts: &mut [StageDraft], pipeline: &Pipeline) {
    let stages = drafts.iter().enumerate().map(|(at, draft)| (draft.stage.name.clone(), at as u32)).collect();
    let mut index = Index { pipeline, stages, found: HashMap::new() };
    for at in 0..drafts.len() {
        judge_condition(eval, &drafts[at], at as u32, &index);
        let mut edges: Vec<Vec<(u32, Span)>> = vec![Vec::new(); drafts[at].units.len()];
        for (unit, edges) in edges.iter_mut().enumerate() {
            let first = drafts[at].units[unit].first as usize;
            let count = drafts[at].units[unit].count as usize;
            // All shards of a family were written once and need the same.
            let mut needs = std::mem::take(&mut drafts[at].stage.substages[first].needs);
            for need in &mut needs {
                if let Some(edge) = resolve_need(eval, need, drafts, at as u32, &mut index) {
                    edges.push((edge, need.span));
                }
                if eval.spend_values((need.members.len() * count) as u64, need.span).is_err() {
                    return;
                }
            }
            if eval.spend_bytes(needs.len() * count * VALUE_BYTES, drafts[at].place).is_err() {
                return;
            }
            for substage in &mut drafts[at].stage.substages[first + 1..first + count] {
                substage.needs.clone_from(&needs);
            }
            drafts[at].stage.substages[first].needs = needs;
        }
        report_rings(eval, &drafts[at], &edges);
    }
}

/// Resolves one need; returns the unit of the same stage that it waits for, if it does.
fn resolve_need(eval: &mut Eval<'_>, need: &mut Need, drafts: &[StageDraft], at: u32, index: &mut Index<'_>) -> Option<u32> {
    let target = match index.found.get(&need.path) {
        Some(target) => target.clone(),
        None => {
            let target = index.find(&need.path, drafts);
            index.found.insert(need.path.clone(), target.clone());
            target
        }
    };
    let path = need.path.escape_debug().to_string();
    match target {
        Target::Substages { stage, unit, members } => {
            need.members = members;
            if need.loads {
                report_empty_load(eval, need, drafts);
            }
            if stage > at {
                let (own, other) = (&drafts[at as usize].stage.name, &drafts[stage as usize]);
                let diagnostic = gates::later_need(need.span, &path, own);
                eval.report(diagnostic.label(other.place, format!("`{}` runs later", other.stage.name)));
            }
            (stage == at).then_some(unit)
        }
        Target::Absent => {
            let message = format!("`{path}` is not in this plan, so the gate is open");
            let note = "a condition or a loop leaves it out with these parameters";
            eval.report(Diagnostic::at(Code::OpenGate, need.span, message, "left out of this plan").note(note));
            None
        }
        Target::Unknown(help) => {
            eval.report(gates::unknown_substage(need.span, &path, help));
            None
        }
    }
}

/// What saves nothing has nothing to load.
fn report_empty_load(eval: &mut Eval<'_>, need: &Need, drafts: &[StageDraft]) {
    let Some(first) = need.members.first() else { return };
    // All members of a family were written once.
    let saving = &drafts[first.stage as usize].stage.substages[first.substage as usize];
    if saving.artifacts.save.is_empty() {
        let path = need.path.escape_debug();
        let message = format!("`{path}` saves nothing, so there is nothing to load");
        let diagnostic = Diagnostic::at(Code::EmptyLoad, need.span, message, "no file comes from here");
        eval.report(diagnostic.label(saving.span, "this has no `artifacts` with a `save`").help(format!(
            "write `artifacts {{ save = [\"…\"] }}` there; if only the order counts, `needs = [\"{path}\"]` here"
        )));
    }
}

impl Index<'_> {
    fn find(&self, path: &str, drafts: &[StageDraft]) -> Target {
        let Some((stage, substage)) = path.split_once('/') else {
            let within = drafts.iter().find(|draft| draft.names.contains_key(path));
            return Target::Unknown(match within {
                Some(draft) => format!("did you mean `{}/{path}`?", draft.stage.name),
                None => "a path is `\"stage/substage\"`".to_owned(),
            });
        };
        if let Some(at) = self.stages.get(stage) {
            let draft = &drafts[*at as usize];
            if let Some(named) = draft.names.get(substage) {
                let members = (named.first..named.first + named.count).map(|substage| SubstageRef { stage: *at, substage });
                return Target::Substages { stage: *at, unit: named.unit, members: members.collect() };
            }
        }
        if self.declares(stage, Some(substage)) {
            return Target::Absent;
        }
        Target::Unknown(self.nearest(stage, substage, drafts))
    }

    /// Whether the source declares it, even if this plan leaves it out.
    fn declares(&self, stage: &str, substage: Option<&str>) -> bool {
        let fits = is_like;
        self.pipeline.declared.iter().any(|declared| {
            fits(&declared.stage, stage)
                && substage.is_none_or(|substage| {
                    let family = substage.rsplit_once('-').filter(|(_, shard)| is_shard(shard)).map(|(family, _)| family);
                    declared.substages.iter().any(|glob| fits(glob, substage) || family.is_some_and(|family| fits(glob, family)))
                })
        })
    }

    fn nearest(&self, stage: &str, substage: &str, drafts: &[StageDraft]) -> String {
        let Some(at) = self.stages.get(stage) else {
            return match nearest(stage, drafts.iter().map(|draft| draft.stage.name.as_str())) {
                Some(meant) => format!("did you mean `{meant}/{substage}`?"),
                None => "a path is `\"stage/substage\"`".to_owned(),
            };
        };
        let units = &drafts[*at as usize].units;
        if let Some(meant) = nearest(substage, units.iter().map(|unit| unit.name.as_str())) {
            return format!("did you mean `{stage}/{meant}`?");
        }
        let shown: Vec<String> = units.iter().take(5).map(|unit| format!("`{}`", unit.name)).collect();
        let more = if units.len() > shown.len() { ", …" } else { "" };
        if shown.is_empty() { format!("`{stage}` has no substages") } else { format!("`{stage}` has {}{more}", shown.join(", ")) }
    }
}

/// Whether a declared name, with `*` for each interpolation, can be this name.
fn is_like(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        // The first place is as good as any later one: what follows has more room.
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether it is the ending of a shard's name: `1of4`.
fn is_shard(text: &str) -> bool {
    text.split_once("of").is_some_and(|(index, count)| index.parse::<u32>().is_ok() && count.parse::<u32>().is_ok())
}

/// A condition may look at earlier stages only.
fn judge_condition(eval: &mut Eval<'_>, draft: &StageDraft, at: u32, index: &Index<'_>) {
    let Some(condition) = &draft.stage.when else { return };
    let span = draft.when;
    let mut stack = vec![condition];
    while let Some(condition) = stack.pop() {
        let stage = match condition {
            Condition::Always | Condition::Succeeded | Condition::Failed => continue,
            Condition::StageSucceeded(stage) | Condition::StageFailed(stage) => stage,
            Condition::Not(inner) => {
                stack.push(inner);
                continue;
            }
            Condition::And(left, right) | Condition::Or(left, right) => {
                stack.extend([&**right, &**left]);
                continue;
            }
        };
        match index.stages.get(stage) {
            Some(other) if *other < at => {}
            Some(other) => {
                let which = if *other == at { "the stage itself" } else { "a later stage" };
                eval.report(gates::later_condition(span, stage, which));
            }
            None if index.declares(stage, None) => {}
            None => {
                let names = index.stages.keys().map(EcoString::as_str).collect::<std::collections::BTreeSet<_>>();
                eval.report(gates::unknown_stage(span, &stage.escape_debug().to_string(), nearest(stage, names)));
            }
        }
    }
}

/// Needs of one stage that wait for each other: each ring once, beginning with its first edge in source order.
fn report_rings(eval: &mut Eval<'_>, draft: &StageDraft, edges: &[Vec<(u32, Span)>]) {
    let mut waits: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut waiting: Vec<Vec<u32>> = vec![Vec::new(); edges.len()];
    for (unit, needs) in edges.iter().enumerate() {
        for (needed, _) in needs {
            waiting[*needed as usize].push(unit as u32);
        }
    }
    let mut ready: Vec<u32> = (0..edges.len() as u32).filter(|unit| waits[*unit as usize] == 0).collect();
    let mut done = vec![false; edges.len()];
    let mut next = 0;
    loop {
        while let Some(unit) = ready.pop() {
            done[unit as usize] = true;
            for later in &waiting[unit as usize] {
                waits[*later as usize] = waits[*later as usize].saturating_sub(1);
                if waits[*later as usize] == 0 && !done[*later as usize] {
                    ready.push(*later);
                }
            }
        }
        // What is left is in a ring or waits for one.
        while next < edges.len() && done[next] {
            next += 1;
        }
        if next == edges.len() {
            return;
        }
        let ring = ring_from(next as u32, edges, &done);
        report_ring(eval, draft, &ring);
        for (unit, _) in &ring {
            waits[*unit as usize] = 0;
            ready.push(*unit);
        }
    }
}

/// Follows needs until one comes again; each with the place of the need that leads on.
fn ring_from(start: u32, edges: &[Vec<(u32, Span)>], done: &[bool]) -> Vec<(u32, Span)> {
    let mut path: Vec<(u32, Span)> = Vec::new();
    let mut seen = HashSet::new();
    let mut at = start;
    while seen.insert(at) {
        let Some((needed, span)) = edges[at as usize].iter().find(|(needed, _)| !done[*needed as usize]) else { break };
        path.push((at, *span));
        at = *needed;
    }
    let begin = path.iter().position(|(unit, _)| *unit == at).unwrap_or(0);
    let mut ring = path.split_off(begin);
    let first = (0..ring.len()).min_by_key(|index| ring[*index].1).unwrap_or(0);
    ring.rotate_left(first);
    ring
}

fn report_ring(eval: &mut Eval<'_>, draft: &StageDraft, ring: &[(u32, Span)]) {
    let Some((first, span)) = ring.first() else { return };
    let name = |unit: u32| &draft.units[unit as usize].name;
    let stage = &draft.stage.name;
    let diagnostic = if ring.len() == 1 {
        Diagnostic::at(Code::NeedsRing, *span, format!("`{stage}/{}` needs itself", name(*first)), "waits for itself")
    } else {
        let shown = ring.iter().take(8).map(|(unit, _)| format!("`{}`", name(*unit)));
        let more = if ring.len() > 8 { vec!["…".to_owned()] } else { Vec::new() };
        let shown = shown.chain(more).chain([format!("`{}`", name(*first))]).collect::<Vec<_>>().join(" → ");
        let message = format!("these substages of `{stage}` wait for each other: {shown}");
        let mut diagnostic = Diagnostic::at(Code::NeedsRing, *span, message, format!("`{}` waits here", name(*first)));
        for (unit, span) in ring.iter().skip(1).take(7) {
            diagnostic = diagnostic.label(*span, format!("`{}` waits here", name(*unit)));
        }
        diagnostic
    };
    eval.report(diagnostic.help("remove one of these needs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_names_stand_for_all_they_can_become() {
        for (glob, name) in [("build-*", "build-x"), ("*-*", "a-b-c"), ("a", "a"), ("*", ""), ("a*b*c", "a1b2bc")] {
            assert!(is_like(glob, name), "{glob} {name}");
        }
        for (glob, name) in [("build-*", "test-x"), ("a", "ab"), ("a*a", "a"), ("*-*", "ab"), ("a*b*c", "acb")] {
            assert!(!is_like(glob, name), "{glob} {name}");
        }
        assert!(is_shard("1of4") && !is_shard("of") && !is_shard("x1of4"));
    }
}
