//! T48: every task has 20 GiB, and ECS refuses to be asked for them.

use infra_ecs::ephemeral_gib;

fn main() {
    let _ = ephemeral_gib!(20);
}
