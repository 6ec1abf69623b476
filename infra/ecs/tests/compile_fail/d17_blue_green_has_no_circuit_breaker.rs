//! D17: the circuit breaker watches rolling deployments.

use infra_ecs::{BlueGreen, Fargate};

fn deploy(deployment: BlueGreen<Fargate>) {
    let _ = deployment.roll_back_on_failure();
}

fn main() {}
