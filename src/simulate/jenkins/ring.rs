//! Where a build goes: a consistent hash of its job's name over the machines that may take it.
//!
//! Jenkins makes the ring anew for each build, out of the free executors. Here each executor's points are hashed once. A look-up
//! walks one ring of all of them past those that are not free, or, where few are, measures how far it is to each. The answer is
//! the same, and the cost is that of the cheaper way.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Points of one executor.
const POINTS: usize = 100;

/// What it costs to measure one executor, in steps of a walk.
const MEASURE: usize = 10;

/// The place of a text on the ring.
pub fn digest(text: &str) -> i32 {
    let mut bytes: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    for at in 0..4 {
        bytes[at] ^= bytes[at + 4].wrapping_add(bytes[at + 8]).wrapping_add(bytes[at + 12]);
    }
    i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Places in the order of signed numbers, as unsigned ones.
fn unsigned(digest: i32) -> u32 {
    digest as u32 ^ 1 << 31
}

/// The points of all executors, numbered through the machines from 0. A machine's free executors always count as its first.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    /// By executor: its points, ascending.
    points: Vec<[u32; POINTS]>,
    /// The points of the first executors with their executor in the lower half, ascending.
    ring: Vec<u64>,
}

impl Ring {
    /// Adds a machine. Machines have to come in the order of their names, which decides where two points are the same.
    pub fn add(&mut self, name: &str, executors: u32) {
        let mut text = format!("{name}:");
        for executor in 0..executors as usize {
            let mut points = [0; POINTS];
            for (at, point) in points.iter_mut().enumerate() {
                text.truncate(name.len() + 1);
                // Writing into a string cannot fail.
                let _ = write!(text, "{}", executor * POINTS + at);
                *point = unsigned(digest(&text));
            }
            points.sort_unstable();
            self.points.push(points);
        }
    }

    /// Executors that were added.
    pub fn executors(&self) -> usize {
        self.points.len()
    }

    /// The first of them, which a walk meets.
    pub fn closed(&self) -> usize {
        self.ring.len() / POINTS
    }

    /// Puts all executors that are there into the ring; those that come later are found by measuring only.
    pub fn close(&mut self) {
        let points = self.points.iter().zip(0_u64..);
        self.ring = points.flat_map(|(points, executor)| points.map(|point| u64::from(point) << 32 | executor)).collect();
        self.ring.sort_unstable();
    }

    /// Executors of the ring from a key's place on, once around; one comes for each of its points.
    pub fn walk(&self, key: i32) -> impl Iterator<Item = u32> + '_ {
        let from = self.ring.partition_point(|entry| *entry < u64::from(unsigned(key)) << 32);
        self.ring[from..].iter().chain(&self.ring[..from]).map(|entry| *entry as u32)
    }

    /// How far it is from the key's place to the executor's next point.
    pub fn distance(&self, key: i32, executor: u32) -> u32 {
        let (points, key) = (&self.points[executor as usize], unsigned(key));
        let next = points.partition_point(|point| *point < key);
        points[next % POINTS].wrapping_sub(key)
    }

    /// Whether a walk probably takes fewer steps to meet one of so many executors than measuring them all.
    pub fn is_walked(&self, executors: usize) -> bool {
        self.closed() < executors.saturating_mul(executors).saturating_mul(MEASURE)
    }
}
