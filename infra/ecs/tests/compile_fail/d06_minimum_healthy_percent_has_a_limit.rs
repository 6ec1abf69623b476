//! D06: at most 100 percent can be kept healthy.

use infra_ecs::rolling;

fn main() {
    let _ = rolling!(minimum_healthy: 150, maximum: 200);
}
