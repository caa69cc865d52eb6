//! Kubernetes itself: pipelines run there by the driver that is compiled along, and what happens is compared with the machine.
//!
//! API server, scheduler and the controller of Jobs are the real ones. A node of ours ends the pods of substages as each case says;
//! the driver's pod it really runs, with a real kubectl and the rights of the pod's service account.

mod observed;
mod setup;

use super::cluster::job::Report;
use super::cluster::{Cluster, Kind, Line, programs};
use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Declared, Known, Seen};
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, conformance};
use anyhow::{Context, Result, ensure};
use o11n::target::Options;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "kubernetes-run",
    judges: "pipelines run by the driver on a real API server and Job controller, compared with the machine",
    wants_examples: false,
    tools: &[&programs::ETCD, &programs::KUBERNETES, &programs::KUBECTL, &programs::FAKE_NODE],
    judge,
};

/// Runs under way at once: more would only wait for each other, on two cores.
const AT_ONCE: usize = 20;

/// How cases end whose driver loses its node in the middle, and each how many is also such a one.
const INTERRUPTED: &str = ", its driver interrupted";
const INTERRUPTED_EACH: usize = 8;

/// Nothing is known to differ: the driver keeps all ten rules.
pub const DECLARED: &[Declared] = &[];

/// Compiled files with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    ("policies: policies: continue alone", Mutation { name: "a failure that stops", from: " continue - ", to: " finish - " }),
    ("attempts: retries: each until it passes", Mutation { name: "a retry less", from: " - - 3 ", to: " - - 2 " }),
    ("needs: needs: a family is needed whole", Mutation { name: "a gate that one opens", from: "result = -1", to: "result = 1" }),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no warning", from: "=unstable", to: "=succeeded" },
    ),
    (
        "slots: slots: two at a time, the urgent one first",
        Mutation { name: "all slots", from: "stage test 2 ", to: "stage test - " },
    ),
];

/// What the driver is asked for by.
pub fn driven(rbac: bool) -> Options {
    Options { rbac, given: vec![("driver".into(), "job".into())], ..Options::default() }
}

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let mut cases = Cases::new("kubernetes", &driven(false), conformance::all(site.arguments)?, BROKEN, &site.arguments.case)?;
    let interrupted = cases.good.iter().step_by(INTERRUPTED_EACH).cloned().map(|mut one| {
        one.case.name.push_str(INTERRUPTED);
        one
    });
    cases.good.extend(interrupted.collect::<Vec<_>>());
    let start = Instant::now();
    let (mut cluster, mut line) = Cluster::start(&site.scratch, Kind::Jobs)?;
    let reports = conduct(&mut line, &cases, site).with_context(|| match cluster.dead() {
        Some(name) => format!("{name} has ended"),
        None => "the node".to_owned(),
    })?;
    let known = Known { declared: DECLARED, excuses: &[], in_order: true };
    let seen = |number: usize, one: &Compiled| see(one, &reports[&format!("case-{number}")]);
    cases.judge("kubernetes-run", &known, seen, &site.scratch.join("reports"), tally)?;
    println!("kubernetes-run: the cluster was at it for {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs all cases and returns the reports by the names of the jobs.
fn conduct(line: &mut Line, cases: &Cases, site: &Site) -> Result<BTreeMap<String, Report>> {
    let folder = site.scratch.join("reports");
    fs::create_dir_all(&folder)?;
    let mut reports = BTreeMap::new();
    let wanted = cases.all().count();
    // What has to be waited for goes first: what is broken may never end, and some is cut by the clock.
    let (broken, good): (Vec<_>, Vec<_>) = cases.all().partition(|(number, _)| *number >= cases.good.len());
    let (by_clock, others): (Vec<_>, Vec<_>) = good.into_iter().partition(|(_, one)| one.case.is_cut_by_clock());
    let mut waiting = broken.into_iter().chain(by_clock).chain(others);
    for (number, one) in waiting.by_ref().take(AT_ONCE) {
        line.send(&setup::job(number, one, number >= cases.good.len())?)?;
    }
    while reports.len() < wanted {
        let mut text = String::new();
        ensure!(line.reports.read_line(&mut text)? > 0, "the node has ended");
        let report: Report = serde_json::from_str(&text).context("a report is not what it should be")?;
        fs::write(folder.join(format!("{}.json", report.id)), &text)?;
        reports.insert(report.id.clone(), report);
        if let Some((number, one)) = waiting.next() {
            line.send(&setup::job(number, one, number >= cases.good.len())?)?;
        }
    }
    Ok(reports)
}

fn see(one: &Compiled, report: &Report) -> Seen {
    Seen {
        observed: observed::observe(&one.case.plan, report),
        problems: report.problems.clone().unwrap_or_default(),
        notes: report.notes.clone().unwrap_or_default(),
    }
}
