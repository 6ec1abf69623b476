//! T09: Fargate needs the task's CPU and memory.

use infra_resources::ecs::{Fargate, Task};

fn main() {
    let _ = Task::<Fargate>::new("web");
}
