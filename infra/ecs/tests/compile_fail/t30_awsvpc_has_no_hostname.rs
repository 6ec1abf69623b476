//! T30: with awsvpc the VPC decides on host names.

use infra_ecs::{Awsvpc, Container, Ec2};

fn main() {
    let _ = Container::<Ec2<Awsvpc>>::new("web", "nginx").hostname("web");
}
