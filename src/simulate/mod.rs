//! What a load makes of a cluster: a queue, its builds and its machines on virtual time, by one policy or another.
//!
//! The baseline is Jenkins as it is, quirks and rounding included. What works is told nothing of what decides, and the reverse:
//! `work` asks for executors and gives them back, the kernel hands them out. The same seed gives the same load under every policy.

mod advice;
mod alike;
mod chance;
mod cluster;
mod explain;
mod gap;
mod goal;
mod history;
pub mod jenkins;
mod kernel;
mod line;
mod load;
mod load_file;
mod locks;
mod metrics;
mod offer;
mod path;
mod picture;
mod policy;
mod reel;
mod report;
mod runs;
mod study;
mod sweep;
mod together;
mod trace;
mod week;
mod weeks;
mod work;

pub use advice::{
    Advice, Base, ChangeFigures, Experiment, KindFigures, LimitFigures, MOST_TRIED, ModeFigures, PathFigures, Resize, Untried,
    Worth, worth,
};
pub use cluster::{Class, Cloud, Cluster, Controller, Demand, Kind, Resources, Timers};
pub use explain::{Event, Explained, ExplainedAttempt, Explanation, Moment};
pub use gap::{Gap, gap};
pub use goal::Goal;
pub use history::History;
pub use kernel::{Attempt, CloudTally, Fate, Film, KindTally, Life, Noticed, Record, Tally, simulate, simulate_watched};
pub use load::{Load, Source};
pub use load_file::read as read_load;
pub use metrics::{Mean, jain, mean, mean_of_independent, quantile};
pub use path::{Paths, Spent};
pub use picture::{Against, Bar, KindCurve, Lane, LeftOut, MachineLane, Picture, Pictures, Stretch, StretchLine};
pub use policy::{
    Cohort, Count, Decayed, Fair, Policy, Predicts, Provision, Quota, Settings, Weighted, erlang, water_fill, water_fill_between,
};
pub use reel::Reel;
pub use report::{
    CloudFigures, Document, Fairness, Figures, GroupFigures, LabelFigures, LockFigures, MachineFigures, ResourceFigures,
    RunFigures, SCHEMA,
};
pub use study::{Study, Week};
pub use sweep::{ConditionText, PolicySweep, Range, Sweep, Try, search};
pub use trace::{BadRow, Format, TraceFigures, TraceSource};
pub use work::{Change, Dropped, Item, Project, Ticket, Work};
