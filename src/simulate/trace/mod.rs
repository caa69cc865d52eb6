//! Jobs of a log, as they came: a source of work beside runs of a pipeline. One file a format.
//!
//! A log is read as a stream, in bounded memory: a row that says nothing sensible is counted and told by its line, and no row makes the
//! others unreadable.

mod alibaba;
mod collect;
mod field;
mod helios;
mod lines;
mod own;
mod philly;
mod replay;
mod swf;
mod table;
mod tiresias;

use std::io::BufRead;

use indexmap::IndexMap;

use crate::base::Duration;
use crate::diag::nearest;
pub use collect::{BadRow, TraceFigures};
pub(super) use collect::{Mapping, Trace, collect};
pub(super) use replay::{OF_LOG, Replay};
pub(super) use table::Table;

/// What jobs of a log are called where runs have the names of their sources.
pub(super) const TRACE: &str = "trace";

/// Where a log is and how its jobs are taken.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSource {
    /// As the load says it.
    pub file: String,
    pub format: Format,
    /// The hardware mode of jobs of which nothing else is said.
    pub mode: Option<String>,
    /// Of those that ask for a GPU.
    pub gpu_mode: Option<String>,
    /// By queue, virtual cluster or partition.
    pub modes: IndexMap<String, String>,
    /// How many processors, GPUs or instances of the log one executor stands for; none: each job takes one executor.
    pub per_executor: Option<u32>,
    /// What times between arrivals are multiplied with.
    pub scale: f64,
    /// Since the first job of the log; only jobs from then on.
    pub from: Duration,
    /// Only jobs before.
    pub to: Option<Duration>,
    /// How far each seed moves each arrival, at most, to either side.
    pub shake: Duration,
}

/// A format of logs.
#[derive(Clone, Copy)]
pub struct Format(&'static FormatRow);

struct FormatRow {
    name: &'static str,
    doc: &'static str,
    read: fn(&mut dyn BufRead, &mut dyn Sink) -> Result<(), String>,
}

const FORMATS: &[FormatRow] = &[
    FormatRow { name: "csv", doc: "o11n's own, with a header", read: own::read_csv },
    FormatRow { name: "jsonl", doc: "the same as one JSON object in each line", read: own::read_jsonl },
    FormatRow { name: "swf", doc: "the Standard Workload Format of the Parallel Workloads Archive", read: swf::read },
    FormatRow { name: "philly", doc: "the job log of Microsoft's Philly traces (JSON)", read: philly::read },
    FormatRow { name: "helios", doc: "the job logs of SenseTime's Helios traces", read: helios::read },
    FormatRow { name: "alibaba-2020", doc: "the task table of Alibaba's `cluster-trace-gpu-v2020`", read: alibaba::read_tasks },
    FormatRow { name: "alibaba-2023", doc: "the pod list of Alibaba's `cluster-trace-gpu-v2023`", read: alibaba::read_pods },
    FormatRow { name: "tiresias", doc: "the job lists of the Tiresias simulator", read: tiresias::read },
];

impl Format {
    /// By its name; the error says which there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        FORMATS.iter().find(|row| row.name == name).map(Self).ok_or_else(|| {
            let names = || FORMATS.iter().map(|row| row.name);
            let near = nearest(name, names()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let all: Vec<&str> = names().collect();
            format!("`{}` is no format of a log: there are {}{near}", name.escape_debug(), all.join(", "))
        })
    }

    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// All formats with their meanings.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        FORMATS.iter().map(|row| (row.name, row.doc))
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name)
    }
}

/// What a row of a log says. Texts are empty where it says nothing.
#[derive(Debug, Default, PartialEq)]
struct Row {
    /// Seconds since anything, not negative.
    at: f64,
    /// Seconds, not negative.
    takes: f64,
    job: String,
    user: String,
    queue: String,
    mode: String,
    priority: String,
    gpus: f64,
    /// How many processors, GPUs or instances it has, where that is known.
    width: f64,
    has_failed: bool,
}

/// What a line of a log is; the error says why it is nothing sensible.
type Said = Result<Found, String>;

#[derive(Debug, PartialEq)]
enum Found {
    Job(Row),
    /// A job that never ran, or of which that is not known.
    NeverRan,
    /// A comment, a header, a blank line, or what is told of elsewhere.
    Nothing,
}

/// Takes the rows of a log. The error says why no more are wanted.
trait Sink {
    fn take(&mut self, line: u64, said: Said) -> Result<(), String>;
}
