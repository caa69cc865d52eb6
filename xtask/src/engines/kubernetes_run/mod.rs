//! Kubernetes itself: pipelines run there as plain Jobs, and by the driver that is compiled along; what happens is compared with the
//! machine.
//!
//! API server, scheduler and the controllers are the real ones. A node of ours ends the pods of substages as each case says;
//! the driver's pod it really runs, with a real kubectl and the rights of the pod's service account.

mod load;
mod observed;
mod plain;
pub mod real;
mod schedule;
mod setup;
mod size;
mod text;

use super::cluster::job::{Job, Report};
use super::cluster::{Cluster, Kind, Line, programs};
use super::conformance::case::Case;
use super::conformance::compiled::{Cases, Compiled};
use super::conformance::judge::{Declared, Excuse, Known, Seen};
use super::conformance::observed::Observed;
use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site, conformance};
use crate::process;
use anyhow::{Context, Result, ensure};
use o11n::plan::Plan;
use o11n::target::Options;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "kubernetes-run",
    judges: "pipelines run as plain Jobs and by the driver on a real API server and Job controller, compared with the machine",
    wants_examples: false,
    tools: &[&programs::ETCD, &programs::KUBERNETES, &programs::KUBECTL, &programs::FAKE_NODE, &programs::RUNTIME],
    judge,
};

/// Runs under way at once: more would only wait for each other, on two cores.
const AT_ONCE: usize = 20;

/// How cases end that run a second time with something done to the driver, and which of them do, by the remainder of their number.
const INTERRUPTED: &str = ", its driver thrown off its node";
const TROUBLED: &str = ", its driver badly connected";
const AGAIN: &[(usize, &str)] = &[(0, INTERRUPTED), (4, TROUBLED)];
const AGAIN_EACH: usize = 8;

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

/// The same of plain Jobs.
const BROKEN_PLAIN: &[(&str, Mutation)] = &[
    ("plain: a retry", Mutation { name: "none", from: "backoffLimit: 1", to: "backoffLimit: 0" }),
    ("plain: a code that is not tried again", Mutation { name: "it is", from: "operator: NotIn", to: "operator: In" }),
    (
        "plain: enough copies, and one that is not waited for",
        Mutation { name: "one more", from: "succeededCount: 2", to: "succeededCount: 3" },
    ),
    ("plain: too few copies", Mutation { name: "one less", from: "maxFailedIndexes: 1", to: "maxFailedIndexes: 2" }),
    (
        "plain: an attempt that takes too long",
        Mutation { name: "long enough", from: "activeDeadlineSeconds: 10", to: "activeDeadlineSeconds: 1000" },
    ),
];

/// Where cases for plain Jobs lie.
const PLAIN_TABLE: &str = "tests/engines/conformance-plain";

/// What the compiler warns of with plain Jobs explains this.
const EXCUSES: &[Excuse] = &[
    // A Job waits longer between two attempts than it is told, so more is cut by a deadline.
    Excuse { feature: "the delay of `retry`", explains: |found, _| found.contains("timed_out, not") },
    // The controller of Jobs asks first whether all copies have ended and one has failed, then whether enough have passed.
    Excuse { feature: "`need` of `dispatch`", explains: |found, _| found.contains("is failed, not succeeded") },
];

/// Cases that are compiled in one way, and how what became of them is read.
struct Way {
    name: &'static str,
    cases: Cases,
    observe: fn(&Plan, &Report) -> Result<Observed>,
    known: Known,
    /// What must also hold of a run.
    holds: fn(&Plan, &Report) -> Result<()>,
    /// How long an attempt waits for what should have happened before it ends, in seconds.
    patience: f64,
    /// How much longer than others they may take, in seconds.
    more_time: f64,
}

impl Way {
    fn id(&self, number: usize) -> String {
        format!("{}-{number}", self.name)
    }

    fn is_broken(&self, number: usize) -> bool {
        number >= self.cases.good.len()
    }
}

