//! L01: a task with an address of its own is a target by that address.

use infra_ecs::{Fargate, Instance, LoadBalanced, ServiceOf};

fn balance(service: ServiceOf<Fargate>, balanced: &LoadBalanced<'_, Instance>) {
    let _ = service.load_balancer(balanced);
}

fn main() {}
