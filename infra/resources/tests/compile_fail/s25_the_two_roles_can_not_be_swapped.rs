//! S25: the execution role is ECS's, the task role is the app's.

use infra_resources::ecs::{CpuUnits, ExecutionRole, Fargate, FargateSize, Mebibytes, Task};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1024), Mebibytes(2048));

fn main() {
    let role = ExecutionRole::existing("arn:aws:iam::123456789012:role/ecs");
    let _ = Task::<Fargate>::new("web", SIZE).task_role(role);
}
