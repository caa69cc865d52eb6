//! The consistent hash: the values are those of Jenkins' own classes.

use o11n::simulate::jenkins::{Ring, digest};

pub(crate) const AGENTS: [(&str, u32); 3] = [("agent-a", 1), ("agent-b", 2), ("agent-c", 1)];

pub(crate) fn ring(agents: &[(&str, u32)]) -> (Ring, Vec<usize>) {
    let mut ring = Ring::default();
    let mut owners = Vec::new();
    for (at, (name, executors)) in agents.iter().enumerate() {
        ring.add(name, *executors);
        owners.extend((0..*executors).map(|_| at));
    }
    ring.close();
    (ring, owners)
}

/// The letters of the agents in the order in which the key meets them.
pub(crate) fn order(key: &str) -> String {
    let (ring, owners) = ring(&AGENTS);
    let mut met = String::new();
    for executor in ring.walk(digest(key)) {
        let letter = ["a", "b", "c"][owners[executor as usize]];
        if !met.contains(letter) {
            met += letter;
        }
    }
    // Measuring agrees with walking.
    let mut measured: Vec<(u32, usize)> =
        owners.iter().enumerate().map(|(executor, owner)| (ring.distance(digest(key), executor as u32), *owner)).collect();
    measured.sort_unstable();
    assert_eq!(["a", "b", "c"][measured[0].1], &met[..1], "{key}");
    met
}
