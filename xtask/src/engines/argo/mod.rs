//! Argo's controller itself: compiled pipelines run on it, and what happens is compared with the machine.
//!
//! API server, scheduler and controllers are the real ones; a node of ours ends pods as each case says. What the engine did is put
//! into the machine's words and compared outcome by outcome, attempt by attempt; times are not.

mod case;
mod cluster;
mod compare;
mod declared;
mod generated;
mod job;
mod observed;
mod pairs;
mod programs;
pub mod real;

use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site};
use crate::{project, tools};
use anyhow::{Context, Result, ensure};
use case::Case;
use cluster::{Cluster, Line};
use declared::{DECLARED, EXCUSES};
use job::Report;
use real::RealCluster;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "argo",
    judges: "pipelines run on Argo's own controller, compared with the machine",
    tools: &[&programs::ETCD, &programs::KUBERNETES, &programs::CONTROLLER, &programs::FAKE_NODE, &programs::CRDS],
    judge,
};

pub const REAL_ENGINE: Engine = Engine {
    name: "argo-real",
    judges: "pipelines whose commands really run, in containers of a real kubelet",
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

/// Each scenario in these files is a case.
const TABLE: &str = "tests/engines/conformance";
/// The same for the real node: there the bodies do what the scenario says that they do.
const REAL_TABLE: &str = "tests/engines/conformance-real";

/// Runs under way at once: more would only wait for each other, on two cores.
const AT_ONCE: usize = 20;
/// The same for runs that are cut by the clock, which goes on while the machine is busy.
const BY_CLOCK_AT_ONCE: usize = 10;

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
const SAID: &[(&str, &str)] = &[
    ("attempts: timeouts of real processes", "after attempt 1: timed_out"),
    ("attempts: timeouts of real processes", "after attempt 2: timed_out"),
    ("attempts: after a body", "after passes: succeeded"),
    ("attempts: after a body", "after fails: failed"),
    ("flow: an abort kills, and nothing that it killed is tried again", "after runs: cancelled"),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let mut cases = table(TABLE)?;
    cases.extend(case::of_source("policies", &pairs::policies())?);
    cases.extend(case::of_source("pairs", &pairs::features())?);
    cases.extend(generated::cases(site.arguments.seed, site.arguments.generated)?);
    let cases = Cases::new(cases, BROKEN, &site.arguments.case)?;
    let start = Instant::now();
    let (mut cluster, mut line) = Cluster::start(&site.scratch, false)?;
    let reports = conduct(&mut line, &cases, site, Pods::Fake).with_context(|| match cluster.dead() {
        Some(name) => format!("{name} has ended"),
        None => "the node".to_owned(),
    })?;
    let differ = cases.judge(&reports, site, Pods::Fake, tally)?;
    let (count, seconds) = (cases.good.len(), start.elapsed().as_secs_f64());
    println!("argo: {count} cases, {differ} of them differ as the compiler warns, in {seconds:.0} s");
    Ok(())
}

fn judge_real(site: &Site, tally: &mut Tally) -> Result<()> {
    let cases = Cases::new(table(REAL_TABLE)?, BROKEN_REAL, &site.arguments.case)?;
    let (_cluster, mut line) = RealCluster::start(&site.scratch)?;
    let reports = conduct(&mut line, &cases, site, Pods::Real)
        .with_context(|| format!("the cluster is not well; see {}", site.scratch.display()))?;
    cases.judge(&reports, site, Pods::Real, tally)?;
    Ok(())
}

/// Who runs the pods.
#[derive(Clone, Copy, PartialEq)]
enum Pods {
    /// Our node ends them in the order of the machine.
    Fake,
    /// A kubelet; when they end is their own affair.
    Real,
}

struct Cases {
    good: Vec<Case>,
    /// Their compiled files have something wrong.
    broken: Vec<Case>,
}

impl Cases {
    /// With a text: only the good ones whose name holds it.
    fn new(mut good: Vec<Case>, broken: &[(&str, Mutation)], wanted: &[String]) -> Result<Self> {
        let broken = broken.iter().map(|(name, mutation)| {
            let case = good.iter().find(|case| case.name == *name).with_context(|| format!("no case is called {name:?}"))?;
            case.clone().broken(mutation)
        });
        let broken = broken.collect::<Result<_>>()?;
        good.retain(|case| wanted.is_empty() || wanted.iter().any(|wanted| case.name.contains(wanted)));
        Ok(Self { good, broken })
    }

    fn all(&self) -> impl Iterator<Item = (usize, &Case)> {
        self.good.iter().chain(&self.broken).enumerate()
    }

    /// Judges all reports, and returns how many cases differ as the compiler warned.
    fn judge(&self, reports: &BTreeMap<String, Report>, site: &Site, pods: Pods, tally: &mut Tally) -> Result<usize> {
        let mut differ = 0;
        for (number, case) in self.all() {
            let judged = judge_case(case, &reports[&format!("case-{number}")], pods);
            let name = format!("case-{number}, {}", case.name);
            if number >= self.good.len() {
                tally.refuses(&name, judged.map(drop));
                continue;
            }
            if judged.is_err() {
                case.write(&site.scratch.join(format!("reports/case-{number}")))?;
            }
            differ += usize::from(judged == Ok(Verdict::AsWarned));
            tally.accepts(&name, judged.map(drop));
        }
        Ok(differ)
    }
}

/// The cases of a folder of sources.
fn table(folder: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for file in tools::files_under(&project::root().join(folder))? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.extend(case::of_source(&stem, &fs::read_to_string(&file)?)?);
    }
    Ok(cases)
}

