//! A cluster of the language as the simulator sees it, for the modes that a plan uses.

use std::collections::HashMap;

use super::cluster::{Class, Cloud, Cluster, Demand, Kind, Resources};
use crate::base::{Size, Span};
use crate::plan::{self, Hardware, Plan};

/// Most executors of a cluster.
pub(super) const MOST_EXECUTORS: u64 = 100_000;
/// Machines of a cloud that names no limit.
const ENDLESS: u32 = 50_000;
/// Milliseconds that are billed at once where only what is left of them is given.
const HOUR: i64 = 3_600_000;

/// The cluster, and the class of each substage in the plan's order. None if it has too many executors.
pub(super) fn offered(plan: &Plan, from: &plan::Cluster) -> Option<(Cluster, Vec<u32>)> {
    let kind = |agent: &plan::Agent| Kind {
        name: agent.name.to_string(),
        executors: agent.executors,
        cloud: None,
        count: agent.count,
        demand: agent.idle.map(|idle| Demand { startup: agent.startup.0, after: agent.demand.0, idle: idle.0 }),
        most: None,
        has: resources(agent.cpu, agent.memory, agent.gpu),
    };
    let cloud = |cloud: &plan::Cloud| Cloud {
        name: cloud.name.to_string(),
        most: cloud.max.unwrap_or(ENDLESS),
        startup: cloud.startup.0,
        spread: cloud.spread,
        fails: cloud.fails,
        billed: cloud.billed.map(|billed| billed.0).or(cloud.last.map(|_| HOUR)),
        last: cloud.last.map(|last| last.0),
        idle: cloud.idle.map(|idle| idle.0).filter(|idle| *idle > 0),
        price: cloud.price,
    };
    let mut cluster = Cluster {
        kinds: from.agents.iter().map(kind).collect(),
        clouds: from.clouds.iter().map(cloud).collect(),
        ..Cluster::default()
    };
    let standing = from.agents.iter().map(|agent| u64::from(agent.count) * u64::from(agent.executors)).sum::<u64>();
    let startable = cluster.clouds.iter().map(|cloud| u64::from(cloud.most)).sum::<u64>();
    if standing + startable > MOST_EXECUTORS {
        return None;
    }
    let label = |mode: Option<&Hardware>| mode.map_or(String::new(), |mode| mode.label.to_string());
    let modes = || plan.substages().map(|(_, substage)| substage.hardware.as_deref());
    cluster.labels = modes().map(label).collect();
    cluster.labels.sort();
    cluster.labels.dedup();
    let mut known: HashMap<Option<Span>, u32> = HashMap::new();
    let mut classes = Vec::new();
    for mode in modes() {
        let class = *known.entry(mode.map(|mode| mode.span)).or_insert_with(|| {
            let place = cluster.labels.partition_point(|known| *known < label(mode));
            let class = class(&mut cluster, from, mode, place);
            cluster.classes.push(class);
            cluster.classes.len() as u32 - 1
        });
        classes.push(class);
    }
    Some((cluster, classes))
}

/// What a mode runs on. Each mode of a cloud is a kind of machine of its own.
fn class(cluster: &mut Cluster, from: &plan::Cluster, mode: Option<&Hardware>, label: usize) -> Class {
    let Some(mode) = mode else {
        let kinds = (0..from.agents.len()).collect();
        return Class { name: "no hardware mode".to_owned(), label, kinds, asks: Resources::default() };
    };
    let (mut kinds, clouds) = from.offers(mode);
    for cloud in clouds {
        let name = format!("{}-{}", cluster.clouds[cloud].name, mode.name);
        cluster.kinds.push(Kind { name, executors: 1, cloud: Some(cloud), most: from.clouds[cloud].each, ..Kind::default() });
        kinds.push(cluster.kinds.len() - 1);
    }
    Class { name: mode.name.to_string(), label, kinds, asks: resources(mode.cpu, mode.memory, mode.gpu.unwrap_or(0)) }
}

fn resources(cpu: Option<f64>, memory: Option<Size>, gpu: u32) -> Resources {
    // Cores are positive; of more than can be counted, as many as can.
    let thousandths = |cores: f64| (cores * 1_000.0).round() as u64;
    Resources { cpu: cpu.map(thousandths), memory: memory.map(|size| size.0), gpu: gpu.into() }
}
