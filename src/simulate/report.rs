//! One load under several policies: the document `o11n/simulation/1`.

use schemars::JsonSchema;
use serde::Serialize;

use super::metrics::Mean;
use super::trace::TraceFigures;

/// The schema's name and version, first in every serialised document.
pub const SCHEMA: &str = "o11n/simulation/1";

/// A comparison. Times are in seconds.
///
/// With several seeds, counts are those of all weeks together, the longest wait is the longest of all, and every other figure is the
/// mean of the weeks' figures, with a half-width that says how far weeks differ.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// Always `o11n/simulation/1`.
    pub schema: &'static str,
    pub pipeline: String,
    pub cluster: String,
    /// The first one.
    pub seed: u64,
    /// How many weeks were played, each with a seed of its own: this one and those after it.
    pub seeds: u64,
    /// For how long runs arrive.
    pub length: f64,
    /// How many runs arrive; they are made by chance.
    pub runs: usize,
    /// The log whose jobs arrive beside them; these were recorded.
    pub trace: Option<TraceFigures>,
    /// Hardware modes that this cluster does not offer: what asks for them never starts.
    pub not_offered: Vec<String>,
    /// Whether it was interrupted: weeks are missing, or were not played to their end.
    pub interrupted: bool,
    pub policies: Vec<Figures>,
}

/// What one policy makes of the load.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Figures {
    pub policy: String,
    /// Of how many weeks these are the figures.
    pub weeks: u64,
    /// All builds, then small, big and urgent ones.
    pub groups: Vec<GroupFigures>,
    /// Builds by the hardware mode that they ask for.
    pub modes: Vec<GroupFigures>,
    pub runs: Vec<RunFigures>,
    /// Builds withdrawn before they started: their run was aborted, or out of time.
    pub withdrawn: u64,
    /// How often a build lost its executors to another, and with them all that it had done.
    pub stopped: u64,
    /// Builds that never started, and builds that had not ended, when nothing could go on any more.
    pub unstarted: u64,
    pub unended: u64,
    /// Of those that never started, builds that take more executors than the cluster can have for them.
    pub too_wide: u64,
    /// When it was all over.
    pub until: f64,
    /// From the first build's request to the last one's end.
    pub makespan: f64,
    /// Busy executors' time as a part of all executors' that were there or starting.
    pub utilization: f64,
    /// The same as a part of those that could work, as Jenkins counts `online` ones.
    pub utilization_online: f64,
    /// The same as a part of all that Jenkins would know of, as it counts `defined` ones: also agents on demand that are off.
    pub utilization_defined: f64,
    /// What builds asked for while they ran, as parts of what agents have.
    pub resources: ResourceFigures,
    /// Of what clouds are paid for, the part in which no build ran: machines that start, or are idle. None without clouds.
    pub wasted: Option<f64>,
    pub cost: f64,
    /// Of the 95 % confidence interval; none with one seed.
    pub cost_half_width: Option<f64>,
    pub fairness: Fairness,
    pub machines: Vec<MachineFigures>,
    pub clouds: Vec<CloudFigures>,
    pub labels: Vec<LabelFigures>,
    /// All that the pipeline has.
    pub locks: Vec<LockFigures>,
}

/// Builds of a group: all, small, big or urgent, or of one hardware mode.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct GroupFigures {
    pub group: String,
    pub builds: usize,
    /// Not among those: builds that still waited as their run was out of time. How long they would have waited is in no figure.
    pub out_of_time: usize,
    /// From the moment at which it was asked for to its start.
    pub wait: Mean,
    /// Of the mean wait: until the quiet period was over and the queue was looked at.
    pub wait_quiet: f64,
    /// Of the mean wait after that: while another build of the same project ran or waited, or the policy's quotas left no room.
    pub wait_blocked: f64,
    /// Of the mean wait: until an executor was free, without the others.
    pub wait_buildable: f64,
    /// Of the mean wait: while the machine that it then got was starting.
    pub wait_provisioning: f64,
    pub wait_p50: f64,
    pub wait_p95: f64,
    pub wait_p99: f64,
    /// Of the 95 % confidence interval of `wait_p95`; none with one seed.
    pub wait_p95_half_width: Option<f64>,
    pub wait_longest: f64,
    /// (Wait + duration) / duration; at least 1, durations below 10 s count as 10 s.
    pub slowdown: Mean,
}

/// Runs of one source of the load, or jobs of the log, of those that are over.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct RunFigures {
    pub source: String,
    pub ended: usize,
    pub failed: usize,
    /// Not among those: runs that were taken for one that waited already.
    pub folded: u64,
    /// Nor among those: runs that Jenkins forgot as it broke down.
    pub lost: u64,
    /// Those that had not ended when nothing could go on any more.
    pub unended: usize,
    /// From the arrival of a run until Jenkins noticed it, on average: its quiet period.
    pub wait_quiet: f64,
    /// After that: while another run kept it from starting, as `alone` has it.
    pub wait_blocked: f64,
    /// From its arrival to its end: its makespan.
    pub duration: Mean,
    pub duration_p50: f64,
    pub duration_p95: f64,
    pub duration_p99: f64,
}

/// How evenly users are served, by Jain's index: 1 where all have the same, 1/n where one of n has it all.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Fairness {
    /// Those who had any build.
    pub users: usize,
    /// Of executors' time.
    pub service: f64,
    /// Of mean slowdowns.
    pub slowdown: f64,
    /// For how long two or more users waited at once.
    pub contended: f64,
    /// In that time, on average: the greatest dominant share of a user that waits less the least one. A user's dominant share is its part
    /// of all cores, memory, GPUs or, for those who ask for none, executors that stand there: whichever is the greatest. None where
    /// nothing stands there.
    pub dominant_gap: Option<f64>,
}

/// What builds asked for while they ran, as parts of what agents say that they have; above 1 where executors promise more than that. None
/// where no agent says it. Builds that ask for none count as none.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct ResourceFigures {
    pub cpu: Option<f64>,
    pub memory: Option<f64>,
    pub gpu: Option<f64>,
}

/// Machines of one kind: an agent, or what a cloud starts for one hardware mode.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct MachineFigures {
    pub kind: String,
    /// Hours of its executors, from the request for a machine to its end.
    pub hours: f64,
    /// Of those, until a machine could work.
    pub starting: f64,
    pub busy: f64,
    /// Busy hours as a part of all.
    pub utilization: f64,
    /// What builds asked for of what such machines have; none where they do not say it.
    pub cpu: Option<f64>,
    pub memory: Option<f64>,
    pub gpu: Option<f64>,
}

#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct CloudFigures {
    pub cloud: String,
    pub machines: u64,
    /// Machines that never had a build.
    pub unused: u64,
    /// Machines whose start failed.
    pub failed: u64,
    /// Machine-hours that were paid for.
    pub hours: f64,
    pub cost: f64,
}

#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct LabelFigures {
    /// Empty: no label.
    pub label: String,
    /// The longest time in which a build waited, no executor was free or on its way, and a cloud had room for one.
    pub starved: f64,
}

/// A lock that runs share. Who waits for it is not in the queue yet, so that no other figure of waiting has it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct LockFigures {
    pub lock: String,
    /// How often a substage got it.
    pub holders: usize,
    /// The part of the time in which it was held.
    pub held: f64,
    /// From the moment at which a substage could run to that at which it had all its locks.
    pub wait_p50: f64,
    pub wait_p95: f64,
    pub wait_longest: f64,
}
