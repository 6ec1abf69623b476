//! T22: in network mode host, the container's port is the host's.

use infra_ecs::{Container, Ec2, Host, HostPort};

fn main() {
    let _ = Container::<Ec2<Host>>::new("web", "nginx").port_on_host(80, HostPort::Dynamic);
}
