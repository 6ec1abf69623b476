//! T23: a task without a network has no ports.

use infra_ecs::{Container, Ec2, NoNetwork};

fn main() {
    let _ = Container::<Ec2<NoNetwork>>::new("web", "nginx").port(80);
}
