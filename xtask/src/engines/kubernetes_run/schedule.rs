//! Runs that the clock starts: what `--kind cron` writes, with the real controller of CronJobs.

use super::super::Site;
use super::super::cluster::job::Report;
use super::super::conformance::case::of_source;
use super::super::conformance::compiled::Cases;
use super::super::conformance::judge::Known;
use super::{Way, driven, observed, plain};
use anyhow::Result;
use o11n::target::{Kind, Options};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long it takes until the cluster is there, in seconds, and then until the clock has come round.
const AHEAD: u64 = 90;
const WAITS: f64 = 240.0;

/// A pipeline that starts once, soon, by the clock of another time zone.
pub fn way(site: &Site, is_driven: bool) -> Result<Way> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH)? + Duration::from_secs(AHEAD);
    let minutes = at.as_secs().div_ceil(60);
    // Shanghai knows no summer time.
    let (hour, minute) = ((minutes / 60 + 8) % 24, minutes % 60);
    let cases = of_source("schedule", &source(&format!("{minute} {hour} * * *")))?;
    let kind = Kind::Cron;
    let options = if is_driven { Options { kind, ..driven(false) } } else { Options { kind, ..Options::default() } };
    let cases = Cases::new("kubernetes", &options, cases, &[], &site.arguments.case)?;
    let known = Known { declared: &[], excuses: &[], in_order: true };
    let (name, observe): (_, fn(&_, &Report) -> _) =
        if is_driven { ("schedule-driver", observed::observe) } else { ("schedule-plain", plain::observe) };
    Ok(Way { name, cases, observe, known, holds: |_, _| Ok(()), patience: 20.0, more_time: WAITS })
}

fn source(cron: &str) -> String {
    format!(
        r#"
pipeline nightly {{
  trigger soon {{ cron = ["{cron}"]  timezone = "Asia/Shanghai" }}

  stage test {{
    substage unit {{
      dispatch {{ copies = 2  need = 2 }}
      run = "make unit"
    }}
  }}

  scenario "a run that the clock starts" {{ expect pipeline = succeeded }}

  scenario "one that fails" {{
    fake "test/unit#2" = exit(3)

    expect pipeline = failed
  }}
}}
"#
    )
}
