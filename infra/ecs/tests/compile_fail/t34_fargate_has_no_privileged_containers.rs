//! T34: there is no host to have power over.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").privileged();
}
