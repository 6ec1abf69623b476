//! Why each rule about deployments is there, and what breaks it.

use super::{Explanation, Rule};

explanations! {
    D02 "fargate" r#"deploymentController = {"type": "CODE_DEPLOY"} ; d/strategy = "BLUE_GREEN" ; d/bakeTimeInMinutes = 5 ; loadBalancers = [{"targetGroupArn": "blue", "containerName": "web", "containerPort": 80, "advancedConfiguration": {"alternateTargetGroupArn": "green", "productionListenerRule": "rule", "roleArn": "role"}}]"#
        "the strategies are ECS's own; CodeDeploy and EXTERNAL have theirs";
    D06 "fargate" "d/minimumHealthyPercent = 101"
        "it is a part of the desired count";
    D07 "fargate" "d/maximumPercent = 99"
        "below that, the service could not have its desired count";
    D08 "fargate" "d/minimumHealthyPercent = 100 ; d/maximumPercent = 100"
        "no task may be stopped before another runs, and none may be started: nothing could move";
    D11 "fargate" "d/bakeTimeInMinutes = 5"
        "the old tasks bake beside the new ones after the traffic has moved; a rolling deployment has none \
         left then";
    D12 "connect" r#"d/strategy = "LINEAR" ; d/linearConfiguration = {"stepPercent": 2.9}"#
        "ECS moves tenths of a percent, within these limits";
    D13 "fargate" r#"d/strategy = "BLUE_GREEN" ; d/bakeTimeInMinutes = 5 ; loadBalancers = [{"targetGroupArn": "arn", "containerName": "web", "containerPort": 80, "advancedConfiguration": {"alternateTargetGroupArn": "green", "roleArn": "arn"}}]"#
        "ECS changes the weights of the rule with that role";
    D14 "fargate" r#"d/strategy = "LINEAR""#
        "somebody must divide the traffic";
    D15 "connect" r#"d/strategy = "CANARY" ; d/lifecycleHooks = [{"hookTargetArn": "arn", "lifecycleStages": ["PRE_SCALE_UP"]}]"#
        "ECS calls the function, or waits, at these stages; while traffic moves it can't be halted";
    D17 "fargate" r#"d/deploymentCircuitBreaker = {"enable": true, "rollback": true, "thresholdConfiguration": {"type": "COUNT", "value": 0}}"#
        "it counts tasks that fail to start in a rolling deployment";
    D18 "fargate" r#"d/alarms = {"enable": true, "rollback": true, "alarmNames": []}"#
        "ECS watches alarms by their names";
    D19 "fargate" r#"d/earlySuccessCriteria = {"enable": true, "healthyPercent": 99, "sourceServiceRevisionCleanup": "DEFERRED"}"#
        "it says when a rolling deployment counts as done before its last task runs";
}
