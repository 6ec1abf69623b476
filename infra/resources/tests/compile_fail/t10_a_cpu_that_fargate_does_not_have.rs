//! T10: Fargate has certain amounts of CPU.

use infra_resources::ecs::{CpuUnits, FargateSize, Mebibytes};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1000), Mebibytes(2048));

fn main() {
    let _ = SIZE;
}
