//! D07: a service may always have all its tasks.

use infra_ecs::rolling;

fn main() {
    let _ = rolling!(minimum_healthy: 50, maximum: 90);
}
