//! T10: memory goes with CPU, and a wrong pair in a const does not compile.

use infra_ecs::fargate_size;

fn main() {
    let _ = fargate_size!(cpu: 1024, memory: 1024);
}
