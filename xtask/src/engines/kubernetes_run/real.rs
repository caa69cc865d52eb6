//! Commands that really run, started by a driver that really runs in its pod: a kubelet takes the place of our node.

use super::super::argo::{REAL_TABLE, SAID};
use super::super::cluster::job::Report;
use super::super::cluster::real::RealCluster;
use super::super::cluster::{Kind, programs};
use super::super::conformance::compiled::{Cases, Compiled};
use super::super::conformance::judge::{Known, Seen};
use super::super::mutation::Mutation;
use super::super::tally::Tally;
use super::super::{Engine, Site, conformance};
use super::{Way, conduct, driven, observed, see};
use anyhow::{Context, Result};
use std::path::Path;

pub const ENGINE: Engine = Engine {
    name: "kubernetes-real",
    judges: "pipelines whose commands really run, in Jobs of a driver that runs in its own pod",
    wants_examples: false,
    tools: &[
        &programs::ETCD,
        &programs::KUBERNETES,
        &programs::KUBECTL,
        &programs::FAKE_NODE,
        &programs::KUBELET,
        &programs::RUNTIME,
    ],
    judge,
};

/// Runs under way at once.
const AT_ONCE: usize = 4;

/// Compiled files with something wrong: what then happens must be seen to differ.
const BROKEN: &[(&str, Mutation)] = &[
    ("text: text arrives as it was written", Mutation { name: "other words", from: "$$(HOME) 你好", to: "$$(HOME) 您好" }),
    ("attempts: after a body", Mutation { name: "another code", from: "exit 7", to: "exit 0" }),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let cases = conformance::written(REAL_TABLE)?;
    let cases = Cases::new("kubernetes", &driven(false), cases, BROKEN, &site.arguments.case)?;
    // When an attempt ends is its own affair here.
    let known = Known { declared: &[], excuses: &[], in_order: false };
    let way =
        Way { name: "real", cases, observe: observed::observe, known, holds: |_, _| Ok(()), patience: 0.0, more_time: 300.0 };
    let (_cluster, mut line) = RealCluster::start(&site.scratch, Kind::JobsReal)?;
    let reports = conduct(&mut line, std::slice::from_ref(&way), Path::new(""), AT_ONCE, site)
        .with_context(|| format!("the cluster is not well; see {}", site.scratch.display()))?;
    let seen = |number: usize, one: &Compiled| said(one, see(&way, one, &reports[&way.id(number)]), &reports[&way.id(number)]);
    way.cases.judge("kubernetes-real", &way.known, seen, &site.scratch.join("reports"), tally)
}

/// With what nobody printed that should have.
fn said(one: &Compiled, mut seen: Seen, report: &Report) -> Seen {
    let notes = report.notes.as_deref().unwrap_or_default();
    let is_missing = |(name, text): &&(&str, &str)| *name == one.case.name && !notes.iter().any(|note| note.contains(text));
    seen.problems.extend(SAID.iter().filter(is_missing).map(|(_, text)| format!("nobody printed {text:?}")));
    seen
}
