//! T39: Fargate has no instances to choose from.

use infra_resources::ecs::{Attribute, CpuUnits, Fargate, FargateSize, Mebibytes, Task};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1024), Mebibytes(2048));

fn main() {
    let _ = Task::<Fargate>::new("web", SIZE).member_of(&Attribute::INSTANCE_TYPE.matches("t3.*"));
}
