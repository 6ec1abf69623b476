//! T57: Fargate waits 120 seconds at most.

use infra_resources::ecs::{StopTimeout};

const TIMEOUT: StopTimeout = StopTimeout::of(121);

fn main() {
    let _ = TIMEOUT;
}
