//! T35: Docker's security options are for instances.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").security_option("label:none");
}
