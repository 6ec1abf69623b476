//! T21: on Fargate there is no host to have ports.

use infra_ecs::{Container, Fargate, HostPort};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").port_on_host(80, HostPort::Fixed(8080));
}
