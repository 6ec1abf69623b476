//! C06: a strategy has Fargate's providers or Auto Scaling groups.

use infra_ecs::{AutoScalingGroupProvider, Fargate, FargateProvider, StrategyOf};

fn main() {
    let strategy = StrategyOf::<Fargate>::weight(FargateProvider::Fargate, 1);
    let _ = strategy.and_weight(AutoScalingGroupProvider("own".to_owned()), 1);
}
