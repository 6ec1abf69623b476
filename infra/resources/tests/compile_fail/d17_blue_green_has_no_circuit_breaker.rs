//! D17: the circuit breaker watches rolling deployments.

use infra_resources::ecs::{BlueGreen};

fn deploy(deployment: BlueGreen) {
    let _ = deployment.roll_back_on_failure();
}

fn main() {}
