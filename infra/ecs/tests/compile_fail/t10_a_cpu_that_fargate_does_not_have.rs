//! T10: Fargate has certain amounts of CPU.

use infra_ecs::fargate_size;

fn main() {
    let _ = fargate_size!(cpu: 1000, memory: 2048);
}
