//! T02: a task definition has memberOf alone; distinctInstance is for services and run-task.

use infra_ecs::{Bridge, Ec2, Task};

fn main() {
    let constraint = infra_ecs::service::PlacementConstraint::distinct_instance();
    let _ = Task::<Ec2<Bridge>>::ec2("web").member_of(&constraint);
}
