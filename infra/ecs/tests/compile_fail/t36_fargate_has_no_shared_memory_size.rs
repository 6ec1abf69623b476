//! T36: shared memory, swap and devices belong to an instance.

use infra_ecs::{Container, Fargate, Mebibytes};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").shared_memory(Mebibytes(64));
}
