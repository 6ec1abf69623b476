//! T31: with awsvpc the VPC has the DNS servers.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").dns_server("10.0.0.2");
}
