//! The job log of the Philly traces: one JSON list of objects.

use std::io::{BufRead, ErrorKind};

use serde::Deserialize;

use super::{Found, Row, Said, Sink, field};

/// Most bytes of one job, and of the log.
const MOST_JOB: usize = 1 << 20;
const MOST_BYTES: u64 = 4 << 30;

#[derive(Deserialize)]
struct Job {
    status: String,
    vc: String,
    user: String,
    submitted_time: String,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    start_time: Option<String>,
    end_time: Option<String>,
    #[serde(default)]
    detail: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    gpus: Vec<serde::de::IgnoredAny>,
}

/// Objects of the outermost list are taken one by one, each with the line at which it begins.
pub(super) fn read(input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), String> {
    let mut object = Vec::new();
    let (mut depth, mut in_text, mut is_escaped) = (0_u32, false, false);
    let (mut line, mut begun, mut read) = (1, 1, 0);
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.to_string()),
        };
        if buffer.is_empty() {
            break;
        }
        read += buffer.len() as u64;
        if read > MOST_BYTES {
            return Err(format!("it has more than {MOST_BYTES} bytes"));
        }
        for &byte in buffer {
            line += u64::from(byte == b'\n');
            if in_text {
                (in_text, is_escaped) = (is_escaped || byte != b'"', byte == b'\\' && !is_escaped);
            } else {
                match byte {
                    b'"' if depth > 0 => in_text = true,
                    b'{' => {
                        if depth == 0 {
                            object.clear();
                            begun = line;
                        }
                        depth = depth.saturating_add(1);
                    }
                    _ => {}
                }
            }
            if depth > 0 && object.len() <= MOST_JOB {
                object.push(byte);
            }
            if byte == b'}' && !in_text && depth > 0 {
                depth -= 1;
                if depth == 0 {
                    sink.take(begun, said(&object))?;
                }
            }
        }
        let length = buffer.len();
        input.consume(length);
    }
    if depth > 0 { sink.take(begun, Err("the job does not end".to_owned())) } else { Ok(()) }
}

fn said(object: &[u8]) -> Said {
    if object.len() > MOST_JOB {
        return Err(format!("the job has more than {MOST_JOB} bytes"));
    }
    let job: Job = serde_json::from_slice(object).map_err(|error| error.to_string())?;
    let mut takes = 0.0;
    for attempt in &job.attempts {
        let known = |time: &Option<String>| time.clone().filter(|time| !field::is_unknown(time));
        if let (Some(start), Some(end)) = (known(&attempt.start_time), known(&attempt.end_time)) {
            takes += (field::time("end_time", &end)? - field::time("start_time", &start)?).max(0.0);
        }
    }
    if takes == 0.0 {
        return Ok(Found::NeverRan);
    }
    let gpus = |attempt: &Attempt| attempt.detail.iter().map(|detail| detail.gpus.len()).sum::<usize>();
    let gpus = job.attempts.iter().map(gpus).max().unwrap_or(0) as f64;
    Ok(Found::Job(Row {
        at: field::time("submitted_time", &job.submitted_time)?,
        takes,
        user: job.user,
        queue: job.vc,
        gpus,
        width: gpus,
        has_failed: job.status != "Pass",
        ..Row::default()
    }))
}
