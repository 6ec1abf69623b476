//! T08: Fargate has awsvpc and nothing to choose.

use infra_ecs::{Bridge, Fargate, Task};

fn on_fargate(_: Task<Fargate<Bridge>>) {}

fn main() {}
