//! What a load makes of a cluster: a queue, its builds and its machines on virtual time, by one policy or another.
//!
//! The baseline is Jenkins as it is, quirks and rounding included.

pub mod jenkins;
