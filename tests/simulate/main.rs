//! The simulator against what Jenkins does, and against what theory says.

mod averages;
mod backfill;
mod hashing;
mod projects;
mod provisioning;
mod queue;
mod sharing;
mod stream;
mod theory;
