//! The consistent hash: the values are those of Jenkins' own classes.

use o11n::simulate::jenkins::{Ring, digest};

const AGENTS: [(&str, u32); 3] = [("agent-a", 1), ("agent-b", 2), ("agent-c", 1)];

fn ring(agents: &[(&str, u32)]) -> (Ring, Vec<usize>) {
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
fn order(key: &str) -> String {
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

#[test]
fn texts_have_their_places() {
    for (text, place) in [("", 685116738), ("a", -1802023976), ("node1:0", 32591339), ("job", -1216866220)] {
        assert_eq!(digest(text), place, "{text:?}");
    }
}

#[test]
fn jobs_meet_agents_in_an_order_of_their_own() {
    let orders = [("compile", "cba"), ("unit-test", "bac"), ("folder/job", "abc"), ("job1", "bac"), ("Research CI", "bca")];
    for (key, expected) in orders {
        assert_eq!(order(key), expected, "{key}");
    }
}

#[test]
fn the_share_of_an_agent_is_that_of_its_executors() {
    let (ring, owners) = ring(&AGENTS);
    let mut counts = [0; 3];
    for job in 0..10_000 {
        let first = ring.walk(digest(&format!("j{job}"))).next().unwrap();
        counts[owners[first as usize]] += 1;
    }
    assert_eq!(counts, [2363, 5124, 2513]);
}

#[test]
fn only_free_executors_count() {
    for (free, expected) in [([1, 1, 1], 2), ([1, 2, 0], 1), ([4, 1, 0], 1)] {
        let agents = [("agent-a", free[0]), ("agent-b", free[1]), ("agent-c", free[2])];
        let (ring, owners) = ring(&agents);
        let first = ring.walk(digest("compile")).next().unwrap();
        assert_eq!(owners[first as usize], expected, "{free:?}");
    }
}
