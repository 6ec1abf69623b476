//! T38: there is no instance whose processes could be seen.

use infra_resources::ecs::{CpuUnits, Fargate, FargateSize, Mebibytes, Task};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1024), Mebibytes(2048));

fn main() {
    let _ = Task::<Fargate>::new("web", SIZE).share_instance_processes();
}
