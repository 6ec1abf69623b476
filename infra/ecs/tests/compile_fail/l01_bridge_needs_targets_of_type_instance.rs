//! L01: a task behind the instance's ports is a target by the instance.

use infra_ecs::{Bridge, Ec2, Ip, LoadBalanced, ServiceOf};

fn balance(service: ServiceOf<Ec2<Bridge>>, balanced: &LoadBalanced<'_, Ip>) {
    let _ = service.load_balancer(balanced);
}

fn main() {}
