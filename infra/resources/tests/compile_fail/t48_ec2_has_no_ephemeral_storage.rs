//! T48: a task on EC2 uses the instance's disk.

use infra_resources::ecs::{Bridge, Ec2, EphemeralGib, Task};

const DISK: EphemeralGib = EphemeralGib::of(50);

fn main() {
    let _ = Task::<Ec2<Bridge>>::new("web").ephemeral_storage(DISK);
}
