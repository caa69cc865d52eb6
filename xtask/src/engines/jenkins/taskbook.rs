//! The driver of taskbooks on Jenkins' own interpreter: each case is the driver and the taskbook that a build of it has printed.

use super::engine::{self, Attempt};
use super::{build, foreign, judge_table, whole};
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::mutation::Mutation;
use crate::engines::tally::Tally;
use crate::engines::{Engine, Site};
use anyhow::Result;
use o11n::target::Options;
use std::path::Path;

pub const ENGINE: Engine = Engine {
    name: "jenkins-taskbook",
    judges: "taskbooks run by the driver on Jenkins' own interpreter, compared with the machine",
    wants_examples: false,
    tools: &[&engine::TOOL],
    judge,
};

/// The driver, and what it has printed.
const TARGETS: &str = "jenkins-taskbook+taskbook";

/// Drivers and taskbooks with something wrong: what then happens must be seen to differ. By the name of the case.
const BROKEN: &[(&str, Mutation)] = &[
    (
        "attempts: retries: each until it passes",
        Mutation { name: "a retry less", from: "limit: retry.limit", to: "limit: retry.limit - 1" },
    ),
    (
        "policies: policies: continue alone",
        Mutation { name: "another policy", from: "\"on_error\": \"continue\"", to: "\"on_error\": \"finish\"" },
    ),
    (
        "slots: slots: two at a time, the urgent one first",
        Mutation {
            name: "the priorities turned round",
            from: "['urgent', 'high', 'normal', 'low']",
            to: "['low', 'normal', 'high', 'urgent']",
        },
    ),
    (
        "attempts: exit codes: unstable is a success with a warning",
        Mutation { name: "no classes of exit codes", from: "extras.exit_codes?.each", to: "extras.exit_codez?.each" },
    ),
    (
        "needs: needs: a family is needed whole",
        Mutation { name: "a gate that one opens", from: "members.every {", to: "members.any {" },
    ),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    judge_table("jenkins-taskbook", TARGETS, BROKEN, site, tally)?;
    foreign::judge(&site.arguments.case, &site.scratch, tally)?;
    if site.arguments.case.is_empty() {
        whole::judge(TARGETS, &site.scratch, tally)?;
        state(&site.scratch, tally)?;
    }
    Ok(())
}

/// What Jenkins writes down at each step holds no scripts, and a Jenkins that starts anew finds them again.
fn state(scratch: &Path, tally: &mut Tally) -> Result<()> {
    let script = "echo 0123456789".repeat(500);
    let source = format!(
        "pipeline state {{ stage one {{ parallel = 20  substage s {{ shards = 200  run = \"{script}\" }} }} stage two {{ substage t {{ run = \"t\" }} }} }}"
    );
    let emitted = emit(TARGETS, &plan_of(&source)?, &Options::default())?;
    let mut job = build("state", &emitted.artifacts);
    job.attempts.insert("one/s-1of200".into(), vec![Attempt { end: "exit", code: 0, takes: 60_000 }]);
    job.forgets_at = Some(30_000);
    let reports = engine::play(&[job], &scratch.join("state"))?;
    let [report] = &reports[..] else { unreachable!("a report a build") };
    let (texts, most) = (200 * script.len(), report.largest_state);
    println!("jenkins-taskbook: {most} bytes of state at most, with {texts} bytes of scripts");
    tally.accepts(
        "the state that is written down, and a restart",
        whole::is_well(report).and_then(|()| match report.labels().len() {
            201 if most < texts / 4 => Ok(()),
            count => Err(format!("{count} substages ran; the state has {most} bytes where scripts have {texts}")),
        }),
    );
    Ok(())
}
