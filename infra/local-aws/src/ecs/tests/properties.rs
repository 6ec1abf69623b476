//! Whatever is sent, the answer is one of ECS.

use super::{on_fargate, run_on_fargate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

const OPERATIONS: &[&str] = &[
    "CreateCluster",
    "DescribeClusters",
    "ListClusters",
    "UpdateCluster",
    "UpdateClusterSettings",
    "PutClusterCapacityProviders",
    "DeleteCluster",
    "CreateCapacityProvider",
    "DescribeCapacityProviders",
    "UpdateCapacityProvider",
    "DeleteCapacityProvider",
    "RegisterTaskDefinition",
    "DescribeTaskDefinition",
    "ListTaskDefinitions",
    "ListTaskDefinitionFamilies",
    "DeregisterTaskDefinition",
    "DeleteTaskDefinitions",
    "RunTask",
    "StartTask",
    "StopTask",
    "DescribeTasks",
    "ListTasks",
    "ExecuteCommand",
    "ListContainerInstances",
    "DescribeContainerInstances",
    "UpdateContainerInstancesState",
    "DeregisterContainerInstance",
    "ListAttributes",
    "PutAttributes",
    "DeleteAttributes",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "ListAccountSettings",
    "PutAccountSetting",
    "PutAccountSettingDefault",
    "DeleteAccountSetting",
    "CreateService",
];

/// Members that requests have, so that values get behind the first look.
const MEMBERS: &str = "cluster|clusters|clusterName|taskDefinition|taskDefinitions|family|containerDefinitions|name|image|\
    memory|cpu|networkMode|count|launchType|networkConfiguration|awsvpcConfiguration|subnets|overrides|containerOverrides|\
    placementConstraints|placementStrategy|type|expression|field|tags|key|value|resourceArn|tagKeys|tasks|task|include|\
    nextToken|maxResults|status|filter|containerInstance|containerInstances|attributes|targetId|targetType|settings|\
    capacityProviders|capacityProvider|defaultCapacityProviderStrategy|weight|base|autoScalingGroupProvider|\
    autoScalingGroupArn|managedScaling|targetCapacity|portMappings|containerPort|hostPort|familyPrefix|desiredStatus";

fn any_json() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        Just("demo".to_owned()),
        Just("web".to_owned()),
        Just("web:1".to_owned()),
        Just("FARGATE".to_owned()),
        Just("memberOf".to_owned()),
        Just("arn:aws:ecs:eu-west-1:123456789012:cluster/demo".to_owned()),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..12_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ];
    let member = prop_oneof![MEMBERS, "[a-z]{1,8}"].boxed();
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(member.clone(), inner, 0..7)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

/// A request that is sound but for one member.
fn nearly_sound() -> impl Strategy<Value = (&'static str, Value)> {
    let sound =
        prop_oneof![Just(("RegisterTaskDefinition", on_fargate())), Just(("RunTask", run_on_fargate()))];
    (sound, MEMBERS, any_json()).prop_map(|((operation, mut request), member, value)| {
        request[member] = value;
        (operation, request)
    })
}

#[test]
fn no_request_makes_it_panic() {
    let requests = prop_oneof![(prop::sample::select(OPERATIONS), any_json()), nearly_sound()];
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let aws = threads.block_on(async {
        let aws = super::with_instances("t3.micro", 2).await;
        aws.call("RegisterTaskDefinition", on_fargate()).await;
        aws
    });
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 1500, ..Config::default() });
    let call = |(operation, body): (&'static str, Value)| {
        let ecs = aws.ecs.clone();
        let called =
            threads.block_on(async { tokio::spawn(async move { ecs.call(operation, body).await }).await });
        prop_assert!(called.is_ok(), "{called:?}");
        Ok(())
    };
    runner.run(&requests, call).unwrap();
}
