//! T39: Fargate has no instances to choose from.

use infra_ecs::{Attribute, Task};
use infra_ecs::fargate_size;

fn main() {
    let _ = Task::fargate("web", fargate_size!(cpu: 1024, memory: 2048)).member_of(&Attribute::INSTANCE_TYPE.matches("t3.*"));
}
