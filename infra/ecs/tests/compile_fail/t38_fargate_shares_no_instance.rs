//! T38: there is no instance whose processes could be seen.

use infra_ecs::{Task};
use infra_ecs::fargate_size;

fn main() {
    let _ = Task::fargate("web", fargate_size!(cpu: 1024, memory: 2048)).share_instance_processes();
}
