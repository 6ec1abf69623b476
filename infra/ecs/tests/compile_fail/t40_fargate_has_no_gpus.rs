//! T40: GPUs belong to instances.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").gpus(1);
}
