//! T33: with awsvpc the network is the task's.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").disable_networking();
}
