//! C04: one provider has a base.

use infra_ecs::{Fargate, FargateProvider, StrategyOf};

fn main() {
    let strategy = StrategyOf::<Fargate>::base_and_weight(FargateProvider::Fargate, 2, 1);
    let _ = strategy.base_and_weight(FargateProvider::FargateSpot, 1, 1);
}
