//! T48: 21 to 200 GiB.

use infra_resources::ecs::{EphemeralGib};

const DISK: EphemeralGib = EphemeralGib::of(201);

fn main() {
    let _ = DISK;
}
