//! C06: a strategy on instances has Auto Scaling groups alone.

use infra_ecs::{Bridge, Ec2, FargateProvider, StrategyOf};

fn main() {
    let _ = StrategyOf::<Ec2<Bridge>>::weight(FargateProvider::Fargate, 1);
}
