//! Argo's controller itself: compiled pipelines run on it, and what happens is compared with the machine.
//!
//! API server, scheduler and controllers are the real ones; a node of ours ends pods as each case says. What the engine did is put
//! into the machine's words and compared.

mod boards;
mod declared;
mod observed;
mod setup;

use super::cluster::job::Report;
use super::cluster::real::RealCluster;
use super::cluster::{Cluster, Kind, Line, programs};
use super::conformance::case::Case;
use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Known, Seen};
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, cases, conformance};
use anyhow::{Context, Result, ensure};
use boards::Boards;
pub use declared::DECLARED;
use declared::EXCUSES;
use o11n::target::Options;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "argo",
    judges: "pipelines run on Argo's own controller, compared with the machine",
    wants_examples: false,
    tools: &[&programs::ETCD, &programs::KUBERNETES, &programs::CONTROLLER, &programs::FAKE_NODE, &programs::CRDS],
    judge,
};

pub const REAL_ENGINE: Engine = Engine {
    name: "argo-real",
    judges: "pipelines whose commands really run, in containers of a real kubelet",
    wants_examples: false,
    tools: &[
        &programs::ETCD,
        &programs::KUBERNETES,
        &programs::CONTROLLER,
        &programs::FAKE_NODE,
        &programs::CRDS,
        &programs::KUBELET,
        &programs::ARGOEXEC,
        &programs::RUNTIME,
    ],
    judge: judge_real,
};

/// Cases of which a part runs on Jenkins.
const MIXED_TABLE: &str = "tests/engines/conformance-mixed";
/// Cases for the real node: there the bodies do what the scenario says that they do.
pub const REAL_TABLE: &str = "tests/engines/conformance-real";

/// Runs under way at once: more would only wait for each other, on two cores.
const AT_ONCE: usize = 20;
/// The same for runs that are cut by the clock, which goes on while the machine is busy.
const BY_CLOCK_AT_ONCE: usize = 10;
/// The same for runs whose commands really run.
const REAL_AT_ONCE: usize = 4;

/// Compiled files with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    (
        "policies: policies: continue alone",
        Mutation {
            name: "failures that are not forgiven",
            from: "continueOn: {failed: true, error: true}",
            to: "continueOn: {}",
        },
    ),
    ("attempts: retries: each until it passes", Mutation { name: "a retry less", from: "limit: \"3\"", to: "limit: \"2\"" }),
    ("needs: needs: a family is needed whole", Mutation { name: "a gate that one opens", from: "all([", to: "any([" }),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no warning", from: "? 'succeeded' : 'unstable'", to: "? 'succeeded' : 'succeeded'" },
    ),
    (
        "slots: slots: two at a time, the urgent one first",
        Mutation { name: "a slot more", from: "parallelism: 2", to: "parallelism: 3" },
    ),
];

/// The same on the real node.
const BROKEN_REAL: &[(&str, Mutation)] = &[
    ("text: text arrives as it was written", Mutation { name: "other words", from: "$$(HOME) 你好", to: "$$(HOME) 您好" }),
    ("attempts: after a body", Mutation { name: "another code", from: "exit 7", to: "exit 0" }),
];

/// What bodies on the real node must have printed, by the name of the case.
pub const SAID: &[(&str, &str)] = &[
    ("attempts: timeouts of real processes", "after attempt 1: timed_out"),
    ("attempts: timeouts of real processes", "after attempt 2: timed_out"),
    ("attempts: after a body", "after passes: succeeded"),
    ("attempts: after a body", "after fails: failed"),
    ("flow: an abort kills, and nothing that it killed is tried again", "after runs: cancelled"),
];

