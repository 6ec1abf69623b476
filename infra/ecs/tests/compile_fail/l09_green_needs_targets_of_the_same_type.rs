//! L09: green's target group has targets of the type that blue's has.

use std::time::Duration;

use infra_ecs::{BlueGreen, Fargate, Instance, Targets};

fn green(alternate: &Targets<Instance>) {
    let _ = BlueGreen::<Fargate>::new(alternate, "rule", "role", Duration::ZERO);
}

fn main() {}