/// What the driver is asked for by.
pub fn driven(rbac: bool) -> Options {
    Options { rbac, given: vec![("driver".into(), "job".into())], ..Options::default() }
}

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let all: Vec<Case> = conformance::all(site.arguments)?.into_iter().map(Case::anywhere).collect();
    let mut ways = vec![with_driver(site, all.clone())?, without(site, all)?, size::way(site)?];
    for is_driven in [true, false] {
        ways.extend([text::way(site, is_driven)?, schedule::way(site, is_driven)?]);
    }
    let tools = tools(&site.scratch.join("tools"))?;
    let start = Instant::now();
    let (mut cluster, mut line) = Cluster::start(&site.scratch, Kind::Jobs)?;
    let reports = conduct(&mut line, &ways, &tools, AT_ONCE, site).with_context(|| match cluster.dead() {
        Some(name) => format!("{name} has ended"),
        None => "the node".to_owned(),
    })?;
    load::judge(&site.scratch, tally)?;
    for way in &ways {
        let seen = |number: usize, one: &Compiled| see(way, one, &reports[&way.id(number)]);
        let name = format!("kubernetes-run, {}", way.name);
        way.cases.judge(&name, &way.known, seen, &site.scratch.join("reports").join(way.name), tally)?;
    }
    println!("kubernetes-run: the cluster was at it for {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn with_driver(site: &Site, all: Vec<Case>) -> Result<Way> {
    let mut cases = Cases::new("kubernetes", &driven(false), all, BROKEN, &site.arguments.case)?;
    let again = cases.good.iter().enumerate().filter_map(|(number, one)| {
        let (_, suffix) = AGAIN.iter().find(|(remainder, _)| number % AGAIN_EACH == *remainder)?;
        // What is late by seconds may be cut by the clock where it should not.
        if *suffix == TROUBLED && one.case.is_cut_by_clock() {
            return None;
        }
        let mut one = one.clone();
        one.case.name.push_str(suffix);
        Some(one)
    });
    let again: Vec<Compiled> = again.collect();
    cases.good.extend(again);
    let known = Known { declared: DECLARED, excuses: &[], in_order: true };
    Ok(Way { name: "driver", cases, observe: observed::observe, known, holds: |_, _| Ok(()), patience: 60.0, more_time: 0.0 })
}

fn without(site: &Site, mut all: Vec<Case>) -> Result<Way> {
    all.extend(conformance::written(PLAIN_TABLE)?);
    all.extend(conformance::of_one_stage(site.arguments)?);
    // Of nothing, no Job is made.
    all.retain(|case| case.plan.substages().count() > 0);
    let cases = Cases::new("kubernetes", &Options::default(), all, BROKEN_PLAIN, &site.arguments.case)?;
    let known = Known { declared: &[], excuses: EXCUSES, in_order: true };
    // The third attempt comes half a minute after the first.
    Ok(Way { name: "plain", cases, observe: plain::observe, known, holds: |_, _| Ok(()), patience: 90.0, more_time: 0.0 })
}

/// A folder with busybox in the place of all programs, as in the image that drivers have if nothing else is said.
fn tools(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let busybox = programs::RUNTIME.folder()?.join("bin/busybox");
    process::stdout(Command::new(busybox).args(["--install", "-s"]).arg(folder))?;
    Ok(folder.to_owned())
}

/// Runs all cases and returns the reports by the names of the jobs.
fn conduct(line: &mut Line, ways: &[Way], tools: &Path, at_once: usize, site: &Site) -> Result<BTreeMap<String, Report>> {
    let folder = site.scratch.join("reports");
    fs::create_dir_all(&folder)?;
    let mut reports = BTreeMap::new();
    let mut all: Vec<(&Way, usize, &Compiled)> =
        ways.iter().flat_map(|way| way.cases.all().map(move |(number, one)| (way, number, one))).collect();
    // What has to be waited for goes first: what is broken may never end, some is cut by the clock, and Jobs wait between attempts.
    // What starts at a time must be there before it.
    let is_scheduled = |way: &Way| way.name.starts_with("schedule");
    all.sort_by_key(|(way, number, one)| {
        (!is_scheduled(way), !way.is_broken(*number), !one.case.is_cut_by_clock(), way.name == "driver")
    });
    let wanted = all.len();
    let mut waiting = all.into_iter().map(|(way, number, one)| -> Result<Job> { setup::job(way, number, one, tools) });
    for job in waiting.by_ref().take(at_once) {
        line.send(&job?)?;
    }
    while reports.len() < wanted {
        let mut text = String::new();
        ensure!(line.reports.read_line(&mut text)? > 0, "the node has ended");
        let report: Report = serde_json::from_str(&text).context("a report is not what it should be")?;
        fs::write(folder.join(format!("{}.json", report.id)), &text)?;
        reports.insert(report.id.clone(), report);
        if let Some(job) = waiting.next() {
            line.send(&job?)?;
        }
    }
    Ok(reports)
}

fn see(way: &Way, one: &Compiled, report: &Report) -> Seen {
    let mut problems = report.problems.clone().unwrap_or_default();
    problems.extend((way.holds)(&one.case.plan, report).err().map(|error| format!("{error:#}")));
    Seen { observed: (way.observe)(&one.case.plan, report), problems, notes: report.notes.clone().unwrap_or_default() }
}
