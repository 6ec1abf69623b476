//! T10: memory goes with CPU, and a wrong pair in a const does not compile.

use infra_resources::ecs::{CpuUnits, FargateSize, Mebibytes};

const SIZE: FargateSize = FargateSize::of(CpuUnits(1024), Mebibytes(1024));

fn main() {
    let _ = SIZE;
}
