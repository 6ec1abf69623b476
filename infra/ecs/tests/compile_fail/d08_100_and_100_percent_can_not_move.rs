//! D08: no task may stop, and none may start.

use infra_ecs::rolling;

fn main() {
    let _ = rolling!(minimum_healthy: 100, maximum: 100);
}
