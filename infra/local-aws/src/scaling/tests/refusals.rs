//! What calls are refused with.

use super::{LABEL, Web, scaling};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

#[tokio::test]
async fn what_aws_refuses_is_refused_in_its_words() {
    let scaling = scaling(&Web::with(2));
    let mut refusals = Vec::new();
    let mut refuse = |operation: &str, body: Value| refusals.push(scaling.refused(operation, body));
    for body in [
        json!({ "ServiceNamespace": null, "ResourceId": null }),
        json!({ "ServiceNamespace": "ec3" }),
        json!({ "ServiceNamespace": "dynamodb", "ScalableDimension": "dynamodb:table:ReadCapacityUnits" }),
        json!({ "ResourceId": "main/web" }),
        json!({ "ResourceId": "service/main/other", "MinCapacity": 1, "MaxCapacity": 2 }),
        json!({ "MinCapacity": 1 }),
        json!({ "MinCapacity": 3, "MaxCapacity": 2 }),
        json!({ "MinCapacity": -1, "MaxCapacity": 2 }),
        json!({ "MinCapacity": "1" }),
    ] {
        refuse("RegisterScalableTarget", body);
    }
    refuse("DeregisterScalableTarget", json!({}));
    refuse("DeleteScalingPolicy", json!({ "PolicyName": "a" }));
    refuse("DeleteScheduledAction", json!({ "ScheduledActionName": "a" }));
    refuse("PutScalingPolicy", json!({ "PolicyName": "a" }));
    refuse("DescribeScalableTargets", json!({ "MaxResults": 51 }));
    refuse("DescribeScalableTargets", json!({ "NextToken": "zz" }));
    refuse("DescribeScalingActivities", json!({ "ResourceId": null }));
    refuse("GetPredictiveScalingForecast", json!({}));
    assert_json_snapshot!(refusals);
}

#[tokio::test]
async fn policies_that_aws_refuses_are_refused_in_its_words() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    let tracking = |metric: &str, label: Option<&str>, value: f64| {
        let metric = json!({ "PredefinedMetricType": metric, "ResourceLabel": label });
        let tracking = json!({ "PredefinedMetricSpecification": metric, "TargetValue": value });
        json!({ "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking })
    };
    let steps = |steps: Value| {
        let steps = json!({ "AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps });
        json!({ "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": steps })
    };
    let step = |lower: Option<f64>, upper: Option<f64>| json!({ "MetricIntervalLowerBound": lower, "MetricIntervalUpperBound": upper, "ScalingAdjustment": 1 });
    let elsewhere = LABEL.replace("targetgroup/web", "targetgroup/api");
    let bodies = [
        json!({}),
        json!({ "PolicyType": "TargetTrackingScaling" }),
        json!({ "PolicyType": "Magic" }),
        json!({ "PolicyType": "PredictiveScaling" }),
        tracking("ECSServiceAverageCPUUtilization", None, 0.0),
        tracking("ECSServiceAverageCPUUtilization", Some(LABEL), 50.0),
        tracking("ALBRequestCountPerTarget", None, 50.0),
        tracking("ALBRequestCountPerTarget", Some("app/main"), 50.0),
        tracking("ALBRequestCountPerTarget", Some(&elsewhere), 50.0),
        tracking("DynamoDBReadCapacityUtilization", None, 50.0),
        steps(json!([])),
        steps(json!([step(None, None)])),
        steps(json!([step(Some(2.0), Some(1.0))])),
        steps(json!([step(Some(0.0), Some(10.0)), step(Some(20.0), None)])),
        steps(json!([step(Some(0.0), Some(10.0))])),
        steps(json!([step(Some(-5.0), Some(0.0)), step(Some(0.0), None)])),
    ];
    let refusals: Vec<_> = bodies
        .into_iter()
        .map(|mut body| {
            body["PolicyName"] = "a".into();
            scaling.refused("PutScalingPolicy", body)
        })
        .collect();
    assert_json_snapshot!(refusals);
}

#[tokio::test]
async fn actions_that_aws_refuses_are_refused_in_its_words() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    let limits = json!({ "MinCapacity": 1 });
    let bodies = [
        json!({ "ScalableTargetAction": limits }),
        json!({ "Schedule": "rate(1 day)" }),
        json!({ "Schedule": "rate(1 day)", "ScalableTargetAction": { "MinCapacity": 2, "MaxCapacity": 1 } }),
        json!({ "Schedule": "rate(1 days)", "ScalableTargetAction": limits }),
        json!({ "Schedule": "cron(0 8 * * * *)", "ScalableTargetAction": limits }),
        json!({ "Schedule": "at(tomorrow)", "ScalableTargetAction": limits }),
        json!({ "Schedule": "0 8 * * *", "ScalableTargetAction": limits }),
        json!({ "Schedule": "rate(1 day)", "ScalableTargetAction": limits, "Timezone": "Mars/Phobos" }),
        json!({ "Schedule": "rate(1 day)", "ScalableTargetAction": limits, "StartTime": 2, "EndTime": 1 }),
        json!({ "Schedule": "rate(1 day)", "ScalableTargetAction": limits, "StartTime": -1e300 }),
    ];
    let refusals: Vec<_> = bodies
        .into_iter()
        .map(|mut body| {
            body["ScheduledActionName"] = "a".into();
            scaling.refused("PutScheduledAction", body)
        })
        .collect();
    assert_json_snapshot!(refusals);
}
