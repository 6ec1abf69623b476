//! T09: Fargate needs the task's CPU and memory.

use infra_ecs::Task;

fn main() {
    let _ = Task::fargate("web");
}
