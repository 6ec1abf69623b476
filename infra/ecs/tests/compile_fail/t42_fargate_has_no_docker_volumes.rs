//! T42: Docker volumes belong to instances.

use infra_ecs::{Fargate, VolumeOf};

fn main() {
    let _ = VolumeOf::<Fargate>::docker("data", Default::default());
}
