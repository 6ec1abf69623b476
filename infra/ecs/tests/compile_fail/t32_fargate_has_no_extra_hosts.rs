//! T32: with awsvpc there are no lines for /etc/hosts.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").extra_host("database", "10.0.0.3");
}
