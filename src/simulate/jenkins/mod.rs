//! The parts of Jenkins that decide, each to the last bit: moving averages, provisioning, where a build goes.

mod margin;
mod no_delay;
mod provisioner;
mod ring;
mod standard;
mod statistics;

pub use margin::margin;
pub use no_delay::no_delay;
pub use provisioner::{Clouds, Decision, Demand, Planned};
pub use ring::{Ring, digest};
pub use standard::standard;
pub use statistics::{Load, MultiStage, Series, Snapshot, TimeSeries};
