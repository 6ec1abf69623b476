//! C10: a service has a launch type or a strategy, not both.

use infra_ecs::{CapacityOf, Fargate, FargateProvider, StrategyOf};

fn main() {
    let _ = CapacityOf::<Fargate>::LaunchType(StrategyOf::weight(FargateProvider::Fargate, 1));
}
