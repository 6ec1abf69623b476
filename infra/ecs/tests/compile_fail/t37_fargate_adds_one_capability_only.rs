//! T37: only SYS_PTRACE can be added.

use infra_ecs::{Container, Fargate};

fn main() {
    let _ = Container::<Fargate>::new("web", "nginx").add_capability("NET_ADMIN");
}
