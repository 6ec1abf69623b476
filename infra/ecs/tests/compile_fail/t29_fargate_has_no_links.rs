//! T29: links are Docker's, for network mode bridge.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").link("database");
}
