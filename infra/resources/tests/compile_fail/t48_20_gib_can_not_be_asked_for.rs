//! T48: every task has 20 GiB, and ECS refuses to be asked for them.

use infra_resources::ecs::{EphemeralGib};

const DISK: EphemeralGib = EphemeralGib::of(20);

fn main() {
    let _ = DISK;
}
