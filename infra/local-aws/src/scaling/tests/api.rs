//! The calls of the API and their documents.

use super::{Web, scaling};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

/// A document with what differs each time made the same.
fn redacted(document: Value) -> Value {
    match document {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                "CreationTime" | "EndTime" | "StartTime" => (name, json!("TIME")),
                "ActivityId" => (name, json!("UUID")),
                _ => (name, redacted(value)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::String(text) => without_ids(&text).into(),
        other => other,
    }
}

fn without_ids(text: &str) -> String {
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let (mut text, mut begin) = (text.to_owned(), 0);
    while let Some(part) = text.get(begin..begin + 36) {
        if !part.starts_with('-') && hexadecimal(part) {
            text.replace_range(begin..begin + 36, "ID");
        }
        begin += 1;
    }
    text
}

#[tokio::test]
async fn a_target_is_registered_changed_and_described() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    let change = json!({ "MaxCapacity": 6, "SuspendedState": { "DynamicScalingInSuspended": true } });
    assert_json_snapshot!(redacted(scaling.ok("RegisterScalableTarget", change)));
    let described = scaling.call("DescribeScalableTargets", json!({ "ServiceNamespace": "ecs" })).unwrap();
    assert_json_snapshot!(redacted(described));
}

#[tokio::test]
async fn a_count_beyond_the_limits_is_brought_between_them_when_they_are_set() {
    let web = Web::with(1);
    let scaling = scaling(&web).registered(3, 4);
    assert_eq!(web.state().desired, 3);
    assert_json_snapshot!(redacted(scaling.activities().into()));
    scaling.registered(0, 2);
    assert_eq!(web.state().desired, 2);
}

#[tokio::test]
async fn policies_are_put_and_described_with_their_alarms() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    let put = scaling.track("ALBRequestCountPerTarget", 100.0, json!({ "ScaleOutCooldown": 60 }));
    assert_json_snapshot!(redacted(put.clone()));
    let again = scaling.track("ALBRequestCountPerTarget", 50.5, json!({}));
    assert_eq!(again, put, "it stays the same policy");
    let out_only = scaling.track("ECSServiceAverageCPUUtilization", 75.0, json!({ "DisableScaleIn": true }));
    assert_eq!(out_only["Alarms"].as_array().unwrap().len(), 1);
    let steps = json!({
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{ "MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2 }],
        "Cooldown": 60,
    });
    let step =
        json!({ "PolicyName": "step", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": steps });
    assert_json_snapshot!(redacted(scaling.ok("PutScalingPolicy", step)));
    assert_json_snapshot!(redacted(scaling.ok("DescribeScalingPolicies", json!({}))));
    let one = scaling.ok("DescribeScalingPolicies", json!({ "PolicyNames": ["step"] }));
    assert_eq!(one["ScalingPolicies"].as_array().unwrap().len(), 1);
    scaling.ok("DeleteScalingPolicy", json!({ "PolicyName": "step" }));
    assert_eq!(
        scaling.ok("DescribeScalingPolicies", json!({}))["ScalingPolicies"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn scheduled_actions_are_put_changed_and_described() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    let put = |body: Value| {
        let mut action = json!({ "ScheduledActionName": "morning" });
        action.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        scaling.ok("PutScheduledAction", action)
    };
    put(json!({
        "Schedule": "cron(0 8 ? * MON-FRI *)",
        "Timezone": "Asia/Kolkata",
        "StartTime": 1_900_000_000,
        "EndTime": 2_000_000_000.5,
        "ScalableTargetAction": { "MinCapacity": 3, "MaxCapacity": 8 },
    }));
    assert_json_snapshot!(redacted(scaling.ok("DescribeScheduledActions", json!({}))));
    put(json!({ "ScalableTargetAction": { "MinCapacity": 4 } }));
    let changed = scaling.ok("DescribeScheduledActions", json!({ "ScheduledActionNames": ["morning"] }));
    let changed = &changed["ScheduledActions"][0];
    assert_eq!(changed["Schedule"], "cron(0 8 ? * MON-FRI *)");
    assert_eq!(changed["ScalableTargetAction"], json!({ "MinCapacity": 4 }));
    assert_eq!(changed["StartTime"], Value::Null, "start and end are not kept");
    scaling.ok("DeleteScheduledAction", json!({ "ScheduledActionName": "morning" }));
    assert_eq!(scaling.ok("DescribeScheduledActions", json!({}))["ScheduledActions"], json!([]));
}

#[tokio::test]
async fn a_target_goes_with_its_policies_and_actions() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    scaling.track("ECSServiceAverageCPUUtilization", 75.0, json!({}));
    scaling.ok("DeregisterScalableTarget", json!({}));
    let scaling = scaling.registered(1, 4);
    assert_eq!(scaling.ok("DescribeScalingPolicies", json!({}))["ScalingPolicies"], json!([]));
}

#[tokio::test]
async fn tags_are_those_of_a_target() {
    let scaling = scaling(&Web::with(2));
    let registered = scaling
        .ok("RegisterScalableTarget", json!({ "MinCapacity": 1, "MaxCapacity": 2, "Tags": { "a": "1" } }));
    let arn = &registered["ScalableTargetARN"];
    let tags = || scaling.call("ListTagsForResource", json!({ "ResourceARN": arn })).unwrap();
    scaling.call("TagResource", json!({ "ResourceARN": arn, "Tags": { "b": "2", "a": "3" } })).unwrap();
    assert_eq!(tags(), json!({ "Tags": { "a": "3", "b": "2" } }));
    scaling.call("UntagResource", json!({ "ResourceARN": arn, "TagKeys": ["a", "z"] })).unwrap();
    assert_eq!(tags(), json!({ "Tags": { "b": "2" } }));
    let absent = scaling.call("ListTagsForResource", json!({ "ResourceARN": "arn:x" })).unwrap_err();
    assert_eq!(absent.code, "ResourceNotFoundException");
}

#[tokio::test]
async fn pages_follow_each_other_until_the_last() {
    let scaling = scaling(&Web::with(2)).registered(1, 4);
    for name in 0..7 {
        let action = json!({
            "ScheduledActionName": name.to_string(),
            "Schedule": "rate(1 day)",
            "ScalableTargetAction": { "MinCapacity": 1 },
        });
        scaling.ok("PutScheduledAction", action);
    }
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = scaling.ok("DescribeScheduledActions", json!({ "MaxResults": 3, "NextToken": token }));
        let actions = page["ScheduledActions"].as_array().unwrap().clone();
        names.extend(actions.iter().map(|it| it["ScheduledActionName"].as_str().unwrap().to_owned()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
        assert_eq!(actions.len(), 3);
    }
    assert_eq!(names, ["0", "1", "2", "3", "4", "5", "6"]);
}
