//! T49: log drivers of the instance are for EC2.

use infra_ecs::{Container, Fargate, InstanceLogDriver};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").instance_logs(InstanceLogDriver::Syslog, []);
}
