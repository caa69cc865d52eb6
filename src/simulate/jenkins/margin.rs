//! How much of an executor must be missing before one is started.

/// The margin where many executors are online, and where none is.
pub(super) const LEAST: f32 = 0.1;
const MOST: f32 = 0.5;

/// By the number of executors online: the averages of small clusters are coarse, so more has to be missing of large ones.
pub fn margin(online: i32) -> f32 {
    let halved = 0.5_f64.powi(online.max(0));
    // The power and the sum are in double precision there too.
    let margin = (f64::from(LEAST) + f64::from(MOST - LEAST) * halved) as f32;
    margin.clamp(0.0, 1.0)
}
