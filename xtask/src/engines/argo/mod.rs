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

use super::mutation::Mutation;
use super::tally::Tally;
use super::{Engine, Site};
use crate::{project, tools};
use anyhow::{Context, Result, ensure};
use case::Case;
use cluster::{Cluster, Line};
use declared::{DECLARED, EXCUSES};
use job::Report;
use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

pub const ENGINE: Engine = Engine {
    name: "argo",
    judges: "pipelines run on Argo's own controller, compared with the machine",
    tools: &[&programs::ETCD, &programs::KUBERNETES, &programs::CONTROLLER, &programs::FAKE_NODE, &programs::CRDS],
    judge,
};

/// Each scenario in these files is a case.
const TABLE: &str = "tests/engines/conformance";

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

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let mut cases = Vec::new();
    for file in tools::files_under(&project::root().join(TABLE))? {
        let name = file.strip_prefix(project::root().join(TABLE))?.display().to_string();
        if let Some(stem) = name.strip_suffix(".o11n") {
            cases.extend(case::of_source(stem, &fs::read_to_string(&file)?)?);
        }
    }
    cases.extend(case::of_source("policies", &pairs::policies())?);
    cases.extend(case::of_source("pairs", &pairs::features())?);
    cases.extend(generated::cases(site.arguments.seed, site.arguments.generated)?);
    let broken = BROKEN.iter().map(|(name, mutation)| {
        let case = cases.iter().find(|case| case.name == *name).with_context(|| format!("no case is called {name:?}"))?;
        case.clone().broken(mutation)
    });
    let broken: Vec<Case> = broken.collect::<Result<_>>()?;
    if let Some(wanted) = &site.arguments.case {
        cases.retain(|case| case.name.contains(wanted));
    }
    let good = cases.len();
    cases.extend(broken);

    let start = Instant::now();
    let (mut cluster, mut line) = Cluster::start(&site.scratch)?;
    let reports = conduct(&mut line, &cases, &site.scratch.join("reports")).with_context(|| match cluster.dead() {
        Some(name) => format!("{name} has ended"),
        None => "the node".to_owned(),
    })?;
    let mut differ_as_warned = 0;
    for (number, case) in cases.iter().enumerate() {
        let judged = judge_case(case, &reports[&format!("case-{number}")]);
        let name = format!("case-{number}, {}", case.name);
        if number >= good {
            tally.refuses(&name, judged.map(drop));
            continue;
        }
        let declared = DECLARED.iter().any(|declared| declared.case == case.name);
        differ_as_warned += usize::from(judged == Ok(Verdict::AsWarned) || declared && judged.is_ok());
        if judged.is_err() {
            case.write(&site.scratch.join(format!("reports/case-{number}")))?;
        }
        tally.accepts(&name, judged.map(drop));
    }
    println!(
        "argo: {good} cases, {differ_as_warned} of them differ as the compiler warns, in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Runs all cases and returns the reports by the names of the jobs.
fn conduct(line: &mut Line, cases: &[Case], reports_folder: &Path) -> Result<BTreeMap<String, Report>> {
    fs::create_dir_all(reports_folder)?;
    let (by_clock, others): (Vec<_>, Vec<_>) = cases.iter().enumerate().partition(|(_, case)| case.is_cut_by_clock());
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
            fs::write(reports_folder.join(format!("{}.json", report.id)), &text)?;
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
fn judge_case(case: &Case, report: &Report) -> Result<Verdict, String> {
    let mut problems = report.problems.clone().unwrap_or_default();
    let mut found = match observed::observe(&case.plan, report) {
        Ok(observed) => compare::differences(&case.plan, &case.trace, &observed),
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
    } else {
        let count = found.len();
        found.retain(|found| !EXCUSES.iter().any(|excuse| (excuse.explains)(found) && warns(excuse.feature)));
        if count > 0 && found.is_empty() && problems.is_empty() {
            return Ok(Verdict::AsWarned);
        }
    }
    found.extend(problems);
    if found.is_empty() {
        return Ok(Verdict::Same);
    }
    let notes = report.notes.iter().flatten().map(|note| format!("({note})"));
    let all: Vec<String> = found.into_iter().chain(notes).collect();
    Err(format!("\n    {}", all.join("\n    ")))
}
