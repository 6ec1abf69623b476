//! T26: ranges of ports are for bridge and awsvpc.

use infra_ecs::{Container, Ec2, Host};

fn main() {
    let _ = Container::<Ec2<Host>>::new("web", "nginx").port_range(8080, 8090);
}
