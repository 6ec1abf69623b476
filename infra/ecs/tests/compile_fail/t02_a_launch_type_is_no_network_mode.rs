//! T02: ECS has four network modes, and none given.

use infra_ecs::{Ec2, Fargate, Task};

fn on_ec2(_: Task<Ec2<Fargate>>) {}

fn main() {}
