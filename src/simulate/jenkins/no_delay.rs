//! The strategy of the Kubernetes and EC2 plugins: what waits now is started now.

use super::provisioner::{Clouds, Decision, Demand, Planned};

/// One round for one label. Only the first cloud is asked: the caller puts those that take part in the plugin's order.
pub fn no_delay(demand: &Demand, clouds: &mut dyn Clouds) -> Planned {
    let Demand { now, planned, added, .. } = *demand;
    let capacity = now.available + now.connecting + planned + added;
    let missing = now.queue - capacity;
    let executors = if missing > 0 && clouds.count() > 0 { clouds.provision(0, missing) } else { 0 };
    let decision = if capacity + executors >= now.queue { Decision::Completed } else { Decision::Consult };
    Planned { executors, decision }
}
