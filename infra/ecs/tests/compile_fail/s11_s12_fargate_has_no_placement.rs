//! S11, S12: Fargate has no instances among which tasks could be placed.

use infra_ecs::{Fargate, ServiceOf, service::PlacementStrategy};

fn place(service: ServiceOf<Fargate>) {
    let _ = service.placement_strategy(PlacementStrategy::binpack_cpu());
}

fn main() {}
