//! T42: there is no host to have paths.

use infra_ecs::{Fargate, VolumeOf};

fn main() {
    let _ = VolumeOf::<Fargate>::host_path("data", "/var/data");
}
