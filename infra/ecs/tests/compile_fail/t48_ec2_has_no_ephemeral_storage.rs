//! T48: a task on EC2 uses the instance's disk.

use infra_ecs::{Bridge, Ec2, Task};
use infra_ecs::ephemeral_gib;

fn main() {
    let _ = Task::<Ec2<Bridge>>::ec2("web").ephemeral_storage(ephemeral_gib!(50));
}
