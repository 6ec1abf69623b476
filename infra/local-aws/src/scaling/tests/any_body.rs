//! Bodies of any kind: each is answered or refused.

use super::{LABEL, RESOURCE, Web, about_web, scaling};
use proptest::prelude::*;
use serde_json::Value;

const OPERATIONS: [&str; 14] = [
    "RegisterScalableTarget",
    "DeregisterScalableTarget",
    "DescribeScalableTargets",
    "DescribeScalingActivities",
    "PutScalingPolicy",
    "DescribeScalingPolicies",
    "DeleteScalingPolicy",
    "PutScheduledAction",
    "DescribeScheduledActions",
    "DeleteScheduledAction",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "Nothing",
];

const KNOWN: [&str; 16] = [
    "ecs",
    "ecs:service:DesiredCount",
    RESOURCE,
    "a",
    "TargetTrackingScaling",
    "StepScaling",
    "UTC",
    LABEL,
    "ALBRequestCountPerTarget",
    "ECSServiceAverageCPUUtilization",
    "PercentChangeInCapacity",
    "at(9999-12-31T23:59:59)",
    "rate(4294967295 days)",
    "cron(0/7 22-2 31W FEB ? *)",
    "cron(* * ? * 6#5,L *)",
    "7a7a",
];

/// Names and texts that get far, and others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => proptest::sample::select(&KNOWN[..]).prop_map(str::to_owned), 1 => ".{0,30}"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-2i64..60).prop_map(Value::from),
        any::<f64>().prop_map(Value::from)
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 30, 6, |inner| {
        let name = proptest::sample::select(&MEMBERS[..]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..8).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

const MEMBERS: [&str; 30] = [
    "MinCapacity",
    "MaxCapacity",
    "SuspendedState",
    "Tags",
    "PolicyName",
    "PolicyNames",
    "PolicyType",
    "StepScalingPolicyConfiguration",
    "TargetTrackingScalingPolicyConfiguration",
    "Schedule",
    "Timezone",
    "ScheduledActionName",
    "StartTime",
    "EndTime",
    "ScalableTargetAction",
    "MaxResults",
    "NextToken",
    "ResourceARN",
    "TagKeys",
    "AdjustmentType",
    "StepAdjustments",
    "ScalingAdjustment",
    "MetricIntervalLowerBound",
    "MetricIntervalUpperBound",
    "TargetValue",
    "PredefinedMetricSpecification",
    "PredefinedMetricType",
    "ResourceLabel",
    "Cooldown",
    "ResourceIds",
];

proptest! {
    #[test]
    fn no_body_panics(calls in prop::collection::vec((0..OPERATIONS.len(), json_value()), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let scaling = scaling(&Web::with(2)).registered(1, 4);
            tokio::spawn(scaling.clone().run());
            for (operation, body) in calls {
                let body = if body.is_object() { about_web(body) } else { body };
                let _ = scaling.call(OPERATIONS[operation], body);
            }
            tokio::time::sleep(std::time::Duration::from_secs(360)).await;
        });
    }
}
