//! What a real kubectl and the API server make of files that are not run: as strict as they can be, and nothing is kept.

use super::super::cluster::programs::KUBECTL;
use super::super::conformance::case::of_source;
use super::super::conformance::compiled::emit;
use super::super::tally::Tally;
use super::{driven, size};
use crate::process;
use anyhow::{Context, Result};
use o11n::target::{Kind, Options};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// How many substages compile and load.
const LARGE: usize = 2_000;

const SMALL: &str = r#"
pipeline nightly {
  trigger nights { cron = ["*/15 0-6 * * 1-5", "30 4 1 * 6"]  timezone = "Europe/Berlin" }

  target kubernetes {
    queue = "team-a"
    queue_priorities { high = "team-a-high" }
    jobset = "nightly"
    keep_finished = 7d
  }

  stage test {
    substage unit {
      priority = high
      dispatch { copies = 3  need = 3 }
      retry { limit = 1  on = [exit(75)] }
      run = "make unit"
    }
  }

  scenario "it passes" { expect pipeline = succeeded }
}
"#;

/// Changes of the small one, which the API server must see. With a driver it does not see labels: they are in the driver's files.
const BROKEN: &[(&str, &str)] =
    &[("timeZone: Europe/Berlin", "timeZone: Europe/Bärlin"), ("schedule: 30 4 1 * 6", "schedule: 30 4 1 * 8")];
const BROKEN_LABELS: &[(&str, &str)] =
    &[("queue-name: team-a", "queue-name: team a"), ("jobset-name: nightly", "jobset-name: -nightly")];

pub fn judge(scratch: &Path, tally: &mut Tally) -> Result<()> {
    let large = &of_source("load", &size::source(LARGE))?[0].plan;
    let small = &of_source("load", SMALL)?[0].plan;
    for (given, is_driven) in [(driven(false).given, true), (Vec::new(), false)] {
        for kind in [Kind::Run, Kind::Cron] {
            let options = Options { kind, given: given.clone(), ..Options::default() };
            let name = format!("a small pipeline, {kind:?}, {}", if is_driven { "driver" } else { "plain" });
            let text = text(small, &options)?;
            tally.accepts(&name, load(scratch, kind, &text)?);
            let labels = BROKEN_LABELS.iter().filter(|_| !is_driven);
            for (from, to) in BROKEN.iter().chain(labels).filter(|(from, _)| text.contains(from)) {
                tally.refuses(&format!("{name}, with {to:?}"), load(scratch, kind, &text.replace(from, to))?);
            }
        }
    }
    let start = Instant::now();
    let whole = text(large, &driven(false))?;
    tally.accepts(&format!("{LARGE} substages"), load(scratch, Kind::Run, &whole)?);
    let (size, seconds) = (whole.len() >> 10, start.elapsed().as_secs_f64());
    println!("kubernetes-run: a file of {LARGE} substages, {size} KiB, compiled and loaded in {seconds:.1} s");
    Ok(())
}

fn text(plan: &o11n::plan::Plan, options: &Options) -> Result<String> {
    let emitted = emit("kubernetes", plan, options)?;
    Ok(emitted.artifacts.first().with_context(|| format!("{:?}", emitted.diagnostics))?.text.clone())
}

/// Hands a file to kubectl, by the command that `docs/targets/kubernetes.md` has for it.
fn load(scratch: &Path, kind: Kind, text: &str) -> Result<Result<(), String>> {
    let file = scratch.join("load.yaml");
    fs::write(&file, text)?;
    let mut kubectl = Command::new(KUBECTL.folder()?.join("kubectl"));
    kubectl.arg("--kubeconfig").arg(scratch.join("kubeconfig"));
    match kind {
        Kind::Cron => kubectl.args(["apply", "--server-side"]),
        Kind::Run | Kind::Template => kubectl.arg("create"),
    };
    let output = process::output(kubectl.args(["--dry-run=server", "--validate=strict", "--filename"]).arg(&file))?;
    Ok(if output.status.success() { Ok(()) } else { Err(process::said(&output)) })
}
