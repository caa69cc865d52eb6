//! The jobs of a log, as the simulator plays them.

use std::collections::HashMap;
use std::io::BufRead;

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::jenkins::digest;
use super::super::load::{DAY, MOST_RUNS};
use super::{Found, Row, Said, Sink, TraceSource, field};
use crate::diag::nearest;
use crate::plan::Priority;

/// Most jobs of a log that are looked at, and most bad rows that are told of one by one.
const MOST_ROWS: usize = 2_000_000;
const MOST_TOLD: usize = 20;
/// Milliseconds over which jobs may arrive, and that one may take.
pub(super) const MOST_TIME: i64 = 366 * DAY;

/// What a hardware mode or a job of a log is in the cluster: numbers of classes.
#[derive(Debug, Default)]
pub(in super::super) struct Mapping {
    pub(in super::super) all: Option<u32>,
    pub(in super::super) gpu: Option<u32>,
    pub(in super::super) queues: HashMap<String, u32>,
    pub(in super::super) modes: HashMap<String, u32>,
    /// By path: substages of the pipeline.
    pub(in super::super) substages: HashMap<String, u32>,
    /// By class.
    pub(in super::super) labels: Vec<String>,
    /// How much of a job's width one executor stands for; none: all of it.
    pub(in super::super) per_executor: Option<u32>,
}

/// What was read, ready to be played.
#[derive(Debug)]
pub(in super::super) struct Trace {
    /// In order of arrival.
    pub(super) jobs: Vec<Job>,
    /// How many things have a history of their own.
    pub(super) histories: u32,
    /// Milliseconds.
    pub(super) shake: i64,
    pub(in super::super) figures: TraceFigures,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// Milliseconds.
    pub(super) at: i64,
    pub(super) takes: i64,
    /// Executors.
    pub(super) width: u32,
    pub(super) class: u32,
    pub(super) place: i32,
    pub(super) user: u32,
    /// Whose last durations say how long it may take.
    pub(super) history: u32,
    pub(super) priority: Priority,
    pub(super) has_failed: bool,
    /// Whether it is a step of a run that goes on already.
    pub(super) is_substage: bool,
}

/// What became of the rows of a log.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct TraceFigures {
    pub file: String,
    pub format: String,
    /// Those that are played.
    pub jobs: usize,
    /// Jobs that never ran.
    pub never_ran: u64,
    /// Jobs outside of the time that was chosen.
    pub outside: u64,
    /// Jobs that would arrive after 366 days, where nothing else was chosen.
    pub too_late: u64,
    /// Rows that say nothing sensible, and the first of them.
    pub bad: u64,
    pub first_bad: Vec<BadRow>,
    /// Jobs that had several processors, GPUs or instances and take one executor here.
    pub wide: u64,
}

/// A row that says nothing sensible.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BadRow {
    /// From 1.
    pub line: u64,
    pub why: String,
}

/// Reads a log; `most` is for how long jobs may arrive, if the load says so.
pub(in super::super) fn collect(
    source: &TraceSource,
    mapping: &Mapping,
    most: Option<i64>,
    input: &mut dyn BufRead,
) -> Result<Trace, String> {
    let figures = TraceFigures { file: source.file.clone(), format: source.format.name().to_owned(), ..TraceFigures::default() };
    let mut collector = Collector { mapping, jobs: Vec::new(), users: HashMap::new(), histories: HashMap::new(), figures };
    (source.format.0.read)(input, &mut collector)?;
    let Collector { mut jobs, histories, mut figures, .. } = collector;
    let origin = jobs.iter().map(|job| job.at).min().unwrap_or(0);
    jobs.retain_mut(|job| {
        let since = job.at - origin;
        let is_chosen = since >= source.from.0 && source.to.is_none_or(|to| since < to.0);
        // At most `MOST_TIME` of a scale that is at most 1,000.
        job.at = ((since - source.from.0) as f64 * source.scale).round() as i64;
        let is_played = is_chosen && job.at < most.unwrap_or(MOST_TIME);
        let left_out = if is_chosen && most.is_none() { &mut figures.too_late } else { &mut figures.outside };
        *left_out += u64::from(!is_played);
        is_played
    });
    figures.jobs = jobs.len();
    if jobs.len() > MOST_RUNS {
        return Err(format!("it has {} jobs, more than {MOST_RUNS}: choose fewer with `from` and `to`", jobs.len()));
    }
    if jobs.is_empty() {
        return Err(format!("it has no job to play: {}", left_out(&figures)));
    }
    jobs.sort_by_key(|job| job.at);
    Ok(Trace { jobs, histories: histories.len() as u32, shake: source.shake.0, figures })
}

