//! Why each rule about capacity providers is there, and what breaks it.

use super::{Explanation, Rule};

explanations! {
    C01 "bridge-providers" "capacityProviderStrategy = 21 capacity providers"
        "ECS's own limit";
    C02 "bridge-providers" r#"capacityProviderStrategy = [{"capacityProvider": "own", "weight": 1001}]"#
        "the weight is a share beside the others";
    C03 "bridge-providers" r#"capacityProviderStrategy = [{"capacityProvider": "own", "base": 100001, "weight": 1}]"#
        "the base is a number of tasks";
    C04 "fargate-providers" r#"capacityProviderStrategy = [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "base": 1}]"#
        "the base is placed first, and two firsts leave open which one";
    C05 "fargate-providers" r#"capacityProviderStrategy = [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]"#
        "with weights of 0 alone no task beyond the base has a place";
    C06 "fargate-providers" r#"capacityProviderStrategy = [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "own"}]"#
        "Fargate and instances are placed by different schedulers";
    C07 "fargate-providers" r#"capacityProviderStrategy = [{"weight": 1}]"#
        "an item without a name is a share of nothing";
    C10 "fargate" r#"capacityProviderStrategy = [{"capacityProvider": "FARGATE", "weight": 1}]"#
        "both say where tasks run, and they might disagree";
    C11 "cluster" r#"capacityProviders = ["FARGATE_SPOT"] ; defaultCapacityProviderStrategy = [{"capacityProvider": "FARGATE", "weight": 1}]"#
        "tasks without a strategy of their own take the default, which has to exist";
    C12 "bridge-providers" r#"capacityProviderStrategy = [{"capacityProvider": "aws-own", "weight": 1}]"#
        "ECS keeps these beginnings for its own providers";
    C13 "fargate-providers" r#"capacityProviderStrategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}] ; t/runtimePlatform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#
        "Spot has no Windows capacity";
    C14 "bridge" r#"launchType = "MANAGED_INSTANCES""#
        "Managed Instances are reached by their capacity provider";
    C15 "bridge-providers" r#"t/requiresCompatibilities = ["EXTERNAL"]"#
        "machines of your own belong to no provider";
    C16 "capacity-provider" r#"managedScaling = {"status": "ENABLED", "targetCapacity": 101}"#
        "ECS scales the group within these limits";
    C17 "run-task" "count = 11"
        "for more tasks call again, or make a service";
}