/// The node's words for a workflow that Argo had to be reminded of.
const LOST_SIGHT: &str = "Argo has lost sight of it";

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    // The bridges in pods are the real program.
    cases::build()?;
    let boards = Boards::start()?;
    let mut cases: Vec<Case> = conformance::all(site.arguments)?.into_iter().map(Case::anywhere).collect();
    cases.extend(boards.equip(conformance::written(MIXED_TABLE)?));
    let cases = compile(site, cases, BROKEN)?;
    let start = Instant::now();
    let (mut cluster, mut line) = Cluster::start(&site.scratch, Kind::Argo)?;
    let reports = conduct(&mut line, &cases, site, Pods::Fake).with_context(|| match cluster.dead() {
        Some(name) => format!("{name} has ended"),
        None => "the node".to_owned(),
    })?;
    compare(&cases, &reports, site, Pods::Fake, tally)?;
    boards.judge(tally);
    let notes = reports.values().flat_map(|report| report.notes.iter().flatten());
    println!("argo: lost sight of {} workflows past their deadlines", notes.filter(|note| note.contains(LOST_SIGHT)).count());
    println!("argo: the cluster was at it for {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn judge_real(site: &Site, tally: &mut Tally) -> Result<()> {
    let cases = compile(site, conformance::written(REAL_TABLE)?, BROKEN_REAL)?;
    let (_cluster, mut line) = RealCluster::start(&site.scratch, Kind::ArgoReal)?;
    let reports = conduct(&mut line, &cases, site, Pods::Real)
        .with_context(|| format!("the cluster is not well; see {}", site.scratch.display()))?;
    compare(&cases, &reports, site, Pods::Real, tally)
}

fn compile(site: &Site, cases: Vec<Case>, broken: &[(&str, Mutation)]) -> Result<Cases> {
    Cases::new("argo", &Options::default(), cases, broken, &site.arguments.case)
}

/// Who runs the pods.
#[derive(Clone, Copy, PartialEq)]
enum Pods {
    /// Our node ends them in the order of the machine.
    Fake,
    /// A kubelet; when they end is their own affair.
    Real,
}

/// Runs all cases and returns the reports by the names of the jobs.
fn conduct(line: &mut Line, cases: &Cases, site: &Site, pods: Pods) -> Result<BTreeMap<String, Report>> {
    let folder = site.scratch.join("reports");
    fs::create_dir_all(&folder)?;
    let (by_clock, others): (Vec<_>, Vec<_>) = cases.all().partition(|(_, one)| one.case.is_cut_by_clock());
    let mut reports = BTreeMap::new();
    for (cases, at_once) in [(others, AT_ONCE), (by_clock, BY_CLOCK_AT_ONCE)] {
        let at_once = if pods == Pods::Real { REAL_AT_ONCE } else { at_once };
        let wanted = reports.len() + cases.len();
        let mut waiting = cases.into_iter();
        for (number, one) in waiting.by_ref().take(at_once) {
            line.send(&setup::job(number, one)?)?;
        }
        while reports.len() < wanted {
            let mut text = String::new();
            ensure!(line.reports.read_line(&mut text)? > 0, "the node has ended");
            let report: Report = serde_json::from_str(&text).context("a report is not what it should be")?;
            fs::write(folder.join(format!("{}.json", report.id)), &text)?;
            reports.insert(report.id.clone(), report);
            if let Some((number, one)) = waiting.next() {
                line.send(&setup::job(number, one)?)?;
            }
        }
    }
    Ok(reports)
}

fn compare(cases: &Cases, reports: &BTreeMap<String, Report>, site: &Site, pods: Pods, tally: &mut Tally) -> Result<()> {
    let known = Known { declared: DECLARED, excuses: EXCUSES, in_order: pods == Pods::Fake };
    let seen = |number: usize, one: &Compiled| see(one, &reports[&format!("case-{number}")]);
    cases.judge("argo", &known, seen, &site.scratch.join("reports"), tally)
}

fn see(one: &Compiled, report: &Report) -> Seen {
    let notes = report.notes.clone().unwrap_or_default();
    let mut problems = report.problems.clone().unwrap_or_default();
    let is_missing = |(name, text): &&(&str, &str)| *name == one.case.name && !notes.iter().any(|note| note.contains(text));
    problems.extend(SAID.iter().filter(is_missing).map(|(_, text)| format!("nobody printed {text:?}")));
    Seen { observed: observed::observe(&one.case.plan, report), problems, notes }
}
