//! T10: CPU and memory have types of their own, so that they can't be swapped.

use infra_ecs::{CpuUnits, FargateSize, Mebibytes};

fn main() {
    let _ = FargateSize::new(Mebibytes(2048), CpuUnits(1024));
}
