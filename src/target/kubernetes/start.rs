//! What starts Jobs: whoever creates them, or the clock.

use serde_json::{Map, Value, json};

use super::Context;
use crate::target::Kind;
use crate::target::names::{Names, mangle, shorten};

/// What Kubernetes adds to a name that it makes: five letters and digits; of a CronJob's Jobs, the minute.
const SUFFIX: usize = 6;
const MINUTE: usize = 9;
/// The longest name of a driver's CronJob: a run's name stands in those of all its Jobs.
const LONGEST_CRON: usize = 34;
/// How many finished runs are kept where `keep_finished` says how long.
const HISTORY: u32 = 1_000;

/// What is added to a name by which Jobs are started.
pub(super) fn suffix(cx: &Context) -> usize {
    if cx.kind == Kind::Cron { MINUTE } else { SUFFIX }
}

/// How long the name of a run with a driver can be.
pub(super) fn longest_run(cx: &Context) -> usize {
    suffix(cx) + if cx.kind == Kind::Cron { LONGEST_CRON } else { cx.base.len() }
}

/// A Job to be created, or a CronJob for each time of each trigger. `name` is what their names begin with, and those of CronJobs have
/// at most `longest` characters.
pub(super) fn objects(
    cx: &Context,
    name: &str,
    longest: usize,
    labels: Map<String, Value>,
    spec: &Value,
    names: &mut Names,
) -> Vec<Value> {
    if cx.kind != Kind::Cron {
        let metadata = cx.metadata("generateName", &format!("{name}-"), labels);
        return vec![json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec })];
    }
    let mut objects = Vec::new();
    for trigger in &cx.triggers {
        for schedule in &trigger.cron {
            // Room for the number that tells two alike apart.
            let name = names.unique(&shorten(&format!("{name}-{}", mangle(&trigger.name)), longest - 4));
            let mut cron = json!({
                "schedule": schedule.as_str(),
                "timeZone": trigger.timezone.as_str(),
                "jobTemplate": { "metadata": { "labels": labels }, "spec": spec },
            });
            if cx.settings.keep_finished.is_some() {
                cron["successfulJobsHistoryLimit"] = HISTORY.into();
                cron["failedJobsHistoryLimit"] = HISTORY.into();
            }
            let metadata = cx.metadata("name", &name, labels.clone());
            objects.push(json!({ "apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": cron }));
        }
    }
    objects
}

/// The same for the Job of a driver.
pub(super) fn driver(cx: &Context, spec: &Value) -> Vec<Value> {
    objects(cx, &cx.base, LONGEST_CRON, cx.labels(), spec, &mut Names::default())
}
