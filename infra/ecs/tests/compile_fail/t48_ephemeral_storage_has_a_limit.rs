//! T48: 21 to 200 GiB.

use infra_ecs::ephemeral_gib;

fn main() {
    let _ = ephemeral_gib!(201);
}