fn left_out(figures: &TraceFigures) -> String {
    let TraceFigures { never_ran, outside, too_late, bad, first_bad, .. } = figures;
    let first = first_bad.first().map_or(String::new(), |row| format!(", the first in line {}: {}", row.line, row.why));
    let late = if *too_late > 0 { format!("{too_late} come after 366 days, ") } else { String::new() };
    format!("{never_ran} never ran, {outside} lie outside of the chosen time, {late}{bad} rows cannot be read{first}")
}

impl Trace {
    /// Milliseconds until after the last arrival.
    pub(in super::super) fn length(&self) -> i64 {
        self.jobs.last().map_or(0, |job| job.at) + 1
    }
}

struct Collector<'m> {
    mapping: &'m Mapping,
    jobs: Vec<Job>,
    /// By a hash of their names, so that names need no memory.
    users: HashMap<u64, u32>,
    histories: HashMap<u64, u32>,
    figures: TraceFigures,
}

impl Sink for Collector<'_> {
    fn take(&mut self, line: u64, said: Said) -> Result<(), String> {
        let job = match said {
            Ok(Found::Nothing) => return Ok(()),
            Ok(Found::NeverRan) => {
                self.figures.never_ran += 1;
                return Ok(());
            }
            Ok(Found::Job(row)) => self.job(row),
            Err(why) => Err(why),
        };
        match job {
            Ok(_) if self.jobs.len() == MOST_ROWS => {
                let help = "those outside of `from` and `to` included: make one of it that has fewer";
                return Err(format!("it has more than {MOST_ROWS} jobs, {help}"));
            }
            Ok(job) => self.jobs.push(job),
            Err(why) => {
                self.figures.bad += 1;
                if self.figures.first_bad.len() < MOST_TOLD {
                    self.figures.first_bad.push(BadRow { line, why: field::brief(why) });
                }
            }
        }
        Ok(())
    }
}

impl Collector<'_> {
    fn job(&mut self, row: Row) -> Result<Job, String> {
        let takes = (row.takes * 1_000.0).round() as i64;
        if takes > MOST_TIME {
            return Err("it takes longer than a year".to_owned());
        }
        let (class, is_substage) = self.class(&row)?;
        let priority = priority(&row.priority)?;
        let width = match self.mapping.per_executor {
            Some(each) => (row.width / f64::from(each)).ceil().clamp(1.0, f64::from(u32::MAX)) as u32,
            None => {
                self.figures.wide += u64::from(row.width > 1.0);
                1
            }
        };
        let user = number(&mut self.users, &row.user);
        // What a user runs takes about as long as what they ran last.
        let (name, kind) = if row.job.is_empty() { (&row.user, "user") } else { (&row.job, "job") };
        let history = number(&mut self.histories, &format!("{kind} {name}"));
        let place = digest(&format!("{name}#{}", self.mapping.labels[class as usize]));
        let at = (row.at * 1_000.0).round() as i64;
        Ok(Job { at, takes, width, class, place, user, history, priority, has_failed: row.has_failed, is_substage })
    }

    /// And whether it is a substage of the pipeline.
    fn class(&self, row: &Row) -> Result<(u32, bool), String> {
        let Mapping { all, gpu, queues, modes, substages, .. } = self.mapping;
        let substage = substages.get(&row.job);
        let class = if row.mode.is_empty() {
            let gpu = gpu.filter(|_| row.gpus > 0.0);
            substage.or(queues.get(&row.queue)).copied().or(gpu).or(*all)
        } else if let Some(class) = modes.get(&row.mode) {
            Some(*class)
        } else {
            let near = nearest(&row.mode, modes.keys().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!("no substage of the pipeline has the hardware mode {}{near}", field::shown(&row.mode)));
        };
        let class = class.ok_or_else(|| match row.queue.as_str() {
            "" => "nothing says its hardware mode: write `mode` under `[trace]`".to_owned(),
            queue => format!("nothing says the hardware mode of {}: write it under `[trace.modes]`", field::shown(queue)),
        })?;
        Ok((class, substage.is_some()))
    }
}

/// The number of a name.
fn number(known: &mut HashMap<u64, u32>, name: &str) -> u32 {
    let hash = Sha256::digest(name.as_bytes());
    let hash = hash.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    let next = known.len() as u32;
    *known.entry(hash).or_insert(next)
}

/// A word, or as the priority sorter counts, from 1, the most urgent.
fn priority(text: &str) -> Result<Priority, String> {
    let all = [Priority::Urgent, Priority::High, Priority::Normal, Priority::Low];
    if text.is_empty() {
        return Ok(Priority::Normal);
    }
    let by_number =
        text.parse::<usize>().ok().filter(|_| text.len() == 1).and_then(|number| all.get(number.checked_sub(1)?).copied());
    let found = by_number.or_else(|| all.into_iter().find(|priority| priority.word() == text));
    found.ok_or_else(|| format!("`priority` is {}: write low, normal, high or urgent", field::shown(text)))
}
