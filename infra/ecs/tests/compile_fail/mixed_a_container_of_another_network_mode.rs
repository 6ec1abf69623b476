//! A container with host ports fits no task with awsvpc.

use infra_ecs::{Awsvpc, Bridge, Container, Ec2, HostPort, Task};

fn main() {
    let container = Container::<Ec2<Bridge>>::new("web", "nginx").port_on_host(80, HostPort::Dynamic);
    let _ = Task::<Ec2<Awsvpc>>::ec2("web").container(container);
}
