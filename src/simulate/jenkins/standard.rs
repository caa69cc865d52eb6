//! The strategy of `NodeProvisioner` itself: cautious, since it looks at averages.

use super::margin::{LEAST, margin};
use super::provisioner::{Clouds, Decision, Demand, Planned};

/// One round for one label. Names and the order of operations are those of `StandardStrategyImpl`.
pub fn standard(demand: &Demand, clouds: &mut dyn Clouds) -> Planned {
    let Demand { now, planned, added, .. } = *demand;
    let consult = |executors| Planned { executors, decision: Decision::Consult };
    let has_nothing = now.available + now.connecting == 0 && now.online + planned + added == 0 && now.queue > 0;
    if (now.available as f32).max(demand.available) >= LEAST && !has_nothing {
        return consult(0);
    }
    let queue = demand.queue.min(now.queue as f32);
    let connecting = demand.connecting.min(now.connecting as f32);
    let capacity = demand.planned_average.max(planned as f32) + added as f32;
    let mut excess = queue - capacity - connecting;
    // Without any machine, the average would keep the first job waiting for minutes.
    if has_nothing && excess < 1.0 {
        excess = 1.0;
    }
    let margin = margin(now.online);
    let mut executors = 0;
    if excess <= 1.0 - margin {
        return consult(0);
    }
    for cloud in 0..clouds.count() {
        if excess < 0.0 {
            break;
        }
        let got = clouds.provision(cloud, (excess + margin).floor() as i32);
        excess -= got as f32;
        executors += got;
    }
    let decision = if excess > 1.0 - margin { Decision::Consult } else { Decision::Completed };
    Planned { executors, decision }
}