/// Runs all cases and returns the reports by the names of the jobs.
fn conduct(line: &mut Line, cases: &Cases, site: &Site, pods: Pods) -> Result<BTreeMap<String, Report>> {
    let folder = site.scratch.join("reports");
    fs::create_dir_all(&folder)?;
    let (by_clock, others): (Vec<_>, Vec<_>) = cases.all().partition(|(_, case)| pods == Pods::Real || case.is_cut_by_clock());
    let mut reports = BTreeMap::new();
    for (cases, at_once) in [(others, AT_ONCE), (by_clock, BY_CLOCK_AT_ONCE)] {
        let wanted = reports.len() + cases.len();
        let mut waiting = cases.into_iter();
        for (number, case) in waiting.by_ref().take(at_once) {
            line.send(&case.job(number))?;
        }
        while reports.len() < wanted {
            let mut text = String::new();
            ensure!(line.reports.read_line(&mut text)? > 0, "the node has ended");
            let report: Report = serde_json::from_str(&text).context("a report is not what it should be")?;
            fs::write(folder.join(format!("{}.json", report.id)), &text)?;
            reports.insert(report.id.clone(), report);
            if let Some((number, case)) = waiting.next() {
                line.send(&case.job(number))?;
            }
        }
    }
    Ok(reports)
}

/// How a case that is no failure came out.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Same,
    /// It differs in a way that the compiler has warned of.
    AsWarned,
}

/// Compares what happened with the machine, and the difference with what is declared.
fn judge_case(case: &Case, report: &Report, pods: Pods) -> Result<Verdict, String> {
    let mut problems = report.problems.clone().unwrap_or_default();
    let mut found = match observed::observe(&case.plan, report) {
        Ok(observed) => compare::differences(&case.plan, &case.trace, &observed, pods == Pods::Fake),
        Err(error) => {
            problems.push(format!("{error:#}"));
            Vec::new()
        }
    };
    let warns = |feature: &str| case.approximated.iter().any(|said| said.contains(&format!("keeps {feature} only nearly")));
    if let Some(declared) = DECLARED.iter().find(|declared| declared.case == case.name) {
        if !warns(declared.feature) {
            return Err(format!("is declared to differ, but the compiler does not warn of {}", declared.feature));
        }
        let is_missing = |wanted: &&&str| !found.iter().any(|found| found == **wanted);
        if let Some(missing) = declared.differs.iter().find(is_missing).filter(|_| !declared.by_chance) {
            return Err(format!("is declared to differ, and does not: {missing}"));
        }
        found.retain(|found| !declared.differs.contains(&found.as_str()));
        if found.is_empty() && problems.is_empty() {
            return Ok(Verdict::AsWarned);
        }
    } else {
        let count = found.len();
        found.retain(|found| !EXCUSES.iter().any(|excuse| (excuse.explains)(found) && warns(excuse.feature)));
        if count > 0 && found.is_empty() && problems.is_empty() {
            return Ok(Verdict::AsWarned);
        }
    }
    found.extend(problems);
    let notes = || report.notes.iter().flatten();
    let is_missing = |(name, text): &&(&str, &str)| *name == case.name && !notes().any(|note| note.contains(text));
    found.extend(SAID.iter().filter(is_missing).map(|(_, text)| format!("nobody printed {text:?}")));
    if found.is_empty() {
        return Ok(Verdict::Same);
    }
    let all: Vec<String> = found.into_iter().chain(notes().map(|note| format!("({note})"))).collect();
    Err(format!("\n    {}", all.join("\n    ")))
}
