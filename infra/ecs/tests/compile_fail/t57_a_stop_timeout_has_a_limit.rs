//! T57: Fargate waits 120 seconds at most.

use infra_ecs::stop_timeout;

fn main() {
    let _ = stop_timeout!(121);
}
