//! Two logs of Alibaba: the tasks of 2020, and the pods of 2023.

use std::io::BufRead;

use super::lines::each_record;
use super::{Found, Row, Sink, field};

/// The table comes without a header.
const TASK: &[&str] =
    &["job_name", "task_name", "inst_num", "status", "start_time", "end_time", "plan_cpu", "plan_mem", "plan_gpu", "gpu_type"];

/// Tasks have no time of submission: their start stands for it.
pub(super) fn read_tasks(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, &["start_time", "end_time"], TASK, |columns, record| {
        let cell = |name| columns.text(record, name);
        let (start, end) = (cell("start_time"), cell("end_time"));
        if field::is_unknown(start) || field::is_unknown(end) {
            return Ok(Found::NeverRan);
        }
        let at = field::time("start_time", start)?;
        Ok(Found::Job(Row {
            at,
            takes: since(at, field::time("end_time", end)?)?,
            job: cell("task_name").to_owned(),
            queue: cell("gpu_type").to_owned(),
            gpus: field::count(cell("plan_gpu")),
            width: field::count(cell("inst_num")),
            has_failed: cell("status") == "Failed",
            ..Row::default()
        }))
    })
}

pub(super) fn read_pods(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    each_record(input, sink, &["creation_time", "scheduled_time", "deletion_time"], &[], |columns, record| {
        let cell = |name| columns.text(record, name);
        let (scheduled, deleted) = (cell("scheduled_time"), cell("deletion_time"));
        if field::is_unknown(scheduled) || field::is_unknown(deleted) {
            return Ok(Found::NeverRan);
        }
        let gpus = field::count(cell("num_gpu"));
        Ok(Found::Job(Row {
            at: field::time("creation_time", cell("creation_time"))?,
            takes: since(field::time("scheduled_time", scheduled)?, field::time("deletion_time", deleted)?)?,
            queue: cell("qos").to_owned(),
            gpus,
            width: gpus,
            has_failed: cell("pod_phase") == "Failed",
            ..Row::default()
        }))
    })
}

fn since(start: f64, end: f64) -> Result<f64, String> {
    if end < start { Err("it ends before it starts".to_owned()) } else { Ok(end - start) }
}
