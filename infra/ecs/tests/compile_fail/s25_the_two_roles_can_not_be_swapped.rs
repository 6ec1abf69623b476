//! S25: the execution role is ECS's, the task role is the app's.

use infra_ecs::{ExecutionRole, Task};
use infra_ecs::fargate_size;

fn main() {
    let role = ExecutionRole::with("arn:aws:iam::123456789012:role/ecs");
    let _ = Task::fargate("web", fargate_size!(cpu: 1024, memory: 2048)).task_role(role);
}
