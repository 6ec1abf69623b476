//! T38: nobody shares memory with a task on Fargate.

use infra_resources::ecs::{CpuUnits, Fargate, FargateSize, Mebibytes, Task};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1024), Mebibytes(2048));

fn main() {
    let _ = Task::<Fargate>::new("web", SIZE).ipc_mode(infra_resources::ecs::task_definition::IpcMode::Host);
}
