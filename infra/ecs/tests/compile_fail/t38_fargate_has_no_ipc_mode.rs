//! T38: nobody shares memory with a task on Fargate.

use infra_ecs::{Task};
use infra_ecs::fargate_size;

fn main() {
    let _ = Task::fargate("web", fargate_size!(cpu: 1024, memory: 2048)).ipc_mode(infra_ecs::task_definition::IpcMode::Host);
}
