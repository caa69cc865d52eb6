//! The simulator against what Jenkins does, and against what theory says.

mod advise;
mod backfill;
mod cohorts;
mod figures;
mod hashing;
mod logs;
mod packing;
mod paths;
mod pictures;
mod pipeline;
mod predictions;
mod predictor;
mod projects;
mod provisioning;
mod queue;
mod restarts;
mod retention;
mod shares;
mod sharing;
mod stream;
mod supply;
mod sweeps;
mod table;
mod theory;
mod weeks;
